"""What pydantic found, in a planner's words: the value, the unit, an example of a right one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..models.case import UNIQUE
from ..models.countries import ALPHA_2, ALPHA_3
from ..models.describe import allows_no_limit, choices, example_of, kind_of, unit_words
from ..models.fields import column_info
from ..models.problems import Problem, quote
from .nearest import did_you_mean

_LIMITS = {
    "greater_than_equal": ("is below {ge:g}", "at least {ge:g}"),
    "greater_than": ("is not above {gt:g}", "more than {gt:g}"),
    "less_than_equal": ("is above {le:g}", "at most {le:g}"),
    "less_than": ("is not below {lt:g}", "less than {lt:g}"),
}


def explain(
    detail: Any,
    field: Any,
    table: str,
    *,
    row: int | None = None,
    column: str = "",
    currency: str = "",
) -> Problem:
    """A problem made from one entry of ``ValidationError.errors()``.

    Args:
        detail: the entry.
        field: pydantic field of the column.
        table: table, or section of the settings.
        row: number of the row.
        column: column or key.
        currency: currency of the case, for units.
    """
    kind = detail["type"]
    value = detail.get("input")
    remedy = _remedy_number(field, currency)
    if kind == "missing":
        key = column in UNIQUE.get(table, ())
        message = "is blank, and every row needs one" if key else "is blank, and must be given"
        words = choices(field.annotation)
        if words:
            remedy = "one of " + ", ".join(words)
        elif key and not remedy:
            remedy = "give the row a name"
        remedy = remedy or str(field.description)
        return Problem("error", message, table, row, column, None, remedy)
    if kind in _LIMITS:
        what, allowed = (text.format(**detail["ctx"]) for text in _LIMITS[kind])
        message = f"{quote(value)} {what}"
        remedy = ", ".join(part for part in (remedy, allowed) if part)
    elif kind in _SPECIAL:
        message, remedy = _SPECIAL[kind](detail, field, remedy)
    elif kind in _OWN:
        message = f"{quote(value)} {detail['msg']}"
    else:
        message = f"{quote(value)} is not {_article(kind_of(field))}"
        remedy = remedy or str(field.description)
    return Problem("error", message, table, row, column, value, remedy)


_OWN = {"whole", "name", "text"}
"""Kinds of error whose text is already ours."""


def _article(words: str) -> str:
    return words if words.startswith(("one ", "yes ", "name ", "text")) else f"a {words}"


def _remedy_number(field: Any, currency: str) -> str:
    """'days, e.g. 21', '' for columns that hold no number."""
    if kind_of(field) not in {"number", "whole number", "period", "number or text", "yes or no"}:
        return ""
    unit = unit_words(column_info(field).unit, currency)
    example = example_of(field)
    return ", ".join(part for part in (unit, f"e.g. {example}" if example else "") if part)


def _number(detail: Any, field: Any, remedy: str) -> tuple[str, str]:
    value = detail.get("input")
    text = str(value).strip() if isinstance(value, str) else ""
    if text.replace(",", "").replace(".", "").replace("-", "").isdigit() and "," in text:
        remedy = "write the decimals with a point and thousands without a mark, e.g. 1234.5"
    elif text.endswith("%"):
        remedy = "write a fraction, e.g. 0.25 for 25%"
    return f"{quote(value)} {detail['msg']}", remedy


def _finite(detail: Any, field: Any, remedy: str) -> tuple[str, str]:
    if allows_no_limit(field):
        return f"{quote(detail['input'])} {detail['msg']}", f"{remedy}; inf or blank: no limit"
    advice = "no limit ('inf') is allowed only in capacity, max_modules and quota"
    return f"{quote(detail['input'])} {detail['msg']}", f"{remedy}; {advice}".lstrip("; ")


def _literal(detail: Any, field: Any, remedy: str) -> tuple[str, str]:
    words = choices(field.annotation)
    value = str(detail["input"])
    hint = did_you_mean(value, words)
    return (
        f"{quote(detail['input'])} is not one of {', '.join(words)}",
        hint or "choose one of them",
    )


def _period(detail: Any, field: Any, remedy: str) -> tuple[str, str]:
    return (
        f"{quote(detail['input'])} is neither a period nor a month",
        "a whole number from 1, or a month as in 2027-04",
    )


def _pattern(detail: Any, field: Any, remedy: str) -> tuple[str, str]:
    value = str(detail["input"])
    code = country_hint(value)
    return (
        f"{quote(value)} is not a country code",
        f"did you mean {code}?" if code else "two capital letters (ISO 3166 alpha-2), e.g. DE",
    )


def _name(detail: Any, field: Any, remedy: str) -> tuple[str, str]:
    return (
        f"{quote(detail['input'])} {detail['msg']}",
        "a name holds no comma, semicolon or equals sign and does not begin with @, ! or *",
    )


def _yes_no(detail: Any, field: Any, remedy: str) -> tuple[str, str]:
    return f"{quote(detail['input'])} is neither yes nor no", "write yes or no"


_SPECIAL: dict[str, Callable[[Any, Any, str], tuple[str, str]]] = {
    "number": _number,
    "finite": _finite,
    "literal_error": _literal,
    "period": _period,
    "string_pattern_mismatch": _pattern,
    "name": _name,
    "yes_no": _yes_no,
}


def country_hint(text: str) -> str:
    """The alpha-2 code that a text probably means, '' if none: 'DEU' and 'de' mean DE."""
    code = text.strip().upper()
    if code in ALPHA_3:
        return ALPHA_3[code]
    if code in {"UK", "GREAT BRITAIN", "ENGLAND"}:
        return "GB"
    return code if code in ALPHA_2 else ""
