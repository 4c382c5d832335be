"""The JSON Schema of a case: what one may write in ``case.json``, made from the models.

It describes the form ``{"case": {...}, "solve": {...}, "<table>": [{column: value}, ...]}``, so an
editor can complete and check it, and a program can validate what it generates before it asks for
a solve. It says what each cell may hold; whether names exist and windows make sense takes the
whole case, and is what ``secondsource check`` tells.
"""

from __future__ import annotations

import math
from typing import Any

from pydantic import BaseModel

from .case import TABLES, CaseSettings, SolveSettings, columns
from .describe import allows_no_limit, choices, is_name, kind_of, may_lie_before
from .fields import FORBIDDEN_AT_START, FORBIDDEN_IN_NAMES, column_info
from .row_keys import PROVENANCE

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SECTIONS: dict[str, type[BaseModel]] = {"case": CaseSettings, "solve": SolveSettings}
"""The parts of a case that are no tables."""

_NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*(/\s*\d+(\.\d+)?\s*)?$"
_LIMIT = r"^\s*([+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*(/\s*\d+(\.\d+)?\s*)?|\+?inf(inity)?)$"
_PERIOD = r"^\s*([0-9]{4}-(0[1-9]|1[0-2])|[1-9][0-9]*)\s*$"
_MOMENT = r"^\s*([0-9]{4}-(0[1-9]|1[0-2])|[+-]?[0-9]+)\s*$"
_YES_NO = r"^\s*([Yy]es|[Nn]o|[Tt]rue|[Ff]alse|[YyNn01])\s*$"
_NAME = rf"^[^{FORBIDDEN_AT_START}{FORBIDDEN_IN_NAMES}\s][^{FORBIDDEN_IN_NAMES}]*$"
_TEXT_OF = {
    "number": (("number",), _NUMBER),
    "whole number": (("integer",), _NUMBER),
    "period": (("integer",), _PERIOD),
    "yes or no": (("boolean", "integer"), _YES_NO),
}
"""What besides text a cell of a kind may be, and what its text looks like."""
_LIMITS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


def case_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a whole case, its parts under ``$defs``."""
    properties: dict[str, Any] = {name: {"$ref": f"#/$defs/{name}"} for name in SECTIONS}
    properties |= {
        name: {"type": ["array", "null"], "items": {"$ref": f"#/$defs/{name}"}} for name in TABLES
    }
    return {
        "$schema": DIALECT,
        "title": "A case of secondsource",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "$defs": {name: _part(model) for name, model in {**SECTIONS, **TABLES}.items()},
    }


def part_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of one row of a table, or of the section ``case`` or ``solve``.

    Raises:
        KeyError: there is neither a table nor a section of that name.
    """
    model = {**SECTIONS, **TABLES}[name]
    return {"$schema": DIALECT, "title": name, **_part(model)}


def _part(model: type[BaseModel]) -> dict[str, Any]:
    """A table's row or a section as an object."""
    made = model.model_json_schema(by_alias=True)
    fields = dict(sorted(columns(model).items(), key=lambda item: item[0] in PROVENANCE))
    part = {
        "description": " ".join((model.__doc__ or "").replace("``", "").split()),
        "type": "object",
        "properties": {
            name: _cell(field, made["properties"][name]) for name, field in fields.items()
        },
        "additionalProperties": False,
    }
    if required := [name for name, field in fields.items() if field.is_required()]:
        part["required"] = required
    return part


def _cell(field: Any, made: dict[str, Any]) -> dict[str, Any]:
    """What a cell may hold; null, and text of blanks, mean the default.

    Limits come from pydantic's own schema. Keywords that are about numbers say nothing about
    text, and the other way round, so one type list and both kinds of keywords say it all.
    """
    cell: dict[str, Any] = {"description": field.description}
    cell |= _holds(field, made)
    cell |= {key: made[key] for key in _LIMITS if key in made}
    for part in made.get("anyOf", ()):
        cell |= {key: part[key] for key in _LIMITS if key in part}
    if not field.is_required():
        _allow_null(cell)
        if field.default is not None:
            cell["default"] = "inf" if field.default == math.inf else field.default
    info = column_info(field)
    notes = {"x-unit": info.unit, "x-name-in": info.refers, "x-selects": info.selects}
    cell |= {key: text for key, text in notes.items() if text}
    if info.structural:
        cell["x-cannot-be-changed"] = True
    return cell


def _holds(field: Any, made: dict[str, Any]) -> dict[str, Any]:
    """Types, words and patterns of a cell, before blanks are allowed."""
    if made.get("type") in {"array", "object"}:  # lists and caps of [solve]
        own: dict[str, Any] = {
            key: made[key]
            for key in ("items", "propertyNames", "additionalProperties")
            if key in made
        }
        return {"type": ["array", "string"] if made["type"] == "array" else ["object"], **own}
    if words := choices(field.annotation):
        return {"enum": list(words)}
    kind = kind_of(field)
    if kind in _TEXT_OF:
        plain, pattern = _TEXT_OF[kind]
        if kind == "period" and may_lie_before(field):
            return {"type": [*plain, "string"], "pattern": _MOMENT}
        least = {"minimum": 1} if kind == "period" else {}
        pattern = _LIMIT if allows_no_limit(field) else pattern
        return {"type": [*plain, "string"], "pattern": pattern, **least}
    if is_name(field):
        return {"type": ["string", "number"], "pattern": _NAME}
    return {"type": ["string", "number", "boolean"]}


def _allow_null(cell: dict[str, Any]) -> None:
    """Let a cell be null or, where text may stand, empty."""
    if "enum" in cell:
        cell["enum"] = [*cell["enum"], "", None]
        return
    cell["type"] = [*cell["type"], "null"]
    if "pattern" in cell:
        cell["pattern"] = rf"^\s*$|{cell['pattern']}"
