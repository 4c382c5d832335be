"""The one place that solves with HiGHS: options, threads, stopping, reading back."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import highspy
import numpy as np

from ..models.plan import SolveStatus
from .arrays import Arrays
from .held_arrays import MANY_COEFFICIENTS, Held, new_solver, row_scale
from .outcomes import Options, Outcome, Progress, SolverError, relative_gap
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
TIGHT = 1e-9
"""Tolerance for models whose bounds are so wide that the usual one lets flows slip through."""


_POOL = threading.local()
"""Threads of HiGHS' workers, for each thread that solves."""


class Session(Held):
    """Arrays held by one HiGHS object, and what is solved with it.

    Attributes:
        seconds: spent in HiGHS so far.
        interrupted: whether Ctrl-C ended the last solve.
    """

    def __init__(self, arrays: Arrays, objective: str) -> None:
        super().__init__(arrays, objective)
        self.seconds = 0.0
        self.interrupted = False
        if arrays.matrix.shape[1] >= MANY_COLUMNS:
            for option, value in FOR_MANY_COLUMNS.items():
                self._set(option, value)

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
        """Offer a known plan as a starting point of a mixed-integer solve.

        It is offered whole: HiGHS would complete whole numbers by the simplex method, which on
        large models takes longer than the search. What is no plan any more is completed even so.
        """
        if self.arrays.integer.any():
            every = np.arange(len(point), dtype=np.int32)
            rounded = np.where(self.arrays.integer[: len(point)], np.round(point), point)
            self.solver.setSolution(len(point), every, rounded)

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
