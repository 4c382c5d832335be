"""Arrays that a HiGHS object holds: handed over once, then changed in place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from .arrays import Arrays
from .outcomes import SolverError
from .patches import Patch, difference
from .targets import RATIOS, linear
from .tree import FloatArray

MANY_COEFFICIENTS = 200
"""From so many coefficients on it is quicker to hand over the model than to change them."""


@dataclass(frozen=True)
class _Cap:
    """A row that keeps an objective at or below a limit."""

    row: int
    limit: float
    scale: float


class Held:
    """Arrays held by one HiGHS object, one of their objectives to minimise and caps on others.

    Rows are handed over times a power of two that brings the geometric mean of their largest and
    smallest entry near 1; powers of two lose no digit, and the answer is the same.
    """

    def __init__(self, arrays: Arrays, objective: str) -> None:
        self.arrays = arrays
        self.solver = new_solver()
        self.objective = objective
        self._at, self._shift = 0.0, 0.0
        self._caps: dict[str, _Cap] = {}
        self._load()

    def _set(self, option: str, value: Any) -> None:
        self._check(self.solver.setOptionValue(option, value), f"option {option}")

    def _check(self, status: Any, what: str) -> None:
        if status == highspy.HighsStatus.kError:
            raise SolverError(f"HiGHS refused the {what}")

    def _load(self) -> None:
        """Hand everything over anew."""
        arrays, matrix = self.arrays, self.arrays.matrix
        costs, offset = self.minimised()
        self.row_scale = row_scale(arrays.matrix)
        rows, columns = matrix.shape
        scale = np.repeat(self.row_scale, np.diff(matrix.indptr))
        status = self.solver.passModel(
            columns,
            rows,
            matrix.nnz,
            int(highspy.MatrixFormat.kRowwise),
            int(highspy.ObjSense.kMinimize),
            offset,
            costs,
            arrays.lower,
            arrays.upper,
            arrays.row_lower * self.row_scale,
            arrays.row_upper * self.row_scale,
            matrix.indptr.astype(np.int32, copy=False),
            matrix.indices.astype(np.int32, copy=False),
            matrix.data * scale,
            arrays.integer.astype(np.int32),
        )
        self._check(status, "model")

    def minimise(self, objective: str, at: float = 0.0, shift: float = 0.0) -> None:
        """Make another of the arrays' objectives the one to minimise.

        Args:
            objective: its name; of a ratio N / D it is N - at * D.
            at: see there.
            shift: constant to add, so that a gap relative to the objective has a meaning near 0.
        """
        self.objective, self._at, self._shift = objective, at, shift
        costs, offset = self.minimised()
        every = np.arange(len(costs), dtype=np.int32)
        self._check(self.solver.changeColsCost(len(costs), every, costs), "objective")
        self._check(self.solver.changeObjectiveOffset(offset), "objective")

    def minimised(self) -> tuple[FloatArray, float]:
        """Coefficients and constant of what is minimised."""
        costs, offset = linear(self.arrays, self.objective, self._at)
        return costs, offset + self._shift

    def cap(self, objective: str, limit: float) -> None:
        """Keep an objective at or below a limit; a later limit replaces an earlier one."""
        if objective in self._caps:
            known = replace(self._caps[objective], limit=limit)
            self._caps[objective] = known
            self._bound_cap(objective, known)
            return
        costs = linear(self.arrays, objective, _within_one(limit))[0]
        size = float(np.abs(costs).max(initial=0.0))
        scale = float(2.0 ** -np.round(np.log2(size))) if size > 0 else 1.0
        cap = _Cap(self.solver.getNumRow(), limit, scale)
        used = np.flatnonzero(costs).astype(np.int32)
        status = self.solver.addRow(
            -highspy.kHighsInf, self._cap_side(objective, cap), len(used), used, costs[used] * scale
        )
        self._check(status, f"cap on {objective}")
        self._caps[objective] = cap

    def _cap_side(self, objective: str, cap: _Cap) -> float:
        """Upper side of a cap's row; a ratio below 0 is impossible, and one above 1 no limit."""
        if objective in RATIOS:
            return min(cap.limit, 0.0) if cap.limit < np.inf else np.inf
        return (cap.limit - self.arrays.offsets[objective]) * cap.scale

    def _bound_cap(self, objective: str, cap: _Cap) -> None:
        side = self._cap_side(objective, cap)
        if objective in RATIOS:
            costs = linear(self.arrays, objective, _within_one(cap.limit))[0]
            for column in np.flatnonzero(self.arrays.objectives[RATIOS[objective][1]]).tolist():
                value = float(costs[column] * cap.scale)
                self._check(self.solver.changeCoeff(cap.row, column, value), f"cap on {objective}")
        status = self.solver.changeRowBounds(cap.row, -highspy.kHighsInf, side)
        self._check(status, f"cap on {objective}")

    def update(self, arrays: Arrays) -> Patch | None:
        """Hold other arrays instead, changing in place only what differs.

        The objective that is minimised and the caps stay. Arrays of another shape, and those with
        many other coefficients, are handed over anew (with the basis, where the shape is the same).

        Returns:
            What differed; None for another shape.
        """
        patch = difference(self.arrays, arrays)
        self.arrays = arrays
        if patch is None:
            self._reload()
        elif self._coefficients(patch) > MANY_COEFFICIENTS:
            basis = self.solver.getBasis()
            self._reload()
            self.solver.setBasis(basis)
        else:
            self._apply(patch)
        return patch

    def _reload(self) -> None:
        caps, self._caps = self._caps, {}
        self._load()
        for objective, cap in caps.items():
            self.cap(objective, cap.limit)

    def _coefficients(self, patch: Patch) -> int:
        """How many coefficients of rows a patch changes."""
        capped = (patch.objectives[name][0] for name in self._caps if name in patch.objectives)
        return len(patch.values) + sum(len(at) for at in capped)

    def _apply(self, patch: Patch) -> None:
        arrays, solver = self.arrays, self.solver
        columns = np.union1d(patch.lower[0], patch.upper[0]).astype(np.int32)
        if len(columns):
            lower, upper = arrays.lower[columns], arrays.upper[columns]
            status = solver.changeColsBounds(len(columns), columns, lower, upper)
            self._check(status, "bounds of columns")
        rows = np.union1d(patch.row_lower[0], patch.row_upper[0]).astype(np.int32)
        if len(rows):
            scale = self.row_scale[rows]
            lower, upper = arrays.row_lower[rows] * scale, arrays.row_upper[rows] * scale
            self._check(solver.changeRowsBounds(len(rows), rows, lower, upper), "sides of rows")
        for (row, column), value in zip(patch.entries.tolist(), patch.values, strict=True):
            status = solver.changeCoeff(row, column, float(value * self.row_scale[row]))
            self._check(status, "coefficient")
        parts = RATIOS.get(self.objective, (self.objective,))
        if any(part in patch.objectives or part in patch.offsets for part in parts):
            self.minimise(self.objective, self._at, self._shift)
        for name, cap in self._caps.items():
            for column, value in zip(*patch.objectives.get(name, ((), ())), strict=True):
                status = solver.changeCoeff(cap.row, int(column), float(value * cap.scale))
                self._check(status, f"cap on {name}")
            if name in patch.offsets:
                self._bound_cap(name, cap)


def new_solver() -> Any:
    """A silent HiGHS object."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy's stubs leave it untyped
    solver.setOptionValue("output_flag", False)
    return solver


def row_scale(matrix: sparse.csr_array) -> FloatArray:
    """Power of two by which each row is multiplied, from the geometric mean of its extremes.

    Args:
        matrix: rows by columns.

    Returns:
        1 for empty rows. Shape (rows,).
    """
    size = np.abs(matrix.data)
    filled = np.flatnonzero(np.diff(matrix.indptr) > 0)
    scale = np.ones(matrix.shape[0])
    if len(filled):
        starts = matrix.indptr[filled]
        largest = np.maximum.reduceat(size, starts)
        smallest = np.minimum.reduceat(size, starts)
        scale[filled] = 2.0 ** -np.round(np.log2(np.sqrt(largest * smallest)))
    return scale


def _within_one(ratio: float) -> float:
    """A limit on a share as a coefficient."""
    return float(min(max(ratio, 0.0), 1.0))
