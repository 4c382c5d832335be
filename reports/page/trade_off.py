"""A frontier: what one objective costs in another, and the plan behind each point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..terminal import CATEGORIES
from .look import BLUE, ORANGE, figure, marker, measure_axis, money_axis, names_axis
from .parts import Chart, Column, Figures, Points, Section, Table
from .results import Result
from .words import MEASURES, escaped, kind_of, lines, measure, money, several, share

MOST_TOLD = 5
"""Most changes that a point tells when it is pointed at."""

Point = Mapping[str, Any]


def trade_off(result: Result) -> list[Section]:
    """Sections of a frontier."""
    return [_head(result), _frontier(result), _costs(result), _steps(result)]


def _head(result: Result) -> Section:
    points, targets = result.summary["points"], result.summary["trade_off"]
    words = {True: "corners of the frontier", False: "efficient plans"}[
        bool(result.summary["exact"])
    ]
    figures = [("Plans", str(len(points)), words)]
    for name in targets:
        values = [point["objectives"][name] for point in points]
        low, high = (measure(name, end, result.currency) for end in (min(values), max(values)))
        figures.append((MEASURES[name], low, f"at best; {high} at most"))
    told = ["No plan of the frontier can be bettered in one objective without losing in another."]
    knee = _knee(points)
    if knee is not None:
        told.append(f"Plan {knee} is the knee: from there on, gains in one cost most in the other.")
    if result.summary["status"] == "feasible":
        told.append("The search was stopped early; there may be more plans.")
    caps = result.summary.get("caps") or {}
    told += [
        f"In every plan: {MEASURES[name].lower()} at most {measure(name, value, result.currency)}."
        for name, value in caps.items()
    ]
    return Section("headline", "In short", (Figures(figures), Points(told)))


def _knee(points: Sequence[Point]) -> int | None:
    return next((number for number, point in enumerate(points, start=1) if point["knee"]), None)


def _frontier(result: Result) -> Section:
    points, targets = result.summary["points"], result.summary["trade_off"]
    across, up = targets[0], targets[1]
    text = [_behind(result, number, point) for number, point in enumerate(points, start=1)]
    knee = _knee(points)
    values = {name: [point["objectives"][name] for point in points] for name in targets}
    own: dict[str, Any] = {
        "type": "scatter", "x": values[across], "y": values[up], "hoverinfo": "text",
        "hovertext": text, "name": "plan",
        "mode": "markers" if len(targets) > 2 else "lines+markers+text",
        "line": {"color": BLUE, "width": 1.5, "dash": "dot"},
        "text": [str(number) for number in range(1, len(points) + 1)] if len(points) <= 30 else [],
        "textposition": "top right",
        "marker": {"color": BLUE, "size": 11, "line": {"color": "theme:paper", "width": 1}},
    }  # fmt: skip
    if len(targets) > 2:
        own["marker"] = {
            "color": values[targets[2]], "size": 13, "colorscale": "Cividis", "showscale": True,
            "line": {"color": "theme:edge", "width": 1},
            "colorbar": {"title": {"text": escaped(MEASURES[targets[2]]), "side": "right"}},
        }  # fmt: skip
    data = [own]
    if knee is not None:
        data.append(
            {
                "type": "scatter", "mode": "markers", "name": "knee",
                "x": [values[across][knee - 1]], "y": [values[up][knee - 1]],
                "hoverinfo": "text", "hovertext": [text[knee - 1]],
                "marker": {"symbol": "diamond-open", "size": 20, "color": ORANGE,
                           "line": {"width": 3}},
            }
        )  # fmt: skip
    names = [MEASURES[name].lower() for name in targets]
    first, last = points[0]["objectives"], points[-1]["objectives"]
    summary = (
        f"{names[0].capitalize()} against {' and '.join(names[1:])}: from "
        + " to ".join(
            " and ".join(measure(name, end[name], result.currency) for name in (across, up))
            for end in (first, last)
        ) + ". "
        "Point at a plan to see what it does otherwise than the one before."
    )  # fmt: skip
    drawn = figure(
        data, xaxis=measure_axis(across, result.currency), yaxis=measure_axis(up, result.currency),
        margin={"l": 72, "r": 30, "t": 24, "b": 56},
    )  # fmt: skip
    return Section(
        "frontier", "The frontier",
        (Chart("points", " against ".join(MEASURES[name] for name in targets), summary, drawn,
               _table(result), 460, wide_open=True),),
    )  # fmt: skip


def _behind(result: Result, number: int, point: Point) -> str:
    """What a point tells: its objectives, and what it changes."""
    told = [f"Plan {number}"]
    told += [f"{MEASURES[name]}: {measure(name, point['objectives'][name], result.currency)}"
             for name in result.summary["trade_off"]]  # fmt: skip
    changes = [*point["changes"], *point["shifts"]]
    if changes:
        told.append(f"otherwise than plan {number - 1}:")
        told += [f"- {change[:110]}" for change in changes[:MOST_TOLD]]
    if len(changes) > MOST_TOLD:
        told.append(f"and {several(len(changes) - MOST_TOLD, 'more change')}")
    return lines(*told)


def _table(result: Result) -> Table:
    points, targets = result.summary["points"], result.summary["trade_off"]
    known = [name for name in MEASURES if name in points[0]["objectives"]]
    shown = [*targets, *(name for name in known if name not in targets)]
    columns = [Column("Plan"), *(Column(MEASURES[name] + (" (days)" if name == "lead_time" else ""),
                                        kind_of(name)) for name in shown),
               Column(""), Column("Gap", "text"), Column("Folder")]  # fmt: skip
    rows = [
        (number, *(point["objectives"].get(name) for name in shown),
         "knee" if point["knee"] else "", "" if point["gap"] is None else share(point["gap"]),
         point["run"] or "")
        for number, point in enumerate(points, start=1)
    ]  # fmt: skip
    return Table("Plans of the frontier", columns, rows)


def _costs(result: Result) -> Section:
    """Cost by category of each plan."""
    points, currency = result.summary["points"], result.currency
    totals = {
        name: max(abs(point["costs"].get(name, 0.0)) for point in points) for name in CATEGORIES
    }
    kept = [name for name in sorted(totals, key=lambda one: -totals[one]) if totals[name] > 1e-6]
    spent = {name: [float(point["costs"].get(name, 0.0)) for point in points] for name in kept}
    data = [
        {
            "type": "bar", "name": CATEGORIES[name], "x": list(range(len(points))),
            "y": spent[name], "marker": marker(number), "hoverinfo": "text",
            "hovertext": [
                lines(f"Plan {at}", CATEGORIES[name], money(value, currency))
                for at, value in enumerate(spent[name], start=1)
            ],
        }
        for number, name in enumerate(kept)
    ]  # fmt: skip
    first, last = points[0]["costs"], points[-1]["costs"]
    moved = max(kept, key=lambda name: abs(last.get(name, 0.0) - first.get(name, 0.0)), default="")
    summary = "Discounted and expected."
    if moved:
        step = last.get(moved, 0.0) - first.get(moved, 0.0)
        summary += (
            f" From the first plan to the last, {CATEGORIES[moved]} change most, by "
            f"{money(step, currency)}."
        )
    chart = Chart(
        "costs", "Cost of each plan by category", summary,
        figure(data, barmode="relative", yaxis=money_axis("", currency),
               xaxis=names_axis([f"Plan {at}" for at in range(1, len(points) + 1)], nticks=20)),
        Table(
            "Cost by category of each plan",
            (Column("Plan"), *(Column(CATEGORIES[name], "money") for name in kept)),
            [(number, *(point["costs"].get(name, 0.0) for name in kept))
             for number, point in enumerate(points, start=1)],
        ),
        height=420,
    )  # fmt: skip
    return Section("cost", "What it is spent on", (chart,))


def _steps(result: Result) -> Section:
    """What each plan does otherwise than the one before."""
    rows = [
        (f"{number - 1} to {number}", "; ".join(point["changes"]) or "the same decisions",
         "; ".join(point["shifts"]))
        for number, point in enumerate(result.summary["points"], start=1) if number > 1
    ]  # fmt: skip
    table = Table(
        "What changes from plan to plan",
        (Column("Step"), Column("Decisions"), Column("Purchases, expected over the horizon")), rows,
    )  # fmt: skip
    return Section("steps", "What changes from plan to plan",
                   (table,) if rows else ("One plan is best in all at once.",))  # fmt: skip
