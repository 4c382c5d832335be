r"""Supply: what is bought through offers, and under which conditions.

For an offer :math:`o` at node :math:`n`, with :math:`buy_{o,v,n}` bought of variant :math:`v`,
capacity :math:`\bar q_{o,n}` and a bound :math:`M_{o,n} \le \bar q_{o,n}` from what can be needed:

.. math::
    \sum_v buy_{o,v,n} &\le \bar q_{o,n} \\
    q^{min}_{o,n}\, ordering_{o,n} \le \sum_v buy_{o,v,n} &\le M_{o,n}\, ordering_{o,n} \\
    \sum_v buy_{o,v,n} &\le M_{o,n} \sum_{m \in SELECTED(o,n)} select_{o,m} \\
    \sum_{m \in PATH(l)} select_{o,m} &\le 1 \qquad \forall\ \text{leaves } l \\
    commit_{o,n} \sum_{m \in SIGNED(o,n)} sign_{o,m} \le \sum_v buy_{o,v,n}
        &\le M_{o,n} \sum_{m \in SIGNED(o,n)} sign_{o,m} \\
    \sum_{m \in SIGNED(o,n)} sign_{o,m} &\le 1

:math:`SELECTED(o,n)` are the strategic nodes on the way to n, at least the qualification time
before it; :math:`SIGNED(o,n)` those whose contract is in force at n.

Offers whose price depends on the quantity have tiers of their own, see ``tiers``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel

from ..committed import committed_bounds
from ..indexing import Index
from ..network import Network
from ..tree import IntArray
from .bigm import require_finite
from .components import add_data, add_incidence, add_rows, add_set, add_variables
from .paths import add_once


def add_supply(model: ConcreteModel, network: Network) -> None:
    """Add purchases [unit], switches, selections and contracts, and the limits on them."""
    supply = network.supply
    orders = add_set(model, "ORDERS", supply.order)
    purchases = add_set(model, "PURCHASES", supply.buy)
    alone = np.bincount(supply.order_of_buy, minlength=len(supply.order)) == 1
    free = ~(supply.selected | supply.contracted)
    single = alone[supply.order_of_buy]
    upper = np.where(single, supply.capacity[supply.order_of_buy], np.inf)
    lower = np.where(single & free[supply.order_of_buy], supply.min_take[supply.order_of_buy], 0.0)
    add_variables(model, "buy", purchases, lower=lower, upper=upper)
    add_incidence(model, "PURCHASES_OF", orders, supply.order_of_buy, supply.buy.members)
    add_data(model, "order_most", orders, np.where(np.isfinite(supply.most), supply.most, 0.0))
    add_data(
        model,
        "order_capacity",
        orders,
        np.where(np.isfinite(supply.capacity), supply.capacity, 0.0),
    )
    add_data(model, "min_order", orders, supply.min_order)
    add_data(model, "min_take", orders, supply.min_take)

    _subset(model, "CAPPED_ORDERS", network, ~alone & np.isfinite(supply.capacity))
    add_rows(model, "order_within_capacity", model.CAPPED_ORDERS, order_within_capacity)
    _subset(model, "TAKEN_ORDERS", network, ~alone & free & (supply.min_take > 0))
    add_rows(model, "order_at_least_min_take", model.TAKEN_ORDERS, order_at_least_min_take)
    _add_switches(model, network, free)
    _add_selections(model, network)
    _add_contracts(model, network)


def _subset(model: ConcreteModel, name: str, network: Network, mask: Any) -> Any:
    return add_set(model, name, network.supply.order.members[np.flatnonzero(mask)])


def order_within_capacity(m: ConcreteModel, o: int, n: int) -> Any:
    """Capacity of an order that can consist of several variants."""
    return sum(m.buy[p, v, q] for p, v, q in m.PURCHASES_OF[o, n]) <= m.order_capacity[o, n]


def order_at_least_min_take(m: ConcreteModel, o: int, n: int) -> Any:
    """What is taken whatever happens, of an order of several variants."""
    return sum(m.buy[p, v, q] for p, v, q in m.PURCHASES_OF[o, n]) >= m.min_take[o, n]


def _add_switches(model: ConcreteModel, network: Network, free: Any) -> None:
    """Add the yes/no of orders with an order cost or a minimum."""
    supply = network.supply
    which = np.flatnonzero(supply.switched)
    switched = add_set(model, "SWITCHED_ORDERS", supply.order.members[which])
    forced = free[which] & (supply.min_take[which] > 0)
    add_variables(model, "ordering", switched, "binary", lower=forced.astype(float))
    require_finite(
        network,
        "offers",
        supply.order.column(0)[which],
        supply.most[which],
        "order_cost or min_order",
    )
    add_rows(model, "order_only_when_ordering", switched, order_only_when_ordering)
    _subset(model, "MINIMUM_ORDERS", network, supply.switched & (supply.min_order > 0))
    add_rows(model, "order_at_least_minimum", model.MINIMUM_ORDERS, order_at_least_minimum)


def order_only_when_ordering(m: ConcreteModel, o: int, n: int) -> Any:
    """No order without paying for ordering."""
    return (
        sum(m.buy[p, v, q] for p, v, q in m.PURCHASES_OF[o, n])
        <= m.order_most[o, n] * m.ordering[o, n]
    )


def order_at_least_minimum(m: ConcreteModel, o: int, n: int) -> Any:
    """An order is at least the minimum order."""
    return (
        sum(m.buy[p, v, q] for p, v, q in m.PURCHASES_OF[o, n])
        >= m.min_order[o, n] * m.ordering[o, n]
    )


def _add_selections(model: ConcreteModel, network: Network) -> None:
    """Add the selection of offers that must be selected, once on each path."""
    supply = network.supply
    points = add_set(model, "SELECTIONS", supply.select)
    held = committed_bounds(network, "select", supply.select.members)
    add_variables(model, "select", points, "binary", **held)
    which = np.flatnonzero(supply.selected)
    qualified = add_set(model, "QUALIFIED_ORDERS", supply.order.members[which])
    require_finite(
        network,
        "offers",
        supply.order.column(0)[which],
        supply.most[which],
        "select_cost or qualification_periods",
    )
    _decided(model, "SELECTED_BY", qualified, which, supply.selections, supply.select)
    add_rows(model, "order_only_when_selected", qualified, order_only_when_selected)
    _subset(model, "SELECTED_SWITCHED", network, supply.selected & supply.switched)
    add_rows(
        model, "ordering_only_when_selected", model.SELECTED_SWITCHED, ordering_only_when_selected
    )
    _subset(
        model,
        "SELECTED_TAKEN",
        network,
        supply.selected & ~supply.contracted & (supply.min_take > 0),
    )
    add_rows(model, "take_when_selected", model.SELECTED_TAKEN, take_when_selected)
    add_once(model, network, "select", supply.select)


def _decided(
    model: ConcreteModel,
    name: str,
    keys: Any,
    which: IntArray,
    pairs: tuple[IntArray, IntArray],
    points: Index,
) -> None:
    """Add the decisions in force at each member of a subset of the order points."""
    back = np.full(int(which.max(initial=-1)) + 1, -1)
    back[which] = np.arange(len(which))
    at, decision = pairs
    add_incidence(model, name, keys, back[at], points.members[decision])


def order_only_when_selected(m: ConcreteModel, o: int, n: int) -> Any:
    """No order from an offer that is not selected and qualified."""
    return sum(m.buy[p, v, q] for p, v, q in m.PURCHASES_OF[o, n]) <= sum(
        m.order_most[o, n] * m.select[p, q] for p, q in m.SELECTED_BY[o, n]
    )


def ordering_only_when_selected(m: ConcreteModel, o: int, n: int) -> Any:
    """The switch of an offer needs its selection (tightens the relaxation)."""
    return m.ordering[o, n] <= sum(m.select[p, q] for p, q in m.SELECTED_BY[o, n])


def take_when_selected(m: ConcreteModel, o: int, n: int) -> Any:
    """What must be taken is taken as soon as orders are possible."""
    return sum(m.buy[p, v, q] for p, v, q in m.PURCHASES_OF[o, n]) >= sum(
        m.min_take[o, n] * m.select[p, q] for p, q in m.SELECTED_BY[o, n]
    )


def _add_contracts(model: ConcreteModel, network: Network) -> None:
    """Add contracts: orders only under one, at least the committed quantity, one at a time."""
    supply = network.supply
    points = add_set(model, "SIGNINGS", supply.sign)
    held = committed_bounds(network, "sign", supply.sign.members)
    add_variables(model, "sign", points, "binary", **held)
    which = np.flatnonzero(supply.contracted)
    bound = add_set(model, "CONTRACT_ORDERS", supply.order.members[which])
    require_finite(
        network, "offers", supply.order.column(0)[which], supply.most[which], "contract_periods"
    )
    _decided(model, "SIGNED_FOR", bound, which, supply.contracts, supply.sign)
    add_rows(model, "order_only_under_contract", bound, order_only_under_contract)
    owed = np.maximum(supply.commit, np.where(supply.selected, 0.0, supply.min_take))
    add_data(model, "committed", model.ORDERS, owed)
    _subset(model, "COMMITTED_ORDERS", network, supply.contracted & (owed > 0))
    add_rows(model, "order_as_committed", model.COMMITTED_ORDERS, order_as_committed)
    both = supply.contracted & supply.selected & (supply.min_take > 0)
    _subset(model, "SELECTED_CONTRACT_TAKEN", network, both)
    add_rows(
        model,
        "take_when_selected_and_signed",
        model.SELECTED_CONTRACT_TAKEN,
        take_when_selected_and_signed,
    )
    contracts = add_set(model, "CONTRACT_NODES", supply.in_force)
    at, decision = supply.in_force_pairs
    add_incidence(model, "IN_FORCE", contracts, at, supply.sign.members[decision])
    add_rows(model, "one_contract_at_a_time", contracts, one_contract_at_a_time)


def order_only_under_contract(m: ConcreteModel, o: int, n: int) -> Any:
    """No order without a contract in force."""
    return sum(m.buy[p, v, q] for p, v, q in m.PURCHASES_OF[o, n]) <= sum(
        m.order_most[o, n] * m.sign[p, q] for p, q in m.SIGNED_FOR[o, n]
    )


def order_as_committed(m: ConcreteModel, o: int, n: int) -> Any:
    """A contract in force takes at least what was committed."""
    return sum(m.buy[p, v, q] for p, v, q in m.PURCHASES_OF[o, n]) >= sum(
        m.committed[o, n] * m.sign[p, q] for p, q in m.SIGNED_FOR[o, n]
    )


def take_when_selected_and_signed(m: ConcreteModel, o: int, n: int) -> Any:
    """What must be taken binds where both selection and contract make orders possible."""
    return (
        sum(m.buy[p, v, q] for p, v, q in m.PURCHASES_OF[o, n])
        >= sum(m.min_take[o, n] * m.select[p, q] for p, q in m.SELECTED_BY[o, n])
        + sum(m.min_take[o, n] * m.sign[p, q] for p, q in m.SIGNED_FOR[o, n])
        - m.min_take[o, n]
    )


def one_contract_at_a_time(m: ConcreteModel, o: int, n: int) -> Any:
    """Contracts of one offer do not overlap."""
    return sum(m.sign[p, q] for p, q in m.IN_FORCE[o, n]) <= 1
