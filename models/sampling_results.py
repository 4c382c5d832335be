"""What sampling gives: a case with drawn futures, a plan tried on samples, a plan with its gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from .case import Case
from .plan import Solution

SAMPLE_COLUMNS = {
    "sample": "number of the sample, from 1",
    "status": "how it ended: optimal, feasible, infeasible, ..., or failed",
    "cost": "discounted cost in this future",
    "lead_time": "days, see the objectives of a plan",
    "shortage": "quantity never delivered",
    "seconds": "time in the solver",
}
"""Columns of a plan's table of samples, before one column for each thing drawn."""
BATCH_COLUMNS = {
    "batch": "number of the batch, from 1",
    "status": "how its solve ended",
    "cost": "expected cost over the futures of the batch",
    "bound": "proven lower bound on it",
    "gap": "relative gap between the two",
    "screening": "mean cost of its plan over the screening sample, blank without plan somewhere",
    "seconds": "time in the solver",
}
"""Columns of the table of batches."""


@dataclass(frozen=True)
class Sampled:
    """A case with drawn futures.

    Attributes:
        case: the case; its scenarios are the futures.
        futures: a row for each: scenario, probability, then what was drawn (the period an event
            begins in, blank where it does not happen).
        drawn: how many were drawn, kept or not.
        distance: Kantorovich distance between the drawn and the kept ones, None if all are kept.
        relative: the same as a part of that of the best single future.
        warnings: what a reader should know.
    """

    case: Case
    futures: pd.DataFrame
    drawn: int
    distance: float | None = None
    relative: float | None = None
    warnings: tuple[str, ...] = ()

    def summary(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "case": self.case.case.name,
            "drawn": self.drawn,
            "scenarios": len(self.futures),
            "distance": self.distance,
            "relative_distance": self.relative,
            "changes": len(self.case.changes),
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True)
class Estimate:
    """A mean over samples, and how sure it is.

    Attributes:
        mean: of the cost.
        error: standard error of the mean, None with a single sample.
        low, high: two-sided confidence interval, None likewise.
        level: confidence of the interval.
    """

    mean: float
    error: float | None
    low: float | None
    high: float | None
    level: float

    def as_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "mean": self.mean, "standard_error": self.error, "low": self.low, "high": self.high,
            "confidence": self.level,
        }  # fmt: skip


@dataclass(frozen=True)
class Evaluation:
    """A plan tried on unseen samples.

    Attributes:
        case, title, currency: of the case.
        samples: a row for each, see SAMPLE_COLUMNS.
        cost: mean and confidence interval; None where some sample has no plan.
        cvar_level: level of the conditional value at risk.
        cvar: mean of the worst 1 - level of the samples' costs.
        worst: largest cost, and ``worst_sample`` the number of its sample.
        quantiles: fraction -> cost (5, 50 and 95 %).
        shortage: mean quantity never delivered.
        short: part of the samples in which anything is never delivered.
        without_plan: how many samples have no plan with these decisions.
        kept: what of the plan is kept, in words.
        warnings: what a reader should know.
    """

    case: str
    title: str | None
    currency: str
    samples: pd.DataFrame
    cost: Estimate | None
    cvar_level: float
    cvar: float | None
    worst: float | None
    worst_sample: int | None
    quantiles: dict[float, float]
    shortage: float | None
    short: float | None
    without_plan: int
    kept: str
    warnings: tuple[str, ...] = ()

    def summary(self) -> dict[str, Any]:
        """Everything but the samples, as plain values."""
        return {
            "kind": "evaluation",
            "case": self.case,
            "title": self.title,
            "currency": self.currency,
            "status": "complete" if not self.without_plan else "infeasible in some",
            "scenarios": len(self.samples),
            "without_plan": self.without_plan,
            "cost": None if self.cost is None else self.cost.as_dict(),
            "cvar_level": self.cvar_level,
            "cvar": self.cvar,
            "worst": self.worst,
            "worst_sample": self.worst_sample,
            "quantiles": {f"{fraction:g}": value for fraction, value in self.quantiles.items()},
            "shortage": self.shortage,
            "short": self.short,
            "kept": self.kept,
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True)
class SaaResult:
    """A plan by sample average approximation, with how far from the best it can be.

    Attributes:
        batches: a row for each replication, see BATCH_COLUMNS.
        best: number of the batch whose plan was chosen, from 1.
        plan: that plan, over the futures of its batch.
        planned: its case, the futures of its batch included.
        evaluation: the plan on unseen samples.
        lower: mean of the proven bounds of the batches, below the best cost there is, on average.
        gap: estimated optimality gap: unseen mean less ``lower``, at least 0.
        gap_at_most: upper end of the one-sided confidence interval on the gap.
        level: its confidence.
        warnings: what a reader should know.
    """

    batches: pd.DataFrame
    best: int
    plan: Solution
    planned: Case
    evaluation: Evaluation
    lower: Estimate
    gap: float | None
    gap_at_most: float | None
    level: float
    warnings: Sequence[str] = ()

    def summary(self) -> dict[str, Any]:
        """Everything but the tables, as plain values."""
        mean = None if self.evaluation.cost is None else self.evaluation.cost.mean
        return {
            "confidence": self.level,
            "lower": self.lower.as_dict(),
            "saa_gap": self.gap,
            "saa_gap_at_most": self.gap_at_most,
            "saa_gap_relative": _part(self.gap, mean),
            "saa_gap_at_most_relative": _part(self.gap_at_most, mean),
            "best": self.best,
            "batches": records(self.batches),
            "unseen": self.evaluation.summary(),
            "warnings": list(self.warnings),
        }


def _part(gap: float | None, mean: float | None) -> float | None:
    return None if gap is None or not mean else gap / abs(mean)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table; what is not a number becomes None."""
    plain = table.astype(object).where(table.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]
