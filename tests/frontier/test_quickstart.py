"""Every point of the bundled case's front is proven efficient by solves of their own."""

from __future__ import annotations

import dataclasses

import pytest
from secondsource.datasets.load import load_case
from secondsource.models.case import Case
from secondsource.optimizer.frontier import Front, TradeOff, frontier
from secondsource.optimizer.frontier.exact import mixed_front
from secondsource.optimizer.frontier.search import Found, Search
from secondsource.optimizer.frontier.spread import spread
from secondsource.optimizer.highs import Options
from secondsource.optimizer.solve import Request, build, solve

TARGETS = ("cost", "lead_time")
LOOSE = 1e-9
"""Relative room for a value as a cap of another solve."""


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("quickstart")


def least(case: Case, target: str, caps: dict[str, float]) -> float:
    request = dataclasses.replace(
        Request.of(case), minimise=(target,), caps=caps, options=Options(gap=0.0, threads=1)
    )
    found = solve(case, request)
    assert found.objective is not None
    return found.objective


def assert_efficient(case: Case, front: Front, gap: float) -> None:
    """In each objective, nothing is better beyond the gap and as good in the other."""
    for point in front.points:
        value = point.solution.objectives
        for own, other in (TARGETS, TARGETS[::-1]):
            best = least(case, own, {other: value[other] * (1 + LOOSE)})
            assert value[own] <= best * (1 + gap + 1e-6)
            assert best >= point.bounds[own] * (1 - 1e-8)


def test_evenly_spread_points_are_efficient_within_their_gap(case: Case) -> None:
    front = frontier(case, TradeOff(points=3, options=Options(gap=1e-3, threads=1)))
    assert len(front.points) == 3
    assert max(one.gap or 0.0 for one in front.points) <= 1e-3
    assert_efficient(case, front, 1e-3)


@pytest.mark.slow
def test_all_corners_are_efficient(case: Case) -> None:
    front = frontier(case, TradeOff(exact=True, options=Options(threads=1)))
    assert len(front.points) == 25
    assert_efficient(case, front, 0.0)


@pytest.mark.slow
def test_many_points_are_efficient(case: Case) -> None:
    front = frontier(case, TradeOff(points=25, options=Options(gap=0.0, threads=1)))
    assert len(front.points) == 25
    assert_efficient(case, front, 0.0)


@pytest.mark.slow
def test_many_points_cost_no_more_solves_than_the_front_has_edges(case: Case) -> None:
    """Every edge takes one solve to reach it and one or two to prove it; the ends take four."""
    arrays, options = build(case).arrays, Options(gap=0.0, threads=1)
    search = Search(arrays, TARGETS, {}, options)
    first, last = search.efficient((0, 1), {}), search.efficient((1, 0), {})
    assert first is not None
    assert last is not None
    corners: list[Found] = []
    mixed_front(search, first, last, lambda found, _: corners.append(found))
    assert len(corners) >= 25
    again = Search(arrays, TARGETS, {}, options)
    points = list(spread(again, first, last, 200))
    assert len(points) > 190
    assert again.solves <= 3 * len(corners)
