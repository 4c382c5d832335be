"""Policies on paper, one kind after the other."""

from __future__ import annotations

import pytest

from .cases import YEAR, Data, change, cost, mill, offer, outlet, overseas, possible, shop, store

THREE = [offer(n, price=p, supplier=n) for n, p in (("a", 1), ("b", 2), ("c", 4))]


def policy(kind: str, value: float, **columns: object) -> list[Data]:
    """One policy about ore."""
    return [{"policy": "p", "kind": kind, "value": value, "materials": "ore"} | columns]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (policy("max_share", 0.5, each="supplier"), 5 + 10),
        (policy("max_share", 0.5, each="supplier", penalty=0.5), 10 + 2.5),
        (policy("max_share", 0.3, suppliers="a"), 3 + 14),
        (policy("min_share", 0.2, suppliers="c"), 8 + 2 * 4),
        (policy("min_share", 0.2, suppliers="c", penalty=2), 10 + 2 * 2),
        (policy("max_quantity", 4, suppliers="a"), 4 + 12),
        (policy("min_quantity", 3, suppliers="b"), 7 + 6),
        (policy("min_suppliers", 3, count_from=0.2), 6 + 4 + 8),
        (policy("min_suppliers", 2), 9.5 + 1),
        (policy("min_suppliers", 2, suppliers="*,!b", count_from=0.1), 9 + 4),
        (policy("min_suppliers", 3, count_from=0.2, penalty=5), 8 + 4 + 5),
    ],
)
def test_shares_quantities_and_suppliers(rows: list[Data], expected: float) -> None:
    assert cost(shop(offers=THREE, policies=rows)) == pytest.approx(expected)


def test_a_most_of_suppliers_makes_one_dear_source_out_of_several() -> None:
    case = shop(offers=[o | {"capacity": 6 if o["price"] < 4 else 10} for o in THREE])
    assert cost(case) == 6 + 8
    case["policies"] = policy("max_suppliers", 1)
    assert cost(case) == 40
    case["policies"][0]["penalty"] = 3
    assert cost(case) == 14 + 3


@pytest.mark.parametrize(
    ("window", "expected"), [("period", 4 * (6 + 8)), ("year", 2 * (6 + 28)), ("horizon", 6 + 68)]
)
def test_quantities_bind_in_each_of_their_windows(window: str, expected: float) -> None:
    case = shop(
        settings={"periods": 4, "months_per_period": 6},
        offers=[offer(), offer("b", price=2)],
        policies=policy("max_quantity", 6, suppliers="rare", window=window),
    )
    case["offers"][0]["supplier"] = "rare"
    assert cost(case) == expected


def test_value_and_penalty_are_those_of_the_last_period_of_the_window_and_discounted() -> None:
    case = shop(
        settings={"periods": 2, "discount_rate": 1},
        offers=[offer(), offer("b", price=90)],
        policies=policy("max_quantity", 9, suppliers="shop", window="horizon", penalty=1),
    )
    case["offers"][1]["supplier"] = "other"
    case["changes"] = [
        change("policies", "value", 15, start=2), change("policies", "penalty", 4, start=2)
    ]  # fmt: skip
    assert cost(case) == 10 + 10 / 2 + 5 * 4 / 2


def test_a_policy_binds_from_its_start_to_its_end() -> None:
    case = shop(settings={"periods": 3}, offers=THREE)
    case["policies"] = policy("max_share", 0, suppliers="a", start=2, end=2)
    assert cost(case) == 10 + 20 + 10


def test_throughput_is_what_leaves_by_lane_and_delivery_summed_or_at_each_site() -> None:
    case = overseas(policies=policy("max_throughput", 14))
    # Every unit leaves the mine and then the shop.
    assert cost(case) == 7 + 3 * 50
    case["policies"][0]["each"] = "site"
    assert cost(case) == 10
    case["policies"] = policy("max_throughput", 6, sites="mine")
    assert cost(case) == 6 + 4 * 50


def test_openings_are_counted_by_the_end_of_the_window() -> None:
    candidate = {"status": "candidate", "capacity": 5, "open_cost": 10, "build_periods": 0}
    case = mill(candidate)
    case["plants"].append(case["plants"][0] | {"plant": "second", "open_cost": 20})
    assert cost(case) == 30 + 20
    assert cost(case | {"policies": policy("max_open", 1)}) == 10 + 10 + 5 * 50
    case["demand"][0] |= {"quantity": 5}
    assert cost(case | {"policies": policy("min_open", 2)}) == 30 + 10


def test_lanes_out_of_a_site_are_counted_in_each_period() -> None:
    case = overseas({"capacity": 6})
    case["lanes"].append(case["lanes"][0] | {"lane": "air", "cost": 2})
    assert cost(case) == 6 + 4 * 3
    assert cost(case | {"policies": policy("max_lanes", 1)}) == 6 + 4 * 50
    assert cost(case | {"policies": policy("max_lanes", 1, penalty=3)}) == 18 + 3


def test_a_budget_counts_decisions_undiscounted_over_the_horizon() -> None:
    case = shop(
        settings={"periods": 2, "discount_rate": 1},
        offers=[offer(select_cost=10), offer("b", price=9)],
        policies=[{"policy": "p", "kind": "capital_budget", "value": 9}],
    )
    assert cost(case) == 90 + 45
    case["policies"][0]["value"] = 10
    assert cost(case) == 10 + 10 + 5
    case["policies"][0] |= {"value": 4, "penalty": 2}
    # Selected in 1: the excess is paid at the end of the horizon.
    assert cost(case) == 25 + 6 * 2 / 2


def test_recycled_share_is_main_output_of_recycling_over_all_supply() -> None:
    case = mill({"capacity": 9, "variable_cost": 3})
    case["processes"][0]["stage"] = "recycling"
    case["offers"].append(offer())
    assert cost(case) == 10
    case["policies"] = policy("recycled_share", 0.4)
    assert cost(case) == 4 * 5 + 6
    case["processes"][0]["stage"] = "separation"
    case["policies"][0]["penalty"] = 2
    assert cost(case) == 10 + 4 * 2


def test_cover_of_all_demand_may_be_held_at_any_of_the_sites() -> None:
    case = shop(offers=[offer()], stockpiles=[store()], policies=policy("min_cover_days", YEAR / 4))
    assert cost(case) == 12.5
    case["policies"][0]["sites"] = "port"
    case["sites"].append({"site": "port", "country": "DE"})
    assert not possible(case)


def test_supply_of_a_stage_is_main_output_of_its_plants_and_offers_that_name_it() -> None:
    case = mill({"capacity": 9, "variable_cost": 3})
    case["offers"] += [offer("raw"), offer("done", price=2, stages="separation")]
    case["offers"][1]["capacity"] = 4
    del case["materials"][1:]
    case["materials"].append({"material": "rock"})
    case["policies"] = [{"policy": "p", "kind": "max_quantity", "value": 5, "stages": "separation"}]
    # 4 raw at 1, 5 of the stage at 2, 1 short.
    assert cost(case) == 4 + 10 + 50


def test_forced_takes_can_leave_by_disposal_only() -> None:
    case = shop(offers=[offer(min_take=12)])
    assert not possible(case)
    case["disposal"] = [outlet()]
    assert cost(case) == 12
