"""A sweep: how far results range, what moves them, which decisions change."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...models.sweep_results import SOLVED
from ..sweep import STATES, change_counts
from ..terminal import DECISIONS
from .headline import RISKS
from .look import BLUE, GREEN, INK, ORANGE, axis, figure, hatched, measure_axis, names_axis
from .look import rows_height as height_of
from .parts import Cell, Chart, Column, Figures, Points, Section, Table
from .results import Result
from .scatters import scatters
from .words import MEASURES, kind_of, lines, measure, several, share, short

MOST = 25
"""Most bars of a tornado, and most decisions that are drawn."""


def what_ifs(result: Result) -> list[Section]:
    """Sections of a sweep."""
    sections = [_head(result), *_tornado(result), *_ranges(result), *scatters(result)]
    return [*sections, *_decisions(result), *_influence(result), _points(result)]


def _measures(result: Result) -> list[str]:
    """Objectives that differ over the points, that which was minimised first before the others."""
    points = _solved(result)
    first = list(result.summary.get("minimise") or ["cost"])
    ordered = [*first, *(name for name in MEASURES if name not in first)]
    found = []
    for name in ordered:
        if name not in points:
            continue
        values = points[name].dropna()
        same = name in RISKS and np.allclose(
            points[name], points["cost"], rtol=1e-6, equal_nan=True
        )
        if (
            len(values)
            and not same
            and (name in first or np.ptp(values) > 1e-9 * abs(values).max())
        ):
            found.append(name)
    return found


def _solved(result: Result) -> pd.DataFrame:
    points = result.tables["points"]
    return points[points["status"].isin(SOLVED)]


def _head(result: Result) -> Section:
    summary, currency = result.summary, result.currency
    figures = [("Points", f"{summary['done']:,}", f"of {summary['points']:,} asked for; design "
                f"{str(summary['design']).replace('_', ' ')}")]  # fmt: skip
    base = summary["base"]
    for name in _measures(result):
        values = _solved(result)[name].dropna()
        low, high = (measure(name, float(end), currency) for end in (values.min(), values.max()))
        at = base["objectives"].get(name)
        also = "" if at is None else f"; {measure(name, float(at), currency)} in the base"
        figures.append((MEASURES[name], f"{low} to {high}", f"least to most{also}"))
    states = [f"{several(number, 'point')} {STATES.get(state, state)}"
              for state, number in summary["statuses"].items()]  # fmt: skip
    told = [f"Inputs: {', '.join(summary['inputs'])}.", "; ".join(states) + "."]
    told += [f"Point {one['point']} has no plan: {'; '.join(one['lines'][:3])}"
             for one in summary.get("why_infeasible", [])]  # fmt: skip
    told += list(summary.get("warnings", []))
    return Section("headline", "In short", (Figures(figures), Points(told)))


def _tornado(result: Result) -> list[Section]:
    table = result.tables.get("tornado")
    if table is None or table.empty:
        return []
    charts = [_one_tornado(result, name, table[table["measure"] == name])
              for name in _measures(result) if (table["measure"] == name).any()]  # fmt: skip
    return [Section("tornado", "What moves the result", charts)] if charts else []


def _one_tornado(result: Result, name: str, own: pd.DataFrame) -> Chart:
    """Bars from the base to the least and to the most, widest swing on top."""
    currency = result.currency
    drawn = own.sort_values("swing", ascending=False).head(MOST)
    rows = drawn.to_dict("records")
    base = float(drawn["base"].iloc[0])
    data: list[dict[str, Any]] = []
    for end, words, paint, shape in (
        ("least", "least", GREEN, ""), ("largest", "largest", ORANGE, "/"),
    ):  # fmt: skip
        data.append(
            {
                "type": "bar", "orientation": "h", "name": words, "y": list(range(len(rows))),
                "base": base, "x": [float(row[end]) - base for row in rows], "width": 0.6,
                "hoverinfo": "text",
                "hovertext": [
                    lines(row["input"], f"{words}: {measure(name, float(row[end]), currency)}",
                          f"at {row[f'at_{end}'] or 'the base'}")
                    for row in rows
                ],
                "marker": hatched(paint, shape),
            }
        )  # fmt: skip
    across = measure_axis(name, currency)
    line = {"type": "line", "x0": base, "x1": base, "y0": 0, "y1": 1, "yref": "paper",
            "line": {"color": INK, "width": 1.5, "dash": "dot"}}  # fmt: skip
    first = rows[0]
    summary = (
        f"{MEASURES[name]} is {measure(name, base, currency)} in the base (dotted line). It moves "
        f"most with {first['input']}, by {measure(name, float(first['swing']), currency)}."
    )
    lost = int((own["points"] - own["solved"]).sum())
    summary += f" {several(lost, 'point')} without a plan." if lost else ""
    kind = kind_of(name)
    return Chart(
        name.replace("_", "-"), f"{MEASURES[name]}: one input at a time", summary,
        figure(data, barmode="overlay", xaxis=across, shapes=[line],
               yaxis=names_axis([short(str(row["input"])) for row in rows], down=True)),
        Table(
            f"{MEASURES[name]} with one input changed at a time",
            (Column("Input"), Column("Least", kind), Column("at"), Column("Largest", kind),
             Column("at"), Column("Swing", kind), Column("Points with a plan", "number")),
            [(row["input"], float(row["least"]), str(row["at_least"]), float(row["largest"]),
              str(row["at_largest"]), float(row["swing"]), int(row["solved"]))
             for row in own.sort_values("swing", ascending=False).to_dict("records")],
        ),
        height=height_of(len(rows), 34, 130), wide_open=len(rows) <= 12,
    )  # fmt: skip


def _ranges(result: Result) -> list[Section]:
    """Histograms, counted here: the page need not hold every point."""
    charts = []
    for name in _measures(result):
        values = _solved(result)[name].dropna().to_numpy(dtype=float)
        if len(values) < 12:
            continue
        charts.append(_histogram(result, name, values))
    return [Section("ranges", "How far it ranges", charts)] if charts else []


def _histogram(result: Result, name: str, values: np.ndarray[Any, Any]) -> Chart:
    currency = result.currency
    bins = int(np.clip(np.sqrt(len(values)) * 1.5, 8, 40))
    counts, edges = np.histogram(values, bins=bins)
    quantiles = np.quantile(values, [0.05, 0.5, 0.95])
    low, middle, high = (measure(name, float(value), currency) for value in quantiles)
    told = [measure(name, float(edge), currency) for edge in edges]
    bars = {
        "type": "bar", "x": ((edges[:-1] + edges[1:]) / 2).tolist(), "y": counts.tolist(),
        "width": np.diff(edges).tolist(), "hoverinfo": "text", "name": "points",
        "hovertext": [lines(f"{told[at]} to {told[at + 1]}", several(int(count), "point"))
                      for at, count in enumerate(counts)],
        "marker": {"color": BLUE, "line": {"color": "theme:paper", "width": 1}},
    }  # fmt: skip
    across = measure_axis(name, currency)
    return Chart(
        name.replace("_", "-"), f"{MEASURES[name]} over all points",
        f"Nine in ten of {len(values):,} points lie between {low} and {high}; the middle is "
        f"{middle}.",
        figure([bars], showlegend=False, xaxis=across, yaxis=axis("points"), bargap=0),
        Table(
            f"{MEASURES[name]}: number of points by range",
            (Column("From", kind_of(name)), Column("To", kind_of(name)),
             Column("Points", "number")),
            [(float(edges[at]), float(edges[at + 1]), int(count))
             for at, count in enumerate(counts)],
        ),
        height=300,
    )  # fmt: skip


def _decisions(result: Result) -> list[Section]:
    """Which decisions differ from the base, and how often."""
    changed, solved = result.tables.get("changed_decisions"), len(_solved(result))
    if changed is None or not solved:
        return []
    if changed.empty:
        return [Section("decisions", "Decisions", ("Every point decides what the base decides.",))]
    keys = ["decision", "name", "from", "to", "material"]
    found = []
    for key, rows in changed.groupby(keys, sort=True):
        decision, name, start, end, material = (str(part) for part in key)
        which = " ".join(filter(None, (name, f"{start} to {end}" if end else "", material)))
        count = int(rows["point"].nunique())
        found.append((f"{DECISIONS[decision]} {which}", count, count / solved, change_counts(rows)))
    found.sort(key=lambda row: (-row[1], row[0]))
    drawn = found[:MOST]
    bars = {
        "type": "bar", "orientation": "h", "x": [row[2] for row in drawn], "hoverinfo": "text",
        "y": list(range(len(drawn))), "marker": {"color": BLUE}, "width": 0.6, "name": "points",
        "hovertext": [lines(row[0], f"{row[1]:,} of {solved:,} points ({share(row[2])})", row[3])
                      for row in drawn],
    }  # fmt: skip
    summary = (
        f"{several(len(found), 'decision')} differ somewhere. Most often: {found[0][0]}, in "
        f"{share(found[0][2])} of the points."
    )
    chart = Chart(
        "changed", "Decisions that differ from the base", summary,
        figure([bars], showlegend=False, xaxis=axis("part of the points", tickformat=".0%",
                                                    range=[0, 1.02]),
               yaxis=names_axis([short(row[0], 42) for row in drawn], down=True)),
        Table(
            "Decisions that differ from the base",
            (Column("Decision"), Column("Points", "number"), Column("Part", "share"),
             Column("How")),
            found,
        ),
        height=height_of(len(drawn), 26, 100),
    )  # fmt: skip
    return [Section("decisions", "Decisions", (chart,))]


def _influence(result: Result) -> list[Section]:
    """Rank correlations and Sobol indices, where the design has them."""
    parts: list[Table] = []
    for name, caption in (("correlations", "Rank correlations (Spearman)"),
                          ("indices", "Sobol indices")):  # fmt: skip
        table = result.tables.get(name)
        if table is None or table.empty:
            continue
        columns = [
            Column(
                str(one).replace("_", " "), "number" if table[one].dtype.kind in "fi" else "text"
            )
            for one in table.columns
        ]
        parts.append(
            Table(caption, columns, [_plain(row) for row in table.itertuples(index=False)])
        )
    return [Section("influence", "Influence of the inputs", parts)] if parts else []


def _plain(row: Any) -> tuple[Cell, ...]:
    return tuple(
        cell if isinstance(cell, str) else None if pd.isna(cell) else float(cell) for cell in row
    )


def _points(result: Result) -> Section:
    """Every point."""
    points, inputs = result.tables["points"], list(result.summary["inputs"])
    objectives = [name for name in MEASURES if name in points and points[name].notna().any()]
    numbers = {name: points[name].dtype.kind in "fi" for name in inputs}
    columns = [Column("Point"),
               *(Column(name, "number" if numbers[name] else "text") for name in inputs),
               Column("Status"), *(Column(MEASURES[name], kind_of(name)) for name in objectives),
               Column("Changed decisions", "number"), Column("Which")]  # fmt: skip
    wanted = ["point", *inputs, "status", *objectives, "changed", "decisions"]
    plain = points[wanted].astype(object).where(points[wanted].notna(), None)
    rows = [tuple(row) for row in plain.itertuples(index=False)]
    note = "Blank inputs are as in the case."
    return Section("points", "Points", (Table("Every point", columns, rows, note),))
