"""A newsvendor whose best order and cost are worked out on paper, as a case.

What is bought in the first year for 10, and held for 2 a year, meets a demand of the second year
that is spread evenly from 50 to 150; a unit short costs 30. With q bought the expected cost is

    12 q + 30 (150 - q)^2 / 200 + 2 (q - 50)^2 / 200

and the best q has (q - 50) / 100 = (30 - 12) / (30 + 2), so that q = 106.25 and the cost 1593.75.
"""

from __future__ import annotations

from typing import Any

from optimizer.agreement import checked
from optimizer.cases import offer, shop, store
from secondsource.models.case import Case

BEST, LEAST = 106.25, 1593.75
DRAWS: dict[str, Any] = {
    "draws": [
        {
            "name": "demand", "table": "demand", "field": "quantity",
            "distribution": "uniform", "low": 50, "high": 150,
        }
    ]
}  # fmt: skip


def newsvendor(**more: Any) -> Case:
    """The case; ``more`` replaces tables."""
    return checked(
        shop(
            settings={"periods": 2},
            wanted={"quantity": 100, "shortage_cost": 30, "start": 2},
            offers=[offer(price=10, end=1)],
            stockpiles=[store(holding_cost=2)],
            **more,
        )
    )


def cost_of(bought: float) -> float:
    """Expected cost of buying so much, between 50 and 150."""
    return 12 * bought + 30 * (150 - bought) ** 2 / 200 + 2 * (bought - 50) ** 2 / 200
