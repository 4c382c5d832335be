"""What a plan costs in pieces: what has been paid, and the rest of it solved again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from secondsource.models.case import Case
from secondsource.models.plan import Solution
from secondsource.optimizer.highs import Options
from secondsource.optimizer.replan.roll import roll
from secondsource.optimizer.solve import Request, solve
from secondsource.optimizer.tree import build_tree


def best(case: Case) -> Solution:
    """The cheapest plan, exactly."""
    request = Request.of(case)
    return solve(case, replace(request, minimise=("cost",), caps={}, options=Options(gap=1e-9)))


def cost_in_pieces(case: Case, plan: Solution, periods: int) -> float:
    """Expected cost of the first periods, and of the best rest in every future they may lead to."""
    scenarios = case.solve.scenarios
    tree = build_tree(case, scenarios)
    cash = plan.tables["cash"]
    total = float(cash.loc[cash["period"] <= periods, "expected"].sum())
    for node in tree.in_period(periods):
        name = tree.scenarios[int(np.flatnonzero(tree.paths[:, periods - 1] == node)[0])]
        rolled = roll(case, plan.tables, periods, scenarios=scenarios, scenario=name)
        rest = best(rolled.case)
        assert rest.objective is not None, f"no plan is left after {periods} periods of {name}"
        total += float(tree.probability[node]) * rolled.discount * rest.objective
    return total
