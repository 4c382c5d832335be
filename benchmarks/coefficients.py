"""Costs and sides of the synthetic model as arrays, shared by all ways that do not use Pyomo."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from secondsource.optimizer.network import Network

FloatArray = NDArray[np.float64]


def costs(network: Network) -> dict[str, FloatArray]:
    """Cost of each family of variables, in the order of its members."""
    weight, supply, shipping = network.weight, network.supply, network.shipping
    production, market, inventory = network.production, network.market, network.inventory
    offer, order_node = supply.order.members[np.flatnonzero(supply.switched)].T
    run_plant, _, run_node = production.run.members.T
    plant, open_node = production.open.members.T
    pile, _, stock_node = inventory.stock.members.T
    sold, _, sold_node = market.deliver.members.T
    short, short_node = market.short.members.T
    late, late_node = market.backlog.members.T
    dumped, _, dump_node = market.dispose.members.T
    opening = weight[open_node] * network.at("plants", "open_cost", plant, open_node)
    at = network.at
    return {
        "buy": weight[supply.buy.column(2)] * (supply.unit_price + supply.duty),
        "ordering": weight[order_node] * at("offers", "order_cost", offer, order_node),
        "open": opening + production.fixed_of_open,
        "run": weight[run_node] * at("plants", "variable_cost", run_plant, run_node),
        "ship": weight[shipping.ship.column(2)] * (shipping.freight + shipping.duty),
        "stock": weight[stock_node] * at("stockpiles", "holding_cost", pile, stock_node),
        "deliver": -weight[sold_node] * at("demand", "price", sold, sold_node),
        "short": weight[short_node] * at("demand", "shortage_cost", short, short_node),
        "backlog": weight[late_node] * at("demand", "backlog_cost", late, late_node),
        "dispose": weight[dump_node] * at("disposal", "cost", dumped, dump_node),
        "excess": np.array(network.limits.penalty, dtype=float),
    }


def bounds(network: Network) -> dict[str, tuple[Any, Any]]:
    """Lower and upper bounds of each family of variables."""
    supply, shipping = network.supply, network.shipping
    production, inventory, market = network.production, network.inventory, network.market
    pile, _, node = inventory.stock.members.T
    alone = np.bincount(shipping.load_of_ship) == 1
    lane = np.where(alone, shipping.capacity, np.inf)[shipping.load_of_ship]
    leaf = network.tree.is_leaf[market.backlog.column(1)]
    return {
        "buy": (supply.min_take, supply.capacity),
        "ordering": (0.0, 1.0),
        "open": (0.0, 1.0),
        "run": (0.0, np.where(production.candidate, np.inf, production.capacity)),
        "ship": (0.0, lane),
        "stock": (
            inventory.least[pile, node],
            network.at("stockpiles", "capacity", pile, node),
        ),
        "deliver": (0.0, np.inf),
        "short": (0.0, np.inf),
        "backlog": (0.0, np.where(leaf, 0.0, np.inf)),
        "dispose": (0.0, np.inf),
        "excess": (0.0, np.inf),
    }


def wanted(network: Network) -> FloatArray:
    """Demand of each need."""
    row, node = network.market.need.members.T
    return network.at("demand", "quantity", row, node)


def kept(network: Network) -> FloatArray:
    """Part of each stock that is left a period later, at the node it is carried to."""
    pile, _, node = network.inventory.stock.members.T
    return 1 - network.at("stockpiles", "decay", pile, node)
