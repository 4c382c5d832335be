"""From the cost of one plan to that of another, step by step, as formulas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...models.comparison import Comparison
from ...models.plan import COST_CATEGORIES
from ..terminal import CATEGORIES
from .cash import CashFlow
from .sheets import GRID, Book, Cell, Formula, Sheet

TOP = 3
SMALLEST = 0.005
"""Change of cost that is not shown."""


def write_bridge(
    book: Book, sheet: Sheet, found: Comparison, other: str, flows: Mapping[str, CashFlow]
) -> None:
    """Write the bridge from the first plan to another, by category and by decision.

    Args:
        book: the workbook.
        sheet: to fill.
        found: the plans compared.
        other: plan that the bridge leads to.
        flows: plan -> where its present values stand.
    """
    first = found.names[0]
    sheet.head(
        f"From {first} to {other}",
        f"Discounted expected cost, {book.currency}; the formulas follow the cash flows",
    )
    bottom = _by_category(book, sheet, first, other, flows)
    _by_decision(sheet, found, other, bottom + 24)
    sheet.own.set_column(0, 0, 34)
    sheet.own.set_column(1, 3, 17)
    sheet.own.set_column(4, 4, 24)
    sheet.own.set_column(5, 7, 14)


def _by_category(
    book: Book, sheet: Sheet, first: str, other: str, flows: Mapping[str, CashFlow]
) -> int:
    """Start, a step for each category that changes, end; return the row below."""
    heads = ("", first, other, "Change", "Stands at", "Base", "Up", "Down")
    for at, words in enumerate(heads):
        sheet.put(TOP, at, words, "header")
    start, end = flows[first], flows[other]
    row = TOP + 1
    sheet.put(row, 0, first, "bold")
    sheet.put(row, 4, Formula(f"={start.total}", start.worth), "bold", "money")
    low = level = start.worth
    levels = [level]
    steps = []
    for category in COST_CATEGORIES:
        own, new = (flow.categories.get(category, ("0", 0.0)) for flow in (start, end))
        if own[0] != "0" or new[0] != "0":
            steps.append((CATEGORIES[category], own, new))
    steps = [step for step in steps if abs(step[2][1] - step[1][1]) >= SMALLEST] or steps[:1]
    for name, own, new in steps:
        row += 1
        change = new[1] - own[1]
        sheet.put(row, 0, name)
        sheet.put(row, 1, Formula(f"={own[0]}", own[1]), kind="money")
        sheet.put(row, 2, Formula(f"={new[0]}", new[1]), kind="money")
        line = row + 1
        sheet.put(row, 3, Formula(f"=C{line}-B{line}", change), kind="money")
        sheet.put(row, 4, Formula(f"=E{line - 1}+D{line}", level + change), kind="money")
        sheet.put(
            row, 5, Formula(f"=MIN(E{line - 1},E{line})", min(level, level + change)), kind="money"
        )
        sheet.put(row, 6, Formula(f"=MAX(D{line},0)", max(change, 0.0)), kind="money")
        sheet.put(row, 7, Formula(f"=MAX(-D{line},0)", max(-change, 0.0)), kind="money")
        level += change
        low = min(low, level)
        levels.append(level)
    row += 1
    sheet.put(row, 0, other, "total")
    for at in (1, 2):
        flow = (start, end)[at - 1]
        sheet.put(row, at, Formula(f"={flow.total}", flow.worth), "total", "money")
    sheet.put(row, 3, Formula(f"=C{row + 1}-B{row + 1}", end.worth - start.worth), "total", "money")
    sheet.put(row, 4, Formula(f"={end.total}", end.worth), "total", "money")
    sheet.put(row + 1, 0, "Not explained by the steps", "note")
    sheet.put(
        row + 1, 3, Formula(f"=ROUND(E{row + 1}-E{row},2)", round(end.worth - level, 2)), "note",
        "cents",
    )  # fmt: skip
    _draw(book, sheet, row, levels, low)
    return row + 2


def _draw(book: Book, sheet: Sheet, last: int, levels: list[float], low: float) -> None:
    """A waterfall: columns that stand on what came before; plain changes where cost is negative."""
    names = f"={sheet.span((TOP + 1, 0), (last, 0))}"
    chart = book.chart("column", "What makes the difference", "stacked")
    if low < 0:
        chart.add_series({
            "name": "change", "categories": names,
            "values": f"={sheet.span((TOP + 1, 3), (last, 3))}", "fill": {"color": "#2E75B6"},
        })  # fmt: skip
    else:
        ends = {"fill": {"color": "#1F3864"}}
        for row, look in ((TOP + 1, "plain"), (last, "total")):  # both plans stand on the ground
            value = levels[0] if row == TOP + 1 else levels[-1]
            sheet.put(row, 5, Formula(f"=E{row + 1}", value), look, "money")
            sheet.put(row, 6, None, look)
            sheet.put(row, 7, None, look)
        for column, colour in ((5, None), (6, "#C55A11"), (7, "#70AD47")):
            series: dict[str, Any] = {
                "name": f"={sheet.away(TOP, column)}", "categories": names,
                "values": f"={sheet.span((TOP + 1, column), (last, column))}",
                "fill": {"color": colour} if colour else {"none": True}, "gap": 30,
                "border": {"none": True},
            }  # fmt: skip
            if colour is None:
                series["points"] = [ends, *([None] * (last - TOP - 2)), ends]
            chart.add_series(series)
    chart.set_legend({"none": True})
    chart.set_y_axis({"num_format": "#,##0", "name": book.currency, **_floor(levels),
                      "major_gridlines": GRID})  # fmt: skip
    chart.set_x_axis({"num_font": {"rotation": -35}, "label_position": "low"})
    chart.set_size({"width": 920, "height": 400})
    sheet.own.insert_chart(last + 3, 0, chart, {"description": "Cost bridge between two plans"})


def _floor(levels: list[float]) -> dict[str, float]:
    """Where the axis begins: near the lowest column, so that small steps can be seen."""
    low, high = min(levels), max(levels)
    if low <= 0 or high <= low:
        return {}
    floor = low - 1.0 * (high - low)
    return {"min": float(f"{floor:.2g}")} if floor > 0 and float(f"{floor:.2g}") < low else {}


def _by_decision(sheet: Sheet, found: Comparison, other: str, top: int) -> None:
    """The same by what was decided; the rows add up to the same difference."""
    first = found.names[0]
    steps = found.by_decision.assign(change=found.by_decision[other] - found.by_decision[first])
    steps = steps.loc[steps["change"].abs().sort_values(ascending=False, kind="stable").index]
    sheet.put(top, 0, "By decision, as solved", "heading")
    for at, words in enumerate(("Which", first, other, "Change", "Of")):
        sheet.put(top + 1, at, words, "header")
    row = top + 1
    for one in steps.to_dict("records"):
        row += 1
        change = Formula(f"=C{row + 1}-B{row + 1}", float(one["change"]))
        cells: tuple[Cell, ...] = (float(one[first]), float(one[other]), change)
        sheet.put(row, 0, str(one["name"]))
        for at, cell in enumerate(cells, start=1):
            sheet.put(row, at, cell, kind="money")
        sheet.put(row, 4, str(one["kind"]), "cell")
    sheet.own.autofilter(top + 1, 0, max(row, top + 2), 4)
    sheet.put(row + 1, 0, "all that the filter leaves", "total")
    for at, key in enumerate((first, other, "change"), start=1):
        name = "ABCD"[at]
        text = f"=SUBTOTAL(9,{name}{top + 3}:{name}{row + 1})"
        sheet.put(row + 1, at, Formula(text, float(steps[key].sum())), "total", "money")
    sheet.put(row + 1, 4, None, "total")
