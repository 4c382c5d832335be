"""What a sweep's result does over each input: points, or counts where there are many."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...models.sweep_results import SOLVED
from .look import BLUE, axis, figure, measure_axis, names_axis
from .parts import Chart, Column, Section, Table
from .results import Result
from .words import MEASURES, escaped, kind_of, lines, measure, several, short

MANY = 1500
"""Points from which on they are counted in boxes and not drawn one by one."""
MOST_INPUTS = 8
BOXES = 36


def scatters(result: Result) -> list[Section]:
    """A chart for each input with several values; none for designs that move one at a time."""
    if result.summary["design"] == "one_at_a_time":
        return []
    points = result.tables["points"]
    points = points[points["status"].isin(SOLVED)]
    name = (result.summary.get("minimise") or ["cost"])[0]
    charts = []
    for number, one in enumerate(result.summary["inputs"][:MOST_INPUTS]):
        own = points[points[one].notna() & points[name].notna()]
        if own[one].nunique() > 1:
            charts.append(_chart(result, own, str(one), name, number))
    parts: list[Chart | str] = list(charts)
    more = len(result.summary["inputs"]) - MOST_INPUTS
    if more > 0:
        parts.append(f"{several(more, 'more input')} in the table of points.")
    return [Section("inputs", "Result over each input", parts)] if charts else []


def _chart(result: Result, own: pd.DataFrame, one: str, name: str, number: int) -> Chart:
    x = own[one]
    y = own[name].to_numpy(dtype=float)
    words = x.dtype.kind not in "fi"
    levels = sorted(x.unique(), key=str) if words else []
    across = names_axis([short(level, 24) for level in levels]) if words else axis(one)
    at = x.map({level: place for place, level in enumerate(levels)}) if words else x
    values = at.to_numpy(dtype=float)
    up = measure_axis(name, result.currency)
    many = len(own) > MANY
    trace = _boxes(values, y) if many else _dots(result, own, values, y, one, name)
    summary = f"{MEASURES[name]} over {one}, {several(len(own), 'point')}"
    summary += ", counted in boxes: darker is more." if many else "."
    return Chart(
        f"input-{number + 1}", f"{MEASURES[name]} over {one}", summary,
        figure([trace], xaxis=across, yaxis=up, showlegend=False),
        _bands(result, values, y, one, name, levels),
        height=340,
    )  # fmt: skip


def _dots(
    result: Result, own: pd.DataFrame, x: np.ndarray[Any, Any], y: np.ndarray[Any, Any], one: str,
    name: str,
) -> dict[str, Any]:  # fmt: skip
    return {
        "type": "scatter", "mode": "markers", "x": x.tolist(), "y": y.tolist(), "hoverinfo": "text",
        "hovertext": [
            lines(f"Point {row['point']}", f"{one}: {_short(row[one])}",
                  f"{MEASURES[name]}: {measure(name, float(row[name]), result.currency)}",
                  f"{row['changed']} decisions changed" if row["changed"] else "")
            for row in own.to_dict("records")
        ],
        "marker": {"color": BLUE, "size": 7, "opacity": 0.65}, "name": "points",
    }  # fmt: skip


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _boxes(x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> dict[str, Any]:
    counts, across, up = np.histogram2d(x, y, bins=BOXES)
    shown = np.where(counts > 0, counts, np.nan).T
    return {
        "type": "heatmap", "z": shown.tolist(), "x": ((across[:-1] + across[1:]) / 2).tolist(),
        "y": ((up[:-1] + up[1:]) / 2).tolist(), "colorscale": "Cividis", "reversescale": True,
        "colorbar": {"title": {"text": escaped("points"), "side": "right"}},
        "hovertemplate": "%{z} points<extra></extra>", "name": "points",
    }  # fmt: skip


def _bands(
    result: Result, x: np.ndarray[Any, Any], y: np.ndarray[Any, Any], one: str, name: str,
    levels: list[Any],
) -> Table:  # fmt: skip
    """Least, middle and most by level of the input, or by tenths of its range."""
    kind = kind_of(name)
    if levels:
        groups = [(str(level), y[x == at]) for at, level in enumerate(levels)]
    elif len(np.unique(x)) <= 12:
        groups = [(f"{value:.4g}", y[x == value]) for value in np.unique(x)]
    else:
        edges = np.linspace(x.min(), x.max(), 11)
        place = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, 9)
        groups = [(f"{edges[at]:.4g} to {edges[at + 1]:.4g}", y[place == at]) for at in range(10)]
    return Table(
        f"{MEASURES[name]} by {one}",
        (Column(one), Column("Points", "number"), Column("Least", kind), Column("Middle", kind),
         Column("Most", kind)),
        [(label, len(own), float(own.min()), float(np.median(own)), float(own.max()))
         for label, own in groups if len(own)],
    )  # fmt: skip
