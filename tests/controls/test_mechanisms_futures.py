"""What may come: prices, outages, seizures, escalation and relief, and plans that fit them all."""

from __future__ import annotations

import pytest

from .cases import (
    Data,
    best,
    bought,
    change,
    cost,
    fork,
    lane,
    line,
    mill,
    offer,
    plant,
    policy,
    process,
    rule,
    site_for_lines,
    status,
    table,
    uses,
    want,
    works,
)

BAN = rule("ban", "export", exporters="CN")
STORE = {"site": "works", "material": "magnet"}


def test_one_decision_of_a_government_stops_all_its_suppliers_at_once() -> None:
    """Two Chinese suppliers are no diversity: both fail together."""
    case = works(
        BAN,
        scenarios=fork(0.5, 0.5),
        periods=2,
        control_status=[status("ban", 1, "suspended")],
        changes=[change("control_status", "status", "in_force", scenario="storm")],
    )
    case["offers"].append(offer("second", "works", "magnet", 1.5, origin="CN", supplier="baotou"))
    assert cost(case) == 10 + 0.5 * 10 + 0.5 * 50


def test_several_futures_branch_at_the_date_of_a_summit() -> None:
    """Escalation, status quo or a deal in the second year; the first is common to all."""
    case = works(
        rule("duty", "import", "free", exporters="CN", tariff=0.01),
        periods=2,
        scenarios=[
            {"scenario": "same", "probability": 0.5},
            {"scenario": "deal", "probability": 0.3, "parent": "same", "branches_at": 2},
            {"scenario": "worse", "probability": 0.2, "parent": "same", "branches_at": 2},
        ],
        changes=[
            change("controls", "tariff", 0, scenario="deal"),
            change("controls", "tariff", 0.03, scenario="worse"),
        ],
    )
    assert cost(case) == pytest.approx(20 + 0.5 * 20 + 0.3 * 10 + 0.2 * 40)


def test_stock_is_a_hedge_that_all_futures_pay_for() -> None:
    """Held at 1 for a year it saves 4 with probability 0.5, so 10 are held."""
    case = works(
        BAN,
        periods=2,
        scenarios=fork(0.5, 0.5),
        control_status=[status("ban", 1, "suspended")],
        changes=[change("control_status", "status", "in_force", scenario="storm")],
        stockpiles=[STORE | {"holding_cost": 1}],
    )
    # The stock is used in both futures: it replaces what would cost 1 in calm and 5 in storm.
    assert cost(case) == 10 + 10 * (1 + 1)
    case["scenarios"] = fork(0.9, 0.1)
    assert cost(case) == pytest.approx(10 + 0.9 * 10 + 0.1 * 50)


def test_prices_jump_when_a_rule_is_announced() -> None:
    case = works(
        periods=2, changes=[change("offers", "price", 1.15, op="multiply", key="chinese", start=2)]
    )
    assert cost(case) == pytest.approx(10 + 11.5)


def test_prices_drift_within_an_interval() -> None:
    """Ten or twenty per cent more within a year, either equally likely."""
    case = works(
        periods=2,
        scenarios=fork(0.5, 0.5),
        changes=[
            change("offers", "price", 1.1, op="multiply", scenario="calm", start=2),
            change("offers", "price", 1.2, op="multiply", scenario="storm"),
        ],
    )
    assert cost(case) == pytest.approx(10 + 0.5 * 11 + 0.5 * 12)


def test_a_tight_market_gets_dearer_with_every_unit_bought() -> None:
    """Beyond 6 a year the market is thin, and the price triples."""
    case = works()
    case["offers"][0]["discount"] = "incremental"
    case["offer_tiers"] = [{"offer": "chinese", "from_quantity": 6, "price": 3}]
    assert cost(case) == 6 * 1 + 4 * 3
    case["stockpiles"] = [STORE | {"initial": 4}]
    assert cost(case) == 6


def test_stock_spares_the_price_spike() -> None:
    """Volatility hurts those without inventory: a store of 10 is filled before the spike."""
    case = works(
        periods=2,
        scenarios=fork(0.5, 0.5),
        changes=[change("offers", "price", 4, op="multiply", scenario="storm")],
    )
    assert cost(case) == 10 + 0.5 * 10 + 0.5 * 40
    case["stockpiles"] = [STORE | {"holding_cost": 0.5}]
    assert cost(case) == 10 + 10 * 1.5


def test_a_plant_can_fail_in_one_future() -> None:
    case = site_for_lines(
        plants=[line("old", status="existing")],
        technologies=[],
        scenarios=fork(0.9, 0.1),
        changes=[change("plants", "capacity", 0, scenario="storm")],
    )
    assert cost(case) == pytest.approx(0.1 * 50)


def test_stock_in_the_other_bloc_can_be_seized() -> None:
    case = works(
        BAN,
        periods=2,
        scenarios=fork(0.7, 0.3),
        stockpiles=[STORE | {"initial": 20}],
        changes=[change("stockpiles", "decay", 1, scenario="storm")],
    )
    assert cost(case) == pytest.approx(0.3 * 50)


def test_a_plant_in_the_other_bloc_can_be_stranded() -> None:
    """It costs 20 and saves 4 a unit; lost with probability 0.8 after a year it is not opened."""
    case = mill(
        sites={"refinery": "CN", "works": "DE"},
        offers=[offer("bought", "works", "magnet", 5), offer("oxide", "refinery", "oxide", 1)],
        plants=[plant("venture", "refinery", "sinter", status="candidate", open_cost=50)],
        periods=2,
        scenarios=fork(0.2, 0.8),
        changes=[change("plants", "capacity", 0, scenario="storm")],
    )
    # Opened: 50 + 10 + 0.2 x 10 + 0.8 x 50 = 102.
    assert cost(case) == 100
    case["scenarios"] = fork(0.8, 0.2)
    assert cost(case) == pytest.approx(50 + 10 + 0.8 * 10 + 0.2 * 50)


def test_a_supplier_may_fail_to_deliver_what_was_contracted() -> None:
    case = works(
        offers=[
            offer("contract", "works", "magnet", 1, contract_periods=2, commit_quantity=10),
            offer("spot", "works", "magnet", 5),
        ],
        periods=2,
        scenarios=fork(0.5, 0.5),
        changes=[change("offers", "capacity", 4, key="contract", scenario="storm")],
    )
    assert cost(case) == 10 + 0.5 * 10 + 0.5 * (4 + 6 * 5)


def test_a_rule_may_be_struck_down_in_one_future() -> None:
    case = works(
        BAN,
        periods=2,
        scenarios=fork(0.75, 0.25),
        control_status=[status("ban", 1, "in_force")],
        changes=[change("control_status", "status", "repealed", scenario="storm")],
    )
    assert cost(case) == 50 + 0.75 * 50 + 0.25 * 10


def test_escalation_that_has_come_stays() -> None:
    case = works(
        BAN,
        periods=4,
        scenarios=fork(0.5, 0.5, at=3),
        control_status=[status("ban", 1, "suspended")],
        changes=[change("control_status", "status", "in_force", scenario="storm")],
    )
    assert cost(case) == 20 + 0.5 * 20 + 0.5 * 100


def test_the_rules_scope_may_widen_in_one_future() -> None:
    """A second rule, about all goods, waits for the day of retaliation."""
    case = mill(
        rule("oxide", "export", materials="oxide"),
        rule("everything", "export"),
        control_status=[status("everything", 1, "suspended")],
        scenarios=fork(0.5, 0.5),
        periods=2,
        changes=[change("control_status", "status", "in_force", key="everything",
                        scenario="storm")],
    )  # fmt: skip
    case["offers"].append(offer("ready", "refinery", "magnet", 2))
    assert cost(case) == 20 + 0.5 * 20 + 0.5 * 50


def test_severity_is_bounded_in_the_usual_future() -> None:
    """A quota of 7 instead of none: revenue is not forgone altogether."""
    case = works(
        rule("quota", "export", "free", quota=7),
        periods=2,
        scenarios=fork(0.8, 0.2),
        changes=[change("controls", "quota", 0, scenario="storm")],
    )
    assert cost(case) == pytest.approx((7 + 15) + 0.8 * (7 + 15) + 0.2 * 50)


def test_rules_may_tighten_on_the_day_a_rival_plant_starts() -> None:
    """Cheap exports until it runs, none of the feed it needs after."""
    case = mill(
        rule("feed", "export", exporters="CN", materials="oxide"),
        periods=2,
        control_status=[status("feed", 2, "in_force")],
        offers=[
            offer("oxide", "refinery", "oxide", 1),
            offer("ready", "refinery", "magnet", 2),
            offer("dear", "works", "oxide", 5),
        ],
        plants=[plant("rival", "works", "sinter", status="candidate", open_cost=15,
                      build_periods=1)],
    )  # fmt: skip
    assert cost(case) == 20 + 20
    case["control_status"] = [status("feed", 2, "suspended")]
    case["plants"][0]["open_cost"] = 5
    assert cost(case) == 20 + 5 + 10


def test_the_worst_futures_have_a_cost_of_their_own() -> None:
    """The cheap line is best on average; the mean of the worst fifth shows what may be lost."""
    case = sabotage()
    usual = best(case)
    assert usual.objectives["cost"] == pytest.approx(10 + 0.2 * 100)
    assert usual.objectives["cvar"] == pytest.approx(10 + 100)


def test_a_plan_without_the_tail_costs_more_on_average() -> None:
    """An adversary picks the weakest line: a plan that counts on none of the cheap ones pays 40."""
    case = sabotage()
    case["policies"] = [policy("max_quantity", 0, materials="magnet", sites="weak")]
    safe = best(case)
    assert safe.objectives["cost"] == safe.objectives["cvar"] == pytest.approx(40)


def sabotage() -> Data:
    """A line at 10 that one future in five loses, or one at 40 that is safe; else 10 a magnet."""
    return site_for_lines(
        settings={"cvar_level": 0.8},
        sites={"works": "DE", "weak": "DE"},
        plants=[line("cheap", open_cost=10) | {"site": "weak"}, line("safe", open_cost=40)],
        lanes=[lane("road", "weak", "works")],
        technologies=[],
        offers=[offer("bought", "works", "magnet", 10, start=2)],
        demand=[want("works", "magnet", start=2)],
        scenarios=fork(0.8, 0.2),
        changes=[
            change("plants", "capacity", 0, key="cheap", scenario="storm"),
            change("plants", "open_cost", 1000, op="add", start=2),
        ],
    )


def test_a_substitute_may_arrive_with_some_probability() -> None:
    """Research pays off in the calm future only; the plant has no capacity before."""
    case = works(
        BAN,
        periods=2,
        materials={"iron": 20, "magnet": 100},
        processes=[process("new", "magnet", iron=-1, magnet=1)],
        plants=[plant("pilot", "works", "new", capacity=0)],
        scenarios=fork(0.4, 0.6),
        changes=[change("plants", "capacity", 10, scenario="calm", start=2)],
    )
    case["offers"].append(offer("iron", "works", "iron", 2))
    assert cost(case) == pytest.approx(50 + 0.4 * 20 + 0.6 * 50)


def test_both_sides_race_to_build() -> None:
    """China adds to its capacity, the buyer builds its own, and the prices follow."""
    case = works(
        periods=3,
        processes=[process("make", "magnet", magnet=1)],
        plants=[plant("own", "works", "make", capacity=10, status="candidate", open_cost=8,
                      build_periods=1)],
        changes=[
            change("offers", "capacity", 12, key="chinese"),
            change("demand", "quantity", 14, start=2),
            change("offers", "capacity", 1.2, op="multiply", key="chinese", start=2),
        ],
    )  # fmt: skip
    # The own line from 2 on makes 10 for nothing, 4 are bought at 1.
    assert cost(case) == 10 + 8 + 4 + 4
    assert bought(case) == {"chinese": 18}


def test_money_later_is_worth_less() -> None:
    case = works(settings={"discount_rate": 0.25}, periods=2)
    assert cost(case) == 10 + 10 / 1.25


def test_a_stop_at_a_transit_country_closes_only_the_way_through_it() -> None:
    """The route by Malaysia is closed for a year; the direct one is dearer."""
    case = mill(
        rule("transit", "import", destinations="MY"),
        sites={"refinery": "CN", "port": "MY", "works": "DE"},
        lanes=[
            lane("first leg", "refinery", "port"),
            lane("second leg", "port", "works"),
            lane("direct", "refinery", "works", cost=2),
        ],
        periods=2,
        control_status=[status("transit", 1, "in_force"), status("transit", 2, "suspended")],
    )
    assert cost(case) == 30 + 10


def test_licences_of_civil_use_stay_open_in_the_likely_future() -> None:
    """Managed escalation: civil use pays for a licence, defence buys at home; the tail has none."""
    case = works(
        rule("licence", "export", "case_by_case", end_uses="civil", cost=2, validity_periods=1),
        rule("arms", "export", end_uses="defence"),
        rule("total", "export"),
        demand=uses("civil", "defence"),
        periods=2,
        scenarios=fork(0.9, 0.1),
        control_status=[status("total", 1, "suspended")],
        changes=[change("control_status", "status", "in_force", key="total", scenario="storm")],
    )
    usual = (10 + 2) + 50
    assert cost(case) == pytest.approx(usual + 0.9 * usual + 0.1 * 100)
    states = table(case, "rule_states").query("control == 'total'").sort_values("node")
    assert list(states["in_force"]) == [False, False, True]
