"""Differences between arrays of one shape: what travels instead of whole models."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from .arrays import Arrays
from .measures import Measures
from .tree import FloatArray, IntArray

Change = tuple[IntArray, FloatArray]
"""Positions that differ, and their new values."""


@dataclass(frozen=True)
class Patch:
    """What differs between two arrays of one shape.

    Attributes:
        lower, upper: bounds of columns.
        row_lower, row_upper: sides of rows.
        objectives: name -> coefficients.
        offsets: name -> constant, where it differs.
        entries: (row, column) of coefficients that differ. Shape (entries, 2).
        values: their new values, 0 where one is gone. Shape (entries,).
        measures: those of the new arrays, None where they did not change.
    """

    lower: Change
    upper: Change
    row_lower: Change
    row_upper: Change
    objectives: dict[str, Change]
    offsets: dict[str, float]
    entries: IntArray
    values: FloatArray
    measures: Measures | None = None

    @property
    def size(self) -> int:
        """How many numbers differ."""
        parts = [self.lower, self.upper, self.row_lower, self.row_upper, *self.objectives.values()]
        return sum(len(at) for at, _ in parts) + len(self.values) + len(self.offsets)


def same_shape(before: Arrays, after: Arrays) -> bool:
    """Whether two arrays have the same columns and rows, meaning for meaning."""
    return (
        before.columns == after.columns
        and before.rows == after.rows
        and before.objectives.keys() == after.objectives.keys()
        and np.array_equal(before.integer, after.integer)
        and all(
            before.members[name] is members or np.array_equal(before.members[name], members)
            for name, members in after.members.items()
        )
    )


def difference(before: Arrays, after: Arrays) -> Patch | None:
    """What turns some arrays into others; None where they have other columns or rows."""
    if before is not after and not same_shape(before, after):
        return None
    entries, values = _entries(before.matrix, after.matrix)
    objectives = {
        name: _changed(before.objectives[name], costs) for name, costs in after.objectives.items()
    }
    return Patch(
        lower=_changed(before.lower, after.lower),
        upper=_changed(before.upper, after.upper),
        row_lower=_changed(before.row_lower, after.row_lower),
        row_upper=_changed(before.row_upper, after.row_upper),
        objectives={name: change for name, change in objectives.items() if len(change[0])},
        offsets={
            name: value for name, value in after.offsets.items() if value != before.offsets[name]
        },
        entries=entries,
        values=values,
        measures=None if before.measures is after.measures else after.measures,
    )


def patched(arrays: Arrays, patch: Patch) -> Arrays:
    """Arrays with a patch on them; parts that do not differ are shared."""
    return replace(
        arrays,
        matrix=_with_entries(arrays.matrix, patch.entries, patch.values),
        lower=_put(arrays.lower, patch.lower),
        upper=_put(arrays.upper, patch.upper),
        row_lower=_put(arrays.row_lower, patch.row_lower),
        row_upper=_put(arrays.row_upper, patch.row_upper),
        objectives={
            name: _put(costs, patch.objectives[name]) if name in patch.objectives else costs
            for name, costs in arrays.objectives.items()
        },
        offsets={**arrays.offsets, **patch.offsets},
        measures=patch.measures or arrays.measures,
    )


def _changed(before: FloatArray, after: FloatArray) -> Change:
    if before is after:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    at = np.flatnonzero(before != after)
    return at, after[at]


def _put(values: FloatArray, change: Change) -> FloatArray:
    at, new = change
    if not len(at):
        return values
    values = values.copy()
    values[at] = new
    return values


def _same_pattern(before: sparse.csr_array, after: sparse.csr_array) -> bool:
    return (
        before.nnz == after.nnz
        and np.array_equal(before.indptr, after.indptr)
        and np.array_equal(before.indices, after.indices)
    )


def _rows_of(matrix: sparse.csr_array) -> IntArray:
    """Row of each entry."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def _entries(before: sparse.csr_array, after: sparse.csr_array) -> tuple[IntArray, FloatArray]:
    """Places and new values of the coefficients that differ."""
    if before is after:
        return np.zeros((0, 2), dtype=np.int64), np.zeros(0)
    if _same_pattern(before, after):
        at = np.flatnonzero(before.data != after.data)
        row = np.searchsorted(after.indptr, at, side="right") - 1
        return np.column_stack([row, after.indices[at]]).astype(np.int64), after.data[at]
    width = after.shape[1]
    old = _rows_of(before) * width + before.indices
    new = _rows_of(after) * width + after.indices
    known, of_old, of_new = np.intersect1d(old, new, assume_unique=True, return_indices=True)
    differs = before.data[of_old] != after.data[of_new]
    gone = np.setdiff1d(old, known, assume_unique=True)
    added = np.flatnonzero(~np.isin(new, known, assume_unique=True))
    places = np.concatenate([known[differs], new[added], gone])
    values = np.concatenate([after.data[of_new[differs]], after.data[added], np.zeros(len(gone))])
    return np.column_stack(np.divmod(places, width)).astype(np.int64), values


def _with_entries(
    matrix: sparse.csr_array, entries: IntArray, values: FloatArray
) -> sparse.csr_array:
    """The matrix with some coefficients replaced, added, or gone where the value is 0."""
    if not len(entries):
        return matrix
    width = matrix.shape[1]
    places = entries[:, 0] * width + entries[:, 1]
    own = _rows_of(matrix) * width + matrix.indices
    kept = ~np.isin(own, places)
    some = values != 0
    rows, columns = np.divmod(np.concatenate([own[kept], places[some]]), width)
    data = np.concatenate([matrix.data[kept], values[some]])
    made = sparse.coo_array((data, (rows.astype(np.int32), columns.astype(np.int32))), matrix.shape)
    changed = made.tocsr()
    changed.sort_indices()
    return changed
