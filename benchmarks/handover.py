"""How fast and how small is the way from a built network to a model inside HiGHS?

Run ``python -m benchmarks.handover`` from the repository root, with the package and its
``benchmarks`` extra installed. Every method starts from the same network, in a process of its own;
the relaxation of the smallest size is solved to see that all hand over the same model.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

from .synthetic import SITES

ROOT = Path(__file__).resolve().parent.parent
REPEATS = {"5k": 7, "50k": 5, "500k": 3, "2M": 1}
SLOW = ("Pyomo standard form", "Pyomo interface")
NAMES = ("raw arrays", "secondsource", "linopy", "linopy sparse", *SLOW)


def run(size: str, method: str, repeats: int, *, solve: bool) -> dict[str, Any]:
    """Result of one method in its own process."""
    command = [sys.executable, "-m", "benchmarks.measure", size, method, str(repeats)]
    command.append("solve" if solve else "pass")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{method} failed:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def compare(size: str, methods: list[str], *, solve: bool) -> dict[str, dict[str, Any]]:
    """Results of the methods on one size."""
    results: dict[str, dict[str, Any]] = {}
    for method in methods:
        repeats = 1 if method in SLOW and size in ("500k", "2M") else REPEATS[size]
        results[method] = run(size, method, repeats, solve=solve)
    return results


def agree(results: dict[str, dict[str, Any]]) -> None:
    """Raise unless all methods handed over the same model.

    Raises:
        RuntimeError: sizes, or optimal objectives where they were solved for, differ.
    """
    first = next(iter(results.values()))
    for method, result in results.items():
        for what in ("columns", "rows", "nonzeros"):
            if result[what] != first[what]:
                raise RuntimeError(f"{method}: {result[what]} {what}, not {first[what]}")
        if "objective" in first and not math.isclose(
            result["objective"], first["objective"], rel_tol=1e-7
        ):
            raise RuntimeError(f"{method}: {result['objective']}, not {first['objective']}")


def table(size: str, results: dict[str, dict[str, Any]]) -> str:
    """Markdown table of one size."""
    first = next(iter(results.values()))
    raw = results.get("raw arrays", first)["seconds"]
    lines = [
        f"{size}: {first['columns']:,} columns, {first['rows']:,} rows, "
        f"{first['nonzeros']:,} nonzeros",
        "",
        "| method | CPU s | x raw arrays | memory added, MB | peak memory, MB |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for method, result in results.items():
        note = f" (model before: {result['prepared']:.1f} s)" if method == SLOW[1] else ""
        lines.append(
            f"| {method}{note} | {result['seconds']:.3f} | {result['seconds'] / raw:.1f} "
            f"| {result['added']:.0f} | {result['peak']:.0f} |"
        )
    if "objective" in first:
        lines += ["", f"Optimum of the relaxation, all methods: {first['objective']:.6g}"]
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", nargs="+", choices=list(SITES), default=["5k", "50k", "500k"])
    parser.add_argument("--methods", nargs="+", choices=NAMES, default=list(NAMES))
    arguments = parser.parse_args()
    for size in arguments.sizes:
        results = compare(size, arguments.methods, solve=size == "5k")
        agree(results)
        print(table(size, results), flush=True)
        print(flush=True)


if __name__ == "__main__":
    main()
