"""What a sweep found: the answer at each point, and tables of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, NamedTuple, Self

import pandas as pd

from .notebook import Page, Shown, number
from .plan import Tables
from .sweep import Sweep

OBJECTIVES = (
    "cost",
    "lead_time",
    "shortage",
    "cvar",
    "mean_risk",
    "worst_case",
    "concentration",
)
SOLVED = ("optimal", "feasible")
"""States of a point with a plan."""
SETTLED = ("optimal", "infeasible", "unbounded", "failed")
"""States that more time would not change."""

POINT_COLUMNS = {
    "status": "how the point ended: a state of a solve, or 'failed'",
    "reason": "why it failed, '' otherwise",
    "objective": "value of what was minimised last",
    "bound": "proven bound on it",
    "gap": "relative gap between the two",
    "cost": "discounted expected cost",
    "lead_time": "days, expected",
    "shortage": "expected quantity never delivered",
    "cvar": "mean cost of the worst scenarios",
    "mean_risk": "expected cost and cvar, weighted (where it is asked for)",
    "worst_case": "cost of the dearest scenario",
    "concentration": "largest country's part of supply",
    "seconds": "time in the solver",
    "changed": "how many decisions differ from the base",
    "decisions": "which ones, for people",
}
"""Columns of the table of points, after ``point`` (from 1) and the inputs."""

CHANGED_COLUMNS = {
    "point": "number of the point, from 1",
    "decision": "kind of decision, as in the plan's table of decisions",
    "name": "offer, plant, lane, or site of a stockpile",
    "from": "site of dispatch (lanes)",
    "to": "site of arrival (lanes)",
    "material": "material (stockpiles)",
    "row": "number of its row in the case's table, from 1",
    "period": "when",
    "label": "what people call the period",
    "scenario": "in which scenario",
    "before": "quantity decided in the base, 0 if not",
    "after": "quantity decided at the point, 0 if not",
}
"""Columns of the table of changed decisions."""


class Decision(NamedTuple):
    """Something a plan decides, without its quantity."""

    decision: str
    name: str
    start: str
    end: str
    material: str
    row: int
    period: int
    scenario: str


@dataclass(frozen=True)
class Outcome:
    """What solving a point gave.

    Attributes:
        status: a state of a solve, or 'failed'.
        objective: value of what was minimised last, None without a plan.
        bound: proven bound on it, None if there is none.
        gap: relative gap between the two.
        objectives: every objective by name.
        seconds: in the solver.
        decisions: what is decided, with its quantity.
        reason: why it failed.
    """

    status: str
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    objectives: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    decisions: Mapping[Decision, float] = field(default_factory=dict)
    reason: str = ""

    @property
    def settled(self) -> bool:
        """Whether more time would not change it."""
        return self.status in SETTLED

    @property
    def solved(self) -> bool:
        """Whether there is a plan."""
        return self.status in SOLVED

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        plain = asdict(replace(self, objectives=dict(self.objectives), decisions={}))
        return {**plain, "decisions": [[*key, amount] for key, amount in self.decisions.items()]}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """From :meth:`as_json`.

        Raises:
            ValueError: it is something else.
        """
        try:
            rows = plain["decisions"]
            decisions = {Decision(*row[:-1]): float(row[-1]) for row in rows}
            return cls(**{**plain, "decisions": decisions})
        except (KeyError, TypeError, IndexError) as error:
            raise ValueError(f"an answer in the ledger is not one of ours: {error}") from None


@dataclass(frozen=True, repr=False)
class SweepResult(Shown):
    """A sweep, as far as it came.

    Attributes:
        sweep: what was asked.
        case: name of the case.
        title: its title.
        currency: its currency.
        minimise: objectives, in lexicographic order.
        base: answer at the base.
        points: a row for each point that was solved, in the order of the design: ``point``, the
            inputs, then :data:`POINT_COLUMNS`.
        changed_decisions: see :data:`CHANGED_COLUMNS`.
        tables: 'tornado', 'correlations', 'indices', as far as the design allows.
        asked: points of the design.
        found: points that were in the ledger already.
        why: point -> why there is no plan, for some of the infeasible ones.
        warnings: what a reader should know.
    """

    sweep: Sweep
    case: str
    title: str | None
    currency: str
    minimise: tuple[str, ...]
    base: Outcome
    points: pd.DataFrame
    changed_decisions: pd.DataFrame
    tables: Tables
    asked: int
    found: int
    why: Mapping[int, list[str]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def page(self) -> Page:
        """How far it came, and what it found."""
        cost = self.points["cost"].dropna() if "cost" in self.points else pd.Series(dtype=float)
        facts = [("points", f"{len(self.points)} of {self.asked}")]
        if len(cost):
            span = f"{number(float(cost.min()))} to {number(float(cost.max()))} {self.currency}"
            facts.append(("cost", span))
        facts += [("warning", line) for line in self.warnings]
        tables = [("Points", self.points)]
        tables += [(name.capitalize(), table) for name, table in self.tables.items()]
        return Page(f"sweep of {self.case}", facts, tables, ".points, .changed_decisions, .tables")

    @property
    def status(self) -> str:
        """'complete', 'stopped' before all points were solved, or 'nothing' solved at all."""
        if len(self.points) == self.asked:
            return "complete"
        return "stopped" if len(self.points) else "nothing"

    def runs(self) -> list[dict[str, Any]]:
        """The points as plain values, the same whoever solved them."""
        names = [one.name for one in self.sweep.inputs]
        return [
            {
                "point": row["point"],
                "inputs": {name: _plain(row[name]) for name in names},
                "status": row["status"],
                "objectives": {
                    name: row[name] for name in OBJECTIVES if _plain(row[name]) is not None
                },
                **{name: _plain(row[name]) for name in ("objective", "bound", "gap")},
                "changed": row["changed"],
                "decisions": row["decisions"],
                **({"reason": row["reason"]} if row["reason"] else {}),
            }
            for row in self.points.to_dict("records")
        ]

    def summary(self) -> dict[str, Any]:
        """Everything but the points, as plain values."""
        states = self.points["status"].value_counts()
        return {
            "kind": "sweep",
            "case": self.case,
            "title": self.title,
            "currency": self.currency,
            "status": self.status,
            "design": self.sweep.sweep.design,
            "inputs": [one.name for one in self.sweep.inputs],
            "minimise": list(self.minimise),
            "points": self.asked,
            "done": len(self.points),
            "from_ledger": self.found,
            "statuses": {str(name): int(number) for name, number in sorted(states.items())},
            "solve_seconds": round(float(self.points["seconds"].sum()), 6),
            "base": {
                "inputs": {
                    one.name: _plain(value)
                    for one, value in zip(self.sweep.inputs, self.sweep.base, strict=True)
                },
                "status": self.base.status,
                "objective": self.base.objective,
                "objectives": dict(self.base.objectives),
                **({"reason": self.base.reason} if self.base.reason else {}),
            },
            **{
                name: [{key: _plain(cell) for key, cell in row.items()} for row in rows]
                for name, rows in (
                    (name, table.to_dict("records")) for name, table in self.tables.items()
                )
            },
            "why_infeasible": [
                {"point": point, "lines": lines} for point, lines in self.why.items()
            ],
            "warnings": list(self.warnings),
        }


def _plain(cell: Any) -> Any:
    """A cell for JSON: None for blank, text for what is no number there."""
    if cell is None or cell != cell:  # noqa: PLR0124  # NaN
        return None
    if isinstance(cell, float) and cell in (float("inf"), float("-inf")):
        return str(cell)
    return cell
