"""Stocks, demand, returns and disposal as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...models.network_rows import Stockpile
from ..indexing import Index, as_columns, distinct, ragged
from ..tree import FloatArray, IntArray
from .frame import Frame
from .moves import Movements

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Inventory:
    """Stockpiles. Arrays run over (stockpile, node) in full unless they say otherwise.

    Attributes:
        level: (stockpile, node): what all variants together hold.
        stock: (stockpile, variant, node).
        level_of_stock: position in ``level`` of each stock.
        initial: variant of each stockpile's initial stock. Shape (stockpiles,).
        lagged: whether a stockpile's releases take time. Shape (stockpiles,).
        least: least level by min_level, final_level and cover. Shape (stockpiles, nodes).
        least_if_open: the part of it that binds only once the stockpile is open.
        open: (stockpile, strategic node) of openings.
        opened: (position in level, open position).
        gated: whether a stockpile must be opened first. Shape (stockpiles,).
        most: finite bound on a level, inf if none. Shape (stockpiles, nodes).
    """

    level: Index
    stock: Index
    level_of_stock: IntArray
    initial: IntArray
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
        returned: return row, position in deliver, node and variant of return. Four arrays.
        dispose: (disposal row, variant, node).
    """

    need: Index
    deliver: Index
    short: Index
    backlog: Index
    optional: BoolArray
    waits: BoolArray
    returned: tuple[IntArray, IntArray, IntArray, IntArray]
    dispose: Index


def build_inventory(frame: Frame, movements: Movements, most_of: FloatArray) -> Inventory:
    """Stock points of a case; ``most_of`` bounds each material, shape (materials,)."""
    case, values, tree = frame.case, frame.values, frame.tree
    piles = case.stockpiles
    site, material = frame.places(piles)
    pile, node = np.nonzero(np.ones((len(piles), tree.size), dtype=bool))
    level_of_stock, variant = _variants(movements, site[pile], material[pile], or_unmarked=True)
    stock = Index(as_columns(pile[level_of_stock], variant, node[level_of_stock]))
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
        level=Index(as_columns(pile, node)),
        stock=stock,
        level_of_stock=level_of_stock,
        initial=_initial(movements, site, material, piles),
        lagged=np.array([row.release_lag > 0 for row in piles], dtype=bool),
        least=np.where(gated[:, None], always, np.maximum(always, minimum)),
        least_if_open=np.where(gated[:, None], minimum, 0.0),
        open=points,
        opened=(which[at], position),
        gated=gated,
        most=np.minimum(capacity, most_of[material][:, None]),
    )


def _variants(
    movements: Movements, site: IntArray, material: IntArray, *, or_unmarked: bool = False
) -> tuple[IntArray, IntArray]:
    """(position, variant) of all that can be at some places; of none, perhaps the unmarked one."""
    provenance = movements.provenance
    if provenance.plain:
        return np.arange(len(site)), material
    keys, place = distinct(as_columns(site, material))
    known = [
        provenance.at(*place) or ([place[1]] if or_unmarked else []) for place in keys.tolist()
    ]
    lengths = np.array([len(own) for own in known], dtype=np.int64)
    flat = np.array([variant for own in known for variant in own], dtype=np.int64)
    starts = np.cumsum(lengths) - lengths
    position, at = ragged(starts[place], lengths[place])
    return position, flat[at]


def _initial(
    movements: Movements, site: IntArray, material: IntArray, piles: list[Stockpile]
) -> IntArray:
    """Variant of what each stockpile holds before period 1."""
    provenance = movements.provenance
    if provenance.plain:
        return material
    marks = [provenance.pedigrees.held(row) for row in piles]
    variants = [
        provenance.becomes(where, what, own) if row.initial > 0 else what
        for where, what, own, row in zip(
            site.tolist(), material.tolist(), marks, piles, strict=True
        )
    ]
    return np.array(variants, dtype=np.int64)


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


def build_market(frame: Frame, movements: Movements) -> Market:
    """Demand, returns and disposal points of a case."""
    case, values, tree = frame.case, frame.values, frame.tree
    site, material = frame.places(case.demand)
    quantity = demand_quantity(frame)
    waits = np.array([row.backlog_cost is not None for row in case.demand], dtype=bool)
    waits |= ~np.isnan(values.array("demand", "backlog_cost")).all(axis=1)
    first = np.array([case.period(row.start, 1) for row in case.demand], dtype=np.int64)
    begun = first[:, None] <= tree.period[None, :]
    needed = (quantity > 0) | (waits[:, None] & begun)
    row, node = np.nonzero(needed)
    need = Index(as_columns(row, node))
    shortage = values.array("demand", "shortage_cost")
    row_at, node_at = np.nonzero(needed & movements.present[site, material][:, None])
    position, variant = _variants(movements, site[row_at], material[row_at])
    accepted = _accepted(frame, movements, row_at[position], variant, node_at[position])
    position, variant = position[accepted], variant[accepted]
    short = np.nonzero(needed & ~np.isnan(shortage))
    backlog = np.nonzero(needed & waits[:, None])
    deliver = Index(as_columns(row_at[position], variant, node_at[position]))
    place, what = frame.places(case.disposal)
    disposal, at = np.nonzero(np.ones((len(case.disposal), tree.size), dtype=bool))
    outlet, disposed = _variants(movements, place[disposal], what[disposal])
    return Market(
        need=need,
        deliver=deliver,
        short=Index(as_columns(*short)),
        backlog=Index(as_columns(*backlog)),
        optional=shortage[row, node] == 0,
        waits=waits,
        returned=_returns(frame, movements, deliver),
        dispose=Index(as_columns(disposal[outlet], disposed, at[outlet])),
    )


def _accepted(
    frame: Frame, movements: Movements, row: IntArray, variant: IntArray, node: IntArray
) -> BoolArray:
    """Whether demand rows take variants at nodes: none against their outlet or a rule."""
    case, regime, marks = frame.case, movements.regime, movements.provenance.marks
    accepted = np.ones(len(row), dtype=bool)
    if movements.provenance.plain:
        return accepted
    pairs, of_pair = distinct(as_columns(row, variant))
    borne = [frame.variants[at][1] for at in pairs[:, 1].tolist()]
    refused = [
        bool(own & marks.outlet(case.demand[at].end_use, case.demand[at].end_user))
        for at, own in zip(pairs[:, 0].tolist(), borne, strict=True)
    ]
    accepted &= ~np.array(refused, dtype=bool)[of_pair]
    for rule, control in enumerate(case.controls):
        if control.kind == "procurement" and control.policy == "prohibited" and control.pedigree:
            bit = marks.pedigree(control.pedigree)
            about = regime.buyers(rule)
            hit = [
                bool(own & bit) and about[at]
                for at, own in zip(pairs[:, 0].tolist(), borne, strict=True)
            ]
            accepted &= ~(np.array(hit, dtype=bool)[of_pair] & regime.in_force[rule, node])
    return accepted


def _delivered_at(frame: Frame, deliver: Index) -> dict[tuple[str, str], IntArray]:
    """(site, material) -> positions in ``deliver``, ascending, of all its demand rows."""
    rows = frame.case.demand
    order = np.argsort(deliver.column(0), kind="stable")
    ends = np.cumsum(np.bincount(deliver.column(0), minlength=len(rows)))
    found: dict[tuple[str, str], list[IntArray]] = {}
    for row, own in zip(rows, np.split(order, ends[:-1]), strict=False):
        found.setdefault((row.site, row.material), []).append(own)
    return {place: np.sort(np.concatenate(parts)) for place, parts in found.items()}


def _returns(
    frame: Frame, movements: Movements, deliver: Index
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Return row, position in ``deliver``, node and variant of what comes back."""
    case, provenance = frame.case, movements.provenance
    variants: list[IntArray] = []
    rows: list[IntArray] = []
    sources: list[IntArray] = []
    nodes: list[IntArray] = []
    delivered = _delivered_at(frame, deliver)
    nowhere = np.zeros(0, dtype=np.int64)
    for position, row in enumerate(case.returns):
        source = delivered.get((row.from_site, row.from_material), nowhere)
        lag = np.full(len(source), row.lag_periods)
        which, node = frame.time.arrivals(deliver.column(2)[source], lag)
        rows.append(np.full(len(which), position))
        site, material = frame.site[row.site], frame.material[row.material]
        becomes = {
            int(variant): provenance.becomes(site, material, frame.variants[variant][1])
            for variant in np.unique(deliver.column(1)[source])
        }
        back = [becomes[variant] for variant in deliver.column(1)[source[which]].tolist()]
        variants.append(np.array(back, dtype=np.int64))
        sources.append(source[which])
        nodes.append(node)
    empty = np.zeros(0, dtype=np.int64)
    return (
        np.concatenate([empty, *rows]),
        np.concatenate([empty, *sources]),
        np.concatenate([empty, *nodes]),
        np.concatenate([empty, *variants]),
    )
