"""What a worker of a sweep runs: it needs numpy and HiGHS only, and sends back little."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

import numpy as np

from ..arrays import Arrays
from ..executors.protocol import Failed, attempt
from ..patches import Patch
from ..resolve import Answer, Resolver, Setup
from ..tree import FloatArray, IntArray

FAMILIES = {
    "select": "select_offer",
    "sign": "sign_contract",
    "open": "open_plant",
    "modules": "add_modules",
    "lane_open": "open_lane",
    "stock_open": "open_stockpile",
}
"""Family of columns -> decision in the table of a plan."""
TAKEN = 1e-6
"""Quantities below this are decisions not taken."""


@dataclass(frozen=True)
class Solved:
    """An answer without its plan, and what the plan decides.

    Attributes:
        answer: its ``point`` is None.
        planned: whether there is a plan.
        taken: family -> members that are decided, and how much of each.
    """

    answer: Answer
    planned: bool
    taken: dict[str, tuple[IntArray, FloatArray]]


def start(setup: Setup) -> Resolver:
    """A loaded model."""
    return Resolver(setup)


def work(resolver: Resolver, changes: list[Patch | Arrays | None]) -> list[Solved | Failed]:
    """Solve neighbours; those up to the first that takes a search, which may take long.

    After Ctrl-C the last one is perhaps not solved to the end. A point that fails costs no other.
    """
    resolver.begin()
    found: list[Solved | Failed] = []
    try:
        for change in changes:
            found.append(attempt(_solved, resolver, change))
            if resolver.interrupted or resolver.searched:
                break
    except KeyboardInterrupt:
        if not found or os.name != "posix":  # elsewhere nobody else hears of it
            raise
    return found


def _solved(resolver: Resolver, change: Patch | Arrays | None) -> Solved:
    answer = resolver.go_on(change)
    arrays = change if isinstance(change, Arrays) else resolver.setup.arrays
    if answer.point is None:
        return Solved(answer, False, {})
    taken = {}
    for family in FAMILIES:
        if family in arrays.columns:
            amount = answer.point[arrays.columns[family]]
            at = np.flatnonzero(amount > TAKEN)
            taken[family] = arrays.members[family][at], amount[at]
    return Solved(replace(answer, point=None), True, taken)
