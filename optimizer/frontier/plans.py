"""From the points that a search found to a front of verified plans."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...models.plan import Solution, SolveStatus
from ..highs import Outcome, relative_gap
from ..solve import Built, solution_of
from ..tree import FloatArray, IntArray
from .search import Found
from .shape import SAME, BoolArray, bends, efficient, knee, normalised, supported
from .trade_off import TradeOff

Progress = Callable[[str], None]
"""Called with a line on how far the search is."""


@dataclass(frozen=True)
class FrontPoint:
    """A point of a front.

    Attributes:
        solution: its verified plan.
        bounds: least value that each target can have in any plan in which the others are at most
            as here.
        gap: how far, at most, any target is above its bound, relative to its value or to the
            range of the front, whichever is larger; None where a bound is missing.
        supported: whether some weighting of two targets makes it best; None for three.
        knee: whether it is where giving up more of one target begins to buy little of the other.
        joined: whether all mixtures with the point before are plans of the front too; None where
            it was not asked.
    """

    solution: Solution
    bounds: dict[str, float]
    gap: float | None
    supported: bool | None
    knee: bool
    joined: bool | None


class Collected:
    """Points as they are found.

    Attributes:
        points: the points.
        joined: whether the straight line to each from the one before it is part of the front.
        ends: the plan that is best in each target.
    """

    def __init__(self, progress: Progress | None) -> None:
        self.points: list[Found] = []
        self.joined: list[bool] = []
        self.ends: list[Found] = []
        self.progress = progress

    def keep(self, found: Found, joined: bool = False) -> None:
        """Add a point."""
        self.points.append(found)
        self.joined.append(joined)
        if self.progress:
            self.progress(f"{len(self.points)} points found")


def plans_of(
    built: Built,
    asked: TradeOff,
    collected: Collected,
    status: SolveStatus,
    progress: Progress | None,
) -> list[FrontPoint]:
    """The efficient ones of the points found, sorted, each with its verified plan."""
    if not collected.points:
        return []
    values = np.array([found.values for found in collected.points])
    ends = np.array([end.values for end in collected.ends]) if collected.ends else values
    scaled = normalised(values, ends)
    order = np.lexsort(scaled.T[::-1])
    order = order[efficient(scaled[order])]
    joined = None
    if asked.exact:
        joined = _joined(built, collected, order, scaled, status)
        kept = bends(scaled[order], joined)
        order, joined = order[kept], joined[kept]
    scaled = scaled[order]
    span = np.ptp(ends, axis=0)
    on_hull = supported(scaled) if len(asked.targets) == 2 else None
    bend = knee(scaled, normalised(ends, ends)) if len(collected.ends) > 1 else None
    points = []
    for number, at in enumerate(order.tolist()):
        if progress:
            progress(f"checking plan {number + 1} of {len(order)}")
        found = collected.points[at]
        points.append(
            FrontPoint(
                solution=_solution(built, asked, found, status),
                bounds=_bounds(asked, found),
                gap=_gap(found, span),
                supported=None if on_hull is None else bool(on_hull[number]),
                knee=number == bend,
                joined=None if joined is None else bool(joined[number]),
            )
        )
    return points


def _joined(
    built: Built,
    collected: Collected,
    order: IntArray,
    scaled: FloatArray,
    status: SolveStatus,
) -> BoolArray:
    """Whether the line to each kept point from the one kept before is part of the front.

    A linear front is one line with corners, known in full only when it was searched in full. The
    walk along a mixed-integer one says so of neighbours; of a neighbour that was not kept, because
    it is dominated, only where another that was is the same point.
    """
    if not built.arrays.integer.any():
        return np.arange(len(order)) > 0 if status == SolveStatus.OPTIMAL else order < 0
    joined = np.zeros(len(order), dtype=bool)
    for at in range(1, len(order)):
        before, here = order[at - 1], order[at]
        neighbour = scaled[max(here - 1, 0)]
        same = bool((np.abs(neighbour - scaled[before]) <= SAME).all())
        joined[at] = collected.joined[here] and same
    return joined


def _solution(built: Built, asked: TradeOff, found: Found, status: SolveStatus) -> Solution:
    proven = bool(np.isfinite(found.bounds).all())
    bound = float(found.bounds[0]) if np.isfinite(found.bounds[0]) else None
    outcome = Outcome(
        SolveStatus.OPTIMAL if proven else status,
        float(found.values[0]), bound, relative_gap(float(found.values[0]), bound),
        found.plan, 0.0,
    )  # fmt: skip
    return solution_of(built, asked.scenarios, outcome, found.plan, asked.targets[0])


def _bounds(asked: TradeOff, found: Found) -> dict[str, float]:
    pairs = zip(asked.targets, found.bounds.tolist(), strict=True)
    return {name: bound for name, bound in pairs if np.isfinite(bound)}


def _gap(found: Found, span: FloatArray) -> float | None:
    if not np.isfinite(found.bounds).all():
        return None
    size = np.maximum(np.abs(found.values), span)
    off = np.maximum(found.values - found.bounds, 0.0)
    return float((off / np.where(size > 0, size, 1.0)).max())
