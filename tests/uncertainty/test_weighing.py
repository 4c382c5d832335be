"""The price of robustness by weights of futures: against plain solves with rows for their costs."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optimizer.agreement import checked, exact
from secondsource.models.case import Case
from secondsource.models.risk_results import RiskResult
from secondsource.optimizer.highs import Options
from secondsource.optimizer.measures import conditional_value_at_risk
from secondsource.optimizer.uncertainty.envelope import Envelope, Proven
from secondsource.optimizer.uncertainty.question import RiskQuestion
from secondsource.optimizer.uncertainty.study import risk
from secondsource.optimizer.uncertainty.weighing import SAFEST

from .futures import Data, gamble, quick, several_futures

SEEDS = st.integers(0, 1_000_000)


@pytest.fixture(autouse=True)
def every_case_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secondsource.optimizer.uncertainty.study.LONG", -1.0)


def study(case: Case, points: int = 4) -> RiskResult:
    options = Options(gap=0.0, threads=1)
    question = RiskQuestion(points=points, cross=False, mean_value=False, options=options)
    return risk(case, question, executor="serial")


def front_of(case: Case, points: int = 4) -> pd.DataFrame | None:
    found = study(case, points).robustness
    return None if found is None or found.empty else found


def envelope_of(dice: np.random.Generator, futures: int) -> Envelope:
    weights = dice.random(futures)
    return Envelope(weights / weights.sum(), float(dice.choice([0.0, 0.3, 0.8, 0.95])))


@quick(20)
@given(seed=SEEDS)
def test_the_hardest_weights_of_a_plan_give_its_tail(seed: int) -> None:
    dice = np.random.default_rng(seed)
    own = envelope_of(dice, 5)
    costs = dice.normal(100, 30, (1, 5))
    weights, cost = own.hardest(costs, 1.0)
    tail = conditional_value_at_risk(costs[0], own.weights, own.level)
    assert cost == pytest.approx(tail)
    assert weights.sum() == pytest.approx(1)
    assert weights @ costs[0] == pytest.approx(tail)


@quick(20)
@given(seed=SEEDS)
def test_the_hardest_weights_of_several_plans_spare_none_of_their_mixtures(seed: int) -> None:
    dice = np.random.default_rng(seed)
    own, costs = envelope_of(dice, 4), dice.normal(100, 30, (3, 4))
    weights, cost = own.hardest(costs, 0.7)
    assert (costs @ weights).min() == pytest.approx(cost)
    for mixture in dice.dirichlet(np.ones(3), 50):
        mixed = mixture @ costs
        tail = conditional_value_at_risk(mixed, own.weights, own.level)
        assert 0.3 * own.weights @ mixed + 0.7 * tail >= cost - 1e-6


@quick(20)
@given(seed=SEEDS)
def test_bounds_on_single_futures_bound_the_tail(seed: int) -> None:
    dice = np.random.default_rng(seed)
    own = envelope_of(dice, 5)
    least = dice.normal(100, 30, 5)
    proven = Proven(own)
    for weights, bound in zip(np.eye(5), least, strict=True):
        proven.add(weights, float(bound))
    tail = conditional_value_at_risk(least, own.weights, own.level)
    assert proven.least(1.0) == pytest.approx(tail)
    assert proven.least(0.0) == pytest.approx(own.weights @ least)


def test_what_nobody_proved_bounds_nothing_and_no_bound_is_above_a_plan() -> None:
    proven = Proven(Envelope(np.array([0.5, 0.5]), 0.5))
    assert proven.least(0.5) == -np.inf
    proven.add(np.array([1.0, 0.0]), None)
    proven.add(np.array([1.0, 0.0]), -np.inf)
    assert proven.least(0.5) == -np.inf
    proven.add(np.array([0.5, 0.5]), 10.0)
    proven.admit(np.array([5.0, 9.0]))
    assert proven.least(0.0) == pytest.approx(7.0)


def test_a_gamble_on_paper() -> None:
    """All spot: 30 on average, 90 at worst. All ahead: 40 whatever comes."""
    front = front_of(checked(gamble(cvar_level=0.75)))
    assert front is not None
    assert front["cost"].tolist() == pytest.approx([30, 40])
    assert front["cvar"].tolist() == pytest.approx([90, 40])
    assert front["price"].iloc[-1] == pytest.approx(10)
    assert front["saved"].iloc[-1] == pytest.approx(50)
    assert front["cost_bound"].tolist() == pytest.approx([30, 40])
    assert front["cvar_bound"].tolist() == pytest.approx([90, 40])


def gamble_of(seed: int) -> Data:
    """Like the gamble, with five futures in which spot ore has five prices, and dear late ore."""
    dice = random.Random(seed)
    data: dict[str, Any] = gamble(cvar_level=dice.choice([0.3, 0.6, 0.8, 0.9]), risk_weight=SAFEST)
    data["offers"][0]["capacity"] = dice.choice([4, 8, 12])
    data["demand"][0]["shortage_cost"] = dice.uniform(5, 15)
    names = [f"future{number}" for number in range(5)]
    chances = [dice.random() + 0.05 for _ in names]
    data["scenarios"] = [
        {"scenario": name, "probability": chance / sum(chances)}
        | ({"parent": names[0], "branches_at": 2} if number else {})
        for number, (name, chance) in enumerate(zip(names, chances, strict=True))
    ]
    data["changes"] = [
        {"scenario": name, "table": "offers", "key": "spot", "field": "price",
         "value": dice.uniform(0.5, 12)}
        for name in names[1:]
    ]  # fmt: skip
    return data


@quick(3)
@given(seed=SEEDS)
def test_without_whole_numbers_the_ends_are_those_of_the_whole_model(seed: int) -> None:
    case = checked(gamble_of(seed))
    front, best = front_of(case), exact(case, "mean_risk").objective
    assert front is not None and best is not None
    mixed = (1 - SAFEST) * front["cost"] + SAFEST * front["cvar"]
    assert mixed.min() == pytest.approx(best, rel=1e-6)
    assert front["cost"].min() == pytest.approx(exact(case).objective, rel=1e-6)
    for row in front.to_dict("records"):
        within = exact(case, "cost", caps={"cvar": row["cvar"] * (1 + 1e-9)}).objective
        assert within == pytest.approx(row["cost"], rel=1e-5)


@pytest.mark.slow
@quick(12)
@given(seed=SEEDS)
def test_no_plan_is_better_than_the_bounds_say(seed: int) -> None:
    """With whole numbers a plan may be missed; what is said of it is true even so."""
    case = checked(several_futures(seed))
    front = front_of(case)
    if front is None:
        return
    assert (front["cost"].diff().dropna() > 0).all()
    assert (front["cvar"].diff().dropna() < 0).all()
    for row in front.to_dict("records"):
        room = 1e-6 * max(1.0, abs(row["cost"]), abs(row["cvar"]))
        cheaper = exact(case, "cost", caps={"cvar": row["cvar"]}).objective
        safer = exact(case, "cvar", caps={"cost": row["cost"]}).objective
        if cheaper is not None:
            assert row["cost_bound"] <= cheaper + room
        if safer is not None:
            assert row["cvar_bound"] <= safer + room
        assert row["cost_bound"] <= row["cost"] + room
        assert row["cvar_bound"] <= row["cvar"] + room


def test_a_search_that_is_stopped_keeps_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secondsource.optimizer.uncertainty.study.patience", lambda spent: 1e-9)
    found = study(checked(gamble(cvar_level=0.75)))
    assert found.status == "feasible"
    assert any("price of robustness was stopped" in line for line in found.warnings)
    assert found.robustness is not None and len(found.robustness) == 1
    assert found.robustness["cost"].iloc[0] == pytest.approx(30)


def test_ctrl_c_keeps_the_plans_and_the_rest_of_the_study(monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("secondsource.optimizer.uncertainty.weighing.least_cost", pressed)
    found = study(checked(gamble(cvar_level=0.75)))
    assert found.status == "feasible" and found.information.value == pytest.approx(12.5)
    assert found.robustness is not None and found.robustness["cost"].tolist() == pytest.approx([30])
