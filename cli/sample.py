"""``secondsource sample``: a case with futures drawn from distributions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from . import options
from .asked import warn
from .completion import cases

if TYPE_CHECKING:
    from pathlib import Path

    from ..models.sampling_results import Sampled

METHODS = ("latin_hypercube", "monte_carlo")


@click.command()
@click.argument("case", shell_complete=cases)
@click.argument("draws_file", metavar="DRAWS.toml", type=click.Path(dir_okay=False))
@options.output("Where the case goes.", metavar="NEWCASE", required=True)
@click.option("--scenarios", type=int, default=100, show_default=True, help="Futures to draw.")
@options.draws_seed("futures")
@click.option("--keep", type=int, metavar="K", help="Keep K of them, by fast forward selection.")
@click.option("--method", type=click.Choice(METHODS), help="Default: what DRAWS.toml says.")
@options.gap("In [solve] of NEWCASE. Default: 0.01, or the case's.")
@options.force("Replace what is already there.")
@options.as_json()
def sample(
    case: str,
    draws_file: str,
    output: Path,
    *,
    force: bool,
    as_json: bool,
    **how: Any,
) -> None:
    """Draw futures of CASE from the distributions in DRAWS.toml and write them as NEWCASE.

    NEWCASE is a folder of CSV tables, or with the suffix .xlsx a workbook, with .json a JSON file:
    CASE with a scenario for each future, which every other command understands. DRAWS.toml names
    numbers by table, key and field with their distributions, and events with their probabilities.
    """
    from importlib import import_module

    import_module("secondsource.optimizer.quick_start")  # before anything imports scipy
    from ..datasets.load import load_case
    from ..datasets.save import save_case
    from ..optimizer.sampling.sample import sample as draw
    from .progress import Progress

    empty = output.is_dir() and not any(output.iterdir())
    if output.exists() and not force and not empty:
        raise click.UsageError(f"{output} exists already; choose another name, or add --force")
    try:
        with Progress("drawing futures"):
            found = draw(load_case(case), draws_file, **how)
            save_case(found.case, output)
    except OSError as error:
        raise click.UsageError(f"cannot write {output}: {error.strerror or error}") from None
    _tell(found, output, as_json=as_json)


def _tell(found: Sampled, output: Path, *, as_json: bool) -> None:
    import json

    warn(found.warnings)
    if as_json:
        from ..models.sampling_results import records

        told = {**found.summary(), "path": str(output), "futures": records(found.futures)}
        click.echo(json.dumps(told, allow_nan=False, ensure_ascii=False))
        return
    from ..reports.memo import console_for
    from ..reports.sampling import print_sample

    print_sample(found, console_for())
    click.echo(
        f"Wrote the case with {len(found.futures):,} scenarios to {output}.\n"
        f"Next: secondsource solve {output} -o {output.stem}.run",
        err=True,
    )
