"""The look of charts: colours that everybody can tell apart, and one layout for all.

Series take the colours of Okabe and Ito (2008), which people with any colour blindness can tell
apart, in an order that also differs in lightness. A colour written 'theme:NAME' is set by the page
for light, dark and print.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...models.case import Case
from .parts import Figure
from .words import MEASURES, MONEY, escaped, sign

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PINK, YELLOW, GREY = "#56B4E9", "#CC79A7", "#C9B91A", "#8A8F98"
SERIES = (BLUE, ORANGE, GREEN, PINK, SKY, RED, YELLOW)
PATTERNS = ("", "/", "x", ".")
INK, FAINT, LAND, EDGE = "theme:ink", "theme:grid", "theme:land", "theme:edge"


def colour(number: int) -> str:
    """Colour of a series, by its number."""
    return SERIES[number % len(SERIES)]


def pattern(number: int) -> str:
    """Pattern of a series: past the seven colours they come again, hatched."""
    return PATTERNS[number // len(SERIES) % len(PATTERNS)]


def hatched(paint: str, shape: str = "", line: float = 0.5) -> dict[str, Any]:
    """Marker of bars in a colour, hatched for those who do not see it."""
    return {
        "color": paint,
        "line": {"color": "theme:paper", "width": line},
        "pattern": {
            "shape": shape, "fgcolor": "theme:paper", "fillmode": "overlay", "size": 7,
            "solidity": 0.25,
        },
    }  # fmt: skip


def marker(number: int) -> dict[str, Any]:
    """Marker of a bar series, by its number."""
    return hatched(colour(number), pattern(number))


def figure(data: Sequence[dict[str, Any]], **layout: Any) -> Figure:
    """A figure in the page's look; ``layout`` adds to it."""
    base: dict[str, Any] = {
        "margin": {"l": 64, "r": 24, "t": 16, "b": 48},
        "legend": {
            "orientation": "h",
            "y": 1.02,
            "yanchor": "bottom",
            "x": 0,
            "xanchor": "left",
            "traceorder": "normal",
        },
        "hovermode": "closest",
        "showlegend": sum(trace.get("showlegend", True) for trace in data) > 1,
        "dragmode": False,
    }
    return {"data": list(data), "layout": {**base, **layout}}


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """An axis of numbers."""
    named = {"title": {"text": escaped(title), "standoff": 8}} if title else {}
    return {
        "automargin": True, "gridcolor": FAINT, "zerolinecolor": EDGE, "linecolor": EDGE,
        "fixedrange": True, **named, **more,
    }  # fmt: skip


def money_axis(title: str, currency: str, **more: Any) -> dict[str, Any]:
    """An axis of money: $5M, $1.2B."""
    how = {"tickprefix": escaped(sign(currency)), "exponentformat": "B", "separatethousands": True}
    return axis(title, **how, **more)


def measure_axis(name: str, currency: str) -> dict[str, Any]:
    """An axis of one of the objectives, in its own unit."""
    if name in MONEY:
        return money_axis(MEASURES[name], currency)
    share = {"tickformat": ".0%"} if name == "concentration" else {}
    return axis(MEASURES[name] + (" (days)" if name == "lead_time" else ""), **share)


def names_axis(names: Sequence[str], *, down: bool = False, **more: Any) -> dict[str, Any]:
    """An axis of names from left to right, or ``down`` from the top.

    What stands on it are positions 0, 1, ...: names are never read as numbers or dates, and two
    that look alike stay two.
    """
    ends = [-0.6, len(names) - 0.4]
    return axis(
        tickmode="array", tickvals=list(range(len(names))), ticktext=[escaped(n) for n in names],
        range=ends[::-1] if down else ends, zeroline=False, showgrid=False, **more,
    )  # fmt: skip


def period_axis(case: Case, *, edges: bool = False, most: int = 12, **more: Any) -> dict[str, Any]:
    """An axis of periods 1 .. periods; with ``edges`` a period p reaches from p to p + 1."""
    periods = case.case.periods
    step = max(1, -(-periods // most))
    for whole in (1, 2, 4, 8, 12, 20, 40):  # years of quarters start where quarters do
        if whole >= step:
            step = whole
            break
    at = list(range(1, periods + 1, step))
    low, high = (1.0, periods + 1.0) if edges else (0.4, periods + 0.6)
    return axis(
        tickmode="array", tickvals=at, ticktext=[escaped(case.period_label(p)) for p in at],
        range=[low, high], zeroline=False, **more,
    )  # fmt: skip


def rows_height(rows: int, each: int = 26, extra: int = 110) -> int:
    """Height of a chart with a row for each name [pixels]."""
    return extra + each * max(rows, 2)
