"""The tables of a risk study: futures, what each plan costs in each, and what that comes to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...models.risk_results import PLANS, SUMS, Estimate
from .alone import Future
from .estimates import blank, regrets
from .trials import Trial

Trials = dict[tuple[str, str], list[Trial]]
"""Kind and name of a plan -> what it costs in each future, in their order."""
KINDS = ("together", "mean", "alone")
"""Kinds of plans as the table of sums has them."""


def futures_table(scenarios: pd.DataFrame, futures: Sequence[Future]) -> pd.DataFrame:
    """Futures under the plan for all of them, with what each costs alone.

    Args:
        scenarios: that part of the plan's table.
        futures: in the same order.
    """
    alone = np.array([one.cost for one in futures])
    bound = np.array([blank(one.bound) for one in futures])
    table = scenarios.reset_index(drop=True)
    return table.assign(alone=alone, alone_bound=bound, regret=table["cost"] - alone)


def plans_table(trials: Trials, futures: Sequence[Future]) -> pd.DataFrame:
    """A row for each plan and future, see PLANS."""
    rows = [
        {
            "plan": plan,
            "kind": kind,
            "scenario": future.scenario,
            "probability": future.probability,
            "cost": trial.cost,
            "bound": blank(trial.bound),
            "regret": regret,
            "status": str(trial.status),
        }
        for (kind, plan), own in trials.items()
        for future, trial, regret in zip(futures, own, regrets(own, futures), strict=True)
    ]
    return pd.DataFrame(rows, columns=list(PLANS))


def sums_table(trials: Trials, futures: Sequence[Future], together: Estimate) -> pd.DataFrame:
    """A row for each plan, see SUMS; first the plan for all futures, whose cost is known."""
    order = sorted(trials, key=lambda key: KINDS.index(key[0]))
    rows = [_sum(*key, trials[key], futures) for key in order]
    rows[0] |= {"expected": together.value, "expected_bound": together.least}
    return pd.DataFrame(rows, columns=list(SUMS))


def _sum(
    kind: str, plan: str, own: Sequence[Trial], futures: Sequence[Future]
) -> dict[str, object]:
    cost = np.array([one.cost for one in own])
    bound = np.array([one.bound for one in own])
    weights = np.array([one.probability for one in futures])
    regret = regrets(own, futures)
    whole = bool(np.isfinite(cost).all())
    fails = [one.scenario for one, trial in zip(futures, own, strict=True) if not trial.solved]
    return {
        "plan": plan,
        "kind": kind,
        "expected": float(cost @ weights) if whole else np.nan,
        "expected_bound": blank(float(bound @ weights)) if whole else np.nan,
        "worst": float(cost.max()) if whole else np.nan,
        "largest_regret": float(regret.max()) if np.isfinite(regret).all() else np.nan,
        "fails_in": ",".join(fails),
    }
