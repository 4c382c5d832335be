"""What is not the same in two cases, row by row, in a planner's words."""

from __future__ import annotations

from typing import Any

from .case import TABLES, UNIQUE, Case, columns
from .describe import kind_of
from .row_keys import PROVENANCE

Key = tuple[str, ...]
STATES = ("commitments", "carried", "granted", "in_transit", "control_status")
"""Tables that are other rows at another time."""


def input_differences(old: Case, new: Case, *, dates: bool = True) -> list[str]:
    """Lines such as 'offers Kuantan: price 84000 instead of 80000', in the order of the tables.

    Args:
        old: a case.
        new: the case that differs from it.
        dates: tell differences of periods too; not for cases that start at different times.
    """
    lines = []
    for name in ("discount_rate", "capital_rate", "shortage_days", "decide_every"):
        was, now = getattr(old.case, name), getattr(new.case, name)
        if was != now:
            lines.append(f"[case] {name}: {_shown(now)} instead of {_shown(was)}")
    for table in TABLES:
        if not dates and table in STATES:
            continue
        before, after = _by_key(old, table), _by_key(new, table)
        label = table.replace("_", " ")
        for key, row in after.items():
            called = f"{label} {', '.join(part for part in key if part)}"
            if key not in before:
                lines.append(f"{called}: new")
                continue
            told = _cells(table, before[key], row, dates=dates)
            if told:
                lines.append(f"{called}: {', '.join(told)}")
        lines += [
            f"{label} {', '.join(part for part in key if part)}: gone"
            for key in before
            if key not in after
        ]
    return lines


def _by_key(case: Case, table: str) -> dict[Key, Any]:
    """Rows of a table by what names them; those of one name are numbered."""
    names = UNIQUE.get(table) or _first(table)
    found: dict[Key, Any] = {}
    for row in case.rows(table):
        key = tuple(
            _shown(value)
            for name in names
            if (value := getattr(row, "from_" if name == "from" else name)) is not None
        )
        number, whole = 1, key
        while whole in found:
            number += 1
            whole = (*key, f"no. {number}")
        found[whole] = row
    return found


def _first(table: str) -> tuple[str, ...]:
    """Columns that tell rows apart where nothing needs to be unique."""
    chosen = {
        "demand": ("site", "material", "end_use"),
        "changes": ("scenario", "table", "key", "field"),
        "commitments": ("decision", "name"),
        "in_transit": ("site", "material"),
        "returns": ("site", "material", "from_site", "from_material"),
    }
    return chosen.get(table) or (next(iter(columns(TABLES[table]))),)


def _cells(table: str, old: Any, new: Any, *, dates: bool) -> list[str]:
    told = []
    for name, field in columns(TABLES[table]).items():
        if name in PROVENANCE or (not dates and kind_of(field) == "period"):
            continue
        attribute = "from_" if name == "from" else name
        was, now = getattr(old, attribute), getattr(new, attribute)
        if was != now:
            told.append(f"{name.replace('_', ' ')} {_shown(now)} instead of {_shown(was)}")
    return told


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "blank" if value is None else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.10g}" if isinstance(value, float) else str(value)
