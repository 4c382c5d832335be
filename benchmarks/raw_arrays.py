"""The synthetic model as arrays made directly with numpy: the least work that hands it over.

Every family is one expression over the arrays of the network; nothing is named, checked or
explained. Columns and rows stand in the order that the package gives them, so that the two can be
compared entry by entry.
"""

from __future__ import annotations

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from secondsource.optimizer.network import Network

from .coefficients import bounds, costs, kept, wanted

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
INTEGER = ("ordering", "open")


class Entries:
    """Matrix entries and sides under construction."""

    def __init__(self) -> None:
        self.height = 0
        self.parts: list[tuple[IntArray, IntArray, FloatArray]] = []
        self.sides: list[tuple[FloatArray, FloatArray]] = []

    def add(self, rows: IntArray, columns: IntArray, values: FloatArray | float) -> None:
        """Add entries of the family being stated; ``rows`` count from its first."""
        self.parts.append((rows + self.height, columns, np.broadcast_to(values, len(rows))))

    def close(self, size: int, low: FloatArray | float, high: FloatArray | float) -> None:
        """Give the family its sides."""
        self.sides.append((np.broadcast_to(low, size), np.broadcast_to(high, size)))
        self.height += size


def assemble(network: Network) -> highspy.Highs:
    """HiGHS object that holds the model."""
    limits, price = bounds(network), costs(network)
    sizes = {name: len(values) for name, values in price.items()}
    ends = np.cumsum(list(sizes.values()))
    first = dict(zip(sizes, ends - list(sizes.values()), strict=True))
    entries = Entries()
    _supply(network, entries, first)
    _production(network, entries, first)
    _lanes(network, entries, first)
    _demand(network, entries, first)
    _balance(network, entries, first)
    _limits(network, entries, first)

    rows, columns, values = (np.concatenate(part) for part in zip(*entries.parts, strict=True))
    shape = (entries.height, int(ends[-1]))
    place = (rows.astype(np.int32), columns.astype(np.int32))
    matrix = sparse.coo_array((values, place), shape=shape).tocsr()
    low, high = (np.concatenate(side) for side in zip(*entries.sides, strict=True))
    whole = np.repeat([name in INTEGER for name in sizes], list(sizes.values()))
    lower, upper = (
        np.concatenate([np.broadcast_to(limits[name][side], size) for name, size in sizes.items()])
        for side in (0, 1)
    )
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy's
    solver.setOptionValue("output_flag", False)
    solver.passModel(
        shape[1],
        shape[0],
        matrix.nnz,
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        network.production.fixed_existing,
        np.concatenate(list(price.values())),
        lower,
        upper,
        low,
        high,
        matrix.indptr,
        matrix.indices,
        matrix.data,
        whole.astype(np.int32),
    )
    return solver


def _supply(network: Network, entries: Entries, first: dict[str, int]) -> None:
    supply = network.supply
    which = np.flatnonzero(supply.switched)
    every = np.arange(len(which))
    for bound, sign in ((supply.most, 1.0), (supply.min_order, -1.0)):
        entries.add(every, first["buy"] + which, sign)
        entries.add(every, first["ordering"] + every, -sign * bound[which])
        entries.close(len(which), -np.inf, 0.0)


def _production(network: Network, entries: Entries, first: dict[str, int]) -> None:
    production = network.production
    which = np.flatnonzero(production.candidate)
    row_of = np.cumsum(production.candidate) - 1
    run, opening = production.opened
    entries.add(np.arange(len(which)), first["run"] + which, 1.0)
    entries.add(row_of[run], first["open"] + opening, -production.most[run])
    entries.close(len(which), -np.inf, 0.0)
    plants, row = np.unique(production.open.column(0), return_inverse=True)
    entries.add(row, first["open"] + np.arange(len(row)), 1.0)
    entries.close(len(plants), -np.inf, 1.0)


def _lanes(network: Network, entries: Entries, first: dict[str, int]) -> None:
    shipping = network.shipping
    load = shipping.load_of_ship
    shared = (np.bincount(load) > 1) & np.isfinite(shipping.capacity)
    row_of = np.cumsum(shared) - 1
    ships = np.flatnonzero(shared[load])
    entries.add(row_of[load[ships]], first["ship"] + ships, 1.0)
    entries.close(int(shared.sum()), -np.inf, shipping.capacity[shared])


def _demand(network: Network, entries: Entries, first: dict[str, int]) -> None:
    market, parent = network.market, network.tree.parent
    needs = np.arange(len(market.need))
    node = market.need.column(1)
    entries.add(needs, first["deliver"] + needs, 1.0)
    entries.add(needs, first["short"] + needs, 1.0)
    entries.add(needs, first["backlog"] + needs, 1.0)
    later = np.flatnonzero(parent[node] >= 0)
    before = later + parent[node[later]] - node[later]
    entries.add(later, first["backlog"] + before, -1.0)
    amount = wanted(network)
    entries.close(len(needs), amount, amount)


def _balance(network: Network, entries: Entries, first: dict[str, int]) -> None:
    balance = network.balance
    for (rows, positions), family, sign in (
        (balance.ordered, "buy", 1.0),
        (balance.arriving, "ship", 1.0),
        (balance.leaving, "ship", -1.0),
        (balance.delivered, "deliver", -1.0),
        (balance.disposed, "dispose", -1.0),
        (balance.stored, "stock", -1.0),
    ):
        entries.add(rows, first[family] + positions, sign)
    quantity = network.frame.values.array("recipes", "quantity")
    node = balance.row.column(1)
    for rows, recipe, run in (balance.made, balance.used):
        entries.add(rows, first["run"] + run, quantity[recipe, node[rows]])
    rows, before = balance.carried
    entries.add(rows, first["stock"] + before, kept(network)[before])
    entries.close(len(balance.row), -balance.given, -balance.given)


def _limits(network: Network, entries: Entries, first: dict[str, int]) -> None:
    rows, runs, amounts = network.limits.terms("run")
    entries.add(rows, first["run"] + runs, amounts)
    soft = np.arange(len(network.limits.name))
    entries.add(soft, first["excess"] + soft, -1.0)
    entries.close(len(soft), -np.inf, np.array(network.limits.limit))
    rows, ships, amounts = network.quotas.terms("ship")
    entries.add(rows, first["ship"] + ships, amounts)
    entries.close(len(network.quotas.name), -np.inf, np.array(network.quotas.limit))
