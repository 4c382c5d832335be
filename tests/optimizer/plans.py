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
TEXT += " decision name policy key category country arrives_as licences rules control exporter"
TEXT += " destination status"
OPTIONAL = {"rule_states", "scenarios", "adaptive"}


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
        if filled or name not in OPTIONAL:
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
                "rules": "duty",
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


# --- A border: magnets of China for cars and for tanks, through a hub in Germany ---------------
BORDER: Data = {
    "case": {"periods": 2},
    "materials": [{"material": "magnet", "price": 10}],
    "sites": [
        {"site": "mill", "country": "CN"},
        {"site": "hub", "country": "DE", "operator": "Spedition"},
        {"site": "car", "country": "DE"},
        {"site": "tank", "country": "DE"},
    ],
    "offers": [{"offer": "m", "site": "mill", "material": "magnet", "price": 1}],
    "lanes": [
        {"lane": "sea", "from": "mill", "to": "hub", "lead_days": 10},
        {"lane": "road", "from": "hub", "to": "car,tank"},
    ],
    "demand": [
        {"site": "car", "material": "magnet", "quantity": 6, "shortage_cost": 100, "end": 1},
        {
            "site": "tank",
            "material": "magnet",
            "end_use": "military",
            "end_user": "Army",
            "quantity": 4,
            "shortage_cost": 100,
            "end": 1,
        },
    ],
}
ARMY = "!military=Army"


def crossing(quantity: float, arrives_as: str = "", rules: str = "r", **more: Any) -> Data:
    """A shipment of the case above from China to the hub, hit by rule r."""
    row = {"node": 0, "lane": "sea", "from": "mill", "to": "hub", "material": "magnet"}
    row |= {"quantity": quantity, "arrives_as": arrives_as, "rules": rules}
    return row | {"days": 10, "arrives": 1} | more


def border_plan(*shipments: Data, tank: float = 4, marks: str = "", **rows: list[Data]) -> Tables:
    """6 magnets for cars and some for tanks, bought and moved on in period 1.

    Cars take all that ``marks`` are on.
    """
    bought = sum(row["quantity"] for row in shipments)
    order = {"node": 0, "offer": "m", "supplier": "mill", "origin": "CN", "site": "mill"}
    order |= {"material": "magnet", "quantity": bought, "purchase": bought, "arrives": 1}
    road = {"node": 0, "lane": "road", "from": "hub", "material": "magnet", "arrives": 1}
    moves = [road | {"to": "car", "quantity": bought - tank, "marks": marks, "arrives_as": marks}]
    gone = [served(0, "car", bought - tank, marks=marks)]
    kept = [service(0, "car", 6, bought - tank, short=6 - bought + tank)]
    uses = {"row": 2, "end_use": "military"}
    if tank:
        moves.append(road | {"to": "tank", "quantity": tank})
        gone.append(served(0, "tank", tank, **uses))
    kept.append(service(0, "tank", 4, tank, short=4 - tank, **uses))
    rows = {"orders": [order], "deliveries": gone, "service": kept} | rows
    rows["shipments"] = [*shipments, *moves, *rows.get("shipments", [])]
    return tables([1, 2], path(2, 0.0), **rows)


def rule(kind: str = "export", control: str = "r", **cells: Any) -> Data:
    """A rule of the case above."""
    return {"control": control, "kind": kind} | cells


def application(node: int = 0, **cells: Any) -> Data:
    """A licence of rule r for 4 magnets for tanks, usable at once and to the horizon."""
    row = {"node": node, "control": "r", "exporter": "CN", "destination": "DE"}
    row |= {"end_use": "military", "quantity": 4, "approval": 1, "used": 4}
    return row | {"first": node + 1, "last": 2} | cells


def drawn(node: int = 0, **cells: Any) -> Data:
    """What moves under that licence at a node."""
    row = {"node": node, "control": "r", "exporter": "CN", "destination": "DE"}
    return row | {"end_use": "military", "applied": 0, "quantity": 4} | cells


LICENSED: Data = BORDER | {
    "controls": [rule(policy="case_by_case", end_uses="military", cost=7, unit_cost=2, tariff=0.1)]
}


def licensed_plan() -> Tables:
    """6 magnets under the mark, 4 under a licence."""
    return border_plan(
        crossing(6, ARMY),
        crossing(4, licences="r=military", tariff=4),
        marks=ARMY,
        licences=[application(cost=7)],
        licence_use=[drawn()],
        rule_states=[
            {"control": "r", "node": node, "status": "in_force", "in_force": True}
            for node in range(2)
        ],
        cash=cash(
            [(0, "purchase", 10), (0, "tariffs", 4), (0, "licences", 7 + 8)], {0: 1.0, 1: 1.0}
        ),
    )
