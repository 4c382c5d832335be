"""What an outage means, on cases small enough to be worked out on paper."""

from __future__ import annotations

from typing import Any

import pytest
from secondsource.models.case import Case
from secondsource.optimizer.stress.outages import Exposure, Outage, outages_of
from secondsource.optimizer.stress.rules import with_timelines
from secondsource.optimizer.stress.study import Question, prepare
from secondsource.optimizer.stress.survival import HORIZON
from secondsource.optimizer.stress.trying import Loss, Tried
from secondsource.optimizer.stress.worth import worth_of

from .agreement import checked
from .cases import change, offer, overseas, shop, store
from .outage_cases import EXACT, found_by, kept_cost, planned, tried

FOUR = {"periods": 4, "months_per_period": 12}


def losing(
    case: dict[str, Any] | Case, kind: str, name: str, *lengths: int, start: int = 1, **how: Any
) -> tuple[Tried, list[Loss]]:
    """What becomes of one outage of a case's best plan, and its losses by length."""
    case = case if isinstance(case, Case) else checked(case)
    plan = planned(case)
    assert plan is not None
    question = Question(
        (kind,), name, starts=(start,), recoveries={"": lengths or (1,)}, options=EXACT, **how
    )
    _, _, findings = found_by(case, plan[0], question, plan[1])
    (one,) = tried(findings)
    return one, list(one.losses)


def two_sellers(**wanted: Any) -> dict[str, Any]:
    """10 ore a year for four years from A at 1 or B at 3; short at 50."""
    return shop(
        settings=FOUR,
        offers=[offer("a", supplier="A"), offer("b", price=3, supplier="B", origin="CN")],
        wanted={"shortage_cost": 50} | wanted,
    )


def test_the_other_seller_steps_in_at_his_price() -> None:
    one, losses = losing(two_sellers(), "operator", "A", 1, 3)
    assert [loss.loss for loss in losses] == [pytest.approx(20), pytest.approx(60)]
    assert one.survived == HORIZON
    assert not len(losses[-1].needs)


def test_a_country_takes_its_sites_and_what_comes_from_it() -> None:
    case = two_sellers()
    case["offers"][0]["price"] = 5
    _, (loss,) = losing(case, "country", "CN", 2)
    assert loss.loss == pytest.approx(2 * 10 * (5 - 3))
    _, (loss,) = losing(case, "country", "DE", 1)  # the shop's own country: nothing can be bought
    assert loss.loss == pytest.approx(10 * (50 - 3))


def test_what_is_under_way_arrives_and_nothing_leaves() -> None:
    """Ore from overseas takes a year: without the mine in year 2 somebody is short in year 3."""
    case = overseas({"lead_days": 365.25}, settings=FOUR)
    case["in_transit"] = [{"site": "shop", "material": "ore", "period": 1, "quantity": 10}]
    for what in (("site", "mine"), ("lane", "sea"), ("pair", "sea: mine > shop")):
        one, (loss,) = losing(case, *what, 1, start=2)
        assert loss.loss == pytest.approx(10 * (50 - 1))
        assert loss.never.tolist() == [pytest.approx(10)]
        assert one.survived == pytest.approx(1.0)


def test_customers_at_the_site_itself_are_served_from_its_stock() -> None:
    """A store of 25 at the shop: all of 10 a year for two and a half years."""
    case = shop(
        settings=FOUR,
        offers=[offer(capacity=30)],
        stockpiles=[store(initial=25)],
        wanted={"shortage_cost": 50},
    )
    one, losses = losing(case, "site", "shop", 2, 4)
    assert one.survived == pytest.approx(2.5)
    assert losses[1].never.sum() == pytest.approx(15)
    assert losses[1].loss == pytest.approx(15 * (50 - 1))


def test_nobody_sees_an_outage_coming() -> None:
    """A free store would be filled in year 1, had anybody known of year 2."""
    case = shop(
        settings=FOUR,
        offers=[offer(capacity=30)],
        stockpiles=[store(holding_cost=0.1)],
        wanted={"shortage_cost": 50},
    )
    _, (loss,) = losing(case, "site", "shop", 1, start=2)
    assert loss.loss == pytest.approx(10 * (50 - 1))


def test_what_must_be_taken_falls_away_with_the_cost_of_ordering_it() -> None:
    """10 a year are taken of A whatever happens, at 1 each and 7 an order; B asks 3."""
    case = two_sellers()
    case["offers"][0] |= {"min_take": 10, "order_cost": 7, "min_order": 1, "capacity": 20}
    _, (loss,) = losing(case, "operator", "A", 1)
    assert loss.loss == pytest.approx(10 * 3 - (10 * 1 + 7))


def test_what_a_contract_owes_falls_away() -> None:
    """8 a year under a contract at 1, the rest at 3."""
    case = two_sellers()
    case["offers"][0] |= {"contract_periods": 4, "commit_quantity": 8, "capacity": 8}
    _, losses = losing(case, "operator", "A", 1, 2)
    assert [loss.loss for loss in losses] == [pytest.approx(8 * 2), pytest.approx(16 * 2)]


def test_demand_that_must_be_met_goes_short_at_a_price() -> None:
    case = shop(settings=FOUR, offers=[offer("a", supplier="A")])
    _, (loss,) = losing(case, "operator", "A", 2)
    assert loss.loss == pytest.approx(20 * (100 * 100 - 1))  # 100 times the price of ore
    assert loss.never.sum() == pytest.approx(20)
    _, (loss,) = losing(case, "operator", "A", 2, shortage_value=70.0)
    assert loss.loss == pytest.approx(20 * (70 - 1))
    case["demand"].append(
        {"site": "shop", "material": "ore", "quantity": 1, "end_use": "spare", "shortage_cost": 300}
    )
    _, (loss,) = losing(case, "operator", "A", 1)
    assert loss.loss == pytest.approx(11 * (300 - 1))


@pytest.mark.parametrize(
    ("pile", "policy"),
    [
        ({"min_level": 15}, None),
        ({"min_cover_days": 1.5 * 365.25}, None),
        ({}, {"kind": "min_cover_days", "value": 1.5 * 365.25, "materials": "ore"}),
    ],
)
def test_a_safety_stock_is_there_to_be_used(
    pile: dict[str, Any], policy: dict[str, Any] | None
) -> None:
    """15 held for 10 a year, at 10 for a unit that is missing at a year's end."""
    case = shop(
        settings=FOUR,
        offers=[offer(capacity=40, price=2)],
        stockpiles=[store(initial=15, **pile)],
        wanted={"shortage_cost": 500},
    )
    case["materials"][0]["price"] = 10
    if policy:
        case["policies"] = [{"policy": "cover", **policy}]
    one, losses = losing(case, "site", "shop", 1, 2)
    assert one.survived == pytest.approx(1.5)
    assert not len(losses[0].needs)
    assert losses[0].loss == pytest.approx(10 * 10)  # 10 missing at the end of year 1, bought later
    assert losses[1].never.sum() == pytest.approx(5)


def test_a_minimum_that_an_outage_makes_impossible_is_missed_at_a_price() -> None:
    """A fifth must come from China: without it the rest is bought all the same."""
    case = two_sellers(shortage_cost=500)
    case["policies"] = [
        {"policy": "some", "kind": "min_share", "countries": "CN", "value": 0.2, "materials": "ore"}
    ]
    one, (loss,) = losing(case, "operator", "B", 1)
    undisturbed, cut = 8 * 1 + 2 * 3, 10 * 1
    assert loss.loss == pytest.approx(cut - undisturbed + 0.2 * 10 * 500)
    assert not len(loss.needs)
    assert one.survived == HORIZON


def test_goods_with_nowhere_to_go_are_stranded_and_it_is_said() -> None:
    """10 ore a year must be taken at the mine, and the only way out of it fails."""
    case = overseas(settings=FOUR)
    case["offers"][0]["min_take"] = 10
    _, (loss,) = losing(case, "lane", "sea", 1)
    assert loss.stranded == pytest.approx(10)
    assert loss.never.sum() == pytest.approx(10)


def test_a_rule_is_in_force_at_its_strictest_whatever_its_timeline_says() -> None:
    case = overseas(settings=FOUR)
    case["controls"] = [
        {"control": "ban", "kind": "export", "exporters": "CN", "policy": "prohibited"},
        {"control": "licence", "kind": "export", "exporters": "CN", "policy": "case_by_case"},
    ]
    case["control_status"] = [{"control": "ban", "start": 4, "status": "announced"}]
    one, losses = losing(case, "control", "ban", 1, 3)
    assert [loss.loss for loss in losses] == [pytest.approx(10 * 49), pytest.approx(30 * 49)]
    assert one.survived == pytest.approx(0.0)
    # Without a row of its own a rule is always in force; its licences are refused all the same.
    _, (loss,) = losing(case, "control", "licence", 2)
    assert loss.loss == pytest.approx(20 * 49)
    # A licence granted before it is strict holds on.
    _, (loss,) = losing(case, "control", "licence", 2, start=3)
    assert loss.loss == pytest.approx(0.0)


def test_timelines_added_for_stress_tests_change_no_case() -> None:
    case = overseas(settings=FOUR)
    case["controls"] = [
        {"control": "one", "kind": "export", "exporters": "CN", "policy": "prohibited"},
        {"control": "two", "kind": "import", "policy": "free", "tariff": 0.1},
        {"control": "three", "kind": "export", "exporters": "CN", "policy": "prohibited"},
    ]
    case["control_status"] = [
        {"control": "one", "start": 3, "status": "in_force"},
        {"control": "three", "start": 1, "status": "suspended"},
    ]
    case["changes"] = [
        change("control_status", "status", "announced", start=4),
        change("control_status", "approval", 0.5, key="one"),
    ]
    case = checked(case)
    plan = planned(case)
    assert plan is not None
    assert kept_cost(with_timelines(case), *plan) == pytest.approx(kept_cost(case, *plan))


def test_an_outage_that_touches_no_flow_needs_no_solve() -> None:
    one, (loss,) = losing(two_sellers(), "operator", "B", 4)
    assert (loss.loss, one.survived, one.seconds) == (0.0, HORIZON, 0.0)


def test_an_outage_takes_its_columns_in_its_periods_and_no_others() -> None:
    case = checked(overseas({"lead_days": 1}, settings=FOUR))
    plan = planned(case)
    assert plan is not None
    prepared = prepare(case, plan[0], Question())
    hit = Exposure(prepared.network, prepared.kept).of(Outage("site", "mine"))
    columns, rows = hit.during(2, 3)
    names = {
        family
        for family, part in prepared.kept.columns.items()
        if ((columns >= part.start) & (columns < part.stop)).any()
    }
    assert names == {"buy", "ship"}
    assert len(columns) == 4
    assert not len(rows)


def test_what_can_fail_is_picked_by_selectors() -> None:
    case = checked(overseas(settings=FOUR))
    network = prepare(case, planned(case)[0], Question()).network  # type: ignore[index]  # has one

    def names(kinds: tuple[str, ...], only: str | None = None) -> list[str]:
        return [outage.name for outage in outages_of(network, kinds, only)]

    assert names(("site",)) == ["mine", "shop"]
    assert names(("site", "lane"), "@CN") == ["mine"]
    assert names(("site", "lane"), "s*") == ["shop", "sea"]
    assert names(("pair",), "sea") == ["sea: mine > shop"]
    with pytest.raises(ValueError, match="no outage of kind 'moon'"):
        names(("moon",))
    with pytest.raises(ValueError, match="'nobody'"):
        names(("site", "lane"), "nobody")


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"starts": (0,)}, "cannot start in period 0"),
        ({"starts": (5,)}, "there are 1 to 4"),
        ({"recoveries": {"": (0,)}}, "at least 1 period"),
        ({"shortage_value": float("nan")}, "cannot be worth nan"),
        ({"shortage_value": float("inf")}, "cannot be worth inf"),
    ],
)
def test_questions_that_mean_nothing_are_refused(how: dict[str, Any], words: str) -> None:
    case = checked(two_sellers())
    with pytest.raises(ValueError, match=words):
        prepare(case, planned(case)[0], Question(**how))  # type: ignore[index]  # it has a plan


def test_decisions_that_cannot_be_followed_are_said() -> None:
    """A plan made before 20 had to be taken of what only 10 are wanted of."""
    case = shop(settings=FOUR, offers=[offer("a", select_cost=1, capacity=20)])
    plan = planned(checked(case))
    assert plan is not None
    case["offers"][0]["min_take"] = 20
    with pytest.raises(ValueError, match="cannot be followed"):
        found_by(checked(case), plan[0], Question(options=EXACT))


def test_worth_is_taken_from_the_material_then_the_case_then_prices() -> None:
    def unit(case: dict[str, Any]) -> list[float]:
        loaded = checked(case)
        plan = planned(loaded)
        assert plan is not None
        return worth_of(prepare(loaded, plan[0], Question()).network).unit.tolist()

    case = shop(settings=FOUR, offers=[offer()], wanted={"shortage_cost": 50})
    case["materials"].append({"material": "salt"})
    assert unit(case) == [50, 50]
    case["demand"][0]["shortage_cost"] = None
    assert unit(case) == [100 * 100, 100 * 100]


def test_the_start_of_later_outages_keeps_the_plan_that_came_before() -> None:
    """Year 2's need is bought in year 1 for less; an outage of year 2 finds it there."""
    case = shop(
        settings=FOUR,
        offers=[offer(capacity=20)],
        stockpiles=[store()],
        changes=[change("offers", "price", 9, start=2)],
        wanted={"shortage_cost": 50},
    )
    one, (loss,) = losing(case, "site", "shop", 1, start=2)
    assert loss.loss == pytest.approx(0.0)
    assert one.survived == pytest.approx(1.0)
    _, (loss,) = losing(case, "site", "shop", 2, start=2)
    assert loss.loss == pytest.approx(10 * (50 - 9))
