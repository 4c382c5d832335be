"""Risk and concentration of a point, told from a few linear forms of its columns.

A model holds rows for them only where they are minimised or capped; here they are worked out for
plans that were found for something else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from .tree import FloatArray

LITTLE = 1e-9
"""A total supply up to here is none."""


@dataclass(frozen=True)
class Measures:
    """Linear forms of the columns.

    Attributes:
        spent: discounted cost of each scenario, as coefficients. Shape (scenarios, columns).
        unavoidable: what no decision changes of it. Shape (scenarios,).
        weights: probability of each scenario. Shape (scenarios,).
        level: of the conditional value at risk.
        supplied: expected supply of the demanded materials from each country, as coefficients.
            Shape (countries, columns).
    """

    spent: sparse.csr_array
    unavoidable: FloatArray
    weights: FloatArray
    level: float
    supplied: sparse.csr_array

    def scenario_costs(self, point: FloatArray) -> FloatArray:
        """Discounted cost of each scenario. Shape (scenarios,)."""
        return np.asarray(self.spent @ point + self.unavoidable)

    def cvar(self, point: FloatArray) -> float:
        """Mean of the worst ``1 - level`` of the scenarios' costs."""
        return conditional_value_at_risk(self.scenario_costs(point), self.weights, self.level)

    def worst_case(self, point: FloatArray) -> float:
        """Cost of the dearest scenario that may come."""
        return float(self.scenario_costs(point)[self.weights > 0].max())

    def concentration(self, point: FloatArray) -> float:
        """Largest share of a country in expected supply, 0 without supply."""
        supply = np.asarray(self.supplied @ point)
        total = float(supply.sum())
        return float(supply.max(initial=0.0) / total) if total > LITTLE else 0.0


def conditional_value_at_risk(costs: FloatArray, weights: FloatArray, level: float) -> float:
    """Mean of the worst ``1 - level`` of the outcomes (Rockafellar and Uryasev 2000)."""
    tail = 1.0 - level
    order = np.argsort(-costs)
    before = np.concatenate([[0.0], np.cumsum(weights[order])[:-1]])
    counted = np.clip(tail - before, 0.0, weights[order])
    return float((counted * costs[order]).sum() / counted.sum())
