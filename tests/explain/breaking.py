"""Random cases made infeasible in a known way: a feasible one in which one thing is broken.

Demand that a plan meets in full is first made one that must be met, which leaves the case feasible.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from optimizer.agreement import checked
from oracle.dice import Dice
from oracle.random_cases import random_case
from oracle.random_controls import controlled_case
from secondsource.models.case import Case
from secondsource.models.plan import Solution
from secondsource.models.problems import CaseError
from secondsource.optimizer.highs import Options
from secondsource.optimizer.solve import Request, solve

Data = dict[str, Any]


@dataclass(frozen=True)
class Broken:
    """A case without a plan.

    Attributes:
        seed: of the case.
        how: what was done to it.
        case: the case.
        request: what is asked of it.
        table, name: of the row that was broken.
        words: any of these in the first line names the cause.
    """

    seed: int
    how: str
    case: Case
    request: Request
    table: str
    words: tuple[str, ...]


def hardened(seed: int) -> tuple[Data, Solution] | None:
    """A feasible random case in which demand that can be met must be; and its plan."""
    make = controlled_case if seed % 2 else random_case
    data = make(seed // 2)
    try:
        plan = _plan(data)
    except CaseError:
        return None
    if plan is None:
        return None
    service = plan.tables["service"]
    late = service.groupby("row")[["short", "backlog"]].max().max(axis=1)
    some = service.groupby("row")["wanted"].sum()
    for row, lack in late.items():
        if lack < 1e-6 and some[row] > 0.5:
            data["demand"][int(row) - 1].pop("shortage_cost", None)
    data["changes"] = [
        row for row in data.get("changes", [])
        if (row["table"], row["field"]) != ("demand", "shortage_cost")
    ]  # fmt: skip
    plan = _plan(data)
    hard = any("shortage_cost" not in row for row in data["demand"])
    return (data, plan) if plan is not None and hard else None


def _plan(data: Data) -> Solution | None:
    found = solve(checked(data), Request(options=Options(gap=1e-2, threads=1)))
    return found if found.objective is not None else None


Breaker = Callable[[Data, Dice, Solution], tuple[str, tuple[str, ...]] | None]


def _hard(data: Data, dice: Dice) -> Data:
    return dice.one(*[row for row in data["demand"] if "shortage_cost" not in row])


def more_demand(data: Data, dice: Dice, _plan: Solution) -> tuple[str, tuple[str, ...]]:
    row = _hard(data, dice)
    row["quantity"] = 40 * row["quantity"]
    for offer in data["offers"]:
        offer.setdefault("capacity", 60.0)
    for plant in data["plants"]:
        plant.setdefault("capacity", 40.0)
    return "demand", (
        f"{row.get('end_use', 'civil')} demand",
        f"{row['material']} at {row['site']}",
    )


def _used(plan: Solution, table: str, column: str, dice: Dice) -> str | None:
    names = sorted(set(plan.tables[table][column]))
    return dice.one(*names) if names else None


def _row(data: Data, table: str, column: str, name: str | None) -> Data | None:
    return next((row for row in data[table] if row[column] == name), None)


def small_offer(data: Data, dice: Dice, plan: Solution) -> tuple[str, tuple[str, ...]] | None:
    row = _row(data, "offers", "offer", _used(plan, "orders", "offer", dice))
    if row is None:
        return None
    row["capacity"] = dice.one(0, 0.01, 0.5)
    for name in ("min_order", "min_take", "commit_quantity"):
        row.pop(name, None)
    return "offers", (f"offer {row['offer']}",)


def small_plant(data: Data, dice: Dice, plan: Solution) -> tuple[str, tuple[str, ...]] | None:
    row = _row(data, "plants", "plant", _used(plan, "production", "plant", dice))
    if row is None:
        return None
    row["capacity"] = dice.one(0, 0.05)
    row.pop("min_activity", None)
    data["expansions"] = [one for one in data["expansions"] if one["plant"] != row["plant"]]
    return "plants", (f"plant {row['plant']}",)


def small_lane(data: Data, dice: Dice, plan: Solution) -> tuple[str, tuple[str, ...]] | None:
    row = _row(data, "lanes", "lane", _used(plan, "shipments", "lane", dice))
    if row is None or "shares" in row:
        return None
    row["capacity"] = dice.one(0, 0.05)
    row.pop("min_load", None)
    return "lanes", (f"lane {row['lane']}",)


def closed_offer(data: Data, dice: Dice, plan: Solution) -> tuple[str, tuple[str, ...]] | None:
    row = _row(data, "offers", "offer", _used(plan, "orders", "offer", dice))
    if row is None or data["case"]["periods"] < 2:
        return None
    last = data["case"]["periods"]
    row |= dice.one({"start": last, "end": last}, {"start": 1, "end": 1})
    return "offers", (f"offer {row['offer']}",)


def closed_lane(data: Data, dice: Dice, plan: Solution) -> tuple[str, tuple[str, ...]] | None:
    row = _row(data, "lanes", "lane", _used(plan, "shipments", "lane", dice))
    if row is None or data["case"]["periods"] < 2:
        return None
    last = data["case"]["periods"]
    row |= dice.one({"start": last, "end": last}, {"start": 1, "end": 1})
    return "lanes", (f"lane {row['lane']}",)


def slow_offer(data: Data, dice: Dice, plan: Solution) -> tuple[str, tuple[str, ...]] | None:
    row = _row(data, "offers", "offer", _used(plan, "orders", "offer", dice))
    if row is None:
        return None
    row |= dice.one({"lead_days": 2000}, {"qualification_periods": 4})
    return "offers", (f"offer {row['offer']}",)


def slow_lane(data: Data, dice: Dice, plan: Solution) -> tuple[str, tuple[str, ...]] | None:
    row = _row(data, "lanes", "lane", _used(plan, "shipments", "lane", dice))
    if row is None:
        return None
    row["lead_days"] = 2000
    return "lanes", (f"lane {row['lane']}",)


def slow_plant(data: Data, dice: Dice, plan: Solution) -> tuple[str, tuple[str, ...]] | None:
    row = _row(data, "plants", "plant", _used(plan, "production", "plant", dice))
    if row is None:
        return None
    row["lead_days"] = 2000
    return "plants", (f"plant {row['plant']}",)


def banned(data: Data, dice: Dice, plan: Solution) -> tuple[str, tuple[str, ...]] | None:
    moved = plan.tables["shipments"]
    if moved.empty:
        return None
    country = {row["site"]: row["country"] for row in data["sites"]}
    routes = sorted({(row["from"], row["to"], row["material"]) for row in moved.to_dict("records")})
    start, _, material = dice.one(*routes)
    how: Data = dice.one(
        {"policy": "prohibited"},
        {"policy": "presumption_of_denial"},
        {"policy": "free", "quota": 0},
        {"policy": "prohibited", "kind": "import", "exporters": country[start]},
    )
    row = {"control": "the ban", "kind": "export", "exporters": country[start],
           "materials": material} | how  # fmt: skip
    data.setdefault("controls", []).append(row)
    return "controls", ("rule the ban",)


def policy(data: Data, dice: Dice, plan: Solution) -> tuple[str, tuple[str, ...]]:
    material = _hard(data, dice)["material"]
    row: Data = dice.one(
        {"kind": "max_share", "value": 0.01, "each": "country", "materials": material},
        {"kind": "max_share", "value": 0.05, "each": "supplier", "materials": material},
        {"kind": "max_quantity", "value": 0.01, "materials": material},
        {"kind": "min_quantity", "value": 1e5, "materials": material},
        {"kind": "min_suppliers", "value": 9, "materials": material},
        {"kind": "max_suppliers", "value": 0, "materials": material},
        {"kind": "min_open", "value": 9},
        {"kind": "capital_budget", "value": 0},
        {"kind": "min_share", "value": 1.0, "countries": "CN", "materials": material},
        {"kind": "recycled_share", "value": 1.0, "materials": material},
        {"kind": "min_cover_days", "value": 4000, "materials": material},
    )
    data.setdefault("policies", []).append({"policy": "house limit"} | row)
    for offer in data["offers"]:
        offer.setdefault("capacity", 60.0)
    return "policies", ("policy house limit",)


def stock(data: Data, dice: Dice, _plan: Solution) -> tuple[str, tuple[str, ...]]:
    site = dice.one(*data["sites"])["site"]
    material = dice.one(*data["materials"])["material"]
    row: Data = {"site": site, "material": material} | dice.one(
        {"min_level": 20, "capacity": 5}, {"final_level": 30, "capacity": 12},
        {"min_level": 5e3}, {"final_level": 5e3},
    )  # fmt: skip
    data["stockpiles"] = [
        one for one in data["stockpiles"] if (one["site"], one["material"]) != (site, material)
    ]
    data["stockpiles"].append(row)
    for offer in data["offers"]:
        offer.setdefault("capacity", 60.0)
    for plant in data["plants"]:
        plant.setdefault("capacity", 40.0)
    return "stockpiles", (f"store of {material} at {site}",)


def forced(data: Data, dice: Dice, _plan: Solution) -> tuple[str, tuple[str, ...]]:
    """What must be taken at a place of its own, where nothing can be done with it."""
    data["materials"].append({"material": "tailings", "price": 1})
    site = dice.one(*data["sites"])["site"]
    row: Data = {"offer": "forced", "site": site, "material": "tailings", "min_take": 7}
    data["offers"].append(row | dice.some(0.5, capacity=30))
    if dice.chance(0.5):
        data["disposal"].append({"site": site, "material": "tailings", "capacity": 3})
    else:
        data["disposal"] = [one for one in data["disposal"] if one["material"] != "*"]
    return "offers", ("offer forced",)


def only_whole(data: Data, dice: Dice, _plan: Solution) -> tuple[str, tuple[str, ...]]:
    """Parts for a hard demand of their own, from an offer or plant that deals in more at a time."""
    site = dice.one(*data["sites"])["site"]
    data["materials"] += [{"material": "part", "price": 1}, {"material": "blank", "price": 1}]
    data["demand"].append({"site": site, "material": "part", "quantity": 5})
    if dice.chance(0.5):
        data["offers"].append(
            {"offer": "batch", "site": site, "material": "part", "price": 1, "min_order": 12,
             "capacity": 40}
        )  # fmt: skip
        return "offers", ("offer batch",)
    data["processes"].append({"process": "cutting", "stage": "other"})
    data["recipes"] += [
        {"process": "cutting", "material": "blank", "quantity": -1},
        {"process": "cutting", "material": "part", "quantity": 1},
    ]
    data["offers"].append({"offer": "blanks", "site": site, "material": "blank", "price": 1})
    data["plants"].append(
        {"plant": "batch", "site": site, "process": "cutting", "capacity": 40, "min_activity": 11}
    )
    return "plants", ("plant batch",)


def capped(data: Data, dice: Dice, plan: Solution) -> tuple[str, tuple[str, ...]]:
    name = dice.one("lead_time", "cost")
    data.setdefault("solve", {})["caps"] = {name: -1e7}
    words = {"lead_time": "lead time", "cost": "cost"}
    return "solve", (f"cap that the {words[name]}",)


BREAKERS: tuple[Breaker, ...] = (
    more_demand, small_offer, small_plant, small_lane, closed_offer, closed_lane, slow_offer,
    slow_lane, slow_plant, banned, policy, stock, forced, only_whole, capped,
)  # fmt: skip


def broken(seed: int) -> Broken | None:
    """A case made infeasible in one known way; None where this seed gives none."""
    found = hardened(seed)
    if found is None:
        return None
    data, plan = found
    dice = Dice(1_000_000 + seed)
    first = seed % len(BREAKERS)
    for turn in range(len(BREAKERS)):
        breaker = BREAKERS[(first + turn) % len(BREAKERS)]
        for _ in range(2):
            changed = deepcopy(data)
            said = breaker(changed, dice, plan)
            if said is None:
                continue
            try:
                case = checked(changed)
                request = replace(Request.of(case), options=Options(gap=1e-2, threads=1))
                status = solve(case, request).status
            except (ValueError, CaseError):
                continue
            if status == "infeasible":
                return Broken(seed, breaker.__name__, case, request, *said)
    return None
