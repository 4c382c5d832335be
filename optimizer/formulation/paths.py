r"""Decisions that can be taken only once on each path of the scenario tree.

.. math::
    \sum_{m \in PATH(l)} decision_{x,m} \le 1 \qquad \forall x,\ \text{leaves } l
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel

from ..indexing import Index, as_columns, matching
from ..network import Network
from .components import add_incidence, add_rows, add_set


def add_once(model: ConcreteModel, network: Network, decision: str, points: Index) -> None:
    """Let ``decision`` (a variable over ``points`` = (thing, node)) be taken once on each path."""
    tree = network.tree
    leaves = np.flatnonzero(tree.is_leaf)
    things = np.unique(points.column(0))
    thing, leaf = (grid.ravel() for grid in np.meshgrid(things, leaves, indexing="ij"))
    keys = add_set(model, f"{decision.upper()}_PATHS", as_columns(thing, leaf))
    ancestor = tree.path_at[leaves]
    leaf_of, node = np.repeat(np.arange(len(leaves)), tree.periods), ancestor.ravel()
    point, at = matching(points.column(1), node)
    row = np.searchsorted(things, points.column(0)[point]) * len(leaves) + leaf_of[at]
    add_incidence(model, f"{decision.upper()}_ON_PATH", keys, row, points.members[point])

    def once(m: ConcreteModel, x: int, leaf: int) -> Any:
        taken = m.component(decision)
        return sum(taken[y, n] for y, n in m.component(f"{decision.upper()}_ON_PATH")[x, leaf]) <= 1

    add_rows(model, f"{decision}_once", keys, once)
