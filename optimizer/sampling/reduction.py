r"""From many futures to few: fast forward selection (Heitsch and Roemisch 2003, algorithm 2.4).

Chosen one after the other, so that each makes the Kantorovich distance

.. math::
    D(J) = \sum_{k \notin J} p_k \min_{j \in J} c_{kj}

between all futures and the chosen ones J as small as it can. A future that is left out gives its
probability to the nearest that is chosen (their theorem 3.1: no other weights are nearer).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..tree import FloatArray, IntArray

MOST = 5_000
"""Futures whose mutual distances fit in memory (200 MB)."""


@dataclass(frozen=True)
class Reduction:
    """The futures that are kept.

    Attributes:
        kept: their positions, ascending. Shape (kept,).
        probabilities: theirs, those of the nearest ones left out added. Shape (kept,).
        distance: Kantorovich distance between all and these.
        from_one: the same where only the best single one is kept.
    """

    kept: IntArray
    probabilities: FloatArray
    distance: float
    from_one: float

    @property
    def relative(self) -> float:
        """Distance as a part of that of the best single future; 0 where all are alike."""
        return self.distance / self.from_one if self.from_one > 0 else 0.0


def distances(vectors: FloatArray) -> FloatArray:
    """Euclidean distances between points. Shape (points, points)."""
    from scipy.spatial.distance import cdist  # noqa: PLC0415  # only reductions need it

    return np.asarray(cdist(vectors, vectors))


def forward_selection(cost: FloatArray, probabilities: FloatArray, keep: int) -> Reduction:
    """Choose futures one after the other.

    Args:
        cost: distances, 0 between alike. Shape (futures, futures).
        probabilities: of all futures. Shape (futures,).
        keep: how many to keep, from 1 to all.

    Raises:
        ValueError: ``keep`` is out of reach.
    """
    count = len(probabilities)
    if not 1 <= keep <= count:
        raise ValueError(f"cannot keep {keep} of {count} scenarios")
    nearest = np.full(count, np.inf)
    chosen: list[int] = []
    free = np.ones(count, dtype=bool)
    from_one = 0.0
    for _ in range(keep):
        totals = probabilities @ np.minimum(cost, nearest[:, None])
        best = int(np.where(free, totals, np.inf).argmin())
        chosen.append(best)
        free[best] = False
        nearest = np.minimum(nearest, cost[:, best])
        if len(chosen) == 1:
            from_one = float(totals[best])
    kept = np.sort(np.array(chosen, dtype=np.int64))
    owner = np.asarray(cost[:, kept].argmin(axis=1))
    owner[kept] = np.arange(len(kept))
    moved = np.zeros(len(kept))
    np.add.at(moved, owner, probabilities)
    return Reduction(kept, moved, float(probabilities @ nearest), from_one)
