"""What is dominated, what coincides, what the hull supports, where the knee is, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from secondsource.optimizer.frontier.shape import (
    bends,
    efficient,
    flat,
    knee,
    normalised,
    supported,
)

SQUARE = np.array([[0.0, 1.0], [1.0, 0.0]])


def test_values_run_from_the_best_to_the_worst_end() -> None:
    found = normalised(
        np.array([[10.0, 4.0], [15.0, 3.0], [20.0, 2.0]]), np.array([[10, 4], [20, 2]])
    )
    assert found.tolist() == [[0, 1], [0.5, 0.5], [1, 0]]


def test_a_target_that_is_the_same_at_all_ends_counts_for_nothing() -> None:
    ends = np.array([[10.0, 4.0, 0.0], [20.0, 4.0 + 1e-8, 1e-9]])
    assert flat(ends).tolist() == [False, True, True]
    assert normalised(ends, ends).tolist() == [[0, 0, 0], [1, 0, 0]]


@pytest.mark.parametrize(
    ("points", "kept"),
    [
        ([[0, 1], [0.5, 0.5], [1, 0]], [True, True, True]),
        ([[0, 1], [0.5, 0.6], [0.4, 0.5], [1, 0]], [True, False, True, True]),
        ([[0, 1], [0.2, 1], [1, 0]], [True, False, True]),
        ([[0, 1], [0, 1.0 + 1e-9], [1, 0]], [True, False, True]),
        ([[0, 1], [1e-9, 0.5], [1, 0]], [False, True, True]),
        ([[0, 1, 1], [1, 0, 1], [1, 1, 0], [1, 1, 1]], [True, True, True, False]),
    ],
    ids=["a line", "dominated", "weakly", "the same", "but for rounding", "three targets"],
)  # fmt: skip
def test_no_dominated_and_no_weakly_efficient_point_is_kept(
    points: list[list[float]], kept: list[bool]
) -> None:
    assert efficient(np.array(points)).tolist() == kept


def test_points_above_the_hull_have_no_weighting_that_likes_them_best() -> None:
    points = np.array([[0, 1], [0.1, 0.9], [0.2, 0.3], [0.5, 0.29], [1, 0]])
    assert supported(points).tolist() == [True, False, True, False, True]
    assert supported(points[::-1]).tolist() == [True, False, True, False, True][::-1]
    on_a_line = np.array([[0, 1], [0.5, 0.5], [1, 0]])
    assert supported(on_a_line).all()


def test_a_point_on_a_joined_line_is_no_corner() -> None:
    points = np.array([[0, 1], [0.5, 0.5], [0.75, 0.25], [1, 0]])
    assert bends(points, np.array([False, True, True, True])).tolist() == [True, False, False, True]
    assert bends(points, np.array([False, True, False, True])).all()
    bent = np.array([[0, 1], [0.2, 0.4], [0.5, 0.3], [1, 0]])
    assert bends(bent, np.ones(4, dtype=bool)).all()


def test_the_knee_is_farthest_below_the_line_between_the_ends() -> None:
    assert knee(np.array([[0, 1], [0.1, 0.5], [0.3, 0.2], [1, 0]]), SQUARE) == 2
    assert knee(np.array([[0, 1], [0.5, 0.5], [1, 0]]), SQUARE) is None
    assert knee(np.array([[0, 1], [0.8, 0.8], [1, 0]]), SQUARE) is None
    assert knee(SQUARE, np.array([[0.0, 1.0], [0.0, 1.0]])) is None


def test_the_knee_of_three_targets_lies_below_the_plane_through_the_ends() -> None:
    ends = np.array([[0.0, 1.0, 0.5], [1.0, 0.0, 0.5], [1.0, 1.0, 0.0]])
    points = np.vstack([ends, [[0.4, 0.4, 0.3], [0.3, 0.3, 0.2]]])
    assert knee(points, ends) == 4
