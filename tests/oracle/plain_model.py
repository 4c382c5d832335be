"""Solve a case by writing down, node by node, what the format says, with no cleverness.

This is the tests' independent reader of the case format: it shares no code with the package
and takes the most literal reading wherever it can: every variant of a material, every way across
a border and every mode of a plant has variables of its own.

Use from the command line: ``python -m oracle.plain_model CASE.json [objective]``.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .borders import Ledger
from .demand import add_demand, add_stock, total_demand
from .ground import Ground, find_bounds
from .lanes import add_lanes, add_other_flows
from .linear import Expr
from .measures import (
    largest_of_futures,
    least_share,
    limit_shares,
    mean_of_worst,
    supply_by_country,
)
from .plants import add_plants
from .policies import add_policies
from .reach import forgotten_marks
from .reader import read_case
from .supply import add_offers
from .tree import build_tree
from .variants import find_variants

CATEGORIES = (
    "purchase", "order", "select", "open", "expand", "fixed", "run", "variable", "transport",
    "lane_open", "holding", "stock_open", "capital", "disposal", "tariffs", "licences",
    "shortage", "backlog", "penalty", "revenue",
)  # fmt: skip


@dataclass(frozen=True)
class OracleResult:
    """What the plain model found.

    ``status`` is optimal, infeasible, unbounded or stopped (by the time limit); ``value`` is
    the objective asked for; ``objectives`` and ``costs`` as in the format's Results.
    """

    status: str
    value: float | None
    objectives: dict[str, float] = field(default_factory=dict)
    costs: dict[str, float] = field(default_factory=dict)


def solve_case(
    case: dict[str, Any],
    objective: str = "cost",
    *,
    caps: dict[str, float] | None = None,
    time_limit: float | None = None,
    alone: dict[str, float] | None = None,
) -> OracleResult:
    """Solve a case given as its JSON object for one of its objectives, to a gap of 0.

    ``caps`` bounds other objectives; ``alone`` is the least cost of each future, for regret. Of the
    case's ``[solve]`` only ``scenarios`` is read.
    """
    ground, limits = _build(case), dict(caps or {})
    measures = _objectives(ground)
    asked = {objective, *limits}
    if asked & {"cvar", "mean_risk"}:
        measures["cvar"] = mean_of_worst(ground, float(case["case"].get("cvar_level", 0.95)))
    if "mean_risk" in asked:
        weight = float(case["case"].get("risk_weight", 0.0))
        blend = Expr().add(measures["cost"], 1 - weight)
        measures["mean_risk"] = blend.add(measures["cvar"], weight)
    if "worst_case" in asked:
        measures["worst_case"] = largest_of_futures(ground)
    if "regret" in asked:
        measures["regret"] = largest_of_futures(ground, alone)
    if "concentration" in limits:
        limit_shares(ground, limits.pop("concentration"))
    for name, cap in limits.items():
        ground.program.at_most(measures[name], cap)
    if objective == "concentration":
        least = least_share(ground.program, supply_by_country(ground))
        return OracleResult("infeasible" if least is None else "optimal", least)
    status, solution = ground.program.minimise(measures[objective], time_limit=time_limit)
    if solution is None:
        return OracleResult(status, None)
    objectives = {name: measure.value(solution) for name, measure in measures.items()}
    costs = {name: ground.costs[name].value(solution) for name in CATEGORIES}
    return OracleResult(status, objectives[objective], objectives, costs)


def _build(data: dict[str, Any]) -> Ground:
    case = read_case(data)
    ground = Ground(case, build_tree(case))
    ground.most = find_bounds(ground)
    ground.forgotten = forgotten_marks(case)
    find_variants(ground)
    ledger = Ledger()
    add_offers(ground, ledger)
    add_plants(ground)
    lanes = add_lanes(ground, ledger)
    add_demand(ground)
    add_stock(ground)
    add_other_flows(ground)
    ledger.limit(ground)
    add_policies(ground, lanes)
    for expression in ground.balance.values():
        ground.program.equal(expression, 0.0)
    return ground


def _objectives(ground: Ground) -> dict[str, Expr]:
    cost = Expr()
    for expression in ground.costs.values():
        cost.add(expression)
    demand = total_demand(ground)
    lead_time = Expr().add(ground.days, 1 / demand) if demand > 0 else Expr()
    return {"cost": cost, "lead_time": lead_time, "shortage": ground.short}


if __name__ == "__main__":
    found = solve_case(
        json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")),
        sys.argv[2] if len(sys.argv) > 2 else "cost",
    )
    sys.stdout.write(json.dumps(found.__dict__, indent=1) + "\n")
