"""Random scenario trees and changes of many fields."""

from __future__ import annotations

from typing import Any

from .dice import Dice, Row

KEYS = {
    "materials": ("material",), "offers": ("offer",), "recipes": ("process", "material"),
    "plants": ("plant",), "expansions": ("plant",), "lanes": ("lane",),
    "demand": ("site", "material"), "returns": ("site", "material"),
    "disposal": ("site", "material"), "stockpiles": ("site", "material"),
    "offer_tiers": ("offer",), "policies": ("policy",), "controls": ("control",),
}  # fmt: skip
ANY_NUMBER = {
    "materials": ("price",),
    "offers": ("price", "capacity", "min_order", "min_take", "order_cost", "select_cost",
               "commit_quantity"),
    "offer_tiers": ("price",),
    "recipes": ("quantity",),
    "plants": ("capacity", "open_cost", "fixed_cost", "run_cost", "variable_cost", "min_activity"),
    "expansions": ("module_capacity", "module_cost", "fixed_cost"),
    "lanes": ("cost", "capacity", "open_cost", "min_load"),
    "demand": ("quantity", "price", "shortage_cost", "backlog_cost"),
    "returns": ("share",),
    "disposal": ("cost", "capacity"),
    "stockpiles": ("capacity", "holding_cost", "min_level", "min_cover_days", "open_cost",
                   "final_level", "decay"),
    "policies": ("value", "penalty"),
    "controls": ("tariff", "quota", "unit_cost", "price_floor"),
}  # fmt: skip
LEADS = {"offers": "lead_days", "plants": "lead_days", "lanes": "lead_days",
         "controls": "review_days"}  # fmt: skip
TREES: dict[int, list[list[tuple[str, float, str | None, int]]]] = {
    2: [
        [("A", 0.6, None, 1), ("B", 0.4, "A", 2)],
        [("A", 0.5, None, 1), ("B", 0.2, "A", 2), ("C", 0.3, None, 1)],
    ],
    3: [
        [("A", 0.5, None, 1), ("B", 0.3, "A", 2), ("C", 0.2, "B", 3)],
        [("A", 0.5, None, 1), ("B", 0.3, "A", 3), ("C", 0.2, "A", 2)],
        [("A", 0.6, None, 1), ("B", 0.4, "A", 3)],
    ],
}


def add_futures(case: dict[str, Any], dice: Dice, periods: int) -> None:
    """Add a scenario tree of two or three stages to half of the cases, and changes to most."""
    case["scenarios"], case["changes"] = [], []
    if periods > 1 and dice.chance(0.5):
        for name, probability, parent, begins in dice.one(*TREES[2 if periods == 2 else 3]):
            row: Row = {"scenario": name, "probability": probability}
            if parent:
                row |= {"parent": parent, "branches_at": begins}
            case["scenarios"].append(row)
    for row in case["scenarios"][1:]:
        case["changes"].append(
            {"scenario": row["scenario"], "table": "demand", "field": "quantity",
             "op": "multiply", "value": dice.number(0, 2)}
        )  # fmt: skip
    for _ in range(dice.one(0, 1, 2, 4)):
        change = _change(case, dice)
        if change is None:
            continue
        first = 1
        if case["scenarios"] and dice.chance(0.7):
            scenario = dice.one(*case["scenarios"])
            change["scenario"] = scenario["scenario"]
            first = scenario.get("branches_at", 1)
        start = dice.whole(first, periods)
        case["changes"].append(change | dice.some(0.5, start=start, end=dice.whole(start, periods)))
    if case["control_status"] and dice.chance(0.4):
        case["changes"].append(
            {"table": "control_status", "key": case["control_status"][0]["control"],
             "field": "status", "value": dice.one("in_force", "suspended", "unknown")}
            | dice.some(0.5, start=dice.whole(1, periods))
        )  # fmt: skip
    if case["scenarios"] and dice.chance(0.15):
        chosen = dice.one(*case["scenarios"])["scenario"]
        case["solve"] = {"scenarios": [chosen]}


def _change(case: dict[str, Any], dice: Dice) -> Row | None:
    """A change of one of the numbers that a row of the case gives, in all rows of its key."""
    table = dice.one(*KEYS)
    if not case[table]:
        return None
    row = dice.one(*case[table])
    key = {column: row[column] for column in KEYS[table]}
    rows = [r for r in case[table] if all(r[column] == key[column] for column in key)]
    fields = [
        field
        for field in (*ANY_NUMBER[table], LEADS.get(table, ""))
        if all(isinstance(r.get(field), (int, float)) for r in rows)
    ]
    if not fields:
        return None
    field = dice.one(*fields)
    selector = ";".join(f"{column}={value}" for column, value in key.items())
    change: Row = {"table": table, "field": field, "key": selector}
    if field in LEADS.values():
        return change | {"value": dice.one(0, 10, 50, 100, 190)}
    if table == "recipes" or field in ("decay", "share") or dice.chance(0.6):
        return change | {"op": "multiply", "value": dice.number(0.4, 1.6)}
    return change | {"op": dice.one("add", "set"), "value": dice.number(0, 8)}
