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
    wait = network.production.open_wait
    opened = np.round(reader.of("open"))
    for at in np.flatnonzero(opened > 0):
        later = _later(network, int(decision[at]), int(wait[plant[at], decision[at]]))
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
        wait = network.production.module_wait[expansion[at], decision[at]]
        later = _later(network, int(decision[at]), int(wait))
        total[later] += cost[at] * amount[at] * available[position[row.plant], later]
    return total


class _Books:
    """Undiscounted cash of every node by category."""

    def __init__(self, network: Network, reader: Reader) -> None:
        self.network, self.reader = network, reader
        self.amounts = {category: np.zeros(network.tree.size) for category in COST_CATEGORIES}

    def add(self, category: str, node: IntArray, money: FloatArray) -> None:
        """Enter amounts at nodes."""
        np.add.at(self.amounts[category], node, money)

    def add_column(self, category: str, table: pd.DataFrame, column: str) -> None:
        """Enter a column of a table of the plan."""
        self.add(
            category, table["node"].to_numpy(dtype=np.int64), table[column].to_numpy(dtype=float)
        )

    def priced(
        self,
        family: str,
        category: str,
        table: str,
        column: str,
        rows: IntArray | None = None,
        sign: float = 1.0,
    ) -> None:
        """Enter all of a family at the prices of a column of the case."""
        value = self.reader.of(family)
        if not len(value):
            return
        members = self.reader.members(family)
        row = members[:, 0] if rows is None else rows
        node = members[:, -1]
        price = np.nan_to_num(self.network.at(table, column, row, node))
        self.add(category, node, sign * price * value)


def cash_flow(network: Network, reader: Reader, tables: Tables) -> pd.DataFrame:
    """Cash of every node by category, undiscounted, discounted and expected."""
    books = _Books(network, reader)
    _enter_movements(books)
    _enter_production(books)
    books.priced("select", "select", "offers", "select_cost")
    pair = network.shipping.open.column(0)
    row = network.movements.pairs.row[pair]
    books.priced("lane_open", "lane_open", "lanes", "open_cost", row)
    books.priced("stock", "holding", "stockpiles", "holding_cost")
    books.priced("stock_open", "stock_open", "stockpiles", "open_cost")
    books.priced("dispose", "disposal", "disposal", "cost")
    books.priced("short", "shortage", "demand", "shortage_cost")
    books.priced("backlog", "backlog", "demand", "backlog_cost")
    books.priced("deliver", "revenue", "demand", "price", sign=-1.0)
    books.add("capital", np.arange(network.tree.size), _capital(network, reader))
    books.add_column("licences", tables["licences"], "cost")
    books.add_column("penalty", tables["policy_use"], "penalty")

    tree = network.tree
    parts = []
    for category, money in books.amounts.items():
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


def _enter_movements(books: _Books) -> None:
    """Purchases, orders, freight, and what the rules cost on the way."""
    network, supply, shipping = books.network, books.network.supply, books.network.shipping
    buy, ship = books.reader.of("buy"), books.reader.of("ship")
    node = supply.buy.column(2)
    books.add("purchase", node, purchase_cost(network, buy))
    books.add("tariffs", node, supply.tariff * buy)
    books.add("licences", node, (supply.duty - supply.tariff) * buy)
    node = shipping.ship.column(2)
    books.add("transport", node, shipping.freight * ship)
    books.add("tariffs", node, shipping.tariff * ship)
    books.add("licences", node, (shipping.duty - shipping.tariff) * ship)
    ordered = total_by(supply.order_of_buy, buy, len(supply.order))
    offer, node = supply.order.members.T
    price = network.at("offers", "order_cost", offer, node)
    books.add("order", node, price * some(ordered, offer))


def _enter_production(books: _Books) -> None:
    """Openings, modules, fixed and running costs of plants."""
    network, production = books.network, books.network.production
    books.priced("open", "open", "plants", "open_cost")
    books.priced("modules", "expand", "expansions", "module_cost")
    run = total_by(production.slot_of_run, books.reader.of("run"), len(production.slot))
    plant, node = production.slot.members.T
    books.add("run", node, network.at("plants", "run_cost", plant, node) * some(run, plant))
    books.priced("run", "variable", "plants", "variable_cost")
    books.add("fixed", np.arange(network.tree.size), _fixed(network, books.reader))


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
    for amount, node, flows in (
        (reader.of("buy"), network.supply.buy.column(2), network.supply),
        (reader.of("ship"), network.shipping.ship.column(2), network.shipping),
    ):
        material, lag = flows.material, flows.lag
        for age in range(int(lag.max(initial=0))):
            on_way = np.flatnonzero((lag > age) & (amount != 0))
            which, at = frame.time.arrivals(node[on_way], np.full(len(on_way), age))
            flow = on_way[which]
            np.add.at(total, at, amount[flow] * rate[material[flow], at])
    for row, transit in enumerate(case.in_transit):
        arrives = case.period(transit.period, 1)
        quantity = frame.values.array("in_transit", "quantity")[row]
        if arrives > tree.periods and transit.capital:  # under way all the time
            total += quantity * rate[frame.material[transit.material]]
        elif arrives >= 1 and transit.capital:
            for arrival in tree.in_period(arrives):
                path = tree.path_at[arrival, : arrives - 1]
                share = np.nan_to_num(tree.probability[arrival] / tree.probability[path])
                total[path] += (
                    quantity[arrival] * share * rate[frame.material[transit.material], path]
                )
    return total
