r"""What is proven of plans whose tail counts, by linear programs over costs of futures alone.

The mean of the worst :math:`1-\beta` of the costs c of futures with probabilities p is the largest
mean under another weighing of them (the risk envelope: Rockafellar, Uryasev and Zabarankin 2006),

.. math::
    \mathrm{cvar}(c) = \max_q \{ q c : 0 \le q \le p / (1-\beta),\ \textstyle\sum_s q_s = 1 \}

so that :math:`(1-\lambda)\, p c + \lambda\, \mathrm{cvar}(c)` is at least the least of
:math:`((1-\lambda) p + \lambda q)\, c` over all plans, whichever q is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..outcomes import SolverError
from ..tree import FloatArray

ROUNDING = 1e-9
"""Relative room of a limit that a plan itself has set."""
BEST = 0
"""scipy's number for a linear program that ended with its optimum."""


@dataclass(frozen=True)
class Envelope:
    """Weighings of futures that count in a tail.

    Attributes:
        weights: probabilities. Shape (futures,).
        level: of the conditional value at risk, below 1.
    """

    weights: FloatArray
    level: float

    def hardest(self, costs: FloatArray, risk: float) -> tuple[FloatArray, float]:
        """The weighing of the futures that is worst for every mixture of some plans.

        Args:
            costs: of each plan in each future [money]. Shape (plans, futures).
            risk: weight of the tail, from 0 to 1; expected cost has the rest.

        Returns:
            Weights, sum 1; and the cost, so weighed, of the best mixture [money].

        Raises:
            SolverError: numbers too far apart for a linear program.
        """
        plans, futures = costs.shape
        unit = _unit(costs)
        # maximise t, t <= ((1 - risk) p + risk q) . c of each plan
        rows = np.hstack([-risk * costs / unit, np.ones((plans, 1))])
        found = _solved(
            np.append(np.zeros(futures), -1.0),
            A_ub=rows, b_ub=(1.0 - risk) * (costs / unit) @ self.weights,
            A_eq=np.append(np.ones(futures), 0.0)[None, :], b_eq=[1.0],
            bounds=[*((0.0, most) for most in self.weights / (1.0 - self.level)), (None, None)],
        )  # fmt: skip
        if found.status != BEST:
            raise SolverError(f"no hardest weighing of {futures} futures: {found.message}")
        own = (1.0 - risk) * self.weights + risk * found.x[:-1]
        return own, float(-found.fun * unit)


class Proven:
    """Lower bounds on weighted sums of the costs of futures, true of every plan.

    Args:
        envelope: futures and their tail.
    """

    def __init__(self, envelope: Envelope) -> None:
        self.envelope = envelope
        futures = len(envelope.weights)
        self._weights, self._bounds = np.zeros((0, futures)), np.zeros(0)
        self._known = np.zeros((0, futures))

    def add(self, weights: FloatArray, bound: float | None) -> None:
        """Weighed so, the futures cost at least the bound in any plan; None proves nothing."""
        if bound is not None and np.isfinite(bound):
            self._weights = np.vstack([self._weights, weights])
            self._bounds = np.append(self._bounds, bound)
            self._keep_to_plans()

    def admit(self, costs: FloatArray) -> None:
        """A plan with such costs in the futures exists, whatever rounding says of the bounds."""
        self._known = np.vstack([self._known, costs])
        self._keep_to_plans()

    def _keep_to_plans(self) -> None:
        below = (self._weights @ self._known.T).min(axis=1, initial=np.inf)
        self._bounds = np.minimum(self._bounds, below)

    def least(
        self, risk: float, most_cost: float | None = None, most_cvar: float | None = None
    ) -> float:
        """What expected cost and tail, weighed, are at least in any plan within limits [money].

        Args:
            risk: weight of the tail, from 0 to 1.
            most_cost: of the plans in question; None for no limit.
            most_cvar: likewise.

        Returns:
            The bound, -inf where nothing is proven.
        """
        weights, futures = self.envelope.weights, len(self.envelope.weights)
        unit = _unit(self._bounds)
        # costs of futures, the threshold of the tail, what each is beyond it
        mean = np.concatenate([weights, np.zeros(1 + futures)])
        beyond = weights / (1.0 - self.envelope.level)
        tail = np.concatenate([np.zeros(futures), [1.0], beyond])
        each, cuts = np.eye(futures), self._weights
        rows = [
            np.hstack([each, -np.ones((futures, 1)), -each]),
            np.hstack([-cuts, np.zeros((len(cuts), 1 + futures))]),
        ]
        sides = [np.zeros(futures), -self._bounds / unit]
        for row, most in ((mean, most_cost), (tail, most_cvar)):
            if most is not None:
                rows.append(row[None, :])
                sides.append(np.array([(most + ROUNDING * abs(most)) / unit]))
        found = _solved(
            (1.0 - risk) * mean + risk * tail,
            A_ub=np.vstack(rows), b_ub=np.concatenate(sides),
            bounds=[(None, None)] * (futures + 1) + [(0.0, None)] * futures,
        )  # fmt: skip
        return float(found.fun * unit) if found.status == BEST else -np.inf


def _unit(amounts: FloatArray) -> float:
    """What amounts are counted in, so that they are near 1."""
    return float(np.abs(amounts).max(initial=0.0)) or 1.0


def _solved(costs: FloatArray, **program: Any) -> Any:
    """How a small linear program ends, as scipy tells it."""
    from scipy.optimize import linprog  # noqa: PLC0415  # seldom needed, and slow to load

    return linprog(costs, method="highs", **program)
