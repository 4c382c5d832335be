r"""Risk: the mean cost of the worst futures, where it is minimised or limited.

With :math:`c_{f,i,n}` the discounted cost at node n of a unit of decision :math:`x_{f,i}` (not
weighted by probability) and :math:`b_n` what no decision changes, the cost of a future adds up
along its path,

.. math::
    path\_cost_n = path\_cost_{anc(n)} + b_n + \sum_{(f,i) \in CHARGED(n)} c_{f,i,n}\, x_{f,i}

and the mean of the worst :math:`1-\beta` of the futures (``cvar_level`` :math:`\beta`) is, after
Rockafellar and Uryasev (2000), equations 9 and 17,

.. math::
    \min\ threshold + \frac{1}{1-\beta} \sum_{\text{leaves } l} \pi_l\, beyond_l, \qquad
    beyond_l \ge path\_cost_l - threshold

Money in these rows is in a unit near that of the charges, a power of two, for the solver's sake.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel, Objective

from ..indexing import Index
from ..network import Network
from ..tree import FloatArray, IntArray
from .charges import COSTS, Charge, charges, unavoidable
from .components import add_data, add_incidence, add_rows, add_set, add_variables


def add_risk(model: ConcreteModel, network: Network) -> None:
    """Add the cost of every path [a power of two of money] and the objective ``cvar`` [money]."""
    tree = network.tree

    def parts(family: str) -> tuple[IntArray, FloatArray]:
        cost = model.component(COSTS[family][0])
        return cost.keys_set.index_array.members, cost.values_array

    found, fixed = charges(network, parts), unavoidable(network)
    unit = _unit([*(charge.amount for charge in found), fixed])
    nodes = add_set(model, "TREE_NODES", Index(np.arange(tree.size)))
    after = np.flatnonzero(tree.parent >= 0)
    add_incidence(model, "NODE_BEFORE", nodes, after, tree.parent[after])
    add_data(model, "unavoidable_cost", nodes, fixed / unit)
    for charge in found:
        _add_charge(model, nodes, charge, unit)
    leaf = np.flatnonzero(tree.is_leaf)
    leaves = add_set(model, "LEAVES", Index(leaf))
    tail = add_set(model, "TAIL", Index(np.zeros(1, dtype=np.int64)))
    add_variables(model, "path_cost", nodes, "free")
    add_variables(model, "threshold", tail, "free")
    add_variables(model, "beyond", leaves)
    level = network.case.case.cvar_level
    add_data(model, "threshold_weight", tail, unit)
    add_data(model, "beyond_weight", leaves, unit * tree.probability[leaf] / (1.0 - level))
    add_rows(model, "path_cost_adds_up", nodes, path_cost_adds_up)
    add_rows(model, "beyond_is_above_threshold", leaves, beyond_is_above_threshold)
    model.cvar = Objective(rule=cvar)


def _unit(amounts: list[FloatArray]) -> float:
    """Power of two nearest to the geometric mean of all amounts."""
    sizes = np.abs(np.concatenate(amounts))
    sizes = sizes[sizes > 0]
    return float(2.0 ** np.round(np.log2(sizes).mean())) if len(sizes) else 1.0


def _add_charge(model: ConcreteModel, nodes: Any, charge: Charge, unit: float) -> None:
    """Add the payments of a family: an amount for each, and its node and member."""
    payments = np.arange(len(charge.position))
    terms = add_set(model, f"{charge.family.upper()}_PAYMENTS", Index(payments))
    add_data(model, f"{charge.family}_paid", terms, charge.amount / unit)
    members = model.component(COSTS[charge.family][1]).index_array.members[charge.position]
    rows = np.hstack([payments[:, None], members])
    add_incidence(model, f"{charge.family.upper()}_CHARGED", nodes, charge.node, rows)


def path_cost_adds_up(m: ConcreteModel, n: int) -> Any:
    """Discounted cost of a future up to a node: the cost up to the node before, and its own."""
    total = sum(m.path_cost[k] for k in m.NODE_BEFORE[n]) + m.unavoidable_cost[n]
    for family in COSTS:
        paid, charged = m.component(f"{family}_paid"), m.component(f"{family.upper()}_CHARGED")
        if paid is not None:
            total = total + _charges_of(m.component(family), paid, charged[n])
    return m.path_cost[n] == total


def _charges_of(amount: Any, paid: Any, charged: Any) -> Any:
    """Payments of a family at a node; a template needs its indices written out."""
    width = amount.index_set().index_array.width
    if width == 1:
        return sum(paid[t] * amount[i] for t, i in charged)
    if width == 2:
        return sum(paid[t] * amount[i, n] for t, i, n in charged)
    return sum(paid[t] * amount[i, j, n] for t, i, j, n in charged)


def beyond_is_above_threshold(m: ConcreteModel, n: int) -> Any:
    """What a future costs beyond the threshold."""
    return m.beyond[n] >= m.path_cost[n] - sum(m.threshold[k] for k in m.TAIL)


def cvar(m: ConcreteModel) -> Any:
    """Mean cost of the worst futures [money]."""
    return sum(m.threshold_weight[k] * m.threshold[k] for k in m.TAIL) + sum(
        m.beyond_weight[n] * m.beyond[n] for n in m.LEAVES
    )
