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
from .slices import Slice, between, key_of


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

    def prove(self, plan: FloatArray, level: float) -> Found | None:
        """Try to prove the edge that a plan at a level lies on; None if it cannot be."""
        if not self.of_use:
            return None
        edge = self._slice(plan).edge_at(level)
        if edge is None:
            return None
        left, right = edge
        weights = normal(left.values, right.values, self.span)
        limits = {0: float(right.values[0]), 1: float(left.values[1])}
        line = float(weights @ left.values)
        gap = self.search.options.gap * float((weights * np.abs(left.values)).min()) / abs(line)
        best = self.search.least_sum(weights, limits, plan, gap)
        if best is None or below(self.search.values(best[0]), left.values, weights):
            return None
        slack = max(line - best[1], 0.0) / weights
        self._pieces.append(Piece(left, right, slack))
        return self.at(level)

    def _slice(self, plan: FloatArray) -> Slice:
        key = key_of(self.search, plan)
        if key not in self._slices:
            self._slices[key] = Slice(self.search, plan, self.box, self.span)
        return self._slices[key]
