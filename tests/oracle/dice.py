"""A seeded source of numbers and choices for random cases."""

from __future__ import annotations

import random
from typing import Any

Row = dict[str, Any]


class Dice:
    """A seeded source of numbers and choices."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def number(self, low: float, high: float) -> float:
        """A number with two decimals."""
        return round(self._random.uniform(low, high), 2)

    def whole(self, low: int, high: int) -> int:
        """A whole number, ends included."""
        return self._random.randint(low, high)

    def one(self, *options: Any) -> Any:
        """One of the options."""
        return self._random.choice(options)

    def chance(self, probability: float) -> bool:
        """True that often."""
        return self._random.random() < probability

    def some(self, probability: float, **columns: Any) -> Row:
        """Each of the columns with a probability."""
        return {key: value for key, value in columns.items() if self.chance(probability)}

    def window(self, probability: float, periods: int) -> Row:
        """Start and end periods, each with a probability, in order."""
        start = self.whole(1, periods)
        return self.some(probability, start=start, end=self.whole(start, periods))
