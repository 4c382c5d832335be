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

from ..committed import committed_bounds
from ..indexing import as_columns
from ..network import Network
from .bigm import require_finite
from .components import add_data, add_incidence, add_rows, add_set, add_variables
from .paths import add_once


def add_stock(model: ConcreteModel, network: Network) -> None:
    """Add stock levels [unit], storing, releasing and openings, and the limits on them."""
    inventory = network.inventory
    levels = add_set(model, "LEVELS", inventory.level)
    stocks = add_set(model, "STOCKS", inventory.stock)
    of_level = inventory.level_of_stock
    pile, node = inventory.level.members.T
    gated = inventory.gated[pile]
    capacity = network.at("stockpiles", "capacity", pile, node)
    alone = np.bincount(of_level, minlength=len(pile)) == 1
    least = inventory.least[pile, node]
    lower = np.where(alone, least, 0.0)
    upper = np.where(alone & ~gated, capacity, np.inf)
    add_variables(model, "stock", stocks, lower=lower[of_level], upper=upper[of_level])
    add_incidence(model, "STOCKS_OF", levels, of_level, inventory.stock.members)
    _add_levels(model, network, ~alone)

    points = add_set(model, "STOCK_OPENINGS", inventory.open)
    held = committed_bounds(network, "stock_open", inventory.open.members)
    add_variables(model, "stock_open", points, "binary", **held)
    keys = add_set(model, "GATED_LEVELS", inventory.level.members[gated])
    most = inventory.most[pile[gated], node[gated]]
    require_finite(network, "stockpiles", pile[gated], most, "open_cost")
    add_data(model, "stock_most", keys, np.where(np.isfinite(most), most, 0.0))
    add_data(model, "least_if_open", keys, inventory.least_if_open[pile[gated], node[gated]])
    at, decision = inventory.opened
    back = np.cumsum(gated) - 1
    add_incidence(model, "STOCK_OPENED_BY", keys, back[at], inventory.open.members[decision])
    add_rows(model, "stock_only_when_open", keys, stock_only_when_open)
    low = gated & (inventory.least_if_open[pile, node] > 0)
    minimum = add_set(model, "GATED_MINIMUM_LEVELS", inventory.level.members[low])
    add_rows(model, "stock_at_least_minimum", minimum, stock_at_least_minimum)
    add_once(model, network, "stock_open", inventory.open)
    _add_lagged(model, network)


def _add_levels(model: ConcreteModel, network: Network, several: Any) -> None:
    """Add the limits on levels that several variants make up together."""
    inventory = network.inventory
    pile, node = inventory.level.members.T
    capacity = network.at("stockpiles", "capacity", pile, node)
    least = inventory.least[pile, node]
    members = inventory.level.members
    full = several & ~inventory.gated[pile] & np.isfinite(capacity)
    keys = add_set(model, "CAPPED_LEVELS", members[full])
    add_data(model, "level_capacity", keys, capacity[full])
    add_rows(model, "level_within_capacity", keys, level_within_capacity)
    low = several & (least > 0)
    keys = add_set(model, "MINIMUM_LEVELS", members[low])
    add_data(model, "least_level", keys, least[low])
    add_rows(model, "level_at_least", keys, level_at_least)


def level_within_capacity(m: ConcreteModel, k: int, n: int) -> Any:
    """Capacity of a stockpile that holds several variants."""
    return sum(m.stock[q, v, t] for q, v, t in m.STOCKS_OF[k, n]) <= m.level_capacity[k, n]


def level_at_least(m: ConcreteModel, k: int, n: int) -> Any:
    """Least level of a stockpile that holds several variants."""
    return sum(m.stock[q, v, t] for q, v, t in m.STOCKS_OF[k, n]) >= m.least_level[k, n]


def stock_only_when_open(m: ConcreteModel, k: int, n: int) -> Any:
    """Nothing is held before a stockpile is opened."""
    return sum(m.stock[q, v, t] for q, v, t in m.STOCKS_OF[k, n]) <= sum(
        m.stock_most[k, n] * m.stock_open[q, d] for q, d in m.STOCK_OPENED_BY[k, n]
    )


def stock_at_least_minimum(m: ConcreteModel, k: int, n: int) -> Any:
    """The least level binds once a stockpile is open."""
    return sum(m.stock[q, v, t] for q, v, t in m.STOCKS_OF[k, n]) >= sum(
        m.least_if_open[k, n] * m.stock_open[q, d] for q, d in m.STOCK_OPENED_BY[k, n]
    )


def _add_lagged(model: ConcreteModel, network: Network) -> None:
    """Add storing and releasing of stockpiles whose releases take time."""
    inventory, tree = network.inventory, network.tree
    pile, variant, node = inventory.stock.members.T
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
    kept = 1 - network.at("stockpiles", "decay", pile[slow], node[slow])
    add_data(model, "kept", lagged, kept)
    initial = network.frame.values.base("stockpiles", "initial")[pile[slow]]
    own = first & (inventory.initial[pile[slow]] == variant[slow])
    add_data(model, "carried_in", lagged, np.where(own, kept * initial, 0.0))
    add_rows(model, "carry_over", lagged, carry_over)
    closed = np.flatnonzero(inventory.gated[pile[slow]])
    waiting = add_set(model, "GATED_LAGGED_STOCKS", inventory.stock.members[slow[closed]])
    add_rows(model, "store_only_when_open", waiting, store_only_when_open)


def store_only_when_open(m: ConcreteModel, k: int, v: int, n: int) -> Any:
    """Nothing passes through a stockpile that is not open."""
    return m.store[k, v, n] <= sum(
        m.stock_most[k, n] * m.stock_open[q, d] for q, d in m.STOCK_OPENED_BY[k, n]
    )


def carry_over(m: ConcreteModel, k: int, v: int, n: int) -> Any:
    """Level of a stockpile whose releases take time."""
    return m.stock[k, v, n] == (
        sum(m.kept[k, v, n] * m.stock[q, w, b] for q, w, b in m.BEFORE[k, v, n])
        + m.carried_in[k, v, n]
        + m.store[k, v, n]
        - m.release[k, v, n]
    )
