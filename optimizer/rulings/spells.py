"""Spells: what holds from when to when, in which scenarios, along the paths of the tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..tree import IntArray, Tree


@dataclass(frozen=True)
class Spell:
    """A stretch of periods in which one thing holds.

    Attributes:
        scenarios: scenarios in which it does.
        first, last: periods.
        code: what holds.
        node: a node of it.
    """

    scenarios: tuple[str, ...]
    first: int
    last: int
    code: int
    node: int


def spells(tree: Tree, codes: Sequence[int] | IntArray, first: int, last: int) -> list[Spell]:
    """Spells of what holds at the nodes, in order of time; scenarios with the same one together.

    Args:
        tree: the scenario tree.
        codes: what holds at each node. Shape (nodes,).
        first: first period to look at.
        last: last period to look at.
    """
    along = np.asarray(codes)[tree.paths[:, first - 1 : last]]
    found: dict[tuple[int, int, int], tuple[list[str], int]] = {}
    for position, name in enumerate(tree.scenarios):
        begun = 0
        for now in range(1, along.shape[1] + 1):
            if now == along.shape[1] or along[position, now] != along[position, begun]:
                key = first + begun, first + now - 1, int(along[position, begun])
                node = int(tree.paths[position, key[0] - 1])
                found.setdefault(key, ([], node))[0].append(name)
                begun = now
    order = {name: position for position, name in enumerate(tree.scenarios)}
    return [
        Spell(tuple(names), *key, node)
        for key, (names, node) in sorted(
            found.items(), key=lambda item: (item[0][0], order[item[1][0][0]])
        )
    ]
