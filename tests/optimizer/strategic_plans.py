"""Hand-made plans with decisions, and with scenarios."""

from __future__ import annotations

from typing import Any

from .plans import QUARTER, Data, Tables, cash, path, served, service, tables

# --- A smelter to be built, with a module, a lane, a stockpile, a supplier and a contract ------
BUILD: Data = {
    "case": {"periods": 4, "decide_every": 2},
    "materials": [{"material": "ore"}, {"material": "magnet"}],
    "sites": [{"site": "A", "country": "US"}, {"site": "B", "country": "US"}],
    "offers": [
        {
            "offer": "ore-1",
            "site": "A",
            "material": "ore",
            "price": 1,
            "select_cost": 5,
            "contract_periods": 2,
            "commit_quantity": 4,
            "lead_days": QUARTER,
        }
    ],
    "processes": [{"process": "smelt"}],
    "recipes": [
        {"process": "smelt", "material": "ore", "quantity": -1},
        {"process": "smelt", "material": "magnet", "quantity": 1},
    ],
    "plants": [
        {
            "plant": "smelter",
            "site": "A",
            "process": "smelt",
            "capacity": 10,
            "status": "candidate",
            "open_cost": 100,
            "build_periods": 1,
            "fixed_cost": 2,
        }
    ],
    "expansions": [
        {
            "plant": "smelter",
            "module_capacity": 5,
            "module_cost": 20,
            "max_modules": 2,
            "build_periods": 1,
            "fixed_cost": 1,
        }
    ],
    "lanes": [{"lane": "rail", "from": "A", "to": "B", "material": "magnet", "open_cost": 30}],
    "demand": [{"site": "B", "material": "magnet", "start": 2, "quantity": 12}],
    "stockpiles": [
        {
            "site": "B",
            "material": "magnet",
            "open_cost": 8,
            "min_level": 1,
            "final_level": 3,
            "release_lag": 1,
        }
    ],
}
BUILD_COST = 43 + 5 + 100 + 20 + 30 + 8 + 9


def decision(node: int, what: str, name: str, cost: float, **more: Any) -> Data:
    """A decision for row 1 of its table; takes effect at once unless said otherwise."""
    row = {"node": node, "decision": what, "name": name, "row": 1, "quantity": 1, "cost": cost}
    return row | {"effective": node + 1} | more


def build_plan() -> Tables:
    """Everything opened in period 1, the stockpile in 3; what is ordered last comes too late."""
    ordered = [12, 15, 12, 4]
    made = {1: 12, 2: 15, 3: 12}
    return tables(
        [1, 2, 3, 4],
        path(4, 0.0),
        orders=[
            {
                "node": node,
                "offer": "ore-1",
                "supplier": "A",
                "origin": "US",
                "site": "A",
                "material": "ore",
                "quantity": quantity,
                "purchase": quantity,
                "days": QUARTER,
                "arrives": node + 2,
            }
            for node, quantity in enumerate(ordered)
        ],
        production=[
            {"node": node, "plant": "smelter", "site": "A", "process": "smelt", "activity": level}
            for node, level in made.items()
        ],
        conversions=[
            {"node": n, "started": n, "plant": "smelter", "material": goods, "quantity": sign * q}
            for n, q in made.items()
            for goods, sign in (("ore", -1), ("magnet", 1))
        ],
        shipments=[
            {
                "node": node,
                "lane": "rail",
                "from": "A",
                "to": "B",
                "material": "magnet",
                "quantity": quantity,
                "arrives": node + 1,
            }
            for node, quantity in made.items()
        ],
        stock=[
            {"node": 2, "site": "B", "material": "magnet", "stored": 3, "level": 3},
            {"node": 3, "site": "B", "material": "magnet", "before": 3, "level": 3},
        ],
        deliveries=[served(node, "B", 12) for node in (1, 2, 3)],
        service=[service(node, "B", 12, 12) for node in (1, 2, 3)],
        decisions=[
            decision(0, "select_offer", "ore-1", 5),
            decision(0, "sign_contract", "ore-1", 0),
            decision(2, "sign_contract", "ore-1", 0),
            decision(0, "open_plant", "smelter", 100, effective=2),
            decision(0, "add_modules", "smelter", 20, effective=2),
            decision(0, "open_lane", "rail", 30, **{"from": "A", "to": "B"}),
            decision(2, "open_stockpile", "B", 8, material="magnet"),
        ],
        cash=cash(
            [
                *((node, "purchase", quantity) for node, quantity in enumerate(ordered)),
                (0, "select", 5),
                (0, "open", 100),
                (0, "expand", 20),
                (0, "lane_open", 30),
                (2, "stock_open", 8),
                *((node, "fixed", 3) for node in (1, 2, 3)),
            ],
            dict.fromkeys(range(4), 1.0),
        ),
    )


# --- Two futures: in one of them China stops selling in the second year ------------------------
FUTURES: Data = {
    "case": {"periods": 2, "months_per_period": 12, "discount_rate": 0.1, "cvar_level": 0.5},
    "materials": [{"material": "magnet"}],
    "sites": [{"site": "B", "country": "US"}],
    "offers": [
        {
            "offer": "cn",
            "site": "B",
            "material": "magnet",
            "supplier": "Bayan",
            "origin": "CN",
            "price": 4,
            "lead_days": 30,
        },
        {"offer": "home", "site": "B", "material": "magnet", "supplier": "Pass", "price": 10},
    ],
    "demand": [
        {
            "site": "B",
            "material": "magnet",
            "quantity": 10,
            "shortage_cost": 100,
            "backlog_cost": 3,
        }
    ],
    "controls": [{"control": "stop", "kind": "export", "exporters": "CN", "policy": "prohibited"}],
    "control_status": [{"control": "stop", "status": "suspended"}],
    "scenarios": [
        {"scenario": "calm", "probability": 0.6},
        {"scenario": "cut", "probability": 0.4, "parent": "calm", "branches_at": 2},
    ],
    "changes": [
        {
            "scenario": "cut",
            "table": "control_status",
            "key": "stop",
            "field": "status",
            "value": "in_force",
        }
    ],
    "policies": [
        {
            "policy": "half",
            "kind": "max_share",
            "materials": "magnet",
            "countries": "CN",
            "value": 0.5,
            "window": "horizon",
            "penalty": 2,
        }
    ],
}
CALM, CUT = 38 + 68 / 1.1, 38 + 390 / 1.1
FUTURES_OBJECTIVES = {
    "cost": 0.6 * CALM + 0.4 * CUT,
    # 30 days on 8 and on 12 in 0.6 of the futures; 3 never delivered in 0.4; 2 wait a year
    "lead_time": (30 * (8 + 0.6 * 12) + 0.4 * 3 * 365 + 2 * 365.25) / 20,
    "shortage": 0.4 * 3,
    "cvar": (0.4 * CUT + 0.1 * CALM) / 0.5,
    "concentration": (8 + 0.6 * 12) / (8 + 0.6 * 12 + 0.4 * 9),
}


def order(node: int, offer: str, quantity: float, purchase: float) -> Data:
    """An order of the case with two futures."""
    foreign = offer == "cn"
    return {
        "node": node,
        "offer": offer,
        "supplier": "Bayan" if foreign else "Pass",
        "origin": "CN" if foreign else "US",
        "site": "B",
        "material": "magnet",
        "quantity": quantity,
        "purchase": purchase,
        "days": 30 if foreign else 0,
        "arrives": 1 if node == 0 else 2,
    }


def futures_plan() -> Tables:
    """Short by 2 in year 1, which wait; in the second future 3 are never delivered."""
    nodes = [
        {"node": 0, "period": 1, "parent": -1, "probability": 1, "scenario": "calm", "discount": 1},
        {"node": 1, "period": 2, "parent": 0, "probability": 0.6, "scenario": "calm"},
        {"node": 2, "period": 2, "parent": 0, "probability": 0.4, "scenario": "cut"},
    ]
    worth = 1 / 1.1
    return tables(
        [1, 2, 2],
        [nodes[0], *(node | {"discount": worth} for node in nodes[1:])],
        orders=[order(0, "cn", 8, 32), order(1, "cn", 12, 48), order(2, "home", 9, 90)],
        deliveries=[served(0, "B", 8), served(1, "B", 12), served(2, "B", 9)],
        service=[
            service(0, "B", 10, 8, backlog=2),
            service(1, "B", 10, 12),
            service(2, "B", 10, 9, short=3),
        ],
        policy_use=[{"policy": "half", "node": 1, "excess": 10, "penalty": 20}],
        cash=cash(
            [
                (0, "purchase", 32),
                (0, "backlog", 6),
                (1, "purchase", 48),
                (1, "penalty", 20),
                (2, "purchase", 90),
                (2, "shortage", 300),
            ],
            {0: 1.0, 1: worth, 2: worth},
            {0: 1.0, 1: 0.6, 2: 0.4},
        ),
        shares=[
            {
                "level": "material",
                "name": "magnet",
                "country": country,
                "quantity": quantity,
                "share": quantity / 18.8,
                "hhi": (15.2**2 + 3.6**2) / 18.8**2,
            }
            for country, quantity in (("CN", 15.2), ("US", 3.6))
        ],
    )
