"""The plain model on paper: time, stock, rules, policies, scenarios and other objectives."""

from __future__ import annotations

import pytest

from .plain_model import solve_case
from .small_cases import cost, lane_case, offer, shop


def test_lead_time_shifts_arrival_and_ties_up_capital() -> None:
    case = lane_case(lead_days=200)
    case["case"] |= {"periods": 2, "capital_rate": 0.1}
    case["demand"][0]["start"] = 2
    # 200 days of 365 is one period. On the way at the end of period 1: 10 x 100 x 10 %.
    result = solve_case(case)
    assert result.costs["purchase"] == pytest.approx(10)
    assert result.costs["capital"] == pytest.approx(100)
    assert result.objectives["lead_time"] == pytest.approx(200)


def test_discount_rate_is_per_year() -> None:
    case = shop(
        settings={"periods": 2, "months_per_period": 6, "discount_rate": 0.21},
        offers=[offer(price=1)],
    )
    assert cost(case) == pytest.approx(10 + 10 / 1.1)


def test_backlog_waits_for_cheaper_supply_and_ends_at_nothing() -> None:
    case = shop(settings={"periods": 3}, offers=[offer(price=1, start=3)])
    case["demand"][0] |= {"backlog_cost": 2, "shortage_cost": 3.5, "end": 1}
    # Two period ends at 2 and then 1 is 5 a unit: short at 3.5 is better.
    assert cost(case) == pytest.approx(35)
    case["demand"][0]["backlog_cost"] = 1
    assert cost(case) == pytest.approx(10 * (1 + 1 + 1))
    result = solve_case(case)
    assert result.objectives["lead_time"] == pytest.approx(2 * 365.25)


def test_stock_decays_is_released_late_and_keeps_its_cover() -> None:
    case = shop(
        settings={"periods": 2},
        offers=[offer(price=1)],
        stockpiles=[{"site": "shop", "material": "ore", "initial": 8, "decay": 0.5}],
    )
    # 4 are left in period 1; used there.
    assert cost(case) == pytest.approx(20 - 4)
    case["stockpiles"][0]["release_lag"] = 1
    assert cost(case) == pytest.approx(20 - 4)
    case["stockpiles"][0]["final_level"] = 3
    # Taking x now leaves (4 - x) / 2 at the end: all kept, 1 more bought.
    assert cost(case) == pytest.approx(min(20 + 1, 20 - 4 + 3))
    case["stockpiles"][0] |= {"final_level": 0, "min_cover_days": 365.25 / 2}
    # 5 at both ends: 1 stored in period 1, then 2.5 again.
    assert cost(case) == pytest.approx(20 + 1 + 2.5)


def test_stockpile_must_be_opened_to_hold_anything() -> None:
    case = shop(
        settings={"periods": 2},
        offers=[offer(price=1, end=1), offer("late", price=5, start=2)],
        stockpiles=[{"site": "shop", "material": "ore", "open_cost": 30, "min_level": 2}],
        disposal=[{"site": "shop", "material": "ore"}],
    )
    # Open: 10 + 30 + 10 at 1 and 2 more for the level; not open: 10 + 50.
    assert cost(case) == pytest.approx(min(10 + 30 + 12, 60))


def test_returns_come_back_after_their_lag_and_must_go_somewhere() -> None:
    case = shop(
        settings={"periods": 2},
        materials=[{"material": "ore"}, {"material": "scrap"}],
        offers=[offer(price=1)],
        returns=[
            {"site": "shop", "material": "scrap", "from_site": "shop", "from_material": "ore",
             "share": 0.3, "lag_periods": 1}
        ],
    )  # fmt: skip
    assert solve_case(case).status == "infeasible"
    case["disposal"] = [{"site": "shop", "material": "scrap", "cost": 2}]
    assert cost(case) == pytest.approx(20 + 6)


def test_in_transit_arrives_and_ties_up_capital_until_then() -> None:
    case = shop(
        settings={"periods": 2, "capital_rate": 0.1},
        offers=[offer(price=1)],
        in_transit=[{"site": "shop", "material": "ore", "period": 2, "quantity": 4}],
    )
    assert cost(case) == pytest.approx(16 + 40)


def test_export_ban_from_a_date_and_tariff_and_quota() -> None:
    case = lane_case()
    case["case"] |= {"periods": 2, "start": "2026-01"}
    case["controls"] = [
        {"control": "ban", "kind": "export", "exporters": "CN", "policy": "prohibited"},
        {"control": "duty", "kind": "import", "destinations": "DE", "tariff": 0.2, "quota": 4},
    ]
    case["control_status"] = [{"control": "ban", "start": "2027-01", "status": "in_force"}]
    # Period 1: 4 at 1 + 20, 6 short; period 2: all short.
    assert cost(case) == pytest.approx(4 * 21 + 16 * 50)
    case["control_status"].append({"control": "ban", "start": 2, "status": "announced"})
    case["control_status"] = case["control_status"][1:]
    assert cost(case) == pytest.approx(2 * (4 * 21 + 6 * 50))


def test_an_offer_from_abroad_is_an_export_and_an_import() -> None:
    case = shop(
        offers=[offer(price=1, origin="CN", supplier="mine")],
        controls=[
            {"control": "floor", "kind": "import", "price_floor": 3, "unit_cost": 0.5},
            {"control": "list", "kind": "export", "operators": "other", "policy": "prohibited"},
        ],
    )
    assert cost(case) == pytest.approx(35)
    case["controls"][1]["operators"] = "*,!other"
    assert solve_case(case).status == "infeasible"


def test_share_limit_per_supplier_and_number_of_suppliers() -> None:
    case = shop(
        offers=[offer(n, price=p, supplier=n) for n, p in (("a", 1), ("b", 2), ("c", 4))],
        policies=[
            {"policy": "p", "kind": "max_share", "materials": "ore", "each": "supplier",
             "value": 0.5}
        ],
    )  # fmt: skip
    assert cost(case) == pytest.approx(5 + 10)
    case["policies"][0]["penalty"] = 0.5
    assert cost(case) == pytest.approx(10 + 5 * 0.5)
    case["policies"] = [
        {"policy": "p", "kind": "min_suppliers", "materials": "ore", "value": 3,
         "count_from": 0.2}
    ]  # fmt: skip
    assert cost(case) == pytest.approx(6 + 4 + 8)


def test_budget_counts_money_undiscounted_over_the_horizon() -> None:
    case = shop(
        settings={"periods": 2, "discount_rate": 0.5},
        offers=[offer("a", price=1, select_cost=10), offer("b", price=9)],
        policies=[{"policy": "p", "kind": "capital_budget", "value": 9}],
    )
    assert cost(case) == pytest.approx(90 + 90 / 1.5)
    case["policies"][0]["value"] = 10
    assert cost(case) == pytest.approx(10 + 10 + 10 / 1.5)


def test_scenarios_share_the_past_and_nothing_anticipates() -> None:
    case = shop(
        settings={"periods": 2},
        offers=[offer(price=1, end=1), offer("late", price=4, start=2)],
        stockpiles=[{"site": "shop", "material": "ore"}],
        disposal=[{"site": "shop", "material": "ore"}],
        scenarios=[
            {"scenario": "low", "probability": "2/3"},
            {"scenario": "high", "probability": "1/3", "parent": "low", "branches_at": 2},
        ],
        changes=[
            {"scenario": "low", "table": "demand", "field": "quantity", "start": 2, "value": 0},
            {"scenario": "high", "table": "demand", "field": "quantity", "op": "multiply",
             "value": 2},
        ],
    )  # fmt: skip
    # 20 late units with 1 in 3: 4 / 3 each at the time, against 1 now.
    assert cost(case) == pytest.approx(10 + 20)
    case["offers"][1]["price"] = 2.9
    assert cost(case) == pytest.approx(10 + 20 * 2.9 / 3)
    case["solve"] = {"scenarios": ["high"]}
    assert cost(case) == pytest.approx(10 + 20)


def test_shortage_and_lead_time_as_objectives() -> None:
    case = lane_case(lead_days=100, capacity=4)
    result = solve_case(case, "lead_time")
    assert result.value == pytest.approx((4 * 100 + 6 * 365) / 10)
    assert solve_case(case, "shortage").value == pytest.approx(6)
    case["demand"][0]["shortage_cost"] = 0
    assert solve_case(case, "lead_time").value == pytest.approx(0)
