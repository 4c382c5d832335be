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
from ..highs import Options, Outcome
from ..tree import FloatArray, IntArray
from .appending import with_columns
from .trial_session import TrialSession
from .undisturbed import Undisturbed, basis_of

DEARER = 10.0
"""Price of a unit that somebody gets less than undisturbed, times the largest cost there is."""
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

    Args:
        plan: the undisturbed plan.
        rescued: whether goods may be left where they are and limits passed.
    """

    def __init__(self, plan: Undisturbed, *, rescued: bool = False) -> None:
        self.plan = plan
        self.arrays = with_columns(plan.arrays, plan.rescue) if rescued else plan.arrays
        self.linear = not bool(self.arrays.integer.any())
        self.session = TrialSession(self.arrays, "cost")
        self._basis: Any = None
        if plan.basis is not None and not rescued:
            self._basis = basis_of(plan.basis)

    @property
    def seconds(self) -> float:
        """Time in the solver."""
        return self.session.seconds

    def restart(self) -> None:
        """Forget what was tried: go on from the undisturbed plan."""
        if self.linear and self._basis is not None:
            self.session.set_basis(self._basis)
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
        """The cheapest plan under an outage."""
        with self.outage(bounds):
            return self._solve(self.plan.options)

    def on_time(self, bounds: Bounds, safe: int, last: int) -> int | None:
        """Whole periods before the first in which a plan gives somebody less than undisturbed.

        The plan puts a high price on that, which falls from period to period, so the number is
        rarely too low and never too high. A linear model keeps all other costs, which leaves the
        plan near the one that it starts from.

        Args:
            bounds: the outage.
            safe: periods in which nobody may get less.
            last: last period to look at, from 0; ``last + 1`` is returned if it is on time.

        Returns:
            The number, None where no plan fits.
        """
        needs, looked = self.plan.needs, self._before(last + 1)
        held = self._before(safe)
        steep = min(3.0, 1000.0 ** (1 / (last + 1)))
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
        """Least part of the period after ``whole`` periods in which somebody gets nothing more.

        In the first ``whole`` periods everybody gets what the undisturbed plan gives. The optimum
        for being late alone is looked for from the one for cost with a price on being late.

        Returns:
            The part, None where no plan fits.
        """
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
        return self.session.solve(options)
