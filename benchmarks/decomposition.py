"""Futures as one model and in parts, by their number: CPU seconds, peak memory, gap.

``python -m benchmarks.decomposition --futures 3 10 30 100 --time-limit 600`` from the root of the
repository. Every solve has a process of its own; the ratio is that of one run, one after the other.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from typing import Any

from secondsource.datasets.synthetic import Size, synthetic_case
from secondsource.optimizer.highs import Options
from secondsource.optimizer.solve import Request, solve

METHODS = ("decomposed", "extensive")


def measured(method: str, figures: dict[str, int], gap: float, limit: float) -> dict[str, Any]:
    case = synthetic_case(Size(**figures))
    began = time.process_time()
    request = Request(options=Options(gap=gap, time_limit=limit, threads=1), method=method)
    found = solve(case, request)
    return {
        "method": method,
        "variables": found.variables,
        "cpu_seconds": round(time.process_time() - began, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3),
        "status": str(found.status),
        "objective": found.objective,
        "gap": found.gap,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--futures", type=int, nargs="+", default=[3, 10, 30, 100])
    parser.add_argument("--suppliers", type=int, default=40)
    parser.add_argument("--materials", type=int, default=18)
    parser.add_argument("--periods", type=int, default=12)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--time-limit", type=float, default=600)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measured(**json.loads(given.one))))
        return
    for futures in given.futures:
        for method in given.methods:
            sizes = {name: getattr(given, name) for name in ("suppliers", "materials", "periods")}
            one = {
                "method": method,
                "figures": {**sizes, "scenarios": futures},
                "gap": given.gap,
                "limit": given.time_limit,
            }
            command = [sys.executable, "-m", "benchmarks.decomposition", "--one", json.dumps(one)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            print(futures, done.stdout.strip().splitlines()[-1], flush=True)


if __name__ == "__main__":
    main()
