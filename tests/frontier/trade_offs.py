"""Small random cases with something to trade off, and what their fronts are by plain re-solves."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
from optimizer.agreement import checked
from secondsource.models.case import Case
from secondsource.optimizer.frontier import Front
from secondsource.optimizer.highs import Options, Session
from secondsource.optimizer.lexicographic import least
from secondsource.optimizer.solve import Built, build

Data = dict[str, Any]
Point = tuple[float, float, bool]
"""Values of both objectives, and whether the line from the point before is part of the front."""
WORSE: list[Data] = [
    {"field": "price", "op": "multiply", "value": 3},
    {"field": "capacity", "op": "multiply", "value": 0.25},
]
"""What a ban does to an offer."""


def traded(seed: int, *, whole: bool = True) -> Data:
    """Slow cheap offers and quick dear ones, most of them with something to decide once.

    Args:
        seed: of the dice.
        whole: whether there are yes/no decisions; without them the front is convex.
    """
    dice = random.Random(seed)
    periods = dice.choice([1, 1, 2, 3])
    offers = []
    for number in range(dice.randint(3, 6)):
        days = dice.choice([5, 20, 40, 80, 150, 300])
        row: Data = {
            "offer": f"o{number}", "site": "shop", "material": "ore",
            "origin": dice.choice(["CN", "US", "DE"]),
            "price": round(30 / (1 + days / 40) + dice.uniform(0, 8), 2), "lead_days": days,
            "capacity": dice.choice([4, 6, 10, 15]),
        }  # fmt: skip
        if whole:
            row |= dice.choice([{}, {"min_order": 3}, {"order_cost": dice.randint(2, 25)}])
            row |= dice.choice([{}, {"select_cost": dice.randint(3, 60)}])
        offers.append(row)
    case: Data = {
        "case": {"periods": periods, "months_per_period": 60, "cvar_level": 0.5,
                 "shortage_days": dice.choice([100, 365, 600])},
        "materials": [{"material": "ore", "price": 10}],
        "sites": [{"site": "shop", "country": "DE"}],
        "offers": offers,
        "demand": [{"site": "shop", "material": "ore", "quantity": dice.choice([8, 12, 20]),
                    "shortage_cost": dice.choice([15, 40, 100])}],
        "disposal": [{"site": "shop", "material": "ore", "cost": 1, "capacity": 9}],
        "stockpiles": [{"site": "shop", "material": "ore", "holding_cost": 0.5}],
    }  # fmt: skip
    if periods > 1 and dice.random() < 0.7:
        case["scenarios"] = [
            {"scenario": "calm", "probability": 0.6},
            {"scenario": "ban", "probability": 0.4, "parent": "calm", "branches_at": 2},
        ]
        case["changes"] = [
            {"scenario": "ban", "table": "offers", "key": f"o{number}", **dice.choice(WORSE)}
            for number in dice.sample(range(len(offers)), len(offers) // 2)
        ]
    return case


def corners_of(front: Front) -> list[Point]:
    """The points of an exact front."""
    first, second = front.asked.targets
    return [
        (one.solution.objectives[first], one.solution.objectives[second], bool(one.joined))
        for one in front.points
    ]


def least_first(points: Sequence[Point], limit: float) -> float:
    """The least first objective where the second is at most a limit, read off an exact front."""
    span = points[0][1] - points[-1][1]
    best = np.inf
    for at, (first, second, joined) in enumerate(points):
        if second <= limit + 1e-9 * span:
            best = min(best, first)
        if joined and points[at - 1][1] > limit >= second:
            before = points[at - 1]
            share = (before[1] - limit) / (before[1] - second)
            best = min(best, before[0] + share * (first - before[0]))
    return best


def built_for(data: Data, *targets: str) -> tuple[Case, Built]:
    """A case and its arrays with everything the targets need."""
    case = checked(data)
    return case, build(case, measures=targets)


def solved_anew(built: Built, target: str, caps: dict[str, float]) -> float | None:
    """The least of a target within caps, by a solve of its own; None without a plan."""
    session = Session(built.arrays, target)
    for name, limit in caps.items():
        session.cap(name, limit)
    options = Options(gap=0.0, threads=1)
    return least(session, built.arrays, target, options, None)[0].objective
