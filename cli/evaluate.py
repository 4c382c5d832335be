"""``secondsource evaluate``: a fixed plan on futures that nobody has seen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options
from .asked import warn

if TYPE_CHECKING:
    from ..models.sampling_results import Evaluation


@click.command()
@click.argument("run", type=click.Path(file_okay=False))
@click.argument("draws_file", metavar="DRAWS.toml", type=click.Path(dir_okay=False))
@options.output()
@click.option("--scenarios", type=int, default=1000, show_default=True, help="Samples to draw.")
@options.draws_seed("samples")
@options.confidence("Of the interval on the mean.")
@options.gap("Relative gap of each solve.")
@options.who_solves()
@options.as_csv()
@options.force()
@options.as_json()
@click.pass_context
def evaluate(
    context: click.Context,
    /,
    run: str,
    draws_file: str,
    output: Path | None,
    *,
    as_csv: bool,
    as_json: bool,
    **how: Any,
) -> None:
    """Try the plan of RUN on samples of the distributions in DRAWS.toml that it was not made for.

    Kept are its strategic decisions up to where its own futures part (all of them for a plan made
    for one future), and whatever it does before the samples part. Exit codes: 0 done, 2 invalid,
    3 some future has no plan with these decisions, 5 stopped.
    """
    from importlib import import_module

    import_module("secondsource.optimizer.quick_start")  # before anything imports scipy
    from ..datasets.runs import check_target, read_run, write_run
    from ..optimizer.sampling.evaluate import evaluate as try_plan
    from .progress import Progress

    if output is not None:
        check_target(output)
    with Progress("drawing futures") as progress:
        found = try_plan(run, draws_file, progress=progress.of, **how)
    if output is not None:
        write_run(
            output, read_run(run)[0], {"samples": found.samples}, found.summary(),
            {"kind": "evaluation", **{name: how[name] for name in ("scenarios", "seed", "gap")}},
            csv=as_csv,
        )  # fmt: skip
    _tell(found, output, as_json=as_json)
    context.exit(3 if found.without_plan else 0)


def _tell(found: Evaluation, output: Path | None, *, as_json: bool) -> None:
    import json

    warn(found.warnings)
    if as_json:
        from ..models.sampling_results import records

        told = {**found.summary(), "samples": records(found.samples)}
        click.echo(json.dumps(told, allow_nan=False, ensure_ascii=False))
    else:
        from ..reports.memo import console_for
        from ..reports.sampling import print_evaluation

        print_evaluation(found, console_for())
    if output is not None:
        click.echo(f"written to {output}", err=True)
