"""Cash by category and period, discounted by live formulas to the present value of the plan.

The ledger holds the undiscounted cash of every node of the scenario tree. The cash flow adds it up
for the future that is chosen, each node weighted with its probability (all futures) or with 1 where
it lies on that future's path, and discounts period t by ``(1 + rate)^(-(t - 1) months / 12)``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...models.plan import COST_CATEGORIES
from ..page.futures import node_names, paths
from ..page.results import Result
from ..terminal import CATEGORIES
from .sheets import GRID, Book, Column, Formula, Sheet, letters

GROUPS: dict[str, tuple[str, ...]] = {
    "Capital spending": ("select", "open", "expand", "lane_open", "stock_open"),
    "Operating costs": (
        "purchase", "order", "fixed", "run", "variable", "transport", "holding", "capital",
        "disposal", "tariffs", "licences",
    ),
    "Shortages and penalties": ("shortage", "backlog", "penalty"),
    "Revenue": ("revenue",),
}  # fmt: skip
Amounts = NDArray[np.float64]
"""Money of each period. Shape (periods,)."""
EVERY = "Expected (all futures)"
MOST_FUTURES = 24
"""Most futures to choose from; with more there is only the expected cash flow."""
RATE, MONTHS, FUTURE, WORTH, SOLVED, DIFFERENCE = range(3, 9)
"""Rows of the cells above the table."""
HEADER, PERIOD, FACTOR, FIRST = 11, 12, 13, 14
LEFT = 3
"""Column of the first period; before it: category, present value, undiscounted."""


@dataclass(frozen=True)
class CashFlow:
    """Where a plan's present values stand, for other sheets to refer to.

    Attributes:
        total: address of the present value of the plan.
        worth: its value as solved.
        categories: category -> (address, value) of its present value.
        groups: group -> (address of present value, value, address of undiscounted sum, value).
    """

    total: str
    worth: float
    categories: Mapping[str, tuple[str, float]]
    groups: Mapping[str, tuple[str, float, str, float]]


def write_ledger(ledger: Sheet, flow: Sheet, result: Result) -> int:
    """Write the undiscounted cash of every node; return the last row (from 1) that holds any."""
    cash, nodes = result.tables["cash"], result.tables["nodes"].set_index("node")
    futures = choices(result)
    on_path = {name: set(path) for name, path in paths(result.tables).items()}
    names = node_names(result.tables)
    columns = [
        Column("Period", "whole"), Column("When"), Column("Node", "whole", "Of the scenario tree"),
        Column("In which future"), Column("Category"), Column("Cash", "money", "Undiscounted"),
        Column("Weight", "factor", "Probability, or 1 on the path of the future chosen in the cash "
               "flow and 0 off it"), Column("Weighted cash", "money"),
        *(Column(name, "factor", "Weight of each node in this future") for name in futures),
    ]  # fmt: skip
    first, last = letters(8), letters(7 + len(futures))
    choice = flow.away(FUTURE, 1)
    rows = []
    for line, row in enumerate(cash.to_dict("records"), start=2):
        node, amount = int(row["node"]), float(row["amount"])
        chance = float(nodes.loc[node, "probability"])  # type: ignore[arg-type]  # a scalar
        weight: Formula | float = chance
        if len(futures) > 1:
            weight = Formula(
                f"=SUMPRODUCT((${first}$1:${last}$1={choice})*${first}{line}:${last}{line})", chance
            )
        rows.append(
            [
                int(row["period"]), result.case.period_label(int(row["period"])), node,
                names.get(node, "") or "all", CATEGORIES[row["category"]], amount, weight,
                Formula(f"=F{line}*G{line}", amount * chance), chance,
                *(float(node in on_path[name]) for name in futures[1:]),
            ]
        )  # fmt: skip
    return max(ledger.table(columns, rows), 2)


def choices(result: Result) -> list[str]:
    """What the cash flow can be shown for: all futures together, and each where there are few."""
    own = list(paths(result.tables))
    return [EVERY, *own] if 1 < len(own) <= MOST_FUTURES else [EVERY]


def write_cash_flow(
    book: Book, flow: Sheet, ledger: Sheet, result: Result, last: int, title: str
) -> CashFlow:
    """Write the cash flow of a plan, discounted by formulas, with its chart.

    Args:
        book: the workbook.
        flow: sheet to fill.
        ledger: sheet of the cash of every node.
        result: the plan.
        last: last row of the ledger, from 1.
        title: heading of the sheet.
    """
    case, currency = result.case, book.currency
    flow.head(
        title,
        f"{currency}; costs are positive, revenue is negative. Yellow cells may be changed: the "
        "sheet recalculates, but the plan stays the one that was best for the case as solved.",
    )
    periods = case.case.periods
    right = LEFT + periods - 1
    _write_head(flow, periods, result)
    rate, months = float(case.case.discount_rate), float(case.case.months_per_period)
    factors = (1 + rate) ** (-np.arange(periods) * months / 12)
    for at, factor in enumerate(factors):
        column = letters(LEFT + at)
        text = f"=(1+$B${RATE + 1})^(-({column}${PERIOD + 1}-1)*$B${MONTHS + 1}/12)"
        flow.put(FACTOR, LEFT + at, Formula(text, float(factor)), kind="factor")
    sums = _sums(result)
    row = FIRST
    categories: dict[str, tuple[str, float]] = {}
    groups: dict[str, tuple[str, float, str, float]] = {}
    subtotals: list[int] = []
    everything = np.zeros(periods)
    for group, members in GROUPS.items():
        begin = row
        inside = np.zeros(periods)
        for category in members:
            if category not in sums:
                continue
            _write_category(flow, ledger, row, category, sums[category], factors, last)
            categories[category] = (flow.away(row, 1), float(sums[category] @ factors))
            inside += sums[category]
            row += 1
        _write_sum(flow, row, group, "total", inside, factors, range(begin, row))
        groups[group] = (
            flow.away(row, 1), float(inside @ factors), flow.away(row, 2), float(inside.sum()),
        )  # fmt: skip
        subtotals.append(row)
        everything += inside
        row += 1
    _write_sum(flow, row, "Net cost", "grand", everything, factors, subtotals)
    total = row
    _write_running(flow, total, everything, factors)
    worth = float(everything @ factors)
    _write_check(flow, ledger, result, total, worth)
    flow.own.freeze_panes(FIRST, LEFT)
    flow.own.set_column(0, 0, 34)
    flow.own.set_column(1, 2, 18)
    flow.own.set_column(LEFT, right, 14)
    _draw(book, flow, subtotals, total, right)
    return CashFlow(flow.away(WORTH, 1), worth, categories, groups)


def _sums(result: Result) -> dict[str, Amounts]:
    """Category -> expected undiscounted cash of each period, for the categories that have any."""
    cash, nodes = result.tables["cash"], result.tables["nodes"].set_index("node")
    worth = cash["amount"] * cash["node"].map(nodes["probability"])
    found = {}
    for category in COST_CATEGORIES:
        own = cash["category"] == category
        if own.any():
            amounts = np.zeros(result.case.case.periods)
            np.add.at(amounts, cash.loc[own, "period"].to_numpy() - 1, worth[own].to_numpy())
            found[category] = amounts
    return found


def _write_head(flow: Sheet, periods: int, result: Result) -> None:
    case = result.case
    flow.put(RATE, 0, "Discount rate a year")
    flow.put(RATE, 1, float(case.case.discount_rate), "input", "share")
    flow.put(MONTHS, 0, "Months in a period")
    flow.put(MONTHS, 1, float(case.case.months_per_period), "input", "whole")
    flow.put(FUTURE, 0, "Future")
    for at, words in enumerate(("Category", "Present value", "Undiscounted")):
        flow.put(HEADER, at, words, "header")
    flow.put(PERIOD, 0, "Period", "note")
    flow.put(FACTOR, 0, "Discount factor", "note")
    for at in range(periods):
        flow.put(HEADER, LEFT + at, case.period_label(at + 1), "header")
        flow.put(PERIOD, LEFT + at, at + 1, "note", "whole")


def _write_category(
    flow: Sheet,
    ledger: Sheet,
    row: int,
    category: str,
    amounts: Amounts,
    factors: Amounts,
    last: int,
) -> None:
    flow.put(row, 0, CATEGORIES[category])
    inside = {name: f"{ledger.quoted}!${name}$2:${name}${last}" for name in "AEH"}
    for at, amount in enumerate(amounts):
        period = f"{letters(LEFT + at)}${PERIOD + 1}"
        text = f"=SUMIFS({inside['H']},{inside['E']},$A{row + 1},{inside['A']},{period})"
        flow.put(row, LEFT + at, Formula(text, float(amount)), kind="money")
    _write_worth(flow, row, "plain", amounts, factors)


def _write_worth(
    flow: Sheet,
    row: int,
    look: str,
    amounts: Amounts,
    factors: Amounts,
) -> None:
    """Present value and undiscounted sum of a row."""
    first, last = letters(LEFT), letters(LEFT + len(amounts) - 1)
    own = f"{first}{row + 1}:{last}{row + 1}"
    weights = f"${first}${FACTOR + 1}:${last}${FACTOR + 1}"
    flow.put(
        row, 1, Formula(f"=SUMPRODUCT({own},{weights})", float(amounts @ factors)), look, "money"
    )
    flow.put(row, 2, Formula(f"=SUM({own})", float(amounts.sum())), look, "money")


def _write_sum(
    flow: Sheet,
    row: int,
    words: str,
    look: str,
    amounts: Amounts,
    factors: Amounts,
    rows: Sequence[int],
) -> None:
    """A row that adds up others."""
    flow.put(row, 0, words, look)
    for at, amount in enumerate(amounts):
        name = letters(LEFT + at)
        parts = "+".join(f"{name}{one + 1}" for one in rows)
        flow.put(row, LEFT + at, Formula(f"={parts or 0}", float(amount)), look, "money")
    _write_worth(flow, row, look, amounts, factors)


def _write_running(
    flow: Sheet,
    total: int,
    amounts: Amounts,
    factors: Amounts,
) -> None:
    """Discounted, and cumulated, under the net cost."""
    flow.put(total + 1, 0, "Discounted")
    flow.put(total + 2, 0, "Discounted, cumulated")
    running = np.cumsum(amounts * factors)
    for at, (amount, sofar) in enumerate(zip(amounts * factors, running, strict=True)):
        name, before = letters(LEFT + at), letters(LEFT + at - 1)
        text = f"={name}{total + 1}*{name}${FACTOR + 1}"
        flow.put(total + 1, LEFT + at, Formula(text, float(amount)), kind="money")
        text = f"={name}{total + 2}" + (f"+{before}{total + 3}" if at else "")
        flow.put(total + 2, LEFT + at, Formula(text, float(sofar)), kind="money")


def _write_check(flow: Sheet, ledger: Sheet, result: Result, total: int, worth: float) -> None:
    """The present value beside the cost that the plan was solved for, and which future it is of."""
    cost = float(result.summary["objectives"]["cost"])
    futures = choices(result)
    flow.put(FUTURE, 1, EVERY, "input" if len(futures) > 1 else "plain")
    solved: Formula | float = cost
    if len(futures) > 1:
        across = ledger.span((0, 8), (0, 7 + len(futures)))
        flow.own.data_validation(FUTURE, 1, FUTURE, 1, {"validate": "list", "source": f"={across}"})
        flow.put(FUTURE, 2, "choose one of the list", "aside")
        solved = Formula(f"=IF(B{FUTURE + 1}={_text(EVERY)},{cost!r},{_alone(result)})", cost)
    flow.put(WORTH, 0, "Present value (net)", "figure")
    flow.put(WORTH, 1, Formula(f"=B{total + 1}", worth), "figure", "cents")
    flow.put(SOLVED, 0, "Cost of the plan as solved")
    flow.put(SOLVED, 1, solved, kind="cents")
    flow.put(DIFFERENCE, 0, "Difference")
    flow.put(
        DIFFERENCE, 1, Formula(f"=ROUND(B{WORTH + 1}-B{SOLVED + 1},2)", round(worth - cost, 2)),
        kind="cents",
    )  # fmt: skip
    flow.put(DIFFERENCE, 2, "0 as long as rate and months are those of the case", "aside")


def _alone(result: Result) -> str:
    """The plan's discounted cost in the future chosen, as part of a formula."""
    text = "0"
    cash = result.tables["cash"]
    for name, path in paths(result.tables).items():
        cost = float(cash.loc[cash["node"].isin(path), "discounted"].sum())
        text += f"+IF(B{FUTURE + 1}={_text(name)},{cost!r},0)"
    return text


def _text(words: str) -> str:
    """A text as a formula holds it: between quotes, with its own doubled."""
    return '"' + words.replace('"', '""') + '"'


def _draw(book: Book, flow: Sheet, subtotals: list[int], total: int, right: int) -> None:
    """Cash of each period by group, with what has been paid so far."""
    chart = book.chart("column", "Cash by period, undiscounted", "stacked")
    colours = ("#1F3864", "#2E75B6", "#C55A11", "#70AD47")
    across = flow.span((HEADER, LEFT), (HEADER, right))
    for row, colour in zip(subtotals, colours, strict=True):
        chart.add_series(
            {
                "name": f"={flow.away(row, 0)}", "categories": f"={across}",
                "values": f"={flow.span((row, LEFT), (row, right))}",
                "fill": {"color": colour}, "gap": 40,
            }
        )  # fmt: skip
    line = book.book.add_chart({"type": "line"})
    line.add_series(
        {
            "name": f"={flow.away(total + 2, 0)}", "categories": f"={across}",
            "values": f"={flow.span((total + 2, LEFT), (total + 2, right))}",
            "line": {"color": "#000000", "width": 1.75}, "y2_axis": True,
        }
    )  # fmt: skip
    chart.combine(line)
    chart.set_y_axis(
        {"num_format": "#,##0", "name": f"{book.currency} a period",
         "major_gridlines": GRID}
    )  # fmt: skip
    line.set_y2_axis({"num_format": "#,##0", "name": f"{book.currency} so far, discounted"})
    chart.set_x_axis({"label_position": "low"})
    chart.set_size({"width": 1000, "height": 380})
    flow.own.insert_chart(total + 5, 0, chart, {"description": "Cash by period and group"})
