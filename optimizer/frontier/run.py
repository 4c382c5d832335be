"""From a case to its front: every point a verified plan."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ...models.case import Case
from ...models.notebook import Page, Shown, number
from ...models.plan import SolveStatus
from ..solve import Built, build, cap_value
from ..tree import FloatArray
from ..uncertainty.alone import best_alone
from .exact import linear_front, mixed_front
from .grid import grid
from .plans import Collected, FrontPoint, Progress, plans_of
from .search import Found, Search, StoppedError, UnboundedTargetError
from .shape import flat
from .spread import spread
from .trade_off import TradeOff

UNBOUNDED = "the cost of a future has no lower bound, so that nobody can regret it"


@dataclass(frozen=True, repr=False)
class Front(Shown):
    """A trade-off.

    Attributes:
        asked: what was asked for.
        status: optimal (complete), feasible (stopped early), infeasible, unbounded or no_solution.
        points: by rising first target.
        solves: how many programs were solved.
        seconds: how long the search took, building and verifying left out.
        build_seconds: time from the case to the arrays.
        remark: why there is no front; empty otherwise.
    """

    asked: TradeOff
    status: SolveStatus
    points: list[FrontPoint]
    solves: int
    seconds: float
    build_seconds: float
    remark: str = ""

    def frame(self) -> pd.DataFrame:
        """One row for each point: its targets, gap and marks."""
        rows = [
            {
                **{name: point.solution.objectives[name] for name in self.asked.targets},
                "gap": point.gap,
                "knee": point.knee,
                "supported": point.supported,
                "joined": point.joined,
            }
            for point in self.points
        ]
        names = [*self.asked.targets, "gap", "knee", "supported", "joined"]
        return pd.DataFrame(rows, columns=names)

    def page(self) -> Page:
        """The points and how they were found."""
        targets = " / ".join(name.replace("_", " ") for name in self.asked.targets)
        facts = [("points", str(len(self.points)))]
        for name in self.asked.targets if self.points else ():
            own = self.frame()[name]
            span = f"{number(float(own.min()))} to {number(float(own.max()))}"
            facts.append((name.replace("_", " "), span))
        facts += [("solves", str(self.solves))]
        facts += [("remark", self.remark)] if self.remark else []
        return Page(
            f"frontier of {targets}, {self.status}", facts, [("Points", self.frame())],
            ".frame(), .points[i].solution",
        )  # fmt: skip


def frontier(case: Case, asked: TradeOff | None = None, progress: Progress | None = None) -> Front:
    """The exact trade-off between objectives of a checked case.

    Two objectives give evenly spread points or, with ``exact``, all corners of the front; three
    give the efficient points under a grid of limits. No point is dominated, and each is proven so
    within its gap.

    Args:
        case: a checked case.
        asked: what to look at; None for cost against lead time as the case's ``[solve]`` says.
        progress: called now and then.

    Raises:
        ValueError: see :func:`secondsource.optimizer.solve.build`.
        VerificationError: a plan found does not hold.
    """
    asked = asked or TradeOff.of(case)
    started = time.perf_counter()
    measures, alone = (*asked.targets, *asked.caps), None
    if "regret" in measures:
        found = best_alone(
            case, asked.scenarios, asked.options, force=asked.force, progress=progress
        )
        if found.alone is None:
            seconds = time.perf_counter() - started
            return Front(asked, found.outcome.status, [], 0, seconds, 0.0, UNBOUNDED)
        alone = found.alone
    built = build(case, asked.scenarios, force=asked.force, measures=measures, alone=alone)
    return front_of(built, asked, progress)


def front_of(
    built: Built,
    asked: TradeOff,
    progress: Progress | None = None,
    first: tuple[FloatArray, float] | None = None,
) -> Front:
    """The trade-off between objectives of a network and its arrays.

    Args:
        built: with everything the targets need.
        asked: what to look at.
        progress: called now and then.
        first: a plan with the least of the first target and the bound on it, where known.

    Raises:
        VerificationError: a plan found does not hold.
    """
    started = time.perf_counter()
    if asked.exact:
        asked = replace(asked, options=replace(asked.options, gap=0.0))
    caps = {name: cap_value(built.network, name, limit) for name, limit in asked.caps.items()}
    search = Search(built.arrays, asked.targets, caps, asked.options)
    collected = Collected(progress)
    status, remark = SolveStatus.OPTIMAL, ""
    try:
        _search(search, asked, collected, first)
    except (StoppedError, KeyboardInterrupt) as stop:
        plan = stop.plan if isinstance(stop, StoppedError) else None
        if plan is not None and not collected.points:
            values = search.values(plan)
            collected.keep(Found(plan, values, np.full(len(values), -np.inf)))
        for end in collected.ends:
            collected.keep(end)
        status = SolveStatus.FEASIBLE if collected.points else SolveStatus.NO_SOLUTION
    except UnboundedTargetError as error:
        status, remark = SolveStatus.UNBOUNDED, str(error)
    if status == SolveStatus.OPTIMAL and not collected.points:
        status = SolveStatus.INFEASIBLE
    seconds = time.perf_counter() - started
    points = [] if remark else plans_of(built, asked, collected, status, progress)
    return Front(asked, status, points, search.solves, seconds, built.seconds, remark)


def _search(
    search: Search,
    asked: TradeOff,
    collected: Collected,
    first: tuple[FloatArray, float] | None,
) -> None:
    """Find the ends, and then what lies between them."""
    every = tuple(range(len(asked.targets)))
    start = None
    for target in every:
        order = (target, *(other for other in every if other != target))
        end = search.efficient(order, {}, start, None if target else first)
        if end is None:
            return
        start = end.plan
        collected.ends.append(end)
        if not asked.exact:
            collected.keep(end)
    ends = np.array([end.values for end in collected.ends])
    narrow = flat(ends)
    if narrow.all() or (len(every) == 2 and narrow.any()):
        best = collected.ends[-1 if narrow[0] else 0]
        collected.points, collected.ends = [], [best]
        collected.keep(best)
        return
    if asked.exact:
        follow = mixed_front if search.mixed else linear_front
        follow(search, collected.ends[0], collected.ends[-1], collected.keep)
        return
    for found in _between(search, asked, collected.ends):
        collected.keep(found)


def _between(search: Search, asked: TradeOff, ends: list[Found]) -> Iterator[Found]:
    if len(ends) == 2:
        return spread(search, ends[0], ends[1], asked.points)
    return grid(search, ends, asked.points)
