"""Ways in which goods move: what moves, from which marks to which, and what the rules ask of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..tree import FloatArray, IntArray

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Cargo:
    """What can move: a variant at dispatch, what it is on arrival, and under which licences.

    Attributes:
        before, after: variants. Shape (cargoes,). The first cargoes are the variants themselves.
        licences: (rule, end use) of the licences of each cargo. Length cargoes.
    """

    before: IntArray
    after: IntArray
    licences: list[tuple[tuple[int, int], ...]]


@dataclass(frozen=True)
class Routes:
    """Ways in which goods can move, one for each move, node and way.

    Attributes:
        which: position of the move that was asked for.
        node: node of dispatch.
        cargo: what moves.
        way: way under the rules, see :class:`Movements`.
    """

    which: IntArray
    node: IntArray
    cargo: IntArray
    way: IntArray

    def where(self, chosen: BoolArray | IntArray) -> Routes:
        """Some of them, by mask or by position."""
        return Routes(self.which[chosen], self.node[chosen], self.cargo[chosen], self.way[chosen])


@dataclass(frozen=True)
class Burdens:
    """What the rules ask of routes. All arrays have shape (routes,).

    Attributes:
        review: days of review added to the lead time.
        waiting: days of licence review that the lead-time objective counts on top.
        tariff: duties as a share of the price.
        unit_cost: cost per unit.
    """

    review: FloatArray
    waiting: FloatArray
    tariff: FloatArray
    unit_cost: FloatArray
