"""A frontier on a terminal: what each step costs, where it stops paying, what is done otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rich.console import Console, Group, RenderableType
from rich.text import Text

from ..models.case import Case
from .terminal import amount, money, titled_table

NAMES = {
    "cost": "cost",
    "lead_time": "lead time",
    "shortage": "never delivered",
    "cvar": "worst futures",
    "mean_risk": "cost and risk",
    "worst_case": "worst case",
    "regret": "regret",
    "concentration": "largest country",
}
MONEY = ("cost", "cvar", "mean_risk", "worst_case", "regret")
"""Objectives in money."""
UNITS = {"lead_time": "day", "concentration": "point"}
"""What less of an objective is counted in."""
MOST_CHANGES = 6
WIDTH, HEIGHT = 60, 14
KNEE = "◆"

Point = Mapping[str, Any]


def print_frontier(case: Case, summary: Mapping[str, Any], console: Console) -> None:
    """Print a frontier on a screen or two."""
    points, targets = summary["points"], summary["trade_off"]
    parts: list[RenderableType | None] = [_headline(case, summary), _points(case, summary)]
    if len(targets) == 2 and len(points) > 2:
        parts.append(_plot(case, points, targets))
    parts.append(_changes(points))
    console.print(Group(*[part for part in parts if part is not None]))


def _value(name: str, value: float, currency: str) -> str:
    if name in MONEY:
        return money(value, currency)
    if name == "lead_time":
        return f"{value:,.1f} days"
    return f"{100 * value:.1f} %" if name == "concentration" else amount(value)


def _headline(case: Case, summary: Mapping[str, Any]) -> Text:
    points, targets = summary["points"], summary["trade_off"]
    names = [NAMES[name] for name in targets]
    text = Text()
    text.append(f"{case.case.title or case.case.name}\n", style="bold")
    text.append(f"{' against '.join(names)}: ")
    if len(points) == 1 and summary["status"] == "optimal":
        text.append("one plan is best in all at once; there is nothing to trade off")
        return text
    kind = "corners of the frontier" if summary["exact"] else "efficient plans"
    text.append(f"{len(points)} {kind}")
    text.append("; stopped early, there may be more" if summary["status"] == "feasible" else "")
    gaps = [point["gap"] for point in points]
    if None not in gaps:
        text.append(f"; each proven within {100 * max(gaps):.2g} %")
    knee = next((number for number, p in enumerate(points, start=1) if p["knee"]), None)
    if knee is not None:
        line = "straight line between the ends" if len(targets) == 2 else "plane through the ends"
        text.append(f"\n{KNEE} plan {knee} is the knee: farthest below the {line}")
    return text


def _points(case: Case, summary: Mapping[str, Any]) -> RenderableType:
    """A row for each plan; between two of two objectives, what a unit of the second costs."""
    points, targets = summary["points"], summary["trade_off"]
    currency = case.case.currency
    shown = [*targets, *(name for name in NAMES if name not in targets and _tells(points, name))]
    slopes = len(targets) == 2 and targets[0] in MONEY
    columns = [">plan", *(f">{NAMES[name]}" for name in shown)]
    columns += [f">per {UNITS.get(targets[1], 'unit')} less"] if slopes else []
    jumps = [number > 0 and point["joined"] is False for number, point in enumerate(points)]
    table = titled_table("Plans", *columns, "", ">gap")
    if any(jumps):
        table.caption = "jump: nothing lies between this plan and the one before it"
    for number, point in enumerate(points, start=1):
        cells = [_value(name, point["objectives"][name], currency) for name in shown]
        if slopes:
            cells.append(_slope(points, number - 1, targets, currency))
        marks = [KNEE if point["knee"] else "", "jump" if jumps[number - 1] else ""]
        table.add_row(str(number), *cells, " ".join(filter(None, marks)), _gap(point["gap"]))
    return table


def _gap(gap: float | None) -> str:
    if gap is None:
        return "unknown"
    return f"{100 * gap:.2g} %" if gap > 1e-9 else "0 %"


def _tells(points: Sequence[Point], name: str) -> bool:
    """Whether an objective that is not traded off differs between plans, and is not just cost."""
    if any(name not in point["objectives"] for point in points):
        return False
    values = np.array([point["objectives"][name] for point in points])
    cost = np.array([point["objectives"]["cost"] for point in points])
    if name in MONEY and np.allclose(values, cost, rtol=1e-6):
        return False
    return bool(np.ptp(values) > 1e-4 * np.abs(values).max())


def _slope(points: Sequence[Point], at: int, targets: Sequence[str], currency: str) -> str:
    """What a unit less of the second objective costs on the way from the plan before."""
    if not at:
        return ""
    here, before = (points[i]["objectives"] for i in (at, at - 1))
    gained = before[targets[1]] - here[targets[1]]
    gained *= 100 if targets[1] == "concentration" else 1
    return money((here[targets[0]] - before[targets[0]]) / gained, currency) if gained > 0 else ""


def _plot(case: Case, points: Sequence[Point], targets: Sequence[str]) -> Text:
    """The points on a plane: the first objective to the right, the second upwards."""
    values = np.array([[point["objectives"][name] for name in targets] for point in points])
    low, high = values.min(axis=0), values.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    place = (values - low) / span
    grid = [[" "] * WIDTH for _ in range(HEIGHT)]
    across = np.round(place[:, 0] * (WIDTH - 1)).astype(int)
    down = np.round((1.0 - place[:, 1]) * (HEIGHT - 1)).astype(int)
    for at, (column, row) in enumerate(zip(across, down, strict=True)):
        if grid[row][column] != KNEE:
            grid[row][column] = KNEE if points[at]["knee"] else "●"
    currency = case.case.currency
    top, bottom = (_value(targets[1], float(v), currency) for v in (high[1], low[1]))
    margin = max(len(top), len(bottom))
    text = Text(f"\n{NAMES[targets[1]]}\n", style="bold")
    for number, row in enumerate(grid):
        label = {0: top, HEIGHT - 1: bottom}.get(number, "")
        text.append(f"{label:>{margin}} │{''.join(row).rstrip()}\n", style="not bold")
    left, right = (_value(targets[0], float(v), currency) for v in (low[0], high[0]))
    text.append(f"{'':>{margin}} └{'─' * WIDTH}\n", style="not bold")
    text.append(f"{'':>{margin}}  {left}{right:>{WIDTH - len(left)}}\n", style="not bold")
    text.append(f"{'':>{margin}}  {NAMES[targets[0]]:>{WIDTH}}")
    return text


def _changes(points: Sequence[Point]) -> Text | None:
    """What each plan decides otherwise than the one before it."""
    if len(points) < 2:
        return None
    text = Text("\nWhat changes from plan to plan\n", style="bold")
    for number, point in enumerate(points[1:], start=2):
        lines = list(point["changes"])
        if len(lines) > MOST_CHANGES:
            lines = [*lines[:MOST_CHANGES], f"and {len(lines) - MOST_CHANGES} more decisions"]
        lines += point["shifts"] or ([] if lines else ["the same decisions; other quantities"])
        for first, line in enumerate(lines):
            label = f"{number - 1} to {number}" if not first else ""
            text.append(f"{label:>9}  {line}\n", style="not bold")
    return text
