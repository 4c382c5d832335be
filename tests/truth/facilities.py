"""Facility location and transport: OR-Library, UflLib, Dantzig, Aneja and Nair, Williams."""

from __future__ import annotations

import json
from pathlib import Path

from .common import Case, add, add_sites, new_case


def orlib(path: Path, name: str, *, capacitated: bool = True) -> Case:
    """OR-Library capacitated warehouse location (Beasley 1988).

    A warehouse is an offer at its own site: ``select_cost`` is its fixed cost, ``capacity``
    its size (blank for the uncapacitated problems, which share the files). The file gives the
    cost of a customer's *whole* demand, so a lane costs that divided by the demand. All demand
    must be met and may be split.
    """
    numbers = iter(path.read_text(encoding="ascii").split())
    warehouses, customers = int(next(numbers)), int(next(numbers))
    case = new_case(name, f"OR-Library {path.stem}: choose warehouses, serve customers")
    add_sites(case, [f"W{i + 1}" for i in range(warehouses)], "GB")
    add_sites(case, [f"C{j + 1}" for j in range(customers)], "GB")
    for i in range(1, warehouses + 1):
        capacity, fixed = float(next(numbers)), float(next(numbers))
        add(case, "offers", offer=f"warehouse {i}", site=f"W{i}", material="goods",
            select_cost=fixed or None, capacity=capacity if capacitated else None)  # fmt: skip
    for j in range(1, customers + 1):
        demand = float(next(numbers))
        add(case, "demand", site=f"C{j}", material="goods", quantity=demand)
        for i in range(1, warehouses + 1):
            cost = float(next(numbers)) / demand
            add(case, "lanes", lane=f"W{i}-C{j}", from_=f"W{i}", to=f"C{j}", cost=cost)
    return case


def ufl(path: Path, name: str) -> Case:
    """UflLib simple plant location: like :func:`orlib`, each customer asks for one unit."""
    lines = path.read_text(encoding="ascii").splitlines()
    facilities, customers, _ = (int(word) for word in lines[1].split())
    case = new_case(name, f"UflLib {path.name}: choose facilities, serve customers")
    add_sites(case, [f"F{i + 1}" for i in range(facilities)], "DE")
    add_sites(case, [f"C{j + 1}" for j in range(customers)], "DE")
    for line in lines[2 : 2 + facilities]:
        i, fixed, *costs = (int(word) for word in line.split())
        add(case, "offers", offer=f"facility {i}", site=f"F{i}", material="goods",
            select_cost=fixed)  # fmt: skip
        for j, cost in enumerate(costs, start=1):
            add(case, "lanes", lane=f"F{i}-C{j}", from_=f"F{i}", to=f"C{j}", cost=cost)
    for j in range(1, customers + 1):
        add(case, "demand", site=f"C{j}", material="goods", quantity=1)
    return case


def trnsport(path: Path, name: str) -> Case:
    """Dantzig's transport problem: canneries offer, markets ask, freight per case and mile."""
    data = json.loads(path.read_text(encoding="utf-8"))
    canneries, markets = ["seattle", "san-diego"], ["new-york", "chicago", "topeka"]
    case = new_case(name, "Dantzig's transport problem (GAMS trnsport); thousands of dollars")
    add_sites(case, canneries + markets, "US")
    for i, cannery in enumerate(canneries):
        add(case, "offers", offer=f"{cannery} cannery", site=cannery, material="goods",
            capacity=data["cap"][i])  # fmt: skip
        for j, market in enumerate(markets):
            cost = data["freight"] * data["distance"][i][j] / 1000
            add(case, "lanes", lane=f"{cannery} to {market}", from_=cannery, to=market, cost=cost)
    for j, market in enumerate(markets):
        add(case, "demand", site=market, material="goods", quantity=data["demand"][j])
    return case


def aneja_nair(path: Path, name: str) -> Case:
    """Aneja and Nair's bicriteria transport problem: the second matrix is days on the lane.

    ``lead_time`` is the sum of quantity x days over total demand, that is, the published
    second criterion divided by 44. No lane takes half a period, so nothing arrives later.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    case = new_case(name, "Aneja and Nair 1979: bicriteria transport, cost against days")
    add_sites(case, ["S1", "S2", "S3", "D1", "D2", "D3", "D4"], "IN")
    for i, supply in enumerate(data["supply"], start=1):
        add(case, "offers", offer=f"source {i}", site=f"S{i}", material="goods", capacity=supply)
    for j, demand in enumerate(data["demand"], start=1):
        add(case, "demand", site=f"D{j}", material="goods", quantity=demand)
    for i, costs in enumerate(data["cost"], start=1):
        for j, cost in enumerate(costs, start=1):
            days = data["second"][i - 1][j - 1]
            add(case, "lanes", lane=f"S{i}-D{j}", from_=f"S{i}", to=f"D{j}", cost=cost,
                lead_days=days)  # fmt: skip
    return case


def williams_1(path: Path, name: str) -> Case:
    """Williams, Distribution: factories, depots with a throughput limit, customers.

    Factories are offers; a depot's limit is a ``max_throughput`` policy on its site.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    case = new_case(name, "H. P. Williams, exercise 19: Distribution")
    add_sites(case, [*data["supply"], *data["throughput"], *data["demand"]], "GB")
    for factory, capacity in data["supply"].items():
        add(case, "offers", offer=f"{factory} factory", site=factory, material="goods",
            capacity=capacity)  # fmt: skip
    for start, end, cost in data["arcs"]:
        add(case, "lanes", lane=f"{start} to {end}", from_=start, to=end, cost=cost)
    for depot, limit in data["throughput"].items():
        add(case, "policies", policy=f"{depot} throughput", kind="max_throughput", sites=depot,
            value=limit)  # fmt: skip
    for customer, quantity in data["demand"].items():
        add(case, "demand", site=customer, material="goods", quantity=quantity)
    return case


def williams_2(path: Path, name: str) -> Case:
    """Williams, Depot location: which depots to keep, build or enlarge.

    A depot is a plant that breaks bulk: ``bulk`` comes in, ``goods`` go out, at most its
    throughput. Factories may do the same for the customers they serve directly. Birmingham and
    London exist; keeping Newcastle or Exeter and building Bristol or Northampton cost their
    sums when decided, and with two fixed depots at most two more make four. Birmingham's
    enlargement is one module.

    The book counts costs from today's, at which Newcastle and Exeter are paid for: closing
    both saves 15000. The case books that saving as certain income, 15000 pounds of ``savings``
    handed over at price 1, against which keeping either is paid.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    case = new_case(name, "H. P. Williams, exercise 20: Depot location",
                    materials=["bulk", "goods", "savings"])  # fmt: skip
    add_sites(case, [*data["supply"], *data["throughput"], *data["demand"], "Accounts"], "GB")
    add(case, "processes", process="break bulk")
    add(case, "recipes", process="break bulk", material="bulk", quantity=-1)
    add(case, "recipes", process="break bulk", material="goods", quantity=1)
    for factory, capacity in data["supply"].items():
        add(case, "offers", offer=f"{factory} factory", site=factory, material="bulk",
            capacity=capacity)  # fmt: skip
        add(case, "plants", plant=f"{factory} dispatch", site=factory, process="break bulk")
    for depot, limit in data["throughput"].items():
        is_open = depot in data["always_open"]
        add(case, "plants", plant=f"{depot} depot", site=depot, process="break bulk",
            capacity=limit, status="existing" if is_open else "candidate",
            open_cost=None if is_open else data["open_cost"][depot])  # fmt: skip
    enlargement = data["birmingham_expansion"]
    add(case, "expansions", plant="Birmingham depot", module_capacity=enlargement["capacity"],
        module_cost=enlargement["cost"], max_modules=1)  # fmt: skip
    for start, end, cost in data["arcs"]:
        material = "bulk" if end in data["throughput"] else "goods"
        add(case, "lanes", lane=f"{start} to {end}", from_=start, to=end, material=material,
            cost=cost)  # fmt: skip
    for customer, quantity in data["demand"].items():
        add(case, "demand", site=customer, material="goods", quantity=quantity)
    more = data["max_open"] - len(data["always_open"])
    add(case, "policies", policy="at most four depots", kind="max_open", value=more)
    saving = -data["objective_constant"]
    add(case, "offers", offer="rent of both depots", site="Accounts", material="savings",
        capacity=saving)  # fmt: skip
    add(case, "demand", site="Accounts", material="savings", quantity=saving, price=1)
    return case
