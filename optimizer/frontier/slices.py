"""The front of one slice of a mixed-integer model: its whole numbers held, the rest free."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from ..tree import FloatArray
from .corners import corners
from .search import Found, Search
from .shape import SAME


def key_of(search: Search, plan: FloatArray) -> bytes:
    """What tells the slice of a plan from others: its whole numbers."""
    return np.round(plan[search.arrays.integer]).tobytes()


def between(search: Search, one: Found, other: Found, share: float) -> Found:
    """A plan on the straight way from one plan to another with the same whole numbers."""
    plan = (1 - share) * one.plan + share * other.plan
    values = search.values(plan)
    return Found(plan, values, values)


class Slice:
    """The linear front that is left when the whole numbers of a plan are held.

    It is convex, and every plan on it is a plan of the model.

    Args:
        search: of the whole model.
        plan: whose whole numbers are held.
        box: limits on the targets, outside which the front does not matter. Shape (2,).
        span: range of each target.

    Attributes:
        key: tells it from other slices.
        corners: its corners inside the box by rising first target. The first and the last may be
            cut off by the box.
    """

    def __init__(self, search: Search, plan: FloatArray, box: FloatArray, span: FloatArray) -> None:
        self.key, self.span = key_of(search, plan), span
        arrays, whole = search.arrays, np.flatnonzero(search.arrays.integer)
        lower, upper = arrays.lower.copy(), arrays.upper.copy()
        lower[whole] = upper[whole] = np.round(plan[whole])
        linear = replace(arrays, lower=lower, upper=upper, integer=np.zeros(len(lower), dtype=bool))
        options = replace(search.options, time_limit=search.left())
        self._search = Search(linear, search.targets, search.caps, options)
        self._limits = dict(enumerate(box.tolist()))
        self.corners = sorted(self._corners(), key=lambda corner: float(corner.values[0]))

    def _corners(self) -> list[Found]:
        ends = [self._search.efficient(order, self._limits) for order in ((0, 1), (1, 0))]
        found = [end for end in ends if end is not None]
        if len(found) < 2:  # only possible by the tolerance on whole numbers
            return found

        def least(weights: FloatArray) -> FloatArray | None:
            best = self._search.least_sum(weights, self._limits)
            if best is None:
                return None
            values = self._search.values(best[0])
            found.append(Found(best[0], values, values))
            return values

        corners(found[0].values, found[1].values, self.span, least)
        return found

    def after(self, point: FloatArray) -> Found | None:
        """The first corner past a point on the front; None where it ends there."""
        past = (c for c in self.corners if c.values[1] < point[1] - SAME * self.span[1])
        return next(past, None)

    def part_below(self, point: FloatArray, weights: FloatArray) -> tuple[Found, Found] | None:
        """Its first and last plan on or below the line through a point; None where it is above."""
        line = float(weights @ point)
        heights = np.array([float(weights @ corner.values) - line for corner in self.corners])
        low = np.flatnonzero(heights <= 0)
        if not len(low):
            return None
        ends = []
        for at, beside in ((int(low[0]), int(low[0]) - 1), (int(low[-1]), int(low[-1]) + 1)):
            if not 0 <= beside < len(heights):
                ends.append(self.corners[at])
                continue
            share = heights[at] / (heights[at] - heights[beside])
            ends.append(between(self._search, self.corners[at], self.corners[beside], share))
        return ends[0], ends[1]

    def at_first(self, limit: float) -> Found | None:
        """Its plan whose first target is a number between those of its corners."""
        values = np.array([corner.values[0] for corner in self.corners])
        at = int(np.searchsorted(values, limit)) - 1
        if at < 0 or at + 1 >= len(values):
            return None
        share = (limit - values[at]) / (values[at + 1] - values[at])
        return between(self._search, self.corners[at], self.corners[at + 1], float(share))

    def edge_at(self, level: float) -> tuple[Found, Found] | None:
        """The corners between which the second target falls to a level; None outside."""
        for one, other in itertools.pairwise(self.corners):
            steep = one.values[1] - other.values[1] > SAME * self.span[1]
            if steep and other.values[1] <= level <= one.values[1]:
                return one, other
        return None
