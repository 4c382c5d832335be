r"""Balance: at every place (site and variant) and node, what enters leaves or is stored.

.. math::
    &\sum_{ORDERED} buy + \sum_{ARRIVING} ship + \sum_{MADE} \rho\, run
      + \sum_{RETURNED} \sigma\, deliver + \sum_{CARRIED} (1-\delta)\, stock
      + \sum_{RELEASED} release + given_{s,v,n} \\
    &= \sum_{LEAVING} ship + \sum_{USED} (-\rho)\, run + \sum_{DRAWN} draw
      + \sum_{DELIVERED} deliver + \sum_{DISPOSED} dispose + \sum_{STORED} stock
      + \sum_{PUT} store

The sums run over what arrives at, or leaves from, that place at that node; :math:`\rho` is the
recipe at the node where material is taken or given, :math:`\sigma` the share that returns.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel

from ..indexing import as_columns
from ..network import Network
from .components import add_data, add_incidence, add_rows, add_set


def add_balance(model: ConcreteModel, network: Network) -> None:
    """Add the balance of every place and node [unit]."""
    balance = network.balance
    keys = add_set(model, "BALANCES", balance.row)
    for name, (rows, positions), family in (
        ("ORDERED", balance.ordered, network.supply.buy),
        ("ARRIVING", balance.arriving, network.shipping.ship),
        ("LEAVING", balance.leaving, network.shipping.ship),
        ("STORED", balance.stored, network.inventory.stock),
        ("DELIVERED", balance.delivered, network.market.deliver),
        ("DISPOSED", balance.disposed, network.market.dispose),
    ):
        add_incidence(model, name, keys, rows, family.members[positions])
    lagged = model.LAGGED_STOCKS.index_array.members
    add_incidence(model, "PUT", keys, balance.into_store[0], lagged[balance.into_store[1]])
    add_incidence(model, "RELEASED", keys, balance.out_of_store[0], lagged[balance.out_of_store[1]])

    rows, before = balance.carried
    stock_node = network.inventory.stock.members[before]
    add_incidence(model, "CARRIED", keys, rows, stock_node)
    _add_kept(model, network)
    recipes = network.frame.values.array("recipes", "quantity")
    pairs = np.argwhere(np.ones(recipes.shape, dtype=bool))
    add_data(model, "recipe", add_set(model, "RECIPES", pairs), recipes.ravel())
    shares = network.frame.values.array("returns", "share")
    pairs = np.argwhere(np.ones(shares.shape, dtype=bool))
    add_data(model, "return_share", add_set(model, "RETURNS", pairs), shares.ravel())
    for name, (at, recipe, run) in (("MADE", balance.made), ("USED", balance.used)):
        members = np.column_stack([recipe, network.production.run.members[run]])
        add_incidence(model, name, keys, at, members)
    at, back, delivery = balance.returned
    members = np.column_stack([back, network.market.deliver.members[delivery]])
    add_incidence(model, "RETURNED", keys, at, members)
    at, draw = balance.drawn
    add_incidence(model, "DRAWN", keys, at, network.production.draw.members[draw])
    add_data(model, "given", keys, balance.given)
    add_rows(model, "balance", keys, what_enters_leaves)


def _add_kept(model: ConcreteModel, network: Network) -> None:
    """Add the part of each stockpile kept at each node."""
    kept = 1 - network.frame.values.array("stockpiles", "decay")
    pile, node = np.nonzero(np.ones(kept.shape, dtype=bool))
    keys = add_set(model, "STOCKPILE_NODES", as_columns(pile, node))
    add_data(model, "kept_at", keys, kept.ravel())


def what_enters_leaves(m: ConcreteModel, place: int, n: int) -> Any:
    """Bought + arrived + made + returned + carried + released + given = what leaves or is kept."""
    return (
        sum(m.buy[o, v, q] for o, v, q in m.ORDERED[place, n])
        + sum(m.ship[k, v, q] for k, v, q in m.ARRIVING[place, n])
        + sum(m.recipe[i, n] * m.run[p, r, q] for i, p, r, q in m.MADE[place, n])
        + sum(m.recipe[i, n] * m.run[p, r, q] for i, p, r, q in m.USED[place, n])
        - sum(m.draw[i, p, r, q, v] for i, p, r, q, v in m.DRAWN[place, n])
        + sum(m.return_share[b, n] * m.deliver[j, v, q] for b, j, v, q in m.RETURNED[place, n])
        + sum(m.kept_at[k, n] * m.stock[k, v, q] for k, v, q in m.CARRIED[place, n])
        + sum(m.release[k, v, q] for k, v, q in m.RELEASED[place, n])
        - sum(m.ship[k, v, q] for k, v, q in m.LEAVING[place, n])
        - sum(m.deliver[j, v, q] for j, v, q in m.DELIVERED[place, n])
        - sum(m.dispose[d, v, q] for d, v, q in m.DISPOSED[place, n])
        - sum(m.stock[k, v, q] for k, v, q in m.STORED[place, n])
        - sum(m.store[k, v, q] for k, v, q in m.PUT[place, n])
        == -m.given[place, n]
    )
