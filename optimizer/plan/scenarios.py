"""What a plan costs, misses and takes in each future."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...models.plan import Tables
from ..network import Network
from ..tree import FloatArray, IntArray
from .measures import scenario_costs


@dataclass(frozen=True)
class Alone:
    """The best plan of each future by itself, for whoever knew that it comes.

    Attributes:
        costs: cost of the best plan found for each scenario alone [money]. Shape (scenarios,).
        bounds: proven bounds on it, -inf where there is none. Shape (scenarios,).
    """

    costs: FloatArray
    bounds: FloatArray


def scenarios(network: Network, tables: Tables, alone: Alone | None) -> pd.DataFrame:
    """A row for each future: cost, shortage, lead time, and regret where it is known."""
    case, tree = network.case, network.tree
    titles = {row.scenario: row.title or "" for row in case.scenarios}
    cost = scenario_costs(network, tables["cash"])
    short, waiting = _short(network, tables), lead_days(network, tables)
    wanted = _wanted(network)
    total = wanted[tree.paths].sum(axis=1)
    days = waiting[tree.paths].sum(axis=1)
    unknown = np.full(len(tree.scenarios), np.nan)
    best = unknown if alone is None else alone.costs
    bound = unknown if alone is None else np.where(np.isfinite(alone.bounds), alone.bounds, np.nan)
    return pd.DataFrame(
        {
            "scenario": list(tree.scenarios),
            "title": [titles.get(name, "") for name in tree.scenarios],
            "probability": tree.weights,
            "cost": cost,
            "shortage": short[tree.paths].sum(axis=1),
            "lead_time": np.divide(days, total, out=np.zeros_like(days), where=total > 0),
            "alone": best,
            "alone_bound": bound,
            "regret": np.where(np.abs(cost - best) <= 1e-9 * np.abs(cost), 0.0, cost - best),
        }
    )


def _counts(network: Network, row: IntArray, node: IntArray) -> FloatArray:
    """1 for demand that counts, 0 for an optional sale."""
    return np.asarray(network.at("demand", "shortage_cost", row, node) != 0, dtype=float)


def _short(network: Network, tables: Tables) -> FloatArray:
    """Quantity never delivered at each node. Shape (nodes,)."""
    table = tables["service"]
    node, row = table["node"].to_numpy(dtype=np.int64), table["row"].to_numpy(dtype=np.int64) - 1
    amount = table["short"].to_numpy(dtype=float) * _counts(network, row, node)
    return np.bincount(node, amount, network.tree.size).astype(np.float64)


def _wanted(network: Network) -> FloatArray:
    """Demand at each node, optional sales left out. Shape (nodes,)."""
    row, node = network.market.need.members.T
    quantity = network.at("demand", "quantity", row, node)
    inside = network.frame.time.window(network.case.demand)[row, node]
    amount = quantity * inside * ~network.market.optional
    return np.bincount(node, amount, network.tree.size).astype(np.float64)


def lead_days(network: Network, tables: Tables) -> FloatArray:
    """Unit days of lead time and of waiting that count at each node. Shape (nodes,)."""
    case, frame = network.case, network.frame
    wanted = {name for name, is_one in zip(frame.materials, frame.demanded, strict=True) if is_one}
    total = _short(network, tables) * case.case.shortage_days
    for name in ("orders", "shipments"):
        table = tables[name]
        table = table[table["material"].isin(wanted)]
        amount = table["quantity"] * (table["days"] + table["review"])
        total = total + _by_node(table, amount, network.tree.size)
    quantity = frame.values.array("recipes", "quantity")
    place = {row.plant: at for at, row in enumerate(case.plants)}
    for position, recipe in enumerate(case.recipes):
        if recipe.material in wanted:
            runs = tables["production"]
            runs = runs[runs["process"] == recipe.process]
            node = runs["node"].to_numpy(dtype=np.int64)
            plant = np.array([place[name] for name in runs["plant"]], dtype=np.int64)
            days = network.at("plants", "lead_days", plant, node)
            made = runs["activity"] * np.maximum(quantity[position, node], 0.0)
            total = total + _by_node(runs, made * days, network.tree.size)
    waiting = tables["service"]
    return total + _by_node(waiting, waiting["backlog"] * case.days_per_period, network.tree.size)


def _by_node(table: pd.DataFrame, amount: pd.Series, size: int) -> FloatArray:
    node = table["node"].to_numpy(dtype=np.int64)
    return np.bincount(node, amount.to_numpy(dtype=float), size).astype(np.float64)
