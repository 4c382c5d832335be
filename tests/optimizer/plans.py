"""Hand-made cases, each with a hand-made plan: the numbers are worked out in the comments.

A quarter has 91.3125 days, so 91.3125 lead days are a lag of one period.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pandas as pd
from secondsource.models.case import Case
from secondsource.models.plan import PLAN_TABLES

QUARTER = 91.3125
Data = dict[str, Any]
Tables = dict[str, pd.DataFrame]

TEXT = "label scenario offer supplier origin site material marks lane from to plant process end_use"
TEXT += " decision name policy key category country"


def tables(periods: list[int], nodes: list[Data] | None = None, **rows: list[Data]) -> Tables:
    """A plan's tables from rows that name only what matters; node i lies in ``periods[i]``."""
    made = {}
    rows["nodes"] = nodes or []
    for name, columns in PLAN_TABLES.items():
        filled = []
        for row in rows.get(name, []):
            full: Data = {column: "" if column in TEXT.split() else 0 for column in columns}
            if "period" in columns and name != "nodes":
                full["period"] = periods[row["node"]]
            filled.append(full | row)
        made[name] = pd.DataFrame(filled, columns=list(columns))
    return made


def path(periods: int, yearly: float, months: int = 3) -> list[Data]:
    """The nodes of a case without scenarios."""
    return [
        {
            "node": t,
            "period": t + 1,
            "parent": t - 1,
            "probability": 1.0,
            "scenario": "base",
            "discount": (1 + yearly) ** (-t * months / 12),
        }
        for t in range(periods)
    ]


# --- A chain: oxide from China, a magnet works in Germany, a customer -------------------------
CHAIN: Data = {
    "case": {"periods": 3, "discount_rate": 0.08, "capital_rate": 0.12},
    "materials": [
        {"material": "oxide", "price": 10},
        {"material": "magnet", "price": 100},
        {"material": "slag"},
    ],
    "sites": [
        {"site": "works", "country": "DE", "operator": "Magnetbau"},
        {"site": "customer", "country": "DE"},
    ],
    "offers": [
        {
            "offer": "cn-oxide",
            "site": "works",
            "material": "oxide",
            "supplier": "Bayan",
            "origin": "CN",
            "price": 10,
            "capacity": 50,
            "min_order": 30,
            "order_cost": 7,
            "lead_days": QUARTER,
        }
    ],
    "processes": [{"process": "sinter", "stage": "magnet"}],
    "recipes": [
        {"process": "sinter", "material": "oxide", "quantity": -2},
        {"process": "sinter", "material": "magnet", "quantity": 1},
        {"process": "sinter", "material": "slag", "quantity": 0.5},
    ],
    "plants": [
        {
            "plant": "press",
            "site": "works",
            "process": "sinter",
            "capacity": 25,
            "min_activity": 4,
            "fixed_cost": 13,
            "run_cost": 11,
            "variable_cost": 3,
        }
    ],
    "lanes": [
        {
            "lane": "truck",
            "from": "works",
            "to": "customer",
            "material": "magnet",
            "cost": 2,
            "capacity": 30,
            "min_load": 15,
            "lead_days": 10,
        }
    ],
    "demand": [
        {
            "site": "customer",
            "material": "magnet",
            "start": 2,
            "quantity": 10,
            "price": 50,
            "shortage_cost": 1000,
        }
    ],
    "disposal": [{"site": "works", "material": "slag", "cost": 1, "capacity": 12}],
    "stockpiles": [{"site": "customer", "material": "magnet", "capacity": 12, "holding_cost": 4}],
    "controls": [
        {
            "control": "duty",
            "kind": "import",
            "exporters": "CN",
            "materials": "oxide",
            "tariff": 0.1,
            "quota": 60,
            "quota_window": "year",
        }
    ],
}


def chain_plan() -> Tables:
    """40 oxide ordered in period 1; 20 magnets made in 2; 10 kept for period 3."""
    return tables(
        [1, 2, 3],
        path(3, 0.08),
        orders=[
            {
                "node": 0,
                "offer": "cn-oxide",
                "supplier": "Bayan",
                "origin": "CN",
                "site": "works",
                "material": "oxide",
                "quantity": 40,
                "purchase": 400,
                "tariff": 40,  # 0.1 x 10 x 40
                "days": QUARTER,
                "arrives": 2,
            }
        ],
        shipments=[
            {
                "node": 1,
                "lane": "truck",
                "from": "works",
                "to": "customer",
                "material": "magnet",
                "quantity": 20,
                "transport": 40,
                "days": 10,
                "arrives": 2,
            }
        ],
        production=[
            {
                "node": 1,
                "plant": "press",
                "site": "works",
                "process": "sinter",
                "activity": 20,
                "variable": 60,
            }
        ],
        conversions=[
            {"node": 1, "started": 1, "plant": "press", "material": "oxide", "quantity": -40},
            {"node": 1, "started": 1, "plant": "press", "material": "magnet", "quantity": 20},
            {"node": 1, "started": 1, "plant": "press", "material": "slag", "quantity": 10},
        ],
        stock=[
            {"node": 1, "site": "customer", "material": "magnet", "stored": 10, "level": 10},
            {"node": 2, "site": "customer", "material": "magnet", "before": 10, "taken": 10},
        ],
        deliveries=[served(1, "customer", 10, revenue=500), served(2, "customer", 10, revenue=500)],
        service=[service(1, "customer", 10, 10), service(2, "customer", 10, 10)],
        disposals=[{"node": 1, "site": "works", "material": "slag", "quantity": 10, "cost": 10}],
        cash=cash(
            [
                (0, "purchase", 400),
                (0, "order", 7),
                (0, "tariffs", 40),
                (0, "fixed", 13),
                (0, "capital", 12),  # 0.12 / 4 x 40 oxide on its way x 10
                (1, "fixed", 13),
                (1, "run", 11),
                (1, "variable", 60),
                (1, "transport", 40),
                (1, "holding", 40),
                (1, "disposal", 10),
                (1, "capital", 30),  # 0.12 / 4 x 10 magnets x 100
                (1, "revenue", -500),
                (2, "fixed", 13),
                (2, "revenue", -500),
            ],
            {0: 1.0, 1: 1.08**-0.25, 2: 1.08**-0.5},
        ),
    )


CHAIN_COST = 472 - 296 * 1.08**-0.25 - 487 * 1.08**-0.5


def served(node: int, site: str, quantity: float, **more: Any) -> Data:
    """A delivery of magnets for row 1 of demand."""
    row = {"node": node, "row": 1, "site": site, "material": "magnet", "end_use": "civil"}
    return row | {"quantity": quantity} | more


def service(node: int, site: str, wanted: float, delivered: float, **more: Any) -> Data:
    """How row 1 of demand was served."""
    row = {"node": node, "row": 1, "site": site, "material": "magnet", "end_use": "civil"}
    return row | {"wanted": wanted, "delivered": delivered} | more


def cash(
    rows: list[tuple[int, str, float]],
    discount: dict[int, float],
    chance: dict[int, float] | None = None,
) -> list[Data]:
    """Rows of the cash table."""
    return [
        {
            "node": node,
            "category": category,
            "amount": amount,
            "discounted": amount * discount[node],
            "expected": amount * discount[node] * (chance or {}).get(node, 1.0),
        }
        for node, category, amount in rows
    ]


def case_of(data: Data, **changed: Any) -> Case:
    """A case from plain data, with whole tables replaced."""
    return Case.model_validate(deepcopy(data) | changed)


def edited(data: Data, table: str, row: int, **cells: Any) -> Case:
    """A case with some cells of one row changed."""
    rows = deepcopy(data[table])
    rows[row] |= cells
    return case_of(data, **{table: rows})
