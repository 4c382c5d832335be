"""Random policies and export controls."""

from __future__ import annotations

from typing import Any

from .dice import Dice, Row

KINDS = (
    "max_share", "min_share", "max_quantity", "min_quantity", "min_suppliers", "max_suppliers",
    "max_throughput", "max_lanes", "capital_budget", "recycled_share", "min_cover_days",
    "max_open", "min_open",
)  # fmt: skip
SUPPLY = ("max_share", "min_share", "max_quantity", "min_quantity", "recycled_share")
EACH = {
    "max_share": ("country", "operator", "supplier", "site"),
    "min_share": ("country", "operator", "supplier", "site"),
    "max_quantity": ("country", "operator", "supplier", "site"),
    "min_quantity": ("country", "operator", "supplier", "site"),
    "max_throughput": ("site", "country"),
    "max_open": ("site", "country", "operator"),
}
SHARES = ("max_share", "min_share", "recycled_share")


def add_rules(case: dict[str, Any], dice: Dice, periods: int) -> None:
    """Add up to two policies and up to two controls with their timelines."""
    case["policies"], case["controls"], case["control_status"] = [], [], []
    for i in range(dice.one(0, 1, 1, 2)):
        case["policies"].append(_policy(case, dice, periods, f"x{i}"))
    for i in range(dice.one(0, 1, 1, 2)):
        case["controls"].append(_control(case, dice, f"k{i}"))
        if dice.chance(0.3):
            _timeline(case, dice, periods, f"k{i}")
    if dice.chance(0.3):
        case["case"]["unknown_controls"] = dice.one("in_force", "suspended")


def _policy(case: dict[str, Any], dice: Dice, periods: int, name: str) -> Row:
    kind = dice.one(*KINDS)
    value = dice.one(0.2, 0.5, 0.8) if kind in SHARES else dice.one(1, 2, 5, 15)
    if kind == "capital_budget":
        value = dice.one(20, 60, 150)
    row: Row = {"policy": name, "kind": kind, "value": value}
    if dice.chance(0.85):
        row["penalty"] = dice.one(5, 50)
    if kind != "capital_budget":
        row["materials"] = dice.one("oxide", "magnet", "oxide,magnet", "*")
        row |= _scope(case, dice, kind)
    if kind in SUPPLY and dice.chance(0.15):
        row["stages"] = dice.one("separation", "magnet", "recycling")
        if dice.chance(0.5):
            row.pop("materials")
    if kind not in ("max_lanes", "min_cover_days"):
        row |= dice.some(0.5, window=dice.one("horizon", "period", "year"))
    if kind in EACH:
        row |= dice.some(0.4, each=dice.one(*EACH[kind]))
    if kind == "min_suppliers":
        row |= dice.some(0.5, count_from=dice.one(0.1, 0.2, 0.4))
    return row | dice.window(0.2, periods)


def _firms(case: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Names of suppliers, and of operators of sites."""
    suppliers = {offer["supplier"] for offer in case["offers"]}
    return sorted(suppliers), sorted({row.get("operator", row["site"]) for row in case["sites"]})


def _scope(case: dict[str, Any], dice: Dice, kind: str) -> Row:
    suppliers, operators = _firms(case)
    scope = dice.some(
        0.15, countries=dice.one("CN", "*,!CN", "EU"), operators=dice.one(*operators),
        sites=dice.one("CN1", "@CN", "US1,DE1"), suppliers=dice.one(*suppliers),
    )  # fmt: skip
    if kind not in SUPPLY and kind not in ("min_suppliers", "max_suppliers"):
        scope.pop("suppliers", None)
    return scope


def _control(case: dict[str, Any], dice: Dice, name: str) -> Row:
    suppliers, operators = _firms(case)
    sender, receiver = dice.one(*suppliers, *operators), dice.one(*operators)

    def others(name: str) -> str:
        return f"*,!{name}" if {*operators} != {name} else name

    row: Row = {"control": name, "kind": dice.one("export", "import")}
    row |= dice.some(0.4, exporters=dice.one("CN", "*,!DE"), destinations=dice.one("DE", "EU,US"))
    row |= dice.some(
        0.3, policy=dice.one("prohibited", "free", "general_licence"), tariff=0.2,
        quota=dice.number(1, 20), quota_window=dice.one("period", "year", "horizon"),
        review_days=dice.one(10, 45, 100), price_floor=8, unit_cost=dice.number(0.1, 3),
        materials=dice.one("oxide", "o*", "magnet"), operators=dice.one(sender, others(sender)),
        end_users=dice.one(receiver, others(receiver)), stages=dice.one("separation", "magnet"),
    )  # fmt: skip
    if row["kind"] == "export":
        row.pop("price_floor", None)
    return row


def _timeline(case: dict[str, Any], dice: Dice, periods: int, name: str) -> None:
    for start in sorted({dice.whole(1, periods) for _ in range(dice.whole(1, 2))}):
        status = dice.one("announced", "in_force", "in_force", "suspended", "repealed", "unknown")
        case["control_status"].append({"control": name, "start": start, "status": status})
