"""How fast is a sweep over a case whose decisions are kept, against Pyomo's own interfaces?

Run ``python -m benchmarks.resolve`` from the repository root. The bundled magnet case is solved in
one of its futures; its decisions are kept, and prices, demand and capacities vary on a grid of 200
points. A few points go through Pyomo's interfaces too, and all optima must agree.

CPU seconds count, for they are the same on a busy machine; two processes are measured by the clock.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from secondsource.datasets.load import load_case
from secondsource.models.rule_rows import Change
from secondsource.optimizer.arrays import Arrays
from secondsource.optimizer.executors import Failed, in_order, open_executor
from secondsource.optimizer.highs import Options, Session
from secondsource.optimizer.keep import keep_decisions
from secondsource.optimizer.network import build_network
from secondsource.optimizer.patches import Patch, difference
from secondsource.optimizer.resolve import Resolver, Setup
from secondsource.optimizer.solve import Built, Request, solve
from secondsource.optimizer.tree import build_tree
from secondsource.optimizer.workbench import Workbench

from . import points
from .in_pyomo import Kept, rebuild, rebuild_newer
from .sweeps import NARROW, WIDE, Grid

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

    def arrays(self, changes: Sequence[Change]) -> Arrays:
        """Arrays of a point."""
        return self.kept(self.workbench.changed(changes))

    def patches(self, every: Sequence[Sequence[Change]]) -> Iterator[Patch]:
        """What differs at each point, as it is asked for."""
        for changes in every:
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


def ours(bench: Bench, every: Sequence[list[Change]]) -> list[float]:
    """Optima of all points, one after the other; the base is solved before the clock starts."""
    resolver = Resolver(bench.setup)
    resolver.solve()
    seconds = bench.seconds
    seconds.clear()
    found = []
    with timed_session(seconds):
        for patch in bench.patches(every):
            with clock(seconds, "in the resolver"):
                found.append(number(resolver.solve(patch).objective))
    inside = seconds.pop("in the resolver")
    seconds["read"] = inside - seconds["hand over"] - seconds["solve"]
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

    Session.update, Session.solve = timed_update, timed_solve  # type: ignore[method-assign]
    try:
        yield
    finally:
        Session.update, Session.solve = update, run  # type: ignore[method-assign]


def by_processes(bench: Bench, every: Sequence[list[Change]], workers: int) -> tuple[Any, float]:
    """Optima from so many processes, and seconds by the clock from the first point on."""
    with open_executor("processes", workers=workers) as executor:
        warm = [difference(bench.base, bench.base)] * workers
        list(executor.run(points.start, points.work, bench.setup, warm))
        started = time.perf_counter()
        patches = bench.patches(every)
        found = list(in_order(executor.run(points.start, points.work, bench.setup, patches)))
        return [number(one) for one in found], time.perf_counter() - started


def number(found: points.Found | Failed | float | None) -> float:
    """An optimum that there is."""
    if isinstance(found, points.Found):
        found = found.objective
    if not isinstance(found, float):
        raise RuntimeError(f"a point has no optimum: {found}")
    return found


def agree(name: str, found: float, expected: float) -> None:
    """Raise unless two optima are the same."""
    if not math.isclose(found, expected, rel_tol=AGREE):
        raise RuntimeError(f"{name}: {found!r}, not {expected!r}")


def rebuilt(bench: Bench, changes: list[Change], which: Any) -> tuple[float, Seconds]:
    """Optimum of a point stated anew, and where the time went."""
    seconds: Seconds = Counter()
    case = bench.workbench.case
    with clock(seconds, "network"):
        changed = case.model_copy(update={"changes": [*case.changes, *changes]})
        network = build_network(changed, build_tree(changed, [bench.scenario]))
    found = which(network, bench.base, GAP)
    seconds.update(found.seconds)
    return found.objective, seconds


def line(name: str, count: int, seconds: float, rebuild_seconds: float, parts: Seconds) -> str:
    """A row of the table."""
    each = seconds / count
    spent = ", ".join(f"{stage} {value / count:.3f}" for stage, value in parts.items())
    return (
        f"| {name} | {count} | {each:.3f} | {1 / each:.2f} | {rebuild_seconds / each:.1f} "
        f"| {spent} |"
    )


def compare(bench: Bench, every: list[list[Change]], peers: int, *, kept: int) -> None:
    """Measure all ways and print the table."""
    optima = ours(bench, every)
    own, parts = sum(bench.seconds.values()), Counter(bench.seconds)
    chosen = np.linspace(0, len(every) - 1, peers).astype(int).tolist()
    best: tuple[str, Seconds] | None = None
    for name, which in (("appsi_highs", rebuild), ("contrib.solver", rebuild_newer)):
        total: Seconds = Counter()
        for at in chosen[: 1 if best else peers]:
            objective, seconds = rebuilt(bench, every[at], which)
            agree(name, objective, optima[at])
            total.update(seconds)
        scale = peers if best else 1
        total = Counter({stage: value * scale for stage, value in total.items()})
        if best is None or sum(total.values()) < sum(best[1].values()):
            best = name, total
    assert best is not None
    anew = sum(best[1].values()) / peers
    sampled = np.linspace(0, len(every) - 1, kept).astype(int).tolist()
    others = [bench.arrays(every[at]) for at in sampled]
    model = Kept(bench.base, others, GAP)
    updated: Seconds = Counter()
    for at, arrays in zip(sampled, others, strict=True):
        objective, seconds = model.solve(arrays)
        agree("kept in Pyomo", objective, optima[at])
        updated.update(seconds)
    print("| way | points | CPU s a point | points a CPU s | x rebuilt | of it |")
    print("| --- | ---: | ---: | ---: | ---: | --- |")
    print(line(f"rebuilt, {best[0]}", peers, anew * peers, anew, best[1]))
    print(line("kept, appsi_highs", kept, sum(updated.values()), anew, updated))
    print(line("secondsource", len(every), own, anew, parts), flush=True)
    walls = {}
    for workers in (1, 2):
        found, walls[workers] = by_processes(bench, every, workers)
        for theirs, expected in zip(found, optima, strict=True):
            agree(f"{workers} processes", theirs, expected)
        print(f"{workers} worker processes: {len(every) / walls[workers]:.2f} points a second")
    print(f"two processes are {walls[1] / walls[2]:.2f} times as fast as one\n", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--case", default="ndfeb")
    parser.add_argument("--scenario", default="B1")
    parser.add_argument("--sweeps", nargs="+", choices=["wide", "narrow"], default=["wide"])
    parser.add_argument("--points", type=int, default=200, help="so many of the grid's 200")
    parser.add_argument("--rebuilt", type=int, default=3, help="points that are rebuilt")
    parser.add_argument("--kept", type=int, default=8, help="points through the kept model")
    arguments = parser.parse_args()
    bench = Bench(arguments.case, arguments.scenario, Counter())
    rows, columns = bench.base.matrix.shape
    free = int((bench.base.integer & (bench.base.lower < bench.base.upper)).sum())
    print(f"{columns:,} columns, {rows:,} rows, {free} free whole numbers\n", flush=True)
    for name in arguments.sweeps:
        every = list(Grid(WIDE if name == "wide" else NARROW).points())[: arguments.points]
        print(f"{name} sweep\n")
        compare(bench, every, arguments.rebuilt, kept=arguments.kept)


if __name__ == "__main__":
    main()
