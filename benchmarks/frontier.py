"""How long does a front of cost and lead time take, beside pyaugmecon's?

Run ``python -m benchmarks.frontier`` from the repository root, with the package installed and
pyaugmecon beside it. Its release asks for an older numpy than this package, with which it works
all the same: ``pip install --no-deps pyaugmecon cloudpickle pymoo moocore platformdirs cffi``.

Both start from the same mixed-integer model: this package from its arrays, pyaugmecon from a plain
Pyomo model with the same columns, rows and objectives. Both use HiGHS with one thread and a gap of
0, both in this process, and both are asked for the same number of evenly spaced levels of the
second objective. Building the model and verifying the plans are left out on both sides. pyaugmecon
is adapted from the outside only where its release cannot drive HiGHS: its solves go through
Pyomo's HiGHS interface (made anew for each solve, as it does, or kept), and rows that hold an
objective at its optimum get the room that rounding needs.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from pyomo.contrib.appsi.solvers.highs import Highs as AppsiHighs
from pyomo.environ import (
    ConcreteModel,
    Constraint,
    ConstraintList,
    Integers,
    ObjectiveList,
    RangeSet,
    Reals,
    Var,
    minimize,
)
from secondsource.datasets.load import load_case
from secondsource.optimizer.arrays import Arrays
from secondsource.optimizer.frontier.exact import mixed_front
from secondsource.optimizer.frontier.search import Found, Search
from secondsource.optimizer.frontier.shape import SAME, efficient, normalised
from secondsource.optimizer.frontier.spread import spread
from secondsource.optimizer.highs import Options
from secondsource.optimizer.solve import build

OBJECTIVES = ("cost", "lead_time")
ROOM = 1e-9

Front = tuple[list[tuple[float, float]], int]
"""Points, and how many programs were solved for them."""


def ours(arrays: Arrays, points: int | None) -> Front:
    """Evenly spaced points, or all corners without a number."""
    search = Search(arrays, OBJECTIVES, {}, Options(gap=0.0, threads=1))
    first = search.efficient((0, 1), {})
    assert first is not None
    last = search.efficient((1, 0), {}, first.plan)
    assert last is not None
    found: list[Found] = []
    if points is None:
        mixed_front(search, first, last, lambda point, _joined: found.append(point))
    else:
        found = [first, *spread(search, first, last, points), last]
    return [(float(one.values[0]), float(one.values[1])) for one in found], search.solves


def plain_model(arrays: Arrays) -> ConcreteModel:
    """The arrays as a plain Pyomo model."""
    model = ConcreteModel()
    width = arrays.matrix.shape[1]
    model.columns = RangeSet(0, width - 1)

    def bounds(_: Any, j: int) -> tuple[float | None, float | None]:
        low, high = float(arrays.lower[j]), float(arrays.upper[j])
        return (low if np.isfinite(low) else None, high if np.isfinite(high) else None)

    def domain(_: Any, j: int) -> Any:
        return Integers if arrays.integer[j] else Reals

    model.x = Var(model.columns, domain=domain, bounds=bounds)
    model.rows = ConstraintList()
    matrix = arrays.matrix
    for row in range(matrix.shape[0]):
        part = slice(matrix.indptr[row], matrix.indptr[row + 1])
        pairs = zip(matrix.indices[part].tolist(), matrix.data[part].tolist(), strict=True)
        body = sum(value * model.x[j] for j, value in pairs)
        low, high = float(arrays.row_lower[row]), float(arrays.row_upper[row])
        if not isinstance(body, (int, float)):
            sides = (low if np.isfinite(low) else None, high if np.isfinite(high) else None)
            model.rows.add((sides[0], body, sides[1]))
    model.obj_list = ObjectiveList()
    for name in OBJECTIVES:
        costs = arrays.objectives[name]
        used = np.flatnonzero(costs).tolist()
        body = sum(float(costs[j]) * model.x[j] for j in used) + arrays.offsets[name]
        model.obj_list.add(expr=body, sense=minimize)
    for objective in model.obj_list.values():
        objective.deactivate()
    return model


def theirs(model: ConcreteModel, points: int, *, kept: bool) -> Front:
    """pyaugmecon's front, with Pyomo's HiGHS interface made for each solve or kept."""
    from pyaugmecon import PyAugmecon  # type: ignore[import-not-found]  # noqa: PLC0415
    from pyaugmecon import model as its_model
    from pyaugmecon import process_handler
    from pyaugmecon.solver_process import SolverProcess

    solves = 0
    interface = None

    def solve(self: Any) -> None:
        nonlocal solves, interface
        if interface is None or not kept:
            interface = AppsiHighs()
            interface.highs_options = {"mip_rel_gap": 0.0, "threads": 1}
            interface.config.load_solution = False
        result = interface.solve(self.model)
        solves += 1
        condition = str(result.termination_condition).rpartition(".")[2]
        self.term = _Term(condition)
        self.status = "ok"
        if condition == "optimal":
            result.solution_loader.load_vars()

    class InProcess(SolverProcess):  # type: ignore[misc]  # pyaugmecon is untyped
        """Its worker, run here: one process on both sides."""

        exitcode = 0

        def start(self) -> None:
            self.run()

        def join(self, timeout: float | None = None) -> None:
            return None

    with _replaced(its_model.Model, "solve", solve), _replaced(
        its_model.Model, "is_optimal", lambda self: self.term.name == "optimal"
    ), _replaced(
        its_model.Model, "is_infeasible", lambda self: self.term.name.startswith("infeasible")
    ), _replaced(its_model.Model, "construct_payoff", _payoff), _replaced(
        process_handler, "SolverProcess", InProcess
    ), tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        options = {
            "name": "front",
            "grid_points": points,
            "cpu_count": 1,
            "output_excel": False,
            "solver_name": "appsi_highs",
            "logging_folder": f"{folder}{os.sep}",
        }
        with contextlib.redirect_stdout(io.StringIO()):
            run = PyAugmecon(model, options)
            run.solve()
        return [tuple(point) for point in run.get_pareto_solutions()], solves


class _Term:
    def __init__(self, name: str) -> None:
        self.name = name
