"""``secondsource compare``: plans side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import options

if TYPE_CHECKING:
    from ..models.comparison import ComparedPlan


@click.command("compare")
@click.argument("runs", nargs=-1, required=True, metavar="RUN [RUN...]", type=click.Path())
@click.option(
    "--scenarios",
    is_flag=True,
    help="Compare what the plan of one RUN is in each of its scenarios.",
)
@options.full("Every line, not only one screen.")
@options.as_json("Print one JSON object and nothing else.")
def compare(runs: tuple[str, ...], scenarios: bool, full: bool, as_json: bool) -> None:
    """Compare plans: what they cost and why, what they decide, who supplies them.

    The first RUN is what the others are compared with. The cost bridge, by category and by
    decision, adds up to the difference of the costs. Plans of different cases, scenarios or
    horizons are compared as far as that means anything; notes say where it does not.
    """
    if scenarios != (len(runs) == 1):
        raise click.UsageError(
            "--scenarios takes one RUN" if scenarios else "name at least two runs, or --scenarios"
        )
    from importlib import import_module

    import_module("secondsource.optimizer.quick_start")  # before anything imports scipy
    from ..reports.compare import compare_plans
    from .progress import Progress

    with Progress("comparing the plans"):
        found = compare_plans(_scenarios(runs[0]) if scenarios else _runs(runs))
    if as_json:
        import json

        click.echo(json.dumps(found.summary(), allow_nan=False))
        return
    from ..reports.compare_page import print_comparison
    from ..reports.memo import console_for

    print_comparison(found, console_for(), full=full)


def _runs(paths: tuple[str, ...]) -> list[ComparedPlan]:
    """The plans of run folders, named after them."""
    from ..datasets.runs import read_plan

    return [read_plan(path, name) for path, name in zip(paths, _names(paths), strict=True)]


def _names(paths: tuple[str, ...]) -> list[str]:
    """What to call each run: the last part of its path, or more of it where that is not unique."""
    whole = [Path(path).resolve() for path in paths]
    for parts in range(1, max(len(path.parts) for path in whole) + 1):
        names = ["/".join(path.parts[-parts:]) for path in whole]
        if len(set(names)) == len(names):
            return names
    raise click.UsageError("the same run is named twice")


def _scenarios(path: str) -> list[ComparedPlan]:
    from ..datasets.runs import read_plan
    from ..optimizer.replan.paths import scenario_plans

    plan = read_plan(path, path)
    return scenario_plans(plan.case, plan.tables, plan.scenarios)
