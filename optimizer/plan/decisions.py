"""What a plan decides: selections, contracts, openings, modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from ...models.plan import PLAN_TABLES
from ..network import Network
from .reader import Reader


def decisions(network: Network, reader: Reader) -> pd.DataFrame:
    """Decisions taken, with their dates and cost."""
    case, tree, pairs = network.case, network.tree, network.movements.pairs
    offers, plants, piles = case.offers, case.plants, case.stockpiles
    opening, adding = network.production.open_wait, network.production.module_wait
    expansions, lanes, sites = case.expansions, case.lanes, network.frame.sites
    found: list[dict[str, object]] = []

    def add(
        family: str,
        decision: str,
        describe: Callable[[int], dict[str, Any]],
        table: str,
        column: str,
        wait: Callable[[int, int], int],
    ) -> None:
        amount = reader.of(family)
        if not len(amount):
            return
        for thing, node, count in zip(*reader.members(family).T, amount, strict=True):
            if count <= 1e-6:
                continue
            details = describe(thing)
            row = details["row"] - 1
            price = network.frame.values.array(table, column)[row, node] if column else 0.0
            found.append(
                {
                    "node": int(node),
                    "period": int(tree.period[node]),
                    "label": case.period_label(int(tree.period[node])),
                    "decision": decision,
                    "from": "",
                    "to": "",
                    "material": "",
                    **details,
                    "quantity": float(count),
                    "cost": float(price * count),
                    "effective": int(tree.period[node] + wait(row, node)),
                }
            )

    add("select", "select_offer", lambda o: {"name": offers[o].offer, "row": int(o) + 1},
        "offers", "select_cost", lambda row, _: offers[row].qualification_periods)  # fmt: skip
    add("sign", "sign_contract", lambda o: {"name": offers[o].offer, "row": int(o) + 1},
        "offers", "", lambda row, _: 0)  # fmt: skip
    add("open", "open_plant", lambda p: {"name": plants[p].plant, "row": int(p) + 1},
        "plants", "open_cost", lambda row, node: opening[row, node])  # fmt: skip
    add("modules", "add_modules", lambda x: {"name": expansions[x].plant, "row": int(x) + 1},
        "expansions", "module_cost", lambda row, node: adding[row, node])  # fmt: skip
    add("lane_open", "open_lane",
        lambda k: {"name": lanes[pairs.row[k]].lane, "row": int(pairs.row[k]) + 1,
                   "from": sites[pairs.start[k]], "to": sites[pairs.end[k]]},
        "lanes", "open_cost", lambda row, _: 0)  # fmt: skip
    add("stock_open", "open_stockpile",
        lambda k: {"name": piles[k].site, "row": int(k) + 1, "material": piles[k].material},
        "stockpiles", "open_cost", lambda row, _: 0)  # fmt: skip
    table = pd.DataFrame(found, columns=list(PLAN_TABLES["decisions"]))
    return table.sort_values(["period", "node", "decision", "name"], ignore_index=True)
