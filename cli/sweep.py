"""``secondsource sweep``: thousands of what-ifs, resumable."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options
from .asked import caps_of, names_in, readable, tell_warnings, warn, with_settings
from .completion import cases

if TYPE_CHECKING:
    from ..models.case import Case
    from ..models.sweep_results import SweepResult

EXIT = {"complete": 0, "stopped": 4, "nothing": 5}


@click.command()
@click.argument("case", shell_complete=cases)
@click.argument("sweep_file", metavar="SWEEP.toml", type=click.Path(dir_okay=False))
@options.output()
@click.option(
    "--ledger",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where solved points are kept; several sweeps may share one. Default: in RUN.",
)
@options.who_solves()
@options.keep_decisions(
    "Keep the decisions of this plan at every point.", kind=click.Path(file_okay=False)
)
@options.minimise()
@options.caps()
@options.scenarios()
@options.settings("Change a number of the case itself, e.g. offers:Kuantan*:price=70.")
@options.solving(
    "Relative gap at which to stop.",
    "Stop each point after so many seconds.",
    "Processor threads of each solve. Default: 1.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help="Solve at most N more points now; the same command goes on.",
)
@click.option("--retry-failed", is_flag=True, help="Solve points again that failed before.")
@options.as_csv()
@options.force("Allow any number of points, and models of any size.")
@options.as_json()
@click.pass_context
def sweep(
    context: click.Context,
    /,
    case: str,
    sweep_file: str,
    as_csv: bool,
    as_json: bool,
    **how: Any,
) -> None:
    """Solve CASE at every point of SWEEP.toml, and tell what moves the plan.

    SWEEP.toml names inputs by table, key and field, and a design: grid, list, one_at_a_time,
    latin_hypercube or sobol. The same command goes on with a sweep that was stopped or killed;
    a point that is solved is never solved again. Exit codes: 0 all points done (points without a
    plan are results too), 2 invalid, 4 stopped early, 5 nothing done.
    """
    from importlib import import_module

    import_module("secondsource.optimizer.quick_start")  # before anything imports scipy
    from ..datasets.sweep_file import read_sweep
    from ..datasets.sweep_folder import SweepFolder

    if how["output"] is not None:
        SweepFolder(how["output"]).check()
    loaded, problems = readable(case)
    loaded = with_settings(loaded, how.pop("settings"))
    asked = read_sweep(sweep_file, force=how["force"])
    tell_warnings(loaded, problems)
    from ..optimizer.sweep.run import sweep as run_sweep
    from .sweep_progress import SweepProgress

    with SweepProgress() as progress:
        result = run_sweep(
            loaded,
            asked,
            settings=_settings(how),
            csv=as_csv,
            progress=progress.show,
            **{name: how[name] for name in (
                "output", "ledger", "executor", "workers", "address", "limit", "retry_failed",
                "force",
            )},
        )  # fmt: skip
    _tell(result, loaded, how, as_json=as_json)
    context.exit(EXIT[result.status])


def _settings(how: dict[str, Any]) -> dict[str, Any]:
    """What the command line says of [solve]."""
    return {
        "minimise": list(how["minimise"]) or None,
        "caps": caps_of(how["caps"]) or None,
        "scenarios": list(names_in(how["scenarios"])) or None,
        "gap": how["gap"],
        "time_limit_s": how["time_limit"],
        "threads": how["threads"],
        "seed": how["seed"],
        "keep_decisions": how["keep_decisions"],
    }


def _tell(result: SweepResult, case: Case, how: dict[str, Any], *, as_json: bool) -> None:
    """Print everything as JSON for programs, or a page or two for people."""
    import json

    warn(result.warnings)
    if as_json:
        told = {**result.summary(), "runs": result.runs()}
        click.echo(json.dumps(told, allow_nan=False, ensure_ascii=False))
    else:
        from ..reports.memo import console_for
        from ..reports.sweep import print_sweep

        print_sweep(result, console_for())
    if how["output"] is not None:
        click.echo(f"written to {how['output']}", err=True)
    if result.status != "complete":
        left = result.asked - len(result.points)
        kept = how["ledger"] or how["output"]
        click.echo(
            f"{left:,} of {result.asked:,} points are not solved yet; "
            + (
                "the same command goes on with them"
                if kept
                else "name a folder with -o, and the same command goes on with them next time"
            ),
            err=True,
        )
