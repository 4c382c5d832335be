"""A solution vector by family, and the names that its integers stand for."""

from __future__ import annotations

import numpy as np

from ..arrays import Arrays
from ..network import Network
from ..network.routes import Routes
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
    """Marks of variants, as text."""
    known = network.movements.regime.marks
    return labels([known.text(borne) for _, borne in network.frame.variants], variants)


def rules_of(network: Network, routes: Routes) -> list[str]:
    """Names of the controls that hit each route, joined by commas."""
    names = np.array([row.control for row in network.case.controls], dtype=object)
    hit = network.movements.hit_by(routes)
    patterns, of_route = np.unique(hit, axis=0, return_inverse=True)
    texts = [",".join(names[pattern]) for pattern in patterns]
    return [texts[at] for at in of_route.reshape(-1)]


def licences_of(network: Network, cargo: IntArray) -> list[str]:
    """Licences that cargoes move under, as ``rule=end use`` joined by semicolons."""
    uses, case = network.movements.regime.marks.uses, network.case
    known = network.movements.cargo.licences
    texts = [";".join(f"{case.controls[r].control}={uses[u]}" for r, u in own) for own in known]
    return [texts[at] for at in cargo]


def materials(network: Network, variants: IntArray) -> np.ndarray:
    """Materials of variants."""
    return labels(network.frame.materials, network.frame.variant_material[variants])
