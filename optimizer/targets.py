"""What can be minimised and capped: linear objectives of the arrays, and ratios of two of them."""

from __future__ import annotations

import numpy as np

from .arrays import Arrays
from .tree import FloatArray

TARGETS = (
    *("cost", "lead_time", "shortage", "cvar", "mean_risk", "worst_case", "regret"),
    "concentration",
)
"""Names of everything that can be minimised and capped."""
RATIOS = {"concentration": ("largest_supply", "total_supply")}
"""Ratio -> the two linear objectives of the arrays that it divides."""
NOTHING = 1e-7
"""A denominator up to here is none, and the ratio 0: HiGHS' feasibility tolerance."""


def linear(arrays: Arrays, target: str, at: float = 0.0) -> tuple[FloatArray, float]:
    """Coefficients and constant of a target; of a ratio N / D those of N - at * D.

    A ratio is at most L where N - L D <= 0.
    """
    if target not in RATIOS:
        return arrays.objectives[target], arrays.offsets[target]
    above, below = RATIOS[target]
    return (
        arrays.objectives[above] - at * arrays.objectives[below],
        arrays.offsets[above] - at * arrays.offsets[below],
    )


def measurable(arrays: Arrays) -> tuple[str, ...]:
    """Targets whose value at a point can be told from the arrays."""
    return tuple(name for name in TARGETS if RATIOS.get(name, (name,))[0] in arrays.objectives)


def value_of(arrays: Arrays, target: str, point: FloatArray) -> float:
    """Value of a target at a point, also where the point was found for another target.

    Auxiliary variables of risk and concentration may then lie anywhere above what they stand for,
    so both are worked out from the costs of paths and the supplies of countries.
    """
    if target in ("cvar", "mean_risk"):
        return _mean(arrays, target, point) + _tail_mean(arrays, target, point)
    if target in ("worst_case", "regret"):
        return _largest(arrays, target, point)
    if target == "concentration":
        supply = point[arrays.columns["supplied_from"]]
        total = float(supply.sum())
        return float(supply.max() / total) if total > NOTHING else 0.0
    return float(arrays.objectives[target] @ point + arrays.offsets[target])


def _mean(arrays: Arrays, target: str, point: FloatArray) -> float:
    """The part of an objective that is expected cost."""
    part = arrays.columns["path_cost"]
    return float(arrays.objectives[target][part] @ point[part])


def _tail_mean(arrays: Arrays, target: str, point: FloatArray) -> float:
    """Mean of the worst futures: costs filled into the tail from the worst on, times its weight."""
    costs = arrays.objectives[target]
    unit = float(costs[arrays.columns["threshold"]][0])
    if unit == 0:
        return 0.0
    leaf = arrays.members["beyond"][:, 0]
    own = point[arrays.columns["path_cost"]][leaf]
    weight = costs[arrays.columns["beyond"]] / unit
    order = np.argsort(-own, kind="stable")
    reached = np.minimum(np.cumsum(weight[order]), 1.0)
    part = np.diff(np.concatenate([[0.0], reached]))
    return float(unit * (part * own[order]).sum() / part.sum())


def _largest(arrays: Arrays, target: str, point: FloatArray) -> float:
    """Largest cost of a future, or excess over the best plan for it alone."""
    column, rows = {
        "worst_case": ("worst", "worst_is_above_every_future"),
        "regret": ("largest_regret", "regret_is_above_every_future"),
    }[target]
    unit = float(arrays.objectives[target][arrays.columns[column]][0])
    leaf = arrays.members[rows][:, 0]
    alone = arrays.row_upper[arrays.rows[rows]]
    return float(unit * (point[arrays.columns["path_cost"]][leaf] - alone).max())
