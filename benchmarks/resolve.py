"""How fast is a sweep over a case whose decisions are kept, against Pyomo's own interfaces?

Run ``python -m benchmarks.resolve`` from the repository root. The bundled magnet case is solved in
one of its futures; its decisions are kept, and prices, demand and capacities vary over 200 points,
one of them at a time or all at once. A few points go through Pyomo's interfaces too, and all optima
must agree.

CPU seconds count, for they are the same on a busy machine; two processes are measured by the clock.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from secondsource.datasets.load import load_case
from secondsource.optimizer.arrays import Arrays
from secondsource.optimizer.executors import Failed, in_order, open_executor
from secondsource.optimizer.highs import Options, Session
from secondsource.optimizer.keep import keep_decisions
from secondsource.optimizer.network import build_network
from secondsource.optimizer.patches import Patch, difference
from secondsource.optimizer.resolve import Setup
from secondsource.optimizer.solve import Built, Request, solve
from secondsource.optimizer.tree import build_tree
from secondsource.optimizer.workbench import Workbench

from . import points
from .in_pyomo import Kept, rebuild, rebuild_newer
from .sweeps import SWEEPS, Point

GAP = 1e-6
AGREE = 1e-6
Seconds = Counter[str]


class Bench:
    """A case with the decisions of its best plan kept, and changes of it as patches.

    Args:
        case: name of a bundled case.
        scenario: the only future.
        seconds: CPU seconds of each stage, added to.
    """

    def __init__(self, case: str, scenario: str, seconds: Seconds) -> None:
        loaded = load_case(case)
        self.seconds = seconds
        self.workbench = Workbench(loaded, [scenario])
        self.scenario = scenario
        request = Request(scenarios=(scenario,), options=Options(gap=1e-3, threads=1))
        self.plan = solve(loaded, request).tables
        self.base = self.kept(self.workbench.built)
        self.setup = Setup(self.base, options=Options(gap=GAP, threads=1))

    def kept(self, built: Built) -> Arrays:
        """Arrays with the plan's decisions held."""
        return keep_decisions(built, self.plan)[0]

    def arrays(self, changes: Point) -> Arrays:
        """Arrays of a point."""
        return self.kept(self.workbench.changed(changes))

    def patches(self, row: Sequence[Point]) -> Iterator[Patch]:
        """What differs at each point, as it is asked for."""
        for changes in row:
            with clock(self.seconds, "rebuild"):
                arrays = self.arrays(changes)
            with clock(self.seconds, "patch"):
                patch = difference(self.base, arrays)
            if patch is None:
                raise RuntimeError("a point has another shape")
            yield patch


@contextmanager
def clock(seconds: Seconds, stage: str) -> Iterator[None]:
    """Add the CPU seconds of a block to a stage."""
    started = time.process_time()
    yield
    seconds[stage] += time.process_time() - started


def ours(bench: Bench, rows: list[list[Point]]) -> list[float]:
    """Optima of all points, one after the other; the base is solved before the clock starts."""
    resolver = points.start(bench.setup)
    seconds = bench.seconds
    seconds.clear()
    found = []
    with timed_session(seconds), clock(seconds, "all"):
        for row in rows:
            answers = points.answers(resolver, bench.patches(row))
            found += [number(answer.objective) for answer in answers]
    seconds["read"] = seconds.pop("all") - sum(seconds.values())
    return found


@contextmanager
def timed_session(seconds: Seconds) -> Iterator[None]:
    """Tell apart what a session spends in HiGHS and on giving it new numbers."""
    update, run = Session.update, Session.solve

    def timed_update(self: Session, arrays: Arrays) -> Patch | None:
        with clock(seconds, "hand over"):
            return update(self, arrays)

    def timed_solve(self: Session, options: Options) -> Any:
        with clock(seconds, "solve"):
            return run(self, options)

    Session.update, Session.solve = timed_update, timed_solve  # type: ignore[method-assign]  # timed from outside
    try:
        yield
    finally:
        Session.update, Session.solve = update, run  # type: ignore[method-assign]  # as it was


def by_processes(bench: Bench, rows: list[list[Point]], workers: int) -> tuple[list[float], float]:
    """Optima from so many processes, and seconds by the clock from the first point on."""
    tasks = (list(bench.patches(row)) for row in rows)
    with open_executor("processes", workers=workers) as executor:
        list(executor.run(points.start, points.work, bench.setup, [[]] * (2 * workers)))
        started = time.perf_counter()
        found: list[float] = []
        for group in in_order(executor.run(points.start, points.work, bench.setup, tasks)):
            if isinstance(group, Failed):
                raise RuntimeError(f"a task failed: {group.message}")
            found += [number(one.objective) for one in group]
        return found, time.perf_counter() - started


def number(found: float | None) -> float:
    """An optimum that there is."""
    if found is None:
        raise RuntimeError("a point has no optimum")
    return found


def agree(name: str, found: float, expected: float) -> None:
    """Raise unless two optima are the same."""
    if not math.isclose(found, expected, rel_tol=AGREE):
        raise RuntimeError(f"{name}: {found!r}, not {expected!r}")


def rebuilt(bench: Bench, changes: Point, which: Any) -> tuple[float, Seconds]:
    """Optimum of a point stated anew, and where the time went."""
    seconds: Seconds = Counter()
    case = bench.workbench.case
    with clock(seconds, "network"):
        changed = case.model_copy(update={"changes": [*case.changes, *changes]})
        network = build_network(changed, build_tree(changed, [bench.scenario]))
    found = which(network, bench.base, GAP)
    seconds.update(found.seconds)
    return found.objective, seconds


def line(name: str, count: int, rebuild_seconds: float, parts: Seconds) -> str:
    """A row of the table."""
    each = sum(parts.values()) / count
    spent = ", ".join(f"{stage} {value / count:.3f}" for stage, value in parts.items())
    return (
        f"| {name} | {count} | {each:.3f} | {1 / each:.2f} | {rebuild_seconds / each:.1f} "
        f"| {spent} |"
    )


def all_rebuilt(
    bench: Bench, every: list[Point], optima: list[float], count: int
) -> tuple[str, Seconds]:
    """The quicker of Pyomo's two interfaces and its mean CPU seconds a point, by stage."""
    found: dict[str, Seconds] = {}
    for name, which in (("appsi_highs", rebuild), ("contrib.solver", rebuild_newer)):
        total: Seconds = Counter()
        for at in spread(every, count):
            objective, seconds = rebuilt(bench, every[at], which)
            agree(name, objective, optima[at])
            total.update(seconds)
        found[name] = total
        print(f"rebuilt through {name}: {sum(total.values()) / count:.2f} CPU s a point")
    name = min(found, key=lambda one: sum(found[one].values()))
    return name, found[name]


def all_kept(bench: Bench, every: list[Point], optima: list[float], count: int) -> Seconds:
    """CPU seconds of points through a model that Pyomo's persistent interface keeps, by stage."""
    chosen = spread(every, count)
    others = [bench.arrays(every[at]) for at in chosen]
    model = Kept(bench.base, others, GAP)
    total: Seconds = Counter()
    for at, arrays in zip(chosen, others, strict=True):
        objective, seconds = model.solve(arrays)
        agree("kept in Pyomo", objective, optima[at])
        total.update(seconds)
    return total


def spread(every: list[Any], count: int) -> list[int]:
    """Positions of so many points, far apart."""
    return list(np.linspace(0, len(every) - 1, count).astype(int).tolist())


def compare(bench: Bench, rows: list[list[Point]], rebuilds: int, kept: int) -> list[float]:
    """Optima of all points, once the ways are measured and their table is printed."""
    every = [point for row in rows for point in row]
    optima = ours(bench, rows)
    own = Counter(bench.seconds)
    name, anew = all_rebuilt(bench, every, optima, rebuilds)
    updated = all_kept(bench, every, optima, kept)
    slowest = sum(anew.values()) / rebuilds
    print("\n| way | points | CPU s a point | points a CPU s | x rebuilt | of it |")
    print("| --- | ---: | ---: | ---: | ---: | --- |")
    print(line(f"rebuilt, {name}", rebuilds, slowest, anew))
    print(line("kept, appsi_highs", kept, slowest, updated))
    print(line("secondsource", len(every), slowest, own), flush=True)
    return optima


def compare_processes(bench: Bench, rows: list[list[Point]], optima: list[float]) -> None:
    """Measure one and two worker processes by the clock."""
    seconds = {}
    for workers in (1, 2):
        found, seconds[workers] = by_processes(bench, rows, workers)
        for theirs, expected in zip(found, optima, strict=True):
            agree(f"{workers} processes", theirs, expected)
        speed = len(found) / seconds[workers]
        print(f"{workers} worker processes: {speed:.2f} points a second by the clock")
    print(f"two are {seconds[1] / seconds[2]:.2f} times as fast as one\n", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--case", default="ndfeb")
    parser.add_argument("--scenario", default="B1")
    parser.add_argument("--sweeps", nargs="+", choices=list(SWEEPS), default=list(SWEEPS))
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--rebuilt", type=int, default=3, help="points that are rebuilt")
    parser.add_argument("--kept", type=int, default=8, help="points through the kept model")
    parser.add_argument("--alone", action="store_true", help="without worker processes")
    arguments = parser.parse_args()
    bench = Bench(arguments.case, arguments.scenario, Counter())
    rows, columns = bench.base.matrix.shape
    free = int((bench.base.integer & (bench.base.lower < bench.base.upper)).sum())
    print(f"{columns:,} columns, {rows:,} rows, {free} free whole numbers\n", flush=True)
    for name in arguments.sweeps:
        rows = SWEEPS[name](arguments.points)
        print(f"{name}: {arguments.points} points in {len(rows)} rows\n", flush=True)
        optima = compare(bench, rows, arguments.rebuilt, arguments.kept)
        if not arguments.alone:
            compare_processes(bench, rows, optima)


if __name__ == "__main__":
    main()
