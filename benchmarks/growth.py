"""How do time and memory grow with the size of a model, step by step, beside raw arrays and linopy?

Run ``python -m benchmarks.growth`` from the repository root, with the package and its
``benchmarks`` extra installed; ``--write docs/growth.csv`` puts what was measured beside what was
measured before, and ``python docs/build_growth_picture.py`` draws it. Every size and way has a
process of its own, one after the other. Peak memory is that of the whole process: Python, its
libraries, the case and the network included.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .synthetic import SITES

ROOT = Path(__file__).resolve().parent.parent
REPEATS = {"5k": 5, "50k": 5, "500k": 2, "2M": 1}
WAYS = ("secondsource", "raw arrays", "linopy")
ALGORITHMS = (
    "simplex",
    "interior points",
    "interior points, no crossover",
    "first order, to 1e-4",
)
STEPS = ("network", "state", "compile", "hand over")
COLUMNS = (
    "size", "variables", "rows", "nonzeros", "what", "step", "cpu_seconds", "system_seconds",
    "peak_mb", "result",
)  # fmt: skip
Row = dict[str, Any]


def child(*arguments: object) -> dict[str, Any]:
    """What a process of its own measured."""
    command = [sys.executable, "-m", "benchmarks.growth_steps", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def rows_of(size: str, what: str, found: dict[str, Any]) -> Iterator[Row]:
    """One row for each step that was measured."""
    for step, seconds in found["seconds"].items():
        yield {
            **{name: found[name] for name in ("variables", "rows", "nonzeros")},
            "size": size,
            "what": what,
            "step": step,
            "cpu_seconds": f"{seconds:.4g}",
            "system_seconds": f"{found['system'][step]:.2g}",
            "peak_mb": f"{found['peak'][step]:.0f}",
            "result": found.get("result", ""),
        }


def measure_building(size: str, ways: list[str]) -> Iterator[Row]:
    """Build a size in several ways, and see that they build the same model."""
    first: tuple[int, ...] = ()
    for way in ways:
        found = child("build", size, way, REPEATS[size])
        shape = tuple(found[name] for name in ("variables", "rows", "nonzeros"))
        if first and shape != first:
            raise RuntimeError(f"{way} builds another model: {shape}, not {first}")
        first = shape
        yield from rows_of(size, way, found)


def measure_solving(size: str, algorithms: list[str], limit: float) -> Iterator[Row]:
    """Solve the relaxation of a size by several algorithms."""
    best = math.nan
    for algorithm in algorithms:
        found = child("relax", size, algorithm, limit)
        done = found["status"] == "Optimal"
        if done and "1e-4" not in algorithm:
            if abs(found["objective"] - best) > 1e-5 * abs(best):
                raise RuntimeError(f"{algorithm} ends at {found['objective']}, not at {best}")
            best = found["objective"]
        reached = f"optimum {found['objective']:.6g}" if done else found["status"].lower()
        found["result"] = f"{reached} after {found['iterations']:,} iterations"
        yield from rows_of(size, f"relaxation: {algorithm}", found)


def measure_made_up(suppliers: int) -> Iterator[Row]:
    """Make up a case of so many suppliers, and everything up to the hand-over."""
    found = child("made", suppliers)
    found["result"] = f"{found['sites']:,} sites, {found['lanes']:,} lanes"
    yield from rows_of(f"{suppliers:,} suppliers", "made up", found)


def merged(path: Path, fresh: list[Row]) -> list[Row]:
    """Rows of a file, with those measured anew in place of older ones."""
    known: dict[tuple[str, str], list[Row]] = {}
    older = list(csv.DictReader(path.open(encoding="utf-8"))) if path.exists() else []
    for row in older:
        known.setdefault((row["size"], row["what"]), []).append(row)
    for key in dict.fromkeys((row["size"], row["what"]) for row in fresh):
        known[key] = [row for row in fresh if (row["size"], row["what"]) == key]
    rows = [row for group in known.values() for row in group]
    return sorted(rows, key=lambda row: (row["what"] == "made up", int(row["variables"])))


def write(path: Path, rows: list[Row]) -> None:
    """Write rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def table(rows: list[Row]) -> str:
    """Markdown table: a line for each size and way, a column for each step."""
    steps = list(dict.fromkeys(row["step"] for row in rows))
    lines = [
        f"| variables | what | {' | '.join(steps)} | peak memory, MB | result |",
        f"| ---: | --- |{' ---: |' * (len(steps) + 1)} --- |",
    ]
    groups: dict[tuple[int, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((int(row["variables"]), row["what"]), []).append(row)
    for (variables, what), group in groups.items():
        seconds = {row["step"]: float(row["cpu_seconds"]) for row in group}
        cells = [f"{seconds[step]:.2f}" if step in seconds else "" for step in steps]
        peak = max(float(row["peak_mb"]) for row in group)
        lines.append(
            f"| {variables:,} | {what} | {' | '.join(cells)} | {peak:,.0f} | {group[0]['result']} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", nargs="*", choices=list(SITES), default=["5k", "50k", "500k"])
    parser.add_argument("--ways", nargs="*", choices=WAYS, default=list(WAYS))
    parser.add_argument("--algorithms", nargs="*", choices=ALGORITHMS, default=list(ALGORITHMS))
    parser.add_argument("--limit", type=float, default=600.0, help="wall seconds of one solve")
    parser.add_argument("--suppliers", nargs="*", type=int, default=[], help="made-up cases too")
    parser.add_argument("--write", type=Path, metavar="FILE", help="CSV file to put it into")
    arguments = parser.parse_args()
    jobs: list[Iterator[Row]] = []
    for size in arguments.sizes:
        jobs.append(measure_building(size, arguments.ways))
        jobs.append(measure_solving(size, arguments.algorithms, arguments.limit))
    jobs += [measure_made_up(suppliers) for suppliers in arguments.suppliers]
    for job in jobs:
        rows = list(job)
        if rows:
            print(table(rows), end="\n\n", flush=True)
        if arguments.write:
            write(arguments.write, merged(arguments.write, rows))


if __name__ == "__main__":
    main()
