"""Decisions before the futures part, tried in a future: what they cost when it comes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...models.plan import SolveStatus
from ..highs import Options
from ..lexicographic import value_of
from .alone import least_cost
from .trunk import Kept


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


def tried(options: Options, kept: Kept) -> Trial:
    """The best that is left.

    Amounts are kept as they are; where rounding in them alone leaves no plan, with a millionth of
    room.

    Args:
        options: gap, time limit and the rest of the solve.
        kept: what is left to decide.

    Raises:
        KeyboardInterrupt: somebody stopped the solve.
    """
    for held in (kept.exactly, kept.nearly):
        outcome, point = least_cost(held, options)
        if point is not None:
            cost = value_of(held, "cost", point)
            bound = -np.inf if outcome.bound is None else min(outcome.bound, cost)
            return Trial(outcome.status, cost, bound, kept.lost)
        if outcome.status != SolveStatus.INFEASIBLE:
            break
    return Trial(outcome.status, np.nan, -np.inf, kept.lost)
