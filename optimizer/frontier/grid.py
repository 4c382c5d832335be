"""Three targets: the first minimised under a grid of limits on the other two.

The augmented epsilon-constraint method (Mavrotas 2009) with every point made efficient by
minimising the other targets in turn. Levels run from the worst value among the three ends to the
best. A combination is not solved where a looser one gave a plan that keeps it, or had none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .search import Found, Search
from .shape import SAME


def grid(search: Search, ends: Sequence[Found], count: int) -> Iterator[Found]:
    """Efficient points of three targets, in the order in which they are found.

    Args:
        search: three targets.
        ends: the lexicographically best plan of each.
        count: levels of the second and of the third target.
    """
    values = np.array([end.values for end in ends])
    worst, best = values.max(axis=0), values.min(axis=0)
    slack = SAME * (worst - best)
    second, third = (np.linspace(worst[at], best[at], count) for at in (1, 2))
    known = [(np.array([np.inf, np.inf]), ends[0])]
    impossible: list[np.ndarray] = []
    for first_limit in second:
        for second_limit in third:
            limits = np.array([first_limit, second_limit])
            if any((limits <= none).all() for none in impossible):
                break
            if any(
                (loose >= limits).all() and (one.values[1:] <= limits + slack[1:]).all()
                for loose, one in known
            ):
                continue
            fits = [one for _, one in known if (one.values[1:] <= limits).all()]
            start = min(fits, key=lambda one: float(one.values[0])).plan if fits else None
            found = search.efficient((0, 1, 2), dict(enumerate(limits, start=1)), start)
            if found is None:
                impossible.append(limits)
                break
            known.append((limits, found))
            yield found
