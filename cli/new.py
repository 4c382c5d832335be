"""``secondsource new``: start from a bundled case, or from a made-up one of any size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from . import options
from .completion import bundled

if TYPE_CHECKING:
    from pathlib import Path

FIGURES = ("suppliers", "materials", "periods", "seed", "scenarios", "pedigrees")
"""What says how large a made-up case is."""


@click.command()
@click.argument("target", metavar="DIR")
@click.option(
    "--from",
    "name",
    default="quickstart",
    shell_complete=bundled,
    show_default=True,
    help="Bundled case to start from; an unknown name lists them.",
)
@click.option("--synthetic", is_flag=True, help="Make a case up instead, of the size below.")
@click.option(
    "--suppliers", type=int, metavar="N", help="Suppliers of a made-up case [default: 40]"
)
@click.option("--materials", type=int, metavar="M", help="Its materials, at least 6 [default: 18]")
@click.option("--periods", type=int, metavar="T", help="Its quarters [default: 12]")
@click.option("--seed", type=int, metavar="S", help="Another seed, another case [default: 0]")
@click.option("--scenarios", type=int, metavar="K", help="Its futures, 1 to 1,000 [default: 3]")
@click.option(
    "--pedigrees",
    type=int,
    metavar="P",
    help="Its marks of provenance, 0 to 2; with 0 no licences for goods either [default: 2]",
)
@options.force("Replace what is already there.")
@options.as_json("Print one JSON object on stdout.")
@click.pass_context
def new(
    context: click.Context,
    /,
    target: str,
    name: str,
    synthetic: bool,
    force: bool,
    as_json: bool,
    **figures: int | None,
) -> None:
    """Write a case to DIR, to edit and solve: a bundled one, or a made-up one of any size.

    DIR is a new folder of CSV tables; with the suffix .xlsx it becomes a workbook with notes,
    units and drop-down lists, with .json a JSON file. For example:

    secondsource new big --synthetic --suppliers 500 --materials 40 --periods 20 --seed 7

    A made-up case is plausible, has a plan, and is the same for the same size and seed; all its
    figures are invented.
    """
    import json
    from pathlib import Path

    path = Path(target)
    given = {key: value for key, value in figures.items() if value is not None}
    if given and not synthetic:
        raise click.UsageError(f"--{next(iter(given))} goes with --synthetic; add it")
    chosen = context.get_parameter_source("name") == click.core.ParameterSource.COMMANDLINE
    if synthetic and chosen:
        raise click.UsageError("--from copies a case and --synthetic makes one up; give only one")
    if path.exists() and not force and not (path.is_dir() and not any(path.iterdir())):
        raise click.UsageError(f"{target} exists already; choose another name, or add --force")
    try:
        told = _make_up(path, given) if synthetic else _copy(path, name)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(f"cannot write {target}: {error.strerror or error}") from None
    if as_json:
        click.echo(json.dumps({"case": str(path), "path": str(path), **told}))
    else:
        what = "sheets of the workbook" if path.suffix.lower() == ".xlsx" else "tables"
        click.echo(
            f"Wrote {_words(told)} to {target}.\n"
            f"Next: edit the {what}, then\n"
            f"  secondsource check {target}\n"
            f"  secondsource solve {target} -o {path.stem}.run",
            err=True,
        )


def _copy(path: Path, name: str) -> dict[str, Any]:
    """Write a bundled case and tell what was written."""
    from ..datasets.bundled import bundled_names
    from ..datasets.template import write_template

    if name not in bundled_names():
        raise click.BadParameter(
            f"there is no bundled case {name!r}; there are {', '.join(bundled_names())}",
            param_hint="--from",
        )
    write_template(name, path)
    return {"from": name}


def _make_up(path: Path, given: dict[str, int]) -> dict[str, Any]:
    """Write a made-up case and tell what was written."""
    from ..datasets.save import save_case
    from ..datasets.synthetic import Size, synthetic_case
    from ..models.case import TABLES
    from .progress import Progress

    size = Size(**given)
    with Progress("making up a case"):
        case = synthetic_case(size)
        save_case(case, path)
    rows = {table: len(case.rows(table)) for table in TABLES if case.rows(table)}
    told: dict[str, Any] = {"synthetic": True, "name": case.case.name}
    told |= {key: getattr(size, key) for key in FIGURES}
    return told | {"sites": rows["sites"], "rows": rows}


def _words(told: dict[str, Any]) -> str:
    """'the case quickstart', or 'a made-up case of 40 suppliers, 76 sites and 297 lanes'."""
    if "from" in told:
        return f"the case {told['from']}"
    return (
        f"a made-up case of {told['suppliers']:,} suppliers, {told['sites']:,} sites and "
        f"{told['rows']['lanes']:,} lanes"
    )
