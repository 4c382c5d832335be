"""One HiGHS object that holds the undisturbed plan and tries one outage after the other on it.

A trial changes bounds and sides in place. It begins at the basis of the undisturbed plan, so that
its answer never depends on what was tried before; the questions asked about one outage go on from
each other. Closing columns and asking more of rows leaves a basis dual feasible, which is what the
dual simplex method needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ...models.plan import SolveStatus
from ..arrays import Arrays
from ..highs import Options, Outcome
from ..tree import FloatArray, IntArray
from .appending import with_columns
from .trial_session import TrialSession
from .undisturbed import WHOLE, Undisturbed, basis_of

DEARER = 3.0
"""Price of a unit that somebody gets less than undisturbed, times the largest cost there is."""
STEEP = 30.0
"""How much dearer that is in the first period than in the last."""
LATE = 1e-7
"""Part of a period below which nothing is late: the solver's tolerance."""
OPTIMA = (SolveStatus.OPTIMAL, SolveStatus.FEASIBLE)


class NoAnswerError(RuntimeError):
    """A trial stopped at a limit before it told anything."""


@dataclass(frozen=True)
class Bounds:
    """What an outage changes.

    Attributes:
        shut: columns that are 0.
        lifted: rows that do not bind.
    """

    shut: IntArray
    lifted: IntArray


NOTHING = Bounds(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


class Trials:
    """Trials on the arrays of an undisturbed plan.

    Where whole numbers are left to decide, a question is first asked without them: an answer that
    is whole all the same is the answer, and comes many times sooner.

    Args:
        plan: the undisturbed plan.
        rescued: whether goods may be left where they are and limits passed.
    """

    def __init__(self, plan: Undisturbed, *, rescued: bool = False) -> None:
        self.plan = plan
        self.arrays = with_columns(plan.arrays, plan.rescue) if rescued else plan.arrays
        self._relaxed = _Asked(plan, self.arrays, whole=False)
        if plan.basis is not None and not rescued:
            self._relaxed.basis = basis_of(plan.basis)

    @cached_property
    def _whole(self) -> _Asked:
        return _Asked(self.plan, self.arrays, whole=True)

    @property
    def seconds(self) -> float:
        """Time in the solver."""
        own = self.__dict__.get("_whole")
        return self._relaxed.session.seconds + (own.session.seconds if own else 0.0)

    def restart(self) -> None:
        """Forget what was tried: go on from the undisturbed plan."""
        self._relaxed.restart()

    def cheapest(self, bounds: Bounds) -> Outcome:
        """The cheapest plan under an outage."""
        found = self._relaxed.cheapest(bounds)
        return found if self._relaxed.settled else self._whole.cheapest(bounds)

    def on_time(self, bounds: Bounds, safe: int, last: int) -> int | None:
        """Whole periods before the first in which a plan gives somebody less than undisturbed.

        The plan puts a high price on that, which falls from period to period, so the number is
        rarely too low and never too high.

        Args:
            bounds: the outage.
            safe: periods in which nobody may get less.
            last: last period to look at, from 0; ``last + 1`` is returned if it is on time.

        Returns:
            The number, None where no plan fits.
        """
        found = self._relaxed.on_time(bounds, safe, last)
        return found if self._relaxed.settled else self._whole.on_time(bounds, safe, last)

    def least_late(self, bounds: Bounds, whole: int) -> float | None:
        """Least part of the period after ``whole`` periods in which somebody gets nothing more.

        In the first ``whole`` periods everybody gets what the undisturbed plan gives. The optimum
        for being late alone is looked for from the one for cost with a price on being late.

        Returns:
            The part, None where no plan fits.
        """
        found = self._relaxed.least_late(bounds, whole)
        return found if self._relaxed.settled else self._whole.least_late(bounds, whole)


class _Asked:
    """Questions to one model, with its whole numbers or without them.

    Attributes:
        settled: whether the last answer holds for whole numbers too.
        basis: where a linear model starts.
    """

    def __init__(self, plan: Undisturbed, arrays: Arrays, *, whole: bool) -> None:
        self.plan = plan
        self._must = np.flatnonzero(arrays.integer) if not whole else np.zeros(0, dtype=np.int64)
        if not whole:
            arrays = replace(arrays, integer=np.zeros_like(arrays.integer))
        self.arrays = arrays
        self.linear = not bool(arrays.integer.any())
        self.session = TrialSession(arrays, "cost")
        self.settled = True
        self.basis: Any = None

    def restart(self) -> None:
        """Start from the basis, or from nothing."""
        if self.linear and self.basis is not None:
            self.session.set_basis(self.basis)
        else:
            self.session.forget()

    @contextmanager
    def outage(self, bounds: Bounds) -> Iterator[None]:
        """The session with an outage in it."""
        arrays, session = self.arrays, self.session
        shut, lifted = bounds.shut, bounds.lifted
        session.bound(shut, np.zeros(len(shut)), np.zeros(len(shut)))
        session.side(lifted, np.full(len(lifted), -np.inf), np.full(len(lifted), np.inf))
        try:
            yield
        finally:
            session.bound(shut, arrays.lower[shut], arrays.upper[shut])
            session.side(lifted, arrays.row_lower[lifted], arrays.row_upper[lifted])

    def cheapest(self, bounds: Bounds) -> Outcome:
        """See :meth:`Trials.cheapest`."""
        with self.outage(bounds):
            return self._solve(self.plan.options)

    def on_time(self, bounds: Bounds, safe: int, last: int) -> int | None:
        """See :meth:`Trials.on_time`. A linear model keeps all other costs.

        That leaves the plan near the one that it starts from.
        """
        needs, looked = self.plan.needs, self._before(last + 1)
        held = self._before(safe)
        steep = min(3.0, STEEP ** (1 / (last + 1)))
        costs = self._costs()
        prices = self._dear * steep ** (self.plan.start + last - needs.period[looked])
        costs[needs.behind[looked]] = prices
        with self.outage(bounds), self._asked(looked, costs):
            self.session.bound(needs.behind[held], np.zeros(len(held)), np.zeros(len(held)))
            point = self._answer()
        if point is None:
            return None
        short = point[needs.behind[looked]] > LATE * np.maximum(needs.delivered[looked], 1.0)
        if not short.any():
            return last + 1
        return int(needs.period[looked][short].min()) - self.plan.start

    def least_late(self, bounds: Bounds, whole: int) -> float | None:
        """See :meth:`Trials.least_late`."""
        needs, looked = self.plan.needs, self._before(whole + 1)
        late = self.plan.late[[whole]]
        costs = self._costs()
        costs[late] = self._dear * max(1.0, float(needs.delivered[looked].max(initial=0.0)))
        alone = np.zeros(len(costs))
        alone[late] = 1.0
        with self.outage(bounds), self._asked(looked, costs if self.linear else alone):
            nothing = np.zeros(len(looked))
            self.session.bound(needs.behind[looked], nothing, nothing)
            self.session.bound(late, np.zeros(1), np.full(1, np.inf))
            point = self._answer()
            if point is not None and self.linear and point[late[0]] > LATE:
                self.session.costs(alone, 0.0)
                self.session.use_primal(True)
                point = self._answer()
                self.session.use_primal(False)
        return None if point is None else max(float(point[late[0]]), 0.0)

    def _before(self, periods: int) -> IntArray:
        """Needs of the first periods."""
        return np.flatnonzero(self.plan.needs.period < self.plan.start + periods)

    @contextmanager
    def _asked(self, looked: IntArray, costs: FloatArray) -> Iterator[None]:
        """The session with nobody late in some needs, save by what is priced."""
        arrays, needs, session = self.arrays, self.plan.needs, self.session
        rows, most = needs.unmet[looked], (needs.missed + needs.late)[looked]
        session.side(rows, np.full(len(rows), -np.inf), most)
        session.costs(costs, 0.0)
        try:
            yield
        finally:
            free = np.concatenate([needs.behind, self.plan.late])
            session.side(rows, arrays.row_lower[rows], arrays.row_upper[rows])
            session.bound(free, arrays.lower[free], arrays.upper[free])
            session.costs(arrays.objectives["cost"], arrays.offsets["cost"])

    def _costs(self) -> FloatArray:
        """All costs of a linear model; none where whole numbers are left, to be quick."""
        costs = self.arrays.objectives["cost"]
        return costs.copy() if self.linear else np.zeros(len(costs))

    @cached_property
    def _dear(self) -> float:
        return DEARER * float(np.abs(self.arrays.objectives["cost"]).max(initial=1.0))

    def _answer(self) -> FloatArray | None:
        """The optimum of what is asked now, None if there is none."""
        outcome = self._solve(replace(self.plan.options, gap=0.0))
        if outcome.status == SolveStatus.INFEASIBLE:
            return None
        if outcome.status != SolveStatus.OPTIMAL:
            raise NoAnswerError(f"time to survive: {outcome.status}")
        return outcome.point

    def _solve(self, options: Options) -> Outcome:
        if not self.linear:
            self.session.forget()
        outcome = self.session.solve(options)
        point = outcome.point
        if point is None:
            self.settled = outcome.status == SolveStatus.INFEASIBLE or not len(self._must)
        else:
            chosen = point[self._must]
            self.settled = bool((np.abs(chosen - np.round(chosen)) <= WHOLE).all())
        return outcome
