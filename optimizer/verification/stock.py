"""Stockpiles: levels carried over, limits, cover, opening; and money tied up in goods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .decisions import Decisions
from .demand import wanted
from .leads import Leads
from .ledger import Ledger
from .marks import Marks
from .reading import FloatArray, IntArray, Reading
from .tables import Plan


@dataclass(frozen=True)
class Variants:
    """Stocks by stockpile, marks and node; arrays of shape (entries,).

    Attributes:
        rows: position of the stockpile.
        marks: marks of what is held.
        nodes: node.
        stored: put in.
        taken: taken out.
        level: level at the period's end.
        shape: number of stockpiles and of nodes.
    """

    rows: IntArray
    marks: NDArray[np.object_]
    nodes: IntArray
    stored: FloatArray
    taken: FloatArray
    level: FloatArray
    shape: tuple[int, int]

    def total(self, amount: FloatArray) -> FloatArray:
        """An amount of each entry, summed over all marks. Shape (stockpiles, nodes)."""
        stockpiles, nodes = self.shape
        found = np.bincount(self.rows * nodes + self.nodes, amount, stockpiles * nodes)
        return found.astype(float).reshape(self.shape)


def check_stock(
    reading: Reading, plan: Plan, leads: Leads, decisions: Decisions, marks: Marks, ledger: Ledger
) -> tuple[Variants, dict[str, FloatArray]]:
    """Check every stock; return the stocks and what holding them costs at each node."""
    stocks = _carry_over(reading, plan, marks, ledger)
    case = reading.case
    total = stocks.total(stocks.level)
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
    held = np.where(opened | (lag[:, None] == 0), 0.0, stocks.total(stocks.stored))
    ledger.none_of("unopened", held.ravel(), where)
    holding = (total * reading.dense("stockpiles", "holding_cost")).sum(axis=0)
    return stocks, {"holding": holding, "capital": _capital(reading, plan, leads, total)}


def _carry_over(reading: Reading, plan: Plan, marks: Marks, ledger: Ledger) -> Variants:
    """S = (1 - decay) S before + stored - taken, for every variant at every node."""
    table, piles, size = plan.stock, reading.case.stockpiles, reading.size
    start = pd.DataFrame(
        {
            "position": np.arange(len(piles), dtype=np.int64),
            "marks": [marks.held(row) for row in piles],
        }
    )
    keys = pd.concat([start, table[["position", "marks"]]], ignore_index=True)
    text, texts = pd.factorize(keys["marks"])
    code = keys["position"].to_numpy(dtype=np.int64) * (len(texts) + 1) + text
    variants, place = np.unique(code, return_inverse=True)
    own = place[len(piles) :] * size + table["node"].to_numpy(dtype=np.int64)
    initial = np.zeros(len(variants))
    initial[place[: len(piles)]] = [row.initial for row in piles]
    entries = np.unique(np.concatenate([own, _expected(reading, table, own, initial)]))
    variant, nodes = np.divmod(entries, size)
    found = np.searchsorted(entries, own)

    def total(column: str) -> FloatArray:
        amounts = table[column].to_numpy(dtype=float)
        return np.bincount(found, amounts, len(entries)).astype(float)

    stored, taken, level = total("stored"), total("taken"), total("level")
    rows, marked = np.divmod(variants[variant], len(texts) + 1)
    carried = np.array([*texts, ""], dtype=object)[marked]
    before = _before(reading, entries, level, initial)
    decay = reading.at("stockpiles", "decay", rows, nodes)

    def where(i: int) -> str:
        return reading.line(
            "stockpiles", int(rows[i]), carried[i] or "unmarked", reading.when(int(nodes[i]))
        )

    due = (1 - decay) * before + stored - taken
    ledger.equal("stock", level, due, where, scale=before + stored + taken + level)
    told = np.isin(entries, own)
    ledger.equal("stock", np.where(told, total("before"), before), before, where)
    return Variants(rows, carried, nodes, stored, taken, level, (len(piles), size))


def _expected(
    reading: Reading, table: pd.DataFrame, own: IntArray, initial: FloatArray
) -> IntArray:
    """Entries (variant x nodes + node) that follow a level or an initial stock."""
    held = np.flatnonzero(table["level"].to_numpy(dtype=float))
    variant, node = np.divmod(own[held], reading.size)
    source, after = reading.onward(node, np.ones(len(node), dtype=np.int64))
    roots = np.flatnonzero(reading.tree.parent < 0)
    first = np.flatnonzero(initial)[:, None] * reading.size + roots
    return np.concatenate([variant[source] * reading.size + after, first.ravel()])


def _before(
    reading: Reading, entries: IntArray, level: FloatArray, initial: FloatArray
) -> FloatArray:
    """Level at the end of the period before each entry. Shape (entries,)."""
    if not len(entries):
        return np.zeros(0)
    variant, node = np.divmod(entries, reading.size)
    parent = reading.tree.parent[node]
    wanted = variant * reading.size + parent
    place = np.minimum(np.searchsorted(entries, wanted), len(entries) - 1)
    known = np.where(entries[place] == wanted, level[place], 0.0)
    return np.where(parent < 0, initial[variant], known)


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
    tied += _under_way(reading, plan.orders, leads.orders.lags, place)
    tied += _under_way(reading, plan.shipments, leads.shipments.lags, place)
    for number, row in enumerate(reading.case.in_transit):
        later = row.capital & (reading.case.period(row.period, 1) > reading.tree.period)
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
