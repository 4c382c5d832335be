"""``secondsource risk``: what knowing the future is worth, and what safety costs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options
from .asked import (
    EXIT,
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
    from ..models.risk_results import RiskResult
    from ..optimizer.uncertainty.question import RiskQuestion


@click.command()
@click.argument("case", shell_complete=cases)
@options.output("Folder for the tables, with the plan for all futures in it.")
@options.scenarios("Futures to plan for.")
@options.alpha(
    "Level of the conditional value at risk, from 0 to below 1. Overrides [case] cvar_level."
)
@click.option(
    "--points",
    type=int,
    default=4,
    show_default=True,
    metavar="N",
    help="Plans from the cheapest to the safest; 0 leaves the price of robustness out.",
)
@click.option("--no-mean-value", is_flag=True, help="Leave the mean-value problem out.")
@click.option("--no-cross", is_flag=True, help="Do not try the plan of each future in every other.")
@options.settings()
@options.solving(
    time_text="Stop each solve, and the search for the price of robustness, after so many seconds."
)
@options.who_solves("Who solves single futures. Default: what suits.")
@options.as_csv()
@options.force()
@options.as_json()
@click.pass_context
def risk(context: click.Context, /, case: str, as_json: bool, **how: Any) -> None:
    """Find what the uncertainty of CASE costs, and what would be worth paying to lessen it.

    Expected value of perfect information, value of the stochastic solution, what each plan for a
    single future would regret in every other, and what less cost in the worst futures costs on
    average. Everything minimises expected cost. Exit codes: 0 complete, 2 invalid, 3 no plan
    exists, 4 some solve stopped early, 5 stopped with nothing.
    """
    from importlib import import_module

    import_module("secondsource.optimizer.quick_start")  # before anything imports scipy
    from ..datasets.runs import check_target

    if how["output"] is not None:
        check_target(how["output"])
    loaded, problems = readable(case)
    from ..optimizer.uncertainty.study import risk as study

    loaded = with_attitude(with_settings(loaded, how["settings"]), how["alpha"])
    question = _question(loaded, how)
    tell_warnings(loaded, problems)
    from .progress import Progress

    with Progress("building the model") as progress:
        try:
            result = study(
                loaded,
                question,
                executor=how["executor"],
                workers=how["workers"],
                address=how["address"],
                progress=progress.say,
            )
        except KeyboardInterrupt:
            if as_json:
                click.echo('{"status": "no_solution"}')
            click.echo("stopped before the study was complete", err=True)
            context.exit(EXIT["no_solution"])
    if how["output"] is not None and result.solution.tables:
        _write(how["output"], loaded, question, result, as_csv=how["as_csv"])
    _tell(result, how["output"], as_json=as_json)
    context.exit(EXIT[result.status])


def _question(case: Case, how: dict[str, Any]) -> RiskQuestion:
    """What the command line asks for, on top of what the case says."""
    from ..optimizer.solve import Request
    from ..optimizer.uncertainty.question import RiskQuestion

    request = Request.of(case)
    scenarios = names_in(how["scenarios"]) if how["scenarios"] else request.scenarios
    try:
        return RiskQuestion(
            scenarios=scenarios,
            points=how["points"],
            mean_value=not how["no_mean_value"],
            cross=not how["no_cross"],
            options=solver_options(request.options, how),
            force=how["force"],
        )
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--points") from None


def _write(
    output: Path, case: Case, question: RiskQuestion, result: RiskResult, *, as_csv: bool
) -> None:
    """Write the tables, and the plan for all futures as a run of its own."""
    from ..datasets.runs import summary_of, write_runs

    scenarios = list(question.scenarios)
    plan = summary_of(case, result.solution, scenarios)
    tables = {"futures": result.futures, "plans": result.plans, "sums": result.sums}
    if result.robustness is not None:
        tables["robustness"] = result.robustness
    told = {
        "scenarios": scenarios,
        "points": question.points,
        "gap": question.options.gap,
        "time_limit_s": question.options.time_limit,
        "threads": question.options.threads,
        "seed": question.options.seed,
    }
    runs = [("plan", result.solution.tables, plan)]
    write_runs(output, case, runs, tables, result.summary(), told, csv=as_csv)


def _tell(result: RiskResult, output: Path | None, *, as_json: bool) -> None:
    """Print the study: JSON for programs, or a page for people."""
    import json

    warn(result.warnings)
    if as_json:
        click.echo(json.dumps(result.summary(), allow_nan=False))
    elif result.solution.tables:
        from ..reports.memo import console_for
        from ..reports.risk import print_risk

        print_risk(result, console_for())
    if result.status == "infeasible":
        click.echo(f"{result.case}: no plan exists; secondsource solve says why", err=True)
    elif result.status == "unbounded":
        click.echo(f"{result.case}: cost has no lower bound; secondsource solve says why", err=True)
    elif result.status == "no_solution":
        click.echo(
            f"{result.case}: stopped before any plan was found; allow more time (--time-limit)",
            err=True,
        )
    elif result.status == "feasible":
        click.echo("some solve stopped early; intervals say how much is open", err=True)
    if output is not None and result.solution.tables:
        click.echo(f"written to {output}", err=True)
