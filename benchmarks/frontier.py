"""How long does a front of cost and lead time take, beside pyaugmecon?

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
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from pyomo.contrib.appsi.solvers.highs import Highs as AppsiHighs
from pyomo.environ import (
    ConcreteModel,
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
from secondsource.optimizer.frontier.shape import efficient, normalised
from secondsource.optimizer.frontier.spread import spread
from secondsource.optimizer.highs import Options
from secondsource.optimizer.solve import build

OBJECTIVES = ("cost", "lead_time")
ROOM = 1e-9
"""Relative room for rounding in rows that hold an objective at its optimum."""
MOMENT = 0.2

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
    """pyaugmecon's front.

    Args:
        model: from :func:`plain_model`; it is changed.
        points: grid points.
        kept: whether Pyomo's HiGHS interface is kept from solve to solve, or made anew as
            pyaugmecon does.
    """
    from pyaugmecon import PyAugmecon  # noqa: PLC0415  # a benchmark of its own may lack it

    options = {"name": "front", "grid_points": points, "cpu_count": 1, "output_excel": False}
    with (
        _adapted(kept=kept) as solves,
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),  # it leaves logs and models where it runs
        contextlib.redirect_stdout(io.StringIO()),
    ):
        run = PyAugmecon(model, options)
        run.solve()
        return [tuple(point) for point in run.get_pareto_solutions()], len(solves)


@contextlib.contextmanager
def _adapted(*, kept: bool) -> Iterator[list[str]]:
    """pyaugmecon with HiGHS, in this process; yields how each solve ended, as it goes on."""
    from pyaugmecon import model as its  # noqa: PLC0415  # a benchmark of its own may lack it
    from pyaugmecon import process_handler  # noqa: PLC0415  # likewise

    ended: list[str] = []
    interfaces: list[AppsiHighs] = []

    def solve(self: Any) -> None:
        on_grid = self.model.component("con_list") is not None
        interface = interfaces.pop() if kept and interfaces else AppsiHighs()
        interface.highs_options = {"mip_rel_gap": 0.0, "threads": 1}
        interface.config.load_solution = False
        result = interface.solve(self.model)
        ended.append(result.termination_condition.name)
        if ended[-1] == "optimal":
            result.solution_loader.load_vars()
        if on_grid:  # before, rows come and go, which the interface does not survive
            interfaces[:] = [interface]

    changes = [
        (its.Model, "solve", solve),
        (its.Model, "construct_payoff", _hold),
        (its.Model, "is_optimal", lambda _: ended[-1] == "optimal"),
        (its.Model, "is_infeasible", lambda _: ended[-1].startswith("infeasible")),
        (process_handler, "SolverProcess", _here(process_handler.SolverProcess)),
    ]
    before = [(place, name, getattr(place, name)) for place, name, _ in changes]
    for place, name, value in changes:
        setattr(place, name, value)
    try:
        yield ended
    finally:
        for place, name, value in before:
            setattr(place, name, value)


def _hold(self: Any) -> None:
    """Its payoff table, with room for rounding where it holds an objective at its optimum."""
    self.payoff = np.full((self.n_obj, self.n_obj), np.inf)
    self.model.pcon_list = ConstraintList()
    for i in self.iter_obj:
        order = [i, *(j for j in self.iter_obj if j != i)]
        for j in order:
            self.obj_activate(j)
            self.solve()
            self.payoff[i, j] = self.obj_val(j)
            self.obj_deactivate(j)
            room = ROOM * max(1.0, abs(self.payoff[i, j]))
            self.model.pcon_list.add(expr=self.obj_expr(j) >= self.payoff[i, j] - room)
        self.model.pcon_list.clear()


def _here(process: type[Any]) -> type[Any]:
    """Its worker class, run here and now: one process on both sides."""

    class Here(process):  # type: ignore[misc]  # pyaugmecon is untyped
        """Its queues pass things on in threads, which take a moment."""

        waits = 0
        exitcode = property(lambda self: 0 if self.waits > 3 else None)

        def start(self) -> None:
            time.sleep(MOMENT)
            self.run()

        def join(self, timeout: float | None = None) -> None:
            time.sleep(MOMENT)
            self.waits += 1

    return Here


def efficient_points(points: list[tuple[float, float]]) -> int:
    """How many points are left without the dominated and those that coincide."""
    values = np.array(points)
    first, last = values[values[:, 0].argmin()], values[values[:, 1].argmin()]
    return int(efficient(normalised(values, np.array([first, last]))).sum())


def worst_excess(points: list[tuple[float, float]], front: list[tuple[float, float]]) -> float:
    """How far, at most, points lie above an exact front, in parts of the range of the first."""
    corners = sorted(front)
    first, second = np.array(corners).T
    excess = [one - np.interp(-other, -second, first) for one, other in points]
    return float(max(excess) / np.ptp(first))


def timed(run: Callable[[], Front]) -> tuple[Front, float, float]:
    """What a run gave, with its CPU and wall seconds."""
    wall, processor = time.perf_counter(), time.process_time()
    found = run()
    return found, time.process_time() - processor, time.perf_counter() - wall


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--case", default="quickstart")
    parser.add_argument("--points", type=int, nargs="+", default=[10, 20, 50])
    arguments = parser.parse_args()
    arrays = build(load_case(arguments.case)).arrays
    ours(arrays, 2)  # imports and first calls
    (corners, solves), processor, wall = timed(lambda: ours(arrays, None))
    rows, columns = arrays.matrix.shape
    print(f"{arguments.case}: {columns} columns, {arrays.integer.sum()} whole, {rows} rows")
    print(f"all {len(corners)} corners: {solves} solves, {processor:.1f} CPU s, {wall:.1f} s\n")
    print("| points asked for | method | points | above front | solves | CPU s | s | x ours |")
    print("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |", flush=True)
    for points in arguments.points:
        methods: dict[str, Callable[[], Front]] = {
            "secondsource": lambda n=points: ours(arrays, n),
            "pyaugmecon, interface kept": lambda n=points: theirs(
                plain_model(arrays), n, kept=True
            ),
            "pyaugmecon": lambda n=points: theirs(plain_model(arrays), n, kept=False),
        }
        base = 0.0
        for name, run in methods.items():
            (found, solves), processor, wall = timed(run)
            base = base or processor
            print(
                f"| {points} | {name} | {efficient_points(found)} "
                f"| {worst_excess(found, corners):.1e} | {solves} | {processor:.1f} | {wall:.1f} "
                f"| {processor / base:.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
