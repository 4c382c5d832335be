"""Demand, what comes back from it, and what is disposed of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .ledger import Ledger
from .marks import Marks
from .reading import FloatArray, Reading, pivot
from .tables import Plan


@dataclass(frozen=True)
class Service:
    """How each row of demand was served. All of shape (rows of demand, nodes).

    Attributes:
        wanted: quantity of the row, 0 outside its periods.
        delivered: delivered.
        short: never to be delivered.
        backlog: waiting at the period's end.
        counts: whether the row counts in total and unmet demand (it is no optional sale).
    """

    wanted: FloatArray
    delivered: FloatArray
    short: FloatArray
    backlog: FloatArray
    counts: FloatArray


def wanted(reading: Reading) -> FloatArray:
    """Quantity of each row of demand at each node, 0 outside its periods."""
    return np.where(reading.inside_dense("demand"), reading.dense("demand", "quantity"), 0.0)


def check_demand(
    reading: Reading, plan: Plan, ledger: Ledger
) -> tuple[Service, dict[str, FloatArray]]:
    """Check every row of demand; return how it was served and what that cost and earned."""
    shape = (len(reading.case.demand), reading.size)
    rows, nodes = (index.ravel() for index in np.indices(shape))
    where = reading.told("demand", rows, nodes)
    asked = wanted(reading)
    delivered = pivot(plan.deliveries, "quantity", shape)
    short, backlog = (pivot(plan.service, column, shape) for column in ("short", "backlog"))
    ledger.equal(
        "service", pivot(plan.service, "delivered", shape).ravel(), delivered.ravel(), where
    )
    served = np.zeros(shape, dtype=bool)
    served[plan.service["position"], plan.service["node"]] = True
    told = np.where(served, pivot(plan.service, "wanted", shape), asked)
    ledger.equal("service", told.ravel(), asked.ravel(), where)
    penalty = reading.dense("demand", "shortage_cost")
    patient = reading.dense("demand", "backlog_cost")
    begun = np.array([row.waiting for row in reading.case.demand], dtype=float)
    waits = ~np.isnan(patient).all(axis=1)
    roots = reading.tree.parent < 0
    before = reading.earlier(backlog, 1) + np.outer(np.where(waits, begun, 0.0), roots)
    size = asked + delivered + short + before
    ledger.equal(
        "demand",
        (delivered + short + backlog).ravel(),
        (asked + before).ravel(),
        where,
        scale=size.ravel(),
    )
    ledger.none_of("hard demand", np.where(np.isnan(penalty), short, 0.0).ravel(), where)
    may_wait = ~np.isnan(patient) & (reading.tree.period < reading.tree.periods)
    ledger.none_of("backlog", np.where(may_wait, 0.0, backlog).ravel(), where)
    first = reading.span("demand")[0]
    early = reading.tree.period[None, :] < first[:, None]
    ledger.none_of("demand", np.where(early, delivered + short, 0.0).ravel(), where)
    earned = _check_revenue(reading, plan, ledger)
    optional = np.nan_to_num(penalty, nan=1.0) == 0
    service = Service(asked, delivered, short, backlog, (~optional).astype(float))
    cash = {
        "shortage": (short * np.nan_to_num(penalty)).sum(axis=0),
        "backlog": (backlog * np.nan_to_num(patient)).sum(axis=0),
        "revenue": -earned,
    }
    return service, cash


def _check_revenue(reading: Reading, plan: Plan, ledger: Ledger) -> FloatArray:
    table = plan.deliveries
    rows = table["position"].to_numpy(dtype=np.int64)
    nodes = table["node"].to_numpy(dtype=np.int64)
    earned = table["quantity"].to_numpy(dtype=float) * reading.at("demand", "price", rows, nodes)
    ledger.equal("revenue", table["revenue"], earned, reading.told("demand", rows, nodes))
    return reading.per_node(nodes, earned)


def check_returns(reading: Reading, plan: Plan, marks: Marks, ledger: Ledger) -> pd.DataFrame:
    """What comes back: share x deliveries of earlier periods, marks kept where they can stick.

    Returns columns node, site, material, marks, quantity, from the deliveries alone.
    """
    case = reading.case
    keys = ["position", "node", "marks"]
    table = plan.deliveries
    places = table.groupby(["site", "material"]).indices if case.returns else {}
    parts = [pd.DataFrame({"position": [], "node": [], "marks": [], "wanted": []})]
    for number, row in enumerate(case.returns):
        own = table.iloc[places.get((row.from_site, row.from_material), [])]
        source, back = reading.onward(own["node"], np.full(len(own), row.lag_periods))
        kept = {
            text: marks.inherited(text, row.site, row.material) for text in own["marks"].unique()
        }
        carried = own["marks"].map(kept)
        share = reading.at("returns", "share", number, back)
        amount = own["quantity"].to_numpy(dtype=float)[source] * share
        parts.append(
            pd.DataFrame(
                {
                    "position": number,
                    "node": back,
                    "marks": carried.to_numpy(dtype=object)[source],
                    "wanted": amount,
                }
            )
        )
    due = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
    found = plan.returns[[*keys, "quantity"]].assign(wanted=0.0)
    both = pd.concat([found, due.assign(quantity=0.0)[found.columns]], ignore_index=True)
    total = both.groupby(keys, sort=False)[["quantity", "wanted"]].sum().reset_index()
    rows = total["position"].to_numpy(dtype=np.int64)
    nodes = total["node"].to_numpy(dtype=np.int64)
    where = reading.told("returns", rows, nodes)
    ledger.equal("returns", total["quantity"], total["wanted"], where)
    place = np.array([(row.site, row.material) for row in case.returns] + [("", "")], dtype=object)
    return pd.DataFrame(
        {
            "node": nodes,
            "site": place[rows, 0],
            "material": place[rows, 1],
            "marks": total["marks"].to_numpy(dtype=object),
            "quantity": total["wanted"].to_numpy(dtype=float),
        }
    )


def check_disposal(reading: Reading, plan: Plan, ledger: Ledger) -> dict[str, FloatArray]:
    """Capacity and cost of disposal; a sale where the cost is negative."""
    table = plan.disposals
    shape = (len(reading.case.disposal), reading.size)
    total = pivot(table, "quantity", shape)
    some, when = np.nonzero(total)
    limit = reading.at("disposal", "capacity", some, when)
    where = reading.told("disposal", some, when)
    ledger.at_most("disposal capacity", total[some, when], limit, where)
    rows = table["position"].to_numpy(dtype=np.int64)
    nodes = table["node"].to_numpy(dtype=np.int64)
    paid = table["quantity"].to_numpy(dtype=float) * reading.at("disposal", "cost", rows, nodes)
    ledger.equal("disposal cost", table["cost"], paid, reading.told("disposal", rows, nodes))
    return {"disposal": reading.per_node(nodes, paid)}
