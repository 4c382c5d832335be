"""What a plan costs, misses and takes in each future, from quantities alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .demand import Service
from .leads import Leads
from .ledger import Ledger
from .production import activity, outputs
from .reading import FloatArray, Reading
from .tables import Plan

MONEY_TOLERANCE = 1e-6
ESTIMATE_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Futures:
    """A plan future by future. All of shape (scenarios,), but for the last.

    Attributes:
        cost: discounted cost.
        shortage: quantity never delivered.
        lead_time: days per unit of demand.
        days: unit days of lead time and of waiting at each node. Shape (nodes,).
    """

    cost: FloatArray
    shortage: FloatArray
    lead_time: FloatArray
    days: FloatArray


def read_futures(
    reading: Reading, plan: Plan, leads: Leads, service: Service, cash: Mapping[str, FloatArray]
) -> Futures:
    """Add up money, misses and days along the path of each scenario."""
    paths = reading.tree.paths
    spent = sum(cash.values(), np.zeros(reading.size)) * reading.discount
    short = (service.short * service.counts).sum(axis=0)
    days = _days(reading, plan, leads, service, short)
    asked = (service.wanted * service.counts).sum(axis=0)[paths].sum(axis=1)
    lead = np.where(asked > 0, days[paths].sum(axis=1) / np.where(asked > 0, asked, 1.0), 0.0)
    return Futures(spent[paths].sum(axis=1), short[paths].sum(axis=1), lead, days)


def _days(
    reading: Reading, plan: Plan, leads: Leads, service: Service, short: FloatArray
) -> FloatArray:
    """Days that demanded material spends on lanes, offers and plants, or is waited for."""
    demanded = {row.material for row in reading.case.demand}
    days = short * reading.case.case.shortage_days + service.backlog.sum(axis=0) * reading.days
    for leg in (leads.orders, leads.shipments):
        counts = leg.table["material"].isin(demanded).to_numpy(dtype=bool)
        lead = leg.days + leg.verdict.waiting
        days = days + reading.per_node(leg.node[counts], (leg.quantity * lead)[counts])
    out = outputs(reading)
    materials = [reading.case.recipes[recipe].material for recipe in out.recipes]
    made = np.array([material in demanded for material in materials], dtype=bool)
    nodes = np.arange(reading.size)
    gives = reading.at("recipes", "quantity", out.recipes[made, None], nodes[None, :])
    lead = reading.at("plants", "lead_days", out.plants[made, None], nodes[None, :])
    runs = activity(reading, plan)[out.plants[made]]
    total: FloatArray = days + (runs * np.maximum(gives, 0.0) * lead).sum(axis=0)
    return total


def largest_regret(reading: Reading, table: pd.DataFrame | None, futures: Futures) -> float | None:
    """Largest excess over the best plans of single futures, which only the plan itself tells."""
    likely = reading.tree.weights > 0
    if table is None or len(table) != len(likely) or "alone" not in table.columns:
        return None
    alone = pd.to_numeric(table["alone"], errors="coerce").to_numpy(dtype=float)
    regret = (futures.cost - alone)[likely]
    return float(regret.max()) if np.isfinite(regret).all() else None


def check_futures(
    reading: Reading, table: pd.DataFrame | None, futures: Futures, scale: float, ledger: Ledger
) -> None:
    """The plan's own table of futures; not checked where the plan has none.

    Args:
        reading: the case.
        table: what the plan says.
        futures: what is true.
        scale: size of the largest cost, against which money is compared.
        ledger: where what is wrong is entered.
    """
    if table is None:
        return
    names = reading.tree.scenarios
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing or table["scenario"].tolist() != list(names):
        ledger.wrong("futures", [f"scenarios does not list {', '.join(names)} in this order"])
        return

    def compare(column: str, wanted: FloatArray, size: float, tolerance: float) -> None:
        told = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float)
        where = lambda i: f"scenarios, {column} of {names[i]}"  # noqa: E731  # one line
        ledger.equal("futures", told, wanted, where, scale=size, tolerance=tolerance)

    compare("probability", reading.tree.weights, 1.0, MONEY_TOLERANCE)
    compare("cost", futures.cost, scale, MONEY_TOLERANCE)
    compare("shortage", futures.shortage, 1.0, ESTIMATE_TOLERANCE)
    compare("lead_time", futures.lead_time, 1.0, ESTIMATE_TOLERANCE)
    alone, told = (
        pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=float)
        for name in ("alone", "regret")
    )
    known = np.flatnonzero(np.isfinite(alone))
    ledger.equal(
        "futures",
        told[known],
        (futures.cost - alone)[known],
        lambda i: f"scenarios, regret of {names[known[i]]}",
        scale=scale,
        tolerance=MONEY_TOLERANCE,
    )


COLUMNS = ("scenario", "probability", "cost", "shortage", "lead_time", "alone", "regret")
"""Columns that are checked."""
