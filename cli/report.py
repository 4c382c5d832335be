"""``secondsource report``: a page or a workbook of what was found."""

from __future__ import annotations

from pathlib import Path

import click

from . import options


@click.command()
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE.html|.xlsx",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file; its ending says what it becomes.",
)
@options.as_json()
def report(runs: tuple[Path, ...], output: Path, as_json: bool) -> None:
    """Write what RUN found as one file to look at, to print and to send on.

    RUN is the folder of a plan, a frontier, a sweep or a stress test; several plans are set side
    by side, the first being what the others are compared with. The page is one file that loads
    nothing from a network. Exit codes: 0 written, 2 no result or no such format.
    """
    import json

    from .progress import Progress

    with Progress("writing the report"):
        write_report(runs, output)
    size = output.stat().st_size
    if as_json:
        click.echo(json.dumps({"file": str(output), "bytes": size, "runs": [str(r) for r in runs]}))
    else:
        click.echo(f"written to {output} ({size / 1e6:.1f} MB)", err=True)


def write_report(runs: tuple[Path, ...], output: Path) -> None:
    """Write the report in the format that the file's ending names.

    Raises:
        ValueError: the ending names no format, or the folder of the file does not exist.
        CaseError: a folder holds no result.
    """
    from ..reports.writing import report as write

    if not output.absolute().parent.is_dir():
        raise ValueError(f"{output.parent} does not exist; make it first")
    write(list(runs), output)
