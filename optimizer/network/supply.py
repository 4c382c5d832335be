"""Offers as arrays: who can be ordered from, when, how much, and under which conditions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...models.standing import running_contracts
from ..indexing import Index, as_columns
from ..tree import FloatArray, IntArray
from .bounds import Bounds
from .frame import Frame
from .moves import Movements
from .routes import Routes

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Supply:
    """Order points and what binds them. Arrays run over ``order`` points unless they say otherwise.

    Attributes:
        order: (offer, node) at which an order is possible.
        buy: (offer, cargo, node): what an order can consist of.
        order_of_buy: position in ``order`` of each element of ``buy``.
        routes: the way under the rules of each element of ``buy``.
        material, after: material and variant on arrival of each element of ``buy``.
        days, waiting: lead days with border review of each element of ``buy``, and days of licence
            review that lead_time counts on top.
        lag: periods from order to arrival of each element of ``buy``.
        tariff, duty: tariff, and tariff with unit costs, per unit of each element of ``buy``.
        capacity: most of each order point (may be inf).
        most: finite bound for switching an order on and off, inf if none can be derived.
        min_order, min_take, commit: least order; taken whatever happens; taken under contract.
            The last two have already fallen to what capacity leaves.
        unit_price: price per unit where no tiers apply, floors included.
        switched: whether the order point needs a yes/no variable.
        selected: whether the offer must be selected first.
        contracted: whether a contract must be signed.
        running: whether a contract signed before period 1 is in force.
        select: (offer, strategic node) of selections.
        sign: (offer, strategic node) of contracts.
        selections: (order position, select position): selections that qualify an order point.
        contracts: (order position, sign position): contracts in force at an order point.
        in_force: (offer, node) keys and pairs (key position, sign position) over all nodes.
        tier: (offer, tier, node) priced separately; tier 0 is the offer's own price.
        tier_from, tier_to, tier_price: bounds and price of each tier.
        all_units: whether a tier's price holds for the whole order.
        falls: whether an incremental tier is cheaper than the one before it.
    """

    order: Index
    buy: Index
    order_of_buy: IntArray
    routes: Routes
    material: IntArray
    after: IntArray
    days: FloatArray
    waiting: FloatArray
    lag: IntArray
    tariff: FloatArray
    duty: FloatArray
    capacity: FloatArray
    most: FloatArray
    min_order: FloatArray
    min_take: FloatArray
    commit: FloatArray
    unit_price: FloatArray
    floor: FloatArray
    switched: BoolArray
    selected: BoolArray
    contracted: BoolArray
    running: BoolArray
    tiered: BoolArray
    select: Index
    sign: Index
    selections: tuple[IntArray, IntArray]
    contracts: tuple[IntArray, IntArray]
    in_force: Index
    in_force_pairs: tuple[IntArray, IntArray]
    tier: Index
    order_of_tier: IntArray
    tier_from: FloatArray
    tier_to: FloatArray
    tier_price: FloatArray
    all_units: BoolArray
    falls: BoolArray


def strategic_points(frame: Frame, rows: BoolArray) -> Index:
    """(row, node) for every marked row and every strategic node."""
    row, node = np.nonzero(rows[:, None] & frame.time.strategic[None, :])
    return Index(as_columns(row, node))


@dataclass(frozen=True)
class _Conditions:
    order: Index
    routes: Routes
    selected: BoolArray
    contracted: BoolArray
    running: BoolArray
    select: Index
    sign: Index
    selections: tuple[IntArray, IntArray]
    contracts: tuple[IntArray, IntArray]
    in_force: Index
    in_force_pairs: tuple[IntArray, IntArray]


def _conditions(frame: Frame, movements: Movements) -> _Conditions:
    """Order points of a case, and the selections and contracts that make orders possible."""
    case, values, time = frame.case, frame.values, frame.time
    need_select = np.array([row.qualification_periods > 0 for row in case.offers], dtype=bool) | (
        values.array("offers", "select_cost").max(axis=1, initial=0.0) > 0
    )
    need_contract = np.array([row.contract_periods > 0 for row in case.offers], dtype=bool)
    routes = movements.offer_routes(
        time.window(case.offers) & (values.array("offers", "capacity") > 0)
    )
    possible = np.zeros((len(case.offers), frame.tree.size), dtype=bool)
    possible[routes.which, routes.node] = True
    too_little = values.array("offers", "min_order") > values.array("offers", "capacity")
    possible &= ~too_little | need_contract[:, None]

    select = strategic_points(frame, need_select)
    offer, node = np.nonzero(possible)
    wait = np.array([row.qualification_periods for row in case.offers], dtype=np.int64)
    length = np.array([row.contract_periods for row in case.offers], dtype=np.int64)
    forever = np.full(len(case.offers), frame.tree.periods)

    def decisions(
        points: Index,
        offer: IntArray,
        node: IntArray,
        need: BoolArray,
        first: IntArray,
        last: IntArray,
    ) -> tuple[IntArray, IntArray]:
        which = np.flatnonzero(need[offer])
        at, decision = time.decided(node[which], first[offer[which]], last[offer[which]])
        position = points.positions(as_columns(offer[which[at]], decision))
        return which[at][position >= 0], position[position >= 0]

    qualifies, _ = decisions(select, offer, node, need_select, wait, forever)
    keep = ~need_select[offer]
    keep[qualifies] = True
    # A contract owes its commitment in every period, also before an order is possible.
    keep |= need_contract[offer] & (values.array("offers", "commit_quantity")[offer, node] > 0)
    offer, node = offer[keep], node[keep]
    order = Index(as_columns(offer, node))
    selections = decisions(select, offer, node, need_select, wait, forever)
    until = _contracted_until(frame)
    sign = strategic_points(frame, need_contract)
    sign = Index(sign.members[frame.tree.period[sign.column(1)] > until[sign.column(0)]])
    running = frame.tree.period[node] <= until[offer]
    nowait = np.zeros(len(case.offers), dtype=np.int64)
    contracts = decisions(sign, offer, node, need_contract, nowait, length)
    all_offer, all_node = np.nonzero(
        np.broadcast_to(need_contract[:, None], (len(case.offers), frame.tree.size))
    )
    in_force_pairs = decisions(sign, all_offer, all_node, need_contract, nowait, length)
    return _Conditions(
        order,
        routes.where(order.positions(as_columns(routes.which, routes.node)) >= 0),
        need_select[offer],
        need_contract[offer] & ~running,
        running,
        select,
        sign,
        selections,
        contracts,
        Index(as_columns(all_offer, all_node)),
        in_force_pairs,
    )


def _contracted_until(frame: Frame) -> IntArray:
    """Last period of a contract signed before period 1, 0 where there is none. Shape (offers,)."""
    last = running_contracts(frame.case)
    return np.array([last.get(row.offer, 0) for row in frame.case.offers], dtype=np.int64)


def build_supply(frame: Frame, movements: Movements, bounds: Bounds) -> Supply:
    """Order points of a case."""
    case, values = frame.case, frame.values
    conditions = _conditions(frame, movements)
    order = conditions.order
    offer, node = order.members.T

    def at(column: str) -> FloatArray:
        return np.asarray(values.array("offers", column)[offer, node], dtype=float)

    capacity = at("capacity")
    material = frame.places(case.offers)[1][offer]
    most = np.minimum(capacity, bounds.material[material])
    floor = movements.price_floors(offer, node)
    routes = conditions.routes
    asked = movements.burdens(routes)
    days = values.array("offers", "lead_days")[routes.which, routes.node] + asked.review
    of_buy = order.positions(as_columns(routes.which, routes.node))
    tariff = asked.tariff * frame.price[material[of_buy], routes.node]
    tiers = _tiers(frame, order, capacity, most, floor)
    tiered = np.zeros(len(order), dtype=bool)
    tiered[tiers.owner] = True
    return Supply(
        **vars(conditions),
        buy=Index(as_columns(routes.which, routes.cargo, routes.node)),
        order_of_buy=of_buy,
        material=material[of_buy],
        after=movements.cargo.after[routes.cargo],
        days=days,
        waiting=asked.waiting,
        lag=frame.time.lag(days),
        tariff=tariff,
        duty=tariff + asked.unit_cost,
        capacity=capacity,
        most=most,
        min_order=at("min_order"),
        min_take=np.minimum(
            np.where(
                conditions.running,
                np.maximum(at("min_take"), at("commit_quantity")),
                at("min_take"),
            ),
            capacity,
        ),
        commit=np.minimum(at("commit_quantity"), capacity),
        unit_price=np.maximum(at("price"), floor),
        floor=floor,
        switched=(at("min_order") > 0) | (at("order_cost") > 0),
        tiered=tiered,
        tier=Index(as_columns(offer[tiers.owner], tiers.number, node[tiers.owner])),
        order_of_tier=tiers.owner,
        tier_from=tiers.start,
        tier_to=tiers.stop,
        tier_price=tiers.price,
        all_units=tiers.all_units,
        falls=tiers.falls,
    )


@dataclass(frozen=True)
class _Tiers:
    owner: IntArray
    number: IntArray
    start: FloatArray
    stop: FloatArray
    price: FloatArray
    all_units: BoolArray
    falls: BoolArray


def _tiers(
    frame: Frame, order: Index, capacity: FloatArray, most: FloatArray, floor: FloatArray
) -> _Tiers:
    """Price tiers of the order points that have them, in order of quantity."""
    case, values = frame.case, frame.values
    by_offer: dict[str, list[int]] = {}
    for position, row in enumerate(case.offer_tiers):
        by_offer.setdefault(row.offer, []).append(position)
    starts, prices = (
        values.array("offer_tiers", "from_quantity"),
        values.array("offer_tiers", "price"),
    )
    base = values.array("offers", "price")
    cells: list[tuple[int, int, float, float, float, bool, bool]] = []
    for position, (offer, node) in enumerate(order.members):
        row = case.offers[offer]
        if row.discount == "none" or row.offer not in by_offer:
            continue
        points = sorted((starts[at, node], prices[at, node]) for at in by_offer[row.offer])
        points = (
            [(0.0, base[offer, node])] + [p for p in points if p[0] > 0]
            if points[0][0] > 0
            else points
        )
        whole = row.discount == "all_units"
        before = -np.inf
        limit = (
            capacity[position]
            if np.isfinite(capacity[position])
            else max(most[position], points[-1][0])
        )
        for number, (start, price) in enumerate(points):
            if start > limit:
                break
            stop = min(points[number + 1][0], limit) if number + 1 < len(points) else limit
            paid = max(price, floor[position])
            cells.append((position, number, start, stop, paid, whole, not whole and paid < before))
            before = paid
    table = list(zip(*cells, strict=True)) or [()] * 7
    return _Tiers(
        owner=np.array(table[0], dtype=np.int64),
        number=np.array(table[1], dtype=np.int64),
        start=np.array(table[2], dtype=float),
        stop=np.array(table[3], dtype=float),
        price=np.array(table[4], dtype=float),
        all_units=np.array(table[5], dtype=bool),
        falls=np.array(table[6], dtype=bool),
    )
