"""``secondsource new``: start from a bundled case."""

from __future__ import annotations

import click


@click.command()
@click.argument("target", metavar="DIR")
@click.option(
    "--from",
    "name",
    default="quickstart",
    show_default=True,
    help="Bundled case to start from; an unknown name lists them.",
)
@click.option("--force", is_flag=True, help="Replace what is already there.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")
def new(target: str, name: str, force: bool, as_json: bool) -> None:
    """Write a bundled case to DIR, to edit and solve.

    DIR is a new folder of CSV tables; with the suffix .xlsx it becomes a workbook with notes,
    units and drop-down lists, with .json a JSON file.
    """
    import json
    from pathlib import Path

    from ..datasets.bundled import bundled_names
    from ..datasets.template import write_template

    path = Path(target)
    if name not in bundled_names():
        raise click.BadParameter(
            f"there is no bundled case {name!r}; there are {', '.join(bundled_names())}",
            param_hint="--from",
        )
    if path.exists() and not force and not (path.is_dir() and not any(path.iterdir())):
        raise click.UsageError(f"{target} exists already; choose another name, or add --force")
    try:
        write_template(name, path)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(f"cannot write {target}: {error.strerror or error}") from None
    if as_json:
        click.echo(json.dumps({"case": str(path), "from": name}))
    else:
        what = "sheets of the workbook" if path.suffix.lower() == ".xlsx" else "tables"
        click.echo(
            f"Wrote the case {name} to {target}.\n"
            f"Next: edit the {what}, then\n"
            f"  secondsource check {target}\n"
            f"  secondsource solve {target} -o {path.stem}.run",
            err=True,
        )
