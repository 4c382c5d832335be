"""Sheets of a frontier, a sweep and a stress test: their tables, with a chart of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ...models import stress_results, sweep_results
from ..page.results import Result
from ..page.words import MEASURES, MONEY
from ..stress import KINDS as WHAT
from ..terminal import CATEGORIES, DECISIONS
from .plan_tables import heading
from .sheets import GRID, Book, Cell, Column, Kind, Sheet

MOST_BARS = 25
KINDS: dict[str, Kind] = {
    **dict.fromkeys((*MONEY, "loss", "error", "objective", "bound"), "money"),
    "concentration": "share", "gap": "share", "lead_time": "number", "shortage": "number",
    "short": "number", "waiting": "number", "never": "number", "seconds": "number",
    **dict.fromkeys(("point", "rank", "start", "row", "node", "period", "changed", "solved",
                     "points", "recovery", "first_short", "time_to_recover"), "whole"),
}  # fmt: skip
NOTES = {
    **sweep_results.POINT_COLUMNS, **sweep_results.CHANGED_COLUMNS, **stress_results.OUTAGES,
    **stress_results.SHORT, **stress_results.FIXES,
}  # fmt: skip
TITLES = {**MEASURES, "changed": "Decisions changed", "decisions": "Which", "what": "What"}


def write_study(book: Book, result: Result, label: str) -> None:
    """Write the sheets of a result that is no plan."""
    write = {"frontier": _frontier, "sweep": _sweep, "stress": _stress}.get(result.kind, _any)
    write(book, result, label)


def _any(book: Book, result: Result, label: str) -> None:
    """The tables of a study that has no charts here."""
    for name, table in result.tables.items():
        if len(table):
            _table(book, f"{heading(name)}{label}", table, titles={"regret": "Regret"})


def _table(
    book: Book,
    name: str,
    table: pd.DataFrame,
    *,
    kinds: Mapping[str, Kind] | None = None,
    titles: Mapping[str, str] | None = None,
    without: Iterable[str] = (),
    keep: int = 1,
) -> tuple[Sheet, list[str], int]:
    """A sheet of a table in people's words; return it, its columns and the row below."""
    known, words = {**KINDS, **(kinds or {})}, {**TITLES, **(titles or {})}
    names = [str(one) for one in table.columns if one not in set(without)]
    names = [one for one in names if table[one].notna().any()]
    columns = [
        Column(words.get(one, heading(one)), _kind(table[one], known.get(one)), NOTES.get(one, ""))
        for one in names
    ]
    cells = [_words(one, table[one]) for one in names]
    sheet = book.sheet(name, colour="#1F3864")
    rows = [list(row) for row in zip(*cells, strict=True)]
    return sheet, names, sheet.table(columns, rows, keep=keep)


def _kind(values: pd.Series[Any], known: Kind | None) -> Kind:
    if values.dtype.kind not in "iuf":
        return "text"
    return known or ("whole" if values.dtype.kind in "iu" else "number")


def _words(name: str, values: pd.Series[Any]) -> list[Cell]:
    if name == "decision":
        return [DECISIONS.get(str(cell), str(cell)) for cell in values]
    if name == "measure":
        return [MEASURES.get(str(cell), heading(str(cell))) for cell in values]
    if name == "kind":
        return [WHAT.get(str(cell), str(cell)) for cell in values]
    if name == "status":
        return [str(cell).replace("_", " ") for cell in values]
    return list(values)


def _frontier(book: Book, result: Result, label: str) -> None:
    """Every plan of the trade-off, and the curve."""
    table = result.tables["frontier"]
    costs = {f"cost_{name}": words.capitalize() for name, words in CATEGORIES.items()}
    kinds: dict[str, Kind] = dict.fromkeys(costs, "money")
    sheet, names, bottom = _table(
        book, f"Trade-off{label}", table, kinds=kinds, titles={**costs, "run": "Folder"},
        without=("joined",),
    )  # fmt: skip
    across, up = result.summary["trade_off"][:2]
    x, y = names.index(across), names.index(up)
    joined = "straight_with_markers" if len(result.summary["trade_off"]) == 2 else ""
    chart = book.chart("scatter", f"{MEASURES[across]} against {MEASURES[up].lower()}", joined)
    chart.add_series({
        "name": "plans", "categories": f"={sheet.span((1, x), (bottom - 1, x))}",
        "values": f"={sheet.span((1, y), (bottom - 1, y))}",
        "line": {"color": "#9DC3E6", "dash_type": "round_dot", "width": 1.5},
        "marker": {"type": "circle", "size": 8, "fill": {"color": "#1F3864"}},
    })  # fmt: skip
    for name, axis in ((across, chart.set_x_axis), (up, chart.set_y_axis)):
        low, high = float(table[name].min()), float(table[name].max())
        room = 0.08 * (high - low) or 0.1 * abs(high) or 1.0
        axis({"name": _unit(name, result.currency), "min": low - room, "max": high + room,
              "num_format": _form(name), "num_font": {"rotation": 0},
              "major_gridlines": GRID})  # fmt: skip
    chart.set_legend({"none": True})
    _place(sheet, chart, bottom + 1)
    stacked = book.chart("column", "What each plan pays for", "stacked")
    for number, name in enumerate(name for name in names if name.startswith("cost_")):
        at = names.index(name)
        stacked.add_series({
            "name": f"={sheet.away(0, at)}", "gap": 40,
            "categories": f"={sheet.span((1, 0), (bottom - 1, 0))}",
            "values": f"={sheet.span((1, at), (bottom - 1, at))}",
        })  # fmt: skip
        if number > 16:
            break
    stacked.set_y_axis({"num_format": "#,##0", "name": result.currency})
    stacked.set_x_axis({"name": "plan", "label_position": "low"})
    _place(sheet, stacked, bottom + 23)


def _sweep(book: Book, result: Result, label: str) -> None:
    """Every point, what moves the result, and which decisions differ."""
    tables, inputs = result.tables, list(result.summary["inputs"])
    tornado = tables.get("tornado")
    minimised = str((result.summary.get("minimise") or ["cost"])[0])
    if tornado is not None and len(tornado):
        drawn: list[pd.DataFrame] = []
        for measure in [minimised, *sorted(set(tornado["measure"]) - {minimised})]:
            own = tornado[tornado["measure"] == measure].drop(columns="measure")
            own = own.reset_index(drop=True)
            if len(own) and not any(_same(own, other) for other in drawn):
                drawn.append(own)
                _tornado(book, result, measure, own, label)
    points = tables["points"]
    same = [name for name in ("objective", "mean_risk", "cvar", "worst_case")
            if name in points and (points[name] - points["cost"]).abs().max() < 0.01]  # fmt: skip
    sheet, names, bottom = _table(
        book, f"Points{label}", points, without=same, keep=1 + len(inputs[:3]),
        titles={name: name for name in inputs},
    )  # fmt: skip
    if minimised in names and (tornado is None or tornado.empty):
        at = names.index(minimised)
        chart = book.chart("scatter", f"{MEASURES[minimised]} of every point")
        chart.add_series({
            "name": "points", "categories": f"={sheet.span((1, 0), (bottom - 1, 0))}",
            "values": f"={sheet.span((1, at), (bottom - 1, at))}",
            "marker": {"type": "circle", "size": 4, "fill": {"color": "#2E75B6"}},
        })  # fmt: skip
        chart.set_x_axis({"name": "point"})
        chart.set_y_axis(
            {"name": _unit(minimised, result.currency), "num_format": _form(minimised)}
        )
        chart.set_legend({"none": True})
        sheet.own.insert_chart(1, len(names) + 1, chart, {"x_scale": 1.5, "y_scale": 1.4})
    changed = tables.get("changed_decisions")
    if changed is not None and len(changed):
        _table(book, f"Changed decisions{label}", changed, without=("row", "period"),
               titles={"label": "When", "from": "From", "to": "To"})  # fmt: skip
    for name, title in (("correlations", "Correlations"), ("indices", "Sobol indices")):
        own_table = tables.get(name)
        if own_table is not None and len(own_table):
            numbers: dict[str, Kind] = dict.fromkeys(map(str, own_table.columns), "factor")
            _table(book, f"{title}{label}", own_table, kinds=numbers,
                   titles={name: name for name in inputs})  # fmt: skip


def _same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Whether two measures say the same, as measures of risk do where there is one future."""
    names = ["least", "largest"]
    own, others = (
        table.sort_values("input")[names].to_numpy(dtype=float) for table in (one, other)
    )
    return own.shape == others.shape and np.allclose(own, others, rtol=1e-9, equal_nan=True)


def _tornado(book: Book, result: Result, measure: str, own: pd.DataFrame, label: str) -> None:
    """Least and most of one measure with one input changed at a time, widest first."""
    kind: Kind = (
        "money" if measure in MONEY else "share" if measure == "concentration" else "number"
    )
    own = own.sort_values("swing", ascending=False)
    own = own.assign(below=own["least"] - own["base"], above=own["largest"] - own["base"])
    kinds: dict[str, Kind] = dict.fromkeys(
        ("base", "least", "largest", "swing", "below", "above"), kind
    )
    titles = {"at_least": "Input there", "at_largest": "Input there ", "below": "Least - base",
              "above": "Largest - base", "solved": "Points with a plan"}  # fmt: skip
    sheet, names, _ = _table(book, f"Tornado {MEASURES[measure].lower()}{label}", own, kinds=kinds,
                             titles=titles)  # fmt: skip
    last = min(len(own), MOST_BARS)
    base = float(own["base"].iloc[0])
    words = f"{base:,.0f}" if measure in MONEY else f"{base:,.3g}"
    chart = book.chart("bar", f"{MEASURES[measure]}: change from the base ({words})", "stacked")
    for name, colour in (("below", "#70AD47"), ("above", "#C55A11")):
        at = names.index(name)
        chart.add_series({
            "name": f"={sheet.away(0, at)}", "gap": 40, "fill": {"color": colour},
            "categories": f"={sheet.span((1, 0), (last, 0))}",
            "values": f"={sheet.span((1, at), (last, at))}",
        })  # fmt: skip
    chart.set_y_axis({"reverse": True, "label_position": "low"})
    chart.set_x_axis({"num_format": _form(measure), "name": _unit(measure, result.currency),
                      "num_font": {"rotation": 0},
                      "major_gridlines": GRID})  # fmt: skip
    _place(sheet, chart, len(own) + 2, 160 + 30 * last)


def _stress(book: Book, result: Result, label: str) -> None:
    """Outages by loss, who is short, and the cheapest fixes."""
    outages = result.tables["outages"]
    titles = {"label": "From", "recovery": "Lasts (periods)",
              "time_to_survive": "Survived (periods)",
              "time_to_survive_days": "Survived (days)", "survives": "To the horizon",
              "loss": f"Loss ({result.currency})", "start": "From period",
              "waiting": "Late (unit-periods)", "short": "Never delivered"}  # fmt: skip
    sheet, names, bottom = _table(book, f"Outages{label}", outages, titles=titles, keep=3)
    hurting = int((outages["loss"] > 0).sum())
    last, at = min(hurting, MOST_BARS), names.index("what")
    if "loss" in names and last:
        chart = book.chart("bar", f"The {last} outages that cost most")
        chart.add_series({
            "name": "loss", "gap": 30, "fill": {"color": "#C55A11"},
            "categories": f"={sheet.span((1, at), (last, at))}",
            "values": f"={sheet.span((1, names.index('loss')), (last, names.index('loss')))}",
        })  # fmt: skip
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis({"num_format": "#,##0", "name": result.currency,
                          "num_font": {"rotation": 0}})  # fmt: skip
        chart.set_legend({"none": True})
        _place(sheet, chart, bottom + 1, 160 + 26 * last)
    for name, title in (("fixes", "Cheapest fixes"), ("short", "Who is short")):
        table = result.tables.get(name)
        if table is not None and len(table):
            _table(book, f"{title}{label}", table, titles={"label": "When"},
                   without=("node", "row"), kinds={"cost": "money"})  # fmt: skip


def _unit(measure: str, currency: str) -> str:
    return {**dict.fromkeys(MONEY, currency), "lead_time": "days"}.get(measure, MEASURES[measure])


def _form(measure: str) -> str:
    if measure in MONEY:
        return "#,##0"
    return "0%" if measure == "concentration" else "#,##0.0"


def _place(sheet: Sheet, chart: Any, row: int, height: int = 400) -> None:
    chart.set_size({"width": 860, "height": min(height, 1000)})
    sheet.own.insert_chart(row, 0, chart)
