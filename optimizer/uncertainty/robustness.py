"""The price of robustness: what less cost in the worst futures costs on average."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ...models.case import Case
from ...models.plan import SolveStatus
from ...models.risk_results import ROBUSTNESS
from ..arrays import Arrays
from ..frontier import TradeOff
from ..frontier.run import front_of
from ..highs import Options, Session
from ..measuring import measures_of
from ..outcomes import Outcome, SolverError
from ..solve import Built, build, solution_of
from ..tree import FloatArray
from .weighing import Weighing


@dataclass(frozen=True)
class Cheapest:
    """A plan of least expected cost.

    Attributes:
        arrays: in which it was found.
        point: the plan. Shape (columns,).
        bound: proven on its cost; -inf where there is none.
    """

    arrays: Arrays
    point: FloatArray
    bound: float

    def within(self, arrays: Arrays) -> FloatArray:
        """The same plan where there are more columns, which follow from it.

        Raises:
            SolverError: it is no plan there.
        """
        lower, upper = arrays.lower.copy(), arrays.upper.copy()
        for family, part in self.arrays.columns.items():
            lower[arrays.columns[family]] = upper[arrays.columns[family]] = self.point[part]
        whole = np.zeros_like(arrays.integer)
        held = replace(arrays, lower=lower, upper=upper, integer=whole)
        found = Session(held, "cvar").solve(Options(threads=1)).point
        if found is None:
            raise SolverError("the cheapest plan is none once risk is measured")
        return found


def by_limits(
    case: Case,
    cheapest: Cheapest,
    scenarios: Sequence[str],
    points: int,
    options: Options,
    progress: Callable[[str], None],
    *,
    force: bool = False,
) -> tuple[pd.DataFrame, SolveStatus]:
    """Plans evenly spread from the cheapest to the safest: any that is better in neither.

    Args:
        case: a checked case.
        cheapest: where to begin.
        scenarios: futures, or ['all'].
        points: plans, both ends included.
        options: gap of each solve; the time limit is that of the whole search.
        progress: called with a line now and then.
        force: build models past the size limit.

    Returns:
        The table (see ROBUSTNESS), and how the search ended.
    """
    asked = TradeOff(
        targets=("cost", "cvar"), points=points, scenarios=tuple(scenarios), options=options
    )
    built = build(case, scenarios, force=force, measures=("cvar",))
    built = replace(built, arrays=_by_futures(built.arrays, case.case.cvar_level))
    front = front_of(built, asked, progress, (cheapest.within(built.arrays), cheapest.bound))
    plans = [(point.solution.objectives, point.bounds) for point in front.points]
    return _table(plans), front.status


def by_weights(
    built: Built,
    cheapest: Cheapest,
    alone: Sequence[float],
    scenarios: Sequence[str],
    points: int,
    options: Options,
    progress: Callable[[str], None],
) -> tuple[pd.DataFrame, SolveStatus]:
    """Plans from the cheapest to the safest that some weight of the tail makes best.

    Args:
        built: all futures.
        cheapest: where to begin.
        alone: what each future costs at least, whatever is planned. Length scenarios.
        scenarios: futures, or ['all'].
        points: plans at most, both ends included.
        options: gap of each solve; the time limit is that of the whole search.
        progress: called with a line now and then.

    Returns:
        The table (see ROBUSTNESS), and how the search ended.

    Raises:
        VerificationError: a plan found does not hold.
    """
    measures = measures_of(built.network, built.arrays)
    search = Weighing(built.arrays, measures, options, progress)
    for weights, bound in zip(np.eye(len(alone)), alone, strict=True):
        search.proven.add(weights, bound)
    search.proven.add(measures.weights, cheapest.bound)
    search.offer(cheapest.point)
    plans = []
    for plan in search.spread(points):
        bounds = {
            "cost": search.proven.least(0.0, most_cvar=plan.cvar),
            "cvar": search.proven.least(1.0, most_cost=plan.cost),
        }
        outcome = Outcome(search.status, plan.cost, None, None, plan.point, 0.0)
        checked = solution_of(built, scenarios, outcome, plan.point, "cost")
        plans.append((checked.objectives, {n: b for n, b in bounds.items() if np.isfinite(b)}))
    return _table(plans), search.status


def _table(plans: Sequence[tuple[Mapping[str, float], Mapping[str, float]]]) -> pd.DataFrame:
    """Objectives and bounds of plans, by rising expected cost, as ROBUSTNESS tells them."""
    rows = []
    for values, bounds in plans:
        first = plans[0][0]
        rows.append(
            {
                "cost": values["cost"],
                "cvar": values["cvar"],
                "worst_case": values["worst_case"],
                "price": values["cost"] - first["cost"],
                "saved": first["cvar"] - values["cvar"],
                "cost_bound": bounds.get("cost"),
                "cvar_bound": bounds.get("cvar"),
            }
        )
    return pd.DataFrame(rows, columns=list(ROBUSTNESS))


def _by_futures(arrays: Arrays, level: float) -> Arrays:
    """Arrays whose cost is the mean of the costs of futures, which they have as columns.

    That is the same cost, and a limit on it a row with an entry for each future instead of one for
    each payment: with that one HiGHS' presolve takes longer than the search.
    """
    leaf = arrays.members["beyond"][:, 0]
    weight = arrays.objectives["cvar"][arrays.columns["beyond"]] * (1.0 - level)
    cost = np.zeros(arrays.matrix.shape[1])
    cost[arrays.columns["path_cost"].start + leaf] = weight
    return replace(
        arrays,
        objectives={**arrays.objectives, "cost": cost},
        offsets={**arrays.offsets, "cost": 0.0},
    )
