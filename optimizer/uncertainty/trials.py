"""Decisions before the futures part, tried in a future: what they cost when it comes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...models.plan import SolveStatus
from ..arrays import Arrays
from ..highs import Options
from ..lexicographic import value_of
from ..solve import Built
from .alone import least_cost
from .trunk import Trunk


@dataclass(frozen=True)
class Trial:
    """What keeping some decisions costs.

    Attributes:
        status: how the solve ended; infeasible where the decisions leave no way on.
        cost: least cost found [money]; nan without a plan.
        bound: proven bound on it, -inf where there is none.
        lost: amounts that have no counterpart there, so that they could not be kept.
    """

    status: SolveStatus
    cost: float
    bound: float
    lost: int

    @property
    def solved(self) -> bool:
        """Whether there is a plan."""
        return bool(np.isfinite(self.cost))


@dataclass(frozen=True)
class Task:
    """A plan to try in a future. Arrays only, so that it travels.

    Attributes:
        exactly: the future with everything before its futures part held.
        nearly: the same with a millionth of room around amounts.
        lost: amounts that have no counterpart there.
    """

    exactly: Arrays
    nearly: Arrays
    lost: int

    @classmethod
    def of(cls, trunk: Trunk, built: Built, start: int) -> Task:
        """What is left to decide once a trunk is kept.

        Args:
            trunk: what was decided.
            built: the future, or all of them, in which it is kept.
            start: first period that is free.
        """
        held, lost = trunk.kept(built, start)
        return cls(held.arrays, trunk.kept(built, start, room=True)[0].arrays, lost)


def tried(options: Options, task: Task) -> Trial:
    """The best that is left.

    Amounts are kept as they are; where rounding in them alone leaves no plan, with a millionth of
    room.

    Args:
        options: gap, time limit and the rest of the solve.
        task: what is kept, and where.

    Raises:
        KeyboardInterrupt: somebody stopped the solve.
    """
    for held in (task.exactly, task.nearly):
        outcome, point = least_cost(held, options)
        if point is not None:
            cost = value_of(held, "cost", point)
            bound = -np.inf if outcome.bound is None else min(outcome.bound, cost)
            return Trial(outcome.status, cost, bound, task.lost)
        if outcome.status != SolveStatus.INFEASIBLE:
            break
    return Trial(outcome.status, np.nan, -np.inf, task.lost)
