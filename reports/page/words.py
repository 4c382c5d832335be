"""Numbers, money and names as a page writes them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..terminal import amount
from .parts import Cell, Kind

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "KRW": "₩", "INR": "₹"}
MEASURES = {
    "cost": "Cost",
    "lead_time": "Lead time",
    "shortage": "Never delivered",
    "cvar": "Cost of the worst futures",
    "mean_risk": "Cost weighed with the worst futures",
    "worst_case": "Cost of the dearest future",
    "regret": "Largest regret of a future",
    "concentration": "Largest country's share",
}
MONEY = ("cost", "cvar", "mean_risk", "worst_case", "regret")
"""Measures in money."""
STATUS = {
    "optimal": "optimal",
    "feasible": "the best found before the solver was stopped",
}


def sign(currency: str) -> str:
    """What stands before an amount of money: '$', or 'CHF ' where there is no known sign."""
    return SIGNS.get(currency, f"{currency} ")


def money(value: float, currency: str) -> str:
    """Money with its magnitude, as on the axes of charts: '$1.19B', '-€36.7M', 'CHF 9,400'."""
    minus, size = "-" if value < 0 else "", abs(value)
    for limit, name in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if size >= max(limit * 0.9995, 1e4):
            return f"{minus}{sign(currency)}{_three(size / limit)}{name}"
    return f"{minus}{sign(currency)}{amount(round(size, 2))}"


def _three(value: float) -> str:
    """Three significant digits, never an exponent."""
    if value >= 99.95:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"


def share(value: float) -> str:
    """A fraction in per cent: '39.2 %'."""
    return f"{100 * value + 0.0:.1f} %".replace("-0.0 %", "0.0 %")


def measure(name: str, value: float, currency: str) -> str:
    """A value of an objective in its own unit."""
    if name in MONEY:
        return money(value, currency)
    if name == "lead_time":
        return f"{value:,.1f} days"
    return share(value) if name == "concentration" else amount(value)


def kind_of(name: str) -> Kind:
    """How a column of a measure is written."""
    if name in MONEY:
        return "money"
    return "share" if name == "concentration" else "number"


def shown(cell: Cell, kind: Kind, currency: str) -> str:
    """A cell of a table as people read it."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, str):
        return cell
    if kind == "money":
        return money(float(cell), currency)
    if kind == "share":
        return share(float(cell))
    return amount(float(cell)) if kind == "number" else str(cell)


def escaped(text: object) -> str:
    """Text that Plotly, which reads a few tags and entities in labels, draws as it is."""
    plain = str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return plain.replace("\r", " ").replace("\n", " ")


def lines(*parts: object) -> str:
    """A hover text of several lines; what is empty is left out."""
    return "<br>".join(escaped(part) for part in parts if part != "")


def short(text: object, most: int = 34) -> str:
    """A label, cut where it is too long for an axis."""
    plain = str(text)
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"


def several(number: int, one: str, many: str = "") -> str:
    """'1 plan', '3 plans'."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(names: Sequence[str], most: int = 4) -> str:
    """'A, B and C', 'A, B, C, D and 5 more'."""
    kept = list(names[:most])
    if len(names) > most:
        return ", ".join(kept) + f" and {len(names) - most} more"
    return " and ".join([", ".join(kept[:-1]), kept[-1]] if len(kept) > 1 else kept)
