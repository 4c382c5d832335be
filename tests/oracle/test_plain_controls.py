"""The plain model on paper: pedigrees, ways across borders, licences, technology and services.

Periods have 365.25 days, so that a review of 200 days is a lag of one period.
"""

from __future__ import annotations

from typing import Any

import pytest

from .licences import needs
from .marks import Outlet, outlets
from .plain_model import solve_case
from .reach import forgotten_marks
from .reader import read_case
from .small_cases import Case, cost, offer, shop

BAN = {"control": "ban", "kind": "procurement", "pedigree": "p", "policy": "prohibited"}


def two_offers(**tables: Any) -> Case:
    """Ten units wanted in Germany: marked at 1, clean at 3."""
    offers = [offer("dirty", price=1, pedigrees="p"), offer("clean", price=3)]
    return shop(**{"offers": offers, "pedigrees": [{"pedigree": "p"}], "controls": [BAN], **tables})


def mill(marked: str = "ore", **tables: Any) -> Case:
    """Ten magnets wanted in Germany, made there of one ore and one salt each.

    Ore is at 1 (marked) or 5, salt at 1 (marked) or 4; by value, ore is 0.3 and salt 0.2 of a
    magnet.
    """
    case: Case = {
        "case": {"periods": 1, "months_per_period": 12},
        "materials": [
            {"material": "ore", "price": 3},
            {"material": "salt", "price": 2},
            {"material": "magnet", "price": 10},
        ],
        "sites": [{"site": "shop", "country": "DE"}],
        "offers": [
            offer("dirty ore", price=1, pedigrees="p"),
            offer("clean ore", price=5),
            offer("dirty salt", material="salt", price=1, pedigrees="p"),
            offer("clean salt", material="salt", price=4),
        ],
        "processes": [{"process": "press", "stage": "magnet"}],
        "recipes": [
            {"process": "press", "material": "ore", "quantity": -1},
            {"process": "press", "material": "salt", "quantity": -1},
            {"process": "press", "material": "magnet", "quantity": 1},
        ],
        "plants": [{"plant": "press", "site": "shop", "process": "press"}],
        "pedigrees": [{"pedigree": "p"}],
        "controls": [BAN],
        "demand": [{"site": "shop", "material": "magnet", "quantity": 10}],
    }
    return case | tables


def border(*rules: Case, home: float = 5, **tables: Any) -> Case:
    """Ore at 1 in China and a free lane to Germany, where it costs more.

    Wanted are 6 for civil use and 4 for defence.
    """
    return shop(
        **{
            "sites": [{"site": "mine", "country": "CN"}, {"site": "shop", "country": "DE"}],
            "offers": [offer("far", site="mine", price=1), offer("home", price=home)],
            "lanes": [{"lane": "sea", "from": "mine", "to": "shop"}],
            "demand": [
                {"site": "shop", "material": "ore", "quantity": 6},
                {"site": "shop", "material": "ore", "quantity": 4, "end_use": "defence"},
            ],
            "controls": [{"control": f"k{i}", "kind": "export"} | r for i, r in enumerate(rules)],
            **tables,
        }
    )


def licensed(*, periods: int = 1, **rule: Any) -> Case:
    """Ore at 1 from China under a licence, or short at 50; ten civil units in each period."""
    case = border({"policy": "case_by_case"} | rule, settings={"periods": periods})
    case["offers"] = case["offers"][:1]
    case["demand"] = [{"site": "shop", "material": "ore", "quantity": 10, "shortage_cost": 50}]
    return case


def factory(rule: Case, *, periods: int = 1, **plant: Any) -> Case:
    """A plant in Germany that makes up to 10 ore at 1 with a technology of the US, or 5 bought."""
    return shop(
        settings={"periods": periods},
        offers=[offer(price=5)],
        processes=[{"process": "dig", "stage": "mining"}],
        recipes=[{"process": "dig", "material": "ore", "quantity": 1}],
        technologies=[
            {"technology": "laser", "origin": "US", "needs_services": "yes",
             "uptime_without_services": 0.4}
        ],
        plants=[
            {"plant": "pit", "site": "shop", "process": "dig", "capacity": 10,
             "variable_cost": 1, "technology": "laser"} | plant
        ],
        controls=[{"control": "k"} | rule],
    )  # fmt: skip


# Marks


def test_procurement_rule_refuses_marked_goods_where_it_applies() -> None:
    assert cost(two_offers()) == pytest.approx(30)
    rows = [
        {"site": "shop", "material": "ore", "quantity": 6},
        {"site": "shop", "material": "ore", "quantity": 4, "end_use": "defence"},
    ]
    for columns, expected in (
        ({"end_uses": "defence"}, 6 * 1 + 4 * 3),
        ({"exempt_end_uses": "defence"}, 6 * 3 + 4 * 1),
        ({"destinations": "CN"}, 10),
        ({"destinations": "*,!CN"}, 30),
        ({"policy": "free"}, 10),
        ({"end_users": "shop"}, 30),
    ):
        case = two_offers(demand=rows, controls=[BAN | columns])
        assert cost(case) == pytest.approx(expected), columns
    rows[1]["end_user"] = "army"
    # The first row's end user is the operator of its site.
    assert cost(two_offers(demand=rows, controls=[BAN | {"end_users": "shop"}])) == pytest.approx(
        6 * 3 + 4 * 1
    )
    assert cost(two_offers(demand=rows, controls=[BAN | {"end_users": "army"}])) == pytest.approx(
        6 * 1 + 4 * 3
    )


@pytest.mark.parametrize(
    ("pedigree", "sold", "marked"),
    [
        ({"countries": "CN", "stages": "mining"}, {"stages": "mining,separation"}, True),
        ({"countries": "CN", "stages": "mining"}, {"stages": "separation"}, False),
        ({"countries": "CN", "stages": "mining"}, {}, False),
        ({"countries": "CN"}, {}, True),
        ({"stages": "mining"}, {"stages": "mining"}, True),
        ({"countries": "DE"}, {}, False),
        ({"technologies": "laser"}, {"stages": "mining"}, False),
        ({}, {}, False),
        ({"countries": "CN", "materials": "salt"}, {}, False),
    ],
)
def test_offers_are_marked_by_origin_and_stage(pedigree: Case, sold: Case, marked: bool) -> None:
    case = two_offers(
        offers=[offer("far", price=1, origin="CN") | sold, offer("home", price=3)],
        pedigrees=[{"pedigree": "p"} | pedigree],
        materials=[{"material": "ore"}, {"material": "salt"}],
        technologies=[{"technology": "laser", "origin": "CN"}],
    )
    assert cost(case) == pytest.approx(30 if marked else 10)


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [
        (0, 10 * (5 + 4)),
        (0.001, 10 * (5 + 4)),
        (0.2, 10 * (5 + 4)),  # salt alone is a tie, which counts
        (0.25, 10 * (5 + 1)),
        (0.3, 10 * (5 + 1)),
        (0.31, 10 * (1 + 4)),  # either of the two, not both
        (0.5, 10 * (1 + 4)),
        (0.51, 10 * (1 + 1)),
    ],
)
def test_inheritance_above_a_share_of_value(threshold: float, expected: float) -> None:
    case = mill(pedigrees=[{"pedigree": "p", "min_value_share": threshold}])
    assert cost(case) == pytest.approx(expected)


def test_runs_of_different_modes_mix_in_a_period() -> None:
    case = mill(pedigrees=[{"pedigree": "p", "min_value_share": 0.31}])
    case["offers"][0]["capacity"] = 5
    # Five with marked ore and clean salt (1 + 4), five the other way round (5 + 1).
    assert cost(case) == pytest.approx(25 + 30)
    # The values are those of the tables, not what they change to.
    case["changes"] = [{"table": "materials", "key": "magnet", "field": "price", "value": 1000}]
    assert cost(case) == pytest.approx(55)


def test_marks_are_lost_on_other_materials_and_washed_off() -> None:
    assert cost(mill(pedigrees=[{"pedigree": "p", "materials": "ore,salt"}])) == pytest.approx(20)
    # Ore cannot carry it, salt can and hands it on.
    only = mill(pedigrees=[{"pedigree": "p", "materials": "*,!ore"}])
    assert cost(only) == pytest.approx(10 * (1 + 4))
    assert cost(mill(pedigrees=[{"pedigree": "p", "reset_by": "press"}])) == pytest.approx(20)


def test_what_is_made_is_marked_by_stage_and_country_or_technology() -> None:
    def made(pedigree: Case, **tables: Any) -> float:
        case = mill(pedigrees=[{"pedigree": "p"} | pedigree], **tables)
        case["demand"][0]["shortage_cost"] = 50
        return cost(case)

    assert made({"countries": "DE", "stages": "magnet"}) == pytest.approx(500)
    assert made({"stages": "magnet", "reset_by": "press"}) == pytest.approx(20)
    assert made({"countries": "DE", "stages": "mining"}) == pytest.approx(90)
    # The technology of a module, which is never built, marks all that the plant makes.
    laser = {
        "technologies": [{"technology": "laser", "origin": "US"}],
        "expansions": [{"plant": "press", "module_capacity": 1, "technology": "laser"}],
    }
    assert made({"technologies": "laser"}, **laser) == pytest.approx(500)
    assert made({"technologies": "laser", "materials": "ore,salt"}, **laser) == pytest.approx(20)


def test_stock_and_goods_in_transit_keep_their_marks() -> None:
    case = two_offers(
        settings={"periods": 2},
        offers=[offer("clean", price=3)],
        stockpiles=[{"site": "shop", "material": "ore", "initial": 15, "pedigrees": "p"}],
        control_status=[{"control": "ban", "start": 2, "status": "in_force"}],
    )
    # Ten of the stock in period 1, the other five are refused in period 2.
    assert cost(case) == pytest.approx(30)
    case["in_transit"] = [{"site": "shop", "material": "ore", "period": 2, "quantity": 4}]
    assert cost(case) == pytest.approx(18)
    case["in_transit"][0]["pedigrees"] = "p"
    assert cost(case) == pytest.approx(30)


def test_returns_carry_the_marks_of_what_was_delivered() -> None:
    case = two_offers(
        settings={"periods": 2},
        materials=[{"material": "ore"}, {"material": "scrap"}],
        returns=[
            {"site": "shop", "material": "scrap", "from_site": "shop", "from_material": "ore",
             "share": 0.5, "lag_periods": 1}
        ],
        disposal=[{"site": "shop", "material": "scrap"}],
        controls=[BAN | {"end_uses": "defence"}],
        demand=[
            {"site": "shop", "material": "ore", "quantity": 10, "end": 1},
            {"site": "shop", "material": "scrap", "quantity": 5, "start": 2, "end_use": "defence",
             "shortage_cost": 7},
        ],
    )  # fmt: skip
    # Marked ore saves 2 a unit, and half a unit of scrap at 7.
    assert cost(case) == pytest.approx(30)
    case["pedigrees"][0]["materials"] = "ore"
    assert cost(case) == pytest.approx(10)


# Borders


def test_goods_move_under_a_mark_that_keeps_them_from_an_end_use() -> None:
    assert cost(border({"policy": "prohibited"})) == pytest.approx(50)
    case = border({"policy": "prohibited", "end_uses": "defence"})
    assert cost(case) == pytest.approx(6 * 1 + 4 * 5)
    case = border({"policy": "prohibited", "exempt_end_uses": "defence"})
    assert cost(case) == pytest.approx(4 * 1 + 6 * 5)
    # An offer from abroad crosses like a lane.
    case = border({"policy": "prohibited", "end_uses": "defence"})
    case["offers"][0] |= {"site": "shop", "origin": "CN"}
    assert cost(case) == pytest.approx(6 * 1 + 4 * 5)


def test_destination_marks_pass_through_plants_stock_and_returns() -> None:
    rule = {"control": "k", "kind": "export", "policy": "prohibited", "end_uses": "defence"}
    case = mill(controls=[rule], pedigrees=[{"pedigree": "p", "reset_by": "press"}])
    case["offers"][0]["origin"] = "CN"
    case["demand"][0]["quantity"] = 6
    case["demand"].append(case["demand"][0] | {"quantity": 4, "end_use": "defence"})
    # Six civil magnets of 1 + 1, four for defence of 5 + 1.
    assert cost(case) == pytest.approx(12 + 24)
    case["stockpiles"] = [{"site": "shop", "material": "magnet"}]
    case["case"]["periods"] = 2
    case["demand"][0]["end"], case["demand"][1]["start"] = 1, 2
    case["offers"][1]["price"] = 200
    case["demand"][1]["shortage_cost"] = 100
    # From stock it would be 2 a magnet, but those are kept from defence.
    assert cost(case) == pytest.approx(12 + 400)
    case["stockpiles"] = []
    case["demand"][1]["material"] = "ore"
    case["returns"] = [
        {"site": "shop", "material": "ore", "from_site": "shop", "from_material": "magnet",
         "share": 1, "lag_periods": 1}
    ]  # fmt: skip
    case["disposal"] = [{"site": "shop", "material": "ore"}]
    # Ore that comes back is kept from defence too, and clean ore for it is dear: short.
    assert cost(case) == pytest.approx(12 + 400)
    case["offers"][1]["price"] = 50
    # Magnets of clean ore: 4 x (50 + 1) + 2 x 2, with four of six returns for defence; or buy 4.
    assert cost(case) == pytest.approx(12 + 4 * 50 - 4)


def test_end_users_are_the_receiver_or_the_buyers_of_a_demand_row() -> None:
    case = border({"policy": "prohibited", "end_users": "army"})
    case["demand"][1]["end_user"] = "army"
    # Not the receiver: goods move, kept from the army.
    assert cost(case) == pytest.approx(6 * 1 + 4 * 5)
    case["sites"][1]["operator"] = "army"
    assert cost(case) == pytest.approx(50)
    # With the receiver listed, the end uses decide.
    case["controls"][0]["end_uses"] = "civil"
    assert cost(case) == pytest.approx(4 * 1 + 6 * 5)
    # Not listed, and the army has no civil use: the rule hits nothing.
    case["sites"][1]["operator"] = "firm"
    assert cost(case) == pytest.approx(10)
    case = border({"policy": "prohibited", "end_users": "*,!shop"})
    assert cost(case) == pytest.approx(10)


def test_outlets_are_pairs_of_end_use_and_end_user() -> None:
    case = border()
    case["demand"] += [{**case["demand"][1], "end_user": "army"}, dict(case["demand"][0])]
    found = outlets(read_case(case))
    assert found == [Outlet("civil", ""), Outlet("defence", ""), Outlet("defence", "army")]
    assert [outlet.mark for outlet in found] == ["!civil", "!defence", "!defence=army"]


def test_destinations_are_forgotten_where_they_cannot_be_reached() -> None:
    case = mill(sites=[{"site": "shop", "country": "DE"}, {"site": "dump", "country": "CN"}])
    case["demand"].append({"site": "shop", "material": "ore", "quantity": 1, "end_use": "defence"})
    case["lanes"] = [{"lane": "out", "from": "shop", "to": "dump", "material": "*,!salt"}]
    case["materials"].append({"material": "scrap"})
    both = {"!civil", "!defence"}
    expected = {
        ("shop", "ore"): set(),
        # Salt goes into magnets, and those are for civil use only.
        ("shop", "salt"): {"!defence"},
        ("shop", "magnet"): {"!defence"},
        ("shop", "scrap"): both,
    } | {("dump", material): both for material in ("ore", "salt", "magnet", "scrap")}
    assert forgotten_marks(read_case(case)) == expected
    case["returns"] = [
        {"site": "dump", "material": "scrap", "from_site": "shop", "from_material": "magnet",
         "share": 1, "lag_periods": 9}
    ]  # fmt: skip
    case["lanes"].append({"lane": "back", "from": "dump", "to": "shop", "material": "ore"})
    case["plants"].append({"plant": "smelter", "site": "dump", "process": "smelt"})
    case["processes"].append({"process": "smelt"})
    case["recipes"] += [
        {"process": "smelt", "material": "scrap", "quantity": -1},
        {"process": "smelt", "material": "ore", "quantity": 1},
    ]
    # Magnets come back as scrap, that as ore, and ore is for both uses; only what nothing takes
    # away from the dump is for none.
    found = forgotten_marks(read_case(case))
    assert {place for place, marks in found.items() if marks} == {
        ("dump", "salt"),
        ("dump", "magnet"),
    }


def test_charges_are_paid_only_where_the_shipper_complies() -> None:
    toll = {"tariff": 0.2, "unit_cost": 1, "end_uses": "defence"}
    result = solve_case(border(toll, home=50))
    # Civil goods move under the mark; four for defence pay 20 + 1.
    assert result.value == pytest.approx(6 + 4 * 22)
    assert result.costs["tariffs"] == pytest.approx(80)
    assert result.costs["licences"] == pytest.approx(4)
    # Two rules add up: 20 + 1 + 10.
    second = {"kind": "import", "tariff": 0.1, "policy": "general_licence"}
    assert cost(border(toll, second, home=50)) == pytest.approx(6 * 11 + 4 * 32)


def test_price_floor_is_asked_whatever_the_end_use() -> None:
    case = border({"kind": "import", "price_floor": 3, "policy": "prohibited", "end_uses": "*"})
    case["offers"][0] |= {"site": "shop", "origin": "CN", "capacity": 10}
    case["disposal"] = [{"site": "shop", "material": "ore", "cost": -4}]
    # Goods kept from both uses can only be sold off, at 4 for a floor of 3.
    assert cost(case) == pytest.approx(10 * (3 - 4) + 10 * 5)


def test_reviews_of_rules_run_side_by_side() -> None:
    case = border({"review_days": 200}, {"review_days": 100}, settings={"periods": 2})
    for row in case["demand"]:
        row["start"] = 2
    case["offers"] = case["offers"][:1]
    result = solve_case(case)
    # Dispatched in period 1, arriving in period 2.
    assert result.value == pytest.approx(10)
    assert result.objectives["lead_time"] == pytest.approx(200)
    case["case"]["periods"] = 3
    case["controls"].append(
        {"control": "slow", "kind": "import", "policy": "case_by_case", "review_days": 300}
    )
    for row in case["demand"]:
        row["start"] = 3
    # Applied for in period 1, dispatched in period 2; 300 days count, 200 delay.
    result = solve_case(case)
    assert result.value == pytest.approx(10)
    assert result.objectives["lead_time"] == pytest.approx(300)


def test_quota_counts_what_complies() -> None:
    case = border({"quota": 3, "end_uses": "defence"})
    assert cost(case) == pytest.approx(6 + 3 + 5)
    assert cost(border({"quota": 3})) == pytest.approx(3 + 7 * 5)


def test_reexport_and_export_rules_go_by_the_marks_at_dispatch() -> None:
    rule = {"kind": "reexport", "pedigree": "p", "policy": "prohibited", "jurisdiction": "US"}
    case = border(rule, pedigrees=[{"pedigree": "p"}])
    case["offers"].append(offer("dirty", site="mine", price=0.5, pedigrees="p"))
    assert cost(case) == pytest.approx(10)
    case["controls"][0]["jurisdiction"] = "CN,US"
    assert cost(case) == pytest.approx(5)
    case["controls"][0] |= {"kind": "export", "jurisdiction": "US", "end_uses": "defence"}
    # Marked goods only for civil use.
    assert cost(case) == pytest.approx(6 * 0.5 + 4)
    case["offers"][2] |= {"site": "shop", "origin": "US"}
    # An offer's goods carry at the border what they sell with.
    assert cost(case) == pytest.approx(6 * 0.5 + 4)


# Licences


@pytest.mark.parametrize(
    ("periods", "rule", "status", "expected"),
    [
        (1, {"cost": 7}, {}, 7 + 10),
        # One application for both periods, or one for each.
        (2, {"cost": 7}, {}, 7 + 20),
        (2, {"cost": 7, "validity_periods": 1}, {}, 14 + 20),
        # Half of 10 passes.
        (1, {"cost": 7}, {"approval": 0.5}, 7 + 5 + 5 * 50),
        # Half of 20 on the first, half of 10 on the second.
        (2, {"cost": 7}, {"approval": 0.5}, 14 + 15 + 5 * 50),
        # Usable from period 2.
        (2, {"cost": 7, "review_days": 200}, {}, 7 + 10 + 500),
        # Applied for in period 1, used up in period 2, and again for period 3.
        (3, {"cost": 7, "review_days": 200, "validity_periods": 1}, {}, 14 + 20 + 500),
        (1, {"policy": "presumption_of_denial"}, {}, 500),
        # The approval is that of the application: nothing in period 1, 3 of 10 in period 2.
        (2, {"policy": "presumption_of_denial"}, {"approval": 0.3, "start": 2}, 10 + 3 + 350),
        # Suspended, the rule asks for nothing.
        (1, {"cost": 7}, {"status": "suspended"}, 10),
        (1, {"policy": "general_licence", "unit_cost": 2}, {}, 30),
    ],
)
def test_licences_take_an_application(
    periods: int, rule: Case, status: Case, expected: float
) -> None:
    case = licensed(periods=periods, **rule)
    if status:
        case["control_status"] = [{"control": "k0", "status": "in_force"} | status]
    assert cost(case) == pytest.approx(expected)


def test_application_before_the_rule_is_in_force() -> None:
    case = licensed(periods=2, cost=7, review_days=200)
    case["control_status"] = [
        {"control": "k0", "start": 1, "status": "announced", "approval": 0.8},
        {"control": "k0", "start": 2, "status": "in_force", "approval": 0.1},
    ]
    # Period 1 is free; from period 1's application 8 of 10 pass in period 2.
    assert cost(case) == pytest.approx(10 + 7 + 8 + 2 * 50)


def test_licences_of_a_compulsory_rule_are_for_one_end_use() -> None:
    rule = {"policy": "case_by_case", "cost": 20}
    # For civil use 20 + 6, and 4 bought at home.
    assert cost(border(rule, home=5)) == pytest.approx(26 + 20)
    # For both uses.
    assert cost(border(rule, home=8)) == pytest.approx(40 + 10)


def test_licences_of_a_rule_with_end_uses() -> None:
    rule = {"policy": "case_by_case", "cost": 20, "end_uses": "defence"}
    assert cost(border(rule, home=5)) == pytest.approx(6 + 20)
    assert cost(border(rule, home=8)) == pytest.approx(6 + 20 + 4)
    # Licensed for civil use, goods are kept from defence, and the other way round.
    rule["end_uses"] = "*"
    assert cost(border(rule, home=8)) == pytest.approx(40 + 10)
    # Every licence rule needs its own.
    assert cost(border(rule, rule, home=25)) == pytest.approx(80 + 10)


def test_what_moves_under_a_licence_is_left_with_an_outlet() -> None:
    rules = ({"policy": "prohibited", "end_uses": "civil"}, {"policy": "case_by_case"})
    case = border(*rules, disposal=[{"site": "shop", "material": "ore", "cost": -4}])
    # Licensed for civil use but kept from it, goods could be sold at 4; they may not move.
    # Four for defence at 1, six for civil use at 5.
    assert cost(case) == pytest.approx(4 + 30)
    # Without the licence nobody asks: as much as is offered is sold at a gain of 3.
    case["controls"].pop()
    case["offers"][0]["capacity"] = 100
    assert cost(case) == pytest.approx(4 + 30 - 96 * 3)


def test_an_application_is_for_no_more_than_demand_needs() -> None:
    tables = {
        "materials": [{"material": "ore"}, {"material": "magnet"}],
        "processes": [{"process": "press"}],
        "recipes": [
            {"process": "press", "material": "ore", "quantity": -2.5},
            {"process": "press", "material": "magnet", "quantity": 1},
        ],
        "plants": [{"plant": "press", "site": "shop", "process": "press"}],
    }
    case = licensed(materials="ore") | tables
    case["demand"][0]["material"] = "magnet"
    case["control_status"] = [{"control": "k0", "status": "in_force", "approval": 0.4}]
    # 0.4 x 25 of ore is 4 magnets.
    assert cost(case) == pytest.approx(10 + 6 * 50)
    # About ore and magnets: what moves more counts, the ore.
    case["controls"][0].pop("materials")
    assert cost(case) == pytest.approx(10 + 6 * 50)
    # The application is for one end use; demand of another adds nothing.
    case["demand"].append(case["demand"][0] | {"end_use": "chips", "shortage_cost": 0})
    assert cost(case) == pytest.approx(10 + 6 * 50)
    # About magnets alone, which do not move here.
    case["controls"][0]["materials"] = "magnet"
    assert cost(case) == pytest.approx(25)


def test_needs_follow_the_recipes() -> None:
    made = (("a", "ore", -3), ("a", "oxide", 1.5), ("b", "ore", -3), ("b", "oxide", 1))
    case = licensed()
    case["materials"] = [{"material": name} for name in ("ore", "oxide", "magnet")]
    case["processes"] = [{"process": name} for name in "abc"]
    case["recipes"] = [
        {"process": process, "material": material, "quantity": quantity}
        for process, material, quantity in (
            *made, ("c", "oxide", -1), ("c", "ore", -0.5), ("c", "magnet", 2),
        )
    ]  # fmt: skip
    plain = read_case(case)
    # The most wasteful process counts: (3 + 0.5) / 2 of ore in a magnet.
    assert needs(plain, ["ore"]) == pytest.approx({"ore": 1, "oxide": 3, "magnet": 1.75})
    assert needs(plain, ["oxide"]) == pytest.approx({"ore": 0, "oxide": 1, "magnet": 0.5})
    # The inputs of a magnet move more than the magnet.
    assert needs(plain, ["ore", "oxide", "magnet"]) == pytest.approx(
        {"ore": 1, "oxide": 3, "magnet": 1.75}
    )
    assert needs(plain, ["oxide", "magnet"])["magnet"] == pytest.approx(1)


def test_licence_of_the_root_serves_every_branch() -> None:
    case = licensed(periods=2, cost=7, review_days=200)
    case["demand"][0]["start"] = 2
    case["scenarios"] = [
        {"scenario": "much", "probability": 0.5},
        {"scenario": "little", "probability": 0.5, "parent": "much", "branches_at": 2},
    ]
    case["changes"] = [{"scenario": "little", "table": "demand", "field": "quantity", "value": 4}]
    assert cost(case) == pytest.approx(7 + 0.5 * 10 + 0.5 * 4)
    # The most that may be applied for is that of the worst path: half of 10 on both.
    case["control_status"] = [{"control": "k0", "status": "in_force", "approval": 0.5}]
    assert cost(case) == pytest.approx(7 + 0.5 * (5 + 250) + 0.5 * 4)


# Technology and services


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"destinations": "CN"}, 20 + 3 * 2 + 30),
        # Opened in period 1, runs from period 2 on; only a licence costs.
        ({"review_days": 200}, 20 + 2 * 2 + 20 + 50),
        ({"policy": "general_licence", "review_days": 200, "cost": 9}, 20 + 4 + 20 + 50),
        ({"policy": "case_by_case", "review_days": 200, "cost": 9}, 29 + 4 + 20 + 50),
        ({"policy": "case_by_case", "cost": 9, "technologies": "l*"}, 29 + 6 + 30),
        ({"policy": "prohibited"}, 150),
        ({"policy": "presumption_of_denial"}, 150),
        ({"policy": "prohibited", "exporters": "*,!US"}, 56),
        ({"policy": "prohibited", "end_users": "*,!shop"}, 56),
        ({"policy": "prohibited", "stages": "magnet"}, 56),
    ],
)
def test_technology_rules_on_opening(rule: Case, expected: float) -> None:
    case = factory({"kind": "technology"} | rule, periods=3, status="candidate")
    case["plants"][0] |= {"open_cost": 20, "fixed_cost": 2}
    assert cost(case) == pytest.approx(expected)


def test_technology_never_hits_at_home_or_before_its_time() -> None:
    rule = {"kind": "technology", "policy": "prohibited"}
    case = factory(rule, periods=2, status="candidate", open_cost=20)
    assert cost(case) == pytest.approx(100)
    case["control_status"] = [{"control": "k", "start": 2, "status": "in_force"}]
    assert cost(case) == pytest.approx(20 + 20)
    case["control_status"] = []
    case["technologies"][0]["origin"] = "DE"
    assert cost(case) == pytest.approx(20 + 20)


def test_technology_rules_on_modules_cost_and_delay_each() -> None:
    rule = {"kind": "technology", "policy": "case_by_case", "cost": 2}
    case = factory(rule, capacity=4, technology="")
    case["expansions"] = [
        {"plant": "pit", "module_capacity": 3, "module_cost": 5, "technology": "laser"}
    ]
    # Two modules: 2 x (5 + 2) and six more at 1; bought they would be 30.
    assert cost(case) == pytest.approx(10 + 14)
    case["controls"][0]["cost"] = 9
    assert cost(case) == pytest.approx(4 + 30)
    case["case"]["periods"] = 2
    case["controls"][0] |= {"cost": 2, "review_days": 200}
    # In use only in period 2.
    assert cost(case) == pytest.approx(4 + 30 + 24)


@pytest.mark.parametrize(
    ("rule", "status", "expected"),
    [
        ({"policy": "prohibited"}, {}, 4 + 30),
        ({"policy": "prohibited", "uptime": 0.7}, {}, 7 + 15),
        ({"policy": "free"}, {}, 10),
        ({"policy": "general_licence"}, {}, 10),
        ({"policy": "prohibited", "exporters": "CN"}, {}, 10),
        ({"policy": "case_by_case", "cost": 8}, {}, 8 + 10),
        ({"policy": "case_by_case", "cost": 25}, {}, 34),
        # 0.4 + 0.5 x 0.6 of capacity.
        ({"policy": "case_by_case", "cost": 8}, {"approval": 0.5}, 8 + 7 + 15),
        ({"policy": "presumption_of_denial"}, {}, 34),
        ({"policy": "presumption_of_denial"}, {"approval": 0.5}, 22),
        ({"policy": "prohibited"}, {"status": "announced"}, 10),
    ],
)
def test_service_rules_cut_capacity(rule: Case, status: Case, expected: float) -> None:
    case = factory({"kind": "service"} | rule)
    case["sites"].append({"site": "far", "country": "CN"})
    if status:
        case["control_status"] = [{"control": "k", "status": "in_force"} | status]
    assert cost(case) == pytest.approx(expected)


def test_service_licences_are_applied_for_in_time_and_again() -> None:
    rule = {"kind": "service", "policy": "case_by_case", "cost": 8}
    case = factory(rule | {"review_days": 200}, periods=3)
    # Period 1 without, then one licence to the end.
    assert cost(case) == pytest.approx(34 + 8 + 20)
    case["controls"][0]["validity_periods"] = 1
    assert cost(case) == pytest.approx(34 + 16 + 20)
    case["control_status"] = [{"control": "k", "start": 2, "status": "in_force"}]
    assert cost(case) == pytest.approx(10 + 16 + 20)
    # At most one in force: half of the way in periods 2 and 3, or all of it in period 3.
    case["controls"][0] |= {"validity_periods": 2, "cost": 0}
    case["control_status"] = [
        {"control": "k", "start": 1, "status": "in_force", "approval": 0.5},
        {"control": "k", "start": 2, "status": "in_force", "approval": 1},
    ]
    assert cost(case) == pytest.approx(34 + min(2 * 22, 34 + 10))


def test_lowest_uptime_counts_and_modules_go_by_their_own_technology() -> None:
    rule = {"kind": "service", "policy": "prohibited", "uptime": 0.5}
    case = factory(rule, capacity=4, technology="")
    case["expansions"] = [
        {"plant": "pit", "module_capacity": 6, "max_modules": 1, "technology": "laser"}
    ]
    assert cost(case) == pytest.approx(4 + 3 + 3 * 5)
    case["controls"].append({"control": "second"} | rule | {"uptime": 0.25})
    assert cost(case) == pytest.approx(5.5 + 4.5 * 5)
    case["controls"][1]["policy"] = "case_by_case"
    # Licensed by the second, held back by the first.
    assert cost(case) == pytest.approx(4 + 3 + 3 * 5)
    case["technologies"][0]["needs_services"] = "no"
    assert cost(case) == pytest.approx(10)


def test_service_cuts_no_minimum_and_nothing_of_an_endless_capacity() -> None:
    case = factory({"kind": "service", "policy": "prohibited"}, min_activity=5)
    assert cost(case) == pytest.approx(50)
    case = mill(
        technologies=[{"technology": "laser", "origin": "US", "needs_services": "yes"}],
        controls=[{"control": "k", "kind": "service", "policy": "prohibited", "uptime": 0.1}],
    )
    case["plants"][0]["technology"] = "laser"
    assert cost(case) == pytest.approx(20)
    case["controls"][0]["uptime"] = 0
    assert solve_case(case).status == "infeasible"
