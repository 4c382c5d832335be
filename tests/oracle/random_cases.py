"""Small random cases that use most of the format, for comparing two readers of it.

``random_case(seed)`` is the same for the same seed. Every site can dispose of everything (mostly
without limit) and demand may mostly be short, so most cases are feasible; every switched quantity
is bounded.
"""

from __future__ import annotations

from typing import Any

from .dice import Dice, Row
from .random_futures import add_futures
from .random_rules import add_rules

MATERIALS = ("ore", "oxide", "magnet")
SITES = ("CN1", "CN2", "DE1", "US1")


def random_case(seed: int) -> dict[str, Any]:
    """A case of one to four periods with up to five offers, four plants and four lanes."""
    dice = Dice(seed)
    periods = dice.one(1, 2, 2, 3, 3, 4)
    case: dict[str, Any] = {
        "case": {
            "name": f"random {seed}",
            "periods": periods,
            "months_per_period": dice.one(1, 3, 6, 12),
            "discount_rate": dice.one(0, 0.1),
            "capital_rate": dice.one(0, 0.1),
            "decide_every": dice.one(1, 1, 2, 3),
            "shortage_days": dice.one(365, 365, 50),
        },
        "materials": [{"material": m, "price": dice.number(1, 10)} for m in MATERIALS],
        "sites": [
            {"site": s, "country": s[:2]} | dice.some(0.2, operator=dice.one("s1", "group"))
            for s in SITES
        ],
        "groups": [{"group": "EU", "member": "DE"}],
    }
    _offers(case, dice, periods)
    _plants(case, dice, periods)
    _lanes(case, dice, periods)
    _demand(case, dice, periods)
    _returns(case, dice)
    _stock(case, dice, periods)
    add_rules(case, dice, periods)
    add_futures(case, dice, periods)
    return case


def _offers(case: dict[str, Any], dice: Dice, periods: int) -> None:
    case["offers"], case["offer_tiers"] = [], []
    for i in range(dice.whole(2, 5)):
        row: Row = {
            "offer": f"o{i}", "site": dice.one(*SITES), "material": dice.one(*MATERIALS),
            "price": dice.number(1, 20), "supplier": dice.one("s1", "s2", "s3"),
        }  # fmt: skip
        row |= dice.some(
            0.3, capacity=dice.number(10, 60), min_order=dice.number(1, 8),
            order_cost=dice.number(1, 30), select_cost=dice.number(1, 60),
            lead_days=dice.one(10, 40, 100, 190), origin=dice.one("CN", "DE"),
            stages=dice.one("mining", "separation", "recycling"),
        )  # fmt: skip
        row |= dice.some(0.2, min_take=dice.number(1, 5)) | dice.window(0.2, periods)
        row |= dice.one({}, {}, {}, {"qualification_periods": dice.whole(1, 2)})
        if dice.chance(0.25):
            row |= {"contract_periods": dice.whole(1, 3), "commit_quantity": dice.number(0, 10)}
        if dice.chance(0.4):
            row["discount"] = dice.one("incremental", "all_units", "none")
            starts = {dice.number(5, 30): dice.number(1, 20) for _ in range(dice.whole(1, 3))}
            case["offer_tiers"] += [
                {"offer": row["offer"], "from_quantity": start, "price": price}
                for start, price in starts.items()
            ]
        case["offers"].append(row)


def _plants(case: dict[str, Any], dice: Dice, periods: int) -> None:
    recipes: dict[str, dict[str, float]] = {
        "separation": {"ore": -2, "oxide": 1},
        "magnet": {"oxide": -1.2, "magnet": 1},
        "recycling": {"magnet": -1, "oxide": 0.6},
        "mining": {"ore": 1.0} | dice.some(0.3, oxide=0.1),
    }
    if dice.chance(0.2):
        recipes["magnet"]["ore"] = 0.2
    case["processes"] = [{"process": f"do {stage}", "stage": stage} for stage in recipes]
    case["recipes"] = [
        {"process": f"do {stage}", "material": material, "quantity": quantity}
        for stage, recipe in recipes.items()
        for material, quantity in recipe.items()
    ]
    case["plants"], case["expansions"] = [], []
    for i in range(dice.whole(1, 4)):
        stage = dice.one("separation", "separation", "magnet", "magnet", "recycling", "mining")
        row: Row = {
            "plant": f"p{i}", "site": dice.one(*SITES), "process": f"do {stage}",
            "status": dice.one("existing", "candidate"),
        }  # fmt: skip
        row |= dice.some(
            0.4, capacity=dice.number(5, 40), open_cost=dice.number(10, 100),
            build_periods=dice.whole(1, 2), fixed_cost=dice.number(1, 10),
            run_cost=dice.number(1, 10), variable_cost=dice.number(0, 3),
            min_activity=dice.number(1, 6), lead_days=dice.one(20, 90, 190),
        )  # fmt: skip
        if stage == "mining":
            row["capacity"] = dice.number(5, 40)
        case["plants"].append(row | dice.window(0.15, periods))
        for _ in range(dice.one(0, 0, 1, 1, 2)):
            module = {"plant": f"p{i}", "module_capacity": dice.number(3, 10),
                      "module_cost": dice.number(3, 20)}  # fmt: skip
            module |= dice.some(
                0.5, max_modules=dice.one(1, 3), continuous="yes", build_periods=dice.whole(1, 2),
                fixed_cost=dice.number(0, 4),
            )  # fmt: skip
            if stage == "mining":
                module["max_modules"] = 2
            case["expansions"].append(module)


def _lanes(case: dict[str, Any], dice: Dice, periods: int) -> None:
    case["lanes"] = []
    for i in range(dice.whole(1, 3)):
        row: Row = {
            "lane": f"l{i}", "from": dice.one("*", "@CN", "CN1", "US1,DE1", "*,!@EU"),
            "to": dice.one("*", "@EU", "US1", "DE1"),
            "material": dice.one("*", "oxide", "magnet,ore", "o*"), "cost": dice.number(0, 3),
        }  # fmt: skip
        row |= dice.some(
            0.35, capacity=dice.number(5, 40), open_cost=dice.number(1, 30),
            min_load=dice.number(1, 6), lead_days=dice.one(15, 50, 190),
        )  # fmt: skip
        case["lanes"].append(row | dice.window(0.15, periods))
    if dice.chance(0.3):
        host = dice.one(*case["lanes"])
        row = {"lane": "second", "from": host["from"], "to": host["to"], "shares": host["lane"],
               "material": dice.one(*MATERIALS), "cost": dice.number(0, 3)}  # fmt: skip
        case["lanes"].append(row | dice.some(0.4, lead_days=50) | dice.window(0.2, periods))
    case["disposal"] = [
        {"site": site, "material": material, "cost": dice.number(0, 2)}
        | dice.some(0.02, capacity=dice.number(0, 20))
        for site in SITES
        for material in MATERIALS
    ]


def _demand(case: dict[str, Any], dice: Dice, periods: int) -> None:
    case["demand"] = []
    for _ in range(dice.whole(1, 3)):
        row: Row = {
            "site": dice.one(*SITES), "material": dice.one("magnet", "oxide"),
            "quantity": dice.number(1, 20), "shortage_cost": dice.one(100, 300, 0, 50),
        }  # fmt: skip
        if dice.chance(0.04):
            row["shortage_cost"] = None
        row |= dice.some(0.4, price=dice.number(1, 40), backlog_cost=dice.number(1, 20))
        row |= dice.some(0.2, end_use="defence") | dice.window(0.3, periods)
        case["demand"].append(row)


def _returns(case: dict[str, Any], dice: Dice) -> None:
    case["returns"], case["in_transit"] = [], []
    if dice.chance(0.35):
        source = dice.one(*case["demand"])
        case["returns"].append(
            {"site": dice.one(*SITES), "material": dice.one(*MATERIALS),
             "from_site": source["site"], "from_material": source["material"],
             "share": dice.number(0.1, 0.6), "lag_periods": dice.whole(0, 2)}
        )  # fmt: skip
    if dice.chance(0.3):
        case["in_transit"].append(
            {"site": dice.one(*SITES), "material": dice.one(*MATERIALS),
             "period": dice.whole(1, case["case"]["periods"]), "quantity": dice.number(1, 15)}
        )  # fmt: skip


def _stock(case: dict[str, Any], dice: Dice, periods: int) -> None:
    case["stockpiles"] = []
    for site in SITES:
        if dice.chance(0.4):
            row: Row = {"site": site, "material": dice.one(*MATERIALS),
                        "holding_cost": dice.number(0, 1)}  # fmt: skip
            row |= dice.some(
                0.35, initial=dice.number(0, 10), capacity=dice.number(10, 30),
                open_cost=dice.number(1, 30), release_lag=dice.whole(1, 2), decay=0.1,
            )  # fmt: skip
            row |= dice.some(
                0.1, min_level=dice.number(0, 2), min_cover_days=dice.number(1, 30),
                final_level=dice.number(0, 5), cover_of=case["demand"][0]["material"],
            )  # fmt: skip
            case["stockpiles"].append(row)
