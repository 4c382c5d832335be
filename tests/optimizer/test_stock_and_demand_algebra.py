"""Stock, waiting, returns and capital on paper."""

from __future__ import annotations

from .cases import YEAR, best, change, cost, offer, outlet, overseas, paid, possible, shop, store

TWO = {"periods": 2}


def test_period_1_starts_from_what_decay_leaves_of_the_initial_stock() -> None:
    case = shop(settings=TWO, offers=[offer()], stockpiles=[store(initial=8, decay=0.5)])
    # 4 are left in 1 and used there; keeping them would leave 2.
    assert cost(case) == 20 - 4


def test_nothing_is_carried_over_without_a_stockpile() -> None:
    case = shop(settings=TWO, offers=[offer(end=1)])
    assert not possible(case)
    case["stockpiles"] = [store()]
    assert cost(case) == 20


def test_what_is_taken_is_usable_a_release_lag_later() -> None:
    case = shop(settings=TWO, offers=[offer()], stockpiles=[store(initial=5, release_lag=1)])
    # Taken in 1, usable in 2.
    assert cost(case) == 20 - 5
    case["stockpiles"][0]["release_lag"] = 2
    assert cost(case) == 20


def test_levels_bind_at_the_end_of_each_period_and_the_final_one_at_the_last() -> None:
    case = shop(settings=TWO, offers=[offer()], stockpiles=[store(min_level=3, holding_cost=0.5)])
    assert cost(case) == 23 + 2 * 1.5
    case["stockpiles"][0] |= {"min_level": 0, "final_level": 3}
    assert cost(case) == 23 + 1.5
    case["stockpiles"][0]["capacity"] = 2
    assert not possible(case)


def test_a_stockpile_is_opened_before_it_holds_anything_and_its_minimum_waits_for_that() -> None:
    case = shop(
        settings=TWO,
        offers=[offer(end=1), offer("late", price=5, start=2)],
        stockpiles=[store(open_cost=30, min_level=2)],
    )
    # Opened: 22 now, 30 for it, and 2 left over at the end; not opened: 10 + 50.
    assert cost(case) == 22 + 30
    case["stockpiles"][0]["open_cost"] = 45
    assert cost(case) == 60


def test_cover_is_of_the_demand_of_its_own_site_or_of_all_where_that_has_none() -> None:
    case = shop(offers=[offer()], stockpiles=[store(min_cover_days=YEAR / 2)])
    assert cost(case) == 10 + 5
    case["sites"].append({"site": "port", "country": "DE"})
    case["demand"].append({"site": "port", "material": "ore", "quantity": 4})
    case["offers"].append(offer("p", site="port"))
    assert cost(case) == 14 + 5
    case["stockpiles"].append(store(site="port", min_cover_days=YEAR / 2))
    assert cost(case) == 14 + 5 + 2
    del case["demand"][1]
    assert cost(case) == 10 + 5 + 5


def test_cover_can_be_of_another_material_that_is_demanded() -> None:
    case = shop(offers=[offer()], stockpiles=[store(material="salt", min_cover_days=YEAR)])
    case["materials"].append({"material": "salt"})
    case["offers"].append(offer("s", material="salt", price=3))
    assert cost(case) == 10
    case["stockpiles"][0]["cover_of"] = "ore"
    assert cost(case) == 10 + 30


def test_backlog_is_paid_at_each_period_end_and_is_nothing_at_the_last() -> None:
    case = shop(settings={"periods": 3}, offers=[offer(start=3)], wanted={"end": 1})
    case["demand"][0] |= {"backlog_cost": 1, "shortage_cost": 9}
    assert cost(case) == 10 * (1 + 1 + 1)
    assert round(best(case).objectives["lead_time"], 6) == 2 * YEAR
    case["offers"][0]["capacity"] = 4
    assert cost(case) == 4 * 3 + 6 * 9


def test_price_is_earned_when_delivered() -> None:
    case = shop(
        settings=TWO | {"discount_rate": 1},
        offers=[offer(start=2)],
        wanted={"end": 1, "backlog_cost": 0, "shortage_cost": 4, "price": 5},
    )
    assert cost(case) == 10 * (1 - 5) / 2


def test_optional_sales_count_neither_as_unmet_nor_as_demand() -> None:
    case = shop(offers=[offer(capacity=14, lead_days=30)], wanted={"shortage_cost": 50})
    case["demand"].append(
        {"site": "shop", "material": "ore", "quantity": 9, "price": 3, "shortage_cost": 0}
    )
    found = best(case)
    assert found.objectives["cost"] == 14 - 4 * 3
    assert found.objectives["shortage"] == 0
    # The days of all 14 units, over the 10 that count.
    assert round(found.objectives["lead_time"], 6) == 14 * 30 / 10


def test_capital_is_charged_on_stock_and_goods_under_way_at_the_price_of_the_node() -> None:
    case = shop(
        settings={"periods": 3, "capital_rate": 0.1},
        offers=[offer(end=1)],
        wanted={"start": 3},
        stockpiles=[store()],
        changes=[change("materials", "price", 200, start=2)],
    )
    assert paid(case, "capital") == 10 * (10 + 20)
    case = overseas({"lead_days": 730}, settings={"periods": 3, "capital_rate": 0.1})
    case["demand"][0] |= {"start": 3, "shortage_cost": 500}
    assert paid(case, "capital") == 2 * 10 * 10


def test_capital_is_charged_on_what_arrives_after_the_horizon_too() -> None:
    case = shop(
        settings=TWO | {"capital_rate": 0.1},
        offers=[offer(), offer("lost", price=2, min_take=4, lead_days=3000, start=2)],
    )
    assert cost(case) == 20 + 8 + 4 * 10


def test_goods_in_transit_arrive_and_tie_up_capital_until_then() -> None:
    case = shop(
        settings={"periods": 3, "capital_rate": 0.1},
        offers=[offer()],
        in_transit=[{"site": "shop", "material": "ore", "period": 3, "quantity": 4}],
    )
    assert cost(case) == 30 - 4 + 2 * 4 * 10


def test_returns_come_back_a_lag_after_delivery_and_must_go_somewhere() -> None:
    case = shop(settings={"periods": 3}, offers=[offer()])
    case["materials"].append({"material": "scrap"})
    case["returns"] = [
        {"site": "shop", "material": "scrap", "from_site": "shop", "from_material": "ore",
         "share": 0.3, "lag_periods": 1}
    ]  # fmt: skip
    assert not possible(case)
    case["disposal"] = [outlet("scrap", cost=2)]
    case["changes"] = [change("returns", "share", 0.5, start=3)]
    # The share is that of the period of the return.
    assert cost(case) == 30 + 2 * (3 + 5)


def test_disposal_has_a_cost_and_a_capacity_in_each_period() -> None:
    case = shop(offers=[offer(min_take=15)], disposal=[outlet(cost=2, capacity=5)])
    assert cost(case) == 15 + 10
    case["disposal"][0]["capacity"] = 4
    assert not possible(case)
