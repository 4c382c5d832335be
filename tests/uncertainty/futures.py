"""Cases with several futures, and what follows in each, worked out without the optimizer."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, settings
from oracle.plain_model import solve_case
from oracle.random_cases import random_case
from oracle.random_controls import controlled_case
from secondsource.models.case import Case
from secondsource.models.plan import Solution

Data = dict[str, Any]
GAMBLE_ALONE = {"calm": 10.0, "dear": 40.0}


def gamble(**settings_: Any) -> Data:
    """Ten ore that cost 1 each, but 9 in one future of four; or 4 each, ahead and for certain."""
    return {
        "case": {"periods": 2, "months_per_period": 12} | settings_,
        "materials": [{"material": "ore", "price": 100}],
        "sites": [{"site": "shop", "country": "DE"}],
        "demand": [{"site": "shop", "material": "ore", "quantity": 10, "start": 2}],
        "offers": [
            {"offer": "spot", "site": "shop", "material": "ore", "price": 1, "start": 2},
            {"offer": "ahead", "site": "shop", "material": "ore", "price": 4, "end": 1},
        ],
        "stockpiles": [{"site": "shop", "material": "ore"}],
        "scenarios": [
            {"scenario": "calm", "probability": 0.75},
            {"scenario": "dear", "probability": 0.25, "parent": "calm", "branches_at": 2},
        ],
        "changes": [
            {"scenario": "dear", "table": "offers", "key": "spot", "field": "price", "value": 9}
        ],
    }


def several_futures(seed: int, keep: Callable[[Data], bool] = lambda _: True) -> Data:
    """The first random case from a seed on that has futures, with an attitude to risk."""
    while True:
        data = random_case(seed) if seed % 2 else controlled_case(seed)
        data.pop("solve", None)
        if len(data.get("scenarios", [])) > 1 and keep(data):
            dice = random.Random(seed)
            data["case"]["cvar_level"] = dice.choice([0, 0.3, 0.5, 0.8, 0.95])
            data["case"]["risk_weight"] = dice.choice([0, 0.25, 0.5, 1])
            return data
        seed += 2


def shares_a_beginning(data: Data) -> bool:
    """Whether all futures are one in the first period."""
    return sum("parent" not in row for row in data["scenarios"]) == 1


def only(data: Data, scenario: str) -> Data:
    """The case with one future alone."""
    return deepcopy(data) | {"solve": {"scenarios": [scenario]}}


def least_alone(data: Data) -> dict[str, float] | None:
    """Least cost of each future by itself, by the plain model; None if one has no plan."""
    found = {}
    for row in data["scenarios"]:
        value = solve_case(only(data, row["scenario"])).value
        if value is None:
            return None
        found[row["scenario"]] = value
    return found


def path_of(case: Case, name: str) -> list[str]:
    """The scenario whose own node a future passes through, period by period."""
    rows = {row.scenario: row for row in case.scenarios}
    owners = []
    for period in range(1, case.case.periods + 1):
        owner = name
        while rows[owner].parent and period < case.period(rows[owner].branches_at, 1):
            owner = rows[owner].parent
        owners.append(owner)
    return owners


def costs_of(case: Case, plan: Solution) -> dict[str, float]:
    """Discounted cost of each future, from the cash of the nodes that the case puts on its way."""
    nodes = plan.tables["nodes"]
    at = {(row.scenario, row.period): row.node for row in nodes.itertuples()}
    spent = plan.tables["cash"].groupby("node")["discounted"].sum()
    return {
        row.scenario: sum(
            float(spent.get(at[owner, period], 0.0))
            for period, owner in enumerate(path_of(case, row.scenario), start=1)
        )
        for row in case.scenarios
    }


def mean_of_worst(costs: np.ndarray, weights: np.ndarray, level: float) -> float:
    """The mean of the worst part of the outcomes, filled from the worst on, one by one."""
    left, total = 1.0 - level, 0.0
    for cost, weight in sorted(zip(costs.tolist(), weights.tolist(), strict=True), reverse=True):
        part = min(weight, left)
        total, left = total + part * cost, left - part
    return total / (1.0 - level)


def quick(examples: int) -> settings:
    """A fixed sample: a seed has no smaller one to shrink to."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
