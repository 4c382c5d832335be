"""Small random cases that use most of the format, for comparing two readers of it.

``random_case(seed)`` is the same for the same seed. Every site can dispose of everything and
demand may be short, so most cases are feasible; every switched quantity is bounded.
"""

from __future__ import annotations

import random
from typing import Any

Row = dict[str, Any]
MATERIALS = ("ore", "oxide", "magnet")
SITES = ("CN1", "CN2", "DE1", "US1")


class Dice:
    """A seeded source of numbers and choices."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def number(self, low: float, high: float) -> float:
        """A number with two decimals."""
        return round(self._random.uniform(low, high), 2)

    def whole(self, low: int, high: int) -> int:
        """A whole number, ends included."""
        return self._random.randint(low, high)

    def one(self, *options: Any) -> Any:
        """One of the options."""
        return self._random.choice(options)

    def chance(self, probability: float) -> bool:
        """True that often."""
        return self._random.random() < probability

    def some(self, probability: float, **columns: Any) -> Row:
        """Each of the columns with a probability."""
        return {key: value for key, value in columns.items() if self.chance(probability)}


def random_case(seed: int) -> dict[str, Any]:
    """A case of one to three periods with up to five offers, four plants and three lanes."""
    dice = Dice(seed)
    periods = dice.whole(1, 3)
    case: dict[str, Any] = {
        "case": {
            "name": f"random {seed}",
            "periods": periods,
            "months_per_period": dice.one(1, 3, 12),
            "discount_rate": dice.one(0, 0.1),
            "capital_rate": dice.one(0, 0.1),
            "decide_every": dice.one(1, 1, 2),
        },
        "materials": [{"material": m, "price": dice.number(1, 10)} for m in MATERIALS],
        "sites": [{"site": s, "country": s[:2]} for s in SITES],
    }
    _offers(case, dice, periods)
    _plants(case, dice)
    _lanes(case, dice)
    _demand(case, dice, periods)
    _stock(case, dice)
    _rules(case, dice)
    _uncertainty(case, dice, periods)
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
            min_take=dice.number(1, 5), order_cost=dice.number(1, 30),
            select_cost=dice.number(1, 60), lead_days=dice.one(10, 40, 100),
            start=dice.whole(1, periods), origin=dice.one("CN", "DE"),
        )  # fmt: skip
        row |= dice.one(
            {}, {}, {"qualification_periods": 1},
            {"contract_periods": dice.whole(1, 3), "commit_quantity": dice.number(0, 10)},
        )  # fmt: skip
        if dice.chance(0.4):
            row["discount"] = dice.one("incremental", "all_units")
            for _ in range(dice.whole(1, 2)):
                case["offer_tiers"].append(
                    {"offer": row["offer"], "from_quantity": dice.number(5, 30),
                     "price": dice.number(1, 20)}
                )  # fmt: skip
        case["offers"].append(row)


def _plants(case: dict[str, Any], dice: Dice) -> None:
    recipes: dict[str, dict[str, float]] = {
        "separation": {"ore": -2, "oxide": 1},
        "magnet": {"oxide": -1.2, "magnet": 1},
        "recycling": {"magnet": -1, "oxide": 0.6},
    }
    case["processes"] = [{"process": f"do {stage}", "stage": stage} for stage in recipes]
    case["recipes"] = [
        {"process": f"do {stage}", "material": material, "quantity": quantity}
        for stage, recipe in recipes.items()
        for material, quantity in recipe.items()
    ]
    case["plants"], case["expansions"] = [], []
    for i in range(dice.whole(1, 4)):
        row: Row = {
            "plant": f"p{i}", "site": dice.one(*SITES), "process": f"do {dice.one(*recipes)}",
            "status": dice.one("existing", "candidate"),
        }  # fmt: skip
        row |= dice.some(
            0.4, capacity=dice.number(5, 40), open_cost=dice.number(10, 100), build_periods=1,
            fixed_cost=dice.number(1, 10), run_cost=dice.number(1, 10),
            variable_cost=dice.number(0, 3), min_activity=dice.number(1, 6),
            lead_days=dice.one(20, 90),
        )  # fmt: skip
        case["plants"].append(row)
        if dice.chance(0.4):
            module = {"plant": f"p{i}", "module_capacity": dice.number(3, 10),
                      "module_cost": dice.number(3, 20)}  # fmt: skip
            module |= dice.some(0.4, max_modules=3, continuous="yes", build_periods=1,
                                fixed_cost=dice.number(0, 2))  # fmt: skip
            case["expansions"].append(module)


def _lanes(case: dict[str, Any], dice: Dice) -> None:
    case["lanes"] = []
    for i in range(dice.whole(1, 3)):
        row: Row = {
            "lane": f"l{i}", "from": dice.one("*", "@CN", "CN1", "US1,DE1"),
            "to": dice.one("*", "@DE", "US1", "DE1"),
            "material": dice.one("*", "oxide", "magnet,ore"), "cost": dice.number(0, 3),
        }  # fmt: skip
        row |= dice.some(
            0.35, capacity=dice.number(5, 40), open_cost=dice.number(1, 30),
            min_load=dice.number(1, 6), lead_days=dice.one(15, 50),
        )  # fmt: skip
        case["lanes"].append(row)
    case["disposal"] = [
        {"site": site, "material": material, "cost": dice.number(0, 2)}
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
        row |= dice.some(0.4, price=dice.number(1, 40), backlog_cost=dice.number(1, 20),
                         end=dice.whole(1, periods))  # fmt: skip
        case["demand"].append(row)


def _stock(case: dict[str, Any], dice: Dice) -> None:
    case["stockpiles"] = []
    for site in SITES:
        if dice.chance(0.3):
            row: Row = {"site": site, "material": dice.one(*MATERIALS),
                        "holding_cost": dice.number(0, 1)}  # fmt: skip
            row |= dice.some(
                0.3, initial=dice.number(0, 10), capacity=dice.number(10, 30),
                min_level=dice.number(0, 2), min_cover_days=dice.number(1, 30),
                open_cost=dice.number(1, 30), release_lag=1, decay=0.1,
            )  # fmt: skip
            case["stockpiles"].append(row)


def _rules(case: dict[str, Any], dice: Dice) -> None:
    case["policies"], case["controls"] = [], []
    if dice.chance(0.6):
        kind = dice.one(
            "max_share", "min_share", "max_quantity", "min_quantity", "min_suppliers",
            "max_suppliers", "max_throughput", "max_lanes", "capital_budget", "recycled_share",
            "min_cover_days", "max_open",
        )  # fmt: skip
        row: Row = {"policy": "x", "kind": kind, "value": dice.one(0.3, 1, 2, 5),
                    "penalty": dice.one(5, 50)}  # fmt: skip
        if kind != "capital_budget":
            row["materials"] = dice.one("oxide", "magnet")
        if kind not in ("max_lanes", "min_cover_days"):
            row |= dice.some(0.4, window=dice.one("horizon", "period", "year"))
        if kind.endswith(("share", "quantity")) and kind != "recycled_share":
            row |= dice.some(0.4, each=dice.one("country", "site", "supplier"))
        case["policies"].append(row)
    if dice.chance(0.5):
        row = {"control": "k", "kind": dice.one("export", "import")}
        row |= dice.some(
            0.4, exporters="CN", destinations="DE", policy=dice.one("prohibited", "free"),
            tariff=0.2, quota=dice.number(1, 10), review_days=45, price_floor=8,
            materials="oxide",
        )  # fmt: skip
        if row["kind"] == "export":
            row.pop("price_floor", None)
        case["controls"].append(row)


def _uncertainty(case: dict[str, Any], dice: Dice, periods: int) -> None:
    if periods == 1 or dice.chance(0.5):
        return
    case["scenarios"] = [
        {"scenario": "A", "probability": 0.6},
        {"scenario": "B", "probability": 0.4, "parent": "A", "branches_at": 2},
    ]
    case["changes"] = [
        {"scenario": "B", "table": "demand", "field": "quantity", "op": "multiply",
         "value": dice.number(0.5, 2)},
        {"scenario": "B", "table": "offers", "key": "o0", "field": "price", "op": "add",
         "value": dice.number(0, 5)},
    ]  # fmt: skip
