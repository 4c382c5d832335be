r"""Tiers: prices that depend on the quantity of an order.

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

from ..network import Network
from ..tree import IntArray
from .bigm import require_finite
from .components import add_data, add_incidence, add_rows, add_set, add_variables


def add_tiers(model: ConcreteModel, network: Network) -> None:
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
