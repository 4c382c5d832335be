"""Field types that the tables of a case share: numbers, periods, names, selectors.

Every column is declared with :func:`column`, which attaches what a reader needs to know about it
(its unit, what kind of names it holds) to pydantic's own field information. The documentation of
the case format, the template workbook and the error texts are all made from these declarations.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator
from pydantic import BaseModel as PydanticModel
from pydantic_core import PydanticCustomError

Confidence = Literal["reported", "estimated", "illustrative"]

_FRACTION = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*/\s*(\d+(?:\.\d+)?)\s*")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_FULL_DATE = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))-\d{2}(?:[ T]00:00(?::00)?)?")
_INFINITE = {"inf", "+inf", "infinity", "+infinity"}
_HUGE = 10**300
_LARGEST_WHOLE = 10**9
_LONGEST_TEXT = 32_767
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TRUE = {"yes", "true", "y", "1"}
_FALSE = {"no", "false", "n", "0"}
FORBIDDEN_IN_NAMES = ",;="
FORBIDDEN_AT_START = "@!*"


@dataclass(frozen=True)
class ColumnInfo:
    """What a column means beyond its type.

    ``unit`` is the unit of its numbers ('t', 'days', 'USD/t', ...); ``selects`` names the table
    (or 'country', 'operator', 'place', ...) whose names a selector column picks; ``refers`` names
    the table that must hold the given name; ``example`` is shown in error texts.
    """

    unit: str = ""
    selects: str = ""
    refers: str = ""
    example: str = ""
    structural: bool = False


def column(
    default: Any,
    text: str,
    *,
    unit: str = "",
    selects: str = "",
    refers: str = "",
    example: str = "",
    structural: bool = False,
    **limits: Any,
) -> Any:
    """Declare a column: its default (``...`` if it must be given), its meaning and its unit.

    ``structural`` marks numbers that `changes` may not alter. ``limits`` are pydantic's own
    (``ge``, ``gt``, ``le``, ...).
    """
    info = ColumnInfo(unit, selects, refers, example, structural)
    return Field(default, description=text, json_schema_extra={"column": info.__dict__}, **limits)


def column_info(field: Any) -> ColumnInfo:
    """The :class:`ColumnInfo` of a pydantic field (empty for fields declared without it)."""
    extra = field.json_schema_extra
    return (
        ColumnInfo(**extra["column"])
        if isinstance(extra, dict) and "column" in extra
        else ColumnInfo()
    )


def _complain(kind: str, message: str) -> PydanticCustomError:
    return PydanticCustomError(kind, message)


def parse_number(value: Any, *, infinite: bool = False) -> Any:
    """Read a number: a float, an integer, '3.5', '1/3', or 'inf' where ``infinite`` allows it.

    Raises PydanticCustomError for text that is no number, for NaN and for infinities elsewhere.
    """
    if isinstance(value, str):
        text = value.strip()
        if infinite and text.lower() in _INFINITE:
            return math.inf
        number = math.inf if text.lower() in _INFINITE else _number_in(text)
        infinite = False  # only the word means no limit, never a number too large to hold
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _complain("number", "is not a number")
    elif isinstance(value, int):
        number = float(value) if abs(value) < _HUGE else math.inf
        infinite = False
    else:
        number = value
    if math.isnan(number):
        raise _complain("number", "is not a number")
    if math.isinf(number) and (number < 0 or not infinite):
        raise _complain("finite", "must be finite")
    return number


def _number_in(text: str) -> float:
    if match := _FRACTION.fullmatch(text):
        below = float(match.group(2))
        if below == 0:
            raise _complain("number", "divides by zero")
        return float(match.group(1)) / below
    if "_" in text:
        raise _complain("number", "is not a number")
    try:
        return float(text)
    except ValueError:
        raise _complain("number", "is not a number") from None


def _finite(value: Any) -> Any:
    return None if value is None else parse_number(value)


def _possibly_infinite(value: Any) -> Any:
    return None if value is None else parse_number(value, infinite=True)


def _whole(value: Any) -> Any:
    if value is None:
        return None
    number = parse_number(value)
    if number != int(number):
        raise _complain("whole", "is not a whole number")
    if abs(number) > _LARGEST_WHOLE:
        raise _complain("whole", "is too large")
    return int(number)


def _yes_no(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    text = str(int(value) if isinstance(value, float) and value.is_integer() else value)
    text = text.strip().lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise _complain("yes_no", "is neither yes nor no")


def parse_period(value: Any) -> Any:
    """Read a period: an integer from 1, or a date 'YYYY-MM' (a spreadsheet's date counts too)."""
    if isinstance(value, (datetime, date)):
        return f"{value.year:04d}-{value.month:02d}"
    if isinstance(value, str):
        text = value.strip()
        if _MONTH.fullmatch(text):
            return text
        if match := _FULL_DATE.fullmatch(text):
            return match.group(1)
        value = text
    try:
        number = parse_number(value)
    except PydanticCustomError:
        raise _complain("period", "is neither a period nor a date") from None
    if number != int(number) or not 1 <= number <= _LARGEST_WHOLE:
        raise _complain("period", "is neither a period nor a date")
    return int(number)


def _period(value: Any) -> Any:
    return None if value is None else parse_period(value)


def _moment(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, (datetime, date)) or (isinstance(value, str) and "-" in value.strip()[1:]):
        return parse_period(value)
    try:
        return _whole(value)
    except PydanticCustomError:
        raise _complain("period", "is neither a period nor a date") from None


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, (datetime, date)):
        value = value.isoformat()[:10]
    if not isinstance(value, (str, int, float)):
        return value
    text = str(value).strip().replace("\r\n", "\n").replace("\r", "\n")
    if _UNWRITABLE.search(text):
        raise _complain("text", "contains a control character")
    if len(text) > _LONGEST_TEXT:
        raise _complain("text", f"is longer than {_LONGEST_TEXT} characters")
    return text


def number_or_text(value: Any) -> Any:
    """Whatever reads as a number as one, ``inf`` too; anything else as text."""
    try:
        return parse_number(value, infinite=True)
    except PydanticCustomError:
        return _text(value)


def comma_list(value: Any) -> Any:
    """The parts of a text with commas in it; what is no text as it is."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _name(value: str) -> str:
    if not value:
        raise _complain("name", "is empty")
    bad = [mark for mark in FORBIDDEN_IN_NAMES if mark in value]
    if bad or value[0] in FORBIDDEN_AT_START:
        raise _complain("name", "is not a usable name")
    if any(ord(mark) < 32 for mark in value):
        raise _complain("name", "contains a control character")
    return value


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


Number = Annotated[float, BeforeValidator(_finite)]
"""A finite number; '1/3' is one."""
Limit = Annotated[float, BeforeValidator(_possibly_infinite)]
"""A number, or ``inf`` for no limit."""
Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number."""
YesNo = Annotated[bool, BeforeValidator(_yes_no)]
"""Yes or no."""
Period = Annotated[int | str, BeforeValidator(_period)]
"""A period: an integer from 1, or a date 'YYYY-MM' inside it."""
Text = Annotated[str, BeforeValidator(_text)]
"""Free text."""
Moment = Annotated[int | str, BeforeValidator(_moment)]
"""A period that may lie before the first: an integer, also 0 and less, or a date 'YYYY-MM'."""
Name = Annotated[str, BeforeValidator(_text), AfterValidator(_name)]
"""A name: no ``,`` ``;`` ``=``, and no leading ``@`` ``!`` ``*``."""
Selector = Annotated[str, BeforeValidator(_text)]
"""A selector: name, list, pattern, group, ``@country``, ``!exclusion``."""
Keyword: Callable[[Any], Any] = BeforeValidator(_lower)  # type: ignore[assignment]  # an annotation
"""Makes a Literal column ignore case and surrounding blanks."""


class Row(PydanticModel):
    """A row of a table. Every table may carry where its figures come from."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    source: Text | None = column(None, "Where the figures of the row come from")
    source_date: Text | None = column(None, "Date of the source", example="2026-02")
    confidence: Annotated[Confidence, Keyword] | None = column(
        None, "How good the figures are: reported, estimated or illustrative"
    )
    note: Text | None = column(None, "Anything a reader should know about the row")

    @model_validator(mode="before")
    @classmethod
    def _blank_is_default(cls, data: Any) -> Any:
        """Null, blank and absent all mean the default."""
        if isinstance(data, dict):
            return {
                name: value
                for name, value in data.items()
                if value is not None and not (isinstance(value, str) and not value.strip())
            }
        return data
