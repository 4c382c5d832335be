"""Points spread evenly over a front of two targets: the epsilon-constraint method.

Haimes, Lasdon and Wismer (1971): minimise the first target under a limit on the second. Each point
is made efficient by then minimising the second with the first held, which costs a solve that the
penalised slacks of Mavrotas (2009) save, and in return needs no penalty small enough for that.
A limit at which the answer is known already is not solved again: because a looser limit gave a
plan that keeps it (Mavrotas and Florios 2013 skip the same points), or because it falls on an edge
of the front that is proven (:mod:`.pieces`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np

from ..tree import FloatArray
from .pieces import Pieces
from .search import Found, Search
from .shape import SAME


def spread(search: Search, first: Found, last: Found, count: int) -> Iterator[Found]:
    """Efficient points whose second target is at most so many evenly spaced levels.

    The middle comes first, then the middles of the halves, so that whatever is there when time
    runs out is spread evenly too.

    Args:
        search: two targets.
        first: the end with the least of the first target.
        last: the end with the least of the second.
        count: how many levels there are with both ends.

    Yields:
        Points between the ends, in the order in which they are found.
    """
    levels = np.linspace(first.values[1], last.values[1], count)
    slack = SAME * abs(first.values[1] - last.values[1])
    known = [(np.inf, first), (levels[-1], last)]
    waiting, open_levels = deque([(0, count - 1)]), np.ones(count, dtype=bool)
    open_levels[[0, -1]] = False
    pieces = Pieces(search, first, last)
    while waiting:
        low, high = waiting.popleft()
        if high - low < 2:
            continue
        middle = (low + high) // 2
        waiting += [(low, middle), (middle, high)]
        level, open_levels[middle] = levels[middle], False
        if any(limit >= level and one.values[1] <= level + slack for limit, one in known):
            continue
        found = pieces.at(level)
        if found is None:
            fits = (one for _, one in known if one.values[1] <= level)
            start = min(fits, key=_first, default=last)
            found = _at_most(search, pieces, float(level), levels[open_levels], start)
        if found is not None:
            known.append((level, found))
            yield found


def _at_most(
    search: Search, pieces: Pieces, level: float, others: FloatArray, start: Found
) -> Found | None:
    """The efficient point with the least first target where the second is at most a level."""
    order = (0, 1)
    done = search.least(0, {1: level}, start.plan, search.tidy(order, 0))
    if done is None:
        return None
    found = pieces.prove(done[0], level, others)
    return search.efficient(order, {1: level}, done=done) if found is None else found


def _first(found: Found) -> float:
    return float(found.values[0])
