"""A solution vector by family, and the names that its integers stand for."""

from __future__ import annotations

import numpy as np

from ..compiled import Arrays
from ..network import Network
from ..tree import FloatArray, IntArray

TINY = 1e-9
"""Amounts below this, relative to the largest of their table, are solver noise and left out."""
NOISE = 1e-6
"""Amounts below this, relative to the largest of their row (at least 1), are noise of the solver.

HiGHS' feasibility tolerance, and what :mod:`secondsource.optimizer.verify` takes for rounding.
"""


class Reader:
    """A solution vector by family."""

    def __init__(self, arrays: Arrays, point: FloatArray) -> None:
        self.arrays = arrays
        self.point = point

    def of(self, family: str) -> FloatArray:
        """Values of a family, in the order of its index set (empty if the model has none)."""
        part = self.arrays.columns.get(family)
        return np.zeros(0) if part is None else self.point[part]

    def members(self, family: str) -> IntArray:
        """Members of a family's index set."""
        return self.arrays.members[family]


def noticeable(amounts: FloatArray) -> IntArray:
    """Positions of amounts that are more than noise."""
    return np.flatnonzero(
        np.abs(amounts) > TINY * max(1.0, float(np.abs(amounts).max(initial=0.0)))
    )


def some(amount: FloatArray, row: IntArray) -> FloatArray:
    """1 where a row has an amount at a node, 0 where there is none but noise."""
    largest = np.ones(int(row.max(initial=-1)) + 1)
    np.maximum.at(largest, row, amount)
    return (amount > NOISE * largest[row]).astype(float)


def labels(names: list[str], positions: IntArray) -> np.ndarray:
    """Names at positions, as an array of text."""
    return np.array(names, dtype=object)[positions] if len(positions) else np.zeros(0, dtype=object)


def marks(network: Network, variants: IntArray) -> np.ndarray:
    """Joined pedigrees of variants."""
    return labels(["+".join(marks) for _, marks in network.frame.variants], variants)


def materials(network: Network, variants: IntArray) -> np.ndarray:
    """Materials of variants."""
    return labels(network.frame.materials, network.frame.variant_material[variants])
