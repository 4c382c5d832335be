"""Sample average approximation on a newsvendor whose true optimum is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import secondsource as ss
from secondsource.optimizer.sampling.statistics import estimate, gap_interval

from .newsvendor import BEST, DRAWS, LEAST, cost_of, newsvendor

SMALL: dict[str, Any] = {
    "batches": 4, "scenarios": 8, "unseen": 20, "gap": 1e-9, "executor": "serial"
}  # fmt: skip


def test_the_plan_is_near_the_best_and_the_interval_holds_the_truth() -> None:
    found = ss.saa(newsvendor(), DRAWS, batches=4, scenarios=20, unseen=16, seed=1, gap=1e-9,
                   executor="serial")  # fmt: skip
    bought = float(found.plan.tables["orders"]["quantity"].sum())
    assert bought == pytest.approx(BEST, abs=5)
    assert found.gap_at_most is not None and found.gap is not None
    assert cost_of(bought) - LEAST <= found.gap_at_most
    assert 0 <= found.gap <= found.gap_at_most < 0.4 * LEAST
    assert len(found.batches) == 4
    assert found.batches["screening"].min() == found.batches["screening"][found.best - 1]
    assert (found.batches["bound"] <= found.batches["cost"] + 1e-6).all()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_answer_and_another_seed_another() -> None:
    first, again, other = (
        ss.saa(newsvendor(), DRAWS, seed=seed, **{**SMALL, "unseen": 4}) for seed in (7, 7, 8)
    )
    assert first.gap_at_most == again.gap_at_most
    assert first.evaluation.samples.drop(columns="seconds").equals(
        again.evaluation.samples.drop(columns="seconds")
    )
    assert first.gap_at_most != other.gap_at_most


@pytest.mark.slow
def test_bounds_of_batches_lie_below_the_truth_on_average() -> None:
    """The expected best cost of a sample is at most the best expected cost."""
    found = ss.saa(newsvendor(), DRAWS, batches=20, scenarios=5, unseen=2, seed=3, gap=1e-9,
                   executor="serial", method="monte_carlo")  # fmt: skip
    assert found.lower.error is not None
    assert found.lower.mean < LEAST + 2 * found.lower.error
    assert found.lower.mean > 0.8 * LEAST


def test_the_interval_is_that_of_mak_morton_and_wood() -> None:
    unseen, lower = estimate(np.array([10.0, 12.0, 11.0]), 0.9), estimate(np.array([9, 10.0]), 0.9)
    gap, most = gap_interval(unseen, lower)
    assert gap == pytest.approx(1.5)
    # t(0.95, 2) = 2.9200 with s = 1 over 3 samples; t(0.95, 1) = 6.3138 with s = 0.7071 over 2
    assert most == pytest.approx(1.5 + 2.91999 / np.sqrt(3) + 6.31375 * 0.5, rel=1e-4)
    below, most = gap_interval(lower, unseen)
    assert below == 0
    assert most == pytest.approx(2.91999 / np.sqrt(3) + 6.31375 * 0.5, rel=1e-4)


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"batches": 1}, "1 batches do not do"),
        ({"scenarios": 0}, "cannot draw 0 samples"),
        ({"unseen": 1}, "one unseen sample says nothing"),
        ({"confidence": 1.0}, "a confidence of 1 means nothing"),
    ],
)
def test_impossible_numbers_are_refused(how: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        ss.saa(newsvendor(), DRAWS, **{**SMALL, **how})


def test_other_objectives_are_refused() -> None:
    case = newsvendor()
    other = case.solve.model_copy(update={"minimise": ["lead_time"]})
    with pytest.raises(ValueError, match="about expected cost alone"):
        ss.saa(case.model_copy(update={"solve": other}), DRAWS, **SMALL)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["latin_hypercube", "monte_carlo"])
def test_the_interval_covers_the_truth_as_often_as_it_says(method: Any) -> None:
    """Of 25 seeds at 90 % seven miss by chance once in 100 times."""
    missed, outside = 0, 0
    for seed in range(25):
        found = ss.saa(newsvendor(), DRAWS, seed=seed, method=method, confidence=0.9, **SMALL)
        bought = float(found.plan.tables["orders"]["quantity"].sum())
        assert found.gap_at_most is not None
        missed += cost_of(bought) - LEAST > found.gap_at_most + 1e-6
        cost = found.evaluation.cost
        assert cost is not None and cost.low is not None and cost.high is not None
        outside += not cost.low <= cost_of(bought) <= cost.high
    assert missed <= 3  # two bounds in one: it covers more often than it says
    assert outside <= 6
