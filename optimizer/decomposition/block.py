r"""A block held by HiGHS: solved again for another trunk by moving the sides of its rows.

For a trunk x the block's value is :math:`Q(x) = \min\, q y,\; l - T x \le W y \le u - T x`. From
the duals :math:`\pi` of its relaxation follows a cut that holds for every x (Van Slyke and Wets
1969), whatever the accuracy of the duals, since its constant is worked out anew from them:

.. math::
    Q(x) \ge \sum_i \pi_i\,(l_i\ \text{or}\ u_i) + \sum_j \min(d_j \lambda_j, d_j \mu_j)
      - \pi T x, \qquad d = q - \pi W

Where no y exists, the least sum of violations gives a cut in the same way: it must be 0.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from ..highs import new_solver, row_scale
from ..outcomes import SolverError
from ..tree import FloatArray
from .split import Piece

DUAL_ZERO = 1e-6
"""Reduced costs below it, relative to the largest cost, count as nothing at an infinite bound."""
FEASIBLE = 1e-6
"""A sum of violations up to here, in scaled rows, is none."""


@dataclass(frozen=True)
class Cut:
    """``value >= constant + slope x[link]``; of a violation ``0 >= constant + slope x[link]``."""

    constant: float
    slope: FloatArray

    def at(self, link: FloatArray) -> float:
        """Right-hand side at values of the linking columns."""
        return self.constant + float(self.slope @ link)


@dataclass(frozen=True)
class Relaxed:
    """The relaxation of a block at a trunk.

    Attributes:
        value: its optimum, infinite without a solution, None if it was stopped.
        cut: what it tells of other trunks; None if it was stopped.
        possible: whether there is a solution at all, for some trunk.
    """

    value: float | None
    cut: Cut | None
    possible: bool = True


class Block:
    """A piece's linear relaxation in a HiGHS object of its own."""

    def __init__(self, piece: Piece) -> None:
        self.piece = piece
        self.scale = row_scale(piece.matrix)
        self.linked = np.flatnonzero(np.diff(piece.trunk.indptr)).astype(np.int32)
        self.reach = piece.trunk[self.linked]
        self._transposed = piece.matrix.T.tocsr()
        self._low = piece.row_lower[self.linked]
        self._high = piece.row_upper[self.linked]
        self.solver = load(piece, self.scale, integer=False)
        self.elastic: highspy.Highs | None = None

    def relaxed(
        self,
        link: FloatArray,
        limit: float = np.inf,
        prepare: Callable[[Any], None] | None = None,
    ) -> Relaxed:
        """Value and cut at values of the linking columns.

        Args:
            link: values of the linking columns.
            limit: seconds.
            prepare: called with the solver that looks for the cut of an impossible trunk.
        """
        self.move(self.solver, link)
        status = _run(self.solver, limit)
        kinds = highspy.HighsModelStatus
        if status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
            return self._violated(link, limit, prepare or (lambda _: None))
        if status == kinds.kTimeLimit:
            return Relaxed(None, None)
        if status == kinds.kUnbounded:
            return Relaxed(-np.inf, None)
        if status not in (kinds.kOptimal, kinds.kModelEmpty):
            raise SolverError(f"HiGHS ended a block with {status}")
        cut = self._cut(self.solver, self.piece.cost)
        return Relaxed(float(self.solver.getInfo().objective_function_value), cut)

    def move(self, solver: Any, link: FloatArray) -> None:
        """Take the trunk's part of the rows to their sides."""
        part = self.reach @ link
        scale = self.scale[self.linked]
        solver.changeRowsBounds(
            len(self.linked), self.linked, (self._low - part) * scale, (self._high - part) * scale
        )

    def _cut(self, solver: highspy.Highs, cost: FloatArray) -> Cut:
        piece = self.piece
        dual = np.array(solver.getSolution().row_dual)[: len(piece.rows)] * self.scale
        dual[(dual > 0) & (piece.row_lower == -np.inf)] = 0.0
        dual[(dual < 0) & (piece.row_upper == np.inf)] = 0.0
        used = np.flatnonzero(dual)
        side = np.where(dual[used] > 0, piece.row_lower[used], piece.row_upper[used])
        reduced = cost - self._transposed @ dual
        nothing = DUAL_ZERO * max(1.0, float(np.abs(cost).max(initial=0.0)))
        bound = np.where(reduced > 0, piece.lower, piece.upper)
        reduced[(np.abs(reduced) <= nothing) & ~np.isfinite(bound)] = 0.0
        at = np.flatnonzero(reduced)
        constant = float(dual[used] @ side) + float(reduced[at] @ bound[at])
        return Cut(constant, -(piece.trunk.T @ dual))

    def _violated(self, link: FloatArray, limit: float, prepare: Callable[[Any], None]) -> Relaxed:
        """The cut that says by how much the rows cannot hold."""
        if self.elastic is None:
            self.elastic = self._with_slack()
        prepare(self.elastic)
        self.move(self.elastic, link)
        status = _run(self.elastic, limit)
        if status == highspy.HighsModelStatus.kTimeLimit:
            return Relaxed(None, None)
        if status == highspy.HighsModelStatus.kInfeasible:
            return Relaxed(np.inf, None, possible=False)
        if status != highspy.HighsModelStatus.kOptimal:
            raise SolverError(f"HiGHS ended a block's search for a cut with {status}")
        return Relaxed(np.inf, self._cut(self.elastic, np.zeros(len(self.piece.columns))))

    def _with_slack(self) -> highspy.Highs:
        """The block without costs, whose rows to the trunk may be violated at a price of 1."""
        solver: highspy.Highs = load(self.piece, self.scale, integer=False)
        width = len(self.piece.columns)
        solver.changeColsCost(width, np.arange(width, dtype=np.int32), np.zeros(width))
        count = len(self.linked)
        for sign in (1.0, -1.0):
            solver.addCols(
                count,
                np.ones(count),
                np.zeros(count),
                np.full(count, np.inf),
                count,
                np.arange(count, dtype=np.int32),
                self.linked,
                np.full(count, sign),
            )
        return solver


def load(piece: Piece, scale: FloatArray, *, integer: bool) -> Any:
    """A HiGHS object that holds a piece, its rows multiplied by ``scale``."""
    solver = new_solver()
    matrix = piece.matrix
    rows, columns = matrix.shape
    status = solver.passModel(
        columns,
        rows,
        matrix.nnz,
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        piece.cost,
        piece.lower,
        piece.upper,
        piece.row_lower * scale,
        piece.row_upper * scale,
        matrix.indptr.astype(np.int32, copy=False),
        matrix.indices.astype(np.int32, copy=False),
        matrix.data * np.repeat(scale, np.diff(matrix.indptr)),
        (piece.integer & integer).astype(np.int32),
    )
    if status == highspy.HighsStatus.kError:
        raise SolverError("HiGHS refused a block")
    solver.setOptionValue("threads", 1)
    return solver


def _run(solver: highspy.Highs, limit: float) -> highspy.HighsModelStatus:
    """Solve within so many seconds; HiGHS counts those of a linear program over all its runs."""
    solver.setOptionValue("time_limit", float(limit + solver.getRunTime()))
    solver.run()
    return solver.getModelStatus()


def seconds_left(deadline: float) -> float:
    """Seconds until a moment of :func:`time.monotonic`, at least a hundredth."""
    return max(deadline - time.monotonic(), 0.01)
