"""The price of robustness: what less cost in the worst futures costs on average."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from ...models.plan import SolveStatus
from ...models.risk_results import ROBUSTNESS
from ..frontier import TradeOff
from ..frontier.run import front_of
from ..highs import Options
from ..solve import Built
from ..tree import FloatArray


def robustness(
    built: Built,
    cheapest: tuple[FloatArray, float],
    scenarios: Sequence[str],
    points: int,
    options: Options,
    progress: Callable[[str], None],
) -> tuple[pd.DataFrame, SolveStatus]:
    """Plans from the cheapest on average to the one whose worst futures cost least.

    Args:
        built: all futures, with the conditional value at risk.
        cheapest: a plan of least expected cost, and the bound on that.
        scenarios: futures, or ['all'].
        points: plans, both ends included.
        options: gap of each solve; the time limit is that of the whole search.
        progress: called with a line now and then.

    Returns:
        The table (see ROBUSTNESS), and how the search ended.
    """
    asked = TradeOff(
        targets=("cost", "cvar"), points=points, scenarios=tuple(scenarios), options=options
    )
    front = front_of(built, asked, lambda text: progress(f"price of robustness: {text}"), cheapest)
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
