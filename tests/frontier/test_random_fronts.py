"""Exact fronts of random cases against plain re-solves under random limits."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optimizer.agreement import checked
from optimizer.test_random_cases import quick
from optimizer.test_risk import gamble
from secondsource.optimizer.frontier import TradeOff, frontier
from secondsource.optimizer.highs import Options

from .trade_offs import built_for, corners_of, least_first, solved_anew, traded

EXACT = Options(gap=0.0, threads=1)
SEEDS = st.integers(0, 100_000)
CLOSE = 1e-5
"""Part of the range; the resolution is a tenth of it."""


def assert_exact(seed: int, targets: tuple[str, str], *, whole: bool, limits: int) -> None:
    """The front read off at random limits costs what a solve under each limit says."""
    case, built = built_for(traded(seed, whole=whole), *targets)
    points = corners_of(frontier(case, TradeOff(targets=targets, exact=True, options=EXACT)))
    if len(points) < 2:
        return
    dice = random.Random(seed)
    top, bottom = points[0][1], points[-1][1]
    width = points[-1][0] - points[0][0]
    assert points == sorted(points)
    assert [one[1] for one in points] == sorted((one[1] for one in points), reverse=True)
    for number in range(limits):
        limit = bottom + dice.random() * (top - bottom)
        if number % 3 == 2:  # just below a corner
            limit = max(dice.choice(points)[1] - 1e-4 * (top - bottom), bottom)
        expected = solved_anew(built, targets[0], {targets[1]: limit})
        assert least_first(points, limit) == pytest.approx(expected, abs=CLOSE * width)


@quick(1)
@given(seed=SEEDS)
def test_cost_against_lead_time_with_whole_decisions(seed: int) -> None:
    assert_exact(seed, ("cost", "lead_time"), whole=True, limits=9)


@pytest.mark.slow
@quick(4)
@given(seed=SEEDS)
def test_cost_against_lead_time_without(seed: int) -> None:
    assert_exact(seed, ("cost", "lead_time"), whole=False, limits=9)


@pytest.mark.slow
@settings(quick(60), derandomize=False)
@given(
    seed=SEEDS,
    targets=st.permutations(["cost", "lead_time", "shortage", "cvar"]).map(lambda o: tuple(o[:2])),
    whole=st.booleans(),
)
def test_any_two_objectives_in_a_long_campaign(
    seed: int, targets: tuple[str, str], whole: bool
) -> None:
    assert_exact(seed, targets, whole=whole, limits=9)


@pytest.mark.slow
@quick(3)
@given(seed=SEEDS)
def test_a_linear_front_is_one_convex_line_without_a_needless_corner(seed: int) -> None:
    case, _ = built_for(traded(seed, whole=False), "cost", "lead_time")
    front = frontier(case, TradeOff(exact=True, options=EXACT))
    assert all(one.supported for one in front.points)
    assert [bool(one.joined) for one in front.points] == [at > 0 for at in range(len(front.points))]
    values = np.array(corners_of(front))[:, :2]
    slopes = np.diff(values[:, 1]) / np.diff(values[:, 0])
    assert (np.diff(slopes) > 1e-6 * np.abs(slopes[:-1])).all()


@quick(2)
@given(seed=SEEDS, gap=st.sampled_from([0.0, 1e-2]))
def test_no_evenly_spread_point_can_be_bettered_beyond_its_gap(seed: int, gap: float) -> None:
    targets = ("cost", "lead_time")
    case, built = built_for(traded(seed), *targets)
    front = frontier(case, TradeOff(points=6, options=Options(gap=gap, threads=1)))
    values = np.array([[p.solution.objectives[name] for name in targets] for p in front.points])
    span = np.ptp(values, axis=0)
    for point, value in zip(front.points, values, strict=True):
        assert point.gap is not None
        assert point.gap <= gap + 1e-6
        for own, other in ((0, 1), (1, 0)):
            best = solved_anew(built, targets[own], {targets[other]: value[other] * (1 + 1e-9)})
            assert best is not None
            size = max(value[own], span[own])
            assert value[own] - best <= gap * size + 1e-6 * size
            assert best >= point.bounds[targets[own]] - 1e-6 * size


def test_expected_cost_against_the_worst_futures() -> None:
    """Spot ore costs 10 or 90, ore bought ahead 40: any mixture of the two is efficient."""
    case = checked(gamble(cvar_level=0.75))
    exact = frontier(case, TradeOff(targets=("cost", "cvar"), exact=True, options=EXACT))
    assert corners_of(exact) == [
        (pytest.approx(30), pytest.approx(90), False),
        (pytest.approx(40), pytest.approx(40), True),
    ]
    spread = frontier(case, TradeOff(targets=("cost", "cvar"), points=5, options=EXACT))
    found = [
        (one.solution.objectives["cost"], one.solution.objectives["cvar"]) for one in spread.points
    ]
    expected = [(30, 90), (32.5, 77.5), (35, 65), (37.5, 52.5), (40, 40)]
    assert found == [pytest.approx(one) for one in expected]
