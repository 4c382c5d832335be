"""``secondsource solve``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .completion import cases

if TYPE_CHECKING:
    from ..models.case import Case
    from ..optimizer.solve import Request
    from .progress import Progress

EXIT = {"optimal": 0, "infeasible": 3, "unbounded": 3, "feasible": 4, "no_solution": 5}
OBJECTIVES = (
    *("cost", "lead_time", "shortage", "cvar", "mean_risk", "worst_case", "regret"),
    "concentration",
)


@click.command()
@click.argument("case", shell_complete=cases)
@click.option(
    "-o", "--output", metavar="RUN", type=click.Path(path_type=Path), help="Folder for the plan."
)
@click.option(
    "--minimise",
    multiple=True,
    type=click.Choice(OBJECTIVES),
    help="Objective; several in order of importance.",
)
@click.option(
    "--cap",
    "caps",
    multiple=True,
    metavar="OBJECTIVE=VALUE",
    help="Upper limit on an objective, e.g. lead_time=30.",
)
@click.option("--scenarios", metavar="all|NAME,...", help="Scenarios to solve.")
@click.option(
    "--alpha",
    type=float,
    metavar="LEVEL",
    help="Level of the conditional value at risk, from 0 to below 1: cvar is the mean cost of the "
    "worst 1 - LEVEL of the futures. Overrides [case] cvar_level.",
)
@click.option(
    "--risk-weight",
    type=float,
    metavar="W",
    help="Minimise (1 - W) x expected cost + W x cvar, W from 0 to 1.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="TABLE:KEY:FIELD=VALUE",
    help="Change a number, e.g. offers:Kuantan*:price=70.",
)
@click.option(
    "--keep-decisions",
    metavar="RUN",
    type=click.Path(path_type=Path),
    help="Keep every strategic decision of an earlier plan as it is: how does it fare here?",
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
@click.option("--gap", type=click.FloatRange(min=0), help="Relative gap at which to stop.")
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Stop after so many seconds.",
)
@click.option("--threads", type=click.IntRange(min=1), help="Processor threads.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the solver's random choices.")
@click.option(
    "--method",
    type=click.Choice(["auto", "extensive", "decomposed"]),
    default="auto",
    show_default=True,
    help="Futures as one model, or in parts; auto takes what pays.",
)
@click.option(
    "--executor",
    type=click.Choice(["serial", "processes", "dask"]),
    default="serial",
    show_default=True,
    help="Who solves the parts.",
)
@click.option("--workers", type=click.IntRange(min=1), help="Worker processes for the parts.")
@click.option("--address", metavar="tcp://HOST:PORT", help="Scheduler of a Dask cluster.")
@click.option(
    "--write-model",
    metavar="FILE.mps",
    type=click.Path(dir_okay=False),
    help="Write the model with names (.mps or .lp).",
)
@click.option("--csv", "as_csv", is_flag=True, help="Write the plan's tables as CSV too.")
@click.option("--force", is_flag=True, help="Build models past the size limit.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on stdout and nothing else."
)
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
    from .near import check_near, solve_near, tell_near

    check_near(how)
    from ..datasets.load import read_case
    from ..datasets.runs import check_target, summary_of, write_run
    from ..models.problems import CaseError

    if output is not None:
        check_target(output)
    loaded, problems = read_case(case)
    if loaded is None:
        raise CaseError(problems, case)
    from ..optimizer.guard import wide_numbers
    from ..optimizer.solve import solve as run_solve

    loaded = _with_settings(loaded, how.pop("settings"))
    loaded = with_attitude(loaded, how)
    request = _request(loaded, how)
    if how["keep_decisions"] is not None:
        from dataclasses import replace

        from ..datasets.runs import read_run

        request = replace(request, keep=read_run(how["keep_decisions"])[1])
    for warning in [str(one) for one in problems] + wide_numbers(loaded):
        click.echo(f"warning: {warning}", err=True)
    from .progress import Progress

    with Progress("building the model", "Ctrl-C keeps the best plan") as progress:
        request = _watched(request, progress)
        try:
            changes: dict[str, Any] | None = None
            if how["keep"] is None:
                solution = run_solve(loaded, request)
            else:
                solution, changes = solve_near(loaded, request, how["keep"], how["change_cost"])
        except KeyboardInterrupt:
            if as_json:
                click.echo('{"status": "no_solution", "objective": null}')
            click.echo("stopped before any plan was found", err=True)
            context.exit(EXIT["no_solution"])
    for line in solution.warnings:
        click.echo(f"warning: {line}", err=True)
    summary = summary_of(loaded, solution, list(request.scenarios))
    if changes is not None:
        summary["changes"] = changes
    if output is not None:
        write_run(output, loaded, solution.tables, summary, _options(request), csv=as_csv)
    why = _why_not(loaded, request) if solution.status == "infeasible" else []
    _tell(loaded, solution.tables, summary, why, output, as_json)
    if changes is not None and solution.tables and not as_json:
        tell_near(changes, loaded.case.currency)
    context.exit(EXIT[solution.status])


def _with_settings(case: Case, settings: tuple[str, ...]) -> Case:
    """The case with one row of `changes` for every --set, checked again."""
    if not settings:
        return case
    from ..datasets.checks import check_case
    from ..models.problems import CaseError
    from ..models.rule_rows import Change

    rows = []
    for text in settings:
        table, colon, rest = text.partition(":")
        key, second, assignment = rest.rpartition(":")
        field, equals, value = assignment.partition("=")
        if not (colon and second and equals):
            raise click.BadParameter(
                f"{text!r} is not TABLE:KEY:FIELD=VALUE, e.g. offers:*:price=70", param_hint="--set"
            )
        rows.append(
            Change(
                table=table.strip(),
                key=key.strip() or "*",
                field=field.strip(),
                value=value.strip(),
            )
        )
    changed = case.model_copy(update={"changes": [*case.changes, *rows]})
    problems = check_case(changed)
    if any(problem.level == "error" for problem in problems):
        raise CaseError(problems, "--set")
    return changed


def with_attitude(case: Case, how: dict[str, Any]) -> Case:
    """The case with --alpha and --risk-weight in its settings."""
    from ..optimizer.uncertainty.attitude import with_attitude as changed

    for option, kind in (("alpha", "--alpha"), ("risk_weight", "--risk-weight")):
        try:
            case = changed(case, **{option: how[option]})
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint=kind) from None
    return case


def _request(case: Case, how: dict[str, Any]) -> Request:
    """What the case asks for, with what the command line says instead."""
    from dataclasses import replace

    from ..optimizer.solve import Request

    request = Request.of(case)
    options = request.options
    for name, option in (
        ("gap", "gap"),
        ("time_limit", "time_limit"),
        ("threads", "threads"),
        ("seed", "seed"),
    ):
        if how[name] is not None:
            options = replace(options, **{option: how[name]})
    caps = {**request.caps, **dict(_cap(text) for text in how["caps"])}
    scenarios = request.scenarios
    if how["scenarios"]:
        scenarios = tuple(name.strip() for name in how["scenarios"].split(",") if name.strip())
    minimise = tuple(dict.fromkeys(how["minimise"])) or request.minimise
    if how["risk_weight"] is not None and "mean_risk" not in minimise:
        if how["minimise"] and "cost" not in minimise:
            raise click.UsageError(
                "--risk-weight weighs expected cost against cvar; leave out --minimise, or "
                "minimise cost or mean_risk"
            )
        minimise = tuple("mean_risk" if name == "cost" else name for name in minimise)
        minimise = minimise if "mean_risk" in minimise else ("mean_risk",)
    return replace(
        request,
        minimise=minimise,
        caps=caps,
        scenarios=scenarios,
        options=options,
        write_model=how["write_model"],
        force=how["force"],
        **{name: how[name] for name in ("method", "executor", "workers", "address")},
    )


def _cap(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if name.strip() not in OBJECTIVES or number != number:  # noqa: PLR0124  # NaN
        raise click.BadParameter(
            f"{text!r} is not OBJECTIVE=NUMBER with {', '.join(OBJECTIVES)}", param_hint="--cap"
        )
    return name.strip(), number


def _options(request: Request) -> dict[str, Any]:
    options = request.options
    return {
        "minimise": list(request.minimise),
        "caps": request.caps,
        "scenarios": list(request.scenarios),
        "gap": options.gap,
        "time_limit_s": options.time_limit,
        "threads": options.threads,
        "seed": options.seed,
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

        from ..reports.terminal import print_plan

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
