"""How much of what crosses borders the rules are about, by rule and by the state they are in."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...models.plan import PLAN_TABLES, Tables
from ..network import Network


def rule_use(network: Network, tables: Tables) -> pd.DataFrame:
    """Value of the goods crossing borders that each rule is about, by state of the rule.

    The row without a rule holds what any rule in that state is about: with 'unknown' it says how
    much of the plan hangs on what nobody knows.
    """
    if not network.case.controls:
        return pd.DataFrame(columns=list(PLAN_TABLES["rule_use"]))
    moves = _crossings(network, tables)
    total = float(moves["value"].sum())
    states = tables["rule_states"][["control", "node", "status"]]
    hits = moves.assign(control=moves["rules"].str.split(",")).explode("control")
    hits = hits[hits["control"] != ""].merge(states, on=["control", "node"])
    together = hits.drop_duplicates(["move", "status"]).assign(control="")
    found = pd.concat([hits, together], ignore_index=True)
    table = found.groupby(["control", "status"], as_index=False)["value"].sum()
    asked = tables["licences"].merge(states, on=["control", "node"])
    count = asked.groupby(["control", "status"]).size().rename("licences").reset_index()
    every = count.groupby("status", as_index=False)["licences"].sum().assign(control="")
    table = table.merge(pd.concat([count, every]), on=["control", "status"], how="outer")
    table = table.fillna({"value": 0.0, "licences": 0}).astype({"licences": "int64"})
    table["share"] = table["value"] / total if total else 0.0
    return pd.DataFrame(table, columns=list(PLAN_TABLES["rule_use"]))


def _crossings(network: Network, tables: Tables) -> pd.DataFrame:
    """What crosses a border: move, node, rules and expected value at the material's price."""
    country = network.frame.names.country
    orders, shipments = tables["orders"], tables["shipments"]
    bought = orders[orders["origin"] != orders["site"].map(country)]
    moved = shipments[shipments["from"].map(country) != shipments["to"].map(country)]
    columns = ["node", "material", "quantity", "rules"]
    moves = pd.concat([bought[columns], moved[columns]], ignore_index=True)
    moves["rules"] = moves["rules"].astype(str)
    prices = {row.material: row.price or 0.0 for row in network.case.materials}
    if not any(prices.values()):
        prices = dict.fromkeys(prices, 1.0)
    value = np.array([prices[material] for material in moves["material"]], dtype=float)
    value *= moves["quantity"].to_numpy(dtype=float)
    value *= network.tree.probability[moves["node"].to_numpy(dtype=np.int64)]
    return moves.assign(move=range(len(moves)), value=value)
