"""Columns and rows added to arrays that are there already.

What is added comes after everything else, so that positions in the old arrays stay what they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from ..arrays import Arrays
from ..tree import FloatArray, IntArray


@dataclass(frozen=True)
class NewColumns:
    """A family of continuous columns.

    Attributes:
        family: its name.
        members: what each stands for. Shape (columns, parts).
        upper: upper bounds; lower bounds are 0. Shape (columns,).
        cost: coefficients of the cost. Shape (columns,).
        rows, owner, values: entries: row of the arrays, number of the new column, coefficient.
    """

    family: str
    members: IntArray
    upper: FloatArray
    cost: FloatArray
    rows: IntArray
    owner: IntArray
    values: FloatArray


@dataclass(frozen=True)
class NewRows:
    """A family of rows.

    Attributes:
        family: its name.
        members: what each stands for. Shape (rows, parts).
        lower, upper: sides. Shape (rows,).
        owner, columns, values: entries: number of the new row, column of the arrays, coefficient.
    """

    family: str
    members: IntArray
    lower: FloatArray
    upper: FloatArray
    owner: IntArray
    columns: IntArray
    values: FloatArray


def with_columns(arrays: Arrays, added: Sequence[NewColumns]) -> Arrays:
    """Arrays with more columns; families without members are left out."""
    height, width = arrays.matrix.shape
    columns, members = dict(arrays.columns), dict(arrays.members)
    blocks, cost, upper = [arrays.matrix], [arrays.objectives["cost"]], [arrays.upper]
    for new in added:
        size = len(new.members)
        if not size:
            continue
        columns[new.family], members[new.family] = slice(width, width + size), new.members
        width += size
        entries = (new.values, (new.rows, new.owner))
        blocks.append(sparse.coo_array(entries, shape=(height, size)).tocsr())
        cost.append(new.cost)
        upper.append(new.upper)
    more = width - arrays.matrix.shape[1]
    if not more:
        return arrays
    return replace(
        arrays,
        matrix=_narrow(sparse.hstack(blocks, format="csr")),
        lower=np.concatenate([arrays.lower, np.zeros(more)]),
        upper=np.concatenate(upper),
        integer=np.concatenate([arrays.integer, np.zeros(more, dtype=bool)]),
        objectives={
            name: np.concatenate(cost if name == "cost" else [values, np.zeros(more)])
            for name, values in arrays.objectives.items()
        },
        columns=columns,
        members=members,
    )


def with_rows(arrays: Arrays, added: Sequence[NewRows]) -> Arrays:
    """Arrays with more rows; families without members are left out."""
    height, width = arrays.matrix.shape
    rows, members = dict(arrays.rows), dict(arrays.members)
    blocks, lower, upper = [arrays.matrix], [arrays.row_lower], [arrays.row_upper]
    for new in added:
        size = len(new.members)
        if not size:
            continue
        rows[new.family], members[new.family] = slice(height, height + size), new.members
        height += size
        entries = (new.values, (new.owner, new.columns))
        blocks.append(sparse.coo_array(entries, shape=(size, width)).tocsr())
        lower.append(new.lower)
        upper.append(new.upper)
    if height == arrays.matrix.shape[0]:
        return arrays
    return replace(
        arrays,
        matrix=_narrow(sparse.vstack(blocks, format="csr")),
        row_lower=np.concatenate(lower),
        row_upper=np.concatenate(upper),
        rows=rows,
        members=members,
    )


def _narrow(matrix: sparse.csr_array) -> sparse.csr_array:
    """The matrix with 32-bit indices, as the solver wants them, and sorted rows."""
    matrix.sort_indices()
    matrix.indices = matrix.indices.astype(np.int32, copy=False)
    matrix.indptr = matrix.indptr.astype(np.int32, copy=False)
    return matrix
