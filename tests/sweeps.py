"""A small case and sweeps over it, and what plain solves say of their points."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

from optimizer.agreement import checked
from secondsource.models.case import Case
from secondsource.models.plan import Solution
from secondsource.models.rule_rows import Change
from secondsource.optimizer.highs import Options
from secondsource.optimizer.solve import Request, solve

SHOP: dict[str, Any] = {
    "case": {"name": "shop", "periods": 2, "months_per_period": 12},
    "materials": [{"material": "magnet", "price": 10}],
    "sites": [{"site": "Here", "country": "DE"}, {"site": "There", "country": "CN"}],
    "offers": [
        {"offer": "near", "site": "Here", "material": "magnet", "price": 9, "capacity": 50,
         "select_cost": 60},
        {"offer": "far", "site": "There", "material": "magnet", "price": 5, "capacity": 80},
        {"offer": "+dear", "site": "Here", "material": "magnet", "price": 30, "capacity": 40},
    ],
    "lanes": [{"lane": "sea", "from": "There", "to": "Here", "material": "magnet", "cost": 1,
               "open_cost": 20}],
    "demand": [{"site": "Here", "material": "magnet", "quantity": 60}],
    "controls": [{"control": "ban", "kind": "export", "exporters": "CN", "policy": "prohibited"}],
    "control_status": [
        {"control": "ban", "start": 1, "status": "announced"},
        {"control": "ban", "start": 2, "status": "in_force"},
    ],
}  # fmt: skip
"""Demand that must be met, from a supplier abroad until the ban, then from two at home."""

PRICE = {"name": "price", "table": "offers", "key": "near", "field": "price"}
DEMAND = {"name": "demand", "table": "demand", "field": "quantity", "op": "multiply"}
BAN = {"name": "ban", "table": "control_status", "key": "control=ban", "field": "status"}


def shop() -> Case:
    """The small case, checked."""
    return checked(SHOP)


def shop_file(folder: Path) -> Path:
    """The small case as a file."""
    path = folder / "shop.json"
    path.write_text(json.dumps(SHOP))
    return path


def grid(*inputs: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A grid as the content of a sweep file."""
    return {"sweep": {"design": "grid"}, "inputs": list(inputs), **more}


def plainly(case: Case, changes: list[Change], gap: float = 0.0, **more: Any) -> Solution:
    """What a plain solve of the changed case gives."""
    changed = case.model_copy(update={"changes": [*case.changes, *changes]})
    return solve(changed, replace(Request.of(case), options=Options(gap=gap), **more))


def rows_in(ledger: Path) -> list[tuple[str, str]]:
    """What a ledger holds, after SQLite found it sound."""
    connection = sqlite3.connect(ledger)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return []  # made, but not yet begun
        found: list[tuple[str, str]] = connection.execute(
            "SELECT key, answer FROM points WHERE key NOT LIKE 'why %' ORDER BY key"
        ).fetchall()
    finally:
        connection.close()
    return found
