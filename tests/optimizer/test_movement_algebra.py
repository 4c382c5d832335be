"""Lanes, time and export controls on paper."""

from __future__ import annotations

import pytest

from .cases import best, change, cost, offer, overseas, paid, possible, shop

BAN = {"control": "rule", "kind": "export", "exporters": "CN", "policy": "prohibited"}


def timeline(*rows: tuple[int, str]) -> list[dict[str, object]]:
    """Status rows of the one rule."""
    return [{"control": "rule", "start": start, "status": status} for start, status in rows]


@pytest.mark.parametrize(
    ("days", "months", "arrives"),
    [(182, 12, 1), (183, 12, 2), (547, 12, 2), (548, 12, 3), (45.65625, 3, 2), (45.65, 3, 1)],
)
def test_a_lag_is_days_over_days_of_a_period_rounded_half_up(
    days: float, months: float, arrives: int
) -> None:
    case = overseas({"lead_days": days, "end": 1}, wanted={"start": arrives, "end": arrives})
    case["case"] |= {"periods": 3, "months_per_period": months}
    assert cost(case) == 10
    shipment = best(case).tables["shipments"].iloc[0]
    assert (shipment["period"], shipment["arrives"]) == (1, arrives)


def test_freight_is_paid_at_dispatch_by_the_lead_time_of_dispatch() -> None:
    case = overseas({"cost": 2, "lead_days": 400}, settings={"periods": 2, "discount_rate": 1})
    case["demand"][0]["start"] = 2
    case["changes"] = [
        change("lanes", "lead_days", 0, start=2), change("lanes", "cost", 8, start=2)
    ]  # fmt: skip
    # Sent in 1 at 3 each, or sent in 2 at 9 each, worth half: 30 against 45.
    assert cost(case) == 30


def test_a_lane_is_opened_once_and_carries_its_minimum_when_used() -> None:
    case = overseas({"open_cost": 30, "min_load": 12, "cost": 1}, settings={"periods": 2})
    case["disposal"] = [{"site": "shop", "material": "ore", "cost": 3}]
    assert cost(case) == 30 + 2 * (12 * 2 + 2 * 3)
    case["lanes"][0]["open_cost"] = 990
    assert cost(case) == 1000


def test_rows_that_share_a_lane_share_its_capacity_and_opening_but_not_its_cost() -> None:
    case = overseas({"capacity": 15, "open_cost": 40, "material": "ore"})
    case["materials"].append({"material": "salt", "price": 1})
    case["offers"].append(offer("s", site="mine", material="salt"))
    case["lanes"].append({"lane": "too", "material": "salt", "shares": "sea", "cost": 3})
    case["demand"].append({"site": "shop", "material": "salt", "quantity": 10, "shortage_cost": 20})
    case["lanes"][1] |= {"from": "mine", "to": "shop"}
    assert cost(case) == 40 + 10 + 5 * 4 + 5 * 20


def test_a_ban_hits_what_is_dispatched_while_goods_under_way_arrive() -> None:
    case = overseas({"lead_days": 366}, settings={"periods": 3}, controls=[BAN])
    case["control_status"] = timeline((2, "in_force"))
    # Dispatched in 1, it arrives in 2; what would leave in 2 for 3 is banned.
    assert cost(case) == 500 + 10 + 500


def test_a_suspension_lets_goods_move_in_the_middle_of_the_horizon() -> None:
    case = overseas(settings={"periods": 3}, controls=[BAN])
    case["control_status"] = timeline((1, "in_force"), (2, "suspended"), (3, "in_force"))
    assert cost(case) == 500 + 10 + 500


def test_a_rule_is_not_in_force_before_its_first_row_and_always_without_rows() -> None:
    case = overseas(settings={"periods": 2}, controls=[BAN])
    assert cost(case) == 1000
    case["control_status"] = timeline((2, "in_force"))
    assert cost(case) == 510
    case["control_status"] = timeline((1, "announced"), (2, "repealed"))
    assert cost(case) == 20


@pytest.mark.parametrize(("meaning", "expected"), [("in_force", 500), ("suspended", 10)])
def test_unknown_counts_as_the_case_says(meaning: str, expected: float) -> None:
    case = overseas(controls=[BAN], control_status=timeline((1, "unknown")))
    case["case"]["unknown_controls"] = meaning
    assert cost(case) == expected
    del case["case"]["unknown_controls"]
    assert cost(case) == 500


def test_moves_inside_a_country_are_never_hit() -> None:
    case = overseas(controls=[{"control": "rule", "kind": "export", "policy": "prohibited"}])
    case["sites"][1]["country"] = "CN"
    assert cost(case) == 10


def test_an_offer_from_abroad_is_an_export_and_an_import_at_the_order() -> None:
    case = shop(
        offers=[offer(origin="CN")],
        controls=[
            {"control": "out", "kind": "export", "unit_cost": 0.5},
            {"control": "in", "kind": "import", "tariff": 0.02, "unit_cost": 0.25},
        ],
    )
    assert cost(case) == 10 + 5 + 2.5 + 0.02 * 100 * 10


def test_tariffs_add_and_count_in_the_period_of_dispatch() -> None:
    case = overseas({"lead_days": 366}, settings={"periods": 2}, wanted={"start": 2})
    case["controls"] = [
        {"control": "a", "kind": "import", "tariff": 0.01},
        {"control": "b", "kind": "import", "tariff": 0.02},
    ]
    case["changes"] = [
        change("materials", "price", 900, start=2), change("controls", "tariff", 1, start=2)
    ]  # fmt: skip
    assert cost(case) == 10 + 0.03 * 100 * 10
    assert paid(case, "tariffs") == 30


@pytest.mark.parametrize(("window", "moved"), [("period", 4 * 6), ("year", 2 * 6), ("horizon", 6)])
def test_a_quota_is_one_pool_in_each_of_its_windows(window: str, moved: float) -> None:
    case = overseas(settings={"periods": 4, "months_per_period": 6})
    case["controls"] = [
        {"control": "rule", "kind": "export", "quota": 6, "quota_window": window, "materials": "*"}
    ]
    assert cost(case) == moved + (40 - moved) * 50


def test_the_longest_review_is_added_to_the_lead_time_before_rounding() -> None:
    case = overseas({"lead_days": 100}, settings={"periods": 2}, wanted={"start": 2})
    case["lanes"][0]["end"] = 1
    rules = [
        {"control": f"r{days}", "kind": "export", "review_days": days, "policy": policy}
        for days, policy in ((50, "free"), (83, "general_licence"))
    ]
    assert cost(case | {"controls": rules}) == 10
    assert cost(case | {"controls": rules[:1]}) == 500
    found = best(case | {"controls": rules}, "lead_time")
    assert round(found.objectives["lead_time"], 6) == 183


def test_blank_selectors_mean_any_and_others_name_operators_users_and_stages() -> None:
    case = overseas()
    case["sites"][0]["operator"] = "digger"
    for column, hit, missed in (
        ("operators", "digger", "*,!digger"), ("end_users", "shop", "*,!shop"),
        ("exporters", "CN", "DE"), ("destinations", "DE", "CN"), ("materials", "ore", "*,!o*"),
        ("stages", "mining", "magnet"),
    ):  # fmt: skip
        case["offers"][0]["stages"] = "mining"
        case["materials"] = [{"material": "ore", "price": 100}, {"material": "salt"}]
        case["processes"] = [{"process": "press", "stage": "magnet"}]
        rule = {"control": "rule", "kind": "export", "policy": "prohibited"}
        assert cost(case | {"controls": [rule | {column: hit}]}) == 500, column
        assert cost(case | {"controls": [rule | {column: missed}]}) == 10, column


def test_lead_time_counts_days_of_offers_lanes_and_plants_per_unit_of_demand() -> None:
    case = overseas({"lead_days": 30, "capacity": 6})
    case["offers"][0]["lead_days"] = 20
    found = best(case, "lead_time")
    assert round(found.objectives["lead_time"], 6) == (6 * 50 + 4 * 365) / 10
    case["case"]["shortage_days"] = 40
    assert round(best(case, "lead_time").objectives["lead_time"], 6) == 40


def test_shortage_is_what_is_never_delivered_and_a_hard_demand_has_none() -> None:
    case = overseas({"capacity": 6})
    assert best(case, "shortage").objective == 4
    case["demand"][0]["shortage_cost"] = None
    assert not possible(case)
