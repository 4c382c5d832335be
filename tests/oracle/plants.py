"""Plants: recipes, opening, modules, running costs and lead times."""

from __future__ import annotations

import math

from .ground import Ground, plant_limit, within
from .linear import Expr
from .modes import Mode, find_modes, output_marks
from .reader import Row
from .service import YES, Services, rules_on
from .technology import permit
from .tree import Node


def add_plants(ground: Ground) -> None:
    """Add every plant at every node."""
    services = Services()
    for index in range(len(ground.case.tables["plants"])):
        _add_plant(ground, index, services)


def _add_plant(ground: Ground, index: int, services: Services) -> None:
    base = ground.case.tables["plants"][index]
    opened, available = _opening(ground, index)
    extra = _modules(ground, index, opened, available, services)
    limit = plant_limit(ground, index, ground.most)
    modes = find_modes(ground, base)
    for node in ground.nodes:
        row = node.tables["plants"][index]
        program = ground.program
        run = ground.run[index, node] = program.variable(f"run {row['plant']}")
        if math.isfinite(limit):
            program.at_most(Expr().add(run), Expr().add(available[node], limit))
        elif not available[node].terms and available[node].constant == 0:
            program.at_most(Expr().add(run), 0.0)
        elif available[node].terms:
            raise ValueError(f"nothing bounds the activity of candidate {row['plant']}")
        own = _own_capacity(ground, row, node, available[node], limit, services)
        if own is not None:
            program.at_most(Expr().add(run), own.add(extra[node]))
        if row["run_cost"] or row["min_activity"]:
            running = program.binary(f"running {row['plant']}")
            program.at_most(Expr().add(running), available[node])
            program.at_most(Expr().add(run), Expr().add(running, limit))
            program.at_least(Expr().add(run), Expr().add(running, row["min_activity"]))
            ground.pay("run", node, running, row["run_cost"])
        ground.pay("variable", node, run, row["variable_cost"])
        ground.pay("fixed", node, available[node], row["fixed_cost"])
        for recipe in node.tables["recipes"]:
            if recipe["process"] == base["process"] and recipe["quantity"] > 0:
                made = Expr().add(run, recipe["quantity"])
                ground.wait(recipe["material"], node, made, row["lead_days"])
        _run_in_modes(ground, row, node, run, modes)


def _own_capacity(
    ground: Ground, row: Row, node: Node, available: Expr, limit: float, services: Services
) -> Expr | None:
    """Capacity of a plant without modules; None where it has no limit."""
    if row["capacity"] < math.inf:
        whole = Expr().add(available, row["capacity"])
        technology = row["technology"]
        left = services.left(ground, row, technology, node, whole, row["capacity"])
        return Expr().add(left)
    if rules_on(ground.case, row, row["technology"], node):
        whole = Expr().add(available, limit if math.isfinite(limit) else 0.0)
        left = services.left(ground, row, row["technology"], node, whole, limit, endless=True)
        return Expr().add(left)
    return None


def _run_in_modes(ground: Ground, row: Row, node: Node, run: int, modes: list[Mode]) -> None:
    """Split a run over modes; each draws its variants of the inputs and marks the outputs."""
    program, total = ground.program, Expr()
    finish = node.period + ground.case.lag(row["lead_days"])
    for mode in modes:
        part = program.variable(f"run {row['plant']} {sorted(mode.marks)}")
        total.add(part)
        for recipe in node.tables["recipes"]:
            if recipe["process"] == row["process"] and recipe["quantity"] < 0:
                marks = mode.draws[recipe["material"]]
                here = ground.at(row["site"], recipe["material"], marks, node)
                here.add(part, recipe["quantity"])
        for later in ground.after(node):
            if later.period != finish:
                continue
            for recipe in later.tables["recipes"]:
                if recipe["process"] == row["process"] and recipe["quantity"] > 0:
                    marks = output_marks(ground.case, mode, recipe["material"])
                    here = ground.at(row["site"], recipe["material"], marks, later)
                    here.add(part, recipe["quantity"])
    program.equal(total, Expr().add(run))


def _opening(ground: Ground, index: int) -> tuple[dict[Node, Expr], dict[Node, Expr]]:
    """Opened (decided) and available (can run), 0 or 1, at each node."""
    base = ground.case.tables["plants"][index]
    opened: dict[Node, Expr] = {}
    available: dict[Node, Expr] = {}
    if base["status"] != "candidate":
        for node in ground.nodes:
            opened[node] = Expr(1.0)
            available[node] = Expr(1.0 if within(base, node) else 0.0)
        return opened, available
    program = ground.program
    strategic = [node for node in ground.nodes if node.strategic]
    choice = {node: program.binary(f"open {base['plant']}") for node in strategic}
    permits = {n: permit(ground.case, base, base["technology"], n) for n in strategic}
    for node in ground.nodes:
        opened[node], available[node] = Expr(), Expr()
        for earlier in node.path:
            if earlier not in choice:
                continue
            opened[node].add(choice[earlier])
            wait = base["build_periods"] + permits[earlier].wait
            ready = earlier.period + wait <= node.period
            if ready and within(base, node):
                available[node].add(choice[earlier])
        if node.last:
            program.at_most(opened[node], 1.0)
        if node in choice:
            cost = node.tables["plants"][index]["open_cost"]
            ground.pay("open", node, choice[node], cost)
            ground.investment[node].add(choice[node], cost)
            ground.pay("licences", node, choice[node], permits[node].cost)
            if permits[node].forbidden:
                program.at_most(Expr().add(choice[node]), 0.0)
        ground.plant_opened[index, node] = opened[node]
    return opened, available


def _modules(
    ground: Ground,
    index: int,
    opened: dict[Node, Expr],
    available: dict[Node, Expr],
    services: Services,
) -> dict[Node, Expr]:
    """Capacity that modules add at each node where the plant is available."""
    case, plant = ground.case, ground.case.tables["plants"][index]
    extra = {node: Expr() for node in ground.nodes}
    for k, base in enumerate(case.tables["expansions"]):
        if base["plant"] != plant["plant"]:
            continue
        program, whole = ground.program, base["continuous"] not in YES
        technology = case.expansion_technology(base)
        permits = {node: permit(case, plant, technology, node) for node in ground.nodes}
        added: dict[Node, int] = {}
        for node in ground.nodes:
            row = node.tables["expansions"][k]
            if node.strategic and node.period <= plant["end"] and not permits[node].forbidden:
                added[node] = program.variable(f"modules {plant['plant']}", integer=whole)
                ground.pay("expand", node, added[node], row["module_cost"])
                ground.investment[node].add(added[node], row["module_cost"])
                ground.pay("licences", node, added[node], permits[node].cost)
            total = Expr()
            for earlier in node.path:
                if earlier in added:
                    total.add(added[earlier])
            most = _most_modules(ground, row["max_modules"], row["module_capacity"], index)
            if node.period <= plant["end"] and math.isfinite(most):
                program.at_most(total, Expr().add(opened[node], most))
            elif opened[node].terms and not math.isfinite(most):
                raise ValueError(f"nothing bounds the modules of candidate {plant['plant']}")
            part, room = Expr(), 0.0
            for earlier in node.path:
                wait = base["build_periods"] + permits[earlier].wait
                if earlier not in added or earlier.period + wait > node.period:
                    continue
                decided = earlier.tables["expansions"][k]
                live = _live(ground, added[earlier], available[node], most)
                part.add(live, decided["module_capacity"])
                room += most * decided["module_capacity"] if decided["module_capacity"] else 0.0
                ground.pay("fixed", node, live, decided["fixed_cost"])
            extra[node].add(services.left(ground, plant, technology, node, part, room))
    return extra


def _most_modules(ground: Ground, most: float, size: float, index: int) -> float:
    """The stated maximum, or as many as inputs could ever keep busy."""
    if math.isfinite(most) or size <= 0:
        return most
    recipes = ground.case.tables["recipes"]
    process = ground.case.tables["plants"][index]["process"]
    busy = math.inf
    for recipe in recipes:
        if recipe["process"] == process and recipe["quantity"]:
            busy = min(busy, ground.most[recipe["material"]] / abs(recipe["quantity"]))
    return math.ceil(busy / size) if math.isfinite(busy) else most


def _live(ground: Ground, modules: int, available: Expr, most: float) -> Expr:
    """Modules decided, where the plant is available, else 0."""
    if not available.terms:
        return Expr().add(modules, available.constant)
    program = ground.program
    live = program.variable("live modules")
    program.at_most(Expr().add(live), Expr().add(modules))
    program.at_most(Expr().add(live), Expr().add(available, most))
    program.at_least(Expr().add(live), Expr(-most).add(modules).add(available, most))
    return Expr().add(live)
