"""Plans that some weighing of expected cost against the worst futures makes best.

Rows that add up the cost of each future make a large model many times harder. Weighing the futures
instead only changes the costs of its columns (:mod:`.envelope`): the weighing of the tail that is
hardest on the plans known so far is solved for, until its bound meets the best of them (cutting
planes of the concave dual: Kelley 1960). Weights of the tail between two plans are taken from the
line through both, so that the next plan lies farthest below it (Aneja and Nair 1979).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ...models.plan import SolveStatus
from ..arrays import Arrays
from ..frontier.shape import efficient
from ..highs import Options
from ..measures import Measures, conditional_value_at_risk
from ..outcomes import relative_gap
from ..tree import FloatArray
from .alone import least_cost
from .envelope import Envelope, Proven

SAFEST = 0.95
"""Largest weight of the tail: above it 1 less there may cost more than 19 on average."""
ROUNDS = 5
"""Weighings of the tail tried for one weight of it."""
SAME = 1e-9
"""Relative difference of costs that are the same."""


@dataclass(frozen=True)
class Weighed:
    """A plan.

    Attributes:
        point: the plan. Shape (columns,).
        costs: in each future [money]. Shape (futures,).
        cost: expected.
        cvar: mean cost of the worst futures.
    """

    point: FloatArray
    costs: FloatArray
    cost: float
    cvar: float

    def at(self, risk: float) -> float:
        """Expected cost and tail, weighed."""
        return (1.0 - risk) * self.cost + risk * self.cvar


class Weighing:
    """Plans found, what is proven about all plans, and the search for more.

    Args:
        arrays: of all futures, without rows for their costs.
        measures: costs of the futures in terms of the columns.
        options: gap of each solve; the time limit is that of the whole search.
        progress: called with a line on how far it is.

    Attributes:
        status: feasible once some solve was stopped, optimal before.
    """

    def __init__(
        self,
        arrays: Arrays,
        measures: Measures,
        options: Options,
        progress: Callable[[str], None],
    ) -> None:
        self.arrays, self.measures, self.options = arrays, measures, options
        self.progress = progress
        self.envelope = Envelope(measures.weights, measures.level)
        self.proven = Proven(self.envelope)
        self.plans: list[Weighed] = []
        self.status = SolveStatus.OPTIMAL
        self.solves = 0
        limit = options.time_limit
        self._until = np.inf if limit is None else time.perf_counter() + limit

    def offer(self, point: FloatArray) -> None:
        """Take a plan into account."""
        costs, weights = self.measures.scenario_costs(point), self.measures.weights
        tail = conditional_value_at_risk(costs, weights, self.measures.level)
        self.plans.append(Weighed(point, costs, float(weights @ costs), tail))
        self.proven.admit(costs)

    def spread(self, count: int) -> list[Weighed]:
        """Plans from the cheapest on average to the safest.

        Args:
            count: so many at most, at least 2.

        Returns:
            Plans by rising expected cost, none with a tail as dear as that of one before it.
        """
        spans = [(self._best(0.0), self._settled(SAFEST))] if self.plans else []
        kept = list(spans[0]) if spans else []
        while len(kept) < count and spans and self.status == SolveStatus.OPTIMAL:
            cheap, safe = spans.pop(int(np.argmax([_room(*span) for span in spans])))
            if not _room(cheap, safe):
                break
            dearer, safer = safe.cost - cheap.cost, cheap.cvar - safe.cvar
            risk = dearer / (dearer + safer)
            found = self._settled(risk)
            if found.at(risk) < cheap.at(risk) - SAME * abs(cheap.at(risk)):
                kept.append(found)
                spans += [(cheap, found), (found, safe)]
        return _efficient(kept)

    def _best(self, risk: float) -> Weighed:
        """The best plan known for a weight of the tail."""
        return min(self.plans, key=lambda plan: (plan.at(risk), plan.cvar))

    def _settled(self, risk: float) -> Weighed:
        """The best plan for a weight of the tail, as far as the gap asks and time allows."""
        for _ in range(ROUNDS):
            left = self._until - time.perf_counter()
            if left <= 0:
                self.status = SolveStatus.FEASIBLE
                break
            costs = np.array([plan.costs for plan in self.plans])
            weights, hoped = self.envelope.hardest(costs, risk)
            reached = self._solve(weights, left if np.isfinite(left) else None)
            best = self._best(risk).at(risk)
            gap = relative_gap(best, self.proven.least(risk))
            near = gap is not None and gap <= self.options.gap
            if near or self.status != SolveStatus.OPTIMAL or reached >= hoped - SAME * abs(hoped):
                break
        return self._best(risk)

    def _solve(self, weights: FloatArray, limit: float | None) -> float:
        """Solve for weights of the futures; the cost of the plan found under them."""
        self.solves += 1
        self.progress(f"solve {self.solves}, {len(self.plans)} plans known")
        costs = np.asarray(self.measures.spent.T @ weights)
        arrays = replace(
            self.arrays,
            objectives={**self.arrays.objectives, "cost": costs},
            offsets={**self.arrays.offsets, "cost": float(weights @ self.measures.unavoidable)},
        )
        try:
            outcome, point = least_cost(arrays, replace(self.options, time_limit=limit))
        except KeyboardInterrupt:  # the plans before it are kept, and the study with them
            self.status = SolveStatus.FEASIBLE
            return np.inf
        self.proven.add(weights, outcome.bound)
        if outcome.status != SolveStatus.OPTIMAL:
            self.status = SolveStatus.FEASIBLE
        if point is None:
            return np.inf
        self.offer(point)
        return float(weights @ self.plans[-1].costs)


def _room(cheap: Weighed, safe: Weighed) -> float:
    """How much could lie between two plans; 0 where one is as good as the other in both."""
    dearer, safer = safe.cost - cheap.cost, cheap.cvar - safe.cvar
    apart = dearer > SAME * abs(cheap.cost) and safer > SAME * abs(cheap.cvar)
    return dearer * safer if apart else 0.0


def _efficient(plans: list[Weighed]) -> list[Weighed]:
    """Plans by rising expected cost, without those that another is as good as in both."""
    order = sorted(plans, key=lambda plan: (plan.cost, plan.cvar))
    values = np.array([(plan.cost, plan.cvar) for plan in order]).reshape(-1, 2)
    keep = efficient(values / (np.abs(values).max(initial=0.0) or 1.0))
    return [plan for plan, kept in zip(order, keep, strict=True) if kept]
