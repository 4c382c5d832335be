"""Rules that give in time or in part: the least that gives a plan, and no less."""

from __future__ import annotations

from typing import Any

import pytest
from optimizer.agreement import checked
from optimizer.cases import Data, overseas
from secondsource.models.case import Case
from secondsource.models.explain_results import Mend
from secondsource.optimizer.explain import explain_no_plan
from secondsource.optimizer.solve import solve

BAN: Data = {"control": "CN", "kind": "export", "exporters": "CN", "policy": "prohibited"}
HOME: Data = {"offer": "home", "site": "shop", "material": "ore", "price": 5, "capacity": 4}


def hard(rule: Data, **tables: Any) -> Data:
    """10 ore a year from China under a rule, all of which must be met."""
    data = overseas(controls=[rule], **tables)
    for row in data["demand"]:
        row.pop("shortage_cost", None)
    return data


def mends(case: Case) -> dict[str, Mend]:
    """Mends by text; each of them, applied, gives a plan, and they come cheapest first."""
    found = explain_no_plan(case)
    assert found is not None
    for mend in found.mends:
        assert solve(mend.case).objective is not None, mend.text
    costs = [mend.cost for mend in found.mends]
    assert costs == sorted(costs, key=lambda cost: float("inf") if cost is None else cost)
    return {mend.text: mend for mend in found.mends}


def test_a_rule_begins_as_late_as_it_must_and_no_later() -> None:
    data = hard(
        BAN,
        settings={"periods": 4, "start": "2027-01"},
        control_status=[{"control": "CN", "start": 2, "status": "in_force"}],
        demand=[{"site": "shop", "material": "ore", "quantity": 10, "end": 3}],
    )
    mend = mends(checked(data))["rule CN beginning in 2030 (2 years later)"]
    assert mend.cost == pytest.approx(30)
    (edit,) = mend.edits
    assert (edit["table"], edit["field"], edit["value"]) == (
        "control_status",
        "status",
        "suspended",
    )
    sooner = data | {"changes": [
        {"table": "control_status", "field": "status", "value": "suspended", "end": 2}
    ]}  # fmt: skip
    assert solve(checked(sooner)).status == "infeasible"


def test_a_rule_without_dates_gets_one() -> None:
    data = hard(BAN, settings={"periods": 3})
    data["demand"][0]["end"] = 1
    assert "rule CN beginning in year 2 (1 year later)" in mends(checked(data))


def test_licences_are_approved_at_the_least_per_cent_that_helps() -> None:
    data = hard(BAN | {"policy": "presumption_of_denial"})
    data["offers"].append(HOME)
    found = mends(checked(data))
    assert found["licences under rule CN approved at 60 %"].cost == pytest.approx(6 + 4 * 5)
    less = [{"control": "CN", "start": 1, "status": "in_force", "approval": 0.59}]
    assert solve(checked(data | {"control_status": less})).status == "infeasible"
    banned = checked(data | {"controls": [BAN]})
    assert "licences under rule CN approved at 60 % instead of a ban" in mends(banned)


def test_a_quota_grows_by_what_is_lacking() -> None:
    data = hard(BAN | {"policy": "free", "quota": 2})
    data["offers"].append(HOME)
    mend = mends(checked(data))["a quota of 6 instead of 2 under rule CN"]
    assert mend.case.changes[-1].value == pytest.approx(4, rel=1e-3)


def test_a_rule_exempts_an_end_use() -> None:
    data = hard(BAN)
    data["demand"] = [
        {"site": "shop", "material": "ore", "quantity": 5, "end_use": use}
        for use in ("defence", "civil")
    ]
    data["offers"].append(HOME | {"capacity": 6})
    found = mends(checked(data))
    assert {"rule CN exempting defence uses", "rule CN exempting civil uses"} <= set(found)


def test_a_procurement_rule_exempts_what_one_country_makes() -> None:
    data = hard(
        {"control": "DFARS", "kind": "procurement", "pedigree": "foreign", "policy": "prohibited"},
        pedigrees=[{"pedigree": "foreign", "countries": "CN,GB", "stages": "mining"}],
        sites=[{"site": "uk", "country": "GB"}, {"site": "shop", "country": "DE"}],
        offers=[{"offer": "u", "site": "uk", "material": "ore", "price": 2, "stages": "mining"}],
        lanes=[{"lane": "sea", "from": "*", "to": "shop"}],
    )
    assert mends(checked(data))["rule DFARS exempting mining in GB"].cost == pytest.approx(20)
