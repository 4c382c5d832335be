"""The one place that talks to HiGHS: load arrays, solve, stop, read back."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np

from ..models.plan import SolveStatus
from .arrays import Arrays
from .outcomes import Options, Outcome, Progress, SolverError, relative_gap
from .patches import Patch, difference
from .targets import RATIOS, linear
from .tree import FloatArray
from .watch import Watch, interruptible, number, stops

__all__ = [
    "MANY_COEFFICIENTS",
    "MANY_COLUMNS",
    "Options",
    "Outcome",
    "Progress",
    "Session",
    "SolverError",
    "new_solver",
    "relative_gap",
    "row_scale",
]

ZERO = 1e-7
"""HiGHS' feasibility tolerance: amounts below it are nothing."""
MANY_COLUMNS = 15_000
"""From here on a mixed-integer model is searched with other options."""
FOR_MANY_COLUMNS: dict[str, Any] = {
    "mip_lp_solver": "ipm",
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_root_reduced_cost": False,
}
"""Interior points for the first relaxation, and no searches in smaller models.

Where goods bear marks there are many equal ways to move, on which the simplex method takes long,
and HiGHS solves the relaxations of its smaller models by it whatever it is told.
"""
INCONCLUSIVE = (highspy.HighsModelStatus.kUnknown, highspy.HighsModelStatus.kSolveError)
"""What interior points may end with where the simplex method still finds an answer."""
FOR_PROOFS: dict[str, Any] = {
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_allow_restart": False,
}
"""Options of a small model whose optimum is nearly known."""
TOLERANCES = ("mip_feasibility_tolerance", "primal_feasibility_tolerance")
DUAL, PRIMAL = 1, 4
"""HiGHS' numbers for the two simplex methods."""
DEVEX, CHOOSE = 1, -1
"""HiGHS' numbers for edge weights; steepest edges cost a solve for each row to begin with."""
MANY_COEFFICIENTS = 200
"""From so many coefficients on it is quicker to hand over the model than to change them."""
TIGHT = 1e-9
"""Tolerance for models whose bounds are so wide that the usual one lets flows slip through."""


_POOL = threading.local()
"""Threads of HiGHS' workers, for each thread that solves."""


@dataclass(frozen=True)
class _Cap:
    """A row that keeps an objective at or below a limit."""

    row: int
    limit: float
    scale: float


class Session:
    """Arrays held by one HiGHS object.

    Rows are handed over times a power of two that brings the geometric mean of their largest and
    smallest entry near 1; powers of two lose no digit, and the answer is the same.
    """

    def __init__(self, arrays: Arrays, objective: str) -> None:
        self.arrays = arrays
        self.solver = new_solver()
        self.objective = objective
        self._at, self._shift = 0.0, 0.0
        self.seconds = 0.0
        self.interrupted = False
        self._caps: dict[str, _Cap] = {}
        self._load()
        if arrays.matrix.shape[1] >= MANY_COLUMNS:
            for option, value in FOR_MANY_COLUMNS.items():
                self._set(option, value)

    def _set(self, option: str, value: Any) -> None:
        self._check(self.solver.setOptionValue(option, value), f"option {option}")

    def _check(self, status: Any, what: str) -> None:
        if status == highspy.HighsStatus.kError:
            raise SolverError(f"HiGHS refused the {what}")

    def _load(self) -> None:
        """Hand everything over anew."""
        arrays, matrix = self.arrays, self.arrays.matrix
        costs, offset = self.minimised()
        self.row_scale = row_scale(arrays)
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

    def renew(self, objective: str, caps: Mapping[str, float]) -> None:
        """Forget what was solved before: plans, tolerances, objectives and caps of the way."""
        for name in self._caps:
            self.cap(name, caps.get(name, np.inf))
        if (self.objective, self._at, self._shift) != (objective, 0.0, 0.0):
            self.minimise(objective)
        for option in TOLERANCES:
            self._set(option, ZERO if option == TOLERANCES[1] else 10 * ZERO)
        if self.arrays.integer.any():
            self.forget()

    def forget(self) -> None:
        """Drop basis and solution, so that the next solve starts from nothing."""
        self._check(self.solver.clearSolver(), "fresh start")

    def basis(self) -> Any:
        """The basis reached; not valid where interior points or nothing gave none."""
        return self.solver.getBasis()

    def set_basis(self, basis: Any) -> None:
        """Start the next solve of a linear model from a basis."""
        self._check(self.solver.setBasis(basis), "basis")

    def simplex(self, options: Options, *, dual: bool, iterations: int) -> bool:
        """Take steps of the dual or the primal simplex method; whether they reached an optimum."""
        self._set("simplex_strategy", DUAL if dual else PRIMAL)
        self._set("simplex_dual_edge_weight_strategy", DEVEX)
        self._set("simplex_iteration_limit", iterations)
        outcome = self.solve(options)
        self._set("simplex_strategy", DUAL)
        self._set("simplex_dual_edge_weight_strategy", CHOOSE)
        self._set("simplex_iteration_limit", highspy.kHighsIInf)
        return outcome.status == SolveStatus.OPTIMAL

    def prove(self) -> None:
        """From now on look for proofs more than for plans: every solve is given a good one.

        Searches in smaller models and restarts then take most of the time of a small model
        (docs/performance.md).
        """
        if self.arrays.matrix.shape[1] < MANY_COLUMNS:
            for option, value in FOR_PROOFS.items():
                self._set(option, value)

    def start_from(self, point: FloatArray) -> None:
        """Offer a known plan as a starting point of a mixed-integer solve."""
        whole = np.flatnonzero(self.arrays.integer).astype(np.int32)
        if len(whole):
            self.solver.setSolution(len(whole), whole, np.round(point[whole]))

    def solve(self, options: Options) -> Outcome:
        """Solve; a time limit or an interrupt gives the best plan found so far."""
        self._set("mip_rel_gap", options.gap)
        self._set("mip_abs_gap", 0.0 if options.gap < 1e-9 else 1e-9)
        self._use_threads(options.threads)
        self._use_method()
        if options.seed is not None:
            self._set("random_seed", options.seed % 2147483647)
        limit = np.inf if options.time_limit is None else options.time_limit
        self._set(
            "time_limit", float(limit + self.solver.getRunTime() * (not self.arrays.integer.any()))
        )
        watch = Watch()
        self._check(self.solver.setCallback(watch.callback(options.progress), None), "callback")
        for kind in stops():
            self._check(self.solver.startCallback(kind), "callback")
        with interruptible(watch):
            status = self.solver.run()
            if self.solver.getModelStatus() in INCONCLUSIVE and not watch.stop:
                self._set("solver", "simplex")
                status = self.solver.run()
        seconds = watch.elapsed()
        self.seconds += seconds
        self.interrupted = watch.stop
        self._check(status, "run")
        return self._read(seconds)

    def stopped(self) -> bool:
        """Whether the last solve ended by its time limit or by Ctrl-C."""
        kinds = highspy.HighsModelStatus
        return self.solver.getModelStatus() in (kinds.kTimeLimit, kinds.kInterrupt)

    def _use_method(self) -> None:
        """Interior points for a large linear model that starts from nothing."""
        large = self.arrays.matrix.shape[1] >= MANY_COLUMNS and not self.arrays.integer.any()
        self._set("solver", "ipm" if large and not self.basis().valid else "choose")

    def _use_threads(self, threads: int | None) -> None:
        """Ask for a number of threads, None for HiGHS' own choice.

        HiGHS keeps one pool of workers for each thread that calls it, and refuses to run with
        another number until that pool is given up.
        """
        self._set("threads", threads or 0)
        if getattr(_POOL, "threads", None) != threads:
            self.solver.resetGlobalScheduler(True)
            _POOL.threads = threads

    def _read(self, seconds: float) -> Outcome:
        status = self.solver.getModelStatus()
        info = self.solver.getInfo()
        kinds = highspy.HighsModelStatus
        mixed = bool(self.arrays.integer.any())
        if status in (kinds.kInfeasible,):
            return Outcome(SolveStatus.INFEASIBLE, None, None, None, None, seconds)
        if status == kinds.kUnbounded:
            return Outcome(SolveStatus.UNBOUNDED, None, None, None, None, seconds)
        if status == kinds.kUnboundedOrInfeasible:
            return self._which(seconds)
        feasible = info.primal_solution_status == highspy.kSolutionStatusFeasible
        if status not in (
            kinds.kOptimal,
            kinds.kTimeLimit,
            kinds.kInterrupt,
            kinds.kIterationLimit,
            kinds.kSolutionLimit,
            kinds.kModelEmpty,
        ):
            raise SolverError(
                f"HiGHS ended with status {self.solver.modelStatusToString(status)!r}"
            )
        if not feasible and status not in (kinds.kOptimal, kinds.kModelEmpty):
            bound = number(info.mip_dual_bound) if mixed else None
            return Outcome(SolveStatus.NO_SOLUTION, None, bound, None, None, seconds)
        point = np.array(self.solver.getSolution().col_value, dtype=float)
        objective = float(info.objective_function_value)
        done = status in (kinds.kOptimal, kinds.kModelEmpty)
        if not mixed:
            bound = objective if done else None
        else:
            bound = float(info.mip_dual_bound) if np.isfinite(info.mip_dual_bound) else None
            if done and bound is not None:
                bound = min(bound, objective)
        gap = relative_gap(objective, bound)
        found = SolveStatus.OPTIMAL if done else SolveStatus.FEASIBLE
        return Outcome(found, objective, bound, gap, point, seconds)

    def _which(self, seconds: float) -> Outcome:
        """Tell an unbounded model from an infeasible one by solving it without its objective."""
        costs = self.minimised()[0]
        every = np.arange(len(costs), dtype=np.int32)
        self.solver.changeColsCost(len(costs), every, np.zeros(len(costs)))
        self.solver.run()
        infeasible = self.solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible
        self.solver.changeColsCost(len(costs), every, costs)
        status = SolveStatus.INFEASIBLE if infeasible else SolveStatus.UNBOUNDED
        return Outcome(status, None, None, None, None, seconds)

    def tighten(self) -> None:
        """Hold whole numbers and rows to a thousandth of the usual tolerance."""
        for option in TOLERANCES:
            self._set(option, TIGHT)


def new_solver() -> Any:
    """A silent HiGHS object."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy's stubs leave it untyped
    solver.setOptionValue("output_flag", False)
    return solver


def row_scale(arrays: Arrays) -> FloatArray:
    """Power of two by which each row is multiplied, from the geometric mean of its extremes."""
    matrix = arrays.matrix
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
