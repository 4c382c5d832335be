"""Tail, worst case and regret mean what they say, and no plan has less of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optimizer.agreement import checked, differs, exact
from oracle.plain_model import solve_case
from secondsource.optimizer.frontier import TradeOff, frontier
from secondsource.optimizer.highs import Options
from secondsource.optimizer.uncertainty.attitude import with_attitude
from secondsource.optimizer.verify import verify_plan

from .futures import (
    GAMBLE_ALONE,
    costs_of,
    gamble,
    least_alone,
    mean_of_worst,
    quick,
    several_futures,
)

SEEDS = st.integers(0, 1_000_000)


@quick(1)
@given(seed=SEEDS, objective=st.sampled_from(["worst_case", "mean_risk"]))
def test_least_is_that_of_the_plain_model(seed: int, objective: str) -> None:
    data = several_futures(seed)
    assert differs(exact(checked(data), objective), solve_case(data, objective)) == ""


@quick(1)
@given(seed=SEEDS)
def test_least_regret_is_that_of_the_plain_model(seed: int) -> None:
    data = several_futures(seed)
    alone = least_alone(data)
    if alone is None:
        return
    found = exact(checked(data), "regret")
    assert differs(found, solve_case(data, "regret", alone=alone)) == ""
    if found.objective is not None:
        told = found.tables["scenarios"].set_index("scenario")["alone"]
        assert dict(told) == pytest.approx(alone, rel=1e-6, abs=1e-5)


@pytest.mark.slow
@quick(12)
@given(seed=SEEDS, objective=st.sampled_from(["worst_case", "mean_risk", "regret", "cvar"]))
def test_least_in_a_campaign(seed: int, objective: str) -> None:
    data = several_futures(seed)
    alone = least_alone(data) if objective == "regret" else None
    if objective == "regret" and alone is None:
        return
    expected = solve_case(data, objective, alone=alone)
    assert differs(exact(checked(data), objective), expected) == ""


@pytest.mark.slow
@quick(5)
@given(seed=SEEDS)
def test_every_plan_tells_what_its_futures_cost_one_by_one(seed: int) -> None:
    data = several_futures(seed)
    case = checked(data)
    settings = case.case
    for objective in ("cost", "mean_risk"):
        plan = exact(case, objective)
        if plan.objective is None:
            return
        costs = costs_of(case, plan)
        table = plan.tables["scenarios"].set_index("scenario")
        assert dict(table["cost"]) == pytest.approx(costs, rel=1e-7, abs=1e-6)
        own, chance = np.array(list(costs.values())), table["probability"].to_numpy()
        tail = mean_of_worst(own, chance, settings.cvar_level)
        told = plan.objectives
        assert told["cvar"] == pytest.approx(tail, rel=1e-7, abs=1e-6)
        assert told["worst_case"] == pytest.approx(own[chance > 0].max(), rel=1e-7, abs=1e-6)
        if "mean_risk" in told:
            weight = settings.risk_weight
            blend = (1 - weight) * (own @ chance) + weight * tail
            assert told["mean_risk"] == pytest.approx(blend, rel=1e-7, abs=1e-6)


@pytest.mark.slow
@quick(5)
@given(seed=SEEDS)
def test_futures_add_up_to_what_is_expected(seed: int) -> None:
    """Cost and shortage by probability; lead time by the demand of each future."""
    plan = exact(checked(several_futures(seed)), "cost")
    if plan.objective is None:
        return
    table, told = plan.tables["scenarios"], plan.objectives
    chance = table["probability"]
    assert (table["cost"] * chance).sum() == pytest.approx(told["cost"], rel=1e-7, abs=1e-6)
    assert (table["shortage"] * chance).sum() == pytest.approx(told["shortage"], abs=1e-6)
    if told["lead_time"] > 0:
        assert table["lead_time"].min() <= told["lead_time"] * (1 + 1e-7)
        assert table["lead_time"].max() >= told["lead_time"] * (1 - 1e-7)


def test_a_gamble_by_each_objective() -> None:
    """Ahead x of 10: calm costs 10 + 3x, dear 90 - 5x; worst at x = 10, regret even at 6.25."""
    case = checked(gamble(cvar_level=0.5, risk_weight=0.5))
    # the worst half: dear for a half of it, calm for the rest; 50 - x for x up to 10
    expected = {"cost": 30.0, "worst_case": 40.0, "regret": 18.75, "cvar": 40.0, "mean_risk": 40.0}
    for objective, value in expected.items():
        found = exact(case, objective)
        assert found.objective == pytest.approx(value, abs=1e-6), objective
    regret = exact(case, "regret").tables["scenarios"].set_index("scenario")
    assert dict(regret["alone"]) == pytest.approx(GAMBLE_ALONE)
    assert dict(regret["cost"]) == pytest.approx({"calm": 28.75, "dear": 58.75}, abs=1e-6)
    assert dict(regret["regret"]) == pytest.approx({"calm": 18.75, "dear": 18.75}, abs=1e-6)


@pytest.mark.parametrize(
    ("cap", "expected"),
    [({"worst_case": 60}, 36), ({"regret": 20}, 36), ({"worst_case": 39}, None),
     ({"regret": 18}, None)],
)  # fmt: skip
def test_worst_case_and_regret_are_capped(cap: dict[str, float], expected: float | None) -> None:
    """At most 60 in the worst case, or 20 of regret, takes x = 6 ahead: 30 + x on average."""
    found = exact(checked(gamble()), caps=cap)
    assert found.objective == pytest.approx(expected, abs=1e-6)
    assert found.status == ("infeasible" if expected is None else "optimal")


@pytest.mark.slow
def test_weights_of_risk_run_from_cost_to_tail() -> None:
    case = checked(gamble(cvar_level=0.75))
    values = [exact(with_attitude(case, risk_weight=weight), "mean_risk") for weight in (0.1, 0.5)]
    # at x ahead: 30 + x on average, 90 - 5x in the tail; worth it from a weight of 1/6 on
    assert [one.objective for one in values] == pytest.approx([36, 40], abs=1e-6)
    assert [one.objectives["cost"] for one in values] == pytest.approx([30, 40], abs=1e-6)


@pytest.mark.parametrize("objective", ["mean_risk", "regret"])
def test_one_future_leaves_nothing_to_weigh(objective: str) -> None:
    """With one scenario every objective about futures is cost, and regret 0."""
    plain = exact(checked(gamble() | {"solve": {"scenarios": ["dear"]}}))
    case = checked(gamble(risk_weight=0.5) | {"solve": {"scenarios": ["dear"]}})
    found = exact(case, objective)
    value = 0.0 if objective == "regret" else plain.objective
    assert found.objective == pytest.approx(value, abs=1e-6)
    for name in ("cost", "cvar", "worst_case", "mean_risk"):
        assert found.objectives[name] == pytest.approx(plain.objectives["cost"], abs=1e-6)
    for table in ("decisions", "orders", "stock", "deliveries"):
        assert found.tables[table].round(6).equals(plain.tables[table].round(6))
    assert found.tables["adaptive"].empty


def test_a_future_of_probability_0_is_no_worst_case() -> None:
    data = gamble()
    data["scenarios"][0]["probability"], data["scenarios"][1]["probability"] = 1, 0
    for objective in ("worst_case", "regret"):
        found = exact(checked(data), objective)
        assert found.objectives["worst_case"] == pytest.approx(10)
        assert found.objective == pytest.approx({"worst_case": 10, "regret": 0}[objective])


@pytest.mark.parametrize("column", ["cost", "shortage", "regret"])
def test_verify_catches_a_wrong_number_of_a_future(column: str) -> None:
    case = checked(gamble())
    plan = exact(case, "regret")
    assert verify_plan(case, plan.tables, objectives=plan.objectives).ok
    table = plan.tables["scenarios"].copy()
    table.loc[1, column] += 0.5
    found = verify_plan(case, {**plan.tables, "scenarios": table})
    assert [check.kind for check in found.checks if not check.ok] == ["futures"]


@pytest.mark.parametrize("name", ["worst_case", "regret"])
def test_verify_catches_a_wrong_objective(name: str) -> None:
    case = checked(gamble(risk_weight=0.5))
    plan = exact(case, "regret")
    wrong = {**plan.objectives, name: plan.objectives[name] - 1}
    found = verify_plan(case, plan.tables, objectives=wrong)
    assert [check.kind for check in found.checks if not check.ok] == ["objective"]


@pytest.mark.parametrize("name", ["worst_case", pytest.param("regret", marks=pytest.mark.slow)])
def test_frontier_of_cost_against_what_is_feared(name: str) -> None:
    """One straight line: each of the ten bought ahead costs 1 on average and saves 5 when dear."""
    case = checked(gamble(cvar_level=0.75))
    asked = TradeOff(targets=("cost", name), points=3, options=Options(gap=0.0, threads=1))
    points = [point.solution.objectives for point in frontier(case, asked).points]
    ends = {"worst_case": (90, 40), "regret": (50, 18.75)}[name]
    assert points[0]["cost"] == pytest.approx(30, abs=1e-6)
    assert points[0][name] == pytest.approx(ends[0], abs=1e-5)
    assert points[-1][name] == pytest.approx(ends[1], abs=1e-5)
    assert len(points) == 3


@pytest.mark.parametrize(
    ("alpha", "weight"),
    [(1, None), (-0.1, None), (float("nan"), None), (None, 1.5), (None, -1), (None, float("nan"))],
)
def test_an_attitude_out_of_range_is_refused(alpha: float | None, weight: float | None) -> None:
    case = checked(gamble())
    with pytest.raises(ValueError, match=r"no level of risk|no weight"):
        with_attitude(case, alpha, weight)
    assert with_attitude(case) is case
    assert replace(TradeOff(), targets=("cost", "mean_risk")).targets == ("cost", "mean_risk")
