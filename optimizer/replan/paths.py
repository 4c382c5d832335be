"""The plan of each scenario out of a plan for several."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...models.case import Case
from ...models.comparison import ComparedPlan
from ...models.plan import Tables
from .. import quick_start  # noqa: F401  # before anything that imports scipy
from ..network import build_network
from ..plan.measures import supply_shares
from ..plan.rule_use import rule_use
from ..tree import build_tree
from ..verify import verify_plan

NODES = ("node", "parent", "started", "applied")
"""Columns that number nodes."""


def scenario_plans(case: Case, tables: Tables, scenarios: Sequence[str]) -> list[ComparedPlan]:
    """What a plan is in each of its scenarios, as if that one were certain.

    Args:
        case: the case of the plan.
        tables: the plan.
        scenarios: names that were solved, or ['all'].

    Returns:
        A plan for each scenario; its objectives and costs are worked out anew from quantities.

    Raises:
        ValueError: the plan has a single scenario.
    """
    tree = build_tree(case, scenarios)
    if len(tree.scenarios) < 2:
        raise ValueError("the run has a single scenario; name two runs to compare")
    found = []
    for name, path in zip(tree.scenarios, tree.paths, strict=True):
        own = _along(tables, path.tolist())
        network = build_network(case, build_tree(case, [name]))
        own["shares"] = supply_shares(network, own)
        own["rule_use"] = rule_use(network, own)
        again = verify_plan(case, own, [name])
        found.append(ComparedPlan(name, case, own, again.objectives, again.costs, (name,)))
    return found


def _along(tables: Tables, path: list[int]) -> Tables:
    """Rows of the nodes on a path, numbered from 0, with certainty."""
    number = {node: at for at, node in enumerate(path)}
    found: Tables = {}
    for name, table in tables.items():
        if "node" not in table.columns:
            found[name] = table
            continue
        own = table[table["node"].isin(path)].copy()
        for column in NODES:
            if column in own.columns:
                own[column] = _renumbered(own[column], number)
        found[name] = own.reset_index(drop=True)
    found["nodes"]["probability"] = 1.0
    found["cash"]["expected"] = found["cash"]["discounted"]
    return found


def _renumbered(nodes: pd.Series[int], number: dict[int, int]) -> np.ndarray:
    """Nodes by their place on the path; what is below 0 stays what it is."""
    return np.array(
        [int(node) if node < 0 else number.get(int(node), -1) for node in nodes], dtype=np.int64
    )
