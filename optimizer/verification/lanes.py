"""Lanes: what moves where, within which limits, at what cost."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...models.standing import open_lanes
from .decisions import Decisions
from .leads import Leads, check_leg
from .ledger import Ledger
from .reading import BoolArray, FloatArray, IntArray, Reading
from .supply import USED
from .tables import Plan


def hosts(reading: Reading) -> IntArray:
    """Position of the lane row whose capacity, opening and load each row uses."""
    place = {row.lane: number for number, row in enumerate(reading.case.lanes)}
    return np.array(
        [place[row.shares] if row.shares else i for i, row in enumerate(reading.case.lanes)],
        dtype=np.int64,
    )


def loads(reading: Reading, plan: Plan) -> pd.DataFrame:
    """What each pair of sites carries at each node over all rows that share it.

    Columns host (position of the lane row), from, to, node, quantity.
    """
    shipments = plan.shipments
    table = shipments[["from", "to", "node", "quantity"]].copy()
    table["host"] = hosts(reading)[shipments["position"].to_numpy(dtype=np.int64)]
    keys = ["host", "from", "to", "node"]
    return table.groupby(keys, sort=False)["quantity"].sum().reset_index()


def check_lanes(
    reading: Reading, plan: Plan, leads: Leads, decisions: Decisions, ledger: Ledger
) -> dict[str, FloatArray]:
    """Check every shipment, and return what shipments cost at each node by category."""
    table = plan.shipments
    rows = table["position"].to_numpy(dtype=np.int64)
    nodes = table["node"].to_numpy(dtype=np.int64)
    amount = table["quantity"].to_numpy(dtype=float)

    def where(i: int) -> str:
        row = table.iloc[i]
        pair = f"{row['from']} to {row['to']}"
        return reading.line(
            "lanes", int(rows[i]), pair, row["material"], reading.when(int(nodes[i]))
        )

    ledger.none_of("lane", np.where(_exists(reading, table, rows), 0.0, amount), where)
    ledger.none_of("closed", np.where(reading.inside("lanes", rows, nodes), 0.0, amount), where)
    check_leg(leads.shipments, where, ledger)
    verdict = leads.shipments.verdict
    freight = amount * reading.at("lanes", "cost", rows, nodes)
    ledger.equal("transport", table["transport"], freight, where)
    _check_loads(reading, loads(reading, plan), decisions, ledger)
    return {
        "transport": reading.per_node(nodes, freight),
        "tariffs": reading.per_node(nodes, amount * verdict.tariff),
        "licences": reading.per_node(nodes, amount * verdict.fee),
    }


def _exists(reading: Reading, table: pd.DataFrame, rows: IntArray) -> BoolArray:
    """Whether the lane row runs between the two sites and carries the material."""
    lanes = reading.case.lanes
    good = np.array(table["from"] != table["to"], dtype=bool)
    for column, kind, field in (
        ("from", "place", "from_"),
        ("to", "place", "to"),
        ("material", "materials", "material"),
    ):
        codes, names = pd.factorize(table[column])
        known = names.tolist()
        pairs, inverse = np.unique(rows * (len(known) + 1) + codes, return_inverse=True)
        allowed = [
            known[pair % (len(known) + 1)]
            in reading.select(kind, getattr(lanes[pair // (len(known) + 1)], field))
            for pair in pairs
        ]
        good &= np.array([*allowed, False], dtype=bool)[inverse]
    return good


def _check_loads(
    reading: Reading, table: pd.DataFrame, decisions: Decisions, ledger: Ledger
) -> None:
    """Capacity, minimum load and opening of every pair."""
    rows = table["host"].to_numpy(dtype=np.int64)
    nodes = table["node"].to_numpy(dtype=np.int64)
    amount = table["quantity"].to_numpy(dtype=float)

    def where(i: int) -> str:
        row = table.iloc[i]
        pair = f"{row['from']} to {row['to']}"
        return reading.line("lanes", int(rows[i]), pair, reading.when(int(nodes[i])))

    ledger.at_most("lane capacity", amount, reading.at("lanes", "capacity", rows, nodes), where)
    ledger.zero_or_at_least(
        "minimum load", amount, reading.at("lanes", "min_load", rows, nodes), where
    )
    needs = reading.ever("lanes", "open_cost")[rows] if len(rows) else np.zeros(0, dtype=bool)
    opened = reading.along(decisions.opened_lanes)
    closed = np.zeros(len(table))
    leave, enter = table["from"].tolist(), table["to"].tolist()
    before = open_lanes(reading.case)
    for i in np.flatnonzero(needs):
        if (reading.case.lanes[rows[i]].lane, leave[i], enter[i]) in before:
            continue
        place = decisions.lanes.get((int(rows[i]), leave[i], enter[i]))
        if place is None or opened[place, nodes[i]] < 0.5:
            closed[i] = amount[i]
    ledger.none_of("unopened", closed, where)


def lanes_in_use(reading: Reading, plan: Plan, materials: str | None) -> pd.DataFrame:
    """Pairs that can carry one of the materials and carry anything, as in :func:`loads`."""
    table = loads(reading, plan)
    most = max(1.0, float(table["quantity"].max())) if len(table) else 1.0
    table = table[table["quantity"] > USED * most]
    if materials is None:
        return table
    wanted, shared = reading.select("materials", materials), hosts(reading)
    pairs = table[["host", "from", "to"]].drop_duplicates()
    chosen = [
        (host, leave, enter)
        for host, leave, enter in pairs.itertuples(index=False)
        if any(
            wanted & reading.select("materials", row.material)
            and leave in reading.select("place", row.from_)
            and enter in reading.select("place", row.to)
            for row in (reading.case.lanes[i] for i in np.flatnonzero(shared == host))
        )
    ]
    return table.merge(pd.DataFrame(chosen, columns=["host", "from", "to"]).astype(pairs.dtypes))
