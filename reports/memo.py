"""What a memo on the rules is made of, and how its paragraphs are set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from rich.console import Console
from rich.text import Text

from ..models.case import Case

Row = Mapping[str, Any]
WIDEST = 100


@dataclass(frozen=True)
class Memo:
    """What a memo is made of.

    Attributes:
        case: the case.
        rulings, rules, states: tables of the answer.
        scenarios: scenarios looked at.
        first, last: periods asked about.
        asked: what was asked, for people; empty where everything was.
        remarks: what a reader should know besides.
        full: whether every line gets all it has, and every rule its sources.
    """

    case: Case
    rulings: pd.DataFrame
    rules: pd.DataFrame
    states: pd.DataFrame
    scenarios: Sequence[str]
    first: int
    last: int
    asked: Sequence[str]
    remarks: Sequence[str]
    full: bool

    def lines(self) -> list[list[Row]]:
        """The rows of each line, one for each spell."""
        lines: dict[int, list[Row]] = {}
        for row in records(self.rulings):
            lines.setdefault(int(row["line"]), []).append(row)
        return list(lines.values())

    def histories(self) -> dict[str, list[Row]]:
        """States of each rule over time."""
        found: dict[str, list[Row]] = {}
        for row in records(self.states):
            found.setdefault(str(row["control"]), []).append(row)
        return found


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table, column -> cell."""
    return [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]


def console_for(**how: Any) -> Console:
    """A console no wider than a memo, and as wide where the output is no terminal."""
    console = Console(highlight=False, **how)
    console.width = min(console.width, WIDEST) if console.is_terminal else WIDEST
    return console


def print_head(memo: Memo, console: Console) -> None:
    """Print the case, the time, the scenarios and the question."""
    case = memo.case
    console.print(Text(case.case.title or case.case.name, style="bold"))
    first, last = case.period_label(memo.first), case.period_label(memo.last)
    text = f"What the rules say, {first if first == last else f'{first} to {last}'}"
    if case.scenarios:
        text += f"; scenario{'s' if len(memo.scenarios) > 1 else ''} {', '.join(memo.scenarios)}"
        every = len(memo.scenarios) == len(case.scenarios)
        text += "" if every else f" of {len(case.scenarios)}"
    paragraph(console, text, 0)
    if memo.asked:
        paragraph(console, f"asked: {', '.join(memo.asked)}", 0)


def title(console: Console, text: str) -> None:
    """Print the title of a section."""
    console.print()
    console.print(Text(text, style="bold underline"))


def paragraph(
    console: Console, text: str | Text, indent: int, lead: str | Text = "", more: int = 0
) -> None:
    """Print text wrapped beside its lead; all but its first line ``more`` columns further in."""
    text, lead = (Text(part) if isinstance(part, str) else part for part in (text, lead))
    left = indent + lead.cell_len
    for at, line in enumerate(text.wrap(console, console.width - left - more)):
        line.rstrip()
        start = Text(" " * (left + more)) if at else Text(" " * indent).append_text(lead)
        console.print(start.append_text(line), soft_wrap=True)
