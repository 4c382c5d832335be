r"""Stock: what is carried from one period to the next.

.. math::
    stock_{k,v,n} = (1-\delta_{k,n})\,stock_{k,v,anc(n)} + store_{k,v,n} - release_{k,v,n}

For stockpiles without a release lag storing and releasing appear only as their difference, inside
the balance. Levels: :math:`S^{min}_{k,n} \le \sum_v stock_{k,v,n} \le \bar S_{k,n}`, with both
sides times :math:`\sum_{m \in PATH(n)} stock\_open_{k,m}` where a stockpile must be opened first
(of the minima only ``min_level`` waits for the opening).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel

from ..indexing import as_columns
from ..network import Network
from .bigm import require_finite
from .components import add_data, add_incidence, add_rows, add_set, add_variables
from .paths import add_once


def add_stock(model: ConcreteModel, network: Network) -> None:
    """Add stock levels [unit], storing, releasing and openings, and the limits on them."""
    inventory, tree = network.inventory, network.tree
    stocks = add_set(model, "STOCKS", inventory.stock)
    pile, variant, node = inventory.stock.members.T
    gated = inventory.gated[pile]
    capacity = network.at("stockpiles", "capacity", pile, node)
    add_variables(
        model, "stock", stocks,
        lower=inventory.least[pile, node], upper=np.where(gated, np.inf, capacity),
    )  # fmt: skip
    add_data(model, "kept", stocks, 1 - network.at("stockpiles", "decay", pile, node))

    points = add_set(model, "STOCK_OPENINGS", inventory.open)
    add_variables(model, "stock_open", points, "binary")
    which = np.flatnonzero(gated)
    keys = add_set(model, "GATED_STOCKS", inventory.stock.members[which])
    most = inventory.most[pile[which], node[which]]
    require_finite(network, "stockpiles", pile[which], most, "open_cost")
    add_data(model, "stock_most", keys, np.where(np.isfinite(most), most, 0.0))
    add_data(model, "least_if_open", keys, inventory.least_if_open[pile[which], node[which]])
    at, decision = inventory.opened
    back = np.full(len(stocks.index_array), -1)
    back[which] = np.arange(len(which))
    add_incidence(model, "STOCK_OPENED_BY", keys, back[at], inventory.open.members[decision])
    add_rows(model, "stock_only_when_open", keys, stock_only_when_open)
    low = inventory.least_if_open[pile[which], node[which]] > 0
    minimum = add_set(model, "GATED_MINIMUM_STOCKS", inventory.stock.members[which[low]])
    add_rows(model, "stock_at_least_minimum", minimum, stock_at_least_minimum)
    add_once(model, network, "stock_open", inventory.open)

    slow = np.flatnonzero(inventory.lagged[pile])
    lagged = add_set(model, "LAGGED_STOCKS", inventory.stock.members[slow])
    add_variables(model, "store", lagged)
    add_variables(model, "release", lagged)
    parent = tree.parent[node[slow]]
    first = parent < 0
    add_incidence(
        model, "BEFORE", lagged, np.flatnonzero(~first),
        as_columns(pile[slow], variant[slow], parent)[~first],
    )  # fmt: skip
    initial = network.frame.values.base("stockpiles", "initial")[pile[slow]]
    kept = model.kept.values_array[slow]
    add_data(model, "carried_in", lagged, np.where(first, kept * initial, 0.0))
    add_rows(model, "carry_over", lagged, carry_over)
    closed = np.flatnonzero(inventory.gated[pile[slow]])
    waiting = add_set(model, "GATED_LAGGED_STOCKS", inventory.stock.members[slow[closed]])
    add_rows(model, "store_only_when_open", waiting, store_only_when_open)


def stock_only_when_open(m: ConcreteModel, k: int, v: int, n: int) -> Any:
    """Nothing is held before a stockpile is opened."""
    return m.stock[k, v, n] <= sum(
        m.stock_most[k, v, n] * m.stock_open[q, d] for q, d in m.STOCK_OPENED_BY[k, v, n]
    )


def stock_at_least_minimum(m: ConcreteModel, k: int, v: int, n: int) -> Any:
    """The least level binds once a stockpile is open."""
    return m.stock[k, v, n] >= sum(
        m.least_if_open[k, v, n] * m.stock_open[q, d] for q, d in m.STOCK_OPENED_BY[k, v, n]
    )


def store_only_when_open(m: ConcreteModel, k: int, v: int, n: int) -> Any:
    """Nothing passes through a stockpile that is not open."""
    return m.store[k, v, n] <= sum(
        m.stock_most[k, v, n] * m.stock_open[q, d] for q, d in m.STOCK_OPENED_BY[k, v, n]
    )


def carry_over(m: ConcreteModel, k: int, v: int, n: int) -> Any:
    """Level of a stockpile whose releases take time."""
    return m.stock[k, v, n] == (
        sum(m.kept[k, v, n] * m.stock[q, w, b] for q, w, b in m.BEFORE[k, v, n])
        + m.carried_in[k, v, n]
        + m.store[k, v, n]
        - m.release[k, v, n]
    )
