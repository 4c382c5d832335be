"""What moves the results of a sweep: a tornado, Sobol indices, rank correlations."""

from __future__ import annotations

import pandas as pd
from rich.table import Table
from rich.text import Text

from ..models.sweep_results import SweepResult
from .terminal import MOST_ROWS, amount, cut, money, titled_table

WIDTH = 16
"""Characters of the widest bar of a tornado."""
SHORT = {
    "cost": "cost",
    "lead_time": "lead time",
    "shortage": "shortage",
    "cvar": "worst futures",
    "mean_risk": "cost and risk",
    "worst_case": "worst case",
    "concentration": "concentration",
}


def _worth(measure: str, value: float, currency: str) -> str:
    return (
        money(value, currency)
        if measure in {"cost", "cvar", "mean_risk", "worst_case"}
        else amount(value)
    )


def tornado(result: SweepResult) -> Table | None:
    """What each input alone does to the objective minimised first, widest swing on top."""
    swings = result.tables.get("tornado")
    measure = result.minimise[0]
    if swings is None or swings.empty:
        return None
    own = swings[swings["measure"] == measure]
    if own.empty:
        return None
    low, high = float(own["least"].min()), float(own["largest"].max())
    table = titled_table(
        f"What moves {SHORT[measure]}: one input at a time", "input", ">least", "at",
        ">largest", "at", ">swing", "",
    )  # fmt: skip
    for row in own.head(MOST_ROWS).to_dict("records"):
        ends = [
            part
            for end in ("least", "largest")
            for part in (
                _worth(measure, float(row[end]), result.currency),
                Text(str(row[f"at_{end}"]) or "base"),
            )
        ]
        lost = int(row["points"]) - int(row["solved"])
        bar = _bar(float(row["least"]), float(row["base"]), float(row["largest"]), low, high)
        table.add_row(
            Text(str(row["input"])), *ends, _worth(measure, float(row["swing"]), result.currency),
            Text(bar + (f" {lost} without a plan" if lost else "")),
        )  # fmt: skip
    return cut(table, len(own), "tornado.parquet")


def _bar(least: float, base: float, largest: float, low: float, high: float) -> str:
    """A bar from least to largest with a mark at the base, on a scale from low to high."""
    span = high - low
    if not span > 0:
        return "│"
    first, middle, last = (
        round((value - low) / span * WIDTH) if value == value else -1  # noqa: PLR0124  # NaN
        for value in (least, base, largest)
    )
    return "".join(
        "┃" if at == middle else "━" if first <= at <= last else " " for at in range(WIDTH + 1)
    ).rstrip()


def indices(result: SweepResult) -> Table | None:
    """Sobol indices of the objectives: alone (first order), and with all it acts with (total)."""
    found = result.tables.get("indices")
    if found is None or found.empty:
        return None
    table = titled_table(
        "Sobol indices", "of", "input", ">alone", ">±", ">in all",
        ">±",
    )  # fmt: skip
    alone = found[found["other"] == ""]
    for measure, rows in alone.groupby("measure", sort=False):
        for row in rows.sort_values("total", ascending=False).to_dict("records"):
            table.add_row(
                SHORT[str(measure)], Text(str(row["input"])),
                *(f"{row[name]:.2f}" for name in (
                    "first", "first_confidence", "total", "total_confidence",
                )),
            )  # fmt: skip
    return table


def correlations(result: SweepResult) -> Table | None:
    """Rank correlations of inputs and objectives, strongest first in the objective minimised."""
    found = result.tables.get("correlations")
    if found is None or found.empty:
        return None
    grid: pd.DataFrame = found.pivot_table(
        index="input", columns="measure", values="correlation", sort=False
    )
    first = result.minimise[0] if result.minimise[0] in grid.columns else grid.columns[0]
    grid = grid.loc[grid[first].abs().sort_values(ascending=False).index]
    table = titled_table(
        "Rank correlations", "input",
        *(f">{SHORT[str(measure)]}" for measure in grid.columns),
    )  # fmt: skip
    for name, row in grid.head(MOST_ROWS).iterrows():
        cells = ("" if value != value else f"{value:+.2f}" for value in row)  # noqa: PLR0124  # NaN
        table.add_row(Text(str(name)), *cells)
    return table
