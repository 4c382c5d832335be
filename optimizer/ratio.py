"""The least value of a ratio of two linear objectives.

Dinkelbach (1967): with N and D > 0 linear, the least N / D is the number L at which the least
N - L D is 0. Starting from any plan, minimise N - L D at its own ratio L, take the ratio of what
comes out, and repeat; the ratios fall and converge faster than linearly, whole numbers or not.
(Crouzeix and Ferland 1991 survey this and its relatives.) Each step changes one coefficient of the
objective of the session at hand.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..models.plan import SolveStatus
from .arrays import Arrays
from .highs import Options, Outcome, Session, relative_gap
from .targets import RATIOS, value_of
from .tree import FloatArray

Solve = Callable[[Options], tuple[Outcome, FloatArray | None]]
CLOSE = 1e-9
"""Relative step of the ratio below which it has converged."""
STEPS = 100
"""Far more than ever needed: ten are many."""
AMPLE = 1e3
"""Where supply can grow without limit, plans are considered that have so many times the least."""


def least_ratio(
    session: Session, arrays: Arrays, ratio: str, options: Options, solve: Solve
) -> tuple[Outcome, FloatArray | None]:
    """Minimise a ratio of the arrays, whose objectives are at least 0.

    A plan whose denominator is 0 has the ratio 0, and is the best there is.

    Args:
        session: holds the arrays, with whatever caps.
        arrays: likewise.
        ratio: a key of RATIOS, whose N is at most D.
        options: gap and time limit of the whole.
        solve: solves the session.

    Returns:
        The outcome in terms of the ratio, and the plan.
    """
    started = time.perf_counter()

    def step(at: float, shift: float) -> tuple[Outcome, FloatArray | None]:
        session.minimise(ratio, at=at, shift=shift)
        left = options.time_limit
        if left is not None:
            left = max(left - (time.perf_counter() - started), 0.01)
        return solve(replace(options, time_limit=left))

    found, best = step(0.0, 0.0)
    if best is None:
        return found, best
    floor = max(found.bound or 0.0, 0.0)  # D >= N >= floor
    value, bound, limited = value_of(arrays, ratio, best), 0.0, False
    for _ in range(STEPS):
        if found.status != SolveStatus.OPTIMAL or value <= 0:
            break
        shift = value * floor
        session.start_from(best)
        found, point = step(value, shift)
        if found.status == SolveStatus.UNBOUNDED:
            limited = True
            session.cap(RATIOS[ratio][1], AMPLE * _amount(arrays, ratio, best))
            found, point = step(value, shift)
        if point is None:
            found = replace(found, status=SolveStatus.FEASIBLE)
            break
        if found.bound is not None and floor > 0:
            bound = max(bound, min(value, value + (found.bound - shift) / floor))
        before, new = value, value_of(arrays, ratio, point)
        if new < value:
            value, best = new, point
        if new >= before * (1.0 - CLOSE):
            break
    if limited:
        session.cap(RATIOS[ratio][1], np.inf)
    seconds, bound = time.perf_counter() - started, min(bound, value)
    return Outcome(found.status, value, bound, relative_gap(value, bound), best, seconds), best


def _amount(arrays: Arrays, ratio: str, point: FloatArray) -> float:
    """The denominator at a point."""
    below = RATIOS[ratio][1]
    return float(arrays.objectives[below] @ point + arrays.offsets[below])
