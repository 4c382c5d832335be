"""``secondsource frontier``: what one objective costs in another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options
from .asked import EXIT, caps_of, names_in, readable, solver_options, tell_warnings, with_settings
from .completion import cases

if TYPE_CHECKING:
    from ..models.case import Case
    from ..optimizer.frontier import Front, TradeOff

POINTS, LEVELS = 10, 5
"""Points of two objectives, and levels of each but the first of three, unless asked otherwise."""


@click.command()
@click.argument("case", shell_complete=cases)
@options.output("Folder for the points, each with its whole plan.")
@click.option(
    "--objectives",
    metavar="A,B[,C]",
    default="cost,lead_time",
    show_default=True,
    help=f"What to trade off: two or three of {', '.join(options.OBJECTIVES)}.",
)
@click.option(
    "--points",
    type=int,
    metavar="N",
    help=f"Evenly spread levels of the second objective, ends included (default {POINTS}); with "
    f"three objectives of the third too (default {LEVELS} by {LEVELS}).",
)
@click.option(
    "--exact",
    is_flag=True,
    help="All corners of the frontier instead, for small models: where it bends, jumps or ends.",
)
@options.caps("Upper limit that every plan keeps, e.g. shortage=0.")
@options.scenarios()
@options.settings()
@options.solving(
    time_text="Stop the whole search after so many seconds, with the points found so far."
)
@options.as_csv("Write all tables as CSV too.")
@options.force()
@options.as_json()
@click.pass_context
def frontier(
    context: click.Context,
    /,
    case: str,
    output: Path | None,
    as_csv: bool,
    as_json: bool,
    **how: Any,
) -> None:
    """Find what one objective costs in another: the efficient plans of CASE.

    No plan of the frontier can be bettered in one objective without losing in another. Every
    point is a whole plan, checked like that of solve. Exit codes: 0 complete, 2 invalid, 3 no
    plan exists, 4 stopped early with some points, 5 with none.
    """
    from importlib import import_module

    import_module("secondsource.optimizer.quick_start")  # before anything imports scipy
    from ..datasets.runs import check_target

    if output is not None:
        check_target(output)
    loaded, problems = readable(case)
    from ..optimizer.frontier import frontier as find

    loaded = with_settings(loaded, how.pop("settings"))
    asked = _trade_off(loaded, how)
    tell_warnings(loaded, problems)
    from .progress import Progress

    with Progress("building the model", "Ctrl-C keeps the points found") as progress:
        front = find(loaded, asked, progress.say)
    from ..reports.front_summary import front_summary

    summary = front_summary(loaded, front)
    if output is not None:
        _write(output, loaded, front, summary, as_csv)
    _tell(loaded, front, summary, output, as_json)
    context.exit(EXIT[front.status])


def _trade_off(case: Case, how: dict[str, Any]) -> TradeOff:
    """What the command line asks for, on top of what the case says."""
    from ..optimizer.frontier import TradeOff
    from ..optimizer.solve import Request

    targets = names_in(how["objectives"])
    for option, given in (("--points", how["points"]), ("--gap", how["gap"])):
        if how["exact"] and given is not None:
            raise click.UsageError(f"--exact finds all of the frontier; leave out {option}")
    request = Request.of(case)
    scenarios = names_in(how["scenarios"]) if how["scenarios"] else request.scenarios
    points = how["points"]
    if points is None:
        points = POINTS if len(targets) < 3 else LEVELS
    try:
        return TradeOff(
            targets=targets,
            points=points,
            exact=how["exact"],
            caps={**request.caps, **caps_of(how["caps"])},
            scenarios=scenarios,
            options=solver_options(request.options, how),
            force=how["force"],
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _write(output: Path, case: Case, front: Front, summary: dict[str, Any], as_csv: bool) -> None:
    """Write the folder, and put the place of each plan into the summary."""
    from ..datasets.runs import summary_of, write_runs
    from ..reports.changes import frontier_table

    asked = front.asked
    width = max(2, len(str(len(front.points))))
    names = [f"point-{number:0{width}}" for number in range(1, len(front.points) + 1)]
    for name, point in zip(names, summary["points"], strict=True):
        point["run"] = name
    runs = [
        (name, found.solution.tables, summary_of(case, found.solution, list(asked.scenarios)))
        for name, found in zip(names, front.points, strict=True)
    ]
    told = {
        "objectives": list(asked.targets),
        "points": None if asked.exact else asked.points,
        "exact": asked.exact,
        "caps": asked.caps,
        "scenarios": list(asked.scenarios),
        "gap": asked.options.gap,
        "time_limit_s": asked.options.time_limit,
        "threads": asked.options.threads,
        "seed": asked.options.seed,
    }
    tables = {"frontier": frontier_table(summary)}
    write_runs(output, case, runs, tables, summary, told, csv=as_csv)
    for point in summary["points"]:
        point["run"] = str(output / point["run"])


def _tell(
    case: Case, front: Front, summary: dict[str, Any], output: Path | None, as_json: bool
) -> None:
    """Print the summary: JSON for programs, or a page for people."""
    import json

    status = summary["status"]
    if as_json:
        click.echo(json.dumps(summary, allow_nan=False))
    elif front.points:
        from ..reports.frontier import print_frontier
        from ..reports.memo import console_for

        print_frontier(case, summary, console_for())
    if status == "infeasible":
        click.echo(f"{case.case.name}: no plan exists; secondsource solve says why", err=True)
    elif status == "unbounded":
        click.echo(f"{case.case.name}: {front.remark}", err=True)
    elif status == "no_solution":
        click.echo(
            f"{case.case.name}: stopped before any plan was found; allow more time (--time-limit)",
            err=True,
        )
    elif not as_json:
        early = "; stopped early" if status == "feasible" else ""
        click.echo(
            f"every plan was checked against the case's own tables and holds ({front.solves} "
            f"solves in {front.seconds:.1f} s{early})",
            err=True,
        )
    if output is not None:
        click.echo(f"written to {output}", err=True)
