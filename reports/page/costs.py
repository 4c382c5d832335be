"""Cost by category and period."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..terminal import CATEGORIES
from .look import INK, figure, marker, money_axis, period_axis
from .parts import Chart, Column, Section, Table
from .results import Result
from .words import lines, money, share

MOST = 9
"""Categories with a colour of their own; the others are drawn together."""


def costs(result: Result) -> Section:
    """What is paid for what and when, discounted and expected: it adds up to the cost."""
    case, currency = result.case, result.currency
    cash = result.tables["cash"]
    grid = cash.pivot_table(
        index="category", columns="period", values="expected", aggfunc="sum", fill_value=0.0
    )
    order = grid.abs().sum(axis=1).sort_values(ascending=False)
    grid = grid.loc[[name for name in order.index if order[name] > 1e-6]]
    kept = [str(name) for name in grid.index[:MOST]]
    data: list[dict[str, Any]] = []
    groups = [(CATEGORIES[name], _values(grid.loc[[name]].sum())) for name in kept]
    if len(grid) > MOST:
        groups.append(("all else", _values(grid.iloc[MOST:].sum())))
    for number, (name, row) in enumerate(groups):
        data.append(
            {
                "type": "bar", "name": name, "x": list(row),
                "y": list(row.values()), "marker": marker(number),
                "hoverinfo": "text",
                "hovertext": [
                    lines(name, case.period_label(period), money(value, currency))
                    for period, value in row.items()
                ],
            }
        )  # fmt: skip
    total = _values(grid.sum())
    data.append(
        {
            "type": "scatter", "mode": "markers", "name": "total",
            "x": list(total),
            "y": list(total.values()), "hoverinfo": "text",
            "hovertext": [
                lines("total", case.period_label(period), money(value, currency))
                for period, value in total.items()
            ],
            "marker": {"color": INK, "symbol": "line-ew-open", "size": 14, "line": {"width": 2}},
        }
    )  # fmt: skip
    drawn = figure(
        data, barmode="relative", xaxis=period_axis(case),
        yaxis=money_axis("discounted, expected", currency), bargap=0.25,
    )  # fmt: skip
    chart = Chart(
        "periods", "Cost by category and period", _told(result), drawn,
        Table(
            "Cost by category and period, discounted and expected",
            (Column("For"), Column("Period"), Column("Undiscounted", "money"),
             Column("Discounted", "money")),
            _rows(result),
        ),
        height=440,
    )  # fmt: skip
    return Section("cost", "Cost", (chart, _totals(result)))


def _values(row: pd.Series[Any]) -> dict[int, float]:
    """Period -> amount."""
    periods, amounts = row.index.tolist(), row.tolist()
    return {int(at): float(value) for at, value in zip(periods, amounts, strict=True)}


def _rows(result: Result) -> list[tuple[str, str, float, float]]:
    cash = result.tables["cash"]
    chance = result.tables["nodes"].set_index("node")["probability"]
    cash = cash.assign(plain=cash["amount"] * cash["node"].map(chance))
    sums = cash.groupby(["period", "category"], as_index=False)[["plain", "expected"]].sum()
    return [
        (CATEGORIES[row["category"]], result.case.period_label(int(row["period"])),
         float(row["plain"]), float(row["expected"]))
        for row in sums.to_dict("records") if abs(row["plain"]) > 1e-9
    ]  # fmt: skip


def _totals(result: Result) -> Table:
    """Cost by category, as in the summary."""
    found = {name: float(value) for name, value in result.summary["costs"].items()}
    total = sum(found.values())
    rows = [
        (CATEGORIES[name], value, value / total if total else None)
        for name, value in sorted(found.items(), key=lambda item: -abs(item[1]))
        if abs(value) > 1e-9
    ]
    return Table(
        "Cost by category over the horizon, discounted and expected",
        (Column("For"), Column(f"Cost ({result.currency})", "money"), Column("Share", "share")),
        [*rows, ("total", total, 1.0 if total else None)],
    )


def _told(result: Result) -> str:
    found = {name: float(value) for name, value in result.summary["costs"].items()}
    total = sum(found.values())
    name, most = max(found.items(), key=lambda item: abs(item[1]))
    part = f" ({share(most / total)} of the total)" if total > 0 else ""
    return (
        f"{money(total, result.currency)} in all, discounted and expected; the largest item is "
        f"{CATEGORIES[name]} with {money(most, result.currency)}{part}."
    )
