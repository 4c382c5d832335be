"""Money of a plan, worked out from its quantities."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...models.plan import COST_CATEGORIES, Tables
from ..indexing import total_by
from ..network import Network
from ..tree import FloatArray, IntArray
from .reader import Reader, some

ON_TIER = 1e-7
"""Relative tolerance with which an order counts as having reached a tier."""


def purchase_cost(network: Network, amount: FloatArray) -> FloatArray:
    """Price paid for each purchase; an order's cost is shared by its variants. Shape (buy,)."""
    supply = network.supply
    order = supply.order_of_buy
    total = total_by(order, amount, len(supply.order))
    cost = np.where(supply.tiered, 0.0, supply.unit_price * total)
    owner, slack = supply.order_of_tier, ON_TIER * np.maximum(1.0, supply.tier_from)
    inside = np.clip(total[owner] - supply.tier_from, 0.0, supply.tier_to - supply.tier_from)
    np.add.at(cost, owner, np.where(supply.all_units, 0.0, inside * supply.tier_price))
    reached = supply.all_units & (total[owner] >= supply.tier_from - slack)
    reached &= total[owner] <= supply.tier_to + slack
    best = np.full(len(supply.order), np.inf)
    np.minimum.at(best, owner[reached], supply.tier_price[reached])
    whole = np.flatnonzero(np.isfinite(best))
    cost[whole] = best[whole] * total[whole]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total[order] > 0, cost[order] * amount / total[order], 0.0)


def availability(network: Network, reader: Reader) -> FloatArray:
    """Part of each plant that can run at each node: 1, or whether it was opened in time."""
    case, tree = network.case, network.tree
    window = network.frame.time.window(case.plants)
    candidate = np.array([row.status == "candidate" for row in case.plants], dtype=bool)
    available = np.where(candidate[:, None], 0.0, 1.0) * window
    plant, decision = network.production.open.members.T
    wait = np.array([row.build_periods for row in case.plants], dtype=np.int64)
    opened = np.round(reader.of("open"))
    for at in np.flatnonzero(opened > 0):
        later = _later(network, int(decision[at]), int(wait[plant[at]]))
        available[plant[at], later] += opened[at]
    return np.asarray(np.minimum(available, 1.0) * window * np.ones(tree.size))


def _later(network: Network, node: int, wait: int) -> IntArray:
    """Nodes at least ``wait`` periods after a node, on paths through it."""
    tree = network.tree
    through = tree.path_at[:, tree.period[node] - 1] == node
    return np.flatnonzero(through & (tree.period >= tree.period[node] + wait))


def _module_fixed(network: Network, reader: Reader, available: FloatArray) -> FloatArray:
    """Fixed cost of complete modules in available plants, as when decided. Shape (nodes,)."""
    case, total = network.case, np.zeros(network.tree.size)
    position = {row.plant: at for at, row in enumerate(case.plants)}
    amount = reader.of("modules")
    expansion, decision = network.production.module.members.T
    cost = network.at("expansions", "fixed_cost", expansion, decision)
    for at in np.flatnonzero(amount > 1e-9):
        row = case.expansions[expansion[at]]
        later = _later(network, int(decision[at]), row.build_periods)
        total[later] += cost[at] * amount[at] * available[position[row.plant], later]
    return total


def cash_flow(network: Network, reader: Reader, tables: Tables) -> pd.DataFrame:
    """Cash of every node by category, undiscounted, discounted and expected."""
    amounts = {category: np.zeros(network.tree.size) for category in COST_CATEGORIES}

    def add(category: str, node: IntArray, money: FloatArray) -> None:
        np.add.at(amounts[category], node, money)

    def priced(
        family: str,
        category: str,
        table: str,
        column: str,
        rows: IntArray | None = None,
        sign: float = 1.0,
    ) -> None:
        value = reader.of(family)
        if not len(value):
            return
        members = reader.members(family)
        row = members[:, 0] if rows is None else rows
        node = members[:, -1]
        price = np.nan_to_num(network.at(table, column, row, node))
        add(category, node, sign * price * value)

    buy, ship = reader.of("buy"), reader.of("ship")
    supply, shipping = network.supply, network.shipping
    node = supply.buy.column(2)
    add("purchase", node, purchase_cost(network, buy))
    add("tariffs", node, supply.tariff[supply.order_of_buy] * buy)
    add("licences", node, (supply.duty - supply.tariff)[supply.order_of_buy] * buy)
    node = shipping.ship.column(2)
    add("transport", node, shipping.freight * ship)
    add("tariffs", node, shipping.tariff * ship)
    add("licences", node, (shipping.duty - shipping.tariff) * ship)
    ordered = total_by(supply.order_of_buy, buy, len(supply.order))
    offer, node = supply.order.members.T
    add("order", node, network.at("offers", "order_cost", offer, node) * some(ordered, offer))
    priced("select", "select", "offers", "select_cost")
    priced("open", "open", "plants", "open_cost")
    priced("modules", "expand", "expansions", "module_cost")
    run = reader.of("run")
    plant, node = network.production.run.column(0), network.production.run.column(2)
    add("run", node, network.at("plants", "run_cost", plant, node) * some(run, plant))
    priced("run", "variable", "plants", "variable_cost")
    pair = shipping.open.column(0)
    priced("lane_open", "lane_open", "lanes", "open_cost", network.movements.pairs.row[pair])
    priced("stock", "holding", "stockpiles", "holding_cost")
    priced("stock_open", "stock_open", "stockpiles", "open_cost")
    priced("dispose", "disposal", "disposal", "cost")
    priced("short", "shortage", "demand", "shortage_cost")
    priced("backlog", "backlog", "demand", "backlog_cost")
    priced("deliver", "revenue", "demand", "price", sign=-1.0)
    add("fixed", np.arange(network.tree.size), _fixed(network, reader))
    add("capital", np.arange(network.tree.size), _capital(network, reader))
    penalty = tables["policy_use"]
    add(
        "penalty",
        penalty["node"].to_numpy(dtype=np.int64),
        penalty["penalty"].to_numpy(dtype=float),
    )

    tree = network.tree
    parts = []
    for category, money in amounts.items():
        node = np.flatnonzero(money)
        discounted = money[node] * network.frame.time.discount[node]
        parts.append(
            pd.DataFrame(
                {
                    "node": node,
                    "period": tree.period[node],
                    "category": category,
                    "amount": money[node],
                    "discounted": discounted,
                    "expected": discounted * tree.probability[node],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _fixed(network: Network, reader: Reader) -> FloatArray:
    """Fixed cost of available plants and of the modules complete in them. Shape (nodes,)."""
    available = availability(network, reader)
    total = (network.frame.values.array("plants", "fixed_cost") * available).sum(axis=0)
    total = total + _module_fixed(network, reader, available)
    return np.asarray(total, dtype=float)


def _capital(network: Network, reader: Reader) -> FloatArray:
    """Cost of money tied up in stock and in goods under way. Shape (nodes,)."""
    case, frame, tree = network.case, network.frame, network.tree
    total = np.zeros(tree.size)
    rate = frame.price * case.case.capital_rate * case.case.months_per_period / 12
    if not rate.any():
        return total
    _, variant, node = network.inventory.stock.members.T
    np.add.at(total, node, rate[frame.variant_material[variant], node] * reader.of("stock"))
    for amount, members, lag in (
        (
            reader.of("buy"),
            network.supply.buy.members,
            network.supply.lag[network.supply.order_of_buy],
        ),
        (reader.of("ship"), network.shipping.ship.members, network.shipping.lag),
    ):
        material, node = frame.variant_material[members[:, 1]], members[:, 2]
        for age in range(int(lag.max(initial=0))):
            on_way = np.flatnonzero((lag > age) & (amount != 0))
            which, at = frame.time.arrivals(node[on_way], np.full(len(on_way), age))
            flow = on_way[which]
            np.add.at(total, at, amount[flow] * rate[material[flow], at])
    for row, transit in enumerate(case.in_transit):
        arrives = case.period(transit.period, 1)
        if 1 <= arrives <= tree.periods:
            quantity = frame.values.array("in_transit", "quantity")[row]
            for arrival in tree.in_period(arrives):
                path = tree.path_at[arrival, : arrives - 1]
                share = np.nan_to_num(tree.probability[arrival] / tree.probability[path])
                total[path] += (
                    quantity[arrival] * share * rate[frame.material[transit.material], path]
                )
    return total
