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


BINDING: dict[str, str] = {
    "kind": "supplier, plant, lane, stock, demand, way out, policy or rule",
    "table": "table of what binds",
    "row": "its row, from 1",
    "name": "what it is called",
    "column": "which number of it",
    "what": "what it limits, in words",
    "unit": "unit of the number",
    "node": "node of the tree",
    "period": "its period",
    "label": "what people call the period",
    "scenario": "scenario of the node",
    "value": "the number there",
    "worth": "what one more unit there saves: present value, times probability; < 0: it costs",
    "then": "the same in money of the period, if that node comes",
    "holds_from": "lowest value of the number, there alone, for which the price holds",
    "holds_to": "highest one",
}
"""Columns of the table of what binds."""

VALUES: dict[str, str] = {
    "material": "what",
    "marks": "marks it bears, '' for none",
    "site": "where it is worth most",
    "node": "node of the tree",
    "period": "its period",
    "label": "what people call the period",
    "scenario": "scenario of the node",
    "unit": "unit of the material",
    "worth": "what one more unit given there saves: present value, times probability",
    "then": "the same in money of the period, if that node comes",
    "holds_for": "how much more, there alone, is worth as much a unit",
}
"""Columns of the table of what materials are worth."""

CHOICES: dict[str, str] = {
    "chosen": "whether the plan has it",
    "kind": "supplier, contract, plant, modules, lane or store",
    "table": "its table",
    "row": "its row, from 1",
    "name": "what it is called",
    "detail": "what of, and where",
    "quantity": "what the plan buys of it, expected, or how many modules",
    "cost": "chosen: what the plan costs more without it; none: there is no plan without it",
    "away": "not chosen: by how much its price, or its outlay, would have to fall",
    "price": "not chosen: its price now, averaged over its periods, or its outlay",
    "per": "unit of `away` and `price`: money per unit of a material, or money",
    "never": "not chosen: whether it would not be chosen as a gift either",
    "anew": "whether all other decisions were taken anew, or those of the plan kept",
    "error": "how far `cost` or `away` may be off, where whole numbers are left to decide",
}
"""Columns of the table of what was chosen and what was not."""

RULES: dict[str, str] = {
    "kind": "rule or policy, or 'all' for all rules together",
    "name": "its short name",
    "title": "its title, or what it asks for",
    "cost": "what the plan costs more than without it; none where it cannot be told",
    "error": "how far that may be off: the gaps of both solves",
    "share": "the cost as a part of the plan's",
    "lead_time": "days that the plan takes longer than without it",
    "shortage": "quantity that goes short because of it",
    "status": "how the solve without it ended",
}
"""Columns of the table of what rules and policies cost."""

SEGMENTS: dict[str, str] = {
    "name": "rule or policy; 'all rules' for all together",
    "end_use": "end use",
    "material": "material",
    "site": "site",
    "cost": "its part of the cost, in proportion to what changes for it at the margin",
    "per_unit": "the same for each unit wanted",
    "at_margin": "its quantities times what a unit costs more at the margin, undivided",
    "short": "quantity that it lacks because of the rule, expected",
}
"""Columns of the table of rule costs by demand segment; the parts of a rule add up to its cost."""


@dataclass(frozen=True)
class Explained:
    """What binds in a plan, what it is worth, and what comes next best.

    Attributes:
        case, title, currency: of the case.
        periods: what the periods are called together, e.g. '2027-Q1 to 2031-Q4'.
        objective: what the plan minimises, and thus what prices are about.
        objectives: value of every objective of the plan.
        gap: how far the plan may be from the best, relatively.
        binding: what binds (see BINDING), the dearest first.
        values: what materials are worth (see VALUES).
        choices: what was chosen, dearest to lose first; then what was not, nearest first.
        rules: what rules and policies cost (see RULES); None if not asked.
        segments: rule costs by segment (see SEGMENTS); None if not asked.
        leftover: cost of all rules together less the sum of each alone; None if not asked.
        notes: what a reader should know.
    """

    case: str
    title: str | None
    currency: str
    periods: str
    objective: str
    objectives: dict[str, float]
    gap: float | None
    binding: pd.DataFrame
    values: pd.DataFrame
    choices: pd.DataFrame
    rules: pd.DataFrame | None = None
    segments: pd.DataFrame | None = None
    leftover: float | None = None
    notes: tuple[str, ...] = ()

    def summary(self) -> dict[str, Any]:
        """What ``explain --json`` holds."""
        found: dict[str, Any] = {
            "case": self.case,
            "title": self.title,
            "currency": self.currency,
            "status": "optimal",
            "objective": self.objective,
            "objectives": self.objectives,
            "gap": self.gap,
            "prices": "present value, expected: discounted to the first period, times probability",
            "binding": finite(self.binding),
            "values": finite(self.values),
            "choices": finite(self.choices),
            "notes": list(self.notes),
        }
        if self.rules is not None:
            found["rules"] = finite(self.rules)
            found["leftover"] = self.leftover
        if self.segments is not None:
            found["segments"] = finite(self.segments)
        return found


def finite(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table as JSON can hold them: what is infinite or no number becomes None."""
    return records(table.replace([float("inf"), float("-inf")], None))
