"""Technology and service rules: what they forbid, delay, cost and switch off, right or caught."""

from __future__ import annotations

from typing import Any

import pytest
from secondsource.models.case import Case
from secondsource.optimizer.verify import verify_plan

from .plans import QUARTER, Data, Tables, application, case_of, path, rule, tables
from .strategic_plans import BUILD, build_plan
from .test_verify import add_row, failed, set_cells

KNOWN: Data = {
    "technologies": [{"technology": "t", "origin": "CN"}, {"technology": "u", "origin": "US"}],
    "plants": [BUILD["plants"][0] | {"technology": "t", "build_periods": 0}],
    "expansions": [BUILD["expansions"][0] | {"build_periods": 0}],
}


def faults(case: Case, plan: Tables) -> set[str]:
    return failed(verify_plan(case, plan)) - {"cash"}


def smelter(row: Data, status: list[Data] | None = None, **changed: Any) -> Case:
    """The smelter of the strategic plan, whose technology a rule is about."""
    return case_of(BUILD, **(KNOWN | {"controls": [row], "control_status": status or []} | changed))


def granted(**cells: Any) -> Data:
    """The licence to open the smelter, or to add its module."""
    row = {"exporter": "CN", "destination": "US", "end_use": "", "plant": "smelter"}
    row |= {"quantity": 2, "cost": 14, "used": 2, "first": 2, "last": 4}
    return application(**(row | cells))


def opened(*licences: Data) -> Tables:
    """The strategic plan: smelter and module decided in period 1, both used from period 2 on."""
    plan = build_plan()
    made = tables([1, 2, 3, 4], licences=list(licences))
    plan["licences"] = made["licences"]
    return plan


def test_a_review_delays_a_plant_and_its_modules() -> None:
    case = smelter(rule("technology", review_days=QUARTER))
    assert faults(case, opened()) == set()
    found = verify_plan(case, opened()).costs
    assert found["fixed"] == 9  # periods 2 to 4 only
    assert faults(smelter(rule("technology", review_days=2 * QUARTER)), opened()) == {
        "unopened",
        "plant capacity",
        "decision start",
    }
    assert faults(smelter(rule("technology")), opened()) == {"decision start"}


@pytest.mark.parametrize(
    ("cells", "hit"),
    [
        ({}, True),
        ({"technologies": "t", "exporters": "CN", "destinations": "US"}, True),
        ({"technologies": "u"}, False),
        ({"exporters": "US"}, False),
        ({"destinations": "DE"}, False),
        ({"end_users": "B"}, False),
        ({"end_users": "A", "stages": "other"}, True),
        ({"stages": "metal"}, False),
    ],
)
def test_what_a_technology_rule_forbids(cells: Data, hit: bool) -> None:
    built = {"plants": [KNOWN["plants"][0] | {"build_periods": 1}]}
    built["expansions"] = [KNOWN["expansions"][0] | {"build_periods": 1}]
    sites = [*BUILD["sites"], {"site": "C", "country": "DE"}]
    case = smelter(rule("technology", policy="prohibited", **cells), sites=sites, **built)
    assert faults(case, opened()) == ({"technology"} if hit else set())
    later = [{"control": "r", "start": 2, "status": "in_force"}]
    row = rule("technology", policy="prohibited", **cells)
    assert faults(smelter(row, later, sites=sites, **built), opened()) == set()


def test_a_technology_at_home_is_never_hit_nor_is_a_plant_without() -> None:
    row = rule("technology", policy="prohibited")
    for technology in ("u", None):
        plants = [BUILD["plants"][0] | {"technology": technology}]
        changed: Data = {"plants": plants, "expansions": BUILD["expansions"]}
        assert faults(smelter(row, **changed), opened()) == set()
        changed["expansions"] = [BUILD["expansions"][0] | {"technology": "t"}]
        assert faults(smelter(row, **changed), opened()) == {"technology"}


def test_licences_for_technology_are_paid_per_opening_and_module() -> None:
    row = rule("technology", policy="case_by_case", review_days=QUARTER, cost=7)
    case = smelter(row)
    assert faults(case, opened(granted())) == set()
    halves = [granted(quantity=1, cost=7, used=1) for _ in range(2)]
    assert faults(case, opened(*halves)) == set()
    assert verify_plan(case, opened(granted())).costs["licences"] == 14
    assert faults(case, opened()) == {"technology licence", "licence cost"}
    assert faults(case, opened(granted(quantity=1))) == {"technology licence", "licence"}
    assert faults(case, opened(granted(cost=7))) == {"licence cost"}
    assert "technology licence" in faults(case, opened(granted(exporter="US")))
    assert faults(case, opened(granted(approval=0.5))) == {"licence"}
    part = [{"control": "r", "status": "in_force", "approval": 0.1}]
    assert faults(smelter(row, part), opened(granted(approval=0.1))) == set()
    none = [{"control": "r", "status": "in_force", "approval": 0}]
    assert faults(smelter(row, none), opened(granted(approval=0))) == {"technology"}
    denied = smelter(row | {"policy": "presumption_of_denial"})
    assert faults(denied, opened(granted(approval=0))) == {"technology"}


SERVED: Data = {
    "case": {"periods": 3},
    "materials": [{"material": "metal"}],
    "sites": [{"site": "A", "country": "US"}],
    "technologies": [
        {"technology": "t", "origin": "CN", "needs_services": "yes", "uptime_without_services": 0.5}
    ],
    "processes": [{"process": "mine", "stage": "mining"}],
    "recipes": [{"process": "mine", "material": "metal", "quantity": 1}],
    "plants": [{"plant": "pit", "site": "A", "process": "mine", "capacity": 10, "technology": "t"}],
    "disposal": [{"site": "A", "material": "metal"}],
}


def served(*rules: Data, **changed: Any) -> Case:
    return case_of(SERVED, **({"controls": list(rules)} | changed))


def mined(*amounts: float, licences: list[Data] | None = None) -> Tables:
    """Metal made and thrown away in each period."""
    place = {"site": "A", "material": "metal"}
    run = {"plant": "pit", "site": "A", "process": "mine"}
    return tables(
        [1, 2, 3],
        path(3, 0.0),
        production=[run | {"node": n, "activity": q} for n, q in enumerate(amounts)],
        conversions=[
            {"node": n, "started": n, "plant": "pit", "material": "metal", "quantity": q}
            for n, q in enumerate(amounts)
        ],
        disposals=[place | {"node": n, "quantity": q} for n, q in enumerate(amounts)],
        licences=licences or [],
    )


def maintained(node: int = 0, **cells: Any) -> Data:
    """A licence for services at the pit."""
    row = {"exporter": "CN", "destination": "US", "end_use": "", "plant": "pit", "last": 3}
    return application(node, **(row | {"quantity": 1, "used": 1} | cells))


@pytest.mark.parametrize(
    ("rules", "least"),
    [
        ([rule("service", policy="prohibited")], 5),
        ([rule("service", policy="prohibited", uptime=0.2)], 2),
        ([rule("service", policy="prohibited", uptime=0)], 0),
        ([rule("service", policy="case_by_case")], 5),
        ([rule("service", policy="general_licence", uptime=0.2)], 10),
        ([rule("service", uptime=0.2)], 10),
        ([rule("service", policy="prohibited", exporters="CN", stages="mining")], 5),
        ([rule("service", policy="prohibited", stages="metal")], 10),
        ([rule("service", policy="prohibited", destinations="CN")], 10),
        (
            [
                rule("service", "a", policy="prohibited", uptime=0.8),
                rule("service", "b", policy="prohibited", uptime=0.3),
            ],
            3,
        ),
    ],
)
def test_what_a_plant_keeps_without_services(rules: list[Data], least: float) -> None:
    assert faults(served(*rules), mined(least)) == set()
    assert faults(served(*rules), mined(least + 0.1)) == {"plant capacity"}


def test_each_part_of_a_plant_has_the_uptime_of_its_own_technology() -> None:
    known = [*SERVED["technologies"], SERVED["technologies"][0] | {"technology": "home"}]
    known[1] |= {"origin": "US"}
    stop = rule("service", policy="prohibited")
    for technology, least in ((None, 7), ("home", 9)):
        more = {"plant": "pit", "module_capacity": 4, "technology": technology}
        case = served(stop, technologies=known, expansions=[more])
        for amount, kinds in ((least, set()), (least + 0.1, {"plant capacity"})):
            plan = mined(amount)
            module = {"decision": "add_modules", "name": "pit", "row": 1, "quantity": 1}
            made = tables([1, 2, 3], decisions=[module | {"node": 0, "effective": 1}])
            plan["decisions"] = made["decisions"]
            assert faults(case, plan) == kinds


def test_a_licence_for_services_gives_back_what_is_approved() -> None:
    half = [{"control": "r", "status": "in_force", "approval": 0.5}]
    row = rule("service", policy="case_by_case", review_days=QUARTER, validity_periods=1, cost=9)
    case = served(row, control_status=half)
    licence = maintained(approval=0.5, first=2, last=2, cost=9)
    plan = mined(5, 7.5, 5, licences=[licence])
    assert faults(case, plan) == set()
    assert verify_plan(case, plan).costs["licences"] == 9
    for amounts in ((5.1, 7.5, 5), (5, 7.6, 5), (5, 7.5, 5.1)):
        assert faults(case, mined(*amounts, licences=[licence])) == {"plant capacity"}
    assert faults(case, mined(5, 7.5, 5)) == {"plant capacity"}


@pytest.mark.parametrize(
    ("cells", "kinds"),
    [
        ({"quantity": 2}, {"licence"}),
        ({"used": 0}, {"licence"}),
        ({"approval": 0.5}, {"licence"}),
        ({"cost": 1}, {"licence cost"}),
        ({"first": 2}, {"licence"}),
        ({"last": 2}, {"licence"}),
        ({"exporter": "US"}, {"licence"}),
        ({"plant": "pot"}, {"licence", "plant capacity"}),
        ({"control": "s"}, {"licence", "plant capacity"}),
    ],
)
def test_a_wrong_cell_of_a_licence_for_services_is_caught(cells: Data, kinds: set[str]) -> None:
    rules = [rule("service", policy="case_by_case"), rule("service", "s", policy="prohibited")]
    rules[1] |= {"stages": "magnet"}
    assert faults(served(*rules), mined(10, 10, 10, licences=[maintained()])) == set()
    plan = mined(10, 10, 10, licences=[maintained(**cells)])
    assert faults(served(*rules), plan) == kinds


def test_one_licence_for_services_at_a_time() -> None:
    case = served(rule("service", policy="case_by_case", validity_periods=2))
    first, second = maintained(last=2), maintained(2)
    assert faults(case, mined(10, 10, 10, licences=[first, second])) == set()
    plan = mined(10, 10, 10, licences=[first, maintained(1)])
    assert faults(case, plan) == {"licence"}
    plan = mined(10, 10, licences=[first, first])
    assert faults(case, plan) == {"licence", "once"}


def test_an_application_for_a_rule_without_licences_is_caught() -> None:
    case = served(rule("service", policy="prohibited"))
    assert faults(case, mined(5, licences=[maintained(approval=0)])) == {"licence"}
    plan = mined(5)
    add_row(plan, "licences", maintained(label="", period=1, control="nobody"))
    assert faults(case, plan) == {"tables"}
    set_cells(plan, "licences", 0, control="r", node=7)
    assert faults(case, plan) == {"tables"}
