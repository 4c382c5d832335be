"""Policies: limits on shares, quantities, suppliers, openings, lanes, money and cover."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from .borders import window_path
from .demand import asked
from .ground import Ground, within
from .lanes import Lanes
from .linear import Expr
from .reader import Row
from .supplied import Supply, fits, supplied
from .tree import Node

TOLERANCE = 1e-9


def add_policies(ground: Ground, lanes: Lanes) -> None:
    """Add every policy row."""
    for index, base in enumerate(ground.case.tables["policies"]):
        for last, window in _windows(ground, base):
            row = last.tables["policies"][index]
            KINDS[base["kind"]](ground, lanes, row, last, window)


def _windows(ground: Ground, row: Row) -> list[tuple[Node, list[Node]]]:
    """Each window along each path: its last node, and its nodes inside the row's dates."""
    kind = row["window"] or ("horizon" if row["kind"] == "capital_budget" else "period")
    found = []
    for node in ground.nodes:
        if not within(row, node):
            continue
        following = [n for n in ground.nodes if node in n.path and n.period == node.period + 1]
        same = [
            n for n in following if within(row, n) and node in window_path(ground.case, kind, n)
        ]
        if not same:
            members = [m for m in window_path(ground.case, kind, node) if within(row, m)]
            found.append((node, members))
    return found


def _slack(ground: Ground, row: Row, last: Node) -> Expr:
    """How far the limit may be missed: nothing, or a variable at the penalty."""
    if row["penalty"] is None:
        return Expr()
    missed = ground.program.variable(f"missed {row['policy']}")
    ground.pay("penalty", last, missed, row["penalty"])
    return Expr().add(missed)


def _groups(ground: Ground, row: Row, window: list[Node]) -> list[list[Supply]]:
    """The scope's supplies: all together, or one list per country, operator, ..."""
    scope = [s for s in supplied(ground, row, window) if fits(ground.case, row, s)]
    if not row["each"]:
        return [scope]
    split: defaultdict[str, list[Supply]] = defaultdict(list)
    for supply in scope:
        split[getattr(supply, row["each"])].append(supply)
    return list(split.values())


def _sum(supplies: list[Supply]) -> Expr:
    total = Expr()
    for supply in supplies:
        total.add(supply.quantity)
    return total


def _share(ground: Ground, _: Lanes, row: Row, last: Node, window: list[Node]) -> None:
    total = _sum(supplied(ground, row, window))
    for group in _groups(ground, row, window):
        difference = _sum(group).add(total, -row["value"])
        _limit(ground, row, last, difference, 0.0)


def _quantity(ground: Ground, _: Lanes, row: Row, last: Node, window: list[Node]) -> None:
    for group in _groups(ground, row, window):
        _limit(ground, row, last, _sum(group), row["value"])


def _limit(ground: Ground, row: Row, last: Node, left: Expr, right: float) -> None:
    if row["kind"].startswith("max"):
        ground.program.at_most(left, _slack(ground, row, last).add(Expr(right)))
    else:
        ground.program.at_least(left.add(_slack(ground, row, last)), right)


def _recycled(ground: Ground, _: Lanes, row: Row, last: Node, window: list[Node]) -> None:
    total = _sum(supplied(ground, row, window))
    for group in _groups(ground, row, window):
        recycled = _sum([s for s in group if s.stage == "recycling" and s.main])
        _limit(ground, row, last, recycled.add(total, -row["value"]), 0.0)


def _sites(ground: Ground, row: Row) -> list[str]:
    """Sites inside the sites, countries and operators of a policy."""
    case = ground.case
    return [
        site
        for site in case.select(row["sites"], ground.sites())
        if case.select(row["countries"], [case.country(site)])
        and case.select(row["operators"], [case.operator(site)])
    ]


def _throughput(ground: Ground, _: Lanes, row: Row, last: Node, window: list[Node]) -> None:
    case, sites = ground.case, _sites(ground, row)
    materials = case.select(row["materials"], ground.materials())
    leaving = {site: Expr() for site in sites}
    for (_row, start, _end, material, node), flow in ground.flow.items():
        if start in leaving and material in materials and node in window:
            leaving[start].add(flow)
    for (index, node), delivered in ground.delivered.items():
        demand = case.tables["demand"][index]
        if demand["site"] in leaving and demand["material"] in materials and node in window:
            leaving[demand["site"]].add(delivered)
    named: dict[str | None, Callable[[str], str]] = {
        "country": case.country, "operator": case.operator, "supplier": case.operator,
        "site": str, None: lambda _: "",
    }  # fmt: skip
    name = named[row["each"] or None]
    totals: defaultdict[str, Expr] = defaultdict(Expr)
    for site, expression in leaving.items():
        totals[name(site)].add(expression)
    for expression in totals.values():
        _limit(ground, row, last, expression, row["value"])


def _suppliers(ground: Ground, _: Lanes, row: Row, last: Node, window: list[Node]) -> None:
    program = ground.program
    all_supply = supplied(ground, row, window)
    total = _sum(all_supply)
    most = sum(s.most for s in all_supply)
    for group in _groups(ground, row, window):
        by_supplier: defaultdict[str, list[Supply]] = defaultdict(list)
        for supply in group:
            by_supplier[supply.supplier].append(supply)
        counted = Expr()
        for supplies in by_supplier.values():
            counts = program.binary("supplier counts")
            counted.add(counts)
            if row["kind"] == "max_suppliers":
                program.at_most(_sum(supplies), Expr().add(counts, most))
            else:
                enough = _sum(supplies).add(total, -row["count_from"])
                program.at_least(enough, Expr(-most).add(counts, most))
        if row["kind"] == "max_suppliers":
            program.at_most(counted, _slack(ground, row, last).add(Expr(row["value"])))
        else:
            some = program.binary("some supply")
            program.at_most(total, Expr().add(some, most))
            counted.add(_slack(ground, row, last))
            program.at_least(counted, Expr().add(some, row["value"]))


def _openings(ground: Ground, _: Lanes, row: Row, last: Node, window: list[Node]) -> None:
    case = ground.case
    groups: defaultdict[str, Expr] = defaultdict(Expr)
    for index, plant in enumerate(case.tables["plants"]):
        if plant["status"] != "candidate" or last.period > plant["end"]:
            continue
        supply = Supply.of_plant(case, index)
        if fits(case, row, supply) and supply.made_by(case, row):
            groups[getattr(supply, row["each"]) if row["each"] else ""].add(
                ground.plant_opened[index, last]
            )
    for expression in groups.values() if groups else [Expr()]:
        _limit(ground, row, last, expression, row["value"])


def _lane_count(ground: Ground, lanes: Lanes, row: Row, last: Node, window: list[Node]) -> None:
    materials = set(ground.case.select(row["materials"], ground.materials()))
    for site in _sites(ground, row):
        for node in window:
            used = Expr()
            for (pair, at), variable in lanes.used.items():
                if pair.start == site and at is node and materials & set(lanes.load[pair, at]):
                    used.add(variable)
            ground.program.at_most(used, _slack(ground, row, last).add(Expr(row["value"])))


def _budget(ground: Ground, _: Lanes, row: Row, last: Node, window: list[Node]) -> None:
    spent = Expr()
    for node in window:
        spent.add(ground.investment[node])
    ground.program.at_most(spent, _slack(ground, row, last).add(Expr(row["value"])))


def _cover(ground: Ground, _: Lanes, row: Row, last: Node, window: list[Node]) -> None:
    materials = ground.case.select(row["materials"], ground.materials())
    sites = _sites(ground, row)
    for node in window:
        held, wanted = Expr(), 0.0
        for index, stock in enumerate(ground.case.tables["stockpiles"]):
            if stock["material"] in materials and stock["site"] in sites:
                held.add(ground.stock[index, node])
        for demand in node.tables["demand"]:
            if demand["material"] in materials:
                wanted += asked(demand, node)
        cover = row["value"] / ground.case.period_days * wanted
        ground.program.at_least(held.add(_slack(ground, row, last)), cover)


KINDS: dict[str, Callable[[Ground, Lanes, Row, Node, list[Node]], None]] = {
    "max_share": _share, "min_share": _share,
    "max_quantity": _quantity, "min_quantity": _quantity,
    "max_throughput": _throughput,
    "min_suppliers": _suppliers, "max_suppliers": _suppliers,
    "max_open": _openings, "min_open": _openings,
    "max_lanes": _lane_count, "capital_budget": _budget,
    "recycled_share": _recycled, "min_cover_days": _cover,
}  # fmt: skip
