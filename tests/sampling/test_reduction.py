"""Fast forward selection against brute force on sets small enough for it."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from secondsource.optimizer.sampling.reduction import distances, forward_selection


def distance(cost: np.ndarray, weights: np.ndarray, kept: tuple[int, ...]) -> float:
    """Kantorovich distance between all and some, by its definition."""
    return sum(weight * min(cost[at, other] for other in kept) for at, weight in enumerate(weights))


def one_by_one(cost: np.ndarray, weights: np.ndarray, keep: int) -> tuple[int, ...]:
    """Forward selection, trying every next one in full."""
    chosen: tuple[int, ...] = ()
    while len(chosen) < keep:
        left = [at for at in range(len(weights)) if at not in chosen]
        chosen += (min(left, key=lambda at: distance(cost, weights, (*chosen, at))),)
    return chosen


@pytest.mark.parametrize("seed", range(20))
def test_it_chooses_what_trying_all_next_ones_chooses(seed: int) -> None:
    random = np.random.default_rng(seed)
    cost = distances(random.normal(size=(9, 2)))
    weights = random.dirichlet(np.ones(9))
    for keep in range(1, 10):
        found = forward_selection(cost, weights, keep)
        assert tuple(found.kept) == tuple(sorted(one_by_one(cost, weights, keep)))
        assert found.distance == pytest.approx(distance(cost, weights, tuple(found.kept)))
        assert found.probabilities.sum() == pytest.approx(1)
        best = min(distance(cost, weights, some) for some in combinations(range(9), keep))
        assert found.distance >= best - 1e-12
        if keep == 1:
            assert found.distance == pytest.approx(best)
            assert found.relative == pytest.approx(1)
    assert found.distance == 0
    assert found.probabilities == pytest.approx(weights)


def test_what_is_left_out_gives_its_probability_to_the_nearest_that_is_kept() -> None:
    cost = distances(np.array([[0.0], [1.0], [10.0], [12.0]]))
    found = forward_selection(cost, np.array([0.4, 0.2, 0.3, 0.1]), 2)
    assert found.kept.tolist() == [1, 2]  # 1 is the best alone
    assert found.probabilities == pytest.approx([0.6, 0.4])
    assert found.distance == pytest.approx(0.4 * 1 + 0.1 * 2)


def test_one_cannot_keep_more_than_there_are() -> None:
    with pytest.raises(ValueError, match="cannot keep 3 of 2"):
        forward_selection(np.zeros((2, 2)), np.array([0.5, 0.5]), 3)
