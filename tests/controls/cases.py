"""Small worlds to try rules in, and their optimum at gap 0.

Rows are made by one function per table, a case by :func:`world`. Periods are years unless a test
says otherwise, nothing is discounted, and most worlds have a cheap way that a rule is about (at 1)
and a dear one that no rule touches (at 5), so that costs can be worked out on paper.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pandas as pd
from optimizer.agreement import checked, exact
from secondsource.models.plan import Solution

Data = dict[str, Any]
YEAR = 365.25
"""Days of a period."""


def world(
    sites: dict[str, str],
    materials: dict[str, float | None],
    *,
    periods: int = 1,
    months: float = 12,
    settings: Data | None = None,
    processes: list[Data] | None = None,
    **tables: list[Data] | None,
) -> Data:
    """A case from sites (name -> country), materials (name -> price) and rows of other tables.

    A site is written ``name`` or ``name/operator``. Processes are those of :func:`process`.
    """
    rows = processes or []
    case: Data = {
        "case": {"periods": periods, "months_per_period": months} | (settings or {}),
        "materials": [{"material": name, "price": price} for name, price in materials.items()],
        "sites": [_site(name, country) for name, country in sites.items()],
        "processes": [{"process": row["process"], "stage": row["stage"]} for row in rows],
        "recipes": [
            {"process": row["process"], "material": material, "quantity": quantity}
            for row in rows
            for material, quantity in row["recipe"].items()
        ],
    }
    case |= {name: rows for name, rows in tables.items() if rows}
    return deepcopy({table: rows for table, rows in case.items() if rows})


def _site(name: str, country: str) -> Data:
    site, _, operator = name.partition("/")
    return {"site": site, "country": country} | ({"operator": operator} if operator else {})


def offer(name: str, site: str, material: str, price: float, **columns: Any) -> Data:
    """A row of offers."""
    return {"offer": name, "site": site, "material": material, "price": price} | columns


def process(name: str, stage: str, **recipe: float) -> Data:
    """A process with its recipe: inputs below 0, outputs above."""
    return {"process": name, "stage": stage, "recipe": recipe}


def plant(name: str, site: str, does: str, **columns: Any) -> Data:
    """A row of plants."""
    return {"plant": name, "site": site, "process": does} | columns


def lane(name: str, start: str, end: str, material: str = "*", **columns: Any) -> Data:
    """A row of lanes; it costs nothing unless ``columns`` say so."""
    return {"lane": name, "from": start, "to": end, "material": material} | columns


def want(site: str, material: str, quantity: float = 10, **columns: Any) -> Data:
    """A row of demand, which must be met."""
    return {"site": site, "material": material, "quantity": quantity} | columns


def mark(name: str, **columns: Any) -> Data:
    """A row of pedigrees."""
    return {"pedigree": name} | columns


def rule(name: str, kind: str, policy: str = "prohibited", **columns: Any) -> Data:
    """A row of controls."""
    return {"control": name, "kind": kind, "policy": policy} | columns


def status(control: str, start: int, state: str, approval: float | None = None) -> Data:
    """A row of control_status."""
    return {"control": control, "start": start, "status": state, "approval": approval}


def change(table: str, field: str, value: float | str, **columns: Any) -> Data:
    """A row of changes."""
    return {"table": table, "field": field, "value": value} | columns


def policy(kind: str, value: float, **columns: Any) -> Data:
    """A row of policies."""
    return {"policy": f"{kind} {value}", "kind": kind, "value": value} | columns


def fork(first: float, second: float, at: int = 2) -> list[Data]:
    """Two futures, ``calm`` and ``storm``, with their probabilities, one until period ``at``."""
    return [
        {"scenario": "calm", "probability": first},
        {"scenario": "storm", "probability": second, "parent": "calm", "branches_at": at},
    ]


def works(*controls: Data, **tables: Any) -> Data:
    """A works in Germany needs 10 magnets a year: Chinese ones at 1, German ones at 5."""
    made: Data = {
        "sites": {"works": "DE"},
        "materials": {"magnet": 100},
        "offers": [
            offer("chinese", "works", "magnet", 1, origin="CN", supplier="ganzhou"),
            offer("german", "works", "magnet", 5),
        ],
        "demand": [want("works", "magnet")],
        "controls": list(controls),
    }
    return world(**(made | tables))


def uses(*names: str, quantity: float = 10, **columns: Any) -> list[Data]:
    """Demand for magnets at the works for each of several end uses."""
    return [want("works", "magnet", quantity, end_use=name, **columns) for name in names]


def mill(*controls: Data, **tables: Any) -> Data:
    """The German works makes its 10 magnets a year from oxide: Chinese at 1, German at 5.

    The Chinese oxide comes by a lane from a refinery in China.
    """
    made: Data = {
        "sites": {"refinery": "CN", "works": "DE"},
        "materials": {"oxide": 50, "magnet": 100},
        "offers": [
            offer("chinese", "refinery", "oxide", 1),
            offer("german", "works", "oxide", 5),
        ],
        "processes": [process("sinter", "magnet", oxide=-1, magnet=1)],
        "plants": [plant("press", "works", "sinter")],
        "lanes": [lane("sea", "refinery", "works")],
        "demand": [want("works", "magnet")],
        "controls": list(controls),
    }
    return world(**(made | tables))


def abroad(*controls: Data, **tables: Any) -> Data:
    """A Japanese maker sells magnets to the German works, 10 a year at 1; German ones are at 5.

    The maker buys metal of Chinese origin (mark ``chinese``), which makes half of the value.
    """
    made: Data = {
        "sites": {"maker": "JP", "works": "DE"},
        "materials": {"metal": 50, "magnet": 100},
        "offers": [
            offer("metal", "maker", "metal", 1, origin="CN", stages="metal"),
            offer("german", "works", "magnet", 5),
        ],
        "processes": [process("sinter", "magnet", metal=-1, magnet=1)],
        "plants": [plant("press", "maker", "sinter")],
        "lanes": [lane("sea", "maker", "works")],
        "demand": [want("works", "magnet")],
        "pedigrees": [mark("chinese", countries="CN", stages="metal")],
        "controls": list(controls),
    }
    return world(**(made | tables))


def site_for_lines(*controls: Data, **tables: Any) -> Data:
    """A German site needs 10 magnets in each of two years: bought at 5, or made at no cost.

    A line of Chinese technology costs 10 to open, one of Japanese technology 30. Both need
    services, without which 60 % of the capacity of 10 is left.
    """
    made: Data = {
        "sites": {"works": "DE"},
        "materials": {"magnet": 100},
        "periods": 2,
        "offers": [offer("bought", "works", "magnet", 5)],
        "processes": [process("make", "magnet", magnet=1)],
        "plants": [
            line("cn-line", open_cost=10, technology="cn-process"),
            line("jp-line", open_cost=30, technology="jp-process"),
        ],
        "technologies": [technology("cn-process", "CN"), technology("jp-process", "JP")],
        "demand": [want("works", "magnet")],
        "controls": list(controls),
    }
    return world(**(made | tables))


def line(name: str, **columns: Any) -> Data:
    """A line for 10 magnets a year at the works that could be opened."""
    own = {"capacity": 10, "status": "candidate"}
    return plant(name, "works", "make", **(own | columns))


def technology(name: str, origin: str, **columns: Any) -> Data:
    """A row of technologies that need services, with 60 % of capacity left without them."""
    services = {"needs_services": "yes", "uptime_without_services": 0.6}
    return {"technology": name, "origin": origin} | services | columns


_SOLVED: dict[str, Solution] = {}
"""The last few optima by case, for tests that look at one plan from several sides."""


def best(case: Data, *minimise: str, **how: Any) -> Solution:
    """The optimum of a case; its cost categories add up to its cost."""
    key = json.dumps([case, minimise, how], default=str)
    if key not in _SOLVED:
        found = exact(checked(case), *minimise, **how)
        assert found.status == "optimal"
        assert abs(sum(found.costs.values()) - found.objectives["cost"]) < 1e-6
        while len(_SOLVED) > 4:
            del _SOLVED[next(iter(_SOLVED))]
        _SOLVED[key] = found
    return _SOLVED[key]


def cost(case: Data, **how: Any) -> float:
    """Least cost, rounded to a millionth."""
    return round(best(case, **how).objectives["cost"], 6)


def paid(case: Data, category: str) -> float:
    """What the cheapest plan pays in a category, rounded to a millionth."""
    return round(best(case).costs.get(category, 0.0), 6)


def table(case: Data, name: str) -> pd.DataFrame:
    """A table of the cheapest plan."""
    return best(case).tables[name]


def bought(case: Data) -> dict[str, float]:
    """Offer -> what the cheapest plan orders of it in all, in whole and half units."""
    orders = table(case, "orders")
    sums = orders.groupby("offer")["quantity"].sum()
    return {str(name): round(float(value), 6) for name, value in sums.items() if value > 1e-6}
