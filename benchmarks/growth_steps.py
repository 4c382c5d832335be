"""One way to one model in its own process: CPU seconds of every step, and the peak of memory."""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import highspy
import numpy as np
from secondsource.datasets.load import load_case
from secondsource.datasets.save import save_case
from secondsource.datasets.synthetic import Size
from secondsource.datasets.synthetic import synthetic_case as made_up_case
from secondsource.models.case import Case
from secondsource.optimizer.compiled import compile_model, templates
from secondsource.optimizer.formulation.model import build_model
from secondsource.optimizer.highs import Session
from secondsource.optimizer.network import Network, build_network
from secondsource.optimizer.tree import build_tree

from . import raw_arrays
from .synthetic import SITES, synthetic_case

MEGABYTE = 1e6


def peak_memory() -> float:
    """Most memory this process has held [MB]."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MEGABYTE


class Clock:
    """CPU seconds of steps, those of them in the system, and the peak of memory after each.

    What the system takes is almost all for giving out memory, page by page.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.system: dict[str, float] = {}
        self.peak: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure one step."""
        started, system = time.process_time(), os.times().system
        yield
        self.seconds[name] = time.process_time() - started
        self.system[name] = os.times().system - system
        self.peak[name] = peak_memory()


def hand_over(network: Network, clock: Clock) -> Session:
    """From a network to a model inside HiGHS, as `solve` does it."""
    with templates():
        with clock.step("state"):
            model = build_model(network)
        with clock.step("compile"):
            arrays = compile_model(model)
    del model
    with clock.step("hand over"):
        return Session(arrays, "cost")


def ours(case: Case, clock: Clock) -> Any:
    """Network, Pyomo templates, arrays, HiGHS."""
    with clock.step("network"):
        network = build_network(case, build_tree(case), force=True)
    with _resting():
        return hand_over(network, clock).solver


def raw(case: Case, clock: Clock) -> Any:
    """The same network, then numpy expressions written by hand for this case."""
    with clock.step("network"):
        network = build_network(case)
    with _resting(), clock.step("hand over"):
        return raw_arrays.assemble(network)


def in_linopy(case: Case, clock: Clock) -> Any:
    """The same network, then linopy with its sparse expressions, the quicker of its two ways."""
    from . import in_linopy as linopy_model  # noqa: PLC0415  # others need not hold it in memory

    warnings.simplefilter("ignore")
    with clock.step("network"):
        network = build_network(case)
    with _resting(), clock.step("hand over"):
        return linopy_model.assemble(network, sparse=True)


WAYS: dict[str, Callable[[Case, Clock], Any]] = {
    "secondsource": ours,
    "raw arrays": raw,
    "linopy": in_linopy,
}
"""Ways from a case to a model inside HiGHS."""


@contextmanager
def _resting() -> Iterator[None]:
    """Keep the garbage collector out of the way, as `solve` does, for every way alike."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def build(size: str, way: str, repeats: int) -> dict[str, Any]:
    """Build a size of the benchmark's case in one way; the least seconds of several times."""
    WAYS[way](synthetic_case(SITES["5k"]), Clock())  # imports and first calls
    best = Clock()
    solver: Any = None
    for _ in range(repeats):
        del solver
        gc.collect()
        clock = Clock()
        solver = WAYS[way](synthetic_case(SITES[size]), clock)
        best.peak = best.peak or clock.peak
        for name, each in clock.seconds.items():
            if each < best.seconds.get(name, np.inf):
                best.seconds[name], best.system[name] = each, clock.system[name]
    return vars(best) | _sizes(solver)


ALGORITHMS: dict[str, dict[str, Any]] = {
    "simplex": {"solver": "simplex"},
    "interior points": {"solver": "ipm"},
    "interior points, no crossover": {"solver": "ipm", "run_crossover": "off"},
    "first order, to 1e-4": {"solver": "pdlp", "kkt_tolerance": 1e-4},
}
"""HiGHS' ways to solve a relaxation."""


def relax(size: str, algorithm: str, limit: float) -> dict[str, Any]:
    """Solve the relaxation of a size by one of HiGHS' algorithms, within so many wall seconds."""
    with templates():
        arrays = compile_model(build_model(build_network(synthetic_case(SITES[size]))))
    solver = Session(replace(arrays, integer=np.zeros_like(arrays.integer)), "cost").solver
    for option, value in (ALGORITHMS[algorithm] | {"time_limit": limit}).items():
        if solver.setOptionValue(option, value) != highspy.HighsStatus.kOk:
            raise RuntimeError(f"HiGHS has no option {option} = {value}")
    clock, started = Clock(), time.perf_counter()
    with clock.step("solve"):
        solver.run()
    status = solver.getModelStatus()
    info = solver.getInfo()
    return vars(clock) | {
        "wall": time.perf_counter() - started,
        "status": solver.modelStatusToString(status),
        "objective": info.objective_function_value,
        "iterations": max(
            info.simplex_iteration_count, info.ipm_iteration_count, info.pdlp_iteration_count
        ),
        **_sizes(solver),
    }


def make_up(suppliers: int) -> dict[str, Any]:
    """Make up a case, write it, load and check it, and build its model."""
    clock = Clock()
    with clock.step("make up"):
        case = made_up_case(Size(suppliers, materials=40, periods=12))
    with tempfile.TemporaryDirectory() as folder:
        with clock.step("write"):
            save_case(case, Path(folder) / "case")
        with clock.step("load and check"):
            case = load_case(Path(folder) / "case")
    solver = ours(case, clock)
    rows = {"sites": len(case.sites), "lanes": len(case.lanes)}
    return vars(clock) | rows | _sizes(solver)


def _sizes(solver: Any) -> dict[str, int]:
    return {
        "variables": solver.getNumCol(),
        "rows": solver.getNumRow(),
        "nonzeros": solver.getNumNz(),
    }


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "build":
        print(json.dumps(build(rest[0], rest[1], int(rest[2]))))
    elif what == "relax":
        print(json.dumps(relax(rest[0], rest[1], float(rest[2]))))
    else:
        print(json.dumps(make_up(int(rest[0]))))
