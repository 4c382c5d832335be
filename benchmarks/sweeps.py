"""The sweeps that the benchmarks run: prices, demand and capacities, in rows of neighbours."""

from __future__ import annotations

from itertools import product

import numpy as np
import secondsource.optimizer.quick_start  # noqa: F401  # before anything that imports scipy
from scipy.stats import qmc
from secondsource.models.rule_rows import Change
from secondsource.optimizer.starts import LONGEST
from secondsource.optimizer.sweep.order import by_nearness

Point = list[Change]
"""Changes of the case at a point; those of prices come last."""

PRICES, DEMANDS, CAPACITIES = (0.85, 1.2), (0.9, 1.1), (0.8, 1.2)
"""Least and greatest factor on every price, all demand and the capacity of every plant."""


def lines(points: int) -> list[list[Point]]:
    """One input at a time: from the case as it is down and up, a sixth of the points each way."""
    rows = []
    for which, factors in enumerate((PRICES, DEMANDS, CAPACITIES)):
        for way, end in enumerate(factors):
            count = (points + 5 - 2 * which - way) // 6
            steps = np.linspace(1.0, end, count + 1)[1:].tolist()
            ones = [1.0, 1.0, 1.0]
            rows.append([_changes(*ones[:which], step, *ones[which + 1 :]) for step in steps])
    return rows[::-1]


def grid(points: int) -> list[list[Point]]:
    """All inputs at once: 8 prices for each of 5 demands and 5 capacities."""
    prices, demands, capacities = (
        np.linspace(*factors, count).tolist()
        for factors, count in ((PRICES, 8), (DEMANDS, 5), (CAPACITIES, 5))
    )
    return _rows(list(product(prices, demands, capacities))[:points])


def sample(points: int) -> list[list[Point]]:
    """All inputs at once, drawn evenly."""
    unit = qmc.LatinHypercube(3, seed=0).random(points)
    factors = np.array([PRICES, DEMANDS, CAPACITIES])
    return _rows([tuple(row) for row in (factors[:, 0] + unit * np.diff(factors).T[0]).tolist()])


def _rows(drawn: list[tuple[float, ...]]) -> list[list[Point]]:
    """Points in the order and the rows in which a sweep solves them."""
    order = by_nearness((1.0, 1.0, 1.0), drawn)
    found = [_changes(*drawn[at]) for at in order]
    return [found[at : at + LONGEST] for at in range(0, len(found), LONGEST)]


SWEEPS = {"lines": lines, "grid": grid, "sample": sample}


def _changes(price: float, demand: float, capacity: float) -> Point:
    factors = {
        ("plants", "capacity"): capacity,
        ("demand", "quantity"): demand,
        ("offers", "price"): price,
        ("offer_tiers", "price"): price,
    }
    return [
        Change(table=table, key="*", field=field, op="multiply", value=factor)
        for (table, field), factor in factors.items()
        if factor != 1.0
    ]
