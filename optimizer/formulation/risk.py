r"""Risk: the worst futures, where their cost is minimised or limited.

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

The objective ``mean_risk`` is :math:`1-\lambda` times the expected cost of the leaves plus
:math:`\lambda` times that mean (``risk_weight`` :math:`\lambda`). The worst case, and the largest
regret against the least cost :math:`a_l` of each future planned for alone (Savage 1951), are over
the futures of positive probability,

.. math::
    worst \ge path\_cost_l, \qquad largest\_regret \ge path\_cost_l - a_l

Money in these rows is in a unit near that of the charges, a power of two, for the solver's sake.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel, Objective

from ..indexing import Index
from ..network import Network
from ..tree import FloatArray, IntArray
from .charges import COSTS, Charge, charges, unavoidable
from .components import add_data, add_incidence, add_rows, add_set, add_variables

RISKS = ("cvar", "mean_risk", "worst_case", "regret")
"""Objectives about the costs of futures; each asks for the rows that add them up."""


def add_risk(
    model: ConcreteModel, network: Network, measures: Collection[str], alone: FloatArray | None
) -> None:
    """Add the cost of every path [a power of two of money] and the objectives asked for [money].

    Args:
        model: the model.
        network: its network.
        measures: names of objectives; those not in RISKS add nothing.
        alone: least cost of each scenario planned for alone, for ``regret``. Shape (scenarios,).

    Raises:
        ValueError: regret is asked for, but nobody solved the futures one by one.
    """
    asked = [name for name in RISKS if name in measures]
    if not asked:
        return
    leaf = np.flatnonzero(network.tree.is_leaf)
    unit = _add_path_costs(model, network, leaf)
    if "cvar" in asked or "mean_risk" in asked:
        _add_tail(model, network, leaf, unit)
    if "cvar" in asked:
        model.cvar = Objective(rule=cvar)
    if "mean_risk" in asked:
        _add_mean_risk(model, network, leaf, unit)
    if "worst_case" in asked or "regret" in asked:
        likely = leaf[network.tree.probability[leaf] > 0]
        futures = add_set(model, "LIKELY_LEAVES", Index(likely))
        worst = add_set(model, "WORST", Index(np.zeros(1, dtype=np.int64)))
        add_data(model, "worst_weight", worst, unit)
    if "worst_case" in asked:
        add_variables(model, "worst", worst, "free")
        add_rows(model, "worst_is_above_every_future", futures, worst_is_above_every_future)
        model.worst_case = Objective(rule=worst_case)
    if "regret" in asked:
        if alone is None:
            raise ValueError(
                "regret compares with the best plan of each future alone, which only solve, "
                "frontier and risk find out; take worst_case or cvar here"
            )
        add_data(model, "alone_cost", futures, _of_leaves(network, likely, alone) / unit)
        add_variables(model, "largest_regret", worst, "free")
        add_rows(model, "regret_is_above_every_future", futures, regret_is_above_every_future)
        model.regret = Objective(rule=regret)


def _add_path_costs(model: ConcreteModel, network: Network, leaf: IntArray) -> float:
    """Add the cost of every path; the unit it is in [money]."""
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
    add_set(model, "LEAVES", Index(leaf))
    add_variables(model, "path_cost", nodes, "free")
    add_rows(model, "path_cost_adds_up", nodes, path_cost_adds_up)
    return unit


def _add_tail(model: ConcreteModel, network: Network, leaf: IntArray, unit: float) -> None:
    """Add the threshold of the tail, and what each future costs beyond it."""
    tail = add_set(model, "TAIL", Index(np.zeros(1, dtype=np.int64)))
    leaves = model.LEAVES
    add_variables(model, "threshold", tail, "free")
    add_variables(model, "beyond", leaves)
    level = network.case.case.cvar_level
    add_data(model, "threshold_weight", tail, unit)
    add_data(model, "beyond_weight", leaves, unit * network.tree.probability[leaf] / (1.0 - level))
    add_rows(model, "beyond_is_above_threshold", leaves, beyond_is_above_threshold)


def _add_mean_risk(model: ConcreteModel, network: Network, leaf: IntArray, unit: float) -> None:
    """Add the objective between expected cost and the mean of the worst futures."""
    case, chance = network.case.case, network.tree.probability[leaf]
    weight = case.risk_weight
    add_data(model, "mean_weight", model.LEAVES, (1.0 - weight) * unit * chance)
    add_data(model, "risk_threshold_weight", model.TAIL, weight * unit)
    beyond = weight * unit * chance / (1.0 - case.cvar_level)
    add_data(model, "risk_beyond_weight", model.LEAVES, beyond)
    model.mean_risk = Objective(rule=mean_risk)


def _of_leaves(network: Network, leaf: IntArray, amounts: FloatArray) -> FloatArray:
    """Amounts of scenarios in the order of their last nodes."""
    last = network.tree.paths[:, -1]
    return np.array([amounts[np.flatnonzero(last == one)[0]] for one in leaf.tolist()])


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


def mean_risk(m: ConcreteModel) -> Any:
    """Expected cost and the mean cost of the worst futures, weighted [money]."""
    return (
        sum(m.mean_weight[n] * m.path_cost[n] for n in m.LEAVES)
        + sum(m.risk_threshold_weight[k] * m.threshold[k] for k in m.TAIL)
        + sum(m.risk_beyond_weight[n] * m.beyond[n] for n in m.LEAVES)
    )


def worst_is_above_every_future(m: ConcreteModel, n: int) -> Any:
    """The worst case costs at least what each future costs."""
    return sum(m.worst[k] for k in m.WORST) >= m.path_cost[n]


def worst_case(m: ConcreteModel) -> Any:
    """Cost of the dearest future [money]."""
    return sum(m.worst_weight[k] * m.worst[k] for k in m.WORST)


def regret_is_above_every_future(m: ConcreteModel, n: int) -> Any:
    """The largest regret is at least what each future costs beyond its own best plan."""
    return sum(m.largest_regret[k] for k in m.WORST) >= m.path_cost[n] - m.alone_cost[n]


def regret(m: ConcreteModel) -> Any:
    """Largest excess of a future's cost over the best plan for it alone [money]."""
    return sum(m.worst_weight[k] * m.largest_regret[k] for k in m.WORST)
