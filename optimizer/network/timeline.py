"""Time on a tree: lags, windows of rows, and which decisions are in force at which node."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...models.case import Case
from ..indexing import matching, ragged
from ..tree import FloatArray, IntArray, Tree

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Timeline:
    """The tree of a case together with the conventions that turn days and periods into nodes."""

    case: Case
    tree: Tree

    @property
    def discount(self) -> FloatArray:
        """What money of each node is worth in period 1. Shape (nodes,)."""
        years = (self.tree.period - 1) * self.case.case.months_per_period / 12
        return np.asarray((1 + self.case.case.discount_rate) ** -years, dtype=float)

    @property
    def weight(self) -> FloatArray:
        """Discount times probability of each node. Shape (nodes,)."""
        return self.discount * self.tree.probability

    @property
    def strategic(self) -> BoolArray:
        """Whether strategic decisions may be taken at a node. Shape (nodes,)."""
        settings = self.case.case
        since = self.tree.period - 1 + settings.periods_before
        return np.asarray(since % settings.decide_every == 0)

    def lag(self, days: FloatArray) -> IntArray:
        """Periods that a lead time takes: floor(days / days of a period + 0.5).

        A half counts as reached within 1e-9, so that rounding of days does not decide.
        """
        return np.floor(days / self.case.days_per_period + 0.5 + 1e-9).astype(np.int64)

    def window(self, rows: Iterable[Any]) -> BoolArray:
        """Whether each row's start..end covers each node. Shape (rows, nodes)."""
        spans = [
            (self.case.period(row.start, 1), self.case.period(row.end, self.tree.periods))
            for row in rows
        ]
        first, last = np.array(spans, dtype=np.int64).reshape(-1, 2).T
        period = self.tree.period[None, :]
        return np.asarray((first[:, None] <= period) & (period <= last[:, None]))

    def arrivals(self, nodes: IntArray, lags: IntArray) -> tuple[IntArray, IntArray]:
        """Nodes at which what leaves at ``nodes`` arrives ``lags`` periods later.

        What leaves at a node arrives at every node that many periods after it.

        Returns:
            (which, arrival): position in ``nodes``, and a node of its arrival, one pair for every
            arrival inside the horizon.
        """
        which_parts, node_parts = [], []
        for lag in np.unique(lags):
            if lag >= self.tree.periods:
                continue
            which = np.flatnonzero(lags == lag)
            if lag == 0:
                which_parts.append(which)
                node_parts.append(nodes[which])
                continue
            source = self.tree.ancestors[:, lag]
            at, arrival = matching(nodes[which], source)
            which_parts.append(which[at])
            node_parts.append(arrival)
        if not which_parts:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        return np.concatenate(which_parts), np.concatenate(node_parts)

    def decided(
        self, nodes: IntArray, waits: IntArray, lasts: IntArray
    ) -> tuple[IntArray, IntArray]:
        """Strategic nodes on the way to ``nodes`` whose decision is in force there.

        Args:
            nodes: nodes at which the decision is used.
            waits: periods from decision to first use.
            lasts: periods that it lasts from first use.

        Returns:
            (which, decision): position in ``nodes`` and a node of decision.
        """
        age_limit = np.minimum(lasts, self.tree.periods)
        owner, age = ragged(waits, age_limit)
        keep = age < self.tree.periods
        owner, age = owner[keep], age[keep]
        decision = self.tree.ancestors[nodes[owner], age]
        keep = decision >= 0
        keep[keep] = self.strategic[decision[keep]]
        return owner[keep], decision[keep]

    def in_transit_charge(self, nodes: IntArray, lags: IntArray, rate: FloatArray) -> FloatArray:
        """Weighted cost per unit of what leaves at ``nodes`` and is under way for ``lags`` periods.

        Args:
            nodes: node of dispatch of each flow.
            lags: periods under way.
            rate: cost per unit and node of being under way, probability and discount included.
                Shape (flows, nodes) or (1, nodes) per flow row given by broadcasting.

        Returns:
            Sum of the rate over the nodes from dispatch to just before arrival. Shape (flows,).
        """
        charge = np.zeros(len(nodes))
        for age in range(min(int(lags.max(initial=0)), self.tree.periods)):
            under_way = np.flatnonzero(lags > age)
            which, at = self.arrivals(nodes[under_way], np.full(len(under_way), age))
            flows = under_way[which]
            np.add.at(charge, flows, rate[flows if len(rate) > 1 else 0, at])
        return charge
