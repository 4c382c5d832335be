"""Values of what is drawn at fractions of its distribution (inverse transform sampling)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...models.draws import Draw
from .. import quick_start  # noqa: F401  # before anything that imports scipy
from ..tree import FloatArray, IntArray

EDGE = 1e-12
"""How near a fraction may come to 0 or 1, where some distributions have no value."""


def drawn(draw: Draw, fraction: FloatArray) -> list[float | str]:
    """Values of a draw at fractions between 0 and 1. One for each."""
    if draw.values is not None:
        return [draw.values[at] for at in chosen(len(draw.values), draw.probabilities, fraction)]
    return [float(value) for value in quantile(draw, fraction)]


def chosen(count: int, probabilities: Sequence[float] | None, fraction: FloatArray) -> IntArray:
    """Which of some things lies at each fraction; without probabilities all are alike."""
    if probabilities is None:
        return np.minimum((fraction * count).astype(np.int64), count - 1)
    reached = np.cumsum(np.asarray(probabilities, dtype=float))
    likely = np.flatnonzero(np.asarray(probabilities) > 0)
    at = np.searchsorted(reached / reached[-1], fraction, side="right")
    return np.asarray(np.minimum(at, likely[-1]), dtype=np.int64)


def quantile(draw: Draw, fraction: FloatArray) -> FloatArray:
    """Inverse of a draw's distribution function at fractions between 0 and 1.

    Normal and lognormal distributions are cut at ``low`` and ``high`` where these are given: what
    lies beyond is not drawn, and the rest is as likely as before relative to each other.
    """
    inside = np.clip(fraction, EDGE, 1.0 - EDGE)
    if draw.distribution == "lognormal":
        values = np.exp(_logarithm(draw).ppf(inside))
    else:
        values = _frozen(draw).ppf(inside)
    low = -np.inf if draw.low is None else draw.low
    high = np.inf if draw.high is None else draw.high
    return np.asarray(np.clip(np.asarray(values, dtype=float), low, high), dtype=float)


def reach(draw: Draw) -> tuple[float, float]:
    """Least and largest number that is ever drawn."""
    ends = quantile(draw, np.array([0.0, 1.0]))
    return float(ends[0]), float(ends[1])


def _frozen(draw: Draw) -> Any:
    """A distribution of scipy.stats."""
    from scipy import stats  # noqa: PLC0415  # takes a second, and only samples need it

    kind = draw.distribution
    low, high, mode = draw.low, draw.high, draw.mode
    if kind == "normal":
        assert draw.mean is not None and draw.deviation is not None
        return _cut(draw.mean, draw.deviation, low, high)
    if kind == "beta":
        assert draw.alpha is not None and draw.beta is not None
        first, last = low or 0.0, 1.0 if high is None else high
        return stats.beta(draw.alpha, draw.beta, loc=first, scale=last - first)
    assert low is not None and high is not None
    width = high - low
    if kind == "uniform":
        return stats.uniform(low, width)
    if kind == "loguniform":
        return stats.loguniform(low, high)
    assert mode is not None
    if kind == "triangular":
        return stats.triang((mode - low) / width, loc=low, scale=width)
    first, last = 1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width
    return stats.beta(first, last, loc=low, scale=width)


def _logarithm(draw: Draw) -> Any:
    """Distribution of the logarithm of a lognormal draw."""
    assert draw.mean is not None and draw.deviation is not None
    spread = float(np.sqrt(np.log1p((draw.deviation / draw.mean) ** 2)))
    middle = float(np.log(draw.mean)) - spread**2 / 2
    low = np.log(draw.low) if draw.low is not None and draw.low > 0 else None
    return _cut(middle, spread, low, None if draw.high is None else np.log(draw.high))


def _cut(mean: float, deviation: float, low: float | None, high: float | None) -> Any:
    """A normal distribution, between limits where there are any."""
    from scipy import stats  # noqa: PLC0415  # takes a second, and only samples need it

    if low is None and high is None:
        return stats.norm(mean, deviation)
    first = -np.inf if low is None else (low - mean) / deviation
    last = np.inf if high is None else (high - mean) / deviation
    return stats.truncnorm(first, last, loc=mean, scale=deviation)
