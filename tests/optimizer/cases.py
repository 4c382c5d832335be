"""Cases small enough to be worked out on paper, and their optimum at gap 0."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from secondsource.models.plan import Solution

from .agreement import checked, exact

Data = dict[str, Any]
YEAR = 365.25
"""Days of the cases' periods."""


def shop(**tables: Any) -> Data:
    """One site in Germany that must have 10 ore a year, with whatever a test adds or replaces.

    ``settings`` go into ``[case]``, ``wanted`` into the row of demand.
    """
    settings, wanted = tables.pop("settings", {}), tables.pop("wanted", {})
    case: Data = {
        "case": {"periods": 1, "months_per_period": 12} | settings,
        "materials": [{"material": "ore", "price": 100}],
        "sites": [{"site": "shop", "country": "DE"}],
        "demand": [{"site": "shop", "material": "ore", "quantity": 10} | wanted],
    }
    return deepcopy(case | tables)


def offer(name: str = "a", **columns: Any) -> Data:
    """An offer of ore at the shop, at 1."""
    return {"offer": name, "site": "shop", "material": "ore", "price": 1} | columns


def outlet(material: str = "ore", site: str = "shop", **columns: Any) -> Data:
    """A free way out."""
    return {"site": site, "material": material} | columns


def store(**columns: Any) -> Data:
    """A stockpile of ore at the shop."""
    return {"site": "shop", "material": "ore"} | columns


def change(table: str, field: str, value: Any, **columns: Any) -> Data:
    """A row of changes."""
    return {"table": table, "field": field, "value": value} | columns


def overseas(lane: Data | None = None, **tables: Any) -> Data:
    """Ore at 1 from a mine in China, by one lane to the shop in Germany; 50 per unit short."""
    made: Data = {
        "sites": [{"site": "mine", "country": "CN"}, {"site": "shop", "country": "DE"}],
        "offers": [{"offer": "m", "site": "mine", "material": "ore", "price": 1}],
        "lanes": [{"lane": "sea", "from": "mine", "to": "shop"} | (lane or {})],
    }
    wanted = {"shortage_cost": 50} | tables.pop("wanted", {})
    return shop(wanted=wanted, **(made | tables))


def mill(plant: Data | None = None, **tables: Any) -> Data:
    """A mill at the shop that turns 2 rock (at 1 each) into 1 ore; 50 per unit of ore short."""
    made: Data = {
        "materials": [{"material": "ore", "price": 100}, {"material": "rock"}],
        "offers": [{"offer": "r", "site": "shop", "material": "rock", "price": 1}],
        "processes": [{"process": "milling", "stage": "separation"}],
        "recipes": [
            {"process": "milling", "material": "rock", "quantity": -2},
            {"process": "milling", "material": "ore", "quantity": 1},
        ],
        "plants": [{"plant": "mill", "site": "shop", "process": "milling"} | (plant or {})],
    }
    wanted = {"shortage_cost": 50} | tables.pop("wanted", {})
    return shop(wanted=wanted, **(made | tables))


def best(case: Data, *minimise: str, **how: Any) -> Solution:
    """The optimum of a case; its cost categories add up to its cost."""
    found = exact(checked(case), *minimise, **how)
    assert found.status == "optimal"
    assert abs(sum(found.costs.values()) - found.objectives["cost"]) < 1e-6
    return found


def cost(case: Data, **how: Any) -> float:
    """Least cost, rounded to a millionth."""
    return round(best(case, **how).objectives["cost"], 6)


def paid(case: Data, category: str) -> float:
    """What the cheapest plan pays in a category, rounded to a millionth."""
    return round(best(case).costs.get(category, 0.0), 6)


def possible(case: Data) -> bool:
    """Whether a plan exists at all."""
    return exact(checked(case)).status != "infeasible"
