r"""Demand: each stream is delivered, waits, or stays short.

.. math::
    \sum_v deliver_{j,v,n} + short_{j,n} + backlog_{j,n} - backlog_{j,anc(n)} = D_{j,n}

What waited before period 1 is wanted in period 1,
with :math:`short = 0` where a demand must be met and :math:`backlog = 0` at the leaves of the tree.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel

from ..indexing import as_columns
from ..network import Network
from .components import add_data, add_incidence, add_rows, add_set, add_variables


def add_demand(model: ConcreteModel, network: Network) -> None:
    """Add deliveries, shortages and backlogs [unit], and disposal [unit]."""
    market, tree = network.market, network.tree
    needs = add_set(model, "NEEDS", market.need)
    delivers = add_set(model, "DELIVERIES", market.deliver)
    shorts = add_set(model, "SHORTAGES", market.short)
    backlogs = add_set(model, "BACKLOGS", market.backlog)
    add_variables(model, "deliver", delivers)
    add_variables(model, "short", shorts)
    leaf = tree.is_leaf[market.backlog.column(1)]
    add_variables(model, "backlog", backlogs, upper=np.where(leaf, 0.0, np.inf))

    row, node = market.need.members.T
    inside = network.frame.time.window(network.case.demand)[row, node]
    wanted = network.at("demand", "quantity", row, node) * inside
    waited = np.array([own.waiting for own in network.case.demand], dtype=float)[row]
    wanted = wanted + np.where((tree.parent[node] < 0) & market.waits[row], waited, 0.0)
    add_data(model, "wanted", needs, wanted)
    of_delivery = market.need.positions(market.deliver.members[:, [0, 2]])
    add_incidence(model, "DELIVERED_TO", needs, of_delivery, market.deliver.members)
    add_incidence(
        model, "SHORT_OF", needs, market.need.positions(market.short.members), market.short.members
    )
    here = market.need.positions(market.backlog.members)
    add_incidence(model, "WAITING", needs, here, market.backlog.members)
    before = market.backlog.positions(as_columns(row, np.maximum(tree.parent[node], 0)))
    before = np.where(tree.parent[node] < 0, -1, before)
    has = np.flatnonzero(before >= 0)
    add_incidence(model, "WAITED", needs, has, market.backlog.members[before[has]])
    add_rows(model, "demand_is_met_or_short", needs, demand_is_met_or_short)

    disposals = add_set(model, "DISPOSALS", market.dispose)
    row, _, node = market.dispose.members.T
    capacity = network.at("disposal", "capacity", row, node)
    outlets, of_outlet, count = np.unique(
        as_columns(row, node), axis=0, return_inverse=True, return_counts=True
    )
    of_outlet = of_outlet.reshape(-1)
    upper = np.where(count[of_outlet] == 1, capacity, np.inf)
    add_variables(model, "dispose", disposals, upper=upper)
    most = network.at("disposal", "capacity", *outlets.T)
    shared = np.flatnonzero((count > 1) & np.isfinite(most))
    keys = add_set(model, "SHARED_DISPOSALS", outlets[shared])
    back = np.full(len(outlets), -1)
    back[shared] = np.arange(len(shared))
    own = np.flatnonzero(back[of_outlet] >= 0)
    add_incidence(model, "DISPOSALS_OF", keys, back[of_outlet[own]], market.dispose.members[own])
    add_data(model, "disposal_capacity", keys, most[shared])
    add_rows(model, "disposal_within_capacity", keys, disposal_within_capacity)


def disposal_within_capacity(m: ConcreteModel, d: int, n: int) -> Any:
    """Capacity of an outlet that takes several variants."""
    return sum(m.dispose[e, v, q] for e, v, q in m.DISPOSALS_OF[d, n]) <= m.disposal_capacity[d, n]


def demand_is_met_or_short(m: ConcreteModel, j: int, n: int) -> Any:
    """What is wanted is delivered, waits or stays short."""
    return (
        sum(m.deliver[d, v, q] for d, v, q in m.DELIVERED_TO[j, n])
        + sum(m.short[d, q] for d, q in m.SHORT_OF[j, n])
        + sum(m.backlog[d, q] for d, q in m.WAITING[j, n])
        - sum(m.backlog[d, q] for d, q in m.WAITED[j, n])
        == m.wanted[j, n]
    )
