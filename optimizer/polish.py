"""Free a mixed-integer point of the tolerance on its whole numbers."""

from __future__ import annotations

import time
from typing import Any

import highspy
import numpy as np

from .highs import MANY_COLUMNS, Session, new_solver
from .tree import FloatArray

ZERO = 1e-7
"""HiGHS' feasibility tolerance: amounts below it are nothing."""


def polished(session: Session, point: FloatArray, then: str | None = None) -> FloatArray | None:
    """The best plan with the whole numbers of ``point``, free of tolerances on them.

    With ``then``, of all plans that are as good it is the one best in that objective too, so
    that a plan for lead time alone wastes no money on amounts that do not matter to it.

    A mixed-integer point holds whole numbers only to a tolerance, and flows may lean on that.
    Fixing them and solving the rest gives a clean point, or None where the flows of ``point``
    are only possible by that tolerance.

    Args:
        session: what was solved.
        point: what came out. Shape (columns,).
        then: an objective of the arrays, None for none.
    """
    whole = np.flatnonzero(session.arrays.integer)
    if not len(whole) and then is None:
        return _clean(point)
    solver = new_solver()
    solver.passModel(session.solver.getModel())
    columns, values = whole.astype(np.int32), np.round(point[whole])
    kinds = np.full(len(whole), highspy.HighsVarType.kContinuous)
    solver.changeColsIntegrality(len(whole), columns, kinds)
    solver.changeColsBounds(len(whole), columns, values, values)
    if len(point) >= MANY_COLUMNS:
        solver.setOptionValue("solver", "ipm")
    best = _optimum(session, solver)
    if best is None or then is None:
        return best
    costs = session.minimised()[0]
    _hold(solver, costs, float(costs @ best))
    second = session.arrays.objectives[then]
    solver.changeColsCost(len(second), np.arange(len(second), dtype=np.int32), second)
    better = _optimum(session, solver)
    return best if better is None else better


def _optimum(session: Session, solver: Any) -> FloatArray | None:
    """The optimum of a linear model, None without one; the session keeps the time."""
    started = time.perf_counter()
    solver.run()
    session.seconds += time.perf_counter() - started
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return _clean(np.array(solver.getSolution().col_value, dtype=float))


def _hold(solver: Any, costs: FloatArray, best: float) -> None:
    """Add a row that gives away no more of an objective than rounding needs."""
    used = np.flatnonzero(costs).astype(np.int32)
    slack = 1e-9 * max(1.0, abs(best))
    solver.addRow(-highspy.kHighsInf, best + slack, len(used), used, costs[used])


def _clean(point: FloatArray) -> FloatArray:
    """A point without amounts that are nothing."""
    return np.where(np.abs(point) < ZERO, 0.0, point)
