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

Tiers :math:`k` hold between :math:`a_k` and :math:`b_k`; :math:`fill_{o,k,n}` is priced in tier k
and :math:`\sum_k fill_{o,k,n} = \sum_v buy_{o,v,n}`. Incremental:
:math:`fill_k \le b_k - a_k`; where tier k is cheaper than the one before it, a binary
:math:`full_k` says that all before it are full,

.. math::
    fill_j \ge (b_j - a_j)\, full_k \ (j < k), \qquad fill_j \le (b_j - a_j)\, full_k \ (j \ge k)

up to the neighbouring such tiers; rising prices fill in order by themselves. All-units tiers:
:math:`a_k\, at_k \le fill_k \le b_k\, at_k`, :math:`\sum_k at_k \le 1`.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel

from ..indexing import Index, as_columns
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
    _add_tiers(model, network)


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
    add_variables(model, "select", points, "binary")
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
    add_variables(model, "sign", points, "binary")
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


def _add_tiers(model: ConcreteModel, network: Network) -> None:
    """Add the parts of orders priced in each tier."""
    supply = network.supply
    tiers = add_set(model, "TIERS", supply.tier)
    width = np.where(supply.all_units, supply.tier_to, supply.tier_to - supply.tier_from)
    add_variables(model, "fill", tiers, upper=width)
    offers = supply.tier.column(0)
    require_finite(network, "offers", offers, width, "discount")
    add_data(model, "tier_width", tiers, np.where(np.isfinite(width), width, 0.0))
    add_data(model, "tier_from", tiers, supply.tier_from)
    which = np.unique(supply.order_of_tier)
    tiered = add_set(model, "TIERED_ORDERS", supply.order.members[which])
    at = np.searchsorted(which, supply.order_of_tier)
    add_incidence(model, "TIERS_OF", tiered, at, supply.tier.members)
    add_rows(model, "order_is_sum_of_tiers", tiered, order_is_sum_of_tiers)

    falls = add_set(model, "FALLING_TIERS", supply.tier.members[np.flatnonzero(supply.falls)])
    add_variables(model, "full", falls, "binary")
    before, after = _tier_pairs(network)
    filled = add_set(model, "FILLED_BEFORE", before)
    add_rows(model, "tiers_before_are_full", filled, tiers_before_are_full)
    opened = add_set(model, "OPENED_TIERS", after)
    add_rows(model, "tiers_after_wait", opened, tiers_after_wait)

    whole = add_set(model, "ALL_UNITS_TIERS", supply.tier.members[np.flatnonzero(supply.all_units)])
    add_variables(model, "at_tier", whole, "binary")
    add_rows(model, "tier_reached", whole, tier_reached)
    add_rows(model, "tier_not_passed", whole, tier_not_passed)
    flat = np.flatnonzero(supply.all_units)
    owners = np.unique(supply.order_of_tier[flat])
    keys = add_set(model, "ALL_UNITS_ORDERS", supply.order.members[owners])
    rows = np.searchsorted(owners, supply.order_of_tier[flat])
    add_incidence(model, "ALL_UNITS_OF", keys, rows, supply.tier.members[flat])
    add_rows(model, "one_tier_at_most", keys, one_tier_at_most)


def _tier_pairs(network: Network) -> tuple[IntArray, IntArray]:
    """(offer, tier, falling tier, node) of tiers just before and just after each fall."""
    supply = network.supply
    before: list[tuple[int, int, int, int]] = []
    after: list[tuple[int, int, int, int]] = []
    owners = supply.order_of_tier
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    for start, stop in itertools.pairwise([*starts, len(owners)]):
        falls = [int(at) for at in range(start, stop) if supply.falls[at]]
        edges = [int(start), *falls, int(stop)]
        for number, fall in enumerate(falls, start=1):
            offer, tier, node = supply.tier.members[fall].tolist()
            tiers = supply.tier.column(1)
            earlier, later = range(edges[number - 1], fall), range(fall, edges[number + 1])
            before += [(offer, int(tiers[at]), tier, node) for at in earlier]
            after += [(offer, int(tiers[at]), tier, node) for at in later]
    shape = (-1, 4)
    return np.array(before, dtype=np.int64).reshape(shape), np.array(after, dtype=np.int64).reshape(
        shape
    )


def order_is_sum_of_tiers(m: ConcreteModel, o: int, n: int) -> Any:
    """Every unit of an order is priced in one tier."""
    return sum(m.fill[p, k, q] for p, k, q in m.TIERS_OF[o, n]) == sum(
        m.buy[p, v, q] for p, v, q in m.PURCHASES_OF[o, n]
    )


def tiers_before_are_full(m: ConcreteModel, o: int, j: int, k: int, n: int) -> Any:
    """A cheaper tier is reached only when the ones before it are full."""
    return m.fill[o, j, n] >= m.tier_width[o, j, n] * m.full[o, k, n]


def tiers_after_wait(m: ConcreteModel, o: int, j: int, k: int, n: int) -> Any:
    """Nothing is priced in a cheaper tier, or those after it, before it is reached."""
    return m.fill[o, j, n] <= m.tier_width[o, j, n] * m.full[o, k, n]


def tier_reached(m: ConcreteModel, o: int, k: int, n: int) -> Any:
    """An all-units price needs the whole order to reach its tier."""
    return m.fill[o, k, n] >= m.tier_from[o, k, n] * m.at_tier[o, k, n]


def tier_not_passed(m: ConcreteModel, o: int, k: int, n: int) -> Any:
    """An all-units price holds up to the next tier."""
    return m.fill[o, k, n] <= m.tier_width[o, k, n] * m.at_tier[o, k, n]


def one_tier_at_most(m: ConcreteModel, o: int, n: int) -> Any:
    """The whole order has one price."""
    return sum(m.at_tier[p, k, q] for p, k, q in m.ALL_UNITS_OF[o, n]) <= 1


__all__ = ["add_supply", "as_columns"]
