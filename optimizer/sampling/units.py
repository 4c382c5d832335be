r"""Points of the unit cube that futures are made of: one coordinate for each thing that is drawn.

A Latin hypercube (McKay, Beckman and Conover 1979) has one point in each of N equally likely
strata of every coordinate; Monte Carlo draws each point by itself. Either way each single point is
spread evenly, so that averages over a sample have the right expected value.

Coordinates that are correlated are taken through a Gaussian copula: with z the normal scores of
independent coordinates and L the Cholesky factor of the correlation of the scores, the
coordinates are :math:`\Phi(L z)`, each of which is spread evenly again.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from ...datasets.check_draws import normal_correlation
from ...models.draws import Draws, Method
from .. import quick_start  # noqa: F401  # before anything that imports scipy
from ..tree import FloatArray
from .distributions import EDGE

STREAMS = {"sample": 0, "batch": 1, "screening": 2, "unseen": 3}
"""What a sample is for. Samples for different ends have nothing in common, whatever their seeds."""


def unit_points(
    draws: Draws, count: int, seed: int, stream: str, *, batch: int = 0, method: Method
) -> FloatArray:
    """Points of the unit cube. Shape (count, coordinates).

    Args:
        draws: what is drawn; its coordinates are those of :func:`coordinates`.
        count: how many points.
        seed: the same seed gives the same points.
        stream: what for, see :data:`STREAMS`.
        batch: number of one of several independent samples.
        method: Latin hypercube or plain Monte Carlo.
    """
    names = coordinates(draws)
    random = np.random.default_rng([seed, STREAMS[stream], batch])
    if method == "monte_carlo":
        points = random.random((count, len(names)))
    else:
        from scipy.stats import qmc  # noqa: PLC0415  # takes a second, and only samples need it

        engine: Any = qmc.LatinHypercube(len(names), seed=random)
        points = np.asarray(engine.random(count), dtype=float)
    return _correlated(draws, names, points)


def coordinates(draws: Draws) -> list[tuple[str, str]]:
    """(name, what of it) of each coordinate: value or happening, then start, then length."""
    found = []
    for one in (*draws.draws, *draws.events):
        found.append((one.name, "value"))
        if len(one.first()) > 1:
            found.append((one.name, "start"))
        if len(getattr(one, "lasts", None) or []) > 1:
            found.append((one.name, "lasts"))
    return found


def _correlated(draws: Draws, names: list[tuple[str, str]], points: FloatArray) -> FloatArray:
    ranks = {
        frozenset((first, second)): one.rank
        for one in draws.correlations
        for at, first in enumerate(one.draws)
        for second in one.draws[:at]
    }
    if not ranks:
        return points
    tied = [name for name in draws.names if any(name in pair for pair in ranks)]
    columns = [names.index((name, "value")) for name in tied]
    factor = np.linalg.cholesky(normal_correlation(tied, ranks))
    scores = ndtri(np.clip(points[:, columns], EDGE, 1.0 - EDGE))
    points = points.copy()
    points[:, columns] = ndtr(scores @ factor.T)
    return points
