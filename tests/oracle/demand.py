"""Demand streams with shortage and backlog, and stockpiles."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .ground import Ground, within
from .linear import Expr
from .marks import Marks, Outlet, named_marks
from .reader import PlainCase, Row
from .rules import in_force, is_about
from .tree import Node


def asked(row: Row, node: Node) -> float:
    """What a demand row asks for at a node."""
    return float(row["quantity"]) if within(row, node) else 0.0


def is_optional(row: Row) -> bool:
    """An optional sale: what is not delivered costs nothing."""
    return row["shortage_cost"] is not None and row["shortage_cost"] == 0


def refuses(case: PlainCase, row: Row, marks: Marks, node: Node) -> bool:
    """Does a demand row refuse goods with such marks at a node?"""
    if Outlet(row["end_use"], row["end_user"]).mark in marks:
        return True
    for rule in case.tables["controls"]:
        if rule["kind"] != "procurement" or rule["policy"] != "prohibited":
            continue
        exempt = rule["exempt_end_uses"] and case.picks(rule["exempt_end_uses"], row["end_use"])
        concerned = (
            case.picks(rule["destinations"], case.country(row["site"]))
            and case.picks(rule["end_uses"], row["end_use"])
            and not exempt
            and case.picks(rule["end_users"], row["end_user"] or case.operator(row["site"]))
            and is_about(case, rule, row["material"])
        )
        if concerned and rule["pedigree"] in marks and in_force(case, rule, node):
            return True
    return False


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
    accepted = [
        marks
        for marks in ground.variants_at(row["site"], row["material"])
        if not refuses(ground.case, row, marks, node)
    ]
    parts = ground.parts(f"deliver {row['material']}", delivered, accepted)
    ground.delivered_as[index, node] = parts
    for marks, part in parts.items():
        ground.at(row["site"], row["material"], marks, node).add(part, -1.0)
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


@dataclass(frozen=True)
class Held:
    """Variables of one variant in a stockpile at a node."""

    level: int
    stored: int
    taken: int


def add_stock(ground: Ground) -> None:
    """Add every stockpile at every node."""
    for index in range(len(ground.case.tables["stockpiles"])):
        _add_stockpile(ground, index)


def _add_stockpile(ground: Ground, index: int) -> None:
    program, opened = ground.program, _opened(ground, index)
    held = _add_variants(ground, index)
    for node in ground.nodes:
        row = node.tables["stockpiles"][index]
        level = ground.stock[index, node] = program.variable(f"stock {row['material']}")
        total, stored = Expr(), Expr()
        for change in held[node].values():
            total.add(change.level)
            stored.add(change.stored)
        program.equal(total, Expr().add(level))
        _bounds(ground, index, node, Expr().add(level), opened)
        if opened is not None:
            most = ground.limit(row["material"], row["capacity"])
            program.at_most(stored, Expr().add(opened[node], most))
        ground.pay("holding", node, level, row["holding_cost"])
        ground.charge_capital(node, row["material"], level)


def _add_variants(ground: Ground, index: int) -> dict[Node, dict[Marks, Held]]:
    """Stock of each variant at each node: what there was, less decay, stored and taken."""
    base, program = ground.case.tables["stockpiles"][index], ground.program
    site, material = base["site"], base["material"]
    at_first = named_marks(ground.case, base["pedigrees"], material)
    held: dict[Node, dict[Marks, Held]] = {}
    for node in ground.nodes:
        row = node.tables["stockpiles"][index]
        held[node] = {}
        for marks in ground.variants_at(site, material):
            names = (f"{word} {material} {sorted(marks)}" for word in ("stock", "store", "take"))
            here = held[node][marks] = Held(*(program.variable(name) for name in names))
            kept = Expr()
            before = node.back(1)
            if before is not None:
                kept.add(held[before][marks].level)
            elif marks == at_first:
                kept.constant = base["initial"]
            change = Expr().add(kept, 1 - row["decay"]).add(here.stored).add(here.taken, -1.0)
            program.equal(Expr().add(here.level), change)
            ground.at(site, material, marks, node).add(here.stored, -1.0)
            for later in ground.after(node):
                if later.period == node.period + base["release_lag"]:
                    ground.at(site, material, marks, later).add(here.taken)
    return held


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
