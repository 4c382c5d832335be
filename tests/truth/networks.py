"""Fixed-charge networks: FCNetLib, Canad, the AMPL book's multicommodity problem."""

from __future__ import annotations

import json
import re
from pathlib import Path

from .common import Case, add, add_sites, new_case


def fcnet(path: Path, name: str) -> Case:
    """FCNetLib single-commodity fixed-charge network (Ortega and Wolsey 2003).

    A node is a site; what it has to give is an offer, forced (``min_take``) since all of it
    must leave; what it needs is demand. An arc, and each of several parallel ones, is a lane
    with its unit cost and its fixed cost as ``open_cost``.
    """
    text = path.read_text(encoding="ascii")
    fixed, unit = _arcs(text, "fcost"), _arcs(text, "vcost")
    block = re.search(r"Parameter demand\(n\) /(.*?)/;", text, re.DOTALL)
    if block is None:
        raise ValueError(f"{path}: no demand")
    demand = {node: float(value) for node, value in re.findall(r"(n\d+)\s+(-?\d+)", block[1])}
    if "demand(n) = -demand(n)" in text:
        demand = {node: -value for node, value in demand.items()}
    case = new_case(name, f"FCNetLib {path.stem}: fixed-charge network")
    last = max(int(arc[end][1:]) for arc in unit | fixed for end in (0, 1))
    add_sites(case, [f"n{i + 1}" for i in range(last)], "BE")
    for arc in dict.fromkeys([*fixed, *unit]):
        start, end, number = arc
        fixed_cost = max(fixed.get(arc, 0.0), 0.0)
        unit_cost = 0.0 if fixed.get(arc, 0.0) < 0 else unit.get(arc, 0.0)
        add(case, "lanes", lane=f"{start}-{end}-{number}", from_=start, to=end, cost=unit_cost,
            open_cost=fixed_cost)  # fmt: skip
    for node, quantity in demand.items():
        if quantity < 0:
            add(case, "offers", offer=f"supply {node}", site=node, material="goods",
                capacity=-quantity, min_take=-quantity)  # fmt: skip
        elif quantity > 0:
            add(case, "demand", site=node, material="goods", quantity=quantity)
    return case


def _arcs(text: str, parameter: str) -> dict[tuple[str, str, str], float]:
    """Values by tail, head and number of the arc."""
    block = re.search(rf"Parameter {parameter}\(m,n,s\) /(.*?)/;", text, re.DOTALL)
    if block is None:
        raise ValueError(f"no {parameter}")
    rows = re.findall(r"(n\d+)\s+(n\d+)\s+(a\d+)\s+(-?[\d.]+)", block[1])
    return {(start, end, number): float(value) for start, end, number, value in rows}


def canad(path: Path, name: str) -> Case:
    """Canad multicommodity fixed-charge design (Crainic, Frangioni and Gendron; ``.dow``).

    A commodity is a material with one offer at its origin and one demand at its destination.
    An arc is a lane for all materials, which share its capacity and its fixed cost.
    """
    rows = [[int(word) for word in line.split()] for line in path.read_text().splitlines()[1:]]
    rows = [row for row in rows if row]
    nodes, arcs, commodities = rows[0]
    names = [f"k{k + 1}" for k in range(commodities)]
    case = new_case(name, f"Canad {path.stem}: multicommodity network design", materials=names)
    add_sites(case, [f"n{i + 1}" for i in range(nodes)], "CA")
    for number, (start, end, cost, capacity, fixed, *_) in enumerate(rows[1 : 1 + arcs], start=1):
        add(case, "lanes", lane=f"arc {number}", from_=f"n{start}", to=f"n{end}", cost=cost,
            capacity=capacity, open_cost=fixed)  # fmt: skip
    for material, (origin, destination, quantity) in zip(names, rows[1 + arcs :], strict=True):
        add(case, "offers", offer=f"{material} at n{origin}", site=f"n{origin}",
            material=material, capacity=quantity)  # fmt: skip
        add(case, "demand", site=f"n{destination}", material=material, quantity=quantity)
    return case


def multmip(path: Path, name: str) -> Case:
    """AMPL book, multmip1: three products share each route's limit and its fixed cost.

    The first product's lane row holds limit and fixed cost; the other products have rows of
    their own for their unit costs, which share them.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    case = new_case(name, "AMPL book, multmip1: routes shared by three products",
                    materials=data["products"])  # fmt: skip
    add_sites(case, data["orig"] + data["dest"], "US")
    owner, *others = data["products"]
    for i, start in enumerate(data["orig"]):
        for j, end in enumerate(data["dest"]):
            route = f"{start}-{end}"
            add(case, "lanes", lane=f"{route} {owner}", from_=start, to=end, material=owner,
                cost=data["var_cost"][owner][i][j], capacity=data["route_limit"],
                open_cost=data["fixed_cost"][i][j])  # fmt: skip
            for product in others:
                add(case, "lanes", lane=f"{route} {product}", from_=start, to=end,
                    material=product, cost=data["var_cost"][product][i][j],
                    shares=f"{route} {owner}")  # fmt: skip
    for product in data["products"]:
        for start, quantity in zip(data["orig"], data["supply"][product], strict=True):
            add(case, "offers", offer=f"{product} at {start}", site=start, material=product,
                capacity=quantity, min_take=quantity)  # fmt: skip
        for end, quantity in zip(data["dest"], data["demand"][product], strict=True):
            if quantity:
                add(case, "demand", site=end, material=product, quantity=quantity)
    return case
