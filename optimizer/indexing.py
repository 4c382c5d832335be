"""Integer index sets as arrays: the common currency between network, formulation and compiler."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from .tree import FloatArray, IntArray


def as_columns(*columns: IntArray) -> IntArray:
    """Stack equally long columns into members of an index set. Shape (members, columns)."""
    return np.column_stack([np.asarray(column, dtype=np.int64) for column in columns])


class Index:
    """An ordered set of distinct integer tuples that finds the position of many at once.

    Attributes:
        members: the tuples, shape (members, columns), all entries >= 0.
    """

    def __init__(self, members: IntArray) -> None:
        members = np.asarray(members, dtype=np.int64)
        self.members = members[:, None] if members.ndim == 1 else members

    def __len__(self) -> int:
        return len(self.members)

    @property
    def width(self) -> int:
        """Number of columns."""
        return int(self.members.shape[1])

    def column(self, position: int) -> IntArray:
        """One column of the members."""
        return self.members[:, position]

    @cached_property
    def _sizes(self) -> IntArray:
        return self.members.max(axis=0) + 1 if len(self) else np.ones(self.width, dtype=np.int64)

    @cached_property
    def _sorted(self) -> tuple[IntArray, IntArray]:
        codes = self._encode(self.members)
        order = np.argsort(codes, kind="stable")
        return codes[order], order

    def _encode(self, columns: IntArray) -> IntArray:
        code = np.zeros(len(columns), dtype=np.int64)
        for position in range(self.width):
            code = code * self._sizes[position] + columns[:, position]
        return code

    def positions(self, columns: IntArray) -> IntArray:
        """Position of each given tuple, -1 where it is not a member. Shape (tuples,)."""
        columns = np.asarray(columns, dtype=np.int64)
        if columns.ndim == 1:
            columns = columns[:, None]
        if not len(self) or not len(columns):
            return np.full(len(columns), -1, dtype=np.int64)
        inside = ((columns >= 0) & (columns < self._sizes)).all(axis=1)
        codes, order = self._sorted
        wanted = np.where(inside, self._encode(columns), -1)
        at = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
        return np.where(inside & (codes[at] == wanted), order[at], -1)


def distinct(members: IntArray) -> tuple[IntArray, IntArray]:
    """Distinct tuples in order, and the position of each given one among them.

    Like ``numpy.unique`` over rows, but by one number for each tuple, which is much faster.

    Args:
        members: tuples of entries >= 0. Shape (members, columns).
    """
    sizes = members.max(axis=0) + 1 if len(members) else np.ones(members.shape[1], dtype=np.int64)
    code = np.zeros(len(members), dtype=np.int64)
    for size, column in zip(sizes, members.T, strict=True):
        code = code * size + column
    _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    return members[first], inverse.reshape(-1)


def ragged(starts: IntArray, counts: IntArray) -> tuple[IntArray, IntArray]:
    """Concatenate the ranges ``starts[i] .. starts[i] + counts[i] - 1``.

    Returns:
        For each element of the result the i it came from, and its value.
    """
    owner = np.repeat(np.arange(len(starts)), counts)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    return owner, np.arange(len(owner)) - first + np.repeat(starts, counts)


def matching(left: IntArray, right: IntArray) -> tuple[IntArray, IntArray]:
    """All pairs (i, j) with ``left[i] == right[j]``, in order of i."""
    order = np.argsort(right, kind="stable")
    ordered = right[order]
    start = np.searchsorted(ordered, left, side="left")
    stop = np.searchsorted(ordered, left, side="right")
    owner, at = ragged(start, stop - start)
    return owner, order[at]


def total_by(keys: IntArray, amounts: FloatArray, size: int) -> FloatArray:
    """Sum of the amounts of each key. Shape (size,)."""
    return np.asarray(np.bincount(keys, weights=amounts, minlength=size), dtype=float)
