"""Costs and their differences, with the intervals that proven bounds leave."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...models.risk_results import Estimate
from ..tree import FloatArray
from .alone import Future
from .trials import Trial

NOISE = 1e-9
"""Differences up to this part of the costs are rounding."""


def regrets(own: Sequence[Trial], futures: Sequence[Future]) -> FloatArray:
    """Cost of a plan beyond the best for each future; a little less is rounding or the gap."""
    cost = np.array([one.cost for one in own])
    best = np.array([one.cost for one in futures])
    regret = cost - best
    noise = regret <= NOISE * np.maximum(np.abs(cost), np.abs(best))
    return np.where(noise, 0.0, regret)


def blank(bound: float) -> float:
    """A bound, nan where there is none."""
    return bound if np.isfinite(bound) else np.nan


def number(value: float) -> float | None:
    """A number, None where there is none."""
    return float(value) if np.isfinite(value) else None


def known(value: float | None, bound: float | None) -> Estimate:
    """A least cost: at most that of the plan found, and at least its bound."""
    return Estimate(value, None if value is None else bound, value)


def difference(more: Estimate, less: Estimate) -> Estimate:
    """What the first costs beyond the second, which is never below 0."""

    def between(one: float | None, other: float | None) -> float | None:
        if one is None or other is None:
            return None
        return one - other if one - other > NOISE * max(abs(one), abs(other)) else 0.0

    return Estimate(
        between(more.value, less.value),
        between(more.least, less.most),
        between(more.most, less.least),
    )
