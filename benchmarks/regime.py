"""What the regime of controls makes of the bundled magnet case: size, and how HiGHS likes it.

Run ``python -m benchmarks.regime [SCENARIO ...]`` from the root of the repository. For each future
alone: variables and rows, ways to run plants (one variant of each input, or sets of them), and the
time of the first relaxation by both methods and of the whole search with and without the options
for models of many columns. CPU seconds; ratios hold within one run.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import highspy
import numpy as np
from secondsource.datasets.load import load_case
from secondsource.optimizer import highs
from secondsource.optimizer.compiled import Arrays
from secondsource.optimizer.highs import Options, Session
from secondsource.optimizer.solve import build

FUTURES = ("B1", "B2", "B3", "B4", "B5")


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of some work, and what it gave."""
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def relaxation(arrays: Arrays, method: str) -> float:
    """CPU seconds of the relaxation by 'simplex' or 'ipm'."""
    session = Session(arrays, "cost")
    whole = np.flatnonzero(arrays.integer).astype(np.int32)
    kinds = np.full(len(whole), highspy.HighsVarType.kContinuous)
    session.solver.changeColsIntegrality(len(whole), whole, kinds)
    session.solver.setOptionValue("solver", method)
    return seconds(session.solver.run)[0]


def search(arrays: Arrays, gap: float, limit: float, *, plain: bool) -> str:
    """CPU seconds of a search, with HiGHS' own options if plain; the gap where it did not end."""
    kept, highs.MANY_COLUMNS = highs.MANY_COLUMNS, 10**9 if plain else 0
    try:
        spent, found = seconds(
            lambda: Session(arrays, "cost").solve(Options(gap=gap, time_limit=limit))
        )
    finally:
        highs.MANY_COLUMNS = kept
    ended = found.gap is not None and found.gap <= gap
    return f"{spent:.0f}" if ended else f"{spent:.0f}, gap {100 * (found.gap or np.inf):.2f} %"


def main() -> None:
    """Print a row for each future."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("futures", nargs="*", default=list(FUTURES))
    parser.add_argument("--gap", type=float, default=1e-3)
    parser.add_argument("--time-limit", type=float, default=300)
    asked = parser.parse_args()
    case = load_case("ndfeb")
    print("| future | variables | rows | modes | draws | simplex | interior | search | plain |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for future in asked.futures:
        built = build(case, [future])
        arrays, production = built.arrays, built.network.production
        rows, columns = arrays.matrix.shape
        figures = [
            f"{columns:,}",
            f"{rows:,}",
            f"{len(np.unique(production.run.members[:, :2], axis=0)):,}",
            f"{len(production.draw):,}",
            f"{relaxation(arrays, 'simplex'):.1f}",
            f"{relaxation(arrays, 'ipm'):.1f}",
            search(arrays, asked.gap, asked.time_limit, plain=False),
            search(arrays, asked.gap, asked.time_limit, plain=True),
        ]
        print(f"| {future} | {' | '.join(figures)} |", flush=True)


if __name__ == "__main__":
    main()
