"""Lanes: flows, shared capacity, opening, minimum loads and the number of lanes used."""

from __future__ import annotations

from dataclasses import dataclass

from .borders import Quotas, Shipment, judge
from .ground import Ground, within
from .linear import Expr
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


def add_lanes(ground: Ground, quotas: Quotas) -> Lanes:
    """Add flows of every row, then what binds the rows of a lane together."""
    lanes = Lanes({}, {})
    rows = ground.case.tables["lanes"]
    number = {row["lane"]: i for i, row in enumerate(rows)}
    for index, row in enumerate(rows):
        owner = number[row["shares"]] if row["shares"] else index
        for start in ground.case.select(row["from"], ground.sites()):
            for end in ground.case.select(row["to"], ground.sites()):
                if start == end:
                    continue
                for material in ground.case.select(row["material"], ground.materials()):
                    pair = Pair(owner, start, end)
                    _add_flow(ground, lanes, index, pair, material, quotas)
    pairs = dict.fromkeys(pair for pair, _ in lanes.load)
    for pair in pairs:
        _bind(ground, lanes, pair)
    return lanes


def _add_flow(
    ground: Ground, lanes: Lanes, index: int, pair: Pair, material: str, quotas: Quotas
) -> None:
    case, program = ground.case, ground.program
    shipment = Shipment(
        material, case.country(pair.start), case.country(pair.end), case.operator(pair.start),
        case.operator(pair.end),
    )  # fmt: skip
    flows: dict[Node, int] = {}
    days: dict[Node, float] = {}
    for node in ground.nodes:
        row = node.tables["lanes"][index]
        verdict = judge(ground, shipment, node)
        usable = within(row, node) and not verdict.banned
        name = f"flow {row['lane']} {pair.start} {pair.end} {material}"
        flow = flows[node] = program.variable(name, float("inf") if usable else 0.0)
        ground.flow[index, pair.start, pair.end, material, node] = flow
        load = lanes.load.setdefault((pair, node), {})
        load.setdefault(material, Expr()).add(flow)
        quotas.note(verdict, node, flow)
        days[node] = row["lead_days"] + verdict.review_days
        ground.at(pair.start, material, node).add(flow, -1.0)
        ground.pay("transport", node, flow, row["cost"])
        ground.pay("tariffs", node, flow, verdict.duty)
        ground.wait(material, node, flow, days[node])
    for node in ground.nodes:
        for sent in ground.arrivals(node, days):
            ground.at(pair.end, material, node).add(flows[sent])
        for sent in ground.on_the_way(node, days):
            ground.charge_capital(node, material, flows[sent])


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
    tables = ground.case.tables
    for index in range(len(tables["disposal"])):
        for node in ground.nodes:
            row = node.tables["disposal"][index]
            thrown = ground.program.variable(f"dispose {row['material']}", row["capacity"])
            ground.at(row["site"], row["material"], node).add(thrown, -1.0)
            ground.pay("disposal", node, thrown, row["cost"])
    for index in range(len(tables["returns"])):
        for node in ground.nodes:
            row = node.tables["returns"][index]
            earlier = node.back(int(row["lag_periods"]))
            if earlier is None:
                continue
            for d, demand in enumerate(tables["demand"]):
                if (demand["site"], demand["material"]) == (row["from_site"], row["from_material"]):
                    here = ground.at(row["site"], row["material"], node)
                    here.add(ground.delivered[d, earlier], row["share"])
    for index in range(len(tables["in_transit"])):
        for node in ground.nodes:
            row = node.tables["in_transit"][index]
            if node.period == row["period"]:
                ground.at(row["site"], row["material"], node).constant += row["quantity"]
            elif node.period < row["period"]:
                ground.charge_capital(node, row["material"], Expr(row["quantity"]))
