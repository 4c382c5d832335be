"""The price of robustness: what less cost in the worst futures costs on average."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from ..outcomes import SolverError
from ..solve import build
from ..tree import FloatArray


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


def robustness(
    case: Case,
    cheapest: Cheapest,
    scenarios: Sequence[str],
    points: int,
    options: Options,
    progress: Callable[[str], None],
    *,
    force: bool = False,
) -> tuple[pd.DataFrame, SolveStatus]:
    """Plans from the cheapest on average to the one whose worst futures cost least.

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
    progress("price of robustness")
    built = build(case, scenarios, force=force, measures=("cvar",))
    built = replace(built, arrays=_by_futures(built.arrays, case.case.cvar_level))
    front = front_of(
        built,
        asked,
        lambda text: progress(f"price of robustness: {text}"),
        (cheapest.within(built.arrays), cheapest.bound),
    )
    rows = []
    for point in front.points:
        values, first = point.solution.objectives, front.points[0].solution.objectives
        rows.append(
            {
                "cost": values["cost"],
                "cvar": values["cvar"],
                "worst_case": values["worst_case"],
                "price": values["cost"] - first["cost"],
                "saved": first["cvar"] - values["cvar"],
                "cost_bound": point.bounds.get("cost"),
                "cvar_bound": point.bounds.get("cvar"),
            }
        )
    return pd.DataFrame(rows, columns=list(ROBUSTNESS)), front.status


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
