"""What an explanation found, as values and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from .case import Case

MENDS: dict[str, str] = {
    "rank": "1 for the cheapest",
    "mend": "what gives, in words",
    "table": "table of what gives",
    "row": "its row, from 1; none where a row is added or an option changed",
    "name": "what the row is called",
    "column": "what of it gives; '' for the row as a whole",
    "by": "how much it gives; none where it gives as a whole",
    "cost": "discounted and expected cost of the plan with it, with what goes short",
    "proven": "whether the mended case was solved and has a plan",
}
"""Columns of the table of mends."""

SHORT: dict[str, str] = {
    "row": "row of demand, from 1",
    "site": "who goes short",
    "material": "of what",
    "end_use": "for what",
    "period": "when",
    "label": "what people call it",
    "wanted": "quantity wanted",
    "short": "quantity that goes short",
}
"""Columns of the table of demand that cannot be met."""


@dataclass(frozen=True)
class Part:
    """A requirement that stands against others.

    Attributes:
        table: its table; 'solve' for a cap, 'decisions' for what an earlier plan decided.
        row: its row, from 1; None where the case has none.
        name: what the row is called.
        column: which number of it; '' for the row as a whole.
        text: in words.
    """

    table: str
    row: int | None
    name: str
    column: str
    text: str

    def record(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "table": self.table, "row": self.row, "name": self.name,
            "column": self.column, "text": self.text,
        }  # fmt: skip


@dataclass(frozen=True)
class Mend:
    """A change after which a case has a plan.

    Attributes:
        text: in words.
        parts: what gives.
        by: how much it gives, in the unit of its column; None where it gives as a whole.
        cost: cost of the plan with it and of what goes short; None where no time was left to tell.
        proven: whether the mended case was solved and has a plan.
        edits: how to change the case: rows of `changes`, cells, rows to add.
        case: the mended case.
        caps: caps on objectives that go with it, where they are not those that were asked for.
    """

    text: str
    parts: tuple[Part, ...]
    by: float | None
    cost: float | None
    proven: bool
    edits: tuple[dict[str, Any], ...]
    case: Case = field(repr=False)
    caps: dict[str, float] | None = None

    def record(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "text": self.text,
            "parts": [part.record() for part in self.parts],
            "by": self.by,
            "cost": self.cost,
            "proven": self.proven,
            "edits": list(self.edits),
        } | ({} if self.caps is None else {"caps": self.caps})


@dataclass(frozen=True)
class Cause:
    """Requirements that cannot hold together.

    Attributes:
        text: in words, one sentence.
        parts: the requirements, each of which would do by giving alone; the likeliest first.
    """

    text: str
    parts: tuple[Part, ...]

    def record(self) -> dict[str, Any]:
        """As plain values."""
        return {"text": self.text, "parts": [part.record() for part in self.parts]}


@dataclass(frozen=True)
class NoPlan:
    """Why a case has no plan.

    Attributes:
        case, title, currency: of the case.
        causes: what cannot hold together, the first first; several where several things are wrong.
        mends: what would help, the cheapest first, each enough by itself.
        whole_only: whether there would be a plan if decisions could be taken in fractions.
        short: demand that goes short where nothing else gives (see SHORT).
        tried: how many models were solved to find out.
    """

    case: str
    title: str | None
    currency: str
    causes: tuple[Cause, ...]
    mends: tuple[Mend, ...]
    whole_only: bool
    short: pd.DataFrame
    tried: int

    def lines(self) -> list[str]:
        """The causes, then what would help, one line each."""
        told = [cause.text for cause in self.causes]
        if self.mends:
            told.append("any one of these would do:" if len(self.mends) > 1 else "this would do:")
            told += [mend.text for mend in self.mends]
        return told

    def table(self) -> pd.DataFrame:
        """The mends as a table (see MENDS)."""
        rows = []
        for rank, mend in enumerate(self.mends, start=1):
            one = mend.parts[0]
            rows.append((rank, mend.text, one.table, one.row, one.name, one.column, mend.by,
                         mend.cost, mend.proven))  # fmt: skip
        return pd.DataFrame(rows, columns=list(MENDS))

    def summary(self) -> dict[str, Any]:
        """What ``explain --json`` holds."""
        return {
            "case": self.case,
            "title": self.title,
            "currency": self.currency,
            "status": "infeasible",
            "why": [cause.text for cause in self.causes],
            "causes": [cause.record() for cause in self.causes],
            "mends": [mend.record() for mend in self.mends],
            "whole_numbers_only": self.whole_only,
            "short": records(self.short),
        }


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table; what is not a number becomes None."""
    plain = table.astype(object).where(table.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


def frame_of(rows: Sequence[dict[str, Any]], columns: dict[str, str]) -> pd.DataFrame:
    """A table with the columns it should have, rows or not."""
    return pd.DataFrame(list(rows), columns=list(columns))
