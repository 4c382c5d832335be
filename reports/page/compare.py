"""Several plans side by side: objectives, the bridge between their costs, what they decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..changes import changes_between, shifts_between
from ..terminal import CATEGORIES
from .headline import cards
from .look import BLUE, GREEN, RED, figure, hatched, marker, money_axis, names_axis
from .look import rows_height as height_of
from .parts import Cell, Chart, Column, Points, Section, Table
from .results import Result
from .words import MEASURES, lines, measure, money, several, short

MOST = 14
"""Most lines of changes between two plans, and most steps of a bridge."""


def compare(plans: Sequence[Result], names: Sequence[str]) -> list[Section]:
    """Sections that set plans side by side; the first is what the others are compared with."""
    return [_objectives(plans, names), _bridges(plans, names), _changes(plans, names)]


def _objectives(plans: Sequence[Result], names: Sequence[str]) -> Section:
    currency = plans[0].currency
    rows: list[tuple[Cell, ...]] = []
    for name in MEASURES:
        values = [plan.summary["objectives"].get(name) for plan in plans]
        if any(value is not None for value in values):
            rows.append(
                (MEASURES[name], *("" if value is None else measure(name, float(value), currency)
                                   for value in values))
            )  # fmt: skip
    committed = [cards(plan)[-1][1] for plan in plans]
    rows.append(("Committed by decisions, undiscounted", *committed))
    rows.append(("Case", *(plan.title for plan in plans)))
    table = Table("Plans side by side", (Column(""), *(Column(name) for name in names)), rows)
    grid = _drawn_costs(plans, names)
    return Section("compare", "Side by side", (table, grid))


def _drawn_costs(plans: Sequence[Result], names: Sequence[str]) -> Chart:
    """Cost by category, a bar for each plan."""
    currency = plans[0].currency
    costs = [{name: float(v) for name, v in plan.summary["costs"].items()} for plan in plans]
    largest = {name: max(abs(cost.get(name, 0.0)) for cost in costs) for name in CATEGORIES}
    kept = [name for name in sorted(largest, key=lambda one: -largest[one]) if largest[name] > 1e-6]
    data = []
    for number, name in enumerate(kept):
        values = [cost.get(name, 0.0) for cost in costs]
        data.append(
            {
                "type": "bar", "orientation": "h", "name": CATEGORIES[name],
                "y": list(range(len(plans))), "x": values, "marker": marker(number),
                "hoverinfo": "text",
                "hovertext": [lines(plan, f"{CATEGORIES[name]}: {money(value, currency)}")
                              for plan, value in zip(names, values, strict=True)],
            }
        )  # fmt: skip
    totals = [sum(cost.values()) for cost in costs]
    rows: list[tuple[Cell, ...]] = [
        (CATEGORIES[name], *(cost.get(name, 0.0) for cost in costs)) for name in kept
    ]
    best = min(range(len(plans)), key=lambda at: totals[at])
    summary = f"{names[best]} is the cheapest, {money(totals[best], currency)}."
    return Chart(
        "costs", "Cost by category", summary,
        figure(data, barmode="relative", xaxis=money_axis("discounted, expected", currency),
               yaxis=names_axis([short(name, 30) for name in names], down=True)),
        Table(
            "Cost by category, discounted and expected",
            (Column("For"), *(Column(name, "money") for name in names)),
            [*rows, ("total", *totals)],
        ),
        height=height_of(len(plans), 46, 170),
    )  # fmt: skip


def _bridges(plans: Sequence[Result], names: Sequence[str]) -> Section:
    """What makes each plan dearer or cheaper than the first."""
    charts = [
        _bridge(plans[0], plan, names[0], name, number)
        for number, (plan, name) in enumerate(zip(plans[1:], names[1:], strict=True), start=2)
    ]
    return Section("bridge", "Cost bridge", charts)


def _bridge(first: Result, other: Result, start: str, end: str, number: int) -> Chart:
    currency = first.currency
    old = {name: float(value) for name, value in first.summary["costs"].items()}
    new = {name: float(value) for name, value in other.summary["costs"].items()}
    steps = {name: new.get(name, 0.0) - old.get(name, 0.0) for name in CATEGORIES}
    steps = {name: step for name, step in steps.items() if abs(step) > 1e-6}
    ordered = sorted(steps, key=lambda name: -abs(steps[name]))
    before, after = sum(old.values()), sum(new.values())
    words = [CATEGORIES[name] for name in ordered[:MOST]]
    values = [steps[name] for name in ordered[:MOST]]
    rest = sum(steps[name] for name in ordered[MOST:])
    if len(ordered) > MOST:
        words, values = [*words, "all else"], [*values, rest]
    level, low, high = before, [0.0], [before]
    for value in values:
        low.append(min(level, level + value))
        high.append(abs(value))
        level += value
    labels = [start, *words, end]
    data = _floating(labels, [*low, 0.0], [*high, after], [before, *values, after], currency)
    floor = min([before, after, *low[1:]]) if values else min(before, after)
    ends = [before, after, *(base + size for base, size in zip(low[1:], high[1:], strict=True))]
    span = max(ends) - floor or abs(before) or 1.0
    range_ = [max(0.0, floor - 0.35 * span), max(ends) + 0.1 * span] if floor > 0 else None
    cut = " The axis does not start at zero." if range_ and range_[0] > 0 else ""
    more = after - before
    told = f"{money(abs(more), currency)} {'more' if more > 0 else 'less'} than"
    summary = f"{end} costs {'as much as' if abs(more) < 1e-6 else told} {start}.{cut}"
    vertical = money_axis("discounted, expected", currency, zeroline=True)
    if range_:
        vertical["range"] = range_
    return Chart(
        f"to-{number}", f"From {start} to {end}", summary,
        figure(data, barmode="overlay", showlegend=True, yaxis=vertical,
               xaxis=names_axis([short(label, 22) for label in labels], tickangle=-35)),
        Table(
            f"Cost bridge from {start} to {end}", (Column("Step"), Column("Amount", "money")),
            [(start, before), *((CATEGORIES[name], steps[name]) for name in ordered), (end, after)],
        ),
        height=430,
    )  # fmt: skip


def _floating(
    labels: Sequence[str], low: Sequence[float], size: Sequence[float],
    values: Sequence[float], currency: str,
) -> list[dict[str, Any]]:  # fmt: skip
    """Bars that hang where the one before ends."""
    last = len(labels) - 1
    kinds: dict[str, tuple[list[int], str, str]] = {
        "cost of a plan": ([0, last], BLUE, ""),
        "dearer": ([at for at in range(1, last) if values[at] > 0], RED, "/"),
        "cheaper": ([at for at in range(1, last) if values[at] <= 0], GREEN, ""),
    }
    return [
        {
            "type": "bar", "name": name, "x": own, "base": [low[at] for at in own],
            "y": [size[at] for at in own], "hoverinfo": "text", "width": 0.6,
            "hovertext": [lines(labels[at], money(values[at], currency)) for at in own],
            "marker": hatched(paint, shape),
        }
        for name, (own, paint, shape) in kinds.items() if own
    ]  # fmt: skip


def _changes(plans: Sequence[Result], names: Sequence[str]) -> Section:
    """What each plan decides otherwise than the first."""
    parts: list[str | Points] = []
    for plan, name in zip(plans[1:], names[1:], strict=True):
        told = changes_between(plans[0].tables, plan.tables)
        if plan.case.case.name == plans[0].case.case.name:
            told += shifts_between(plan.case, plans[0].tables, plan.tables)
        more = len(told) - MOST
        parts.append(f"{name}, compared with {names[0]}:")
        if told:
            left = [f"and {several(more, 'more change')}"] if more > 0 else []
            parts.append(Points([*told[:MOST], *left]))
        else:
            parts.append("The same decisions and purchases.")
    return Section("changes", "What is done otherwise", parts)
