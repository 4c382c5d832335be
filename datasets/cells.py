"""A case as plain cells, ready to be written in any form."""

from __future__ import annotations

import math
from typing import Any

from ..models.case import TABLES, Case, CaseSettings, SolveSettings, columns
from ..models.row_keys import PROVENANCE

_ALWAYS = ("name", "currency", "periods", "months_per_period", "discount_rate")
_LARGEST_EXACT = 2.0**53


def attribute(column: str) -> str:
    """The field of a row behind a column ('from' is a word of the language)."""
    return "from_" if column == "from" else column


def plain(value: Any) -> Any:
    """A value as it is written: None for blank, whole numbers as int, no limit as 'inf'."""
    if isinstance(value, float):
        if math.isinf(value):
            return "inf"
        if value.is_integer() and abs(value) < _LARGEST_EXACT:
            return int(value)
    return value


def text_of(cell: Any) -> str:
    """A plain cell as text for a CSV file; numbers keep every digit."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return repr(cell) if isinstance(cell, float) else str(cell)


def plain_rows(
    case: Case, table: str, *, every_column: bool = False
) -> tuple[list[str], list[list[Any]]]:
    """Header and rows of a table as plain cells.

    Only columns that must be given or hold something other than their default are kept, unless
    ``every_column``. A cell without limit whose default is no limit is blank.
    """
    fields = columns(TABLES[table])
    rows = case.rows(table)
    header: list[str] = []
    cells: list[list[Any]] = []
    for name, field in fields.items():
        values = [getattr(row, attribute(name)) for row in rows]
        required = field.is_required()
        if required or every_column or any(value != field.default for value in values):
            unlimited = isinstance(field.default, float) and math.isinf(field.default)
            header.append(name)
            cells.append(
                [None if unlimited and value == field.default else plain(value) for value in values]
            )
    order = [i for i, name in enumerate(header) if name not in PROVENANCE]
    order += [i for i, name in enumerate(header) if name in PROVENANCE]
    return [header[i] for i in order], [[cells[i][k] for i in order] for k in range(len(rows))]


def plain_settings(case: Case) -> dict[str, dict[str, Any]]:
    """[case] and [solve] as plain values: what differs from its default, and the essentials."""
    settings: dict[str, dict[str, Any]] = {"case": {}}
    for name, field in CaseSettings.model_fields.items():
        value = getattr(case.case, name)
        if value is not None and (name in _ALWAYS or value != field.default):
            settings["case"][name] = plain(value)
    solve: dict[str, Any] = {}
    for name, field in SolveSettings.model_fields.items():
        value = getattr(case.solve, name)
        if value is None or value == field.default:
            continue
        if isinstance(value, dict):
            solve[name] = {key: plain(number) for key, number in value.items()}
        elif isinstance(value, list):
            solve[name] = value[0] if len(value) == 1 else value
        else:
            solve[name] = plain(value)
    if solve:
        settings["solve"] = solve
    return settings
