"""In which order points are solved: each next to the one before, so that little changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...models.sweep import Setting
from ..designs import Point
from ..tree import FloatArray

TOUR = 1000
"""Points of one tour; choosing the nearest of more takes longer than it saves."""


MOST_WORDS = 50
"""Words of an input that are told apart."""


def by_nearness(first: Point, points: Sequence[Point]) -> list[int]:
    """Positions of points in an order in which neighbours differ little.

    From the first point on always to the nearest one that is left (of equals to the earliest),
    where each input counts from its least to its greatest value as one, and another word than a
    number as one too.
    """
    places = _places([first, *points])
    order: list[int] = []
    for start in range(1, len(places), TOUR):
        part = places[start : start + TOUR]
        here = places[order[-1] + 1] if order else places[0]
        order += [start - 1 + at for at in _tour(here, part)]
    return order


def _tour(here: FloatArray, places: FloatArray) -> list[int]:
    left = np.arange(len(places))
    found = []
    while len(left):
        at = int(np.argmin(np.abs(places[left] - here).sum(axis=1)))
        found.append(int(left[at]))
        here = places[left[at]]
        left = np.delete(left, at)
    return found


def _places(points: Sequence[Point]) -> FloatArray:
    """Where points lie. Shape (points, columns): one for an input of numbers, more for words."""
    columns = [np.zeros((len(points), 1))]
    for values in zip(*points, strict=True):
        words = sorted({value for value in values if isinstance(value, str)})
        if words:
            chosen = [words.index(value) if isinstance(value, str) else -1 for value in values]
            apart = np.asarray(chosen)[:, None] == np.arange(len(words))[:MOST_WORDS]
            columns.append(apart / 2)
        else:
            columns.append(_within_one(values)[:, None])
    return np.hstack(columns)


def _within_one(values: Sequence[Setting]) -> FloatArray:
    """Numbers from 0 to 1; what the case has is taken to be in the middle."""
    numbers = np.array([np.nan if value is None else float(value) for value in values])
    known = numbers[~np.isnan(numbers)]
    if not len(known) or np.ptp(known) == 0:
        return np.zeros(len(numbers))
    within = (numbers - known.min()) / np.ptp(known)
    return np.where(np.isnan(within), 0.5, within)
