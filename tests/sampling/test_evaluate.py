"""A plan tried on samples costs what solving each of them with its decisions kept costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import secondsource as ss
from secondsource.models.case import Case
from secondsource.models.plan import Solution
from secondsource.optimizer.executors.crew import Crew
from secondsource.optimizer.highs import Options
from secondsource.optimizer.sampling.batches import Replications, built_batch, solve_batch
from secondsource.optimizer.sampling.evaluate import try_plans
from secondsource.optimizer.sampling.futures import Futures
from secondsource.optimizer.sampling.sample import prepared
from secondsource.optimizer.sampling.trying import Trials
from secondsource.optimizer.sampling.units import unit_points
from secondsource.optimizer.solve import Request

from .newsvendor import BEST, DRAWS, LEAST, cost_of, newsvendor

PRICES: dict[str, Any] = {
    "sample": {"from": 3},
    "draws": [
        {"name": "prices", "table": "offers", "field": "price", "op": "multiply",
         "distribution": "lognormal", "mean": 1, "deviation": 0.2},
        {"name": "demand", "table": "demand", "field": "quantity", "op": "multiply",
         "distribution": "triangular", "low": 0.8, "mode": 1, "high": 1.1},
        {"name": "ban", "table": "control_status", "key": "control=CN-ban;start=2028-01",
         "field": "status", "distribution": "discrete", "values": ["in_force", "suspended"],
         "probabilities": [0.6, 0.4]},
    ],
    "events": [
        {"name": "Osaka out", "site": "Osaka", "probability": 0.4, "starts": [4, 5],
         "lasts": [1, 2]},
    ],
}  # fmt: skip


def run_of(case: Case, plan: Solution) -> tuple[Case, Any, dict[str, Any]]:
    """A plan as :func:`secondsource.read_run` would hand it out."""
    return case, plan.tables, {"scenarios": ["all"]}


def at_gap(case: Case, gap: float) -> Solution:
    request = Request.of(case)
    return ss.solve(case, replace(request, options=replace(request.options, gap=gap, threads=1)))


def test_an_order_of_the_newsvendor_costs_on_samples_what_it_costs_on_paper() -> None:
    case = newsvendor()
    plan = at_gap(case, 0)
    assert plan.tables["orders"]["quantity"].sum() == pytest.approx(100)
    found = ss.evaluate(run_of(case, plan), DRAWS, 60, seed=4, executor="serial")
    demand = found.samples["demand"].to_numpy()
    expected = 12 * 100 + 30 * np.maximum(demand - 100, 0) + 2 * np.maximum(100 - demand, 0)
    assert found.samples["cost"].to_numpy() == pytest.approx(expected)
    assert found.samples["shortage"].to_numpy() == pytest.approx(np.maximum(demand - 100, 0))
    assert found.cost is not None
    assert found.cost.mean == pytest.approx(expected.mean())
    assert found.cost.error == pytest.approx(expected.std(ddof=1) / np.sqrt(60))
    assert found.cost.low is not None and found.cost.high is not None
    assert found.cost.low < cost_of(100) < found.cost.high
    worst = np.sort(expected)[-3:]
    assert found.cvar == pytest.approx(worst.mean())
    assert found.worst == pytest.approx(worst[-1])
    assert found.samples.loc[int(found.worst_sample or 0) - 1, "cost"] == pytest.approx(worst[-1])
    assert found.short == pytest.approx((demand > 100).mean())


@pytest.mark.slow
def test_no_sample_costs_less_than_solving_it_with_the_decisions_kept() -> None:
    """At least: the first quarter's orders are kept as well, which a plain solve leaves free."""
    case = ss.load_case("quickstart")
    plan = at_gap(case, 1e-6)
    draws = PRICES | {"sample": {"from": 2}}
    found = ss.evaluate(run_of(case, plan), draws, 3, seed=2, gap=1e-7, executor="serial")
    base, asked, _ = prepared(case, draws)
    points = unit_points(asked, 3, 2, "unseen", method="monte_carlo")
    for future, cost in zip(Futures(asked, base).of(points), found.samples["cost"], strict=True):
        changed = base.model_copy(update={"changes": [*base.changes, *future.changes]})
        request = replace(Request.of(changed), keep=plan.tables, options=Options(1e-7, threads=1))
        free = ss.solve(changed, request).objectives["cost"]
        assert free - 1e-6 * abs(free) <= cost <= 1.2 * free


@pytest.mark.slow
def test_the_plan_of_a_batch_costs_on_its_own_futures_what_the_batch_says() -> None:
    case = ss.load_case("quickstart")
    base, draws, _ = prepared(case, PRICES)
    asked = Replications(base, draws, 4, 5, "latin_hypercube", Options(1e-6, threads=1))
    batch = solve_batch(asked, built_batch(asked, 0))
    assert batch.settled is not None and batch.cost is not None
    points = unit_points(draws, 4, 5, "batch", method="latin_hypercube")
    trials = Trials(base, draws, [batch.settled], ("cost",), Options(1e-7, threads=1))
    tried = [one[0] for one in try_plans(trials, points, Crew("serial"))]
    assert [one.status for one in tried] == ["optimal"] * 4
    assert [one.lost for one in tried] == [0] * 4
    assert np.mean([one.cost for one in tried]) == pytest.approx(batch.cost, rel=2e-6)


def test_a_plan_for_sampled_futures_is_kept_up_to_where_they_part() -> None:
    drawn = ss.sample(newsvendor(), DRAWS, 40, seed=3, gap=1e-9)
    plan = ss.solve(drawn.case)
    bought = plan.tables["orders"]["quantity"].sum()
    assert bought == pytest.approx(BEST, abs=3)
    found = ss.evaluate(run_of(drawn.case, plan), DRAWS, 60, seed=3, executor="serial")
    assert found.cost is not None and found.cost.error is not None
    assert abs(found.cost.mean - cost_of(bought)) < 4 * found.cost.error
    assert "up to 1," in found.kept
    assert "done before 2" in found.kept
    assert cost_of(bought) == pytest.approx(LEAST, rel=1e-3)


def test_futures_without_a_plan_are_counted_and_no_mean_is_told() -> None:
    data = newsvendor().demand[0].model_copy(update={"shortage_cost": None})
    case = newsvendor().model_copy(update={"demand": [data]})
    plan = at_gap(case, 0)
    found = ss.evaluate(run_of(case, plan), DRAWS, 20, seed=1, executor="serial")
    short = int((found.samples["demand"] > 100).sum())
    assert 0 < short < 20
    assert found.without_plan == short
    assert found.cost is None
    assert found.worst is None


@pytest.mark.slow
def test_the_same_samples_cost_the_same_whoever_solves_them() -> None:
    case = ss.load_case("quickstart")
    plan = at_gap(case, 1e-4)
    runs = [
        ss.evaluate(run_of(case, plan), PRICES, 8, seed=9, **how)  # type: ignore[arg-type]  # each one's own
        for how in ({"executor": "serial"}, {"executor": "processes", "workers": 2})
    ]
    tables = [run.samples.drop(columns="seconds") for run in runs]
    assert tables[0].equals(tables[1])
