"""Sheets with a chart each: futures, supply by country, stock and service over time."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..page.futures import expected, outcomes, paths
from ..page.results import Result
from .plan_tables import heading
from .sheets import GRID, Book, Cell, Column, Kind, Sheet

MOST_LINES = 12
COLOURS = (
    "#1F3864", "#C55A11", "#2E75B6", "#70AD47", "#FFC000", "#7030A0", "#00B0A0", "#A5A5A5",
    "#843C0C", "#375623", "#BF9000", "#203864",
)  # fmt: skip


def write_futures(book: Book, result: Result, label: str) -> None:
    """What the plan costs in each future; no sheet where there is only one."""
    if len(paths(result.tables)) < 2:
        return
    table = outcomes(result)
    kinds: dict[str, Kind] = {
        "probability": "share", "cost": "money", "regret": "money", "shortage": "number",
        "lead_time": "number",
    }  # fmt: skip
    titles = {
        "scenario": "Future", "title": "What happens", "cost": f"Discounted cost ({book.currency})",
        "shortage": "Never delivered", "lead_time": "Lead time (days)",
    }  # fmt: skip
    names = [str(name) for name in table.columns]
    columns = [Column(titles.get(name, heading(name)), kinds.get(name, "text")) for name in names]
    rows = [list(row) for row in table.itertuples(index=False)]
    sheet = book.sheet(f"Futures{label}", colour="#2E75B6")
    bottom = sheet.table(columns, rows)
    at = names.index("cost")
    chart = book.chart("bar", "Discounted cost in each future")
    chart.add_series({
        "categories": f"={sheet.span((1, 0), (bottom - 1, 0))}", "name": "discounted cost",
        "values": f"={sheet.span((1, at), (bottom - 1, at))}", "fill": {"color": COLOURS[2]},
        "gap": 40,
    })  # fmt: skip
    _finish(sheet, chart, bottom + 1, 0, "#,##0", book.currency, height=140 + 26 * len(rows))
    chart.set_y_axis({"reverse": True})
    chart.set_legend({"none": True})


def write_shares(book: Book, result: Result, label: str) -> None:
    """Shares of countries in the supply of stages and materials, and concentration."""
    table = result.tables["shares"]
    if table.empty:
        return
    weight = table.groupby("country")["share"].sum().sort_values(ascending=False)
    countries = [str(name) for name in weight.index]
    grid = table.pivot_table(index=["level", "name"], columns="country", values="share",
                             aggfunc="sum", fill_value=0.0, sort=False)  # fmt: skip
    grid = grid.sort_index(level=0, ascending=False, sort_remaining=False)
    hhi = table.groupby(["level", "name"])["hhi"].first()
    kept, rest = countries, []
    if len(countries) > MOST_LINES:
        kept, rest = countries[: MOST_LINES - 1], countries[MOST_LINES - 1 :]
    drawn = [*kept, *(["Other countries"] if rest else [])]
    columns = [
        Column("Of"), Column("Stage or material"),
        Column("Concentration (HHI)", "factor", "Sum of squared shares of countries; 1 is one "
               "country alone"),
        *(Column(name, "share") for name in drawn),
        *(Column(f"of which {name}", "share") for name in rest),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for key in grid.index:
        own = {name: float(grid.loc[key, name] or 0) for name in countries}
        others = [sum(own[name] for name in rest)] if rest else []
        shares = [*(own[name] for name in kept), *others, *(own[name] for name in rest)]
        rows.append([str(key[0]), str(key[1]), float(hhi[key]), *shares])
    sheet = book.sheet(f"Shares{label}", colour="#2E75B6")
    bottom = sheet.table(columns, rows, keep=2)
    chart = book.chart("bar", "Who supplies it: expected supply over the horizon", "stacked")
    for at in range(len(drawn)):
        chart.add_series({
            "name": f"={sheet.away(0, 3 + at)}", "gap": 40,
            "categories": f"={sheet.span((1, 1), (bottom - 1, 1))}",
            "values": f"={sheet.span((1, 3 + at), (bottom - 1, 3 + at))}",
            "fill": {"color": COLOURS[at % len(COLOURS)]},
        })  # fmt: skip
    _finish(sheet, chart, bottom + 1, 0, "0%", "", height=200 + 24 * len(rows))
    chart.set_x_axis({"num_format": "0%", "min": 0, "max": 1, "major_gridlines": GRID})
    chart.set_y_axis({"reverse": True})


def write_stock(book: Book, result: Result, label: str) -> None:
    """Expected level of each stockpile at the end of each period."""
    table = result.tables["stock"]
    if table.empty:
        return
    levels = table.assign(
        store=table["site"] + ": " + table["material"], held=expected(result.tables, table, "level")
    )
    grid = _grid(levels, "store", "held", result)
    if grid.empty:
        return
    _lines(book, f"Stock over time{label}", "Stock at the end of each period", grid, result)


def write_service(book: Book, result: Result, label: str) -> None:
    """What is wanted, delivered, waiting and never delivered, by period."""
    table = result.tables["service"]
    if table.empty:
        return
    chance = {name: expected(result.tables, table, name)
              for name in ("wanted", "delivered", "short", "backlog")}  # fmt: skip
    own = pd.DataFrame({"period": table["period"], "material": table["material"], **chance})
    sums = own.groupby(["material", "period"], as_index=False).sum()
    columns = [
        Column("Material"), Column("When"), Column("Wanted", "number"),
        Column("Delivered", "number"), Column("Never delivered", "number"),
        Column("Waiting at the end", "number"),
    ]  # fmt: skip
    rows = [
        [row["material"], result.case.period_label(int(row["period"])), row["wanted"],
         row["delivered"], row["short"], row["backlog"]]
        for row in sums.to_dict("records")
    ]  # fmt: skip
    total = sums.groupby("period")[["wanted", "delivered", "short"]].sum()
    sheet = book.sheet(f"Service over time{label}", colour="#2E75B6")
    sheet.table(columns, rows, keep=2)
    left = len(columns) + 1
    for at, words in enumerate(("When", "Wanted", "Delivered", "Never delivered")):
        sheet.put(0, left + at, words, "header")
    for line, (period, row) in enumerate(total.iterrows(), start=1):
        sheet.put(line, left, result.case.period_label(int(str(period))))
        for at, name in enumerate(("wanted", "delivered", "short"), start=1):
            sheet.put(line, left + at, float(row[name]), kind="number")
    sheet.own.set_column(left, left + 3, 13)
    chart = book.chart("column", "All demand: delivered and not", "stacked")
    for at, colour in ((2, COLOURS[3]), (3, COLOURS[1])):
        chart.add_series({
            "name": f"={sheet.away(0, left + at)}", "gap": 40, "fill": {"color": colour},
            "categories": f"={sheet.span((1, left), (len(total), left))}",
            "values": f"={sheet.span((1, left + at), (len(total), left + at))}",
        })  # fmt: skip
    _finish(sheet, chart, 0, left + 5, "#,##0", "", upright=True)


def _grid(table: pd.DataFrame, name: str, value: str, result: Result) -> pd.DataFrame:
    """One row a period, one column a name; only names that hold anything."""
    grid = table.pivot_table(index="period", columns=name, values=value, aggfunc="sum",
                             fill_value=0.0)  # fmt: skip
    grid = grid.reindex(range(1, result.case.case.periods + 1), fill_value=0.0)
    kept = grid.abs().max() > 1e-6
    order = grid.loc[:, kept].abs().max().sort_values(ascending=False).index
    return pd.DataFrame(grid[list(order)])


def _lines(book: Book, name: str, title: str, grid: pd.DataFrame, result: Result) -> None:
    sheet = book.sheet(name, colour="#2E75B6")
    columns = [Column("When"), *(Column(str(one), "number") for one in grid.columns)]
    rows: list[list[Any]] = [
        [result.case.period_label(int(str(period))), *(float(value) for value in row)]
        for period, row in zip(grid.index, grid.to_numpy(), strict=True)
    ]
    bottom = sheet.table(columns, rows)
    chart = book.chart("line", title)
    for at in range(min(len(grid.columns), MOST_LINES)):
        chart.add_series({
            "name": f"={sheet.away(0, 1 + at)}",
            "categories": f"={sheet.span((1, 0), (bottom - 1, 0))}",
            "values": f"={sheet.span((1, 1 + at), (bottom - 1, 1 + at))}",
            "line": {"color": COLOURS[at % len(COLOURS)], "width": 2},
        })  # fmt: skip
    _finish(sheet, chart, bottom + 1, 0, "#,##0", "", upright=True, height=420)


def _finish(
    sheet: Sheet, chart: Any, row: int, column: int, form: str, name: str, *,
    upright: bool = False, height: int = 360,
) -> None:  # fmt: skip
    """Axes, size and place of a chart; ``upright`` where its values go up."""
    axis = {"num_format": form, "name": name,
            "major_gridlines": GRID}  # fmt: skip
    (chart.set_y_axis if upright else chart.set_x_axis)(axis)
    chart.set_size({"width": 900, "height": min(height, 1200)})
    sheet.own.insert_chart(row, column, chart)
