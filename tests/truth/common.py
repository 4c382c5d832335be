"""What all conversions share: a case under construction, and how it is written down."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Case = dict[str, Any]


def new_case(
    name: str,
    title: str,
    *,
    periods: int = 1,
    materials: Iterable[str] = ("goods",),
    months: float = 1,
    **settings: float | str,
) -> Case:
    """Start a case with its settings and its materials; tables follow by :func:`add`."""
    case: Case = {
        "case": {
            "name": name,
            "title": title,
            "periods": periods,
            "months_per_period": months,
            **settings,
        },
        "solve": {"minimise": "cost", "gap": 0},
    }
    for material in materials:
        add(case, "materials", material=material)
    return case


def add(case: Case, table: str, /, **row: Any) -> None:
    """Append a row; ``from_`` stands for the column ``from`` and Nones are left blank."""
    clean = {column.removesuffix("_"): value for column, value in row.items() if value is not None}
    case.setdefault(table, []).append({column: tidy(value) for column, value in clean.items()})


def tidy(value: Any) -> Any:
    """Write whole floats as integers, which keeps the files short."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def add_sites(case: Case, sites: Iterable[str], country: str) -> None:
    """Add sites that are all in one country."""
    for site in sites:
        add(case, "sites", site=site, country=country)


def write(case: Case, path: Path) -> None:
    """Write a case as JSON with one table row per line: small, and easy to compare."""
    parts = []
    for key, content in case.items():
        if isinstance(content, list):
            rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in content)
            parts.append(f'"{key}": [\n{rows}\n]')
        else:
            parts.append(f'"{key}": {json.dumps(content, ensure_ascii=False)}')
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
