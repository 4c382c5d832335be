"""One method on one network in its own process: CPU time, memory and the size handed over."""

from __future__ import annotations

import gc
import json
import sys
import time
from pathlib import Path
from typing import Any

import highspy
import numpy as np
import psutil  # type: ignore[import-untyped]  # it has no types
from secondsource.optimizer.network import build_network

from .methods import METHODS
from .synthetic import SITES, synthetic_case

MEGABYTE = 1e6


def peak_memory() -> float:
    """Most memory held since the last :func:`forget_peak`, else since the start [MB]."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return float(line.split()[1]) * 1024 / MEGABYTE
    import resource  # noqa: PLC0415  # absent on Windows

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MEGABYTE


def forget_peak() -> None:
    """Start the peak anew where the system can."""
    clear = Path("/proc/self/clear_refs")
    if clear.exists():
        clear.write_text("5")


def relaxation(solver: highspy.Highs) -> float:
    """Optimal objective without integrality."""
    columns = np.arange(solver.getNumCol(), dtype=np.int32)
    continuous = np.zeros(len(columns), dtype=np.uint8)
    solver.setOptionValue("output_flag", False)
    solver.changeColsIntegrality(len(columns), columns, continuous)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError("the relaxation has no optimum")
    return float(solver.getObjectiveValue())


def measure(size: str, method: str, repeats: int, *, solve: bool) -> dict[str, Any]:
    """Hand over ``repeats`` times from a network built anew and keep the least CPU time.

    The garbage collector rests while the clock runs, for every method: the package does so too.
    """
    prepare, hand_over = METHODS[method]
    hand_over(prepare(build_network(synthetic_case(SITES["5k"]))))  # imports and first calls
    best: dict[str, Any] = {}
    for number in range(repeats):
        gc.collect()
        network = build_network(synthetic_case(SITES[size]))  # remembers nothing
        gc.disable()
        started = time.process_time()
        before = psutil.Process().memory_info().rss / MEGABYTE
        forget_peak()
        source = prepare(network)
        prepared = time.process_time() - started
        started = time.process_time()
        solver = hand_over(source)
        seconds = time.process_time() - started
        gc.enable()
        if not best or seconds < best["seconds"]:
            best |= {"seconds": seconds, "prepared": prepared}
        if number == 0:
            best |= {
                "peak": peak_memory(),
                "added": peak_memory() - before,
                "columns": solver.getNumCol(),
                "rows": solver.getNumRow(),
                "nonzeros": solver.getNumNz(),
            }
        if solve and number == repeats - 1:
            best["objective"] = relaxation(solver)
        del solver, source, network
    return best


if __name__ == "__main__":
    name, which, times, solved = sys.argv[1:5]
    print(json.dumps(measure(name, which, int(times), solve=solved == "solve")))
