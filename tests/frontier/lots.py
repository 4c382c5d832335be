"""Cases whose every plan can be written down: lots of ore, each taken whole or not at all."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from typing import Any

import numpy as np

WANTED, SHORTAGE_COST, SHORTAGE_DAYS, DUMPING = 12, 9.0, 500.0, 1.0


@dataclass(frozen=True)
class Lot:
    """So much ore from a country, at a price for all of it, after some days."""

    quantity: int
    price: int
    days: int
    country: str


def drawn(seed: int, size: int) -> list[Lot]:
    """Random lots, the quick ones dear."""
    dice = random.Random(seed)
    return [
        Lot(
            dice.randint(2, 6),
            dice.randint(5, 60),
            dice.choice([3, 10, 30, 90, 200, 300]),
            dice.choice(["CN", "US", "DE"]),
        )
        for _ in range(size)
    ]


def case_of(lots: list[Lot]) -> dict[str, Any]:
    """The case of some lots: what is not delivered is short, what is too much is dumped."""
    return {
        "case": {"periods": 1, "months_per_period": 60, "shortage_days": SHORTAGE_DAYS},
        "materials": [{"material": "ore"}],
        "sites": [{"site": "shop", "country": "DE"}],
        "offers": [
            {"offer": f"lot {number}", "site": "shop", "material": "ore", "origin": lot.country,
             "order_cost": lot.price, "min_order": lot.quantity, "capacity": lot.quantity,
             "lead_days": lot.days}
            for number, lot in enumerate(lots)
        ],
        "demand": [{"site": "shop", "material": "ore", "quantity": WANTED,
                    "shortage_cost": SHORTAGE_COST}],
        "disposal": [{"site": "shop", "material": "ore", "cost": DUMPING}],
    }  # fmt: skip


def plans_of(lots: list[Lot]) -> dict[str, np.ndarray]:
    """Every objective of every plan worth making: as much is delivered as there is."""
    rows = []
    for taken in itertools.product((0, 1), repeat=len(lots)):
        chosen = [lot for lot, yes in zip(lots, taken, strict=True) if yes]
        bought = sum(lot.quantity for lot in chosen)
        short = max(WANTED - bought, 0)
        cost = sum(lot.price for lot in chosen) + short * SHORTAGE_COST
        cost += max(bought - WANTED, 0) * DUMPING
        days = sum(lot.quantity * lot.days for lot in chosen) + short * SHORTAGE_DAYS
        by_country = [
            sum(lot.quantity for lot in chosen if lot.country == country)
            for country in ("CN", "US", "DE")
        ]
        largest = max(by_country) / bought if bought else 0.0
        rows.append((cost, days / WANTED, short, cost, largest))
    names = ("cost", "lead_time", "shortage", "cvar", "concentration")
    return dict(zip(names, np.array(rows, dtype=float).T, strict=True))


def front_of(lots: list[Lot], *targets: str) -> list[tuple[float, ...]]:
    """The efficient values, by going through all plans."""
    plans = plans_of(lots)
    values = np.unique(np.round(np.column_stack([plans[name] for name in targets]), 9), axis=0)
    dominated = [
        bool(((values <= one).all(axis=1) & (values < one).any(axis=1)).any()) for one in values
    ]
    return [tuple(one) for one, worse in zip(values.tolist(), dominated, strict=True) if not worse]
