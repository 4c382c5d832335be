"""Drawn numbers as a person would write them, and rows made of whole columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...models.fields import Row

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
R = TypeVar("R", bound=Row)


def rounded(values: Iterable[float], digits: int = 3) -> list[float]:
    """Values with so many significant digits; a file says 0.0123 and not 0.012345678901."""
    return [float(f"{value:.{digits}g}") for value in values]


def spread(draw: np.random.Generator, size: int, width: float) -> FloatArray:
    """Positive factors around 1: about two thirds lie within a factor of exp(width)."""
    return np.exp(width * draw.standard_normal(size))


def ordinals(size: int) -> list[str]:
    """'01', '02', ... with as many digits as the last one needs."""
    digits = max(2, len(str(size)))
    return [f"{number:0{digits}d}" for number in range(1, size + 1)]


def where(chosen: BoolArray, values: Sequence[Any]) -> list[Any]:
    """Values where they are chosen, else blank."""
    return [value if use else None for use, value in zip(chosen.tolist(), values, strict=True)]


def table(model: type[R], **columns: Any) -> list[R]:
    """Rows of a table from its columns: lists of one length, or one value for every row.

    Columns are named as in a file, but for ``from_``. Every row is marked as illustrative.
    """
    listed = {name: values for name, values in columns.items() if isinstance(values, list)}
    shared = {name: value for name, value in columns.items() if not isinstance(value, list)}
    shared["confidence"] = "illustrative"
    names = list(listed)
    return [
        model(**shared, **dict(zip(names, cells, strict=True)))
        for cells in zip(*listed.values(), strict=True)
    ]
