"""Keep the decisions of an earlier plan: how does it fare with other numbers?

Strategic decisions (offers selected, contracts signed, plants, lanes and stockpiles opened,
modules added) are held at what the plan's `decisions` table says; everything else is free.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..models.plan import Tables
from .arrays import Arrays
from .committed import FAMILY
from .network import Network
from .tree import IntArray, Tree

if TYPE_CHECKING:
    from .solve import Built

STRATEGIC = tuple(FAMILY.values())


def keep_decisions(built: Built, plan: Tables) -> tuple[Arrays, list[str]]:
    """Arrays whose strategic columns are held at the decisions of a plan.

    A decision is found again by its name, period and scenario, so that a plan made for one
    scenario can be tried in others: a plan with a single path is kept in every scenario.

    Args:
        built: network and arrays of the case to try it on.
        plan: tables of the plan; `decisions` and `nodes` are read.

    Returns:
        The arrays, where what is held need not be whole any more, and a line for each decision
        that cannot be taken here.
    """
    arrays, network = built.arrays, built.network
    lower, upper = arrays.lower.copy(), arrays.upper.copy()
    for family in STRATEGIC:
        if family in arrays.columns:
            own = arrays.columns[family]
            lower[own] = upper[own] = arrays.lower[own]  # 0, or what the case is committed to
    nodes = same_nodes(network.tree, plan["nodes"])
    warnings = []
    for row in plan["decisions"].to_dict("records"):
        family = FAMILY[row["decision"]]
        things = things_of(network, row)
        places = [(thing, node) for thing in things for node in nodes[int(row["node"])]]
        found = np.full(len(places), -1, dtype=np.int64)
        if places and family in arrays.columns:
            found = _positions(arrays.members[family], np.array(places, dtype=np.int64))
        held = found[found >= 0] + (arrays.columns[family].start if (found >= 0).any() else 0)
        quantity = np.clip(float(row["quantity"]), arrays.lower[held], arrays.upper[held])
        lower[held] = upper[held] = quantity
        if not len(held):
            warnings.append(
                f"{row['decision'].replace('_', ' ')} {row['name']} in period {row['period']} "
                "of the plan is not possible here and is left out"
            )
    integer = arrays.integer & (lower < upper)
    return replace(arrays, lower=lower, upper=upper, integer=integer), warnings


def _positions(members: IntArray, wanted: IntArray) -> IntArray:
    """Position of each wanted member, -1 where there is none."""
    known = {tuple(member): at for at, member in enumerate(members.tolist())}
    return np.array([known.get(tuple(one), -1) for one in wanted.tolist()], dtype=np.int64)


def same_nodes(tree: Tree, nodes: pd.DataFrame) -> dict[int, list[int]]:
    """Nodes of a tree that stand for each node of a plan: of its scenario and period.

    A plan with one node in each period stands for all nodes of its period.
    """
    alone = not nodes["period"].duplicated().any()
    found: dict[int, list[int]] = {}
    for node, period, scenario in nodes[["node", "period", "scenario"]].itertuples(index=False):
        same = tree.in_period(int(period)).tolist()
        own = [at for at in same if tree.owner[at] == scenario]
        found[int(node)] = same if alone else own
    return found


def things_of(network: Network, row: dict[Hashable, Any]) -> list[int]:
    """Members (offer, plant, expansion, lane pair, stockpile) that a decision is about."""
    case, name = network.case, row["name"]
    if row["decision"] in ("select_offer", "sign_contract"):
        return [at for at, offer in enumerate(case.offers) if offer.offer == name]
    if row["decision"] == "open_plant":
        return [at for at, plant in enumerate(case.plants) if plant.plant == name]
    if row["decision"] == "add_modules":
        return _one_of(
            [at for at, expansion in enumerate(case.expansions) if expansion.plant == name],
            int(str(row["row"])) - 1,
        )
    if row["decision"] == "open_stockpile":
        return [
            at
            for at, pile in enumerate(case.stockpiles)
            if pile.site == name and pile.material == row["material"]
        ]
    pairs, site = network.movements.pairs, network.frame.site
    ends = (site.get(str(row["from"]), -1), site.get(str(row["to"]), -1))
    lanes = {at for at, lane in enumerate(case.lanes) if lane.lane == name}
    return [
        at
        for at in range(len(pairs.row))
        if int(pairs.row[at]) in lanes and (pairs.start[at], pairs.end[at]) == ends
    ]


def _one_of(positions: list[int], wanted: int) -> list[int]:
    """The wanted row of a plant's expansions where the table still has it there, else all."""
    return [wanted] if wanted in positions else positions
