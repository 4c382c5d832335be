"""Scenario trees on paper: probabilities, what is shared, and what nobody can foresee."""

from __future__ import annotations

import pytest

from .cases import Data, best, change, cost, offer, outlet, shop, store

LOW_HIGH: list[Data] = [
    {"scenario": "low", "probability": "3/4"},
    {"scenario": "high", "probability": "1/4", "parent": "low", "branches_at": 2},
]


def uncertain(late: float, **tables: object) -> Data:
    """10 now; later nothing (3 in 4) or 20; ore at 1 now or at `late` later; it keeps."""
    return shop(
        settings={"periods": 2},
        offers=[offer(end=1), offer("late", price=late, start=2)],
        stockpiles=[store()],
        disposal=[outlet()],
        scenarios=LOW_HIGH,
        changes=[
            change("demand", "quantity", 0, scenario="low", start=2),
            change("demand", "quantity", 20, scenario="high"),
        ],
        **tables,
    )


@pytest.mark.parametrize(("late", "expected"), [(5, 10 + 20), (3, 10 + 20 * 3 / 4)])
def test_nothing_anticipates(late: float, expected: float) -> None:
    # Buying 20 now costs 20 whatever comes; waiting costs 20 x late with 1 in 4.
    assert cost(uncertain(late)) == expected


def test_one_scenario_alone_knows_its_future_and_has_probability_1() -> None:
    case = uncertain(3)
    case["solve"] = {"scenarios": ["high"]}
    assert cost(case) == 10 + 20
    case["solve"] = {"scenarios": ["low"]}
    assert cost(case) == 10


def test_a_selection_scales_probabilities_to_1_and_keeps_the_shared_past() -> None:
    case = uncertain(3)
    case["scenarios"][0]["probability"] = 0.5
    case["scenarios"].append({"scenario": "none", "probability": 0.25})
    case["solve"] = {"scenarios": ["low", "high"]}
    assert cost(case) == 10 + 20


def test_changes_of_a_parent_reach_a_child_until_it_branches() -> None:
    case = shop(settings={"periods": 3}, offers=[offer()], scenarios=LOW_HIGH)
    case["changes"] = [change("offers", "price", 5, scenario="low")]
    # low: 50 in 1, 2, 3; high: 50 shared, then 10 and 10.
    assert cost(case) == 50 + 0.75 * 100 + 0.25 * 20


def test_changes_apply_in_file_order() -> None:
    case = shop(offers=[offer(price=2)])
    case["changes"] = [
        change("offers", "price", 3, op="add"),
        change("offers", "price", 2, op="multiply"),
    ]
    assert cost(case) == 10 * (2 + 3) * 2
    case["changes"].reverse()
    assert cost(case) == 10 * (2 * 2 + 3)


def test_a_decision_is_taken_once_on_each_path_not_once_in_all() -> None:
    case = shop(
        settings={"periods": 2},
        offers=[offer(select_cost=20, start=2), offer("b", price=2, end=1), offer("c", price=4)],
        scenarios=LOW_HIGH,
        changes=[change("offers", "select_cost", 4, key="a", scenario="high", start=2)],
    )
    # low: 40 against 20 + 10; high: 4 + 10.
    assert cost(case) == 20 + 0.75 * 30 + 0.25 * 14


def test_windows_of_policies_bind_along_each_path() -> None:
    case = shop(
        settings={"periods": 2},
        offers=[offer(), offer("b", price=3, supplier="other")],
        scenarios=LOW_HIGH,
        changes=[change("demand", "quantity", 14, scenario="high", start=2)],
        policies=[
            {"policy": "p", "kind": "max_quantity", "value": 22, "window": "horizon",
             "suppliers": "*,!other"}
        ],
    )  # fmt: skip
    # The cheap 22 suffice on path low; on path high 2 of 24 come from the other.
    assert cost(case) == 10 + 0.75 * 10 + 0.25 * (12 + 6)


def test_goods_under_way_arrive_in_every_future() -> None:
    case = shop(
        settings={"periods": 2},
        offers=[offer(lead_days=366, end=1), offer("b", price=2)],
        scenarios=LOW_HIGH,
        changes=[change("demand", "quantity", 4, scenario="high", start=2)],
        disposal=[outlet()],
    )
    # 20 for now; 10 ahead cost 10, 4 ahead 4 + 3/4 x 12, none ahead 3/4 x 20 + 1/4 x 8.
    assert cost(case) == 20 + 10
    assert best(case).tables["deliveries"]["quantity"].tolist() == pytest.approx([10, 10, 4])


def test_conditional_value_at_risk_is_the_mean_of_the_worst_tail() -> None:
    case = uncertain(3)
    case["case"]["cvar_level"] = 0.5
    found = best(case)
    # Worst half: 70 with 1 in 4, 10 for the rest.
    assert found.objectives["cvar"] == pytest.approx((0.25 * 70 + 0.25 * 10) / 0.5)
