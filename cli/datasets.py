"""``secondsource datasets``: the cases that come with the package."""

from __future__ import annotations

from typing import Any

import click

from . import options

TEACHES = {
    "quickstart": "the whole problem in six dozen rows: a ban that is announced a year ahead, and "
    "what stock, scrap, contracts and a recycler are worth against it; every figure is made up",
    "ndfeb": "magnets from the mine to the magnet and back under the full regime of controls: "
    "licences, lists, content marks, technology, duties; real sites, sources row by row",
    "graphite": "battery anodes, natural and synthetic: that nothing is special to magnets; "
    "licences that cost days and not money, duties that were never imposed, blends as substitutes",
}
"""What each bundled case is good for."""


@click.command("datasets")
@options.as_json("Print one JSON object on stdout.")
def datasets(as_json: bool) -> None:
    """List the bundled cases: how large each is, and what it teaches.

    Their names stand wherever a command asks for a CASE. To have one as files to edit:

    secondsource new my-case --from ndfeb
    """
    import json

    from ..datasets.bundled import bundled_names

    found = [_about(name) for name in bundled_names()]
    found.sort(key=lambda about: about["rows"])
    if as_json:
        click.echo(json.dumps({"datasets": found}))
    else:
        _show(found)


def _about(name: str) -> dict[str, Any]:
    """Name, title, size and use of a bundled case."""
    from ..datasets.bundled import bundled_path
    from ..datasets.load import load_case
    from ..models.case import TABLES

    case = load_case(name)
    sizes = {
        "sites": len(case.sites),
        "materials": len(case.materials),
        "offers": len(case.offers),
        "plants": len(case.plants),
        "periods": case.case.periods,
        "scenarios": max(len(case.scenarios), 1),
        "rules": len(case.controls),
        "rows": sum(len(case.rows(table)) for table in TABLES),
    }
    return {
        "name": name,
        "title": case.case.title or name,
        **sizes,
        "teaches": TEACHES.get(name, ""),
        "path": str(bundled_path(name)),
    }


def _show(found: list[dict[str, Any]]) -> None:
    """A table for people on standard output, and below it what each case teaches."""
    shown = ("sites", "offers", "plants", "periods", "scenarios", "rules", "rows")
    widths = [max(len(column), 6) for column in shown]
    first = max(len(about["name"]) for about in found)
    head = "  ".join(column.rjust(width) for column, width in zip(shown, widths, strict=True))
    click.echo(f"{'case'.ljust(first)}  {head}")
    for about in found:
        cells = (f"{about[column]:,}" for column in shown)
        row = "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        click.echo(f"{about['name'].ljust(first)}  {row}")
    for about in found:
        click.echo(f"\n{about['name']}: {about['title']}")
        click.echo(click.wrap_text(about["teaches"], 78, "  ", "  "))
    click.echo("\nTo edit one: secondsource new my-case --from " + found[0]["name"])
