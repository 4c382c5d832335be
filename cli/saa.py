"""``secondsource saa``: a plan by sample average approximation, and how far from the best it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options
from .asked import EXIT, warn
from .completion import cases
from .sample import METHODS

if TYPE_CHECKING:
    from ..models.case import Case
    from ..models.sampling_results import SaaResult


@click.command()
@click.argument("case", shell_complete=cases)
@click.argument("draws_file", metavar="DRAWS.toml", type=click.Path(dir_okay=False))
@options.output("Folder for the plan.")
@click.option("--batches", type=int, default=5, show_default=True, help="Replications to solve.")
@click.option("--scenarios", type=int, default=20, show_default=True, help="Futures of each.")
@click.option("--unseen", type=int, default=500, show_default=True,
              help="Samples on which the chosen plan is tried.")  # fmt: skip
@options.draws_seed("futures")
@click.option("--method", type=click.Choice(METHODS),
              help="How the batches are drawn. Default: what DRAWS.toml says.")  # fmt: skip
@options.confidence("Of the intervals.")
@options.gap("Of each batch. Default: 0.005, or the case's if larger.")
@options.time_limit("Stop each batch after so many seconds.")
@options.who_solves()
@options.as_csv()
@options.force()
@options.as_json()
@click.pass_context
def saa(
    context: click.Context,
    /,
    case: str,
    draws_file: str,
    output: Path | None,
    *,
    as_csv: bool,
    as_json: bool,
    **how: Any,
) -> None:
    """Plan CASE for the distributions in DRAWS.toml, and say how far from the best the plan can be.

    Several batches of futures are drawn and solved, the plan that does best on a screening sample
    is chosen and tried on unseen samples. RUN holds that plan over the futures of its batch, as
    solve writes it, and the tables batches and samples. Exit codes: 0 done, 2 invalid, 3 a batch
    or an unseen sample has no plan, 4 batches stopped at the time limit, 5 nothing found.
    """
    from importlib import import_module

    import_module("secondsource.optimizer.quick_start")  # before anything imports scipy
    from ..datasets.load import load_case
    from ..datasets.runs import check_target
    from ..optimizer.sampling.saa import NoPlanError
    from ..optimizer.sampling.saa import saa as approximate
    from .progress import Progress

    if output is not None:
        check_target(output)
    loaded = load_case(case)
    try:
        with Progress("drawing futures") as progress:
            found = approximate(loaded, draws_file, progress=progress.of, **how)
    except NoPlanError as error:
        if as_json:
            click.echo(f'{{"status": "{error.status.value}", "objective": null}}')
        click.echo(str(error), err=True)
        context.exit(EXIT[error.status.value])
    summary = _summary(loaded, found)
    if output is not None:
        _write(output, found, summary, how, as_csv=as_csv)
    _tell(found, summary, output, as_json=as_json)
    if found.evaluation.without_plan:
        context.exit(EXIT["infeasible"])
    early = (found.batches["status"] == "feasible").any()
    context.exit(EXIT["feasible" if early else "optimal"])


def _summary(case: Case, found: SaaResult) -> dict[str, Any]:
    """What ``summary.json`` and ``--json`` hold: that of the plan, and what sampling tells."""
    from ..datasets.runs import summary_of

    told = summary_of(found.planned, found.plan, ["all"])
    return {**told, "case": case.case.name, **found.summary()}


def _write(
    output: Path, found: SaaResult, summary: dict[str, Any], how: dict[str, Any], *, as_csv: bool
) -> None:
    from ..datasets.runs import write_run

    tables = {
        **found.plan.tables,
        "batches": found.batches,
        "samples": found.evaluation.samples,
    }
    asked = {name: how[name] for name in ("batches", "scenarios", "unseen", "seed", "method")}
    told = {"minimise": ["cost"], "caps": {}, "gap": how["gap"], "saa": asked}
    write_run(output, found.planned, tables, summary, told, csv=as_csv)


def _tell(found: SaaResult, summary: dict[str, Any], output: Path | None, *, as_json: bool) -> None:
    import json

    warn(found.warnings)
    if as_json:
        click.echo(json.dumps(summary, allow_nan=False, ensure_ascii=False))
    else:
        from ..reports.memo import console_for
        from ..reports.sampling import print_saa

        print_saa(found, console_for())
    if output is not None:
        click.echo(f"written to {output}", err=True)
