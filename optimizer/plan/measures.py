"""Shares, concentration and risk of a plan."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...models.plan import PLAN_TABLES, Tables
from ..network import Network
from ..tree import FloatArray


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
