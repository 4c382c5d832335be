"""Offers: ordering, minima, selection, contracts and tiers."""

from __future__ import annotations

import math

from .borders import Ledger, Shipment, Way, find_ways, price_floor
from .ground import Ground, within
from .linear import Expr
from .marks import offer_marks
from .reader import PlainCase, Row
from .tree import Node


def add_offers(ground: Ground, ledger: Ledger) -> None:
    """Add every offer at every node."""
    for index in range(len(ground.case.tables["offers"])):
        _add_offer(ground, index, ledger)


def offer_shipment(case: PlainCase, row: Row) -> Shipment:
    """What an order from an offer moves, perhaps across a border."""
    return Shipment(
        row["material"], row["origin"], case.country(row["site"]), row["supplier"],
        case.operator(row["site"]), offer_marks(case, row),
    )  # fmt: skip


def _add_offer(ground: Ground, index: int, ledger: Ledger) -> None:
    shipment = offer_shipment(ground.case, ground.case.tables["offers"][index])
    selected = _selection(ground, index)
    contract = _contracts(ground, index)
    for node in ground.nodes:
        row = node.tables["offers"][index]
        ways = find_ways(ground, shipment, node)
        floor = price_floor(ground, shipment, node)
        usable = within(row, node) and bool(ways)
        order = _order(ground, index, node, usable, floor, [selected, contract])
        ground.order[index, node] = order
        if usable:
            _move(ground, row, shipment, node, order, ways, ledger)


def _move(
    ground: Ground,
    row: Row,
    shipment: Shipment,
    node: Node,
    order: int,
    ways: list[Way],
    ledger: Ledger,
) -> None:
    """Bring in what is ordered, each part its own way."""
    total = Expr()
    for way in ways:
        part = ground.program.variable(f"order {row['offer']} {way}")
        total.add(part)
        ledger.note(shipment, way, node, part)
        days, marks = row["lead_days"], shipment.marks | way.marks
        ground.send(node, days + way.review_days, row["site"], row["material"], marks, part)
        ground.pay("tariffs", node, part, way.duty)
        ground.pay("licences", node, part, way.fee)
        ground.wait(row["material"], node, part, days + way.counted_days)
    ground.program.equal(total, Expr().add(order))


def _selection(ground: Ground, index: int) -> dict[Node, Expr] | None:
    """Usable by selection (0 or 1) at each node; None where no selection is needed."""
    base = ground.case.tables["offers"][index]
    delay = int(base["qualification_periods"])
    costs = {node: node.tables["offers"][index]["select_cost"] for node in ground.nodes}
    if delay == 0 and not any(cost > 0 for cost in costs.values()):
        return None
    program = ground.program
    choice = {n: program.binary(f"select {base['offer']}") for n in ground.nodes if n.strategic}
    usable: dict[Node, Expr] = {}
    for node in ground.nodes:
        chosen, ready = Expr(), Expr()
        for earlier in node.path:
            if earlier in choice:
                chosen.add(choice[earlier])
                if earlier.period + delay <= node.period:
                    ready.add(choice[earlier])
        usable[node] = ready
        if node.last:
            program.at_most(chosen, 1.0)
        if node in choice:
            ground.pay("select", node, choice[node], costs[node])
            ground.investment[node].add(choice[node], costs[node])
    return usable


def _contracts(ground: Ground, index: int) -> dict[Node, Expr] | None:
    """Contract in force (0 or 1) at each node; None where no contract is needed."""
    base = ground.case.tables["offers"][index]
    length = int(base["contract_periods"])
    if length == 0:
        return None
    program = ground.program
    signed = {n: program.binary(f"sign {base['offer']}") for n in ground.nodes if n.strategic}
    covered: dict[Node, Expr] = {}
    for node in ground.nodes:
        covered[node] = Expr()
        for back in range(length):
            earlier = node.back(back)
            if earlier is not None and earlier in signed:
                covered[node].add(signed[earlier])
        program.at_most(covered[node], 1.0)
    return covered


def _order(
    ground: Ground,
    index: int,
    node: Node,
    usable: bool,
    floor: float,
    switches: list[dict[Node, Expr] | None],
) -> int:
    """The quantity ordered at a node, with all that limits and prices it."""
    program, row = ground.program, node.tables["offers"][index]
    capacity = row["capacity"] if usable else 0.0
    order = program.variable(f"order {row['offer']}", capacity)
    quantity = Expr().add(order)
    most = ground.limit(row["material"], capacity)
    possible = Expr(1.0 if usable and row["min_order"] <= capacity else 0.0)
    live = [switch[node] for switch in switches if switch is not None]
    for switch in live:
        program.at_most(quantity, Expr().add(switch, most))
    if live:
        # An order is possible where every switch is on.
        possible.constant -= len(live) if possible.constant else 0
        for switch in live:
            if usable and row["min_order"] <= capacity:
                possible.add(switch)
    contract = switches[1]
    if contract is not None and row["commit_quantity"] > 0:
        committed = min(row["commit_quantity"], capacity)
        program.at_least(quantity, Expr().add(contract[node], committed))
    take = min(row["min_take"], capacity)
    if take > 0:
        program.at_least(quantity, Expr().add(possible, take))
    if row["order_cost"] or row["min_order"]:
        active = program.binary(f"order made {row['offer']}")
        program.at_most(quantity, Expr().add(active, most))
        program.at_least(quantity, Expr().add(active, row["min_order"]))
        if take > 0:
            program.at_least(Expr().add(active), possible)
        ground.pay("order", node, active, row["order_cost"])
    _price(ground, node, row, order, most, floor)
    return order


def _price(ground: Ground, node: Node, row: Row, order: int, most: float, floor: float) -> None:
    """Pay for an order: one price, incremental tiers or all-units tiers."""
    steps = [(0.0, row["price"])]
    if row["discount"] != "none":
        tiers = [t for t in node.tables["offer_tiers"] if t["offer"] == row["offer"]]
        steps += sorted((tier["from_quantity"], tier["price"]) for tier in tiers)
        steps = [s for i, s in enumerate(steps) if i + 1 == len(steps) or steps[i + 1][0] > s[0]]
    steps = [(start, max(price, floor)) for start, price in steps]
    if len(steps) == 1:
        ground.pay("purchase", node, order, steps[0][1])
        return
    ends = [start for start, _ in steps[1:]] + [math.inf]
    parts = [ground.program.variable(f"part of {row['offer']}") for _ in steps]
    total = Expr()
    for part, (_, price) in zip(parts, steps, strict=True):
        total.add(part)
        ground.pay("purchase", node, part, price)
    ground.program.equal(total, Expr().add(order))
    if row["discount"] == "incremental":
        _fill_in_order(ground, [s for s, _ in steps], ends, parts, most)
    else:
        _choose_one(ground, [s for s, _ in steps], ends, parts, most)


def _fill_in_order(
    ground: Ground, starts: list[float], ends: list[float], parts: list[int], most: float
) -> None:
    """A tier's units come only when all earlier tiers are full."""
    program = ground.program
    reached: int | None = None
    for start, end, part in zip(starts, ends, parts, strict=True):
        width = min(end, max(most, start)) - start
        if reached is None:
            program.at_most(Expr().add(part), width)
        else:
            program.at_most(Expr().add(part), Expr().add(reached, width))
        if math.isfinite(end):
            full = program.binary("tier full")
            program.at_least(Expr().add(part), Expr().add(full, end - start))
            if reached is not None:
                program.at_most(Expr().add(full), Expr().add(reached))
            reached = full


def _choose_one(
    ground: Ground, starts: list[float], ends: list[float], parts: list[int], most: float
) -> None:
    """The whole order lies in one tier and is paid at its price."""
    program, chosen = ground.program, Expr()
    for start, end, part in zip(starts, ends, parts, strict=True):
        here = program.binary("tier chosen")
        chosen.add(here)
        program.at_least(Expr().add(part), Expr().add(here, start))
        program.at_most(Expr().add(part), Expr().add(here, min(end, max(most, start))))
    program.at_most(chosen, 1.0)
