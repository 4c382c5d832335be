"""``secondsource stress``: what each outage would cost a plan, and how long it survives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options
from .asked import names_in, readable, solver_options, tell_warnings, warn, with_settings
from .completion import cases

if TYPE_CHECKING:
    from ..models.case import Case
    from ..models.plan import Tables
    from ..models.stress_results import StressResult
    from ..optimizer.outcomes import Options
    from ..optimizer.stress.study import Question

KINDS = ("site", "operator", "country", "lane", "control", "pair")


@click.command()
@click.argument("case", metavar="CASE|RUN", shell_complete=cases)
@options.output(metavar="OUT")
@click.option(
    "--kinds",
    metavar="KIND,...",
    help="What fails: site, operator, country, lane, control (default: these five), pair of sites.",
)
@click.option("--only", metavar="SELECTOR", help="Only what has these names, e.g. 'Baotou*'.")
@click.option(
    "--start",
    "starts",
    metavar="PERIOD,...",
    help="Periods (1, 2, ... or YYYY-MM) in which outages start. Default: the first.",
)
@click.option(
    "--recovery",
    "recoveries",
    multiple=True,
    metavar="[KIND=]TIME,...",
    help="How long outages last: periods (2) or days (180d). Default: half a year.",
)
@click.option(
    "--worst", type=click.IntRange(min=1), default=3, show_default=True, metavar="K",
    help="How many of the worst outages a fix must survive.",
)  # fmt: skip
@click.option("--fix", is_flag=True, help="Find the cheapest fix for the worst outages.")
@click.option("--no-survival", is_flag=True, help="Leave out the time to survive.")
@click.option(
    "--shortage-value",
    type=float,
    metavar="MONEY",
    help="Worth of a unit of demand that must be met and is not.",
)
@options.scenarios()
@options.settings("Change a number, e.g. stockpiles:*:capacity=50.")
@options.solving(
    "Relative gap at which to stop. Default: 1e-6.",
    "Stop each solve after so many seconds.",
    "Processor threads of each solve.",
)
@options.who_solves()
@options.as_csv()
@options.force()
@options.as_json()
@click.pass_context
def stress(context: click.Context, /, case: str, as_json: bool, **how: Any) -> None:
    """Try an outage of each site, operator, country, lane and rule on a plan.

    RUN is the folder of a plan, whose strategic decisions are kept; a CASE is solved first. What
    runs is chosen anew from the start of an outage on, and not before. Exit codes: 0 all outages
    tried, 2 invalid, 3 there is no plan to test, 4 stopped early, 5 before the first was tried.
    """
    from importlib import import_module

    import_module("secondsource.optimizer.quick_start")  # before anything imports scipy
    from ..datasets.runs import check_target, write_run

    if how["output"] is not None:
        check_target(how["output"])
    loaded, plan, solved = _plan_of(case)
    loaded = with_settings(loaded, how["settings"])
    question = _question(loaded, how)
    scenarios = list(names_in(how["scenarios"]))
    from ..optimizer.stress.run import NoPlanError
    from ..optimizer.stress.run import stress as run_stress
    from .progress import Progress

    with Progress("building the model") as progress:
        try:
            result = run_stress(
                loaded,
                plan,
                question,
                scenarios=scenarios or solved,
                worst=how["worst"] if how["fix"] else 0,
                options=_options(loaded, how),
                progress=lambda done, total: progress.count(done, total, "outages tried"),
                **{name: how[name] for name in ("executor", "workers", "address", "force")},
            )
        except NoPlanError as error:
            if as_json:
                click.echo('{"status": "infeasible", "outages": []}')
            click.echo(str(error), err=True)
            context.exit(3)
    summary = result.summary()
    if how["output"] is not None:
        tables = {"outages": result.outages, "short": result.short}
        tables |= {} if result.fixes is None else {"fixes": result.fixes}
        write_run(how["output"], loaded, tables, summary, _told(how), csv=how["as_csv"])
    _tell(result, how, as_json=as_json)
    context.exit(0 if result.complete else 4)


def _plan_of(source: str) -> tuple[Case, Tables | None, list[str] | None]:
    """The case, its plan and the scenarios it was solved for, where the source is a run."""
    from ..datasets.runs import CASE, SUMMARY, read_run

    if (Path(source) / SUMMARY).is_file():
        if not (Path(source) / CASE).is_file():
            raise ValueError(f"{source} is no run folder: it holds no {CASE}")
        case, tables, summary = read_run(source)
        if "decisions" not in tables:
            raise ValueError(f"{source} holds no plan that could be tested")
        return case, tables, list(summary.get("scenarios", ["all"]))
    loaded, problems = readable(source)
    tell_warnings(loaded, problems)
    return loaded, None, None


def _question(case: Case, how: dict[str, Any]) -> Question:
    """What the command line asks for."""
    from dataclasses import replace

    from ..optimizer.stress.study import GAP, Question

    exact = replace(_options(case, how), gap=GAP if how["gap"] is None else how["gap"])
    kinds = names_in(how["kinds"]) or KINDS[:5]
    for kind in kinds:
        if kind not in KINDS:
            raise click.BadParameter(
                f"{kind!r} is none of {', '.join(KINDS)}", param_hint="--kinds"
            )
    return Question(
        kinds=tuple(kinds),
        only=how["only"],
        starts=tuple(_start(case, word) for word in names_in(how["starts"]) or ("1",)),
        recoveries=dict(_recovery(case, text) for text in how["recoveries"]),
        survive=not how["no_survival"],
        shortage_value=how["shortage_value"],
        options=exact,
    )


def _options(case: Case, how: dict[str, Any]) -> Options:
    """How to solve: what the case says, with what the command line says instead."""
    from dataclasses import replace

    from ..optimizer.solve import Request

    return solver_options(replace(Request.of(case).options, threads=1), how)


def _start(case: Case, word: str) -> int:
    try:
        return case.period(int(word) if word.isdigit() else word, 1)
    except ValueError as error:
        raise click.BadParameter(f"{word!r} is no period: {error}", param_hint="--start") from None


def _recovery(case: Case, text: str) -> tuple[str, tuple[int, ...]]:
    """'country=2,180d' -> ('country', (2, 2)) in quarters."""
    kind, equals, times = text.rpartition("=")
    if equals and kind.strip() not in KINDS:
        raise click.BadParameter(
            f"{kind.strip()!r} is none of {', '.join(KINDS)}", param_hint="--recovery"
        )
    periods = []
    for word in names_in(times):
        days = word.endswith("d")
        try:
            number = float(word[:-1] if days else word)
        except ValueError:
            number = float("nan")
        if not 0 < number < float("inf") or (not days and number != int(number)):
            raise click.BadParameter(
                f"{word!r} is no time; give whole periods (2) or days (180d)",
                param_hint="--recovery",
            )
        periods.append(max(1, round(number / case.days_per_period)) if days else int(number))
    if not periods:
        raise click.BadParameter(f"{text!r} names no time, e.g. country=2", param_hint="--recovery")
    return kind.strip(), tuple(periods)


def _told(how: dict[str, Any]) -> dict[str, Any]:
    """How it was asked, for the manifest."""
    names = ("kinds", "only", "starts", "recoveries", "worst", "fix", "shortage_value", "scenarios",
             "gap", "time_limit", "threads", "seed")  # fmt: skip
    return {name: list(how[name]) if isinstance(how[name], tuple) else how[name] for name in names}


def _tell(result: StressResult, how: dict[str, Any], *, as_json: bool) -> None:
    """Print everything as JSON for programs, or a page for people."""
    import json

    warn(result.warnings)
    if as_json:
        click.echo(json.dumps(result.summary(), allow_nan=False, ensure_ascii=False))
    else:
        from ..reports.memo import console_for
        from ..reports.stress import print_stress

        print_stress(result, console_for())
    if how["output"] is not None:
        click.echo(f"written to {how['output']}", err=True)
