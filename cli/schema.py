"""``secondsource schema``: the JSON Schema of a case."""

from __future__ import annotations

import click

from . import options
from .completion import tables


@click.command()
@click.argument("table", required=False, shell_complete=tables)
@options.as_json("As for every command; a schema is JSON.")
def schema(table: str | None, as_json: bool) -> None:
    """Print the JSON Schema of a case, or of one TABLE of it.

    It says which columns a table has, what a cell may hold, in what unit, and what a blank means.
    Give it to an editor, which then completes and checks a case written as .json:

    secondsource schema > case.schema.json
    """
    import json

    from ..datasets.nearest import did_you_mean
    from ..models.case import TABLES
    from ..models.json_schema import SECTIONS, case_schema, part_schema

    known = [*SECTIONS, *TABLES]
    if table is not None and table not in known:
        hint = did_you_mean(table, known) or f"there are {', '.join(known)}"
        raise click.BadParameter(f"there is no table {table!r}; {hint}", param_hint="TABLE")
    found = case_schema() if table is None else part_schema(table)
    click.echo(json.dumps(found, indent=None if as_json else 2, allow_nan=False))
