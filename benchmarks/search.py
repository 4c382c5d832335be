"""With decisions free the search is what takes the time: does anything known beforehand shorten it?

Run ``python -m benchmarks.search`` from the repository root. On a made-up case of 5,000 variables,
prices, demand and capacities are drawn anew for each point. It tells the share of the time outside
HiGHS, what two worker processes gain, and for each way to help the search its time as a multiple
of plain solving. Ways that keep cuts are tried on points that differ in prices only, since a cut
stays valid only where nothing but costs changes.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import highspy
import numpy as np
from secondsource.models.rule_rows import Change
from secondsource.optimizer.arrays import Arrays
from secondsource.optimizer.executors import Failed, open_executor
from secondsource.optimizer.highs import Options, Session
from secondsource.optimizer.patches import Patch, difference
from secondsource.optimizer.resolve import Setup
from secondsource.optimizer.tree import FloatArray
from secondsource.optimizer.workbench import Workbench

from . import points
from .synthetic import SITES, synthetic_case

GAP = 1e-4
INPUTS = (("offers", "price"), ("demand", "quantity"), ("plants", "capacity"))


@dataclass
class Known:
    """What is known before a point is solved.

    Attributes:
        plan: a plan of a neighbour.
        basis: the basis of the base's relaxation.
        cuts: the base's cuts at the root, as (lower, upper, columns, values).
    """

    plan: FloatArray
    basis: Any
    cuts: list[tuple[float, float, Any, Any]] = field(default_factory=list)


Way = Callable[[Session, Known], None]


def plainly(session: Session, known: Known) -> None:
    """Nothing but the model."""


def start_near(session: Session, known: Known) -> None:
    """The whole numbers of the neighbour's plan as a start, completed by HiGHS."""
    session.start_from(known.plan)


def start_complete(session: Session, known: Known) -> None:
    """A whole plan as a start: the neighbour's decisions with the best amounts for this point."""
    found = with_decisions(session, known.plan)
    if found is not None:
        every = np.arange(len(found), dtype=np.int32)
        session.solver.setSolution(len(found), every, found)


def cut_off(session: Session, known: Known) -> None:
    """A row that forbids all that costs more than the neighbour's decisions do here."""
    found = with_decisions(session, known.plan)
    if found is not None:
        costs, offset = session.minimised()
        session.cap("cost", float(costs @ found) + offset + 1e-6 * abs(float(costs @ found)))


def warm_basis(session: Session, known: Known) -> None:
    """The basis of the base's relaxation."""
    session.solver.setBasis(known.basis)


def without_presolve(session: Session, known: Known) -> None:
    """The model as it is."""
    session.solver.setOptionValue("presolve", "off")


def without_heuristics(session: Session, known: Known) -> None:
    """A start, and no effort for better plans."""
    start_complete(session, known)
    session.solver.setOptionValue("mip_heuristic_effort", 0.0)


def all_of_it(session: Session, known: Known) -> None:
    """A complete start, no heuristics, no presolve."""
    without_heuristics(session, known)
    without_presolve(session, known)


def kept_cuts(session: Session, known: Known) -> None:
    """The base's cuts at the root as rows."""
    for lower, upper, columns, values in known.cuts:
        session.solver.addRow(lower, upper, len(columns), columns, values)


def kept_cuts_without_presolve(session: Session, known: Known) -> None:
    """The same, the model otherwise as it is."""
    kept_cuts(session, known)
    without_presolve(session, known)


WAYS: dict[str, Way] = {
    "plain": plainly,
    "start from the neighbour's decisions": start_near,
    "start from its decisions with amounts": start_complete,
    "cut-off at its cost": cut_off,
    "basis of the relaxation": warm_basis,
    "no presolve": without_presolve,
    "start with amounts, no heuristics": without_heuristics,
    "start with amounts, no heuristics, no presolve": all_of_it,
}
CUT_WAYS: dict[str, Way] = {
    "plain": plainly,
    "root cuts kept": kept_cuts,
    "no presolve": without_presolve,
    "root cuts kept, no presolve": kept_cuts_without_presolve,
}


def with_decisions(session: Session, plan: FloatArray) -> FloatArray | None:
    """Best plan with the whole numbers of another; None where they are impossible here."""
    arrays = session.arrays
    whole = arrays.integer
    held = np.clip(np.round(plan), arrays.lower, arrays.upper)
    fixed = replace(
        arrays,
        lower=np.where(whole, held, arrays.lower),
        upper=np.where(whole, held, arrays.upper),
        integer=np.zeros_like(whole),
    )
    return Session(fixed, "cost").solve(Options(threads=1)).point


def known_of(base: Arrays) -> Known:
    """Plan, basis and cuts of the base."""
    relaxed = Session(replace(base, integer=np.zeros_like(base.integer)), "cost")
    relaxed.solve(Options(threads=1))
    session = Session(base, "cost")
    session.solver.setOptionValue("presolve", "off")  # so that cuts are about its own columns
    session.solver.setOptionValue("mip_rel_gap", GAP)
    session.solver.setOptionValue("threads", 1)
    cuts: list[tuple[float, float, Any, Any]] = []
    pool = highspy.cb.HighsCallbackType.kCallbackMipGetCutPool

    def call(kind: Any, _message: str, data: Any, _reply: Any, _user: Any) -> None:
        if kind == pool and data.cutpool_num_cut:
            starts = [*np.array(data.cutpool_start)[: data.cutpool_num_cut], None]
            columns, values = np.array(data.cutpool_index), np.array(data.cutpool_value)
            lower, upper = np.array(data.cutpool_lower), np.array(data.cutpool_upper)
            cuts[:] = [
                (lower[at], upper[at], columns[own].astype(np.int32), values[own])
                for at, own in enumerate(slice(*starts[n : n + 2]) for n in range(len(starts) - 1))
            ]

    session.solver.setCallback(call, None)
    session.solver.startCallback(pool)
    session.solver.run()
    plan = np.array(session.solver.getSolution().col_value)
    return Known(plan, relaxed.basis(), cuts)


def drawn(workbench: Workbench, count: int, inputs: Sequence[tuple[str, str]]) -> list[Arrays]:
    """Arrays of points with every number of some columns times a factor of the point."""
    draw = np.random.default_rng(1)
    return [
        workbench.changed(
            [
                Change(
                    table=table, key="*", field=name, op="multiply", value=draw.uniform(0.9, 1.1)
                )
                for table, name in inputs
            ]
        ).arrays
        for _ in range(count)
    ]


def solved(arrays: Arrays, known: Known, way: Way) -> tuple[float, float]:
    """Optimum and CPU seconds of a solve with some help, the making of the help included."""
    session = Session(arrays, "cost")
    started = time.process_time()
    way(session, known)
    found = session.solve(Options(gap=GAP, threads=1))
    if found.objective is None:
        raise RuntimeError("a point has no plan")
    return found.objective, time.process_time() - started


def compare(every: list[Arrays], known: Known, ways: dict[str, Way]) -> None:
    """Print each way's time as a multiple of the plain one's."""
    plain: list[tuple[float, float]] = []
    print("| way | s a point | x plain | x plain, geometric mean | least to most |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, way in ways.items():
        found = [solved(arrays, known, way) for arrays in every]
        plain = plain or found
        for (objective, _), (expected, _) in zip(found, plain, strict=True):
            if not math.isclose(objective, expected, rel_tol=2 * GAP):
                raise RuntimeError(f"{name}: {objective!r}, not {expected!r}")
        ratios = [own / other for (_, own), (_, other) in zip(found, plain, strict=True)]
        spent = sum(seconds for _, seconds in found)
        total = spent / sum(seconds for _, seconds in plain)
        print(
            f"| {name} | {spent / len(every):.2f} | {total:.2f} "
            f"| {math.exp(np.mean(np.log(ratios))):.2f} | {min(ratios):.2f} to {max(ratios):.2f} |",
            flush=True,
        )


def overhead(workbench: Workbench, count: int) -> None:
    """Print the share of the time that is spent outside HiGHS, rebuilding included."""
    base = workbench.built.arrays
    resolver = points.start(Setup(base, options=Options(gap=GAP, threads=1)))
    draw = np.random.default_rng(1)
    started, inside = time.perf_counter(), 0.0
    for patch in patches(workbench, count, draw):
        inside += resolver.solve(patch).seconds
    whole = time.perf_counter() - started
    print(f"outside HiGHS: {(whole - inside) / whole:.1%} of {whole / count:.2f} s a point\n")


def patches(workbench: Workbench, count: int, draw: np.random.Generator) -> Iterator[Patch]:
    """Points as they travel."""
    for _ in range(count):
        factors = [float(draw.uniform(0.9, 1.1)) for _ in INPUTS]
        changes = [
            Change(table=table, key="*", field=name, op="multiply", value=factor)
            for (table, name), factor in zip(INPUTS, factors, strict=True)
        ]
        patch = difference(workbench.built.arrays, workbench.changed(changes).arrays)
        if patch is None:
            raise RuntimeError("a point has another shape")
        yield patch


def processes(workbench: Workbench, count: int) -> None:
    """Print how much faster two worker processes are than one, by the clock."""
    setup = Setup(workbench.built.arrays, options=Options(gap=GAP, threads=1))
    seconds = {}
    for workers in (1, 2):
        with open_executor("processes", workers=workers) as executor:
            list(executor.run(points.start, points.work, setup, [[]] * (2 * workers)))
            tasks = ([patch] for patch in patches(workbench, count, np.random.default_rng(1)))
            started = time.perf_counter()
            for _, found in executor.run(points.start, points.work, setup, tasks):
                if isinstance(found, Failed):
                    raise RuntimeError(found.message)
            seconds[workers] = time.perf_counter() - started
    print(f"two processes are {seconds[1] / seconds[2]:.2f} times as fast as one\n", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--points", type=int, default=12)
    arguments = parser.parse_args()
    workbench = Workbench(synthetic_case(SITES["5k"]))
    base = workbench.built.arrays
    rows, columns = base.matrix.shape
    print(f"{columns:,} columns, {rows:,} rows, {int(base.integer.sum())} whole numbers\n")
    overhead(workbench, arguments.points)
    processes(workbench, arguments.points)
    known = known_of(base)
    print("Prices, demand and capacities:\n")
    compare(drawn(workbench, arguments.points, INPUTS), known, WAYS)
    print(f"\nPrices only, {len(known.cuts)} cuts kept:\n")
    compare(drawn(workbench, arguments.points, INPUTS[:1]), known, CUT_WAYS)


if __name__ == "__main__":
    main()
