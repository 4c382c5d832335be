"""The plain model on paper: buying, making and moving in one place or two."""

from __future__ import annotations

import pytest

from . import plain_model
from .ground import find_bounds
from .plain_model import solve_case
from .random_cases import random_case
from .small_cases import cost, lane_case, offer, shop


@pytest.mark.parametrize(
    ("discount", "price", "tier", "expected"),
    [
        ("incremental", 5, 4, 6 * 5 + 4 * 4),
        ("incremental", 4, 5, 6 * 4 + 4 * 5),
        ("all_units", 5, 4, 10 * 4),
        ("none", 5, 4, 10 * 5),
    ],
)
def test_tiers(discount: str, price: float, tier: float, expected: float) -> None:
    case = shop(
        offers=[offer(price=price, discount=discount)],
        offer_tiers=[{"offer": "a", "from_quantity": 6, "price": tier}],
    )
    assert cost(case) == pytest.approx(expected)


def test_all_units_buys_more_than_needed_where_that_is_cheaper() -> None:
    case = shop(
        offers=[offer(price=5, discount="all_units")],
        offer_tiers=[{"offer": "a", "from_quantity": 12, "price": 3}],
        disposal=[{"site": "shop", "material": "ore", "cost": 1}],
    )
    assert cost(case) == pytest.approx(12 * 3 + 2)


def test_minimum_order_and_order_cost_make_lots() -> None:
    case = shop(
        settings={"periods": 2},
        offers=[offer(price=1, order_cost=7, min_order=15)],
        stockpiles=[{"site": "shop", "material": "ore", "holding_cost": 0.5}],
    )
    # One order of 20, of which 10 are held once; two orders would be 30.
    assert cost(case) == pytest.approx(20 + 7 + 5)


def test_selection_is_paid_once_and_qualification_delays_orders() -> None:
    case = shop(
        settings={"periods": 3},
        offers=[
            offer("slow", price=1, select_cost=30, qualification_periods=1),
            offer("dear", price=4),
        ],
    )
    # 10 x 4 in period 1, then 30 + 2 x 10.
    assert cost(case) == pytest.approx(40 + 30 + 20)


def test_contract_commits_in_every_period_it_covers_and_is_cut_at_the_horizon() -> None:
    case = shop(
        settings={"periods": 3},
        offers=[
            offer("contract", price=1, contract_periods=2, commit_quantity=12),
            offer("dear", price=1.5),
        ],
        disposal=[{"site": "shop", "material": "ore", "cost": 0}],
    )
    # 12 under contract costs less than 10 at 1.5: signed in 1 and in 3 (or 2), 12 each period.
    assert cost(case) == pytest.approx(36)
    case["disposal"][0]["cost"] = 2
    # A contracted period costs 12 + 2 x 2 = 16 against 15.
    assert cost(case) == pytest.approx(45)


def test_minimum_take_falls_to_what_capacity_leaves() -> None:
    case = shop(
        offers=[offer(price=1, min_take=8, capacity=3), offer("b", price=0.5)],
        disposal=[{"site": "shop", "material": "ore"}],
    )
    assert cost(case) == pytest.approx(3 + 3.5)


def test_plant_with_modules_minimum_activity_and_running_cost() -> None:
    case = shop(
        materials=[{"material": "ore"}, {"material": "rock"}],
        offers=[{"offer": "r", "site": "shop", "material": "rock", "price": 2}],
        processes=[{"process": "mill"}],
        recipes=[
            {"process": "mill", "material": "rock", "quantity": -2},
            {"process": "mill", "material": "ore", "quantity": 1},
        ],
        plants=[
            {
                "plant": "mill", "site": "shop", "process": "mill", "capacity": 6,
                "status": "candidate", "open_cost": 100, "fixed_cost": 20, "run_cost": 3,
                "variable_cost": 1, "min_activity": 11,
            }
        ],
        expansions=[
            {"plant": "mill", "module_capacity": 3, "module_cost": 5, "fixed_cost": 1}
        ],
        disposal=[{"site": "shop", "material": "ore", "cost": 0}],
    )  # fmt: skip
    # Two modules for a run of at least 11: 11 x (4 + 1), 100 + 20 + 3, 2 x (5 + 1).
    assert cost(case) == pytest.approx(55 + 123 + 12)


def test_lane_opening_and_minimum_load() -> None:
    case = lane_case(cost=2, open_cost=40, min_load=12)
    case["disposal"] = [{"site": "shop", "material": "ore", "cost": 1}]
    assert cost(case) == pytest.approx(12 * 3 + 40 + 2)
    case["lanes"][0]["open_cost"] = 500
    assert cost(case) == pytest.approx(500)


def test_lanes_that_share_take_one_opening_and_one_capacity() -> None:
    case = lane_case(capacity=15, open_cost=40)
    case["materials"] = [{"material": "ore"}, {"material": "salt"}]
    case["offers"].append({"offer": "s", "site": "mine", "material": "salt", "price": 1})
    case["lanes"][0]["material"] = "ore"
    case["lanes"].append(
        {"lane": "salt", "from": "mine", "to": "shop", "material": "salt", "shares": "sea",
         "cost": 3}
    )  # fmt: skip
    case["demand"].append({"site": "shop", "material": "salt", "quantity": 10, "shortage_cost": 20})
    # 10 ore at 1, 5 salt at 4, 5 salt short at 20, one opening.
    assert cost(case) == pytest.approx(40 + 10 + 20 + 100)


@pytest.mark.parametrize("seed", range(8))
def test_bounds_of_switches_do_not_cut_off_plans(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = random_case(seed)
    first = solve_case(case)
    monkeypatch.setattr(
        plain_model,
        "find_bounds",
        lambda ground: {m: 3 * most for m, most in find_bounds(ground).items()},
    )
    assert solve_case(case).value == pytest.approx(first.value)
