"""What a plan holds and delivers, and who is left short."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..network import Network
from ..tree import IntArray
from .reader import TINY, Reader, marks, noticeable


def stock(network: Network, reader: Reader) -> pd.DataFrame:
    """Stock levels and their changes."""
    inventory, case, tree = network.inventory, network.case, network.tree
    level = reader.of("stock")
    pile, variant, node = inventory.stock.members.T
    parent = tree.parent[node]
    keys = np.column_stack([pile, variant, np.maximum(parent, 0)])
    before = np.where(
        parent >= 0,
        level[inventory.stock.positions(keys)] if len(level) else level,
        np.where(
            inventory.initial[pile] == variant,
            network.frame.values.base("stockpiles", "initial")[pile],
            0.0,
        ),
    )
    kept_part = (1 - network.at("stockpiles", "decay", pile, node)) * before
    stored = np.maximum(level - kept_part, 0.0)
    taken = np.maximum(kept_part - level, 0.0)
    slow = np.flatnonzero(inventory.lagged[pile])
    stored[slow], taken[slow] = reader.of("store"), reader.of("release")
    kept = np.flatnonzero(np.abs(level) + np.abs(before) + stored + taken > TINY)
    rows = [case.stockpiles[at] for at in pile[kept]]
    return pd.DataFrame(
        {
            "node": node[kept],
            "period": tree.period[node[kept]],
            "site": [row.site for row in rows],
            "material": [row.material for row in rows],
            "marks": marks(network, variant[kept]),
            "before": before[kept],
            "stored": stored[kept],
            "taken": taken[kept],
            "level": level[kept],
        }
    )


def _demand_columns(network: Network, row: IntArray) -> dict[str, list[str]]:
    rows = [network.case.demand[at] for at in row]
    return {
        "site": [one.site for one in rows],
        "material": [one.material for one in rows],
        "end_use": [one.end_use for one in rows],
    }


def deliveries(network: Network, reader: Reader) -> pd.DataFrame:
    """Deliveries to demand."""
    amount = reader.of("deliver")
    kept = noticeable(amount)
    row, variant, node = network.market.deliver.members[kept].T
    return pd.DataFrame(
        {
            "node": node,
            "period": network.tree.period[node],
            "row": row + 1,
            **_demand_columns(network, row),
            "marks": marks(network, variant),
            "quantity": amount[kept],
            "revenue": network.at("demand", "price", row, node) * amount[kept],
        }
    )


def service(network: Network, reader: Reader) -> pd.DataFrame:
    """What every demand row got, misses and waits for."""
    market = network.market
    row, node = market.need.members.T
    inside = network.frame.time.window(network.case.demand)[row, node]
    columns = {name: np.zeros(len(row)) for name in ("delivered", "short", "backlog")}
    for name, family, members in (
        ("delivered", "deliver", market.deliver.members[:, [0, 2]]),
        ("short", "short", market.short.members),
        ("backlog", "backlog", market.backlog.members),
    ):
        np.add.at(columns[name], market.need.positions(members), reader.of(family))
    return pd.DataFrame(
        {
            "node": node,
            "period": network.tree.period[node],
            "row": row + 1,
            **_demand_columns(network, row),
            "wanted": network.at("demand", "quantity", row, node) * inside,
            **columns,
        }
    )
