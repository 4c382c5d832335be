"""Offers on paper: tiers, minima, selection, contracts."""

from __future__ import annotations

import pytest

from .cases import change, cost, offer, outlet, overseas, paid, possible, shop, store

BAN = [{"control": "ban", "kind": "export", "exporters": "CN", "policy": "prohibited"}]


@pytest.mark.parametrize(
    ("discount", "start", "tier", "expected"),
    [
        ("all_units", 10, 4, 40), ("all_units", 10.5, 4, 50), ("all_units", 10, 9, 50),
        ("incremental", 10, 4, 50), ("incremental", 6, 4, 30 + 16), ("incremental", 6, 7, 30 + 28),
        ("none", 6, 4, 50),
    ],
)  # fmt: skip
def test_at_exactly_from_quantity_the_price_of_the_tier_holds(
    discount: str, start: float, tier: float, expected: float
) -> None:
    case = shop(
        offers=[offer(price=5, discount=discount)],
        offer_tiers=[{"offer": "a", "from_quantity": start, "price": tier}],
    )
    assert cost(case) == expected


def test_incremental_tiers_fill_in_order_where_prices_fall_and_rise_again() -> None:
    case = shop(
        offers=[offer(price=5, discount="incremental")],
        offer_tiers=[
            {"offer": "a", "from_quantity": 2, "price": 1},
            {"offer": "a", "from_quantity": 6, "price": 8},
            {"offer": "a", "from_quantity": 9, "price": 2},
        ],
    )
    assert cost(case) == 2 * 5 + 4 * 1 + 3 * 8 + 1 * 2


def test_all_units_tiers_make_a_larger_order_cheaper() -> None:
    case = shop(
        offers=[offer(price=5, discount="all_units")],
        offer_tiers=[{"offer": "a", "from_quantity": 12, "price": 3}],
        disposal=[outlet(cost=1)],
    )
    assert cost(case) == 12 * 3 + 2


def test_a_price_floor_lifts_prices_after_tiers_and_duties_come_on_top() -> None:
    case = shop(
        offers=[offer(price=5, origin="CN", discount="all_units")],
        offer_tiers=[{"offer": "a", "from_quantity": 10, "price": 2}],
        controls=[{"control": "f", "kind": "import", "price_floor": 4, "unit_cost": 1}],
    )
    assert cost(case) == 10 * 4 + 10 * 1


def test_an_order_is_nothing_or_at_least_the_minimum() -> None:
    case = shop(offers=[offer(min_order=15), offer("dear", price=2)], disposal=[outlet(cost=0.5)])
    assert cost(case) == 15 + 5 * 0.5
    case["disposal"][0]["cost"] = 2
    assert cost(case) == 20


def test_order_cost_falls_in_each_period_with_an_order() -> None:
    case = shop(
        settings={"periods": 2},
        offers=[offer(order_cost=7)],
        stockpiles=[store(holding_cost=0.5)],
    )
    assert cost(case) == 20 + 7 + 10 * 0.5
    case["stockpiles"][0]["holding_cost"] = 0.8
    assert cost(case) == 20 + 14


def test_minimum_take_is_bought_whatever_happens_and_counts_as_an_order() -> None:
    case = shop(
        offers=[offer(price=3, min_take=4, order_cost=5), offer("cheap", price=1)],
    )
    assert cost(case) == 4 * 3 + 5 + 6


@pytest.mark.parametrize(("capacity", "expected"), [(3, 3 * 9 + 7), (0, 10), (8, 8 * 9 + 2)])
def test_minimum_take_falls_to_what_capacity_leaves(capacity: float, expected: float) -> None:
    case = shop(offers=[offer(price=9, min_take=8, capacity=capacity), offer("b", price=1)])
    assert cost(case) == expected


def test_minimum_take_falls_to_nothing_under_a_ban_or_where_no_order_is_possible() -> None:
    case = shop(offers=[offer(price=9, min_take=8, origin="CN"), offer("b")], controls=BAN)
    assert cost(case) == 10
    case["controls"][0]["policy"] = "free"
    assert cost(case) == 8 * 9 + 2
    case["offers"][0] |= {"min_order": 5, "capacity": 4}
    assert cost(case) == 10


def test_selection_is_paid_once_and_orders_wait_for_qualification() -> None:
    case = shop(
        settings={"periods": 3},
        offers=[offer("slow", select_cost=5, qualification_periods=2), offer("dear", price=4)],
    )
    assert cost(case) == 5 + 40 + 40 + 10
    case["offers"][0]["qualification_periods"] = 3
    assert cost(case) == 120


def test_a_contract_is_cut_at_the_horizon_and_renewable_but_does_not_overlap() -> None:
    case = shop(
        settings={"periods": 3},
        offers=[offer("c", contract_periods=2, commit_quantity=12), offer("dear", price=1.5)],
        disposal=[outlet()],
    )
    assert cost(case) == 3 * 12
    case["disposal"][0]["cost"] = 2
    assert cost(case) == 3 * 15


def test_contracts_are_signed_only_in_strategic_periods() -> None:
    case = shop(
        settings={"periods": 4, "decide_every": 3},
        offers=[offer("c", contract_periods=2), offer("dear", price=5)],
    )
    # In force in 1 and 2 (signed in 1) and in 4 (signed in 4).
    assert cost(case) == 10 + 10 + 50 + 10


def test_a_commitment_falls_to_what_a_ban_leaves() -> None:
    case = shop(
        settings={"periods": 2},
        offers=[
            offer("c", contract_periods=2, commit_quantity=10, origin="CN"), offer("b", price=9)
        ],
        controls=BAN,
        control_status=[{"control": "ban", "start": 2, "status": "in_force"}],
    )  # fmt: skip
    assert cost(case) == 10 + 90


def test_a_commitment_binds_also_before_the_supplier_is_qualified() -> None:
    case = shop(
        settings={"periods": 2, "decide_every": 2},
        offers=[
            offer("c", contract_periods=2, commit_quantity=5, qualification_periods=1),
            offer("dear", price=3),
        ],
    )
    # A contract can be signed only in 1, when its first 5 units cannot be ordered yet.
    assert cost(case) == 60


def test_prices_and_capacities_are_those_of_the_period() -> None:
    case = shop(
        settings={"periods": 3},
        offers=[offer(), offer("dear", price=20)],
        changes=[
            change("offers", "price", 2, key="a", op="multiply", start=2, end=2),
            change("offers", "capacity", 4, key="a", start=3),
        ],
    )
    assert cost(case) == 10 + 20 + (4 + 6 * 20)


def test_an_offer_is_open_from_start_to_end() -> None:
    case = shop(settings={"periods": 4}, offers=[offer(start=2, end=3), offer("dear", price=5)])
    assert cost(case) == 50 + 10 + 10 + 50


def test_money_of_period_t_is_discounted_by_the_months_before_it() -> None:
    case = shop(
        settings={"periods": 3, "months_per_period": 6, "discount_rate": 0.21}, offers=[offer()]
    )
    assert cost(case) == round(10 + 10 / 1.1 + 10 / 1.21, 6)


def test_without_any_supply_a_demand_that_must_be_met_has_no_plan() -> None:
    assert not possible(shop(offers=[offer(capacity=9)]))
    assert possible(shop(offers=[offer(capacity=10)]))


def test_what_arrives_after_the_horizon_is_paid_and_lost() -> None:
    case = overseas(lane={"cost": 2, "lead_days": 366})
    case["offers"].append(offer("here", price=5, min_take=0))
    case["offers"].append(offer("late", price=3, min_take=4, lead_days=366))
    assert cost(case) == 10 * 5 + 4 * 3
    assert paid(case, "transport") == 0
