"""``secondsource check``: every problem of a case at once."""

from __future__ import annotations

import click

from . import options
from .completion import cases


@click.command()
@click.argument("case", shell_complete=cases)
@click.option("--all", "everything", is_flag=True, help="List every problem, however many.")
@options.as_json("Print one JSON object on stdout.")
@click.pass_context
def check(context: click.Context, case: str, everything: bool, as_json: bool) -> None:
    """Tell everything that is wrong with CASE, and what would mend it.

    CASE is a folder, an .xlsx or .json file, or the name of a bundled case. The exit code is 0
    where there are only warnings and 2 where there are errors.
    """
    import json

    from ..datasets.load import read_case
    from ..models.problems import format_problems

    found, problems = read_case(case)
    errors = sum(problem.level == "error" for problem in problems)
    if as_json:
        summary = {
            "case": case,
            "ok": errors == 0,
            "errors": errors,
            "warnings": len(problems) - errors,
            "problems": [problem.as_dict() for problem in problems],
        }
        click.echo(json.dumps(summary))
    else:
        text = format_problems(problems, case, limit=None if everything else 40)
        if len(problems) > 40 and not everything:
            text += " (--all lists every one)"
        click.echo(text, err=True)
        if found is not None:
            click.echo(f"{case} can be solved: {_size(found)}", err=True)
    context.exit(2 if errors else 0)


def _size(case: object) -> str:
    """'3 materials, 7 sites, 8 offers' - the first tables that have rows."""
    tables = ("materials", "sites", "offers", "plants", "lanes", "demand", "controls")
    counts = {table: len(getattr(case, table)) for table in tables}
    return ", ".join(f"{number} {table}" for table, number in counts.items() if number)
