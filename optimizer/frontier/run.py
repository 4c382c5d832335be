"""From a case to its front: every point a verified plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ...models.case import Case
from ...models.plan import Solution, SolveStatus
from ..highs import Outcome, relative_gap
from ..solve import Built, build, cap_value, solution_of
from ..tree import FloatArray, IntArray
from .exact import linear_front, mixed_front
from .grid import grid
from .search import Found, Search, Stopped, UnboundedTargetError
from .shape import SAME, BoolArray, bends, efficient, flat, knee, normalised, supported
from .spread import spread
from .study import Study

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


@dataclass(frozen=True)
class Front:
    """A trade-off.

    Attributes:
        study: what was asked for.
        status: optimal (complete), feasible (stopped early), infeasible, unbounded or no_solution.
        points: by rising first target.
        solves: how many programs were solved.
        seconds: how long the search took, building and verifying left out.
        build_seconds: time from the case to the arrays.
        remark: why there is no front; empty otherwise.
    """

    study: Study
    status: SolveStatus
    points: list[FrontPoint]
    solves: int
    seconds: float
    build_seconds: float
    remark: str = ""


def frontier(case: Case, study: Study | None = None, progress: Progress | None = None) -> Front:
    """The exact trade-off between objectives of a checked case.

    Two objectives give evenly spread points or, with ``exact``, all corners of the front; three
    give the efficient points under a grid of limits. No point is dominated, and each is proven so
    within its gap.

    Args:
        case: a checked case.
        study: what to look at; None for cost against lead time as the case's ``[solve]`` says.
        progress: called now and then.

    Raises:
        ValueError: see :func:`secondsource.optimizer.solve.build`.
        VerificationError: a plan found does not hold.
    """
    study = study or Study.of(case)
    built = build(
        case, study.scenarios, force=study.force, measures=(*study.targets, *study.caps)
    )
    started = time.perf_counter()
    if study.exact:
        study = replace(study, options=replace(study.options, gap=0.0))
    caps = {name: cap_value(built.network, name, limit) for name, limit in study.caps.items()}
    search = Search(built.arrays, study.targets, caps, study.options)
    collected = _Collected(progress)
    status, remark = SolveStatus.OPTIMAL, ""
    try:
        _search(search, study, collected)
    except (Stopped, KeyboardInterrupt) as stop:
        plan = stop.plan if isinstance(stop, Stopped) else None
        if plan is not None and not collected.points:
            values = search.values(plan)
            collected.keep(Found(plan, values, np.full(len(values), -np.inf)), False)
        status = SolveStatus.FEASIBLE if collected.points else SolveStatus.NO_SOLUTION
    except UnboundedTargetError as error:
        status, remark = SolveStatus.UNBOUNDED, str(error)
    if status == SolveStatus.OPTIMAL and not collected.points:
        status = SolveStatus.INFEASIBLE
    seconds = time.perf_counter() - started
    points = [] if remark else _plans(built, study, collected, status, progress)
    return Front(study, status, points, search.solves, seconds, built.seconds, remark)


class _Collected:
    """Points as they are found."""

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


def _search(search: Search, study: Study, collected: _Collected) -> None:
    """Find the ends, and then what lies between them."""
    every = tuple(range(len(study.targets)))
    start = None
    for target in every:
        order = (target, *(other for other in every if other != target))
        end = search.efficient(order, {}, start)
        if end is None:
            return
        start = end.plan
        collected.ends.append(end)
        if not study.exact:
            collected.keep(end)
    ends = np.array([end.values for end in collected.ends])
    narrow = flat(ends)
    if narrow.all() or (len(every) == 2 and narrow.any()):
        best = collected.ends[-1 if narrow[0] else 0]
        collected.points, collected.ends = [], [best]
        collected.keep(best)
        return
    if study.exact:
        follow = mixed_front if search.mixed else linear_front
        follow(search, collected.ends[0], collected.ends[-1], collected.keep)
        return
    for found in _between(search, study, collected.ends):
        collected.keep(found)


def _between(search: Search, study: Study, ends: list[Found]) -> Iterator[Found]:
    if len(ends) == 2:
        return spread(search, ends[0], ends[1], study.points)
    return grid(search, ends, study.points)


def _plans(
    built: Built,
    study: Study,
    collected: _Collected,
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
    if study.exact:
        joined = _joined(built, collected, order, scaled, status)
        kept = bends(scaled[order], joined)
        order, joined = order[kept], joined[kept]
    scaled = scaled[order]
    span = np.ptp(ends, axis=0)
    on_hull = supported(scaled) if len(study.targets) == 2 else None
    bend = knee(scaled, normalised(ends, ends)) if len(collected.ends) > 1 else None
    points = []
    for number, at in enumerate(order.tolist()):
        if progress:
            progress(f"checking plan {number + 1} of {len(order)}")
        found = collected.points[at]
        points.append(
            FrontPoint(
                solution=_solution(built, study, found, status),
                bounds=_bounds(study, found),
                gap=_gap(found, span),
                supported=None if on_hull is None else bool(on_hull[number]),
                knee=number == bend,
                joined=None if joined is None else bool(joined[number]),
            )
        )
    return points


def _joined(
    built: Built,
    collected: _Collected,
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


def _solution(built: Built, study: Study, found: Found, status: SolveStatus) -> Solution:
    proven = bool(np.isfinite(found.bounds).all())
    bound = float(found.bounds[0]) if np.isfinite(found.bounds[0]) else None
    outcome = Outcome(
        SolveStatus.OPTIMAL if proven else status,
        float(found.values[0]), bound, relative_gap(float(found.values[0]), bound),
        found.plan, 0.0,
    )  # fmt: skip
    return solution_of(built, study.scenarios, outcome, found.plan, study.targets[0])


def _bounds(study: Study, found: Found) -> dict[str, float]:
    pairs = zip(study.targets, found.bounds.tolist(), strict=True)
    return {name: bound for name, bound in pairs if np.isfinite(bound)}


def _gap(found: Found, span: FloatArray) -> float | None:
    if not np.isfinite(found.bounds).all():
        return None
    size = np.maximum(np.abs(found.values), span)
    off = np.maximum(found.values - found.bounds, 0.0)
    return float((off / np.where(size > 0, size, 1.0)).max())
