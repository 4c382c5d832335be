"""Cases small enough to be worked out on paper, for the tests of the plain model."""

from __future__ import annotations

from typing import Any

import pytest

from .plain_model import solve_case

Case = dict[str, Any]
HORIZON = {"periods": 1, "months_per_period": 12}


def shop(**tables: Any) -> Case:
    """One site that asks for 10 units, with whatever else a test adds or replaces."""
    case: Case = {
        "case": dict(HORIZON),
        "materials": [{"material": "ore", "price": 100}],
        "sites": [{"site": "shop", "country": "DE"}],
        "demand": [{"site": "shop", "material": "ore", "quantity": 10}],
    }
    settings = tables.pop("settings", {})
    case["case"] |= settings
    return case | tables


def offer(name: str = "a", **columns: Any) -> Case:
    """An offer of ore at the shop."""
    return {"offer": name, "site": "shop", "material": "ore"} | columns


def cost(case: Case, **options: Any) -> float:
    """Least cost; the cost categories must add up to it."""
    result = solve_case(case, **options)
    assert result.status == "optimal"
    assert result.objectives["cost"] == pytest.approx(sum(result.costs.values()), abs=1e-6)
    return result.objectives["cost"]


def lane_case(**lane: Any) -> Case:
    """Ore at 1 from a mine in China by one lane to the shop in Germany; 50 per unit short."""
    case = shop(
        sites=[{"site": "mine", "country": "CN"}, {"site": "shop", "country": "DE"}],
        offers=[{"offer": "m", "site": "mine", "material": "ore", "price": 1}],
        lanes=[{"lane": "sea", "from": "mine", "to": "shop"} | lane],
    )
    case["demand"][0]["shortage_cost"] = 50
    return case
