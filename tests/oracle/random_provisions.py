"""Random pedigrees, rules of every kind, their timelines, and futures that change them."""

from __future__ import annotations

from typing import Any

from .dice import Dice, Row
from .random_futures import TREES

Case = dict[str, Any]
KINDS = ("export", "export", "export", "reexport", "import", "import", "procurement",
         "procurement", "technology", "technology", "service", "service")  # fmt: skip
LICENSED = ("case_by_case", "presumption_of_denial")
POLICIES = ("free", "general_licence", "case_by_case", "case_by_case", "presumption_of_denial",
            "prohibited")  # fmt: skip
REVIEWS = (20, 50, 100, 190)
CHANGED = ("tariff", "unit_cost", "quota", "review_days", "cost", "uptime", "price_floor")


def add_pedigrees(case: Case, dice: Dice) -> None:
    """Add up to two pedigrees, and mark some offers."""
    case["pedigrees"] = []
    materials = [row["material"] for row in case["materials"]]
    for i in range(dice.one(0, 1, 1, 1, 2)):
        row: Row = {"pedigree": f"q{i}", "min_value_share": _threshold(case, dice)}
        row |= dice.some(
            0.5, countries=dice.one("CN", "US", "*,!CN"),
            stages=dice.one("mining", "separation", "magnet", "separation,magnet"),
        )  # fmt: skip
        row |= dice.some(
            0.2, technologies=dice.one("laser", "furnace"),
            materials=dice.one(dice.one(*materials), "*,!oxide", "*,!magnet"),
            reset_by=dice.one(*(row["process"] for row in case["processes"])),
        )  # fmt: skip
        case["pedigrees"].append(row)
        for offer in case["offers"]:
            if "pedigrees" not in offer:
                chance = 0.6 if offer["site"].startswith("CN") else 0.15
                offer.update(dice.some(chance, pedigrees=dice.one(f"q{i}", f"q{i}", "*")))


def _threshold(case: Case, dice: Dice) -> float:
    """Mostly a round share; sometimes just what one input has, which is a tie."""
    share = dice.one(0, 0, 0.001, 0.1, 0.25, 0.5)
    if dice.chance(0.85):
        return float(share)
    price = {row["material"]: row["price"] for row in case["materials"]}
    recipe = dice.one(*(row for row in case["recipes"] if row["quantity"] < 0))
    made = sum(
        row["quantity"] * price[row["material"]]
        for row in case["recipes"]
        if row["process"] == recipe["process"] and row["quantity"] > 0
    )
    return float(min(1.0, -recipe["quantity"] * price[recipe["material"]] / made))


def add_provisions(case: Case, dice: Dice, periods: int) -> None:
    """Add one to five rules with their timelines, and sometimes a policy."""
    case["controls"], case["control_status"], case["policies"] = [], [], []
    for i in range(dice.one(1, 2, 2, 3, 3, 4, 5)):
        kind = dice.one(*KINDS)
        if kind in ("reexport", "procurement") and not case["pedigrees"]:
            kind = "export"
        rule = {"control": f"k{i}", "kind": kind} | RULES[kind](case, dice)
        case["controls"].append(rule)
        denied = rule["policy"] == "presumption_of_denial"
        if dice.chance(0.8 if denied else 0.4):
            _timeline(case, dice, periods, rule)
    if dice.chance(0.3):
        case["case"]["unknown_controls"] = dice.one("in_force", "suspended")
    if dice.chance(0.15):
        case["policies"].append(_policy(dice))


def _border(case: Case, dice: Dice) -> Row:
    operators = _values(case, ("sites", "site"), ("sites", "operator"), ("offers", "supplier"))
    operators = [name for name in operators if _is_operator(case, name)]
    uses = _values(case, ("demand", "end_use"))
    users = [name for name in operators if not name.startswith("s")]
    users += _values(case, ("demand", "end_user"))
    materials = _values(case, ("materials", "material"))
    row: Row = {"policy": dice.one(*POLICIES)}
    row |= dice.some(0.4, exporters=dice.one("CN", "CN", "CN", "US", "*,!DE"))
    row |= dice.some(0.2, destinations=dice.one("DE", "EU", "US", "west", "west", "*,!DE"))
    row |= dice.some(0.25, materials=dice.one(*materials))
    row |= dice.some(
        0.08, operators=dice.one(*_picks(operators, dice)),
        stages=dice.one("mining", "separation", "magnet", "separation,magnet"),
    )  # fmt: skip
    row |= dice.some(
        0.3, quota=dice.number(1, 25), tariff=dice.one(0.1, 0.3), unit_cost=dice.number(0.1, 3),
        quota_window=dice.one("period", "year", "horizon"), review_days=dice.one(*REVIEWS),
    )  # fmt: skip
    if dice.chance(0.15):
        row["end_users"] = _one(users, dice)
    if dice.chance(0.5):
        column = dice.one("end_uses", "end_uses", "exempt_end_uses")
        row[column] = dice.one(*uses, *uses, *(["*,!civil"] if len(uses) > 1 else []))
    if row["policy"] in LICENSED:
        row |= dice.some(0.5, cost=dice.number(1, 40), validity_periods=dice.whole(1, 3))
        if any(rule.get("cost") for rule in case["controls"]):
            row.pop("cost", None)  # a few choices of when to apply are enough for the solver
    if row["policy"] == "prohibited" and "end_uses" not in row:
        row.setdefault("materials", dice.one(*materials))
    return row


def _export(case: Case, dice: Dice) -> Row:
    row = _border(case, dice)
    if case["pedigrees"]:
        row |= dice.some(0.2, pedigree=dice.one(*_values(case, ("pedigrees", "pedigree"))))
    return row


def _reexport(case: Case, dice: Dice) -> Row:
    row = _border(case, dice) | dice.some(0.9, jurisdiction=dice.one("CN", "US", "CN", "west"))
    return row | {"pedigree": dice.one(*_values(case, ("pedigrees", "pedigree")))}


def _import(case: Case, dice: Dice) -> Row:
    return _export(case, dice) | dice.some(0.3, price_floor=dice.number(3, 12))


def _procurement(case: Case, dice: Dice) -> Row:
    row: Row = {
        "pedigree": dice.one(*_values(case, ("pedigrees", "pedigree"))),
        "policy": dice.one("prohibited", "prohibited", "prohibited", "free"),
    }  # fmt: skip
    uses, users = _values(case, ("demand", "end_use")), _values(case, ("demand", "end_user"))
    users += [name for name in _values(case, ("sites", "site")) if _is_operator(case, name)]
    row |= dice.some(0.25, destinations=dice.one("DE", "US", "EU"), end_users=_one(users, dice))
    row |= dice.some(0.15, materials=dice.one("oxide", "magnet"), stages="magnet")
    if dice.chance(0.5):
        row[dice.one("end_uses", "exempt_end_uses")] = dice.one(*uses)
    return row


def _technology(case: Case, dice: Dice) -> Row:
    row: Row = {"policy": dice.one(*POLICIES)} | dice.some(
        0.15, exporters=dice.one("US", "*,!CN"), destinations=dice.one("CN", "*,!US"),
        technologies=dice.one("laser", "furnace", "*"), stages=dice.one("magnet", "separation"),
        end_users=dice.one("DE1", "*,!DE1"),
    )  # fmt: skip
    return _drop_strangers(case, row) | dice.some(
        0.6, review_days=dice.one(*REVIEWS), cost=dice.number(1, 30)
    )


def _service(case: Case, dice: Dice) -> Row:
    row = _technology(case, dice) | dice.some(0.5, uptime=dice.one(0.2, 0.5, 0.7))
    if row["policy"] in ("free", "general_licence") and dice.chance(0.8):
        row["policy"] = dice.one("prohibited", "case_by_case", "presumption_of_denial")
    if row["policy"] in LICENSED:
        row |= dice.some(0.4, validity_periods=dice.whole(1, 3))
    return row


RULES = {
    "export": _export, "reexport": _reexport, "import": _import, "procurement": _procurement,
    "technology": _technology, "service": _service,
}  # fmt: skip


def _drop_strangers(case: Case, row: Row) -> Row:
    """Leave out an operator that no site has."""
    if "end_users" in row and not _is_operator(case, row["end_users"].removeprefix("*,!")):
        row.pop("end_users")
    return row


def _is_operator(case: Case, name: str) -> bool:
    """Does an operator of a site, or a supplier, have that name?"""
    operators = {row.get("operator", row["site"]) for row in case["sites"]}
    return name in operators | {row.get("supplier") for row in case["offers"]}


def _values(case: Case, *columns: tuple[str, str]) -> list[str]:
    """The distinct values of some columns, in order."""
    found = [row[column] for table, column in columns for row in case[table] if row.get(column)]
    return list(dict.fromkeys(found))


def _picks(known: list[str], dice: Dice) -> list[str]:
    """A name, or all but one."""
    name = dice.one(*known)
    return [name, f"*,!{name}"] if len(known) > 1 else [name]


def _one(known: list[str], dice: Dice) -> str:
    return str(dice.one(*_picks(known, dice))) if known else "*"


def _timeline(case: Case, dice: Dice, periods: int, rule: Row) -> None:
    for start in sorted({dice.whole(1, periods) for _ in range(dice.whole(1, 2))}):
        status = dice.one("announced", "suspended", "repealed", "unknown", *["in_force"] * 7)
        row: Row = {"control": rule["control"], "start": start, "status": status}
        if rule["policy"] in LICENSED:
            row |= dice.some(0.75, approval=dice.one(0, 0.3, 0.5, 0.8, 1))
        case["control_status"].append(row)


def _policy(dice: Dice) -> Row:
    kind = dice.one("max_share", "max_throughput", "min_suppliers", "capital_budget", "max_lanes")
    row: Row = {"policy": "x", "kind": kind, "value": 1, "penalty": dice.one(5, 50)}
    if kind == "max_share":
        row |= {"value": 0.5, "materials": "oxide", "each": dice.one("country", "supplier")}
    elif kind == "max_throughput":
        row |= {"value": dice.number(5, 30), "sites": "DE1"}
    elif kind == "min_suppliers":
        row |= {"value": 2, "materials": "oxide", "window": "horizon"}
    elif kind == "capital_budget":
        row["value"] = dice.number(10, 80)
    return row


def add_changes(case: Case, dice: Dice, periods: int) -> None:
    """Add a scenario tree to some of the cases, and changes to most."""
    case["scenarios"], case["changes"] = [], []
    if dice.chance(0.35 if periods < 5 else 0.15):
        for name, probability, parent, begins in dice.one(*TREES[3]):
            row: Row = {"scenario": name, "probability": probability}
            if parent:
                row |= {"parent": parent, "branches_at": begins}
            case["scenarios"].append(row)
    for row in case["scenarios"][1:]:
        case["changes"].append({"scenario": row["scenario"]} | _change(case, dice))
    for _ in range(dice.one(0, 1, 1)):
        case["changes"].append(_change(case, dice) | dice.window(0.4, periods))


def _change(case: Case, dice: Dice) -> Row:
    """Another demand, timeline or number of a rule."""
    demand: Row = {"table": "demand", "field": "quantity", "op": "multiply",
                   "value": dice.number(0, 1.6)}  # fmt: skip
    if case["control_status"] and dice.chance(0.5):
        row = dice.one(*case["control_status"])
        status: Row = {"table": "control_status", "key": row["control"]}
        known = [r for r in case["control_status"] if r["control"] == row["control"]]
        if all("approval" in r for r in known) and dice.chance(0.4):
            return status | {"field": "approval", "value": dice.one(0, 0.4, 1)}
        return status | {"field": "status", "value": dice.one("in_force", "suspended", "unknown")}
    rule = dice.one(*case["controls"])
    fields = [field for field in CHANGED if field in rule]
    if not fields or dice.chance(0.4):
        return demand
    field = dice.one(*fields)
    change: Row = {"table": "controls", "key": rule["control"], "field": field}
    if field == "review_days":
        return change | {"value": dice.one(0, *REVIEWS)}
    return change | {"op": "multiply", "value": dice.number(0, 1.4 if field == "uptime" else 1.8)}
