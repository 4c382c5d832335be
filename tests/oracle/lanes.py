"""Lanes: flows, shared capacity, opening, minimum loads and the number of lanes used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .borders import Ledger, Shipment, find_ways
from .ground import Ground, within
from .linear import Expr
from .marks import named_marks, sticking
from .reader import PlainCase, Row
from .tree import Node


@dataclass(frozen=True)
class Pair:
    """One lane: the row whose capacity it uses, and its two ends."""

    row: int
    start: str
    end: str


@dataclass
class Lanes:
    """What moves on every lane at every node."""

    load: dict[tuple[Pair, Node], dict[str, Expr]]
    used: dict[tuple[Pair, Node], int]


def lane_pairs(case: PlainCase) -> Iterator[tuple[Row, str, str, str]]:
    """Every row of lanes with each of its pairs of sites and each of its materials."""
    sites, materials = case.names("sites", "site"), case.names("materials", "material")
    for row in case.tables["lanes"]:
        for start in case.select(row["from"], sites):
            for end in case.select(row["to"], sites):
                if start != end:
                    for material in case.select(row["material"], materials):
                        yield row, start, end, material


def add_lanes(ground: Ground, ledger: Ledger) -> Lanes:
    """Add flows of every row, then what binds the rows of a lane together."""
    lanes = Lanes({}, {})
    number = {row["lane"]: i for i, row in enumerate(ground.case.tables["lanes"])}
    for row, start, end, material in lane_pairs(ground.case):
        pair = Pair(number[row["shares"] or row["lane"]], start, end)
        for node in ground.nodes:
            _add_flow(ground, lanes, number[row["lane"]], pair, material, node, ledger)
    pairs = dict.fromkeys(pair for pair, _ in lanes.load)
    for pair in pairs:
        _bind(ground, lanes, pair)
    return lanes


def _add_flow(
    ground: Ground,
    lanes: Lanes,
    index: int,
    pair: Pair,
    material: str,
    node: Node,
    ledger: Ledger,
) -> None:
    """What moves of a material at a node: in total, and by variant and way."""
    program, row = ground.program, node.tables["lanes"][index]
    name = f"flow {row['lane']} {pair.start} {pair.end} {material}"
    flow = ground.flow[index, pair.start, pair.end, material, node] = program.variable(name)
    lanes.load.setdefault((pair, node), {}).setdefault(material, Expr()).add(flow)
    ground.pay("transport", node, flow, row["cost"])
    total = Expr()
    for marks in ground.variants_at(pair.start, material):
        shipment = Shipment.by_lane(ground.case, pair.start, pair.end, material, marks)
        for way in find_ways(ground, shipment, node) if within(row, node) else []:
            part = program.variable(f"{name} {sorted(marks)} {way}")
            total.add(part)
            ledger.note(shipment, way, node, part)
            ground.at(pair.start, material, marks, node).add(part, -1.0)
            days = row["lead_days"]
            ground.send(node, days + way.review_days, pair.end, material, marks | way.marks, part)
            ground.pay("tariffs", node, part, way.duty)
            ground.pay("licences", node, part, way.fee)
            ground.wait(material, node, part, days + way.counted_days)
    program.equal(total, Expr().add(flow))


def _bind(ground: Ground, lanes: Lanes, pair: Pair) -> None:
    """Capacity, opening and minimum load of one lane over all its rows and materials."""
    program = ground.program
    costs = {n: n.tables["lanes"][pair.row]["open_cost"] for n in ground.nodes}
    opened: dict[Node, int] = {}
    if any(cost > 0 for cost in costs.values()):
        opened = {n: program.binary(f"open lane {pair}") for n in ground.nodes if n.strategic}
    for node in ground.nodes:
        row = node.tables["lanes"][pair.row]
        load = lanes.load[pair, node]
        total = Expr()
        for flow in load.values():
            total.add(flow)
        if row["capacity"] < float("inf"):
            program.at_most(total, row["capacity"])
        if opened:
            decided = Expr()
            for earlier in node.path:
                if earlier in opened:
                    decided.add(opened[earlier])
            if node.last:
                program.at_most(decided, 1.0)
            _switch(ground, load, total, decided, row["capacity"])
            if node in opened:
                ground.pay("lane_open", node, opened[node], costs[node])
                ground.investment[node].add(opened[node], costs[node])
        if row["min_load"] > 0 or _counted(ground):
            used = lanes.used[pair, node] = program.binary(f"lane used {pair}")
            _switch(ground, load, total, Expr().add(used), row["capacity"])
            program.at_least(total, Expr().add(used, row["min_load"]))


def _counted(ground: Ground) -> bool:
    return any(row["kind"] == "max_lanes" for row in ground.case.tables["policies"])


def _switch(
    ground: Ground, load: dict[str, Expr], total: Expr, switch: Expr, capacity: float
) -> None:
    """Nothing moves unless the switch is on: by material, and in total."""
    for material, flow in load.items():
        most = ground.limit(material, capacity)
        ground.program.at_most(flow, Expr().add(switch, most))
    if len(load) > 1 and capacity < float("inf"):
        ground.program.at_most(total, Expr().add(switch, capacity))


def add_other_flows(ground: Ground) -> None:
    """Disposal, returns from deliveries, and goods on their way when the horizon begins."""
    for node in ground.nodes:
        for row in node.tables["disposal"]:
            thrown = ground.program.variable(f"dispose {row['material']}", row["capacity"])
            ground.pay("disposal", node, thrown, row["cost"])
            variants = ground.variants_at(row["site"], row["material"])
            for marks, part in ground.parts("dispose", thrown, variants).items():
                ground.at(row["site"], row["material"], marks, node).add(part, -1.0)
        for row in node.tables["returns"]:
            _add_return(ground, row, node)
        for row in node.tables["in_transit"]:
            if node.period == row["period"]:
                marks = named_marks(ground.case, row["pedigrees"], row["material"])
                ground.at(row["site"], row["material"], marks, node).constant += row["quantity"]
            elif node.period < row["period"]:
                ground.charge_capital(node, row["material"], Expr(row["quantity"]))


def _add_return(ground: Ground, row: Row, node: Node) -> None:
    """What comes back at a node, with the marks of what was delivered."""
    earlier = node.back(int(row["lag_periods"]))
    if earlier is None:
        return
    for d, demand in enumerate(ground.case.tables["demand"]):
        if (demand["site"], demand["material"]) == (row["from_site"], row["from_material"]):
            for marks, part in ground.delivered_as[d, earlier].items():
                back = sticking(ground.case, marks, row["material"])
                ground.at(row["site"], row["material"], back, node).add(part, row["share"])
