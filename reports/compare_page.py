"""A comparison on a terminal: one screen for a board."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..models.comparison import Comparison
from .terminal import amount, money

MOST_ROWS = 6
MEASURES = {
    "cost": "cost",
    "lead_time": "lead time (days)",
    "shortage": "never delivered",
    "cvar": "cost in the worst futures",
    "concentration": "largest country",
    "unknown_controls": "hangs on rules of unknown state",
    "decisions": "decisions",
    "paid_for_decisions": "paid for decisions",
}
MONEY = ("cost", "cvar", "paid_for_decisions")
SHARES = ("concentration", "unknown_controls")


def print_comparison(found: Comparison, console: Console) -> None:
    """Print what differs, the largest first, on one screen where that is possible."""
    parts: list[RenderableType] = [_measures(found)]
    if found.currency is not None:
        parts.append(_bridge(found, "category", "Where the cost differs"))
        parts.append(_bridge(found, "decision", "... and by what is decided"))
    parts += [part for part in (_decisions(found), _shares(found)) if part is not None]
    parts += [Text(f"note: {note}") for note in found.notes]
    console.print(Group(*parts))


def _table(title: str, *columns: str) -> Table:
    width = len(title) + 2  # a title wider than its table would be broken up
    table = Table(
        title=title,
        box=box.SIMPLE_HEAD,
        title_justify="left",
        title_style="bold",
        pad_edge=False,
        min_width=width,
    )
    for at, column in enumerate(columns):
        table.add_column(Text(column), justify="left" if at == 0 else "right")
    return table


def _measures(found: Comparison) -> Table:
    table = _table("Side by side", "", *found.names)
    for row in found.measures.to_dict("records"):
        name = str(row["measure"])
        values = [float(row[plan]) for plan in found.names]
        if name == "unknown_controls" and not any(values):
            continue
        table.add_row(MEASURES[name], *(_value(name, value, found.currency) for value in values))
    return table


def _value(measure: str, value: float, currency: str | None) -> str:
    if math.isnan(value):
        return "?"
    if measure in MONEY:
        return money(value, currency or "").strip()
    if measure in SHARES:
        return f"{100 * value:.0f} %"
    return f"{value:,.0f}" if value == round(value) else amount(value)


def _bridge(found: Comparison, by: str, title: str) -> Table:
    """Changes of the cost against the first plan; the columns add up to the last row."""
    first, others = found.names[0], found.names[1:]
    source = found.by_category if by == "category" else found.by_decision
    change = source[list(others)].sub(source[first], axis=0)
    size = change.abs().max(axis=1)
    ordered = size[size > 1e-9 * max(1.0, float(source[first].abs().sum()))]
    kept = ordered.sort_values(ascending=False, kind="stable").index
    table = _table(
        f"{title} ({found.currency})", f"against {first}", *[f"{name}" for name in others]
    )
    for at in kept[:MOST_ROWS]:
        table.add_row(Text(_called(source.loc[at])), *(_signed(v) for v in change.loc[at]))
    if len(kept) > MOST_ROWS:
        rest = change.loc[kept[MOST_ROWS:]].sum()
        table.add_row(f"{len(kept) - MOST_ROWS} smaller ones", *(_signed(v) for v in rest))
    table.add_section()
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


def _decisions(found: Comparison) -> Table | None:
    rows = found.decisions
    if rows.empty:
        return None
    table = _table("Decisions that differ", "", *found.names)
    for row in rows.head(MOST_ROWS).to_dict("records"):
        where = f" ({row['scenario']})" if row["scenario"] else ""
        what = Text(f"{row['decision']} {row['name']}{where}")
        table.add_row(what, *(Text(str(row[plan]) or "-") for plan in found.names))
    if len(rows) > MOST_ROWS:
        table.caption = f"... and {len(rows) - MOST_ROWS} more (--json)"
    return table


def _shares(found: Comparison) -> Table | None:
    """The countries whose share of a material or stage moves most."""
    rows = found.shares
    if rows.empty:
        return None
    values = rows[list(found.names)]
    moved = (values.max(axis=1) - values.min(axis=1)).sort_values(ascending=False, kind="stable")
    moved = moved[moved > 0.005]
    if moved.empty:
        return None
    table = _table("Who supplies it", "share", *found.names)
    for at in moved.index[:MOST_ROWS]:
        row = rows.loc[at]
        what = Text(f"{row['name']} from {row['country']}")
        table.add_row(what, *(f"{100 * float(row[plan]):.0f} %" for plan in found.names))
    return table
