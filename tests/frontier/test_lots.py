"""Fronts of cases whose plans can all be written down are what going through them says."""

from __future__ import annotations

import numpy as np
import pytest
from optimizer.agreement import checked
from secondsource.optimizer.frontier import Front, TradeOff, frontier
from secondsource.optimizer.highs import Options

from .lots import case_of, drawn, front_of

EXACT = Options(gap=0.0, threads=1)


def values_of(front: Front) -> list[list[float]]:
    return [[one.solution.objectives[name] for name in front.asked.targets] for one in front.points]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("targets", [("cost", "lead_time"), ("shortage", "cost")])
def test_exact_finds_every_efficient_plan_supported_or_not(
    seed: int, targets: tuple[str, str]
) -> None:
    lots = drawn(seed, 6)
    front = frontier(checked(case_of(lots)), TradeOff(targets=targets, exact=True, options=EXACT))
    expected = front_of(lots, *targets)
    assert values_of(front) == [pytest.approx(one, rel=1e-6, abs=1e-6) for one in expected]
    assert not any(one.joined for one in front.points)


def test_some_of_them_no_weighting_would_find() -> None:
    front = frontier(checked(case_of(drawn(0, 6))), TradeOff(exact=True, options=EXACT))
    assert {one.supported for one in front.points} == {True, False}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    "targets", [("cost", "lead_time"), ("cost", "concentration"), ("concentration", "lead_time")]
)
def test_levels_give_the_efficient_plan_that_keeps_each(
    seed: int, targets: tuple[str, str]
) -> None:
    lots = drawn(seed, 6)
    front = frontier(checked(case_of(lots)), TradeOff(targets=targets, points=7, options=EXACT))
    expected = front_of(lots, *targets)
    levels = np.linspace(expected[0][1], expected[-1][1], 7)
    wanted = sorted({min(one for one in expected if one[1] <= level + 1e-9) for level in levels})
    assert values_of(front) == [pytest.approx(one, rel=1e-6, abs=1e-6) for one in wanted]


@pytest.mark.parametrize("seed", range(2))
def test_three_targets_on_a_fine_grid_give_all_of_the_front(seed: int) -> None:
    lots = drawn(seed, 4)
    targets = ("cost", "lead_time", "shortage")
    front = frontier(checked(case_of(lots)), TradeOff(targets=targets, points=12, options=EXACT))
    expected = front_of(lots, *targets)
    found = values_of(front)
    assert all(
        any(one == pytest.approx(other, rel=1e-6, abs=1e-6) for other in expected) for one in found
    )
    assert len(found) >= 0.8 * len(expected)
    assert found == sorted(found)


def test_points_that_coincide_are_told_once() -> None:
    lots = drawn(1, 5)
    expected = front_of(lots, "cost", "lead_time")
    front = frontier(checked(case_of(lots)), TradeOff(points=40, options=EXACT))
    assert len(front.points) <= len(expected) < 40
    assert front.solves < 2 * 40
