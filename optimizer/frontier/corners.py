"""The corners of a linear front: weighted sums by dichotomy.

Aneja and Nair (1979), Cohon (1978): between two efficient points, minimise the weighted sum for
which both are equally good. What is strictly better lies between them; where nothing is, the line
between them is efficient.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..tree import FloatArray
from .shape import SAME

LARGE = 1e4
"""Size of a weighted sum over the range of the ends."""

LeastSum = Callable[[FloatArray], FloatArray | None]
"""Values of the plan that minimises the sum with these weights."""


def normal(left: FloatArray, right: FloatArray, span: FloatArray) -> FloatArray:
    """Weights for which two points are equally good, in units of the targets.

    Args:
        left: values of one point. Shape (2,).
        right: values of the other.
        span: range of each target.
    """
    across = np.abs(right - left) / span
    return np.asarray(LARGE * across[::-1] / float(np.hypot(*across)) / span)


def below(point: FloatArray, left: FloatArray, weights: FloatArray) -> bool:
    """Whether a point is better than the line through ``left`` by more than rounding."""
    return bool(weights @ point < weights @ left - SAME * LARGE)


def corners(left: FloatArray, right: FloatArray, span: FloatArray, least: LeastSum) -> int:
    """Find all corners between two efficient points; ``least`` keeps what it finds.

    Args:
        left: values of one end. Shape (2,).
        right: values of the other.
        span: range of each target.
        least: minimises a weighted sum.

    Returns:
        Number of sums minimised.
    """
    pairs, solves = [(left, right)], 0
    while pairs:
        left, right = pairs.pop()
        if (np.abs(right - left) <= SAME * span).any():
            continue
        weights = normal(left, right, span)
        found = least(weights)
        solves += 1
        if found is not None and below(found, left, weights):
            pairs += [(found, right), (left, found)]
    return solves
