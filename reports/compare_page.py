"""A comparison on a terminal: one screen for a board, or every line."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import pandas as pd
from rich.console import Console, Group, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from ..models.comparison import Comparison
from .terminal import amount, money, titled_table

MOST_ROWS = 5
EVERY = 10_000
MEASURES = {
    "cost": "cost",
    "lead_time": "lead time (days)",
    "shortage": "never delivered (in all)",
    "cvar": "cost in the worst futures",
    "concentration": "largest share of one country",
    "unknown_controls": "rests on rules of unclear state",
    "decisions": "decisions",
    "paid_for_decisions": "paid for decisions",
}
MONEY = ("cost", "cvar", "paid_for_decisions")
SHARES = ("concentration", "unknown_controls")
LITTLE = 0.005
"""Shares that move less than this are left out."""


def print_comparison(found: Comparison, console: Console, *, full: bool = False) -> None:
    """Print what differs, the largest first.

    Args:
        found: the comparison.
        console: where to.
        full: every line of every table, instead of one screen.
    """
    most = EVERY if full else MOST_ROWS
    tables: list[Table | None] = [_measures(found)]
    if found.currency is not None:
        tables.append(_bridge(found, "category", "Where the cost differs", most))
        tables.append(_bridge(found, "decision", "... and by what is decided", most))
    tables.append(_shares(found, most))
    tables += [_decisions(found, most), _short(found, most)]
    parts: list[RenderableType] = [Text(line, style="bold") for line in _headlines(found)]
    parts += _in_pairs([table for table in tables if table is not None], console)
    parts.append(Text())
    parts += [Text(f"Note: {note}.", style="dim") for note in found.notes]
    if not full:
        parts.append(Text("Every line: --all. Everything for programs: --json.", style="dim"))
    console.print(Group(*parts))


def _headlines(found: Comparison) -> list[str]:
    """What each plan costs more or less than the first, and what it never delivers."""
    first = found.names[0]
    lines = []
    for name in found.names[1:]:
        if found.currency is None:
            continue
        before, after = found.measure("cost", first), found.measure("cost", name)
        if abs(after - before) < 0.5:
            cost = f"{name} costs what {first} costs"
        else:
            share = f" ({100 * abs(after - before) / abs(before):.3g} %)" if before else ""
            way = "more" if after > before else "less"
            cost = f"{name} costs {money(abs(after - before), found.currency)}{share} {way} than "
            cost += first
        days = found.measure("lead_time", name) - found.measure("lead_time", first)
        if not math.isnan(days) and abs(days) >= 0.05:
            cost += f" and takes {amount(abs(days))} days {'longer' if days > 0 else 'less'}"
        lines.append(cost + ".")
    return lines


def _in_pairs(tables: Sequence[Table], console: Console) -> list[RenderableType]:
    """Tables side by side, two and two, where the console is wide enough for both."""
    parts: list[RenderableType] = []
    waiting = list(tables)
    while waiting:
        parts.append(Text())
        left = waiting.pop(0)
        if waiting and _width(left, console) + 3 + _width(waiting[0], console) <= console.width:
            grid = Table.grid(padding=(0, 3, 0, 0))
            grid.add_row(left, waiting.pop(0))
            parts.append(grid)
        else:
            parts.append(left)
    return parts


def _width(table: Table, console: Console) -> int:
    return Measurement.get(console, console.options, table).maximum


def _table(title: str, first: str, *plans: str) -> Table:
    wide = len(title) + 2  # a title wider than its table would be broken up
    look = {"box": None, "header_style": "dim", "padding": (0, 2, 0, 0), "min_width": wide}
    return titled_table(title, first, *(f">{plan}" for plan in plans), **look)


def _measures(found: Comparison) -> Table:
    table = _table("Side by side", "", *found.names)
    for row in found.measures.to_dict("records"):
        name = str(row["measure"])
        values = [float(row[plan]) for plan in found.names]
        if name == "unknown_controls" and not any(values):
            continue
        costs = [found.measure("cost", plan) for plan in found.names]
        if name == "cvar" and all(map(_same, values, costs)):
            continue  # one future: the worst is the only one
        table.add_row(MEASURES[name], *(_value(name, value, found.currency) for value in values))
    return table


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)


def _value(measure: str, value: float, currency: str | None) -> str:
    if math.isnan(value):
        return "?"
    if measure in MONEY:
        return money(value, currency or "").strip()
    if measure in SHARES:
        return f"{100 * value:.0f} %"
    return f"{value:,.0f}" if value == round(value) else amount(value)


def _bridge(found: Comparison, by: str, title: str, most: int) -> Table:
    """Changes of the cost against the first plan; the columns add up to the last row."""
    first, others = found.names[0], found.names[1:]
    source = found.by_category if by == "category" else found.by_decision
    change = source[list(others)].sub(source[first], axis=0)
    size = change.abs().max(axis=1)
    ordered = size[size > 1e-9 * max(1.0, float(source[first].abs().sum()))]
    kept = ordered.sort_values(ascending=False, kind="stable").index
    table = _table(f"{title} ({found.currency})", f"against {first}", *others)
    for at in kept[:most]:
        table.add_row(Text(_called(source.loc[at])), *(_signed(v) for v in change.loc[at]))
    if len(kept) > most:
        rest = change.loc[kept[most:]].sum()
        table.add_row(f"{len(kept) - most} smaller ones", *(_signed(v) for v in rest))
    table.add_row("difference in cost", *(_signed(v) for v in change.sum()), style="bold")
    return table


def _called(row: pd.Series[Any]) -> str:
    if "category" in row.index:
        return str(row["category"])
    return f"{row['kind']} {row['name']}" if row["kind"] in KINDS else str(row["name"])


KINDS = ("offer", "plant", "lane", "stockpile", "disposal", "demand", "rule", "policy")


def _signed(value: float) -> str:
    if abs(value) < 0.5:
        return "0"
    return ("+" if value > 0 else "-") + money(abs(value), "").strip()


def _decisions(found: Comparison, most: int) -> Table | None:
    def what(row: Mapping[Hashable, Any]) -> str:
        where = f" ({row['scenario']})" if row["scenario"] else ""
        return f"{row['decision']} {row['name']}{where}"

    title = "Decisions that differ, the dearest first"
    return _listed(title, found, found.decisions, what, lambda cell: str(cell) or "-", most)


def _short(found: Comparison, most: int) -> Table | None:
    """Who is left short, and of how much in each plan."""

    def what(row: Mapping[Hashable, Any]) -> str:
        return f"{row['end_use']}: {row['material']} for {row['site']} ({row['unit']})"

    return _listed(
        "Never delivered", found, found.short, what, lambda cell: amount(float(cell)), most
    )


def _listed(
    title: str,
    found: Comparison,
    rows: pd.DataFrame,
    what: Callable[[Mapping[Hashable, Any]], str],
    told: Callable[[Any], str],
    most: int,
) -> Table | None:
    """The first rows with a cell for each plan, and how many more there are."""
    if rows.empty:
        return None
    table = _table(title, "", *found.names)
    for row in rows.head(most).to_dict("records"):
        table.add_row(Text(what(row)), *(Text(told(row[plan])) for plan in found.names))
    if len(rows) > most:
        table.add_row(f"... and {len(rows) - most} more", *("" for _ in found.names), style="dim")
    return table


def _shares(found: Comparison, most: int) -> Table | None:
    """The countries whose share of a material or stage moves most."""
    rows = found.shares
    if rows.empty:
        return None
    values = rows[list(found.names)]
    moved = (values.max(axis=1) - values.min(axis=1)).sort_values(ascending=False, kind="stable")
    moved = moved[moved > LITTLE]
    if moved.empty:
        return None
    table = _table("Who supplies it: shares that move most", "", *found.names)
    for at in moved.index[: most + 2]:
        row = rows.loc[at]
        what = Text(f"{row['name']} from {row['country']}")
        table.add_row(what, *(f"{100 * float(row[plan]):.0f} %" for plan in found.names))
    return table
