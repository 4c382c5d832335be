"""What binds in a plan: limits, rules, policies, stocks, demand; and what one of each is worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...models.explain_results import BINDING, VALUES, frame_of
from ..labels import KINDS
from ..network import Network
from ..stress.history import member_nodes
from ..tree import FloatArray, IntArray
from ..workbench import Workbench
from .prices import Cells, Prices
from .words import Words

CELLS: dict[str, tuple[tuple[str, str], ...]] = {
    "offer": (("offers", "capacity"), ("offers", "min_take"), ("offers", "commit_quantity"),
              ("offers", "min_order")),
    "plant": (("plants", "capacity"), ("plants", "min_activity")),
    "pair": (("lanes", "capacity"), ("lanes", "min_load")),
    "pile": (("stockpiles", "capacity"), ("stockpiles", "min_level"),
             ("stockpiles", "min_cover_days"), ("stockpiles", "final_level")),
    "demand": (("demand", "quantity"),),
    "disposal": (("disposal", "capacity"),),
    "limit": (("policies", "value"),),
    "quota": (("controls", "quota"),),
}  # fmt: skip
"""Kind of a row's or column's first member -> cells that may bind through it."""
SKIPPED = ("balance", "carry_over", "drawn_as_needed", "moved_under_licence", "deliver", "short",
           "backlog", "draw", "drawn")  # fmt: skip
"""Families that only tie flows together."""


@dataclass(frozen=True)
class Nodes:
    """Node of each row and of each column, -1 for none."""

    rows: IntArray
    columns: IntArray


def nodes_of(network: Network, prices: Prices) -> Nodes:
    """Node that each row and column belongs to."""
    arrays = prices.arrays
    rows = np.full(arrays.matrix.shape[0], -1, dtype=np.int64)
    columns = np.full(arrays.matrix.shape[1], -1, dtype=np.int64)
    for parts, where in ((arrays.rows, rows), (arrays.columns, columns)):
        for family, part in parts.items():
            if family in KINDS:
                where[part] = _node(network, family, arrays.members[family])
    return Nodes(rows, columns)


def _node(network: Network, family: str, members: IntArray) -> IntArray | int:
    kinds = KINDS[family]
    if "node" in kinds or kinds[0] in ("application", "service", "entry", "window"):
        return member_nodes(network, kinds, members)
    if kinds[0] == "licence_path":
        return np.asarray(network.licences.total.members[members[:, 0], 1])
    rows = {"limit": network.limits, "quota": network.quotas}.get(kinds[0])
    return -1 if rows is None else np.array(rows.node, dtype=np.int64)[members[:, 0]]


def binding_cells(network: Network, prices: Prices) -> list[tuple[str, int, str]]:
    """(table, row, column) of every cell that may bind: those with a dual that is not nothing."""
    arrays = prices.arrays
    least = 1e-9 * max(1.0, float(np.abs(arrays.objectives[prices.objective]).max(initial=0.0)))
    found: dict[tuple[str, int, str], None] = {}
    for parts, duals in ((arrays.rows, prices.duals), (arrays.columns, prices.reduced)):
        for family, part in parts.items():
            if family in SKIPPED or family not in KINDS or not KINDS[family]:
                continue
            kind = KINDS[family][0]
            if kind not in CELLS and kind not in ("window", "recipe"):
                continue
            at = np.flatnonzero(np.abs(duals[part]) > least)
            for member in np.unique(arrays.members[family][at, 0]).tolist():
                for table, column in CELLS.get(kind, ()):
                    row = _row(network, kind, int(member))
                    if _set(network, table, row, column):
                        found[table, row, column] = None
    return list(found)


def _row(network: Network, kind: str, member: int) -> int:
    """Row of the case of a member."""
    if kind == "pair":
        return int(network.movements.pairs.row[member])
    if kind == "limit":
        names = [row.policy for row in network.case.policies]
        return names.index(network.limits.name[member])
    if kind == "quota":
        names = [row.control for row in network.case.controls]
        return names.index(network.quotas.name[member])
    return member


def _set(network: Network, table: str, row: int, column: str) -> bool:
    """Whether a cell holds a number that can bind."""
    values = network.frame.values.array(table, column)[row]
    if table == "demand":
        return True
    if column in ("capacity", "quota"):
        return bool(np.isfinite(values).any())
    return table == "policies" or bool((np.nan_to_num(values) != 0).any())


def binding_table(workbench: Workbench, prices: Prices, words: Words) -> pd.DataFrame:
    """One row for each cell and node in which one more or less would change the plan's value."""
    network = workbench.built.network
    nodes = nodes_of(network, prices)
    cells = Cells(workbench, prices, (nodes.rows, nodes.columns))
    rows = [
        one
        for table, row, column in binding_cells(network, prices)
        for one in _rows(network, cells, words, table, row, column)
    ]
    found = frame_of(rows, BINDING)
    order = found["worth"].abs().sort_values(ascending=False, kind="stable").index
    return found.loc[order].reset_index(drop=True)


def _rows(
    network: Network, cells: Cells, words: Words, table: str, row: int, column: str
) -> Iterator[dict[str, Any]]:
    now = np.broadcast_to(network.frame.values.array(table, column)[row], (network.tree.size,))
    usual = float(np.nan_to_num(now, posinf=0.0).max(initial=0.0))
    whole = table == "policies" and network.case.policies[row].kind in (
        "min_suppliers", "max_suppliers", "max_open", "min_open", "max_lanes",
    )  # fmt: skip
    step = 1.0 if whole else max(abs(usual), 1.0) * 1e-4
    worths = cells.of(table, row, column, step, now)
    for one in worths or ():
        if one.node < 0 or abs(one.price) <= 1e-9:
            continue
        tree, time = network.tree, network.frame.time
        weight = float(tree.probability[one.node] * time.discount[one.node])
        unit = words.unit_of(table, row, column)
        part = 100.0 if unit == "percentage point" else 1.0
        period = int(tree.period[one.node])
        yield {
            "kind": KIND_WORDS[table], "table": table, "row": row + 1,
            "name": words.thing(table, row), "column": column,
            "what": words.limit(table, row, column), "unit": unit,
            "node": one.node, "period": period, "label": network.case.period_label(period),
            "scenario": str(tree.owner[one.node]), "value": part * float(now[one.node]),
            "worth": -one.price / part,
            "then": -one.price / part / weight if weight > 0 else np.nan,
            "holds_from": part * one.low, "holds_to": part * one.high,
        }  # fmt: skip


KIND_WORDS = {
    "offers": "supplier", "plants": "plant", "lanes": "lane", "stockpiles": "stock",
    "demand": "demand", "disposal": "way out", "policies": "policy", "controls": "rule",
}  # fmt: skip


def values_table(network: Network, prices: Prices) -> pd.DataFrame:
    """What one more unit of each material, by its marks, would be worth where it is worth most.

    Every cell is a present value: discounted to the first period and times the probability.
    """
    arrays, frame, tree = prices.arrays, network.frame, network.tree
    if "balance" not in arrays.rows:
        return frame_of([], VALUES)
    place, node = network.balance.row.members.T
    site, variant = network.balance.place.members[place].T
    own_rows = arrays.rows["balance"]
    worth: FloatArray = prices.duals[own_rows]
    room = arrays.row_upper[own_rows] - prices.row_range[own_rows, 0]
    keys = [frame.variants[int(at)] for at in variant]
    marks = network.movements.regime.marks
    table = pd.DataFrame(
        {
            "material": [frame.materials[material] for material, _ in keys],
            "marks": [marks.text(borne) for _, borne in keys],
            "site": [frame.sites[int(at)] for at in site],
            "node": node, "period": tree.period[node], "worth": worth,
            "holds_for": np.maximum(room, 0.0),
        }
    )  # fmt: skip
    table = table[table["worth"] > 1e-9]
    if table.empty:
        return frame_of([], VALUES)
    weight = tree.probability * frame.time.discount
    best = table.loc[table.groupby(["material", "marks", "node"])["worth"].idxmax()].copy()
    best["label"] = [network.case.period_label(int(period)) for period in best["period"]]
    best["scenario"] = [str(tree.owner[at]) for at in best["node"]]
    best["then"] = best["worth"] / weight[best["node"].to_numpy(dtype=np.int64)]
    units = {row.material: row.unit for row in network.case.materials}
    best["unit"] = best["material"].map(units)
    ordered = best.sort_values("worth", ascending=False, kind="stable")
    return ordered[list(VALUES)].reset_index(drop=True)
