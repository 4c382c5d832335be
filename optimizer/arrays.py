"""Arrays of a mixed-integer linear program, with what its columns and rows mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .measures import Measures
from .tree import FloatArray, IntArray


@dataclass(frozen=True)
class Arrays:
    """A mixed-integer linear program: ``row_lower <= A x <= row_upper``, ``lower <= x <= upper``.

    Attributes:
        matrix: A, by rows. Shape (rows, columns).
        row_lower, row_upper: sides of the rows.
        lower, upper: bounds of the columns.
        integer: whether a column must be whole.
        objectives: name -> coefficients. Shape (columns,) each.
        offsets: name -> constant of the objective.
        columns: family -> slice of columns, in the order of the family's index set.
        rows: family -> slice of rows, likewise.
        members: family -> members of its index set, for columns and rows alike.
        measures: what tells risk and concentration of a point; None where nobody asks.
    """

    matrix: sparse.csr_array
    row_lower: FloatArray
    row_upper: FloatArray
    lower: FloatArray
    upper: FloatArray
    integer: NDArray[np.bool_]
    objectives: dict[str, FloatArray]
    offsets: dict[str, float]
    columns: dict[str, slice]
    rows: dict[str, slice]
    members: dict[str, IntArray]
    measures: Measures | None = None

    def column_names(self) -> list[str]:
        """'family[i,j,k]' of every column."""
        return _names(self.columns, self.members)

    def row_names(self) -> list[str]:
        """'family[i,j]' of every row."""
        return _names(self.rows, self.members)


def _names(parts: dict[str, slice], members: dict[str, IntArray]) -> list[str]:
    names: list[str] = []
    for family in parts:
        names += [f"{family}[{','.join(map(str, member))}]" for member in members[family].tolist()]
    return names
