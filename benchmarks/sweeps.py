"""The sweeps that the benchmarks run: prices, demand and capacities on a grid."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from secondsource.models.rule_rows import Change

WIDE = {"offers": "*", "offer_tiers": "*", "demand": "*", "plants": "*"}
"""Every price, all demand and every plant together: the hardest sweep."""
NARROW = {"offers": "JLMag*", "offer_tiers": "JLMag*", "demand": "*", "plants": "EE-NEO*"}
"""One supplier's prices, all demand, and the plants of one site, in the bundled magnet case."""


@dataclass(frozen=True)
class Grid:
    """Factors on prices, demand and capacities, prices changing fastest, to and fro.

    Attributes:
        selectors: table -> what of it is changed.
        prices, demands, capacities: how many factors of each.
    """

    selectors: dict[str, str]
    prices: int = 8
    demands: int = 5
    capacities: int = 5

    def points(self) -> Iterator[list[Change]]:
        """Changes of each point."""
        prices = np.linspace(0.85, 1.2, self.prices)
        demands = np.linspace(0.9, 1.1, self.demands)
        capacities = np.linspace(0.8, 1.2, self.capacities)
        outer = list(_to_and_fro(capacities, demands))
        for (capacity, demand), price in _to_and_fro(outer, prices):
            yield self._changes(float(price), float(demand), float(capacity))

    def _changes(self, price: float, demand: float, capacity: float) -> list[Change]:
        factors = {
            ("offers", "price"): price,
            ("offer_tiers", "price"): price,
            ("demand", "quantity"): demand,
            ("plants", "capacity"): capacity,
        }
        return [
            Change(table=table, key=self.selectors[table], field=field, op="multiply", value=factor)
            for (table, field), factor in factors.items()
            if table in self.selectors
        ]


def _to_and_fro(
    outer: Sequence[object], inner: Sequence[object]
) -> Iterator[tuple[object, object]]:
    """Pairs of a grid in an order in which neighbours differ by one step."""
    for number, first in enumerate(outer):
        yield from itertools.product([first], inner if number % 2 == 0 else inner[::-1])
