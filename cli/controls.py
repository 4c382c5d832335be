"""``secondsource controls``: which rule hits which shipment, when, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from . import options
from .asked import names_in, readable, warn
from .completion import cases

if TYPE_CHECKING:
    from ..models.case import Case
    from ..optimizer.rulings import Answer

MOST_LINES = 40
"""Most lines that are told in full."""


@click.command()
@click.argument("case", shell_complete=cases)
@click.option("--from", "start", metavar="SITES", help="Who sends: names, @CN, groups, patterns.")
@click.option("--to", "end", metavar="SITES", help="Who receives.")
@click.option("--material", metavar="MATERIALS", help="What moves, e.g. 'NdFeB*'.")
@click.option("--end-use", metavar="USES", help="What for, e.g. defence, or defence=END USER.")
@click.option("--when", metavar="TIME", help="A period, 2027-04, 2027-Q2, 2027, or a range a..b.")
@options.scenarios("Scenarios to look at.")
@click.option(
    "--changes-only", is_flag=True, help="Only what does not stay the same over the horizon."
)
@click.option("--each", is_flag=True, help="Every lane and offer by itself.")
@click.option("--timeline", is_flag=True, help="Draw the state of every rule over the horizon.")
@options.as_json()
def controls(case: str, scenarios: str | None, timeline: bool, as_json: bool, **asked: Any) -> None:
    """Tell which rule hits which shipment of CASE, when, and why.

    Without options everything that crosses a border, put together where the rules treat it alike,
    and what they say of building, running and buying. For example:

    secondsource controls ndfeb --from @CN --to @US --end-use defence

    Exit codes: 0, or 2 where the case is invalid or nothing is as asked.
    """
    from ..optimizer.rulings import Question, answer
    from .progress import Progress

    loaded, problems = readable(case)
    warn(problems)
    names = list(names_in(scenarios)) or None
    question = Question(**asked)
    with Progress("asking the rules"):
        found = answer(loaded, question, names)
    if as_json:
        _print_json(loaded, question, found)
    else:
        _print(loaded, question, found, timeline=timeline)


def _print(case: Case, question: Any, found: Answer, *, timeline: bool) -> None:
    """Print a memo or a drawing for people."""
    from ..reports.memo import Memo, console_for
    from ..reports.rules import print_timeline
    from ..reports.rulings import print_memo

    memo = Memo(
        case=case,
        rulings=found.rulings,
        rules=found.rules,
        states=found.states,
        scenarios=found.scenarios,
        first=found.first,
        last=found.last,
        asked=_asked(question),
        remarks=found.remarks,
        full=question.each or (question.narrow and _few(found)),
    )
    if timeline:
        print_timeline(memo, console_for(), changes_only=question.changes_only)
    else:
        print_memo(memo, console_for())
    if not case.controls:
        click.echo("the case has no controls", err=True)
    elif not timeline and not len(found.rulings):
        click.echo("nothing changes over the horizon", err=True)
    if len(found.scenarios) < len(case.scenarios):
        click.echo("--scenarios all shows every scenario", err=True)
    if not memo.full and not timeline:
        click.echo(
            "--from, --to, --material or --end-use narrow it down and show sources", err=True
        )


def _few(found: Answer) -> bool:
    """Whether there are so few lines that each can be told in full."""
    return not len(found.rulings) or int(found.rulings["line"].max()) <= MOST_LINES


def _asked(question: Any) -> list[str]:
    """A question in words."""
    parts = {
        "from": question.start, "to": question.end, "material": question.material,
        "end use": question.end_use, "when": question.when,
    }  # fmt: skip
    told = [f"{name} {value}" for name, value in parts.items() if value]
    return told + (["what changes"] if question.changes_only else [])


def _print_json(case: Case, question: Any, found: Answer) -> None:
    import json

    from ..reports.memo import records

    states: dict[str, list[dict[str, Any]]] = {}
    for row in records(found.states):
        states.setdefault(row.pop("control"), []).append(row)
    told = {
        "case": case.case.name,
        "asked": {
            "from": question.start,
            "to": question.end,
            "material": question.material,
            "end_use": question.end_use,
            "when": question.when,
            "changes_only": question.changes_only,
            "each": question.each,
        },
        "scenarios": list(found.scenarios),
        "periods": {
            "first": found.first,
            "last": found.last,
            "labels": [case.period_label(at) for at in range(found.first, found.last + 1)],
        },
        "rulings": records(found.rulings),
        "rules": [
            {**row, "states": states.get(row["control"], [])} for row in records(found.rules)
        ],
        "remarks": found.remarks,
    }
    click.echo(json.dumps(told, allow_nan=False, ensure_ascii=False))
