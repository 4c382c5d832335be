"""Lane flows as arrays: what can be shipped, how long it takes, and what binds a lane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...models.standing import open_lanes
from ..indexing import Index, as_columns, distinct
from ..tree import FloatArray, IntArray
from .bounds import Bounds, path_total
from .frame import Frame
from .inventory import demand_quantity
from .moves import Movements
from .production import Production
from .routes import Routes
from .technology import after_waits

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Shipping:
    """Shipments and loads of lanes.

    Attributes:
        ship: (lane pair, cargo, node).
        routes: the way under the rules of each shipment.
        material, before, after: material, and variants at dispatch and on arrival.
        days, waiting: lead days with border review of each shipment, and days of licence review
            that lead_time counts on top.
        lag: periods from dispatch to arrival of each shipment.
        freight: cost per unit of each shipment.
        tariff, duty: tariff, and tariff with unit costs, per unit.
        most: bound on each shipment by what its destination can use, inf if none.
        load: (host pair, node): what shares one capacity.
        load_of_ship: position in ``load`` of each shipment.
        capacity: capacity of each load (may be inf).
        load_most: finite bound for opening and using a lane, inf if none can be derived.
        min_load: least load when used.
        gated: whether a load needs its lane opened first.
        used: whether a load needs a yes/no variable.
        open: (host pair, strategic node) of openings.
        opened: (load position, open position).
    """

    ship: Index
    routes: Routes
    material: IntArray
    before: IntArray
    after: IntArray
    days: FloatArray
    waiting: FloatArray
    lag: IntArray
    freight: FloatArray
    tariff: FloatArray
    duty: FloatArray
    most: FloatArray
    load: Index
    load_of_ship: IntArray
    capacity: FloatArray
    load_most: FloatArray
    min_load: FloatArray
    gated: BoolArray
    used: BoolArray
    open: Index
    opened: tuple[IntArray, IntArray]


def build_shipping(
    frame: Frame, movements: Movements, bounds: Bounds, sinks: BoolArray, count_lanes: BoolArray
) -> Shipping:
    """Shipments of a case.

    Args:
        frame: the case.
        movements: lanes, reachability and verdicts.
        bounds: most of each material.
        sinks: places that only deliver. Shape (sites, materials).
        count_lanes: lane pairs whose use a policy counts. Shape (pairs,).
    """
    case, values = frame.case, frame.values
    pairs, carried = movements.pairs, movements.carried
    position, variant = movements.lane_moves()
    row = pairs.row[carried.column(0)[position]]
    host = pairs.host[carried.column(0)[position]]
    lane_capacity = values.array("lanes", "capacity")
    possible = frame.time.window(case.lanes)[row] & (lane_capacity[pairs.row[host]] > 0)
    routes = movements.lane_routes(position, variant, possible)
    which, node = routes.which, routes.node
    pair, material = carried.members[position[which]].T
    asked = movements.burdens(routes)
    days = values.array("lanes", "lead_days")[row[which], node] + asked.review
    lag = frame.time.lag(days)
    tariff = asked.tariff * frame.price[material, node]

    load_members, load_of_ship = distinct(as_columns(pairs.host[pair], node))
    load = Index(load_members)
    host_row, load_node = pairs.row[load.column(0)], load.column(1)
    capacity = lane_capacity[host_row, load_node]
    most = np.minimum(capacity[load_of_ship], bounds.material[material])
    most = np.minimum(most, _delivered(frame, pairs.end[pair], material, node, lag, sinks))
    carried_total = np.zeros(len(load))
    np.add.at(carried_total, load_of_ship, most)

    closed = _closed_pairs(frame, movements)
    points, opened = _openings(frame, closed, load)
    min_load = values.array("lanes", "min_load")[host_row, load_node]
    return Shipping(
        ship=Index(as_columns(pair, routes.cargo, node)),
        routes=routes,
        material=material,
        before=movements.cargo.before[routes.cargo],
        after=movements.cargo.after[routes.cargo],
        days=days,
        waiting=asked.waiting,
        lag=lag,
        freight=values.array("lanes", "cost")[row[which], node],
        tariff=tariff,
        duty=tariff + asked.unit_cost,
        most=most,
        load=load,
        load_of_ship=load_of_ship,
        capacity=capacity,
        load_most=np.minimum(capacity, carried_total),
        min_load=min_load,
        gated=closed[load.column(0)],
        used=(min_load > 0) | count_lanes[load.column(0)],
        open=points,
        opened=opened,
    )


def _closed_pairs(frame: Frame, movements: Movements) -> BoolArray:
    """Whether each lane pair is a host that must be opened before it carries. Shape (pairs,)."""
    case, pairs = frame.case, movements.pairs
    closed = np.zeros(len(pairs.row), dtype=bool)
    costly = frame.values.array("lanes", "open_cost").max(axis=1, initial=0.0) > 0
    hosts = np.unique(pairs.host)
    closed[hosts] = costly[pairs.row[hosts]]
    before = open_lanes(case)
    if before:
        names = [(case.lanes[pairs.row[at]].lane, frame.sites[pairs.start[at]],
                  frame.sites[pairs.end[at]]) for at in range(len(pairs.row))]  # fmt: skip
        closed &= ~np.array([name in before for name in names], dtype=bool)
    return closed


def _openings(
    frame: Frame, closed: BoolArray, load: Index
) -> tuple[Index, tuple[IntArray, IntArray]]:
    """(host pair, strategic node) of openings, and (load, opening) of those that let it pass."""
    points = Index(as_columns(*np.nonzero(closed[:, None] & frame.time.strategic[None, :])))
    needs = np.flatnonzero(closed[load.column(0)])
    at, decision = frame.time.decided(
        load.column(1)[needs],
        np.zeros(len(needs), dtype=np.int64),
        np.full(len(needs), frame.tree.periods),
    )
    at = needs[at]
    return points, (at, points.positions(as_columns(load.column(0)[at], decision)))


def only_delivers(frame: Frame, movements: Movements) -> BoolArray:
    """Places whose material can only be delivered to demand. Shape (sites, materials)."""
    case = frame.case
    sink = np.zeros((len(frame.sites), len(frame.materials)), dtype=bool)
    sink[frame.places(case.demand)] = True
    sink[frame.places(case.disposal)] = False
    sink[frame.places(case.stockpiles)] = False
    carried = movements.carried
    sink[movements.pairs.start[carried.column(0)], carried.column(1)] = False
    taken: dict[str, list[int]] = {}
    for recipe in case.recipes:
        taken.setdefault(recipe.process, []).append(frame.material[recipe.material])
    for plant in case.plants:
        sink[frame.site[plant.site], taken.get(plant.process, [])] = False
    return sink


def _delivered(
    frame: Frame, end: IntArray, material: IntArray, node: IntArray, lag: IntArray, sinks: BoolArray
) -> FloatArray:
    """Most that the destination of each shipment can deliver when it arrives, inf elsewhere."""
    case = frame.case
    site, wanted = frame.places(case.demand)
    quantity = demand_quantity(frame)
    waits = np.asarray(~np.isnan(frame.values.array("demand", "backlog_cost")).all(axis=1))
    total = path_total(frame, quantity) + [row.waiting for row in case.demand]
    if not len(site):
        return np.full(len(end), np.inf)
    codes, of_row = np.unique(site * len(frame.materials) + wanted, return_inverse=True)
    by_place = np.zeros((len(codes), frame.tree.size))
    np.add.at(by_place, of_row, np.where(waits[:, None], total[:, None], quantity))
    most = np.full(len(end), np.inf)
    limited = np.flatnonzero(sinks[end, material])
    place = np.searchsorted(codes, end[limited] * len(frame.materials) + material[limited])
    at, arrival = frame.time.arrivals(node[limited], lag[limited])
    best = np.full(len(limited), -1.0)
    np.maximum.at(best, at, by_place[place[at], arrival])
    most[limited] = np.where(best >= 0, best, np.inf)
    return most


@dataclass(frozen=True)
class Gates:
    """Shipments whose only source must be selected or opened first, for a tighter relaxation.

    Attributes:
        ship: positions of the shipments. Shape (gates,).
        selections: (gate, select position).
        openings: (gate, open position).
    """

    ship: IntArray
    selections: tuple[IntArray, IntArray]
    openings: tuple[IntArray, IntArray]


def build_gates(
    frame: Frame,
    movements: Movements,
    shipping: Shipping,
    select: Index,
    production: Production,
    sinks: BoolArray,
) -> Gates:
    """Find shipments to a place that only delivers, from a place with one source, itself gated."""
    count, offer_at, plant_at = _sources(frame, movements, select)
    pair, _, node = shipping.ship.members.T
    what = shipping.material
    start, end = movements.pairs.start[pair], movements.pairs.end[pair]
    single = (count[start, what] == 1) & sinks[end, what] & np.isfinite(shipping.most)
    ship = np.flatnonzero(single & ((offer_at[start, what] >= 0) | (plant_at[start, what] >= 0)))
    wait_offer = np.array([row.qualification_periods for row in frame.case.offers], dtype=np.int64)
    wait_offers = np.repeat(wait_offer[:, None], frame.tree.size, axis=1)

    def decisions(source: IntArray, wait: IntArray, points: Index) -> tuple[IntArray, IntArray]:
        gate = np.flatnonzero(source >= 0)
        when, shortest = node[ship[gate]], wait.min(axis=1, initial=frame.tree.periods)
        at, decision = frame.time.decided(
            when, shortest[source[gate]], np.full(len(gate), frame.tree.periods)
        )
        pairs = as_columns(source[gate[at]], decision)
        at, position = after_waits(frame, points, at, pairs, when, wait)
        return gate[at], position

    return Gates(
        ship,
        decisions(offer_at[start[ship], what[ship]], wait_offers, select),
        decisions(plant_at[start[ship], what[ship]], production.open_wait, production.open),
    )


def _sources(
    frame: Frame, movements: Movements, select: Index
) -> tuple[IntArray, IntArray, IntArray]:
    """How many sources each place has, and a gated offer and a candidate plant among them.

    Returns:
        Count, position of the offer and of the plant, -1 for none. Shape (sites, materials) each.
    """
    case = frame.case
    shape = (len(frame.sites), len(frame.materials))
    count, offer_at, plant_at = np.zeros(shape, dtype=int), np.full(shape, -1), np.full(shape, -1)
    gated_offers = set(select.column(0).tolist())
    for position, offer in enumerate(case.offers):
        place = frame.site[offer.site], frame.material[offer.material]
        count[place] += 1
        if position in gated_offers:
            offer_at[place] = position
    outputs: dict[str, list[int]] = {}
    quantity = frame.values.compact("recipes", "quantity")
    for position, recipe in enumerate(case.recipes):
        if quantity[position].max() > 0:
            outputs.setdefault(recipe.process, []).append(frame.material[recipe.material])
    for position, plant in enumerate(case.plants):
        for material in outputs.get(plant.process, []):
            place = frame.site[plant.site], material
            count[place] += 1
            if plant.status == "candidate":
                plant_at[place] = position
    carried = movements.carried
    np.add.at(count, (movements.pairs.end[carried.column(0)], carried.column(1)), 1)
    for table in ("returns", "in_transit"):
        np.add.at(count, frame.places(case.rows(table)), 1)
    for pile in case.stockpiles:
        if pile.initial > 0:
            count[frame.site[pile.site], frame.material[pile.material]] += 1
    return count, offer_at, plant_at
