"""The points of a sweep: grids, lists, one input at a time, and samples.

Samples are drawn in the unit cube, then each coordinate is taken through the inverse distribution
function of its input (inverse transform sampling), so that a design keeps its evenness whatever the
distributions are. The same seed gives the same points.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from ..models.sweep import Input, Setting, Sweep
from .tree import FloatArray

Point = tuple[Setting, ...]
"""A value for each input, None for as the case has it."""

EDGE = 1e-12
"""How near a coordinate may come to 0 or 1, where some distributions have no value."""


def points_of(sweep: Sweep) -> list[Point]:
    """Every point of a sweep, in the order of its design.

    Raises:
        ValueError: Sobol indices without SALib installed.
    """
    design = sweep.sweep.design
    if design == "list":
        return list(sweep.rows)
    if design == "grid":
        return list(product(*(one.trials() for one in sweep.inputs)))
    if design == "one_at_a_time":
        return _one_at_a_time(sweep)
    return at(sweep.inputs, unit_points(sweep))


def _one_at_a_time(sweep: Sweep) -> list[Point]:
    """Each value of each input in turn, the others at their base."""
    base = sweep.base
    return [
        (*base[:position], value, *base[position + 1 :])
        for position, one in enumerate(sweep.inputs)
        for value in one.trials()
    ]


def unit_points(sweep: Sweep) -> FloatArray:
    """The points of a sample in the unit cube. Shape (points, inputs).

    Latin hypercube: McKay, Beckman and Conover (1979). Sobol: scrambled as by Owen (1998). With
    indices: the points of Saltelli et al. (2010), drawn by SALib.
    """
    settings, inputs = sweep.sweep, len(sweep.inputs)
    wanted = settings.points or 0
    if settings.indices:
        from .sensitivity import saltelli_points  # noqa: PLC0415  # SALib loads matplotlib

        return saltelli_points(inputs, wanted, settings.seed, second_order=settings.second_order)
    from scipy.stats import qmc  # noqa: PLC0415  # takes a second, and only samples need it

    draws = np.random.default_rng(settings.seed)
    engine: Any
    if settings.design == "sobol":
        engine = qmc.Sobol(inputs, scramble=True, seed=draws)
    else:
        engine = qmc.LatinHypercube(inputs, seed=draws)
    return np.asarray(engine.random(wanted), dtype=float)


def at(inputs: list[Input], unit: FloatArray) -> list[Point]:
    """Points of the inputs' distributions from points of the unit cube. Shape (points, inputs)."""
    columns = [values_at(one, unit[:, position]) for position, one in enumerate(inputs)]
    return list(zip(*columns, strict=True))


def values_at(one: Input, unit: FloatArray) -> list[Setting]:
    """Values of an input at fractions of its distribution; listed values are equally likely."""
    if one.values is not None:
        position = np.minimum((unit * len(one.values)).astype(int), len(one.values) - 1)
        return [one.values[number] for number in position]
    inside = np.clip(unit, EDGE, 1.0 - EDGE)
    return [float(value) for value in quantile(one, inside)]


def quantile(one: Input, fraction: FloatArray) -> FloatArray:
    """Inverse of an input's distribution function at fractions between 0 and 1.

    Normal and lognormal distributions are cut at ``low`` and ``high`` where these are given.
    """
    low = -np.inf if one.low is None else one.low
    high = np.inf if one.high is None else one.high
    kind = one.distribution or "uniform"
    if kind == "uniform":
        return np.asarray(low + (high - low) * fraction)
    if kind == "loguniform":
        return np.asarray(low * (high / low) ** fraction)
    if kind == "triangular":
        return _triangular(low, (low + high) / 2 if one.mode is None else one.mode, high, fraction)
    assert one.mean is not None and one.deviation is not None
    if kind == "normal":
        return np.clip(_cut_normal(one.mean, one.deviation, low, high, fraction), low, high)
    spread = float(np.sqrt(np.log1p((one.deviation / one.mean) ** 2)))
    middle = float(np.log(one.mean)) - spread**2 / 2
    least = float(np.log(low)) if low > 0 else -np.inf
    values = np.exp(_cut_normal(middle, spread, least, float(np.log(high)), fraction))
    return np.clip(values, low, high)


def _triangular(low: float, mode: float, high: float, fraction: FloatArray) -> FloatArray:
    turn = (mode - low) / (high - low)
    rising = low + np.sqrt(fraction * (high - low) * (mode - low))
    falling = high - np.sqrt((1.0 - fraction) * (high - low) * (high - mode))
    return np.where(fraction < turn, rising, falling)


def _cut_normal(
    mean: float, deviation: float, low: float, high: float, fraction: FloatArray
) -> FloatArray:
    """Quantiles of a normal distribution between two limits."""
    first, last = ndtr((low - mean) / deviation), ndtr((high - mean) / deviation)
    return np.asarray(mean + deviation * ndtri(first + fraction * (last - first)))
