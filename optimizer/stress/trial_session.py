"""A session whose bounds, sides and costs are changed in place and put back."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from ..arrays import Arrays
from ..highs import DUAL, INCONCLUSIVE, PRIMAL, Options, Outcome, Session
from ..tree import FloatArray, IntArray

DEVEX = 1
"""HiGHS' number for weights of edges that cost nothing to start with.

Those of steepest edge have to be worked out for every row of a new basis, which took half the time
of a trial. Scaling, on top of that of the rows, took another tenth.
"""


class TrialSession(Session):
    """A HiGHS object for one trial after the other on the same arrays.

    What it changes is not written into :attr:`arrays`: whoever changes something puts it back.
    """

    def __init__(self, arrays: Arrays, objective: str) -> None:
        super().__init__(arrays, objective)
        self._set("simplex_dual_edge_weight_strategy", DEVEX)
        self._set("simplex_scale_strategy", 0)
        self._from_basis = False

    def solve(self, options: Options) -> Outcome:
        """Solve; of a linear model that starts from a basis nobody looks on.

        A call from every step of the simplex method takes a tenth of it. Such a model is solved
        in less time than anybody would wait before stopping it. One that leads nowhere is solved
        once more from nothing.
        """
        if not self._from_basis:
            return super().solve(options)
        self._use_threads(options.threads)
        limit = np.inf if options.time_limit is None else options.time_limit
        self._set("time_limit", float(limit + self.solver.getRunTime()))
        started = time.perf_counter()
        self._check(self.solver.run(), "run")
        seconds = time.perf_counter() - started
        self.seconds += seconds
        if self.solver.getModelStatus() in INCONCLUSIVE:
            self.forget()
            self._from_basis = False
            return super().solve(options)
        return self._read(seconds)

    def set_basis(self, basis: Any) -> None:
        """Start the next solve, and go on in those after it, from a basis."""
        super().set_basis(basis)
        self._set("solver", "simplex")
        self._from_basis = True

    def use_primal(self, primal: bool) -> None:
        """Choose the primal simplex method, or the dual one."""
        self._set("simplex_strategy", PRIMAL if primal else DUAL)

    def bound(self, columns: IntArray, lower: FloatArray, upper: FloatArray) -> None:
        """Give columns other bounds."""
        if len(columns):
            at = columns.astype(np.int32)
            status = self.solver.changeColsBounds(len(at), at, lower, upper)
            self._check(status, "bounds of columns")

    def side(self, rows: IntArray, lower: FloatArray, upper: FloatArray) -> None:
        """Give rows other sides, in the units of the arrays."""
        if len(rows):
            at, scale = rows.astype(np.int32), self.row_scale[rows]
            status = self.solver.changeRowsBounds(len(at), at, lower * scale, upper * scale)
            self._check(status, "sides of rows")

    def costs(self, costs: FloatArray, offset: float) -> None:
        """Minimise something else."""
        every = np.arange(len(costs), dtype=np.int32)
        self._check(self.solver.changeColsCost(len(costs), every, costs), "objective")
        self._check(self.solver.changeObjectiveOffset(offset), "objective")
