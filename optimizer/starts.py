"""Bases to start the simplex method from: which of those reached is nearest to other numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Arrays
from .tree import FloatArray

LARGE = 2_000_000
"""Columns of all the bases that are kept together."""
LONGEST = 64
"""Most neighbours in a row."""
FEWEST = 4
"""Neighbours in a row of the largest models."""


@dataclass(frozen=True)
class Start:
    """A basis that is optimal for some arrays."""

    arrays: Arrays
    basis: Any


def most_in_a_row(columns: int) -> int:
    """How many neighbours are solved in a row: fewer of a large model, for each takes long."""
    return int(min(max(LARGE // max(columns, 1), FEWEST), LONGEST))


def nearest(starts: list[Start], arrays: Arrays) -> Start:
    """The start whose sides, bounds and coefficients differ least; of equals the last.

    Costs do not count: a basis stays primal feasible under any costs, and the primal simplex
    method goes on from there in few steps.
    """
    return min(reversed(starts), key=lambda start: distance(start.arrays, arrays))


def distance(before: Arrays, after: Arrays) -> float:
    """Sum of the relative differences of all sides, bounds and coefficients."""
    pairs = [
        (before.lower, after.lower),
        (before.upper, after.upper),
        (before.row_lower, after.row_lower),
        (before.row_upper, after.row_upper),
    ]
    if len(before.matrix.data) == len(after.matrix.data):
        pairs.append((before.matrix.data, after.matrix.data))
    return sum(_apart(one, other) for one, other in pairs)


def _apart(one: FloatArray, other: FloatArray) -> float:
    if one is other:
        return 0.0
    at = np.flatnonzero(one != other)
    one, other = one[at], other[at]
    both = np.isfinite(one) & np.isfinite(other)
    size = np.maximum(np.abs(one[both]), np.abs(other[both]))
    return float((np.abs(one[both] - other[both]) / size).sum() + (~both).sum())
