"""Licences granted before a case begins: what they allow, and rolling plans that use them."""

from __future__ import annotations

from typing import Any

import pytest
from optimizer.agreement import checked
from optimizer.cases import Data, mill, overseas
from oracle.random_controls import controlled_case
from secondsource.datasets.checks import check_case
from secondsource.models.case import Case
from secondsource.models.commitment_rows import Granted
from secondsource.models.plan import Solution
from secondsource.optimizer.replan.roll import CannotRollError, roll
from secondsource.optimizer.verify import verify_plan

from .rolling import best, cost_in_pieces

SAME = 1e-6
RULE: Data = {"control": "CN", "kind": "export", "exporters": "CN", "policy": "case_by_case"}
REFUSED = [{"control": "CN", "status": "in_force", "approval": 0}]
GRANTED: Data = {
    "control": "CN", "exporter": "CN", "destination": "DE", "end_use": "civil", "quantity": 12,
}  # fmt: skip


def _licensed(rule: Data | None = None, **tables: Any) -> Data:
    """Three years of ore from China under a licence that costs 10 and is reviewed for a year."""
    own = RULE | {"cost": 10, "review_days": 365.25} | (rule or {})
    return overseas(settings={"periods": 3}, **({"controls": [own]} | tables))


def _serviced(**tables: Any) -> Data:
    """Three years of a mill in Germany that runs at a fifth without services from the US."""
    return mill(
        {"technology": "laser", "capacity": 10, "variable_cost": 0.1},
        settings={"periods": 3},
        technologies=[
            {"technology": "laser", "origin": "US", "needs_services": "yes",
             "uptime_without_services": 0.2}
        ],
        **({"controls": [
            {"control": "US", "kind": "service", "policy": "case_by_case", "cost": 5,
             "validity_periods": 2}
        ]} | tables),
    )  # fmt: skip


def _moved(plan: Solution) -> list[float]:
    """Expected quantity shipped in each period."""
    return plan.tables["shipments"].groupby("period")["quantity"].sum().round(6).tolist()


def test_a_granted_licence_lets_pass_its_quantity_within_its_dates_and_costs_nothing() -> None:
    case = checked(_licensed(control_status=REFUSED, granted=[GRANTED | {"start": 2}]))
    plan = best(case)
    assert plan.costs.get("licences", 0.0) == 0
    moved = plan.tables["shipments"].groupby("period")["quantity"].sum()
    assert set(moved.index) == {2, 3}
    assert moved.sum() == pytest.approx(12)
    assert plan.objective == pytest.approx(12 * 1 + 18 * 50)
    assert plan.tables["licence_use"]["applied"].tolist() == [-1, -1]
    assert plan.tables["licences"].empty
    assert verify_plan(case, plan.tables).ok


def test_the_quantity_of_a_granted_licence_holds_on_every_path() -> None:
    futures = [
        {"scenario": "calm", "probability": 0.5},
        {"scenario": "ban", "probability": 0.5, "parent": "calm", "branches_at": 2},
    ]
    case = checked(_licensed(control_status=REFUSED, granted=[GRANTED], scenarios=futures))
    plan = best(case)
    assert plan.objective == pytest.approx(12 * 1 + 18 * 50)
    assert verify_plan(case, plan.tables).ok


@pytest.mark.parametrize(
    ("update", "kind"), [({"quantity": 11}, "licence use"), ({"start": 3}, "licence use")]
)
def test_the_verifier_finds_what_a_granted_licence_does_not_cover(update: Data, kind: str) -> None:
    plan = best(checked(_licensed(control_status=REFUSED, granted=[GRANTED])))
    less = checked(_licensed(control_status=REFUSED, granted=[GRANTED | update]))
    wrong = {check.kind for check in verify_plan(less, plan.tables).checks if not check.ok}
    assert wrong == {kind}


def test_a_granted_service_licence_lifts_what_is_approved_while_it_holds() -> None:
    forbidden = [{"control": "US", "status": "in_force", "approval": 0}]
    held = {"control": "US", "plant": "mill", "approval": 0.5, "end": 2}
    case = checked(_serviced(control_status=forbidden, granted=[held]))
    plan = best(case)
    assert plan.tables["production"]["activity"].round(6).tolist() == [6, 6, 2]
    assert plan.tables["licences"].empty
    assert verify_plan(case, plan.tables).ok
    wrong = verify_plan(case.model_copy(update={"granted": []}), plan.tables)
    assert {check.kind for check in wrong.checks if not check.ok} == {"plant capacity"}


def test_goods_kept_from_an_end_use_are_not_delivered_to_it() -> None:
    def shop(kept: str | None) -> Case:
        data = overseas(
            stockpiles=[{"site": "shop", "material": "ore", "initial": 4, "kept_from": kept}],
            in_transit=[
                {"site": "shop", "material": "ore", "period": 1, "quantity": 3, "kept_from": kept}
            ],
            offers=[],
        )
        data["demand"] += [
            {"site": "shop", "material": "ore", "quantity": 5, "end_use": "robots",
             "end_user": "Own", "shortage_cost": 70}
        ]  # fmt: skip
        return checked(data)

    assert best(shop(None)).objective == pytest.approx(8 * 50)  # robots pay more
    for kept in ("robots", "robots=Own"):
        case = shop(kept)
        plan = best(case)
        assert plan.objective == pytest.approx(3 * 50 + 5 * 70)
        assert verify_plan(case, plan.tables).ok
        assert set(plan.tables["deliveries"]["marks"]) == {"!robots=Own"}
    assert best(shop("civil=")).objective == pytest.approx(10 * 50)


def test_a_licence_is_carried_with_what_is_left_of_it() -> None:
    case = checked(_licensed({"validity_periods": 2}, in_transit=[]))
    plan = best(case)
    assert _moved(plan) == [10, 10]
    for periods, row in (
        (1, GRANTED | {"quantity": 20.0, "start": None, "end": None}),
        (2, GRANTED | {"quantity": 10.0, "start": None, "end": None}),
    ):
        later = roll(case, plan.tables, periods).case
        (found,) = later.granted
        assert found.model_dump(include=set(row)) == row
        assert cost_in_pieces(case, plan, periods) == pytest.approx(plan.objective, rel=SAME)


def test_a_service_licence_is_carried_to_its_last_period() -> None:
    case = checked(_serviced())
    plan = best(case)
    applied = plan.tables["licences"]["period"].tolist()
    assert applied == [1, 2] or applied == [1, 3]
    later = roll(case, plan.tables).case
    assert [(row.control, row.plant, row.approval) for row in later.granted] == [("US", "mill", 1)]
    for periods in (1, 2):
        assert cost_in_pieces(case, plan, periods) == pytest.approx(plan.objective, rel=SAME)


def test_odd_licences_are_told() -> None:
    def problems(row: Data, **more: Any) -> list[str]:
        case = checked(_licensed())
        rows = [Granted.model_validate(row)]
        return [
            f"{one.column}: {one.message}"
            for one in check_case(case.model_copy(update={"granted": rows, **more}))
            if one.table == "granted"
        ]

    assert problems(GRANTED) == []
    assert problems(GRANTED | {"end_use": "civl"}) == ['end_use: no demand is for "civl"']
    assert problems(GRANTED | {"exporter": None}) == [
        "exporter: a licence for goods needs both countries"
    ]
    assert problems(GRANTED | {"control": "EU"}) == ['control: there is no control "EU"']
    free = [row.model_copy(update={"policy": "free"}) for row in checked(_licensed()).controls]
    assert problems(GRANTED, controls=free) == ['control: "CN" is free, so no licence of it lasts']


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_random_cases_with_licences_rolled_cost_what_their_plans_cost(part: int) -> None:
    """Nothing about licences or marks is refused, however many periods pass."""
    for seed in range(200 + 8 * part, 208 + 8 * part):
        case = checked(controlled_case(seed))
        plan = best(case)
        for periods in range(1, case.case.periods if plan.objective is not None else 1):
            try:
                found = cost_in_pieces(case, plan, periods)
            except CannotRollError as error:
                assert all("counts suppliers" in line for line in error.lost)
                continue
            assert found == pytest.approx(plan.objective, rel=SAME, abs=SAME), (seed, periods)
