"""Straight pieces of a front, proven once and read off at any level.

An edge of the front of a slice is efficient where the least weighted sum, with the weights for
which both its ends are equally good, is not below it inside its box. One such proof serves every
level between the ends, so that many points cost no more than the front has edges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..highs import MANY_COLUMNS
from ..targets import RATIOS
from ..tree import FloatArray
from .corners import below, normal
from .search import Found, Search
from .shape import CUT
from .slices import Slice, between, key_of

TRIES = 4
"""How often an edge is shortened before its point is proven alone."""


@dataclass(frozen=True)
class Piece:
    """A proven edge.

    Attributes:
        left, right: its ends, by rising first target.
        slack: how far, at most, each target of a point on it is above its bound. Shape (2,).
    """

    left: Found
    right: Found
    slack: FloatArray


class Pieces:
    """The edges proven so far of the front of a small mixed-integer model with linear targets.

    Args:
        search: two targets.
        first, last: the ends of the front.
    """

    def __init__(self, search: Search, first: Found, last: Found) -> None:
        self.search = search
        self.span = np.abs(last.values - first.values)
        self.box = np.array([last.values[0], first.values[1]])
        self.of_use = (
            search.mixed
            and search.arrays.matrix.shape[1] < MANY_COLUMNS
            and not set(search.targets) & set(RATIOS)
        )
        self._pieces: list[Piece] = []
        self._slices: dict[bytes, Slice] = {}

    def at(self, level: float) -> Found | None:
        """The efficient plan whose second target is a level; None where nothing is proven."""
        for piece in self._pieces:
            top, bottom = piece.left.values[1], piece.right.values[1]
            if bottom <= level <= top:
                share = (top - level) / (top - bottom)
                found = between(self.search, piece.left, piece.right, float(share))
                return Found(found.plan, found.values, found.values - piece.slack)
        return None

    def prove(self, plan: FloatArray, level: float, others: FloatArray) -> Found | None:
        """Try to prove the edge that a plan at a level lies on; None if it cannot be.

        Where a plan of another slice lies below a part of the edge, the rest is tried, if other
        levels of interest lie on it.
        """
        edge = self._slice(plan).edge_at(level) if self.of_use else None
        for _ in range(TRIES):
            if edge is None:
                break
            left, right = edge
            weights = normal(left.values, right.values, self.span)
            limits = {0: float(right.values[0]), 1: float(left.values[1])}
            line = float(weights @ left.values)
            size = float((weights * np.abs(left.values)).min())
            gap = self.search.options.gap * size / max(abs(line), size)
            best = self.search.least_sum(weights, limits, plan, gap)
            if best is None:
                break
            if not below(self.search.values(best[0]), left.values, weights):
                slack = max(line - best[1], 0.0) / weights
                self._pieces.append(Piece(left, right, slack))
                return self.at(level)
            edge = self._rest(edge, weights, best[0], level)
            if edge is not None and not _between(others, edge):
                break
        return None

    def _rest(
        self, edge: tuple[Found, Found], weights: FloatArray, better: FloatArray, level: float
    ) -> tuple[Found, Found] | None:
        """The part of an edge around a level that the slice of a better plan leaves alone."""
        left, right = edge
        found = self._slice(better).part_below(left.values, weights)
        if found is None:
            return None
        first, last = found
        if first.values[1] < level:  # it lies to the right
            stop = first.values[0] - CUT * self.span[0]
            share = (stop - left.values[0]) / (right.values[0] - left.values[0])
            right = between(self.search, left, right, float(share))
        else:
            stop = last.values[1] - CUT * self.span[1]
            share = (left.values[1] - stop) / (left.values[1] - right.values[1])
            left = between(self.search, left, right, float(share))
        inside = 0 < share < 1 and right.values[1] <= level <= left.values[1]
        return (left, right) if inside else None

    def _slice(self, plan: FloatArray) -> Slice:
        key = key_of(self.search, plan)
        if key not in self._slices:
            self._slices[key] = Slice(self.search, plan, self.box, self.span)
        return self._slices[key]


def _between(levels: FloatArray, edge: tuple[Found, Found]) -> bool:
    top, bottom = edge[0].values[1], edge[1].values[1]
    return bool(((bottom <= levels) & (levels <= top)).any())
