"""Demand streams with shortage and backlog, and stockpiles."""

from __future__ import annotations

import math

from .ground import Ground, within
from .linear import Expr
from .reader import Row
from .tree import Node


def asked(row: Row, node: Node) -> float:
    """What a demand row asks for at a node."""
    return float(row["quantity"]) if within(row, node) else 0.0


def is_optional(row: Row) -> bool:
    """An optional sale: what is not delivered costs nothing."""
    return row["shortage_cost"] is not None and row["shortage_cost"] == 0


def add_demand(ground: Ground) -> None:
    """Add every demand row at every node."""
    for index in range(len(ground.case.tables["demand"])):
        waiting: dict[Node, Expr] = {}
        for node in ground.nodes:
            before = node.back(1)
            owed = waiting[before] if before is not None else Expr()
            waiting[node] = _meet(ground, index, node, owed)


def _meet(ground: Ground, index: int, node: Node, owed: Expr) -> Expr:
    """Deliver, run short or let wait at one node; returns what waits at its end."""
    row, program = node.tables["demand"][index], ground.program
    delivered = ground.delivered[index, node] = program.variable(f"deliver {row['material']}")
    ground.at(row["site"], row["material"], node).add(delivered, -1.0)
    ground.pay("revenue", node, delivered, -row["price"])
    met = Expr().add(delivered)
    if row["shortage_cost"] is not None:
        short = program.variable(f"short {row['material']}")
        met.add(short)
        ground.pay("shortage", node, short, row["shortage_cost"])
        if not is_optional(row):
            ground.short.add(short, node.probability)
            ground.days.add(short, node.probability * ground.case.shortage_days)
    due = Expr(asked(row, node)).add(owed)
    waits = Expr()
    if row["backlog_cost"] is not None and not node.last:
        backlog = program.variable(f"backlog {row['material']}")
        waits.add(backlog)
        ground.pay("backlog", node, backlog, row["backlog_cost"])
        ground.days.add(backlog, node.probability * ground.case.period_days)
    program.equal(met.add(waits), due)
    return waits


def total_demand(ground: Ground) -> float:
    """Expected quantity asked for over the horizon, optional sales aside."""
    total = 0.0
    for node in ground.nodes:
        for row in node.tables["demand"]:
            if not is_optional(row):
                total += asked(row, node) * node.probability
    return total


def add_stock(ground: Ground) -> None:
    """Add every stockpile at every node."""
    for index in range(len(ground.case.tables["stockpiles"])):
        _add_stockpile(ground, index)


def _add_stockpile(ground: Ground, index: int) -> None:
    base, program = ground.case.tables["stockpiles"][index], ground.program
    opened = _opened(ground, index)
    taken: dict[Node, int] = {}
    for node in ground.nodes:
        row = node.tables["stockpiles"][index]
        level = ground.stock[index, node] = program.variable(f"stock {row['material']}")
        stored = program.variable(f"store {row['material']}")
        taken[node] = program.variable(f"take {row['material']}")
        before = node.back(1)
        kept = Expr(base["initial"] if before is None else 0.0)
        if before is not None:
            kept.add(ground.stock[index, before])
        change = Expr().add(kept, 1 - row["decay"]).add(stored).add(taken[node], -1.0)
        program.equal(Expr().add(level), change)
        ground.at(row["site"], row["material"], node).add(stored, -1.0)
        _bounds(ground, index, node, Expr().add(level), opened)
        if opened is not None:
            most = ground.limit(row["material"], row["capacity"])
            program.at_most(Expr().add(stored), Expr().add(opened[node], most))
        ground.pay("holding", node, level, row["holding_cost"])
        ground.charge_capital(node, row["material"], level)
    for node in ground.nodes:
        earlier = node.back(int(base["release_lag"]))
        if earlier is not None:
            ground.at(base["site"], base["material"], node).add(taken[earlier])


def _opened(ground: Ground, index: int) -> dict[Node, Expr] | None:
    base, program = ground.case.tables["stockpiles"][index], ground.program
    costs = {n: n.tables["stockpiles"][index]["open_cost"] for n in ground.nodes}
    if not any(cost > 0 for cost in costs.values()):
        return None
    choice = {n: program.binary(f"open stock {base['site']}") for n in ground.nodes if n.strategic}
    opened: dict[Node, Expr] = {}
    for node in ground.nodes:
        opened[node] = Expr()
        for earlier in node.path:
            if earlier in choice:
                opened[node].add(choice[earlier])
        if node.last:
            program.at_most(opened[node], 1.0)
        if node in choice:
            ground.pay("stock_open", node, choice[node], costs[node])
            ground.investment[node].add(choice[node], costs[node])
    return opened


def _bounds(
    ground: Ground, index: int, node: Node, level: Expr, opened: dict[Node, Expr] | None
) -> None:
    """Capacity, minimum level, final level and cover of a stockpile at a node."""
    row, program = node.tables["stockpiles"][index], ground.program
    if opened is not None:
        most = ground.limit(row["material"], row["capacity"])
        program.at_most(level, Expr().add(opened[node], most))
        program.at_least(level, Expr().add(opened[node], row["min_level"]))
    else:
        if math.isfinite(row["capacity"]):
            program.at_most(level, row["capacity"])
        program.at_least(level, row["min_level"])
    if node.last and row["final_level"] > 0:
        program.at_least(level, row["final_level"])
    if row["min_cover_days"] > 0:
        cover = row["min_cover_days"] / ground.case.period_days
        program.at_least(level, cover * covered_demand(ground, row, node))


def covered_demand(ground: Ground, stock: Row, node: Node) -> float:
    """Demand that a stockpile covers: its own site's rows, or all where it has none."""
    covers = ground.case.select(stock["cover_of"] or stock["material"], ground.materials())
    rows = [r for r in node.tables["demand"] if r["material"] in covers]
    own = [r for r in rows if r["site"] == stock["site"]]
    return sum(asked(row, node) for row in own or rows)
