r"""The master: the trunk, an estimate for every block, and the cuts that hold it up.

.. math::
    \min\; c x + \sum_s w_s\, \theta_s \quad\text{with}\quad x \in X,\quad
    \theta_s \ge a + g x,\quad 0 \ge a + g x

One estimate a block (multi-cut, Birge and Louveaux 1988). One block is kept inside the master as a
whole, relaxed (partial decomposition, Crainic, Hewitt, Maggioni and Rei 2021): from the first
round on the trunk knows what a future asks of it, and that block stands for all those of
which no cut is known yet.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from ...models.plan import SolveStatus
from ..highs import new_solver, row_scale
from ..outcomes import Options, SolverError
from ..tree import FloatArray
from ..watch import Watch, interruptible, stops
from .block import Cut
from .split import Piece, Split
from .whole import TIGHT, ZERO

IDLE = 6
"""Rounds without effect after which a cut is dropped."""
INF = highspy.kHighsInf


@dataclass(frozen=True)
class Found:
    """What the master says.

    Attributes:
        status: optimal, feasible (stopped early), infeasible, unbounded or no solution.
        trunk: values of the trunk's columns; None without.
        bound: a lower bound on the objective, constant included; -inf while a block has no cut.
        estimates: of the blocks' values. Shape (blocks,).
    """

    status: SolveStatus
    trunk: FloatArray | None
    bound: float
    estimates: FloatArray | None


class Master:
    """The trunk's linear relaxation with cuts, held by one HiGHS object."""

    def __init__(self, split: Split, inside: int) -> None:
        trunk, block = split.trunk, split.blocks[inside]
        self.split, self.inside = split, inside
        self.width, self.count = len(trunk.columns), len(split.blocks)
        self.known = np.zeros(self.count, dtype=bool)
        self.weights = np.array([one.weight for one in split.blocks])
        self.unit = _unit(block.cost)
        self.solver = new_solver()
        # so that blocks find no fault with a trunk that meets their cuts
        self.solver.setOptionValue("primal_feasibility_tolerance", TIGHT)
        self._idle = np.zeros(0, dtype=np.int64)
        self._load(trunk, block)

    def _load(self, trunk: Piece, block: Piece) -> None:
        width, count, inner = self.width, self.count, len(block.columns)
        reach = _spread(block.trunk, block.link, width)
        own = sparse.csr_array(block.cost[None, :] / self.unit)
        estimate = sparse.csr_array(
            (np.ones(1), (np.zeros(1, dtype=int), np.array([self.inside]))), shape=(1, count)
        )
        matrix = sparse.csr_array(
            sparse.block_array(
                [
                    [trunk.matrix, sparse.csr_array((len(trunk.rows), count)), None],
                    [reach, None, block.matrix],
                    [None, estimate, -own],
                ],
                format="csr",
            )
        )
        low = np.concatenate([trunk.row_lower, block.row_lower, [0.0]])
        high = np.concatenate([trunk.row_upper, block.row_upper, [np.inf]])
        scale = row_scale(matrix)
        status = self.solver.passModel(
            matrix.shape[1],
            matrix.shape[0],
            matrix.nnz,
            int(highspy.MatrixFormat.kRowwise),
            int(highspy.ObjSense.kMinimize),
            self.split.offset,
            np.concatenate([trunk.cost, np.zeros(count + inner)]),
            np.concatenate([trunk.lower, np.full(count, -np.inf), block.lower]),
            np.concatenate([trunk.upper, np.full(count, np.inf), block.upper]),
            low * scale,
            high * scale,
            matrix.indptr.astype(np.int32),
            matrix.indices.astype(np.int32),
            matrix.data * np.repeat(scale, np.diff(matrix.indptr)),
            np.zeros(matrix.shape[1], dtype=np.int32),
        )
        if status == highspy.HighsStatus.kError:
            raise SolverError("HiGHS refused the master")
        self.fixed_rows = matrix.shape[0]
        self._price()

    def _price(self) -> None:
        """Weights of the estimates; the block inside stands for those not known yet."""
        known = self.known.copy()
        known[self.inside] = True
        weight = np.where(known, self.weights, 0.0)
        weight[self.inside] += self.weights[~known].sum()
        at = np.arange(self.width, self.width + self.count, dtype=np.int32)
        self.solver.changeColsCost(len(at), at, weight * self.unit)

    @property
    def complete(self) -> bool:
        """Whether every block is known, so that the master's bound is one of the whole."""
        known = self.known.copy()
        known[self.inside] = True
        return bool(known.all())

    def add(self, block: int, cut: Cut, *, violation: bool) -> None:
        """Add what a block told: on its value, or that its violation must be 0."""
        used = np.flatnonzero(cut.slope)
        columns = self.split.blocks[block].link[used].astype(np.int32)
        values = -cut.slope[used]
        if not violation:
            columns = np.append(columns, np.int32(self.width + block))
            values = np.append(values, self.unit)
        if not len(values):
            return
        sizes = np.abs(values)
        scale = float(2.0 ** -np.round(np.log2(np.sqrt(sizes.max() * sizes.min()))))
        self.solver.addRow(cut.constant * scale, INF, len(columns), columns, values * scale)
        self._idle = np.append(self._idle, 0)
        if not violation and not self.known[block]:
            self.known[block] = True
            self._price()

    def relaxation(self, limit: float) -> Found:
        """Solve the relaxation, and drop cuts that have long been without effect."""
        solver, kinds = self.solver, highspy.HighsModelStatus
        solver.setOptionValue("time_limit", float(limit + solver.getRunTime()))
        solver.run()
        status = solver.getModelStatus()
        if status == kinds.kInfeasible:
            return Found(SolveStatus.INFEASIBLE, None, np.inf, None)
        if status in (kinds.kUnbounded, kinds.kUnboundedOrInfeasible):
            return Found(SolveStatus.UNBOUNDED, None, -np.inf, None)
        if status != kinds.kOptimal:
            return Found(SolveStatus.NO_SOLUTION, None, -np.inf, None)
        solution = solver.getSolution()
        point = np.array(solution.col_value)
        dual = np.array(solution.row_dual)[self.fixed_rows :]
        value = float(solver.getInfo().objective_function_value)
        self._forget(np.abs(dual) <= 1e-12)
        return Found(
            SolveStatus.OPTIMAL,
            point[: self.width],
            value if self.complete else -np.inf,
            point[self.width : self.width + self.count] * self.unit,
        )

    def _forget(self, idle: np.ndarray) -> None:
        self._idle = np.where(idle, self._idle + 1, 0)
        old = np.flatnonzero(self._idle > IDLE)
        if len(old) > self.count:
            rows = (old + self.fixed_rows).astype(np.int32)
            self.solver.deleteRows(len(rows), rows)
            self._idle = np.delete(self._idle, old)

    def _drop_inner(self, solver: highspy.Highs) -> None:
        columns = np.arange(self.width + self.count, solver.getNumCol(), dtype=np.int32)
        solver.deleteCols(len(columns), columns)
        rows = np.arange(len(self.split.trunk.rows), self.fixed_rows, dtype=np.int32)
        solver.deleteRows(len(rows), rows)

    def whole(self, options: Options, start: FloatArray | None) -> Found:
        """Solve with the trunk's whole numbers whole.

        The block inside stays out where cuts speak for it: the search took ten times longer with
        it, for the same bound.
        """
        integer = np.flatnonzero(self.split.trunk.integer).astype(np.int32)
        solver, kinds = new_solver(), highspy.HighsModelStatus
        solver.passModel(self.solver.getModel())
        if self.known.all():
            self._drop_inner(solver)
        kind = np.full(len(integer), highspy.HighsVarType.kInteger)
        solver.changeColsIntegrality(len(integer), integer, kind)
        for name, value in (
            ("mip_rel_gap", options.gap),
            ("time_limit", np.inf if options.time_limit is None else options.time_limit),
            ("threads", options.threads or 0),
        ):
            solver.setOptionValue(name, value)
        if start is not None and len(integer):
            solver.setSolution(len(integer), integer, np.round(start[integer]))
        watch = Watch()
        solver.setCallback(watch.callback(None), None)
        for stop in stops():
            solver.startCallback(stop)
        with interruptible(watch):
            solver.run()
        if watch.stop:
            raise KeyboardInterrupt
        status, info = solver.getModelStatus(), solver.getInfo()
        if status == kinds.kInfeasible:
            return Found(SolveStatus.INFEASIBLE, None, np.inf, None)
        if status in (kinds.kUnbounded, kinds.kUnboundedOrInfeasible):
            return Found(SolveStatus.UNBOUNDED, None, -np.inf, None)
        bound = float(info.mip_dual_bound) if len(integer) else float(info.objective_function_value)
        bound = bound if self.complete else -np.inf
        if info.primal_solution_status != highspy.kSolutionStatusFeasible:
            return Found(SolveStatus.NO_SOLUTION, None, bound, None)
        point = _clean(solver, integer)
        if point is None:
            return Found(SolveStatus.NO_SOLUTION, None, bound, None)
        return Found(
            SolveStatus.OPTIMAL if status == kinds.kOptimal else SolveStatus.FEASIBLE,
            point[: self.width],
            bound,
            point[self.width : self.width + self.count] * self.unit,
        )


def _clean(solver: highspy.Highs, integer: np.ndarray) -> FloatArray | None:
    """The best point with the whole numbers found, free of the tolerance on them."""
    point = np.array(solver.getSolution().col_value)
    if len(integer):
        values = np.round(point[integer])
        kind = np.full(len(integer), highspy.HighsVarType.kContinuous)
        solver.changeColsIntegrality(len(integer), integer, kind)
        solver.changeColsBounds(len(integer), integer, values, values)
        solver.setOptionValue("time_limit", INF)
        solver.setOptionValue("primal_feasibility_tolerance", TIGHT)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        point = np.array(solver.getSolution().col_value)
    return np.where(np.abs(point) < ZERO, 0.0, point)


def _spread(matrix: sparse.csr_array, link: np.ndarray, width: int) -> sparse.csr_array:
    """A matrix over linking columns as one over all columns of the trunk."""
    return sparse.csr_array(
        (matrix.data, link[matrix.indices], matrix.indptr), shape=(matrix.shape[0], width)
    )


def _unit(cost: FloatArray) -> float:
    """Power of two near the geometric mean of what costs anything."""
    sizes = np.abs(cost[cost != 0])
    return float(2.0 ** np.round(np.log2(sizes).mean())) if len(sizes) else 1.0
