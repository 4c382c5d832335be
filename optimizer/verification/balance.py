"""The books of every site, material and set of marks, at every node."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .leads import Leads
from .ledger import Ledger
from .marks import Marks
from .reading import Reading
from .stock import Variants
from .tables import Plan

KEYS = ["site", "material", "marks", "node"]


def check_balance(
    reading: Reading,
    plan: Plan,
    leads: Leads,
    marks: Marks,
    stocks: Variants,
    returned: pd.DataFrame,
    *,
    ledger: Ledger,
) -> None:
    """What comes in must equal what goes out.

    bought + arrived + made + returned + released + in transit
    = shipped + used + delivered + disposed + stored. Arrivals follow from what was ordered and
    shipped and from the lead times of the case, not from the plan's own columns.
    """
    parts = [
        _arrivals(reading, plan, leads),
        plan.conversions[[*KEYS, "quantity"]],
        returned[[*KEYS, "quantity"]],
        _in_transit(reading, marks),
        _out(plan.shipments.rename(columns={"from": "site"})),
        _out(plan.deliveries),
        _out(plan.disposals),
        *_stock(reading, stocks),
    ]
    books = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    if books.empty:
        return
    code = np.zeros(len(books), dtype=np.int64)
    for column in KEYS[:3]:
        place, names = pd.factorize(books[column])
        code = code * (len(names) + 1) + place
    code = code * reading.size + books["node"].to_numpy(dtype=np.int64)
    _, example, inverse = np.unique(code, return_index=True, return_inverse=True)
    amount = books["quantity"].to_numpy(dtype=float)
    left = np.bincount(inverse, amount)
    moved = np.bincount(inverse, np.abs(amount))

    def where(i: int) -> str:
        row = books.iloc[example[i]]
        marks = f" [{row['marks']}]" if row["marks"] else ""
        side = "goes out without coming in" if left[i] < 0 else "comes in and does not go out"
        return (
            f"site {row['site']}, material {row['material']}{marks}, "
            f"{reading.when(int(row['node']))}: {abs(left[i]):.9g} {side}"
        )

    ledger.add("balance", np.abs(left), moved, where)


def _out(table: pd.DataFrame) -> pd.DataFrame:
    return table[[*KEYS, "quantity"]].assign(quantity=-table["quantity"])


def _arrivals(reading: Reading, plan: Plan, leads: Leads) -> pd.DataFrame:
    """Orders and shipments at the nodes they reach, by the lead times of the case."""
    row = plan.orders["position"].to_numpy(dtype=np.int64)
    place = np.array([offer.site for offer in reading.case.offers] + [""], dtype=object)
    goods = np.array([offer.material for offer in reading.case.offers] + [""], dtype=object)
    found = []
    for table, lags in (
        (plan.orders.assign(site=place[row], material=goods[row]), leads.orders.lags),
        (
            plan.shipments.drop(columns="marks").rename(
                columns={"to": "site", "arrives_as": "marks"}
            ),
            leads.shipments.lags,
        ),
    ):
        source, reached = reading.onward(table["node"], lags)
        found.append(table[[*KEYS, "quantity"]].iloc[source].assign(node=reached))
    return pd.concat(found, ignore_index=True)


def _in_transit(reading: Reading, marks: Marks) -> pd.DataFrame:
    parts = [pd.DataFrame({key: [] for key in [*KEYS, "quantity"]})]
    for number, row in enumerate(reading.case.in_transit):
        nodes = reading.tree.in_period(reading.case.period(row.period, 1))
        parts.append(
            pd.DataFrame(
                {
                    "site": row.site,
                    "material": row.material,
                    "marks": marks.held(row),
                    "node": nodes,
                    "quantity": reading.at("in_transit", "quantity", number, nodes),
                }
            )
        )
    return pd.concat(parts[1:] or parts, ignore_index=True)


def _stock(reading: Reading, stocks: Variants) -> list[pd.DataFrame]:
    """Stored at once; taken, usable `release_lag` later."""
    piles = reading.case.stockpiles
    site = np.array([row.site for row in piles] + [""], dtype=object)
    goods = np.array([row.material for row in piles] + [""], dtype=object)
    lag = np.array([row.release_lag for row in piles] + [0], dtype=np.int64)
    found = []
    for amounts, sign in ((stocks.stored, -1.0), (stocks.taken, 1.0)):
        entry = np.flatnonzero(amounts)
        row = stocks.rows[entry]
        delay = lag[row] if sign > 0 else np.zeros(len(row), dtype=np.int64)
        source, reached = reading.onward(stocks.nodes[entry], delay)
        entry, row = entry[source], row[source]
        found.append(
            pd.DataFrame(
                {
                    "site": site[row],
                    "material": goods[row],
                    "marks": stocks.marks[entry],
                    "node": reached,
                    "quantity": sign * amounts[entry],
                }
            )
        )
    return found
