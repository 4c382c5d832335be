r"""Policies: limits of the buyer or a lawmaker on the whole plan.

Shares, amounts, budgets, openings, covers and used lanes all read, for every window w (and every
country, operator, supplier or site a policy binds by itself),

.. math::
    \sum_{t \in TERMS(w)} a_t\, x_t \le b_w + excess_w

with minima turned round and no excess where a policy is hard. A maximum share :math:`\alpha` of a
scope S in a total T is :math:`\sum_S x - \alpha \sum_T x \le 0`. Suppliers are counted with a
binary :math:`counted_{w,s}`:

.. math::
    \sum_{S(s)} x - c \sum_T x \ge -c\,M\,(1 - counted_{w,s}), \qquad
    \sum_s counted_{w,s} + K\, idle_w + excess_w \ge K

for a minimum K from a share c on (:math:`idle_w` only where nothing at all is supplied), and
:math:`\sum_{S(s)} x \le M\, counted_{w,s}`, :math:`\sum_s counted_{w,s} \le K + excess_w` for
a maximum.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel

from ..indexing import Index, matching
from ..network import Network
from ..network.limit_rows import LimitRows
from ..tree import FloatArray
from .bigm import require_finite
from .components import add_data, add_incidence, add_rows, add_set, add_variables

SUPPLY_FAMILIES = (("buy", "PURCHASES"), ("run", "RUNS"))
COUNTED_FAMILIES = (
    ("buy", "PURCHASES"),
    ("run", "RUNS"),
    ("ship", "SHIPMENTS"),
    ("deliver", "DELIVERIES"),
    ("stock", "STOCKS"),
    ("open", "OPENINGS"),
    ("module", "MODULES"),
    ("select", "SELECTIONS"),
    ("lane_open", "LANE_OPENINGS"),
    ("stock_open", "STOCK_OPENINGS"),
    ("used", "USES"),
)


def add_terms(
    model: ConcreteModel,
    prefix: str,
    rows: LimitRows,
    keys: Any,
    families: tuple[tuple[str, str], ...],
) -> None:
    """Add, for each family, the terms of limit rows: an amount for each and its members."""
    for family, index_name in families:
        row, position, amount = rows.terms(family)
        terms = add_set(model, f"{prefix}_{family.upper()}_TERMS", Index(np.arange(len(row))))
        add_data(model, f"{prefix}_{family}_amount", terms, amount)
        members = model.component(index_name).index_array.members[position]
        term = np.arange(len(row))[:, None]
        add_incidence(model, f"{prefix}_{family.upper()}", keys, row, np.hstack([term, members]))


def add_policies(model: ConcreteModel, network: Network) -> None:
    """Add the rows of all policies and their excess [unit of the policy]."""
    rows = network.limits
    keys = add_set(model, "LIMITS", Index(np.arange(len(rows.name))))
    add_data(model, "limit", keys, rows.room())
    penalty = np.array(rows.penalty, dtype=float)
    soft = np.flatnonzero(~np.isnan(penalty))
    excess = add_set(model, "SOFT_LIMITS", Index(soft))
    add_variables(model, "excess", excess)
    add_incidence(model, "EXCESS_OF", keys, soft, soft)
    add_terms(model, "limit", rows, keys, COUNTED_FAMILIES)
    add_rows(model, "policy", keys, within_limit)
    _add_supplier_counts(model, network)


def within_limit(m: ConcreteModel, r: int) -> Any:
    """A policy's amount stays within its limit, or pays for the excess."""
    return (
        sum(m.limit_buy_amount[t] * m.buy[o, v, n] for t, o, v, n in m.limit_BUY[r])
        + sum(m.limit_run_amount[t] * m.run[p, q, n] for t, p, q, n in m.limit_RUN[r])
        + sum(m.limit_ship_amount[t] * m.ship[k, v, n] for t, k, v, n in m.limit_SHIP[r])
        + sum(m.limit_deliver_amount[t] * m.deliver[j, v, n] for t, j, v, n in m.limit_DELIVER[r])
        + sum(m.limit_stock_amount[t] * m.stock[k, v, n] for t, k, v, n in m.limit_STOCK[r])
        + sum(m.limit_open_amount[t] * m.open[p, n] for t, p, n in m.limit_OPEN[r])
        + sum(m.limit_module_amount[t] * m.modules[x, n] for t, x, n in m.limit_MODULE[r])
        + sum(m.limit_select_amount[t] * m.select[o, n] for t, o, n in m.limit_SELECT[r])
        + sum(m.limit_lane_open_amount[t] * m.lane_open[k, n] for t, k, n in m.limit_LANE_OPEN[r])
        + sum(
            m.limit_stock_open_amount[t] * m.stock_open[k, n] for t, k, n in m.limit_STOCK_OPEN[r]
        )
        + sum(m.limit_used_amount[t] * m.used[k, n] for t, k, n in m.limit_USED[r])
        - sum(m.excess[q] for q in m.EXCESS_OF[r])
        <= m.limit[r]
    )


def _most_supplied(network: Network, rows: LimitRows, size: int) -> FloatArray:
    """Bound on the supply in each row: bought and made amounts of its materials."""
    most = np.zeros(size)
    offer_material = network.supply.material
    row, position, _ = rows.terms("buy")
    pairs = {(int(r), int(offer_material[p])) for r, p in zip(row, position, strict=True)}
    for r, material in pairs:
        most[r] += network.bounds.material[material]
    row, position, amount = rows.terms("run")
    plant = network.production.run.column(0)[position]
    largest: dict[tuple[int, int], float] = {}
    for r, p, a in zip(row.tolist(), plant.tolist(), amount.tolist(), strict=True):
        largest[r, p] = max(largest.get((r, p), 0.0), a)
    for (r, p), a in largest.items():
        most[r] += a * network.bounds.activity[p]
    return most


def _add_supplier_counts(model: ConcreteModel, network: Network) -> None:
    """Add the counting of suppliers in every window."""
    counts = network.suppliers
    window, at_least, limit, penalty = counts.arrays()
    entries = add_set(model, "SUPPLIER_SHARES", Index(np.arange(counts.entries)))
    windows = add_set(model, "SUPPLIER_WINDOWS", Index(np.arange(counts.windows)))
    add_variables(model, "counted", entries, "binary")
    add_variables(model, "idle", windows, "binary")
    soft = np.flatnonzero(~np.isnan(penalty))
    add_variables(model, "supplier_excess", add_set(model, "SOFT_SUPPLIER_WINDOWS", Index(soft)))
    add_incidence(model, "SUPPLIER_EXCESS_OF", windows, soft, soft)
    add_incidence(model, "COUNTED_IN", windows, window, np.arange(counts.entries))
    add_data(model, "supplier_limit", windows, limit)
    add_terms(model, "supplier", counts.supply, entries, SUPPLY_FAMILIES)
    add_terms(model, "total", counts.total, windows, SUPPLY_FAMILIES)
    _add_supplier_bounds(model, network)
    minimum = at_least[window]
    least = add_set(model, "MINIMUM_SHARES", Index(np.flatnonzero(minimum)))
    shared = LimitRows()
    for family, _ in SUPPLY_FAMILIES:
        row, position, amount = counts.total.terms(family)
        entry, term = matching(window, row)
        shared.add_terms(family, entry, position[term], amount[term])
    add_terms(model, "counted", shared, entries, SUPPLY_FAMILIES)
    add_rows(model, "supplier_counts_from_share", least, supplier_counts_from_share)
    most = add_set(model, "MAXIMUM_SHARES", Index(np.flatnonzero(~minimum)))
    add_rows(model, "supplier_counts_if_used", most, supplier_counts_if_used)
    enough = add_set(model, "MINIMUM_WINDOWS", Index(np.flatnonzero(at_least)))
    add_rows(model, "enough_suppliers", enough, enough_suppliers)
    add_rows(model, "idle_without_supply", enough, idle_without_supply)
    few = add_set(model, "MAXIMUM_WINDOWS", Index(np.flatnonzero(~at_least)))
    add_rows(model, "few_suppliers", few, few_suppliers)


def _add_supplier_bounds(model: ConcreteModel, network: Network) -> None:
    """Add bounds on what each supplier, and all of them, supply in a window."""
    counts = network.suppliers
    own = _most_supplied(network, counts.supply, counts.entries)
    total = _most_supplied(network, counts.total, counts.windows)
    position = {row.policy: at for at, row in enumerate(network.case.policies)}
    for rows, bound in ((counts.supply, own), (counts.total, total)):
        policy = np.array([position[name] for name in rows.name], dtype=np.int64)
        require_finite(network, "policies", policy, bound, "min_suppliers or max_suppliers")
    share = np.array(counts.count_from, dtype=float)
    window = counts.arrays()[0]
    add_data(model, "supplier_most", model.SUPPLIER_SHARES, own)
    add_data(model, "total_most", model.SUPPLIER_WINDOWS, total)
    add_data(model, "count_share", model.SUPPLIER_SHARES, share[window])
    add_data(model, "count_most", model.SUPPLIER_SHARES, share[window] * total[window])


def supplier_counts_from_share(m: ConcreteModel, e: int) -> Any:
    """A supplier counts towards the minimum only from its share of supply on."""
    return (
        sum(m.supplier_buy_amount[t] * m.buy[o, v, n] for t, o, v, n in m.supplier_BUY[e])
        + sum(m.supplier_run_amount[t] * m.run[p, q, n] for t, p, q, n in m.supplier_RUN[e])
        - sum(
            m.count_share[e] * m.counted_buy_amount[t] * m.buy[o, v, n]
            for t, o, v, n in m.counted_BUY[e]
        )
        - sum(
            m.count_share[e] * m.counted_run_amount[t] * m.run[p, q, n]
            for t, p, q, n in m.counted_RUN[e]
        )
        >= m.count_most[e] * m.counted[e] - m.count_most[e]
    )


def supplier_counts_if_used(m: ConcreteModel, e: int) -> Any:
    """A supplier of anything counts towards the maximum."""
    return (
        sum(m.supplier_buy_amount[t] * m.buy[o, v, n] for t, o, v, n in m.supplier_BUY[e])
        + sum(m.supplier_run_amount[t] * m.run[p, q, n] for t, p, q, n in m.supplier_RUN[e])
        <= m.supplier_most[e] * m.counted[e]
    )


def enough_suppliers(m: ConcreteModel, w: int) -> Any:
    """At least so many suppliers, unless nothing is supplied."""
    return (
        sum(m.counted[e] for e in m.COUNTED_IN[w])
        + m.supplier_limit[w] * m.idle[w]
        + sum(m.supplier_excess[q] for q in m.SUPPLIER_EXCESS_OF[w])
        >= m.supplier_limit[w]
    )


def idle_without_supply(m: ConcreteModel, w: int) -> Any:
    """Idle means that nothing is supplied."""
    return (
        sum(m.total_buy_amount[t] * m.buy[o, v, n] for t, o, v, n in m.total_BUY[w])
        + sum(m.total_run_amount[t] * m.run[p, q, n] for t, p, q, n in m.total_RUN[w])
        + m.total_most[w] * m.idle[w]
        <= m.total_most[w]
    )


def few_suppliers(m: ConcreteModel, w: int) -> Any:
    """At most so many suppliers."""
    return (
        sum(m.counted[e] for e in m.COUNTED_IN[w])
        - sum(m.supplier_excess[q] for q in m.SUPPLIER_EXCESS_OF[w])
        <= m.supplier_limit[w]
    )
