"""``secondsource verify RUN``: re-check a plan from the raw tables."""

from __future__ import annotations

import json
import math
from pathlib import Path

import click

from . import options


@click.command("verify")
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@options.as_json("Print one JSON object and nothing else.")
@click.pass_context
def verify(context: click.Context, run: Path, as_json: bool) -> None:
    """Re-check the plan of a RUN folder against its case, from raw tables.

    Recomputes every balance, limit, rule, cost and objective without the optimizer. Exit code 0
    if all hold, 1 otherwise.
    """
    from ..datasets.runs import read_run
    from ..optimizer.verify import verify_plan
    from .progress import Progress

    with Progress("checking the plan"):
        case, tables, summary = read_run(run)
        found = verify_plan(
            case,
            tables,
            summary.get("scenarios"),
            costs=summary.get("costs"),
            objectives=summary.get("objectives"),
        )
    if as_json:
        checks = [vars(check) for check in found.checks]
        for check in checks:
            for name in ("violation", "relative"):
                check[name] = check[name] if math.isfinite(check[name]) else None
        told = {
            "run": str(run),
            "ok": found.ok,
            "checks": checks,
            "costs": found.costs,
            "objectives": found.objectives,
        }
        click.echo(json.dumps(told, allow_nan=False))
    else:
        for line in found.lines():
            click.echo(line, err=True)
        failed = [check.kind for check in found.checks if not check.ok]
        click.echo(
            f"{run}: the plan holds" if found.ok else f"{run}: wrong in {', '.join(failed)}",
            err=True,
        )
    context.exit(0 if found.ok else 1)
