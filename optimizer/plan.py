"""From a solution vector to the tables of a plan."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..models.plan import PLAN_TABLES, Tables
from .compiled import Arrays
from .network import Network
from .plan_money import cash_flow, policy_use, purchase_cost, supply_shares
from .tree import FloatArray, IntArray

TINY = 1e-9
"""Amounts below this, relative to the largest of their table, are solver noise and left out."""


class Reader:
    """A solution vector by family."""

    def __init__(self, arrays: Arrays, point: FloatArray) -> None:
        self.arrays = arrays
        self.point = point

    def of(self, family: str) -> FloatArray:
        """Values of a family, in the order of its index set (empty if the model has none)."""
        part = self.arrays.columns.get(family)
        return np.zeros(0) if part is None else self.point[part]

    def members(self, family: str) -> IntArray:
        """Members of a family's index set."""
        return self.arrays.members[family]


def build_tables(network: Network, arrays: Arrays, point: FloatArray) -> Tables:
    """Tables of a plan, as described in :data:`secondsource.models.plan.PLAN_TABLES`.

    Args:
        network: the network.
        arrays: the arrays that were solved.
        point: a solution. Shape (columns,).
    """
    reader = Reader(arrays, point)
    tables: Tables = {
        "nodes": _nodes(network),
        "orders": _orders(network, reader),
        "shipments": _shipments(network, reader),
        "production": _production(network, reader),
        "conversions": _conversions(network, reader),
        "stock": _stock(network, reader),
        "deliveries": _deliveries(network, reader),
        "service": _service(network, reader),
        "returns": _returns(network, reader),
        "disposals": _disposals(network, reader),
        "decisions": _decisions(network, reader),
    }
    tables["policy_use"] = policy_use(network, reader)
    tables["cash"] = cash_flow(network, reader, tables)
    tables["shares"] = supply_shares(network, tables)
    return {name: table[list(PLAN_TABLES[name])] for name, table in tables.items()}


def _kept(amounts: FloatArray) -> IntArray:
    """Positions of amounts that are more than noise."""
    return np.flatnonzero(
        np.abs(amounts) > TINY * max(1.0, float(np.abs(amounts).max(initial=0.0)))
    )


def _labels(names: list[str], positions: IntArray) -> np.ndarray:
    return np.array(names, dtype=object)[positions] if len(positions) else np.zeros(0, dtype=object)


def _marks(network: Network, variants: IntArray) -> np.ndarray:
    return _labels(["+".join(marks) for _, marks in network.frame.variants], variants)


def _materials(network: Network, variants: IntArray) -> np.ndarray:
    return _labels(network.frame.materials, network.frame.variant_material[variants])


def _nodes(network: Network) -> pd.DataFrame:
    tree = network.tree
    return pd.DataFrame(
        {
            "node": np.arange(tree.size),
            "period": tree.period,
            "label": [network.case.period_label(int(period)) for period in tree.period],
            "parent": tree.parent,
            "probability": tree.probability,
            "scenario": list(tree.owner),
            "discount": network.frame.time.discount,
        }
    )


def _orders(network: Network, reader: Reader) -> pd.DataFrame:
    supply, case = network.supply, network.case
    amount = reader.of("buy")
    kept = _kept(amount)
    offer, variant, node = supply.buy.members[kept].T
    order = supply.order_of_buy[kept]
    rows = [case.offers[at] for at in offer]
    period = network.tree.period[node]
    return pd.DataFrame(
        {
            "node": node,
            "period": period,
            "offer": [row.offer for row in rows],
            "supplier": _labels(network.frame.operators, network.frame.offer_supplier[offer]),
            "origin": _labels(network.frame.countries, network.frame.offer_country[offer]),
            "site": [row.site for row in rows],
            "material": _materials(network, variant),
            "marks": _marks(network, variant),
            "quantity": amount[kept],
            "purchase": purchase_cost(network, amount)[kept],
            "tariff": supply.tariff[order] * amount[kept],
            "days": supply.days[order],
            "arrives": period + supply.lag[order],
        }
    )


def _shipments(network: Network, reader: Reader) -> pd.DataFrame:
    shipping, pairs, case = network.shipping, network.movements.pairs, network.case
    amount = reader.of("ship")
    kept = _kept(amount)
    pair, variant, node = shipping.ship.members[kept].T
    period = network.tree.period[node]
    return pd.DataFrame(
        {
            "node": node,
            "period": period,
            "lane": _labels([row.lane for row in case.lanes], pairs.row[pair]),
            "from": _labels(network.frame.sites, pairs.start[pair]),
            "to": _labels(network.frame.sites, pairs.end[pair]),
            "material": _materials(network, variant),
            "marks": _marks(network, variant),
            "quantity": amount[kept],
            "transport": shipping.freight[kept] * amount[kept],
            "tariff": shipping.tariff[kept] * amount[kept],
            "days": shipping.days[kept],
            "arrives": period + shipping.lag[kept],
        }
    )


def _production(network: Network, reader: Reader) -> pd.DataFrame:
    case = network.case
    amount = reader.of("run")
    kept = _kept(amount)
    plant, mode, node = network.production.run.members[kept].T
    rows = [case.plants[at] for at in plant]
    return pd.DataFrame(
        {
            "node": node,
            "period": network.tree.period[node],
            "plant": [row.plant for row in rows],
            "site": [row.site for row in rows],
            "process": [row.process for row in rows],
            "mode": mode,
            "activity": amount[kept],
            "variable": network.at("plants", "variable_cost", plant, node) * amount[kept],
        }
    )


def _conversions(network: Network, reader: Reader) -> pd.DataFrame:
    case, production, balance = network.case, network.production, network.balance
    amount = reader.of("run")
    quantity = network.frame.values.array("recipes", "quantity")
    parts = []
    for all_rows, recipes, runs in (balance.used, balance.made):
        kept = np.flatnonzero(np.isin(runs, _kept(amount)))
        rows, recipe, run = all_rows[kept], recipes[kept], runs[kept]
        node = balance.row.column(1)[rows]
        plant, mode, started = production.run.members[run].T
        parts.append(
            pd.DataFrame(
                {
                    "node": node,
                    "started": started,
                    "plant": _labels([row.plant for row in case.plants], plant),
                    "mode": mode,
                    "material": _labels([row.material for row in case.recipes], recipe),
                    "marks": _marks(network, balance.place.column(1)[balance.row.column(0)[rows]]),
                    "quantity": quantity[recipe, node] * amount[run],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _stock(network: Network, reader: Reader) -> pd.DataFrame:
    inventory, case, tree = network.inventory, network.case, network.tree
    level = reader.of("stock")
    pile, variant, node = inventory.stock.members.T
    parent = tree.parent[node]
    keys = np.column_stack([pile, variant, np.maximum(parent, 0)])
    before = np.where(
        parent >= 0,
        level[inventory.stock.positions(keys)] if len(level) else level,
        network.frame.values.base("stockpiles", "initial")[pile],
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
            "marks": _marks(network, variant[kept]),
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


def _deliveries(network: Network, reader: Reader) -> pd.DataFrame:
    amount = reader.of("deliver")
    kept = _kept(amount)
    row, variant, node = network.market.deliver.members[kept].T
    return pd.DataFrame(
        {
            "node": node,
            "period": network.tree.period[node],
            "row": row + 1,
            **_demand_columns(network, row),
            "marks": _marks(network, variant),
            "quantity": amount[kept],
            "revenue": network.at("demand", "price", row, node) * amount[kept],
        }
    )


def _service(network: Network, reader: Reader) -> pd.DataFrame:
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


def _returns(network: Network, reader: Reader) -> pd.DataFrame:
    market, balance = network.market, network.balance
    rows, back, source = balance.returned
    node = balance.row.column(1)[rows]
    amount = network.at("returns", "share", back, node) * reader.of("deliver")[source]
    kept = _kept(amount)
    returned = [network.case.returns[at] for at in back[kept]]
    return pd.DataFrame(
        {
            "node": node[kept],
            "row": back[kept] + 1,
            "site": [row.site for row in returned],
            "material": [row.material for row in returned],
            "marks": _marks(network, market.deliver.column(1)[source[kept]]),
            "quantity": amount[kept],
        }
    )


def _disposals(network: Network, reader: Reader) -> pd.DataFrame:
    amount = reader.of("dispose")
    kept = _kept(amount)
    row, variant, node = network.market.dispose.members[kept].T
    rows = [network.case.disposal[at] for at in row]
    return pd.DataFrame(
        {
            "node": node,
            "period": network.tree.period[node],
            "site": [one.site for one in rows],
            "material": [one.material for one in rows],
            "marks": _marks(network, variant),
            "quantity": amount[kept],
            "cost": network.at("disposal", "cost", row, node) * amount[kept],
        }
    )


def _decisions(network: Network, reader: Reader) -> pd.DataFrame:
    case, tree, pairs = network.case, network.tree, network.movements.pairs
    offers, plants, piles = case.offers, case.plants, case.stockpiles
    expansions, lanes, sites = case.expansions, case.lanes, network.frame.sites
    found: list[dict[str, object]] = []

    def add(
        family: str, decision: str, describe: object, table: str, column: str, wait: object
    ) -> None:
        amount = reader.of(family)
        if not len(amount):
            return
        for thing, node, count in zip(*reader.members(family).T, amount, strict=True):
            if count <= 1e-6:
                continue
            details = describe(thing)  # type: ignore[operator]  # a function of the thing
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
                    "effective": int(tree.period[node]) + wait(row),  # type: ignore[operator]
                }
            )

    add("select", "select_offer", lambda o: {"name": offers[o].offer, "row": int(o) + 1},
        "offers", "select_cost", lambda row: offers[row].qualification_periods)  # fmt: skip
    add("sign", "sign_contract", lambda o: {"name": offers[o].offer, "row": int(o) + 1},
        "offers", "", lambda row: 0)  # fmt: skip
    add("open", "open_plant", lambda p: {"name": plants[p].plant, "row": int(p) + 1},
        "plants", "open_cost", lambda row: plants[row].build_periods)  # fmt: skip
    add("modules", "add_modules", lambda x: {"name": expansions[x].plant, "row": int(x) + 1},
        "expansions", "module_cost", lambda row: expansions[row].build_periods)  # fmt: skip
    add("lane_open", "open_lane",
        lambda k: {"name": lanes[pairs.row[k]].lane, "row": int(pairs.row[k]) + 1,
                   "from": sites[pairs.start[k]], "to": sites[pairs.end[k]]},
        "lanes", "open_cost", lambda row: 0)  # fmt: skip
    add("stock_open", "open_stockpile",
        lambda k: {"name": piles[k].site, "row": int(k) + 1, "material": piles[k].material},
        "stockpiles", "open_cost", lambda row: 0)  # fmt: skip
    table = pd.DataFrame(found, columns=list(PLAN_TABLES["decisions"]))
    return table.sort_values(["period", "node", "decision", "name"], ignore_index=True)
