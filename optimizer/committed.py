"""Decisions taken already, as bounds on the variables that stand for them.

What was decided before period 1 is part of the case as it stands (see
:mod:`secondsource.models.standing`); what was decided for a period of the horizon holds the
variable of that decision at the quantity of its commitment.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..models.case import Case
from ..models.commitment_rows import Commitment
from ..models.standing import expansion_of
from .network import Network
from .tree import FloatArray, IntArray

FAMILY = {
    "select_offer": "select",
    "sign_contract": "sign",
    "open_plant": "open",
    "add_modules": "modules",
    "open_lane": "lane_open",
    "open_stockpile": "stock_open",
}
"""Decision -> family of variables."""


def committed_bounds(
    network: Network, family: str, members: IntArray, upper: FloatArray | float = np.inf
) -> dict[str, FloatArray]:
    """Bounds that hold committed decisions; nothing where the case has none of the family.

    Args:
        network: the network.
        family: family of strategic variables.
        members: what each stands for: (thing, node). Shape (variables, 2).
        upper: upper bounds without commitments.

    Raises:
        ValueError: a commitment to what cannot be decided in its period.
    """
    case = network.case
    rows = [
        (number, row)
        for number, row in enumerate(case.commitments, start=1)
        if FAMILY[row.decision] == family and case.period(row.period, 1) >= 1
    ]
    if not rows:
        return {}
    low = np.zeros(len(members))
    high = np.broadcast_to(np.asarray(upper, dtype=float), len(members)).copy()
    position = {tuple(member): at for at, member in enumerate(members.tolist())}
    for _, row in rows:
        things = _things(network, row)
        nodes = _nodes(network, row)
        found = [position[t, n] for t in things for n in nodes if (t, n) in position]
        if row.quantity == 0:
            high[found] = 0.0
            continue
        if len(nodes) and len(found) < len(nodes):
            raise ValueError(
                f"commitments: {row.decision.replace('_', ' ')} {row.name} is not possible in "
                f"period {case.period_label(case.period(row.period, 1))}; a rule forbids it, or "
                "what it is about has ended"
            )
        low[found] += row.quantity
    held = low > 0
    high[held] = low[held]
    return {"lower": low, "upper": high}


def _nodes(network: Network, row: Commitment) -> list[int]:
    """Nodes of a commitment's period, of its scenario where it names one."""
    tree = network.tree
    nodes: list[int] = tree.in_period(network.case.period(row.period, 1)).tolist()
    if row.scenario is None:
        return nodes
    if row.scenario not in tree.scenarios:
        return []
    path = tree.paths[tree.scenarios.index(row.scenario)]
    return [node for node in nodes if node in path]


def _things(network: Network, row: Commitment) -> list[int]:
    """Member (offer, plant, expansion, lane pair, stockpile) that a commitment is about."""
    case = network.case
    find: dict[str, Callable[[], list[int]]] = {
        "select": lambda: _at(case, "offers", offer=row.name),
        "sign": lambda: _at(case, "offers", offer=row.name),
        "open": lambda: _at(case, "plants", plant=row.name),
        "modules": lambda: [expansion_of(case, row)],
        "stock_open": lambda: _at(case, "stockpiles", site=row.name, material=row.material),
        "lane_open": lambda: _pair(network, row),
    }
    return find[FAMILY[row.decision]]()


def _at(case: Case, table: str, **cells: str | None) -> list[int]:
    return [
        at
        for at, own in enumerate(case.rows(table))
        if all(getattr(own, name) == value for name, value in cells.items())
    ]


def _pair(network: Network, row: Commitment) -> list[int]:
    """Lane pair between the two sites of a commitment."""
    pairs, site = network.movements.pairs, network.frame.site
    ends = (site.get(row.from_ or "", -1), site.get(row.to or "", -1))
    lanes = _at(network.case, "lanes", lane=row.name)
    return [
        at
        for at in range(len(pairs.row))
        if int(pairs.row[at]) in lanes and (pairs.start[at], pairs.end[at]) == ends
    ]
