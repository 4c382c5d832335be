"""Decisions that are taken before the futures part, kept where another future comes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..arrays import Arrays
from ..labels import Labels
from ..network import Network
from ..solve import Built
from ..stress.history import column_nodes, with_past
from ..tree import FloatArray, IntArray, Tree

ROOM = 1e-6
"""Room left around amounts where rounding alone stands in their way, relative to them."""


def first_branch(tree: Tree) -> int:
    """First period in which some future has left another; periods + 1 where none ever does."""
    apart = np.flatnonzero((tree.paths != tree.paths[:1]).any(axis=0))
    return int(apart[0]) + 1 if len(apart) else tree.periods + 1


def two_stages(tree: Tree) -> bool:
    """Whether all futures part in the same period, so that each is known from then on."""
    start = first_branch(tree)
    later = tree.paths[:, start - 1 :]
    return all(len(np.unique(nodes)) == len(nodes) for nodes in later.T)


@dataclass(frozen=True)
class Kept:
    """What is left to decide in a future once a plan's first decisions are kept there.

    Arrays only, so that it travels.

    Attributes:
        exactly: with everything before the futures part held.
        nearly: the same with a millionth of room around amounts that need not be whole.
        lost: amounts that have no counterpart there, so that they could not be kept.
    """

    exactly: Arrays
    nearly: Arrays
    lost: int


@dataclass(frozen=True)
class Trunk:
    """What a plan does before the futures part.

    Attributes:
        amounts: decision, by what people call it -> its amount; those of 0 are left out.
    """

    amounts: dict[str, float]

    @classmethod
    def of(cls, built: Built, point: FloatArray, start: int) -> Trunk:
        """What a point does before a period."""
        found = trunk_columns(built.network, built.arrays, start)
        whole = built.arrays.integer
        amounts = {
            name: float(np.round(point[at]) if whole[at] else point[at])
            for name, at in found.items()
        }
        return cls({name: amount for name, amount in amounts.items() if amount})

    def kept(self, built: Built, start: int) -> Kept:
        """A network with everything before a period held at these amounts.

        Args:
            built: any future, or all of them.
            start: first period that is free.
        """
        columns = trunk_columns(built.network, built.arrays, start)
        values = np.zeros(built.arrays.matrix.shape[1])
        lost = 0
        for name, amount in self.amounts.items():
            if name in columns:
                values[columns[name]] = amount
            else:
                lost += 1
        held = with_past(built.network, built.arrays, values, start)
        own = np.fromiter(columns.values(), np.int64)
        return Kept(held, _with_room(built.arrays, held, own), lost)


def trunk_columns(network: Network, arrays: Arrays, start: int) -> dict[str, int]:
    """Decisions before a period, by what people call them whatever the future -> column."""
    tree = replace(network.tree, owner=("",) * network.tree.size)
    plain = replace(network, frame=replace(network.frame, tree=tree))
    labels = Labels(plain, arrays)
    nodes = column_nodes(network, arrays)
    before = (nodes >= 0) & (tree.period[np.maximum(nodes, 0)] < start)
    found: dict[str, int] = {}
    for family, part in arrays.columns.items():
        chosen = np.flatnonzero(before[part])
        names = labels.of(family, arrays.members[family][chosen]) if len(chosen) else []
        found.update(zip(names, (chosen + part.start).tolist(), strict=True))
    return found


def _with_room(free: Arrays, held: Arrays, columns: IntArray) -> Arrays:
    lower, upper = held.lower.copy(), held.upper.copy()
    loose = columns[~free.integer[columns]]
    room = ROOM * np.maximum(1.0, np.abs(lower[loose]))
    lower[loose] = np.maximum(lower[loose] - room, free.lower[loose])
    upper[loose] = np.minimum(upper[loose] + room, free.upper[loose])
    return replace(held, lower=lower, upper=upper)
