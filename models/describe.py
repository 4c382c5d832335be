"""What a column is, in words, made from its declaration: for documents, templates, messages."""

from __future__ import annotations

import math
from typing import Any, Literal, get_args, get_origin

from .fields import Limit, Moment, Name, column_info

_EXAMPLES = {
    "days": "21",
    "1": "0.25",
    "periods": "2",
    "degrees": "48.1",
    "modules": "3",
    "months": "3",
    "s": "600",
    "1/year": "0.08",
    "1/period": "0.01",
    "unit/unit": "0.25",
    "unit/unit of activity": "-1.2",
}
_MEANINGS = {
    "1": "a fraction",
    "1/year": "a fraction per year",
    "1/period": "a fraction per period",
    "s": "seconds",
    "unit": "in the material's unit",
    "unit/period": "in the material's unit per period",
    "unit/window": "in the material's unit per window",
    "unit/unit": "units per unit",
    "unit/unit of activity": "in the material's unit per unit of activity",
    "money/unit": "money per unit of the material",
    "money/period": "money per period",
    "money/activity": "money per unit of activity",
    "activity/period": "units of activity per period",
}


def choices(annotation: Any) -> tuple[str, ...]:
    """The words an enumerated column allows, () for any other column."""
    if get_origin(annotation) is Literal:
        return tuple(str(word) for word in get_args(annotation))
    for part in get_args(annotation):
        if found := choices(part):
            return found
    return ()


def holds(annotation: Any, wanted: Any) -> bool:
    """Whether a column's type is ``wanted``, or is one of several of which one is."""
    return annotation is wanted or any(holds(part, wanted) for part in get_args(annotation))


def kind_of(field: Any) -> str:
    """What a cell of the column is: 'number', 'whole number', 'period', 'name', ..."""
    info = column_info(field)
    annotation = field.annotation
    numeric, whole, text = (holds(annotation, kind) for kind in (float, int, str))
    kinds = (
        ("one of a list", bool(choices(annotation))),
        ("selector", bool(info.selects)),
        ("period", whole and text),
        ("number or text", numeric and text),
        ("number", numeric),
        ("whole number", whole),
        ("yes or no", holds(annotation, bool)),
        (f"name in {info.refers}", bool(info.refers)),
    )
    return next((words for words, true in kinds if true), "text")


def allows_no_limit(field: Any) -> bool:
    """Whether 'inf' may stand in the column."""
    return _is_declared(field, Limit)


def is_name(field: Any) -> bool:
    """Whether the column holds a name, in the sense of the format."""
    return _is_declared(field, Name)


def may_lie_before(field: Any) -> bool:
    """Whether the column holds a period that may be 0 or less."""
    return _is_declared(field, Moment)


def _is_declared(field: Any, kind: Any) -> bool:
    """Whether a column is declared with a type of :mod:`.fields`, be it one of several.

    Pydantic takes a field's type apart: what is left of it are its markers.
    """
    markers = [*field.metadata, *_metadata(field.annotation)]
    return all(marker in markers for marker in kind.__metadata__)


def _metadata(annotation: Any) -> list[Any]:
    found = list(getattr(annotation, "__metadata__", ()))
    for part in get_args(annotation):
        found += _metadata(part)
    return found


def unit_words(unit: str, currency: str = "") -> str:
    """A unit in a planner's words: 'days', 'a fraction', 'USD per unit of the material'."""
    words = _MEANINGS.get(unit, unit)
    return words.replace("money", currency) if currency else words


def example_of(field: Any) -> str:
    """A right value to show in a message."""
    info = column_info(field)
    if info.example:
        return info.example
    by_kind = {"period": "3 or 2027-04", "yes or no": "yes", "whole number": "2", "number": "250"}
    return _EXAMPLES.get(info.unit) or by_kind.get(kind_of(field), "")


def default_words(field: Any) -> str:
    """The default as it would be written, 'required' if there is none, '' for blank."""
    if field.is_required():
        return "required"
    default = field.default
    if default is None:
        return ""
    if isinstance(default, bool):
        return "yes" if default else "no"
    if isinstance(default, float):
        return "inf" if math.isinf(default) else f"{default:g}"
    if isinstance(default, list):
        return ", ".join(str(part) for part in default)
    return "" if default == {} else str(default)
