"""All of a front of two linear targets, also where whole numbers bend it inwards or break it.

A linear model's front is convex, and its corners are found by :mod:`.corners`. With whole numbers
the front is made of pieces of the convex fronts of slices (:mod:`.slices`), and is followed from
the least of the first target to the least of the second, as in one-direction search (Fattahi and
Turkay 2018) and the boxed line method (Perini, Boland, Pecin and Savelsbergh 2020):

- Stand on an efficient plan, with the slice it lies on. The slice's next edge is efficient as far
  as no plan of the model lies strictly below it: minimise the edge's own weighted sum in its box.
- If something does, go along that plan's slice to where it first comes to lie on or below the
  edge, and ask again up to there; every slice is met once. There the front changes slices: by a
  kink where the two fronts cross, by a jump where the other begins below the edge.
- Where a slice ends, the next efficient plan has the least first target among those with less of
  the second.

What is found is exact but for SAME, a millionth of the range of each target: what differs by less
is taken for equal, and a piece that ends or begins at a jump is cut off twice as far from it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..tree import FloatArray
from .corners import below, corners, normal
from .search import Found, Search
from .shape import CUT, SAME
from .slices import Slice

Keep = Callable[[Found, bool], None]
"""Takes a point of the front, and whether the straight line to it from the one before is too."""
NEAR = 10 * SAME
"""What lies so near may be the same point, seen from another slice."""


def linear_front(search: Search, first: Found, last: Found, keep: Keep) -> None:
    """Keep the ends and everything between them that is found on the way to all corners."""
    span = np.abs(last.values - first.values)

    def least(weights: FloatArray) -> FloatArray | None:
        best = search.least_sum(weights, {})
        if best is None:
            return None
        values = search.values(best[0])
        keep(_told(Found(best[0], values, values), span), True)
        return values

    keep(_told(first, span), False)
    keep(_told(last, span), True)
    corners(first.values, last.values, span, least)


def _told(found: Found, span: FloatArray) -> Found:
    """A point with what is known of it: nothing is better by more than the resolution."""
    return Found(found.plan, found.values, found.values - SAME * span)


def mixed_front(search: Search, first: Found, last: Found, keep: Keep) -> None:
    """Follow the front of a mixed-integer model from end to end, and keep its corners."""
    _Walk(search, first, last, keep).walk()


class _Walk:
    """Where the walk along the front stands."""

    def __init__(self, search: Search, first: Found, last: Found, keep: Keep) -> None:
        self.search, self.last, self.keep = search, last, keep
        self.span = np.abs(last.values - first.values)
        self.at = first
        self.slice = self._slice(first)
        self.tried: set[bytes] = set()

    def walk(self) -> None:
        """Go on until the other end is reached."""
        self.keep(_told(self.at, self.span), False)
        while self.at.values[1] > self.last.values[1] + SAME * self.span[1]:
            spent = self.slice.key in self.tried
            corner = None if spent else self.slice.after(self.at.values)
            if corner is None:
                self._leave_slice()
            else:
                self._follow(corner)

    def _slice(self, found: Found) -> Slice:
        """The slice of a plan, no further back than it and no further on than the other end."""
        box = np.array([self.last.values[0], found.values[1]])
        return Slice(self.search, found.plan, box + SAME * self.span, self.span)

    def _move(self, found: Found, *, joined: bool) -> None:
        self.keep(_told(found, self.span), joined)
        self.at = found
        self.tried = set()

    def _leave_slice(self) -> None:
        """Nothing follows on this slice: take the next plan with less of the second target."""
        limit = float(self.at.values[1] - CUT * self.span[1])
        found = self.search.efficient((0, 1), {1: limit}, self.last.plan)
        found = self.last if found is None else found
        away = (found.values - self.at.values) / self.span
        if away[0] <= NEAR and away[1] >= -NEAR:
            other = self._slice(Found(found.plan, self.at.values, self.at.values))
            begins = other.corners[0].values if other.corners else found.values
            if other.key not in self.tried | {self.slice.key} and (
                begins[0] <= self.at.values[0] + SAME * self.span[0]
            ):
                self.tried.add(self.slice.key)
                self.slice = other
                return
        self._move(found, joined=False)
        self.slice = self._slice(found)

    def _follow(self, corner: Found) -> None:
        """Go along an edge as far as it is efficient."""
        start, weights = self.at.values, normal(self.at.values, corner.values, self.span)
        limit, other, crossing = float(corner.values[0]), None, None
        while True:
            found = self._below(start, weights, limit)
            if found is None:
                break
            other = self._slice(Found(found, start, start))
            part = other.part_below(start, weights)
            values = self.search.values(found)
            crossing = Found(found, values, values) if part is None else part[0]
            step = SAME * self.span[0] * below(crossing.values, start, weights)
            before, limit = limit, float(crossing.values[0] - step)
            if limit <= start[0] + SAME * self.span[0] or limit >= before:
                break
        if other is None or crossing is None:
            self._move(corner, joined=True)
        else:
            self._take_over(other, crossing, weights)

    def _below(self, start: FloatArray, weights: FloatArray, limit: float) -> FloatArray | None:
        """A plan strictly below an edge, up to a limit on the first target; None without one."""
        best = self.search.least_sum(weights, {0: limit, 1: float(start[1])}, self.at.plan)
        if best is None or not below(self.search.values(best[0]), start, weights):
            return None
        return best[0]

    def _take_over(self, other: Slice, crossing: Found, weights: FloatArray) -> None:
        """Change to another slice where it crosses the edge, or jump to where it begins below."""
        start = self.at.values
        ahead = crossing.values[0] > start[0] + SAME * self.span[0]
        if not below(crossing.values, start, weights):
            if ahead:
                self._move(crossing, joined=True)
            else:
                self.tried.add(self.slice.key)
            self.slice = other
            return
        if ahead:
            end = self.slice.at_first(float(crossing.values[0] - CUT * self.span[0]))
            if end is not None and end.values[0] > start[0] + SAME * self.span[0]:
                self._move(end, joined=True)
        found = self.search.efficient((1, 0), {0: float(crossing.values[0])}, crossing.plan)
        found = crossing if found is None else found
        self._move(found, joined=False)
        self.slice = self._slice(found)
