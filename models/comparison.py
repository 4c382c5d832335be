"""Plans side by side: what is compared, and what came out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from .case import Case
from .notebook import Page, Shown, number
from .plan import Tables

MEASURES: dict[str, str] = {
    "cost": "discounted expected cost [money]",
    "lead_time": "days from dispatch to use, averaged over demand [days]",
    "shortage": "expected quantity never delivered [unit]",
    "cvar": "mean cost of the worst scenarios [money]",
    "concentration": "largest share of a country in the supply of demanded materials [1]",
    "unknown_controls": "share of value crossing borders that rules of unknown state are about [1]",
    "decisions": "number of strategic decisions",
    "paid_for_decisions": "discounted expected cost of strategic decisions [money]",
}
"""Rows of the table of measures."""


@dataclass(frozen=True)
class ComparedPlan:
    """A plan to be compared.

    Attributes:
        name: what to call it.
        case: the case it is a plan of.
        tables: the plan (see :data:`secondsource.models.plan.PLAN_TABLES`).
        objectives: its objectives by name.
        costs: discounted expected cost by category.
        scenarios: names that were solved, or ['all'].
    """

    name: str
    case: Case
    tables: Tables
    objectives: Mapping[str, float]
    costs: Mapping[str, float]
    scenarios: tuple[str, ...] = ("all",)


@dataclass(frozen=True, repr=False)
class Comparison(Shown):
    """Plans side by side; every table has a column for each plan, in the order given.

    Attributes:
        names: of the plans; the first is what the others are compared with.
        currency: of all money; None where the plans do not share one.
        measures: objectives and exposure, one row each (see MEASURES).
        by_category: discounted expected cost by category; the rows add up to the cost.
        by_decision: the same cost by what was decided (offer, plant, lane, ...): columns kind,
            name, and the plans. What belongs to no single decision has a row for its category.
        decisions: strategic decisions that are not the same in all plans, those that differ by most
            money first: columns decision, name, scenario, and when in each plan ('' where not at
            all).
        short: expected quantity never delivered, the largest first: columns site, material,
            end_use, unit, and the plans.
        shares: share of each country in the supply of materials and stages.
        concentration: Herfindahl-Hirschman index of each material and stage, 0 to 1.
        changes: plan -> lines on what it decides and buys otherwise than the first.
        notes: what cannot be compared, or only with care, and why.
    """

    names: tuple[str, ...]
    currency: str | None
    measures: pd.DataFrame
    by_category: pd.DataFrame
    by_decision: pd.DataFrame
    decisions: pd.DataFrame
    short: pd.DataFrame
    shares: pd.DataFrame
    concentration: pd.DataFrame
    changes: dict[str, list[str]]
    notes: tuple[str, ...]

    def page(self) -> Page:
        """Measures, the cost bridge to the last plan, decisions that differ."""
        facts = [(name, f"cost {number(self.measure('cost', name))}") for name in self.names]
        facts += [("note", note) for note in self.notes]
        last = self.names[-1]
        tables = [("Side by side", self.measures)]
        if self.currency is not None:
            title = f"Cost of {last} against {self.names[0]} [{self.currency}]"
            tables.append((title, self.bridge(last)))
            tables.append(("... by decision", self.bridge(last, by="decision")))
        tables.append(("Decisions that differ", self.decisions))
        return Page("comparison", facts, tables, ".bridge(), .by_decision, .shares, .changes")

    def measure(self, measure: str, plan: str) -> float:
        """A measure of a plan (see MEASURES)."""
        own = self.measures.loc[self.measures["measure"] == measure, plan]
        return float(own.iloc[0])

    def bridge(self, to: str | None = None, *, by: str = "category") -> pd.DataFrame:
        """From the cost of the first plan to that of another, step by step.

        Args:
            to: name of the other plan; None for the last.
            by: 'category' or 'decision'.

        Returns:
            Columns of the table, and `change` [money], largest first. The changes add up to the
            difference of the two costs.

        Raises:
            ValueError: there is no such plan, or the plans do not share a currency.
        """
        other = self.names[-1] if to is None else to
        if other not in self.names:
            raise ValueError(f"no plan {other!r}; there are {', '.join(self.names)}")
        if by not in ("category", "decision"):
            raise ValueError(f"a bridge is by 'category' or by 'decision', not by {by!r}")
        if self.currency is None:
            raise ValueError("the plans are in different currencies, so there is no cost bridge")
        table = self.by_category if by == "category" else self.by_decision
        steps = table.assign(change=table[other] - table[self.names[0]])
        kept = [name for name in table.columns if name not in self.names]
        steps = steps[steps["change"] != 0][[*kept, "change"]]
        order = steps["change"].abs().sort_values(ascending=False, kind="stable").index
        return pd.DataFrame(steps.loc[order]).reset_index(drop=True)

    def summary(self) -> dict[str, Any]:
        """What ``compare --json`` prints."""
        bridges = [
            {
                "from": self.names[0],
                "to": name,
                "difference": self.measure("cost", name) - self.measure("cost", self.names[0]),
                "by_category": _records(self.bridge(name)),
                "by_decision": _records(self.bridge(name, by="decision")),
                "changes": self.changes[name],
            }
            for name in self.names[1:]
            if self.currency is not None
        ]
        return {
            "status": "optimal",
            "plans": list(self.names),
            "currency": self.currency,
            "measures": _records(self.measures),
            "bridges": bridges,
            "decisions": _records(self.decisions),
            "short": _records(self.short),
            "shares": _records(self.shares),
            "concentration": _records(self.concentration),
            "changes": self.changes,
            "notes": list(self.notes),
        }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table; what is not a number becomes None."""
    plain = table.astype(object).where(table.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]
