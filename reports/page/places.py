"""The map: where things are, and what moves between them. Drawn from outlines in the package."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from ..terminal import amount
from .futures import expected
from .look import BLUE, EDGE, GREEN, GREY, INK, LAND, ORANGE, PINK, RED, SKY, figure
from .parts import Chart, Column, Section, Table
from .place_labels import Box, placed
from .results import Result
from .words import lines, several

ROLES = {
    "demand": ("delivers to customers", BLUE, "square"),
    "plant": ("makes or recycles", GREEN, "circle"),
    "supply": ("buys or stores only", ORANGE, "diamond"),
    "abroad": ("country of purchases (placed at its centre)", PINK, "triangle-up"),
    "idle": ("not used by the plan", GREY, "circle-open"),
}
RULED = {"licence": ("under a licence", RED), "rule": ("under other rules", ORANGE),
         "free": ("free of rules", SKY)}  # fmt: skip
WIDTHS = (1.0, 2.0, 3.5, 5.5)
STEPS = 14
"""Points of a bend."""
WIDE, HIGH, STRETCH = 980, 470, 1.3
"""Size of the drawing [pixels], and degrees of latitude over degrees of longitude."""


class Place(NamedTuple):
    """A dot on the map."""

    name: str
    role: str
    country: str
    longitude: float
    latitude: float
    moved: float
    exact: bool


@cache
def outlines() -> dict[str, Any]:
    """Land, boundary lines and centres of countries (Natural Earth, public domain)."""
    text = (Path(__file__).parent / "outlines.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def map_of(result: Result) -> Section:
    """Sites, and what is bought and shipped between them, expected over the horizon."""
    flows = _flows(result)
    found = _places(result, flows)
    missing = sorted({row.site for row in result.case.sites} - {place.name for place in found})
    where = {place.name: place for place in found}
    flows = flows[flows["from"].isin(where) & flows["to"].isin(where)]
    x_range, y_range = _window(found)
    data = [*_ground(), *_lines(flows, where), *_dots(found, x_range, y_range)]
    shape = figure(
        data,
        xaxis={"range": x_range, "visible": False, "constrain": "domain"},
        yaxis={"range": y_range, "visible": False, "scaleanchor": "x", "scaleratio": STRETCH},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        plot_bgcolor="theme:sea", dragmode="pan",
        legend={"orientation": "h", "y": -0.02, "yanchor": "top", "x": 0, "xanchor": "left"},
    )  # fmt: skip
    chart = Chart("map", "Sites and lanes", _told(flows, found), shape, _table(flows, where), 600)
    parts: list[str | Chart] = [chart]
    guessed = [place.name for place in found if not place.exact and place.role != "abroad"]
    if guessed:
        parts.append(
            f"{several(len(guessed), 'site')} without coordinates stand at the centre of their "
            f"country: {', '.join(guessed[:12])}{' and more' if len(guessed) > 12 else ''}."
        )
    if missing:
        parts.append(f"Not on the map, for want of coordinates: {', '.join(missing[:12])}.")
    parts.append("Outlines: Natural Earth (public domain), for orientation only.")
    return Section("map", "Map", parts)


def _flows(result: Result) -> pd.DataFrame:
    """Expected quantity from place to place: shipments, and orders from another country."""
    tables, country = result.tables, {row.site: row.country for row in result.case.sites}
    moved = tables["shipments"].assign(quantity=expected(tables, tables["shipments"]))
    bought = tables["orders"].assign(quantity=expected(tables, tables["orders"]))
    bought = bought[bought["origin"] != bought["site"].map(country)]
    bought = bought.rename(columns={"origin": "from", "site": "to"})
    bought = bought.assign(**{"from": "bought in " + bought["from"].astype(str)})
    keep = ["from", "to", "material", "quantity", "licences", "rules"]
    both = pd.concat([moved[keep], bought[keep]], ignore_index=True)
    both["ruled"] = "free"
    both.loc[both["rules"].astype(str) != "", "ruled"] = "rule"
    both.loc[both["licences"].astype(str) != "", "ruled"] = "licence"
    sums = both.groupby(["from", "to", "material", "ruled"], as_index=False)["quantity"].sum()
    kept: pd.DataFrame = sums[sums["quantity"] > 1e-6].sort_values("quantity", ascending=False)
    return kept


def _places(result: Result, flows: pd.DataFrame) -> list[Place]:
    """Every site that can be placed, and countries of purchases from abroad."""
    tables, centres = result.tables, outlines()["centres"]
    moved = flows.groupby("to")["quantity"].sum().add(
        flows.groupby("from")["quantity"].sum(), fill_value=0.0
    )  # fmt: skip
    made = set(tables["production"]["site"])
    wants = set(tables["service"].loc[tables["service"]["delivered"] > 1e-6, "site"])
    used = set(moved.index) | made | set(tables["orders"]["site"])
    used |= set(tables["stock"].loc[tables["stock"]["level"] > 1e-6, "site"])
    found = []
    for row in result.case.sites:
        if row.longitude is not None and row.latitude is not None:
            exact, x, y = True, float(row.longitude), float(row.latitude)
        elif row.country in centres:
            exact, (x, y) = False, map(float, centres[row.country])
        else:
            continue
        role = next(
            (name for name, own in (("demand", wants), ("plant", made), ("supply", used))
             if row.site in own), "idle",
        )  # fmt: skip
        size = float(moved.get(row.site, 0.0))
        found.append(Place(row.site, role, row.country, x, y, size, exact))
    for name in sorted(
        {str(one) for one in flows["from"]} - {row.site for row in result.case.sites}
    ):
        code = name.removeprefix("bought in ")
        if code in centres:
            size = float(moved.get(name, 0.0))
            x, y = float(centres[code][0]), float(centres[code][1])
            found.append(Place(name, "abroad", code, x, y, size, False))
    return found


def _window(found: Sequence[Place]) -> tuple[list[float], list[float]]:
    """The part of the world to show: what is used, in the shape of the drawing."""
    used = [place for place in found if place.role != "idle"] or list(found)
    xs = [place.longitude for place in used] or [0.0]
    ys = [place.latitude for place in used] or [0.0]
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    width, height = max(1.16 * width, 12.0), max(1.25 * height, 6.0)
    ratio = WIDE / HIGH * STRETCH
    width, height = max(width, height * ratio), max(height, width / ratio)
    x, y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return [x - width / 2, x + width / 2], [y - height / 2, y + height / 2]


def _ground() -> list[dict[str, Any]]:
    """Land and boundary lines, which nobody points at."""
    quiet = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "showlegend": False}
    parts = []
    for name, own, fill in (
        ("land", outlines()["land"], LAND),
        ("borders", outlines()["borders"], ""),
    ):
        x: list[float | None] = []
        y: list[float | None] = []
        for line in own:
            x += [*(point[0] for point in line), None]
            y += [*(point[1] for point in line), None]
        shade = {"fill": "toself", "fillcolor": fill} if fill else {}
        pen = {"color": EDGE, "width": 0.6}
        parts.append({**quiet, **shade, "x": x, "y": y, "name": name, "line": pen})
    return parts


def _bend(start: Place, end: Place) -> tuple[list[float], list[float]]:
    """A bent line, so that there and back are two."""
    x0, y0, x1, y1 = start.longitude, start.latitude, end.longitude, end.latitude
    side = 0.14
    mx, my = (x0 + x1) / 2 - side * (y1 - y0), (y0 + y1) / 2 + side * (x1 - x0) / STRETCH
    steps = [step / STEPS for step in range(STEPS + 1)]
    xs = [(1 - t) ** 2 * x0 + 2 * t * (1 - t) * mx + t * t * x1 for t in steps]
    ys = [(1 - t) ** 2 * y0 + 2 * t * (1 - t) * my + t * t * y1 for t in steps]
    return [round(x, 2) for x in xs], [round(y, 2) for y in ys]


def _lines(flows: pd.DataFrame, where: dict[str, Place]) -> list[dict[str, Any]]:
    """Lanes, thicker where more moves, and a point in their middle that tells what."""
    if flows.empty:
        return []
    pairs = flows.groupby(["from", "to"], sort=False)
    total = pairs["quantity"].sum()
    largest = float(total.max())
    drawn: dict[tuple[str, int], tuple[list[Any], list[Any]]] = {}
    middle: dict[str, tuple[list[float], list[float], list[str]]] = {}
    for (start, end), rows in pairs:
        quantity = float(rows["quantity"].sum())
        ruled = next(name for name in RULED if name in set(rows["ruled"]))
        size = min(len(WIDTHS) - 1, int(len(WIDTHS) * math.sqrt(quantity / largest)))
        xs, ys = _bend(where[str(start)], where[str(end)])
        line = drawn.setdefault((ruled, size), ([], []))
        line[0].extend([*xs, None])
        line[1].extend([*ys, None])
        told = [
            f"{amount(row['quantity'])} of {row['material']}" for row in rows.to_dict("records")
        ]
        more = [f"and {len(told) - 6} more"] if len(told) > 6 else []
        dot = middle.setdefault(ruled, ([], [], []))
        dot[0].append(xs[STEPS // 2])
        dot[1].append(ys[STEPS // 2])
        dot[2].append(lines(f"{start} to {end}", *told[:6], *more, RULED[ruled][0]))
    traces: list[dict[str, Any]] = []
    for ruled, (words, paint) in RULED.items():
        sizes = [size for (name, size) in drawn if name == ruled]
        for size in sorted(sizes, reverse=True):
            x, y = drawn[ruled, size]
            traces.append(
                {"type": "scatter", "mode": "lines", "x": x, "y": y, "hoverinfo": "skip",
                 "name": words, "legendgroup": ruled, "showlegend": size == max(sizes),
                 "opacity": 0.75, "line": {"color": paint, "width": WIDTHS[size]}}
            )  # fmt: skip
        if ruled in middle:
            x, y, text = middle[ruled]
            traces.append(
                {"type": "scatter", "mode": "markers", "x": x, "y": y, "hovertext": text,
                 "hoverinfo": "text", "name": words, "legendgroup": ruled, "showlegend": False,
                 "marker": {"color": paint, "size": 5, "symbol": "diamond"}}
            )  # fmt: skip
    return traces


def _dots(
    found: Sequence[Place], x_range: Sequence[float], y_range: Sequence[float]
) -> list[dict[str, Any]]:
    """Sites by what they do, named where there is room."""
    largest = max((place.moved for place in found), default=0.0) or 1.0
    order = sorted(found, key=lambda place: -place.moved)
    across, up = WIDE / (x_range[1] - x_range[0]), HIGH / (y_range[1] - y_range[0])
    boxes = [
        Box(place.name.removeprefix("bought in "), (place.longitude - x_range[0]) * across,
            (place.latitude - y_range[0]) * up)
        for place in order if place.role != "idle"
    ]  # fmt: skip
    spots = dict(zip([p.name for p in order if p.role != "idle"], placed(boxes), strict=True))
    traces = []
    for role, (words, paint, symbol) in ROLES.items():
        own = [place for place in order if place.role == role]
        if not own:
            continue
        named = [place.name.removeprefix("bought in ") if spots.get(place.name) else ""
                 for place in own]  # fmt: skip
        traces.append(
            {
                "type": "scatter", "mode": "markers+text", "name": words,
                "x": [place.longitude for place in own], "y": [place.latitude for place in own],
                "text": [lines(name) for name in named], "cliponaxis": True,
                "textposition": [spots.get(place.name) or "top center" for place in own],
                "textfont": {"size": 11, "color": INK}, "hoverinfo": "text",
                "hovertext": [
                    lines(place.name, place.country, f"{amount(place.moved)} in and out")
                    for place in own
                ],
                "marker": {
                    "color": paint, "symbol": symbol, "opacity": 1,
                    "line": {"color": "theme:paper" if role != "idle" else paint, "width": 1},
                    "size": [6 if role == "idle" else 8 + 12 * math.sqrt(place.moved / largest)
                             for place in own],
                },
            }
        )  # fmt: skip
    return traces


def _told(flows: pd.DataFrame, found: Sequence[Place]) -> str:
    used = sum(place.role not in ("idle", "abroad") for place in found)
    pairs: pd.DataFrame = flows.groupby(["from", "to"], as_index=False)[["quantity"]].sum()
    text = f"{several(used, 'site')} in use and {several(len(pairs), 'way')} between them."
    if len(pairs):
        first = pairs.sort_values("quantity", ascending=False).iloc[0]
        text += f" Most moves from {first['from']} to {first['to']} ({amount(first['quantity'])})."
    under = flows[flows["ruled"] == "licence"]
    if len(under):
        ways = len(under.groupby(["from", "to"]))
        text += f" On {several(ways, 'way')} goods move under licences."
    return text


def _table(flows: pd.DataFrame, where: dict[str, Place]) -> Table:
    return Table(
        "What moves from where to where, expected over the horizon",
        (Column("From"), Column("Country"), Column("To"), Column("Country"), Column("Material"),
         Column("Quantity", "number"), Column("Rules")),
        [
            (row["from"], where[row["from"]].country, row["to"], where[row["to"]].country,
             row["material"], float(row["quantity"]), RULED[row["ruled"]][0])
            for row in flows.to_dict("records")
        ],
    )  # fmt: skip
