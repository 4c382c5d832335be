"""Money, policies and shares of a plan, worked out from its quantities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..models.plan import COST_CATEGORIES, PLAN_TABLES, Tables
from .indexing import total_by
from .network import Network
from .tree import FloatArray, IntArray

if TYPE_CHECKING:
    from .plan import Reader

ON_TIER = 1e-7
"""Relative tolerance with which an order counts as having reached a tier."""


FAMILY = {"module": "modules"}
NOISE = 1e-6
"""Amounts below this, relative to the largest of their row (at least 1), are noise of the solver.

HiGHS' feasibility tolerance, and what :mod:`secondsource.optimizer.verify` takes for rounding.
"""


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
    add("order", node, network.at("offers", "order_cost", offer, node) * _some(ordered, offer))
    priced("select", "select", "offers", "select_cost")
    priced("open", "open", "plants", "open_cost")
    priced("modules", "expand", "expansions", "module_cost")
    run = reader.of("run")
    plant, node = network.production.run.column(0), network.production.run.column(2)
    add("run", node, network.at("plants", "run_cost", plant, node) * _some(run, plant))
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


def _some(amount: FloatArray, row: IntArray) -> FloatArray:
    """1 where a row has an amount at a node, 0 where there is none but noise."""
    largest = np.ones(int(row.max(initial=-1)) + 1)
    np.maximum.at(largest, row, amount)
    return (amount > NOISE * largest[row]).astype(float)


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


def policy_use(network: Network, reader: Reader) -> pd.DataFrame:
    """How far each policy's limit is used in each window."""
    rows, case = network.limits, network.case
    used = _total(network, reader, rows.terms, len(rows.name))
    total = _total(network, reader, rows.totals, len(rows.name))
    kind = {row.policy: row.kind for row in case.policies}
    limit = np.array(rows.limit, dtype=float)
    penalty = np.array(rows.penalty, dtype=float)
    excess = np.where(np.isnan(penalty), 0.0, np.maximum(used - limit, 0.0))
    node = np.array(rows.node, dtype=np.int64)
    kinds = [kind[name] for name in rows.name]
    shares = np.array(
        [name in ("max_share", "min_share", "recycled_share") for name in kinds], dtype=bool
    )
    turned = np.array(
        [name in ("min_quantity", "min_open", "min_cover_days") for name in kinds], dtype=bool
    )
    sign = np.where(
        np.array([name in ("min_share", "recycled_share") for name in kinds]), -1.0, 1.0
    )
    value = np.array(rows.value, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(total > 0, (sign * used + value * total) / total, 0.0)
    weight = network.weight[node]
    with np.errstate(invalid="ignore", divide="ignore"):
        paid = np.where(excess > 0, excess * np.nan_to_num(penalty) / weight, 0.0)
    table = pd.DataFrame(
        {
            "policy": rows.name,
            "node": node,
            "period": network.tree.period[node],
            "key": rows.key,
            "value": np.where(shares, share, np.where(turned, -used, used)),
            "limit": np.where(shares, value, np.where(turned, -limit, limit)),
            "excess": excess,
            "penalty": np.nan_to_num(paid),
        }
    )
    return pd.concat([table, _supplier_use(network, reader)], ignore_index=True)


def _total(network: Network, reader: Reader, terms: object, size: int) -> FloatArray:
    """Sum of the terms of each row."""
    families = (
        "buy",
        "run",
        "ship",
        "deliver",
        "stock",
        "open",
        "module",
        "select",
        "lane_open",
        "stock_open",
        "used",
    )
    total = np.zeros(size)
    for family in families:
        row, position, amount = terms(family)  # type: ignore[operator]  # a method of LimitRows
        values = (
            _lanes_used(network, reader)
            if family == "used"
            else reader.of(FAMILY.get(family, family))
        )
        if len(row):
            np.add.at(total, row, amount * values[position])
    return total


def _lanes_used(network: Network, reader: Reader) -> FloatArray:
    """1 for every counted lane and node that carries anything."""
    shipping = network.shipping
    load = total_by(shipping.load_of_ship, reader.of("ship"), len(shipping.load))
    return _some(load, shipping.load.column(0))[np.flatnonzero(shipping.used)]


def _supplier_use(network: Network, reader: Reader) -> pd.DataFrame:
    """Suppliers counted in each window, from the quantities themselves."""
    counts = network.suppliers
    window, at_least, limit, penalty = counts.arrays()
    own = _total(network, reader, counts.supply.terms, counts.entries)
    total = _total(network, reader, counts.total.terms, counts.windows)
    slack = 1e-6 * np.maximum(1.0, total)
    share = np.array(counts.count_from, dtype=float)
    enough = own >= (share * total - slack)[window]
    counted = np.where(at_least[window], enough, own > slack[window])
    number = total_by(window, counted.astype(float), counts.windows)
    missing = np.where(total <= slack, 0.0, limit - number)
    excess = np.where(at_least, missing, number - limit)
    excess = np.where(np.isnan(penalty), 0.0, np.maximum(excess, 0.0))
    node = np.array(counts.total.node, dtype=np.int64)
    with np.errstate(invalid="ignore", divide="ignore"):
        paid = np.where(excess > 0, excess * np.nan_to_num(penalty) / network.weight[node], 0.0)
    return pd.DataFrame(
        {
            "policy": counts.total.name,
            "node": node,
            "period": network.tree.period[node],
            "key": counts.total.key,
            "value": number,
            "limit": limit,
            "excess": excess,
            "penalty": np.nan_to_num(paid),
        }
    )


def supplied(network: Network, tables: Tables) -> pd.DataFrame:
    """Expected supply of the horizon: material, stages, country, quantity, one row per flow."""
    case = network.case
    probability = network.tree.probability
    orders = tables["orders"]
    stages = {row.offer: row.stages or "" for row in case.offers}
    bought = pd.DataFrame(
        {
            "material": orders["material"],
            "country": orders["origin"],
            "stage": [stages[offer] for offer in orders["offer"]],
            "quantity": orders["quantity"] * probability[orders["node"].to_numpy(dtype=np.int64)],
            "main": True,
        }
    )
    made = []
    quantity = network.frame.values.array("recipes", "quantity")
    stage_of = {row.process: row.stage for row in case.processes}
    runs = tables["production"]
    first: set[str] = set()
    for position, recipe in enumerate(case.recipes):
        is_main = recipe.quantity > 0 and recipe.process not in first
        if recipe.quantity > 0:
            first.add(recipe.process)
        own = runs[runs["process"] == recipe.process]
        node = own["node"].to_numpy(dtype=np.int64)
        made.append(
            pd.DataFrame(
                {
                    "material": recipe.material,
                    "country": [network.frame.names.country[site] for site in own["site"]],
                    "stage": stage_of[recipe.process],
                    "quantity": own["activity"].to_numpy(dtype=float)
                    * np.maximum(quantity[position, node], 0.0)
                    * probability[node],
                    "main": is_main,
                }
            )
        )
    return pd.concat([bought, *made], ignore_index=True)


def supply_shares(network: Network, tables: Tables) -> pd.DataFrame:
    """Share of each country in the supply of every material and stage, with its HHI."""
    flows = supplied(network, tables)
    stages = network.frame.names.of("stage")
    parts = [flows.assign(level="material", name=flows["material"])]
    rows = flows[flows["main"] & (flows["stage"] != "")]
    for text in rows["stage"].unique():
        own = rows[rows["stage"] == text]
        parts += [own.assign(level="stage", name=stage) for stage in stages.select(text)]
    table = pd.concat(parts, ignore_index=True)
    keys = ["level", "name", "country"]
    table = table.groupby(keys, sort=False, as_index=False).agg({"quantity": "sum"})
    table = table[table["quantity"] > 0]
    total = table.groupby(["level", "name"])["quantity"].transform("sum")
    table = table.assign(share=table["quantity"] / total)
    squares = (table["share"] ** 2).groupby([table["level"], table["name"]]).transform("sum")
    return table.assign(hhi=squares)[list(PLAN_TABLES["shares"])].reset_index(drop=True)


def scenario_costs(network: Network, cash: pd.DataFrame) -> FloatArray:
    """Discounted cost of each scenario. Shape (scenarios,)."""
    by_node = np.zeros(network.tree.size)
    np.add.at(
        by_node, cash["node"].to_numpy(dtype=np.int64), cash["discounted"].to_numpy(dtype=float)
    )
    return np.asarray(by_node[network.tree.paths].sum(axis=1))


def conditional_value_at_risk(costs: FloatArray, weights: FloatArray, level: float) -> float:
    """Mean of the worst ``1 - level`` of the outcomes (Rockafellar and Uryasev 2000)."""
    tail = 1.0 - level
    order = np.argsort(-costs)
    before = np.concatenate([[0.0], np.cumsum(weights[order])[:-1]])
    counted = np.clip(tail - before, 0.0, weights[order])
    return float((counted * costs[order]).sum() / counted.sum())


def concentration(network: Network, tables: Tables) -> float:
    """Largest share of a country in the expected supply of the demanded materials."""
    flows = supplied(network, tables)
    wanted = {
        name
        for name, want in zip(network.frame.materials, network.frame.demanded, strict=True)
        if want
    }
    own = flows[flows["material"].isin(wanted)].groupby("country")["quantity"].sum()
    return float(own.max() / own.sum()) if own.sum() > 0 else 0.0
