"""Stocks, demand, returns and disposal as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..indexing import Index, as_columns
from ..tree import FloatArray, IntArray
from .frame import Frame

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Inventory:
    """Stockpiles. Arrays run over (stockpile, node) in full unless they say otherwise.

    Attributes:
        stock: (stockpile, variant, node).
        lagged: whether a stockpile's releases take time. Shape (stockpiles,).
        least: least level by min_level, final_level and cover. Shape (stockpiles, nodes).
        least_if_open: the part of it that binds only once the stockpile is open.
        open: (stockpile, strategic node) of openings.
        opened: (position in stock, open position).
        gated: whether a stockpile must be opened first. Shape (stockpiles,).
        most: finite bound on a level, inf if none. Shape (stockpiles, nodes).
    """

    stock: Index
    lagged: BoolArray
    least: FloatArray
    least_if_open: FloatArray
    open: Index
    opened: tuple[IntArray, IntArray]
    gated: BoolArray
    most: FloatArray


@dataclass(frozen=True)
class Market:
    """Demand streams, returns and disposal.

    Attributes:
        need: (demand row, node) with a demand balance.
        deliver: (demand row, variant, node).
        short: (demand row, node) where a shortage is allowed.
        backlog: (demand row, node) where waiting is allowed.
        optional: whether a need counts neither as demand nor as unmet. Shape (need,).
        waits: whether a demand row allows waiting. Shape (demand,).
        returned: return row, position in deliver, node of return. Three arrays.
        dispose: (disposal row, variant, node).
    """

    need: Index
    deliver: Index
    short: Index
    backlog: Index
    optional: BoolArray
    waits: BoolArray
    returned: tuple[IntArray, IntArray, IntArray]
    dispose: Index


def build_inventory(frame: Frame, most_of: FloatArray) -> Inventory:
    """Stock points of a case; ``most_of`` bounds each material, shape (materials,)."""
    case, values, tree = frame.case, frame.values, frame.tree
    piles = case.stockpiles
    _, material = frame.places(piles)  # type: ignore[arg-type]  # rows of one type
    pile, node = np.nonzero(np.ones((len(piles), tree.size), dtype=bool))
    stock = Index(as_columns(pile, material[pile], node))
    gated = values.array("stockpiles", "open_cost").max(axis=1, initial=0.0) > 0
    minimum = values.array("stockpiles", "min_level")
    always = np.where(tree.is_leaf, values.array("stockpiles", "final_level"), 0.0)
    always = np.maximum(always, _cover(frame))
    points = Index(as_columns(*np.nonzero(gated[:, None] & frame.time.strategic[None, :])))
    which = np.flatnonzero(gated[pile])
    at, decision = frame.time.decided(
        node[which], np.zeros(len(which), dtype=np.int64), np.full(len(which), tree.periods)
    )
    position = points.positions(as_columns(pile[which[at]], decision))
    capacity = values.array("stockpiles", "capacity")
    return Inventory(
        stock=stock,
        lagged=np.array([row.release_lag > 0 for row in piles], dtype=bool),
        least=np.where(gated[:, None], always, np.maximum(always, minimum)),
        least_if_open=np.where(gated[:, None], minimum, 0.0),
        open=points,
        opened=(which[at], position),
        gated=gated,
        most=np.minimum(capacity, most_of[material][:, None]),
    )


def _cover(frame: Frame) -> FloatArray:
    """Least stock by min_cover_days. Shape (stockpiles, nodes)."""
    case = frame.case
    days = frame.values.array("stockpiles", "min_cover_days")
    demand = demand_quantity(frame)
    needed = np.zeros((len(case.stockpiles), frame.tree.size))
    for position, pile in enumerate(case.stockpiles):
        if not days[position].any():
            continue
        covered = [pile.material]
        if pile.cover_of:
            wanted = set(frame.names.of("materials").select(pile.cover_of))
            covered = [name for name in wanted if frame.demanded[frame.material[name]]]
        rows = [at for at, row in enumerate(case.demand) if row.material in covered]
        own = [at for at in rows if case.demand[at].site == pile.site]
        needed[position] = demand[own or rows].sum(axis=0)
    return np.asarray(needed * days / case.days_per_period)


def demand_quantity(frame: Frame) -> FloatArray:
    """Quantity wanted by each demand row at each node. Shape (demand, nodes)."""
    quantity = frame.values.array("demand", "quantity")
    return np.where(frame.time.window(frame.case.demand), quantity, 0.0)


def build_market(frame: Frame, present: BoolArray) -> Market:
    """Demand, returns and disposal points of a case."""
    case, values, tree = frame.case, frame.values, frame.tree
    site, material = frame.places(case.demand)  # type: ignore[arg-type]  # rows of one type
    quantity = demand_quantity(frame)
    waits = np.array([row.backlog_cost is not None for row in case.demand], dtype=bool)
    waits |= ~np.isnan(values.array("demand", "backlog_cost")).all(axis=1)
    first = np.array([case.period(row.start, 1) for row in case.demand], dtype=np.int64)
    begun = first[:, None] <= tree.period[None, :]
    needed = (quantity > 0) | (waits[:, None] & begun)
    row, node = np.nonzero(needed)
    need = Index(as_columns(row, node))
    shortage = values.array("demand", "shortage_cost")
    reached = np.nonzero(needed & present[site, material][:, None])
    short = np.nonzero(needed & ~np.isnan(shortage))
    backlog = np.nonzero(needed & waits[:, None])
    deliver = Index(as_columns(reached[0], material[reached[0]], reached[1]))
    disposal_material = frame.places(case.disposal)[1]  # type: ignore[arg-type]  # rows of one type
    disposal, at = np.nonzero(np.ones((len(case.disposal), tree.size), dtype=bool))
    return Market(
        need=need,
        deliver=deliver,
        short=Index(as_columns(*short)),
        backlog=Index(as_columns(*backlog)),
        optional=shortage[row, node] == 0,
        waits=waits,
        returned=_returns(frame, deliver),
        dispose=Index(as_columns(disposal, disposal_material[disposal], at)),
    )


def _returns(frame: Frame, deliver: Index) -> tuple[IntArray, IntArray, IntArray]:
    """Return row, position in ``deliver`` and node at which it comes back."""
    case = frame.case
    rows: list[IntArray] = []
    sources: list[IntArray] = []
    nodes: list[IntArray] = []
    place = [(row.site, row.material) for row in case.demand]
    of_row = deliver.column(0)
    for position, row in enumerate(case.returns):
        wanted = np.array(
            [where == (row.from_site, row.from_material) for where in place], dtype=bool
        )
        source = np.flatnonzero(wanted[of_row]) if place else np.zeros(0, dtype=np.int64)
        lag = np.full(len(source), row.lag_periods)
        which, node = frame.time.arrivals(deliver.column(2)[source], lag)
        rows.append(np.full(len(which), position))
        sources.append(source[which])
        nodes.append(node)
    empty = np.zeros(0, dtype=np.int64)
    return (
        np.concatenate([empty, *rows]),
        np.concatenate([empty, *sources]),
        np.concatenate([empty, *nodes]),
    )
