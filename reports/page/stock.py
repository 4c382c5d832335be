"""Stock against cover: what is held at the end of each period, and the cover that is asked for."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from ...models.case import Case
from ...models.names import CaseNames
from ..terminal import amount
from .futures import chances, expected
from .look import BLUE, GREEN, INK, RED, axis, figure, period_axis
from .parts import Chart, Column, Section, Table
from .results import Result
from .words import escaped, lines, several, short

MOST = 8
"""Most stores that are drawn."""


def stock(result: Result) -> Section | None:
    """Levels of stock; None where nothing is ever held."""
    levels = levels_of(result)
    if levels.empty:
        return None
    case = result.case
    peaks = levels.groupby(["site", "material"])["level"].max().sort_values(ascending=False)
    drawn = [(str(site), str(material)) for site, material in peaks.index[:MOST]]
    with_cover = levels[levels["cover"].notna()][["site", "material"]].drop_duplicates()
    for site, material in with_cover.itertuples(index=False):
        if (site, material) not in drawn:
            drawn = [*drawn[: MOST - 1], (site, material)]
    unit = {row.material: row.unit for row in case.materials}
    site, material = peaks.index[0]
    summary = (
        f"{several(len(peaks), 'store')} hold something. Most is held at {site}: "
        f"{amount(peaks.iloc[0])} {unit[str(material)]} of {material}."
    )
    below = levels[
        levels["cover"].notna() & (levels["level"] < levels["cover"] * (1 - 1e-6) - 1e-6)
    ]
    if levels["cover"].notna().any():
        summary += (
            f" Cover asked for is kept in all but {several(len(below), 'case')}."
            if len(below)
            else " The cover that is asked for is always kept."
        )
    summary += f" The {MOST} largest are drawn." if len(peaks) > MOST else ""
    chart = Chart(
        "levels", "Stock at the end of each period", summary,
        _small_multiples(case, levels, drawn, unit),
        Table(
            "Stock at the end of each period, expected",
            (Column("Site"), Column("Material"), Column("Period"), Column("Level", "number"),
             Column("Least", "number"), Column("Most", "number"),
             Column("Cover asked for", "number"), Column("Days of demand", "number")),
            [
                (row["site"], row["material"], case.period_label(int(row["period"])),
                 float(row["level"]), float(row["least"]), float(row["most"]),
                 _some(row["cover"]), _some(row["days"]))
                for row in levels.to_dict("records")
            ],
        ),
        height=max(250, 40 + 210 * -(-len(drawn) // 2)),
    )  # fmt: skip
    notes = [_changed_note(case)] if _cover_changes(case) else []
    return Section("stock", "Stock", (chart, *notes))


def _some(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def levels_of(result: Result) -> pd.DataFrame:
    """site, material, period, level (expected), least, most (over futures), cover, days.

    ``cover`` is the least stock that ``min_cover_days`` asks for, missing where there is none;
    ``days`` is how long the level would serve the demand of the period that it covers.
    """
    tables, case = result.tables, result.case
    table = tables["stock"]
    if table.empty:
        return pd.DataFrame(columns=["site", "material"])
    keys = ["site", "material", "period"]
    by_node = table.groupby([*keys, "node"], as_index=False)["level"].sum()
    weights = by_node["level"] * by_node["node"].map(chances(tables))
    found = by_node.assign(level=weights).groupby(keys, as_index=False)["level"].sum()
    ends = by_node.groupby(keys, as_index=False)["level"].agg(["min", "max"])
    found = found.merge(ends.rename(columns={"min": "least", "max": "most"}), on=keys)
    held = found.groupby(["site", "material"])["most"].transform("max") > 1e-6
    found = found[held]
    rows = {(row.site, row.material): row for row in case.stockpiles}
    wanted = tables["service"].assign(wanted=expected(tables, tables["service"], "wanted"))
    per_day, days = case.days_per_period, []
    cover = []
    names = CaseNames(case)
    changed = _cover_changes(case)
    for row in found.to_dict("records"):
        store = rows.get((row["site"], row["material"]))
        of = (store.cover_of if store else None) or row["material"]
        demand = _demand(case, wanted, names.of("materials").select(of), row) / per_day
        days.append(row["level"] / demand if demand > 0 else None)
        asks = store is not None and store.min_cover_days > 0 and not changed
        cover.append(store.min_cover_days * demand if asks and store else None)
    complete: pd.DataFrame = found.assign(cover=pd.Series(cover, index=found.index, dtype=float),
                        days=pd.Series(days, index=found.index, dtype=float))  # fmt: skip
    return complete


def _demand(
    case: Case, wanted: pd.DataFrame, materials: list[str], row: Mapping[Hashable, Any]
) -> float:
    """Expected demand that a store covers: its site's rows, or all where it has none."""
    rows = wanted[wanted["material"].isin(materials) & (wanted["period"] == row["period"])]
    if any(one.site == row["site"] and one.material in materials for one in case.demand):
        rows = rows[rows["site"] == row["site"]]
    return float(rows["wanted"].sum())


def _cover_changes(case: Case) -> bool:
    return any(
        row.table == "stockpiles" and row.field in ("min_cover_days", "min_level")
        for row in case.changes
    )


def _changed_note(case: Case) -> str:
    return "Cover asked for is not drawn: the case changes it over time (table changes)."


def _small_multiples(
    case: Case, levels: pd.DataFrame, drawn: list[tuple[str, str]], unit: dict[str, str]
) -> dict[str, Any]:
    """A small chart for each store, two in a row."""
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": []}
    across = 2 if len(drawn) > 1 else 1
    down = -(-len(drawn) // across)
    gap_x, gap_y = 0.09, min(0.13, 0.36 / max(down, 1))
    wide, high = (1 - gap_x * (across - 1)) / across, (1 - gap_y * (down - 1)) / down
    spread = bool((levels["most"] - levels["least"] > 1e-6).any())
    for number, (site, material) in enumerate(drawn):
        own = levels[(levels["site"] == site) & (levels["material"] == material)]
        name = "" if number == 0 else str(number + 1)
        left, top = (number % across) * (wide + gap_x), 1 - (number // across) * (high + gap_y)
        layout[f"xaxis{name}"] = period_axis(
            case, most=5, domain=[left, left + wide], anchor=f"y{name}"
        )
        layout[f"yaxis{name}"] = axis(
            unit[material], domain=[max(0.0, top - high), top], anchor=f"x{name}",
            rangemode="tozero", nticks=5,
        )  # fmt: skip
        layout["annotations"].append(
            {"text": escaped(short(f"{site}: {material}", 44)), "x": left, "xanchor": "left",
             "y": top, "yanchor": "bottom", "xref": "paper", "yref": "paper", "showarrow": False,
             "font": {"color": INK, "size": 12}}
        )  # fmt: skip
        data += _traces(case, own, name, unit[material], first=number == 0, spread=spread)
    legend = {"orientation": "h", "y": 1.04 + 0.06 / down, "yanchor": "bottom", "x": 0}
    return figure(data, **layout, legend=legend, margin={"l": 64, "r": 24, "t": 56, "b": 40})


def _traces(
    case: Case, own: pd.DataFrame, name: str, unit: str, *, first: bool, spread: bool
) -> list[dict[str, Any]]:
    x = own["period"].tolist()
    place = {"xaxis": f"x{name}", "yaxis": f"y{name}", "hoverinfo": "text"}
    told = [
        lines(case.period_label(int(row["period"])), f"{amount(row['level'])} {unit}",
              "" if pd.isna(row["days"]) else f"{row['days']:,.0f} days of demand")
        for row in own.to_dict("records")
    ]  # fmt: skip
    bars: dict[str, Any] = {
        **place, "type": "bar", "x": x, "y": own["level"].tolist(), "hovertext": told,
        "name": "held at the end of the period", "legendgroup": "level", "showlegend": first,
        "marker": {"color": BLUE},
    }  # fmt: skip
    if spread:
        bars["error_y"] = {
            "type": "data", "symmetric": False, "color": GREEN, "thickness": 1.2, "width": 3,
            "array": (own["most"] - own["level"]).tolist(),
            "arrayminus": (own["level"] - own["least"]).tolist(),
        }  # fmt: skip
        bars["name"] += " (expected; whiskers: least and most over futures)"
    if own["cover"].notna().sum() == 0:
        return [bars]
    line = {
        **place, "type": "scatter", "mode": "lines+markers", "x": x, "y": own["cover"].tolist(),
        "name": "cover asked for", "legendgroup": "cover", "showlegend": True,
        "line": {"color": RED, "width": 2, "dash": "dot", "shape": "hvh"},
        "marker": {"color": RED, "symbol": "line-ew-open", "size": 8},
        "hovertext": [
            lines(case.period_label(int(period)), f"cover asked for: {amount(value)} {unit}")
            for period, value in zip(x, own["cover"], strict=True)
        ],
    }  # fmt: skip
    return [bars, line]
