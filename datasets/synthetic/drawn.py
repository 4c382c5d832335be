"""Futures beyond the named three: each its own demand, prices, outages and turn of the rules."""

from __future__ import annotations

from typing import Any

import numpy as np

from .figures import rounded, spread
from .rules import KNOW_HOW, LICENCES, QUOTA, REACH, SERVICES
from .size import Size

TIGHTENS, LOOSENS = 0.35, 0.25
"""Share of the drawn futures in which announced rules come into force, and in which they fall."""
MOVES = ("offers", "price"), ("demand", "quantity")
"""What moves by a factor in every drawn future: prices of offers, demand of end uses."""


def drawn_futures(
    size: Size, names: list[str], there: set[str], offers: list[str], uses: list[str]
) -> list[dict[str, Any]]:
    """Rows of changes of the drawn futures.

    Args:
        size: of the case.
        names: the futures to draw.
        there: controls that the case has.
        offers: names of the offers.
        uses: end uses of demand.
    """
    draw = size.draw("futures")
    rows: list[dict[str, Any]] = []
    for name in names:
        rows += _rules(draw, name, there)
        rows += _market(draw, name, offers, uses)
        rows += _outages(draw, size, name, offers)
    return rows


def _rules(draw: np.random.Generator, name: str, there: set[str]) -> list[dict[str, Any]]:
    """How the rules turn: tighter, looser, or as they are."""
    turn, hit, scarce = draw.random(), draw.random(5), draw.uniform(0.3, 0.9, size=2)
    if turn < TIGHTENS:
        announced = (KNOW_HOW, SERVICES, REACH, QUOTA, LICENCES)
        chosen = [one for one, chance in zip(announced, hit, strict=True) if chance < 0.7]
        rows = [_status(name, one, "in_force") for one in chosen if one in there - {LICENCES}]
        if LICENCES in chosen and LICENCES in there:
            rows.append(_times(name, "control_status", LICENCES, "approval", scarce[0]))
        if QUOTA in chosen and QUOTA in there:
            rows.append(_times(name, "controls", QUOTA, "quota", scarce[1]))
        return rows
    if turn < TIGHTENS + LOOSENS:
        falls = (LICENCES, QUOTA, KNOW_HOW)
        chosen = [one for one, chance in zip(falls, hit, strict=False) if chance < 0.7]
        return [_status(name, one, "suspended") for one in chosen if one in there]
    return []


def _market(
    draw: np.random.Generator, name: str, offers: list[str], uses: list[str]
) -> list[dict[str, Any]]:
    """Demand of every end use, and prices of a tenth of the offers."""
    demand = spread(draw, len(uses), 0.12)
    dearer = _some(draw, offers, 0.1)
    price = spread(draw, len(dearer), 0.25)
    rows = [
        _times(name, "demand", f"end_use={use}", "quantity", factor)
        for use, factor in zip(uses, demand.tolist(), strict=True)
    ]
    return rows + [
        _times(name, "offers", offer, "price", factor)
        for offer, factor in zip(dearer, price.tolist(), strict=True)
    ]


def _outages(
    draw: np.random.Generator, size: Size, name: str, offers: list[str]
) -> list[dict[str, Any]]:
    """Suppliers that deliver less for one to four periods, in half of the futures."""
    out = _some(draw, offers, 0.08)
    first = draw.integers(size.branches_at, size.periods + 1, size=len(out))
    lasts, left = draw.integers(0, 4, size=len(out)), draw.uniform(0.0, 0.6, size=len(out))
    if draw.random() < 0.5:
        return []
    return [
        _times(name, "offers", offer, "capacity", factor)
        | {"start": start, "end": min(start + long, size.periods)}
        for offer, start, long, factor in zip(
            out, first.tolist(), lasts.tolist(), left.tolist(), strict=True
        )
    ]


def _some(draw: np.random.Generator, names: list[str], share: float) -> list[str]:
    chosen = draw.choice(len(names), size=max(1, round(share * len(names))), replace=False)
    return [names[at] for at in sorted(chosen.tolist())]


def _status(name: str, control: str, status: str) -> dict[str, Any]:
    return {
        "scenario": name,
        "table": "control_status",
        "key": control,
        "field": "status",
        "value": status,
    }


def _times(name: str, where: str, key: str, field: str, factor: float) -> dict[str, Any]:
    return {
        "scenario": name,
        "table": where,
        "key": key,
        "field": field,
        "op": "multiply",
        "value": rounded([factor])[0],
    }
