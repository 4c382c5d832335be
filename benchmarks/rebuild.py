"""What it costs to build a changed case again: everything, or only what the change reaches.

Run ``python -m benchmarks.rebuild [CASE [SCENARIO]]`` from the root of the repository. Both ways
must give the same arrays. CPU seconds, the least of three; ratios hold within one run.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

from secondsource.datasets.load import load_case
from secondsource.models.rule_rows import Change
from secondsource.optimizer.patches import difference
from secondsource.optimizer.solve import build
from secondsource.optimizer.workbench import Workbench

FIELDS = (
    ("offers", "price"),
    ("lanes", "cost"),
    ("plants", "variable_cost"),
    ("stockpiles", "capacity"),
    ("offers", "capacity"),
    ("plants", "capacity"),
    ("demand", "quantity"),
    ("recipes", "quantity"),
    ("controls", "tariff"),
)
REPEATS = 3


def least_seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of the quickest of a few repeats, and what came out."""
    best, result = float("inf"), None
    for _ in range(REPEATS):
        started = time.process_time()
        result = work()
        best = min(best, time.process_time() - started)
    return best, result


def main() -> None:
    """Compare both ways for a change of each field."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="?", default="ndfeb")
    parser.add_argument("scenario", nargs="?", default="B1")
    asked = parser.parse_args()
    case = load_case(asked.case)
    scenarios = [asked.scenario] if case.scenarios else ["all"]
    bench = Workbench(case, scenarios)
    print("| change | from nothing, s | what it reaches, s | ratio | numbers that differ |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for table, field in FIELDS:
        change = Change(table=table, key="*", field=field, op="multiply", value=1.001)
        changed = case.model_copy(update={"changes": [*case.changes, change]})
        try:
            again, built = least_seconds(lambda change=change: bench.changed([change]))
        except ValueError as error:
            print(f"| {table}.{field} | | | | {error} |")
            continue
        anew, fresh = least_seconds(lambda changed=changed: build(changed, scenarios))
        patch = difference(built.arrays, fresh.arrays)
        if patch is None or patch.size:
            raise RuntimeError(f"{table}.{field}: the two ways disagree")
        moved = difference(bench.built.arrays, built.arrays)
        count = "another shape" if moved is None else f"{moved.size:,}"
        print(f"| {table}.{field} | {anew:.3f} | {again:.3f} | {anew / again:.1f} | {count} |")


if __name__ == "__main__":
    main()
