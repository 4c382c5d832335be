"""How far a plan uses the limits of its policies."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..indexing import total_by
from ..network import Network
from ..tree import FloatArray
from .reader import Reader, some

FAMILY = {"module": "modules"}


def policy_use(network: Network, reader: Reader) -> pd.DataFrame:
    """How far each policy's limit is used in each window."""
    rows, case = network.limits, network.case
    used = _total(network, reader, rows.terms, len(rows.name)) + np.array(rows.held, dtype=float)
    total = _total(network, reader, rows.totals, len(rows.name))
    total = total + np.array(rows.held_total, dtype=float)
    kind = {row.policy: row.kind for row in case.policies}
    limit = np.array(rows.limit, dtype=float)
    penalty = np.array(rows.penalty, dtype=float)
    excess = np.where(np.isnan(penalty), 0.0, np.maximum(used - limit, 0.0))
    node = np.array(rows.node, dtype=np.int64)
    kinds = [kind[name] for name in rows.name]
    shares = np.array(
        [name in ("max_share", "min_share", "recycled_share") for name in kinds], dtype=bool
    )
    turned = np.array(
        [name in ("min_quantity", "min_open", "min_cover_days") for name in kinds], dtype=bool
    )
    sign = np.where(
        np.array([name in ("min_share", "recycled_share") for name in kinds]), -1.0, 1.0
    )
    value = np.array(rows.value, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(total > 0, (sign * used + value * total) / total, 0.0)
    weight = network.weight[node]
    with np.errstate(invalid="ignore", divide="ignore"):
        paid = np.where(excess > 0, excess * np.nan_to_num(penalty) / weight, 0.0)
    table = pd.DataFrame(
        {
            "policy": rows.name,
            "node": node,
            "period": network.tree.period[node],
            "key": rows.key,
            "value": np.where(shares, share, np.where(turned, -used, used)),
            "limit": np.where(shares, value, np.where(turned, -limit, limit)),
            "excess": excess,
            "penalty": np.nan_to_num(paid),
        }
    )
    return pd.concat([table, _supplier_use(network, reader)], ignore_index=True)


def _total(network: Network, reader: Reader, terms: object, size: int) -> FloatArray:
    """Sum of the terms of each row."""
    families = (
        "buy",
        "run",
        "ship",
        "deliver",
        "stock",
        "open",
        "module",
        "select",
        "lane_open",
        "stock_open",
        "used",
    )
    total = np.zeros(size)
    for family in families:
        row, position, amount = terms(family)  # type: ignore[operator]  # a method of LimitRows
        values = (
            _lanes_used(network, reader)
            if family == "used"
            else reader.of(FAMILY.get(family, family))
        )
        if len(row):
            np.add.at(total, row, amount * values[position])
    return total


def _lanes_used(network: Network, reader: Reader) -> FloatArray:
    """1 for every counted lane and node that carries anything."""
    shipping = network.shipping
    load = total_by(shipping.load_of_ship, reader.of("ship"), len(shipping.load))
    return some(load, shipping.load.column(0))[np.flatnonzero(shipping.used)]


def _supplier_use(network: Network, reader: Reader) -> pd.DataFrame:
    """Suppliers counted in each window, from the quantities themselves."""
    counts = network.suppliers
    window, at_least, limit, penalty = counts.arrays()
    own = _total(network, reader, counts.supply.terms, counts.entries)
    total = _total(network, reader, counts.total.terms, counts.windows)
    slack = 1e-6 * np.maximum(1.0, total)
    share = np.array(counts.count_from, dtype=float)
    enough = own >= (share * total - slack)[window]
    counted = np.where(at_least[window], enough, own > slack[window])
    number = total_by(window, counted.astype(float), counts.windows)
    missing = np.where(total <= slack, 0.0, limit - number)
    excess = np.where(at_least, missing, number - limit)
    excess = np.where(np.isnan(penalty), 0.0, np.maximum(excess, 0.0))
    node = np.array(counts.total.node, dtype=np.int64)
    with np.errstate(invalid="ignore", divide="ignore"):
        paid = np.where(excess > 0, excess * np.nan_to_num(penalty) / network.weight[node], 0.0)
    return pd.DataFrame(
        {
            "policy": counts.total.name,
            "node": node,
            "period": network.tree.period[node],
            "key": counts.total.key,
            "value": number,
            "limit": limit,
            "excess": excess,
            "penalty": np.nan_to_num(paid),
        }
    )
