"""``secondsource solve``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options
from .asked import (
    EXIT,
    caps_of,
    names_in,
    readable,
    solver_options,
    tell_warnings,
    warn,
    with_attitude,
    with_settings,
)
from .completion import cases

if TYPE_CHECKING:
    from ..models.case import Case
    from ..models.plan import Solution
    from ..optimizer.solve import Request
    from .progress import Progress


@click.command()
@click.argument("case", shell_complete=cases)
@options.output("Folder for the plan.")
@options.minimise()
@options.caps()
@options.scenarios()
@options.alpha(
    "Level of the conditional value at risk, from 0 to below 1: cvar is the mean cost of the "
    "worst 1 - LEVEL of the futures. Overrides [case] cvar_level."
)
@click.option(
    "--risk-weight",
    type=float,
    metavar="W",
    help="Minimise (1 - W) x expected cost + W x cvar, W from 0 to 1.",
)
@options.settings()
@options.keep_decisions(
    "Keep every strategic decision of an earlier plan as it is: how does it fare here?"
)
@click.option(
    "--keep",
    metavar="RUN",
    type=click.Path(path_type=Path),
    help="Stay close to an earlier plan: a decision may differ, for --change-cost each.",
)
@click.option(
    "--change-cost",
    type=click.FloatRange(min=0),
    metavar="MONEY",
    help="With --keep: what each decision made, dropped or moved costs, in present value.",
)
@options.solving("Relative gap at which to stop.")
@click.option(
    "--method",
    type=click.Choice(["auto", "extensive", "decomposed"]),
    default="auto",
    show_default=True,
    help="Futures as one model, or in parts; auto takes what pays.",
)
@click.option(
    "--executor",
    type=click.Choice(options.EXECUTORS),
    default="serial",
    show_default=True,
    help="Who solves the parts.",
)
@options.workers("Worker processes for the parts.")
@options.address()
@click.option(
    "--write-model",
    metavar="FILE.mps",
    type=click.Path(dir_okay=False),
    help="Write the model with names (.mps or .lp).",
)
@options.as_csv("Write the plan's tables as CSV too.")
@options.force()
@options.as_json()
@click.pass_context
def solve(
    context: click.Context,
    /,
    case: str,
    output: Path | None,
    as_csv: bool,
    as_json: bool,
    **how: Any,
) -> None:
    """Find the best plan for CASE and check it against the case's own tables.

    CASE is a folder, an .xlsx or .json file, or the name of a bundled case. Exit codes: 0 optimal
    within the gap, 2 invalid case, 3 no plan exists, 4 stopped early with a plan, 5 with none.
    """
    from importlib import import_module

    import_module("secondsource.optimizer.quick_start")  # before anything imports scipy
    from .near import check_near, tell_near

    check_near(how)
    from ..datasets.runs import check_target, summary_of, write_run
    from .progress import Progress

    if output is not None:
        check_target(output)
    loaded, problems = readable(case)
    loaded = with_settings(loaded, how.pop("settings"))
    loaded = with_attitude(loaded, how["alpha"], how["risk_weight"])
    request = _request(loaded, how)
    tell_warnings(loaded, problems)
    with Progress("building the model", "Ctrl-C keeps the best plan") as progress:
        request = _watched(request, progress)
        try:
            solution, changes = _solved(loaded, request, how)
        except KeyboardInterrupt:
            if as_json:
                click.echo('{"status": "no_solution", "objective": null}')
            click.echo("stopped before any plan was found", err=True)
            context.exit(EXIT["no_solution"])
    warn(solution.warnings)
    summary = summary_of(loaded, solution, list(request.scenarios))
    if changes is not None:
        summary["changes"] = changes
    if output is not None:
        write_run(output, loaded, solution.tables, summary, _told(request), csv=as_csv)
    why = _why_not(loaded, request) if solution.status == "infeasible" else []
    _tell(loaded, solution.tables, summary, why, output, as_json)
    if changes is not None and solution.tables and not as_json:
        tell_near(changes, loaded.case.currency)
    context.exit(EXIT[solution.status])


def _request(case: Case, how: dict[str, Any]) -> Request:
    """What the case asks for, with what the command line says instead."""
    from dataclasses import replace

    from ..optimizer.solve import Request

    request = Request.of(case)
    scenarios = names_in(how["scenarios"]) if how["scenarios"] else request.scenarios
    minimise = tuple(dict.fromkeys(how["minimise"])) or request.minimise
    if how["risk_weight"] is not None and "mean_risk" not in minimise:
        if how["minimise"] and "cost" not in minimise:
            raise click.UsageError(
                "--risk-weight weighs expected cost against cvar; leave out --minimise, or "
                "minimise cost or mean_risk"
            )
        minimise = tuple("mean_risk" if name == "cost" else name for name in minimise)
        minimise = minimise if "mean_risk" in minimise else ("mean_risk",)
    kept = None
    if how["keep_decisions"] is not None:
        from ..datasets.runs import read_run

        kept = read_run(how["keep_decisions"])[1]
    return replace(
        request,
        keep=kept,
        minimise=minimise,
        caps={**request.caps, **caps_of(how["caps"])},
        scenarios=scenarios,
        options=solver_options(request.options, how),
        write_model=how["write_model"],
        force=how["force"],
        **{name: how[name] for name in ("method", "executor", "workers", "address")},
    )


def _solved(
    case: Case, request: Request, how: dict[str, Any]
) -> tuple[Solution, dict[str, Any] | None]:
    """The plan, and with --keep what differs from the plan to stay close to."""
    if how["keep"] is not None:
        from .near import solve_near

        return solve_near(case, request, how["keep"], how["change_cost"])
    from ..optimizer.solve import solve as run_solve

    return run_solve(case, request), None


def _told(request: Request) -> dict[str, Any]:
    """How it was asked, for the manifest."""
    how = request.options
    return {
        "minimise": list(request.minimise),
        "caps": request.caps,
        "scenarios": list(request.scenarios),
        "gap": how.gap,
        "time_limit_s": how.time_limit,
        "threads": how.threads,
        "seed": how.seed,
        "keeps_decisions": request.keep is not None,
        "method": request.method,
    }


def _why_not(case: Case, request: Request) -> list[str]:
    from ..optimizer.diagnose import explain_infeasible

    lines = explain_infeasible(case, request)
    if request.keep is not None:
        lines = ["the decisions kept from the earlier plan leave no plan", *lines]
    return lines


def _tell(
    case: Case,
    tables: Any,
    summary: dict[str, Any],
    why: list[str],
    output: Path | None,
    as_json: bool,
) -> None:
    """Print the summary: JSON for programs, or a page for people."""
    import json

    if as_json:
        click.echo(json.dumps({**summary, **({"why": why} if why else {})}, allow_nan=False))
        return
    status = summary["status"]
    if status == "infeasible":
        click.echo(f"{case.case.name}: no plan exists", err=True)
        for line in why:
            click.echo(f"  {line}", err=True)
    elif status == "unbounded":
        click.echo(
            f"{case.case.name}: cost has no lower bound; some sale, subsidy or negative cost can "
            "grow without limit. Give it a capacity",
            err=True,
        )
    elif status == "no_solution":
        click.echo(
            f"{case.case.name}: stopped before any plan was found; allow more time (--time-limit)",
            err=True,
        )
    else:
        from rich.console import Console

        from ..reports.plan import print_plan

        print_plan(case, tables, summary, Console(highlight=False))
        click.echo(
            "the plan was checked against the case's own tables and holds "
            f"({summary['build_seconds']:.1f} s to build, "
            f"{summary['solve_seconds']:.1f} s to solve)",
            err=True,
        )
    if output is not None:
        click.echo(f"written to {output}", err=True)


def _watched(request: Request, progress: Progress) -> Request:
    """The request with this line as its progress: elapsed, best, bound, gap."""
    from dataclasses import replace

    from ..reports.terminal import amount

    def show(_elapsed: float, best: float | None, bound: float | None, gap: float | None) -> None:
        parts = ["solving"]
        parts += [
            f"{name} {amount(value)}"
            for name, value in (("best", best), ("bound", bound))
            if value is not None
        ]
        if gap is not None:
            parts.append(f"gap {100 * gap:.2f} %")
        progress.say("   ".join(parts))

    return replace(request, options=replace(request.options, progress=show))
