"""The bundled magnet case under the full regime of controls, in each of its futures."""

from __future__ import annotations

import dataclasses
from functools import cache

import pytest
from secondsource.datasets.load import load_case
from secondsource.models.case import Case
from secondsource.models.plan import SolveStatus
from secondsource.optimizer.solve import Request, build, solve

FUTURES = ("B1", "B2", "B3", "B4", "B5", "O1", "O2", "O3")
WITHOUT_RULES = 14_041
"""Variables of the case with border rules only, before goods could bear marks."""


@cache
def ndfeb() -> Case:
    """The bundled case."""
    return load_case("ndfeb")


@pytest.mark.parametrize("future", FUTURES)
def test_provenance_at_most_triples_the_model(future: str) -> None:
    assert build(ndfeb(), [future]).arrays.matrix.shape[1] <= 3 * WITHOUT_RULES


@pytest.mark.slow
@pytest.mark.parametrize("future", FUTURES)
def test_each_future_is_solved_to_a_thousandth(future: str) -> None:
    request = dataclasses.replace(Request.of(ndfeb()), scenarios=(future,))
    options = dataclasses.replace(request.options, gap=1e-3, time_limit=900)
    plan = solve(ndfeb(), dataclasses.replace(request, options=options))
    assert plan.status == SolveStatus.OPTIMAL
    assert plan.gap is not None
    assert plan.gap <= 1e-3


def test_the_futures_probabilities_are_marked_as_judgement() -> None:
    rows = [row for row in ndfeb().scenarios if row.probability]
    assert sum(row.probability or 0 for row in rows) == pytest.approx(1)
    assert {row.confidence for row in rows} == {"illustrative"}
