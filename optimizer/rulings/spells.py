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
    """Spells of what holds at the nodes, scenarios together until they differ.

    Args:
        tree: the scenario tree.
        codes: what holds at each node. Shape (nodes,).
        first, last: periods to look at.
    """
    along = np.asarray(codes)[tree.paths]
    found: list[Spell] = []

    def walk(members: list[int], period: int) -> None:
        until = period
        while until <= last and len(set(along[members, until - 1].tolist())) == 1:
            until += 1
        begun = period
        for now in range(period, until):
            if now + 1 == until or along[members[0], now] != along[members[0], now - 1]:
                names = tuple(tree.scenarios[member] for member in members)
                node = int(tree.paths[members[0], begun - 1])
                found.append(Spell(names, begun, now, int(along[members[0], now - 1]), node))
                begun = now + 1
        if until <= last:
            parts: dict[int, list[int]] = {}
            for member in members:
                parts.setdefault(int(along[member, until - 1]), []).append(member)
            for part in parts.values():
                walk(part, until)

    walk(list(range(len(tree.scenarios))), first)
    return found
