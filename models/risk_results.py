"""What a risk study found: what knowing and planning for the future is worth, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from .plan import Solution

PLANS: dict[str, str] = {
    "plan": "for which it was made: 'all futures', 'mean value', or a future",
    "kind": "together, mean or alone",
    "scenario": "the future that comes",
    "probability": "of it",
    "cost": "what the plan costs then: its decisions before the futures part, the best ones after",
    "bound": "proven bound on that",
    "regret": "cost beyond the best plan for this future alone",
    "status": "how the solve ended",
}
"""Columns of the table of plans: a row for each plan and future."""

SUMS: dict[str, str] = {
    "plan": "as in the table of plans",
    "kind": "as in the table of plans",
    "expected": "expected cost; blank where some future leaves it no way on",
    "expected_bound": "proven bound on it",
    "worst": "cost of the dearest future",
    "largest_regret": "largest regret over the futures",
    "fails_in": "futures in which it leaves no way on, joined by commas",
}
"""Columns of the table of sums: a row for each plan."""

ROBUSTNESS: dict[str, str] = {
    "cost": "expected cost",
    "cvar": "mean cost of the worst futures",
    "worst_case": "cost of the dearest future",
    "price": "expected cost beyond that of the cheapest plan",
    "saved": "how much less the worst futures cost than in the cheapest plan",
    "cost_bound": "least cost of any plan whose tail is no dearer, proven",
    "cvar_bound": "least tail cost of any plan that is no dearer, proven",
}
"""Columns of the price of robustness: a row for each plan, by rising cost."""


@dataclass(frozen=True)
class Estimate:
    """A difference of two costs, with the interval that their proven bounds leave [money].

    Attributes:
        value: as the best plans found have it, never below 0; None where one of them is missing.
        least, most: what it is within; None where nothing is proven.
    """

    value: float | None
    least: float | None
    most: float | None

    def told(self) -> dict[str, float | None]:
        """As JSON holds it."""
        return {"value": self.value, "least": self.least, "most": self.most}


@dataclass(frozen=True)
class RiskResult:
    """A risk study.

    Attributes:
        case, title, currency: of the case.
        status: optimal, feasible (some solve stopped early), infeasible, unbounded, no_solution.
        scenarios: futures that were asked for.
        level: of the conditional value at risk.
        branch: what people call the first period in which futures part; '' where none do.
        two_stages: whether all futures part there.
        together: expected cost of the best plan for all futures, within its bounds.
        wait_and_see: expected cost if the future were known.
        mean_value: least cost of the mean-value problem; None where it was left out.
        keeping_mean: expected cost of keeping its first decisions.
        information: expected value of perfect information.
        stochastic: value of the stochastic solution.
        futures: a row for each future with its cost alone (as in a plan's table of scenarios).
        plans: see PLANS.
        sums: see SUMS.
        robustness: see ROBUSTNESS; None where it was left out.
        solution: the plan for all futures, verified.
        seconds: how long all took.
        warnings: what a reader should know.
    """

    case: str
    title: str | None
    currency: str
    status: str
    scenarios: tuple[str, ...]
    level: float
    branch: str
    two_stages: bool
    together: Estimate
    wait_and_see: Estimate
    mean_value: Estimate | None
    keeping_mean: Estimate | None
    information: Estimate
    stochastic: Estimate | None
    futures: pd.DataFrame
    plans: pd.DataFrame
    sums: pd.DataFrame
    robustness: pd.DataFrame | None
    solution: Solution
    seconds: float
    warnings: tuple[str, ...] = ()

    def summary(self) -> dict[str, Any]:
        """What ``summary.json`` and ``risk --json`` hold."""
        return {
            "case": self.case,
            "title": self.title,
            "currency": self.currency,
            "status": self.status,
            "scenarios": list(self.scenarios),
            "cvar_level": self.level,
            "branch": self.branch,
            "two_stages": self.two_stages,
            "expected_cost": self.together.told(),
            "wait_and_see": self.wait_and_see.told(),
            "mean_value": None if self.mean_value is None else self.mean_value.told(),
            "keeping_mean": None if self.keeping_mean is None else self.keeping_mean.told(),
            "EVPI": self.information.told(),
            "VSS": None if self.stochastic is None else self.stochastic.told(),
            "objectives": self.solution.objectives,
            "futures": records(self.futures),
            "plans": records(self.plans),
            "sums": records(self.sums),
            "robustness": None if self.robustness is None else records(self.robustness),
            "seconds": round(self.seconds, 3),
            "warnings": list(self.warnings),
        }


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table; what is not a number becomes None."""
    plain = table.astype(object).where(table.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]
