"""What a stress test found, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from .notebook import Page, Shown, number

OUTAGES: dict[str, str] = {
    "rank": "1 for the worst",
    "kind": "site, operator, country, lane, pair or control",
    "what": "what is out",
    "start": "first period of the outage",
    "label": "what people call it",
    "recovery": "periods that it lasts",
    "status": "how the solve ended; 'failed' where it raised an error",
    "loss": "extra discounted and expected cost against the same plan undisturbed",
    "error": "how far the loss may be off, where whole numbers are left to decide",
    "short": "extra quantity never delivered, expected",
    "waiting": "extra quantity that waits, in units times periods, expected",
    "first_short": "first period in which somebody gets less or later, 0 for none",
    "time_to_survive": "periods from the start in which everybody gets all while it lasts",
    "time_to_survive_days": "the same in days",
    "survives": "whether nobody ever notices it, up to the horizon",
    "time_to_recover": "periods from the start until all get what they would get undisturbed",
    "note": "what else to know",
}
"""Columns of the table of outages."""

SHORT: dict[str, str] = {
    "kind": "kind of the outage",
    "what": "what is out",
    "start": "first period of the outage",
    "recovery": "periods that it lasts",
    "site": "who goes short",
    "end_use": "of which end use",
    "material": "of what",
    "row": "row of demand, from 1",
    "node": "node of the tree",
    "period": "when",
    "label": "what people call it",
    "never": "extra quantity never delivered",
    "waiting": "extra quantity that waits at the end of the period",
}
"""Columns of the table of who is short and when."""

FIXES: dict[str, str] = {
    "fix": "stock, source, module, plant, ...",
    "what": "of what, where",
    "quantity": "how much",
    "period": "when it is decided, 0 for at once",
    "cost": "its discounted cost",
}
"""Columns of the table of fixes."""

FIXED: dict[str, str] = {
    "kind": "kind of the outage",
    "what": "what is out",
    "start": "first period of the outage",
    "recovery": "periods that it lasts",
    "loss_before": "its loss without the fix",
    "loss": "its loss with the fix, against the plan with the fix undisturbed",
    "short": "least quantity that somebody gets less than undisturbed all the same, expected",
}
"""Columns of the table of the worst outages, tried again with the fix."""


@dataclass(frozen=True, repr=False)
class StressResult(Shown):
    """A stress test.

    Attributes:
        case, title, currency: of the case.
        scenarios: names that were solved, or ['all'].
        outages: one row for each outage, start and recovery, the worst first (see OUTAGES).
        short: who goes short and when (see SHORT).
        fixes: the cheapest fix that survives the worst outages (see FIXES); None if not asked.
        fixed: those outages tried again with it (see FIXED); None if not asked.
        shortage_value: where the worth of a unit of demand that must be met comes from.
        complete: whether every outage was tried.
        warnings: what a reader should know.
    """

    case: str
    title: str | None
    currency: str
    scenarios: Sequence[str]
    outages: pd.DataFrame
    short: pd.DataFrame
    fixes: pd.DataFrame | None
    fixed: pd.DataFrame | None
    shortage_value: str
    complete: bool
    warnings: tuple[str, ...] = ()

    def page(self) -> Page:
        """The worst outages, and the cheapest fix."""
        losses = self.outages["loss"] if len(self.outages) else pd.Series(dtype=float)
        facts = [
            ("outages tried", str(len(self.outages))),
            ("largest loss", f"{number(float(losses.max()))} {self.currency}"
             if len(losses) else "none"),
            ("complete", "yes" if self.complete else "no"),
        ]  # fmt: skip
        facts += [("warning", line) for line in self.warnings]
        tables = [("Outages, the worst first", self.outages)]
        tables += [("Cheapest fix", self.fixes)] if self.fixes is not None else []
        return Page(f"stress test of {self.case}", facts, tables, ".outages, .short, .fixes")

    def summary(self) -> dict[str, Any]:
        """What ``summary.json`` and ``stress --json`` hold."""
        found: dict[str, Any] = {
            "case": self.case,
            "title": self.title,
            "currency": self.currency,
            "status": "optimal" if self.complete else "feasible",
            "scenarios": list(self.scenarios),
            "shortage_value": self.shortage_value,
            "outages": _records(self.outages),
            "warnings": list(self.warnings),
        }
        if self.fixes is not None:
            found["fixes"] = _records(self.fixes)
        if self.fixed is not None:
            found["with_fixes"] = _records(self.fixed)
        return found


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table; what is not a number becomes None."""
    plain = table.astype(object).where(table.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]
