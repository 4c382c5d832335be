"""Stockpiles: levels carried over, limits, cover, opening; and money tied up in goods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .decisions import Decisions
from .demand import wanted
from .leads import Leads
from .ledger import Ledger
from .reading import FloatArray, IntArray, Reading
from .tables import Plan


@dataclass(frozen=True)
class Variants:
    """Stocks by stockpile and marks; arrays of shape (variants, nodes).

    Attributes:
        rows: position of the stockpile of each variant. Shape (variants,).
        marks: its marks.
        stored: put in.
        taken: taken out.
        level: level at the period's end.
    """

    rows: IntArray
    marks: list[str]
    stored: FloatArray
    taken: FloatArray
    level: FloatArray

    def total(self, stockpiles: int) -> FloatArray:
        """Level over all variants. Shape (stockpiles, nodes)."""
        found = np.zeros((stockpiles, self.level.shape[1]))
        np.add.at(found, self.rows, self.level)
        return found


def joined_marks(reading: Reading, selector: str | None) -> str:
    """Marks named by a `pedigrees` column, as the plan writes them ('' for none)."""
    return "" if selector is None else "+".join(sorted(reading.select("pedigrees", selector)))


def check_stock(
    reading: Reading, plan: Plan, leads: Leads, decisions: Decisions, ledger: Ledger
) -> tuple[Variants, dict[str, FloatArray]]:
    """Check every stock; return the stocks and what holding them costs at each node."""
    stocks = _carry_over(reading, plan, ledger)
    case = reading.case
    total = stocks.total(len(case.stockpiles))
    rows, nodes = (index.ravel() for index in np.indices(total.shape))

    def where(i: int) -> str:
        return reading.line("stockpiles", int(rows[i]), reading.when(int(nodes[i])))

    level = total.ravel()
    ledger.at_most("stock limit", level, reading.dense("stockpiles", "capacity").ravel(), where)
    needs = reading.ever("stockpiles", "open_cost")
    opened = reading.along(decisions.taken["open_stockpile"]) > 0.5
    opened |= ~needs[:, None]
    least = np.where(opened, reading.dense("stockpiles", "min_level"), 0.0)
    ledger.at_least("stock limit", level, least.ravel(), where)
    last = reading.tree.period == reading.tree.periods
    final = np.where(last, reading.dense("stockpiles", "final_level"), 0.0)
    ledger.at_least("final level", level, final.ravel(), where)
    ledger.at_least("cover", level, _cover(reading).ravel(), where)
    ledger.none_of("unopened", np.where(opened, 0.0, total).ravel(), where)
    # Without a lag, goods put in and taken out at once are never held.
    lag = np.array([row.release_lag for row in case.stockpiles], dtype=np.int64)
    through = np.zeros_like(total)
    np.add.at(through, stocks.rows, stocks.stored)
    held = np.where(opened | (lag[:, None] == 0), 0.0, through)
    ledger.none_of("unopened", held.ravel(), where)
    holding = (total * reading.dense("stockpiles", "holding_cost")).sum(axis=0)
    return stocks, {"holding": holding, "capital": _capital(reading, plan, leads, total)}


def _carry_over(reading: Reading, plan: Plan, ledger: Ledger) -> Variants:
    """S = (1 - decay) S before + stored - taken, for every variant at every node."""
    table = plan.stock
    piles = reading.case.stockpiles
    start = pd.DataFrame(
        {
            "position": np.arange(len(piles), dtype=np.int64),
            "marks": [joined_marks(reading, row.pedigrees) for row in piles],
        }
    )
    keys = pd.concat([start, table[["position", "marks"]]], ignore_index=True)
    code, known = pd.factorize(pd.MultiIndex.from_frame(keys))
    rows = np.array([key[0] for key in known], dtype=np.int64)
    marks = [str(key[1]) for key in known]
    shape = (len(known), reading.size)
    place = code[len(piles) :]
    sums: dict[str, FloatArray] = {}
    for column in ("before", "stored", "taken", "level"):
        sums[column] = np.zeros(shape)
        np.add.at(sums[column], (place, table["node"].to_numpy(dtype=np.int64)), table[column])
    before = reading.earlier(sums["level"], 1)
    initial = np.array([row.initial for row in piles] + [0.0])
    began = np.zeros(len(known))
    began[code[: len(piles)]] = initial[: len(piles)]
    before[:, reading.tree.parent < 0] = began[:, None]
    decay = reading.dense("stockpiles", "decay")[rows]
    due = (1 - decay) * before + sums["stored"] - sums["taken"]
    where_row, where_node = (index.ravel() for index in np.indices(shape))

    def where(i: int) -> str:
        return reading.line(
            "stockpiles",
            int(rows[where_row[i]]),
            marks[where_row[i]],
            reading.when(int(where_node[i])),
        )

    size = before + sums["stored"] + sums["taken"] + sums["level"]
    ledger.equal("stock", sums["level"].ravel(), due.ravel(), where, scale=size.ravel())
    told = np.zeros(shape, dtype=bool)
    told[place, table["node"].to_numpy(dtype=np.int64)] = True
    ledger.equal("stock", np.where(told, sums["before"], before).ravel(), before.ravel(), where)
    return Variants(rows, marks, sums["stored"], sums["taken"], sums["level"])


def _cover(reading: Reading) -> FloatArray:
    """Least level of each stockpile for its cover. Shape (stockpiles, nodes)."""
    case = reading.case
    asked = wanted(reading)
    least = np.zeros((len(case.stockpiles), reading.size))
    for number in np.flatnonzero(reading.ever("stockpiles", "min_cover_days")):
        pile = case.stockpiles[number]
        covered = {pile.material}
        if pile.cover_of is not None:
            covered = set(reading.select("materials", pile.cover_of))
        demand = np.zeros(reading.size)
        for material in covered:
            rows = [i for i, row in enumerate(case.demand) if row.material == material]
            own = [i for i in rows if case.demand[i].site == pile.site]
            demand += asked[own or rows].sum(axis=0)
        days = reading.dense("stockpiles", "min_cover_days")[number]
        least[number] = days / reading.days * demand
    return least


def _capital(reading: Reading, plan: Plan, leads: Leads, total: FloatArray) -> FloatArray:
    """Cost of money tied up in stock and in goods on their way, at each node."""
    settings = reading.case.case
    if settings.capital_rate == 0:
        return np.zeros(reading.size)
    place = {row.material: number for number, row in enumerate(reading.case.materials)}
    tied = np.zeros((len(place), reading.size))
    piles = np.array([place[row.material] for row in reading.case.stockpiles], dtype=np.int64)
    np.add.at(tied, piles, total)
    tied += _under_way(reading, plan.orders, leads.order_lags, place)
    tied += _under_way(reading, plan.shipments, leads.shipment_lags, place)
    for number, row in enumerate(reading.case.in_transit):
        later = reading.case.period(row.period, 1) > reading.tree.period
        quantity = reading.dense("in_transit", "quantity")[number]
        tied[place[row.material]] += np.where(later, quantity, 0.0)
    price = np.nan_to_num(reading.dense("materials", "price"))
    months = settings.months_per_period / 12
    cost: FloatArray = settings.capital_rate * months * (tied * price).sum(axis=0)
    return cost


def _under_way(
    reading: Reading, table: pd.DataFrame, lags: IntArray, place: dict[str, int]
) -> FloatArray:
    """What has left up to a node and arrives after it. Shape (materials, nodes)."""
    left = np.zeros((len(place), reading.size))
    came = np.zeros_like(left)
    material = table["material"].map(place).to_numpy(dtype=np.int64)
    node = table["node"].to_numpy(dtype=np.int64)
    amount = table["quantity"].to_numpy(dtype=float)
    np.add.at(left, (material, node), amount)
    source, reached = reading.onward(node, lags)
    np.add.at(came, (material[source], reached), amount[source])
    return reading.along(left) - reading.along(came)
