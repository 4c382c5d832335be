"""Where the time and the memory of a whole run go, stage by stage.

Run ``python -m benchmarks.stages [CASE ...]`` from the repository root; a case is a path, the name
of a bundled case or a size of :mod:`benchmarks.synthetic`. Give one case for memory per variable:
what a case before it left behind counts as its own.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it has no types
from secondsource.datasets.load import load_case
from secondsource.datasets.runs import write_run
from secondsource.models.case import Case
from secondsource.optimizer.compiled import compile_model, templates
from secondsource.optimizer.formulation.model import build_model
from secondsource.optimizer.highs import Options, Session
from secondsource.optimizer.network import build_network
from secondsource.optimizer.plan import build_tables
from secondsource.optimizer.polish import polished
from secondsource.optimizer.tree import build_tree
from secondsource.optimizer.verify import verify_plan

from .measure import MEGABYTE, peak_memory
from .synthetic import SITES, synthetic_case


class Stages:
    """Wall and CPU seconds of each stage, and the peak of memory after it."""

    def __init__(self) -> None:
        gc.collect()
        self.before = psutil.Process().memory_info().rss / MEGABYTE

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure one stage and print its line."""
        wall, processor = time.perf_counter(), time.process_time()
        yield
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        print(
            f"| {name} | {wall:.2f} | {processor:.2f} | {peak_memory() - self.before:.0f} |",
            flush=True,
        )


def get(case: str) -> Case:
    """A bundled, written or made-up case."""
    return synthetic_case(SITES[case]) if case in SITES else load_case(case)


def run(name: str, gap: float | None, time_limit: float) -> None:
    """Take one case from its tables to a run folder."""
    stages = Stages()
    print(f"\n| {name} | wall s | CPU s | peak memory above start, MB |")
    print("| --- | ---: | ---: | ---: |")
    with stages.stage("load and check"):
        case = get(name)
    with stages.stage("network"):
        network = build_network(case, build_tree(case, case.solve.scenarios))
    with templates():
        with stages.stage("Pyomo model"):
            model = build_model(network)
        with stages.stage("arrays"):
            arrays = compile_model(model)
    with stages.stage("hand over"):
        session = Session(arrays, "cost")
    with stages.stage("solve"):
        outcome = session.solve(Options(gap=gap or case.solve.gap, time_limit=time_limit))
    columns = arrays.matrix.shape[1]
    if outcome.point is not None:
        with stages.stage("clean plan"):
            point = polished(session, outcome.point)
        with stages.stage("tables"):
            tables = build_tables(network, arrays, point if point is not None else outcome.point)
        with stages.stage("verify"):
            verify_plan(case, tables, case.solve.scenarios)
        with tempfile.TemporaryDirectory() as folder, stages.stage("write"):
            write_run(Path(folder) / "run", case, tables, {}, {})
    used = (peak_memory() - stages.before) * MEGABYTE
    print(f"\n{columns:,} variables, {used / columns:,.0f} bytes each; {outcome.status.value}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("cases", nargs="*", default=["ndfeb"], metavar="CASE")
    parser.add_argument("--gap", type=float, help="relative gap (default: the case's)")
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds of the solve")
    arguments = parser.parse_args()
    for case in arguments.cases:
        run(case, arguments.gap, arguments.time_limit)


if __name__ == "__main__":
    main()
