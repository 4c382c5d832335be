"""The tables of a plan, as they are, with filters; and its decisions, discounted by formulas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ...models.plan import PLAN_TABLES
from ..page.futures import node_names
from ..page.results import Result
from ..terminal import CATEGORIES, DECISIONS
from .sheets import Book, Cell, Column, Formula, Kind, Sheet

TITLES = {
    "orders": "Orders",
    "shipments": "Shipments",
    "production": "Production",
    "conversions": "Inputs and outputs",
    "stock": "Stock",
    "deliveries": "Deliveries",
    "service": "Service",
    "returns": "Returns",
    "disposals": "Disposals",
    "licences": "Licences",
    "licence_use": "Use of licences",
    "rule_states": "States of rules",
    "rule_use": "Use under rules",
    "policy_use": "Policies",
    "cash": "Cash",
    "shares": "Supply by country",
    "adaptive": "What waits for what",
    "nodes": "Scenario tree",
}
"""Table -> sheet; decisions and scenarios have sheets of their own."""
MONEY = {
    "purchase", "tariff", "transport", "variable", "revenue", "cost", "penalty", "amount",
    "discounted", "expected", "alone", "alone_bound", "regret", "value",
}  # fmt: skip
SHARES = {"probability", "share", "approval"}
WHOLE = {
    "node", "period", "row", "parent", "arrives", "effective", "first", "last", "started",
    "applied", "mode",
}  # fmt: skip
FACTORS = {"discount", "hhi"}
WORDS = {"decision": DECISIONS, "category": CATEGORIES}
SPACED = {"select_offer", "status"}
NONE = "none"


def write_tables(book: Book, plans: Sequence[tuple[str, Result]]) -> None:
    """A sheet for every table that has rows; several plans stand under one another, by name."""
    for name, title in TITLES.items():
        parts = []
        for plan, result in plans:
            table = result.tables.get(name)
            if table is not None and len(table):
                parts.append(readable(name, table, result, plan if len(plans) > 1 else ""))
        if parts:
            sheet = book.sheet(title, colour="#A6A6A6")
            columns, rows = parts[0][0], [row for part in parts for row in part[1]]
            sheet.table(columns, rows, keep=1)


def readable(
    name: str, table: pd.DataFrame, result: Result, plan: str = ""
) -> tuple[list[Column], list[list[Cell]]]:
    """A table's columns with their meaning, and its rows in people's words.

    Periods and futures are told beside the numbers of periods and nodes.
    """
    columns: list[Column] = []
    cells: list[list[Any]] = []
    if plan:
        columns.append(Column("Plan"))
        cells.append([plan] * len(table))
    meaning = PLAN_TABLES[name]
    for column in table.columns:
        values = table[column]
        columns.append(Column(heading(column), kind_of(name, column, values), meaning[column]))
        cells.append(_in_words(column, values))
        if column == "period" and "label" not in table:
            columns.append(Column("When", note="What people call the period"))
            cells.append([result.case.period_label(int(at)) for at in values])
        if column == "node" and name != "nodes":
            futures = node_names(result.tables)
            if any(futures.values()):
                columns.append(Column("Future", note="Futures that pass through the node"))
                cells.append([futures.get(int(at), "") for at in values])
    return columns, [list(row) for row in zip(*cells, strict=True)]


def heading(column: str) -> str:
    """'end_use' as 'End use'."""
    return column.replace("_", " ").capitalize()


def kind_of(table: str, column: str, values: pd.Series[Any]) -> Kind:
    """How the numbers of a column are written."""
    if values.dtype.kind not in "iuf":
        return "text"
    kinds: tuple[tuple[Kind, set[str]], ...] = (
        ("whole", WHOLE), ("share", SHARES), ("factor", FACTORS),
    )  # fmt: skip
    for kind, names in kinds:
        if column in names:
            return kind
    if column in MONEY and (table, column) != ("policy_use", "value"):
        return "money"
    if (values.dropna() == np.floor(values.dropna())).all() and values.abs().max() < 1e6:
        return "whole"
    small = table == "policy_use" and values.abs().max() <= 1
    return "factor" if small else "number"


def _in_words(column: str, values: pd.Series[Any]) -> list[Any]:
    words = WORDS.get(column)
    if words is not None:
        return [words.get(str(cell), str(cell)) for cell in values]
    if column == "status":
        return [str(cell).replace("_", " ") for cell in values]
    return list(values)


def write_decisions(book: Book, sheet: Sheet, plans: Sequence[tuple[str, Result]]) -> None:
    """Every strategic decision, with its expected present value as a formula."""
    several = len(plans) > 1
    branching = any(any(node_names(result.tables).values()) for _, result in plans)
    columns = [
        *([Column("Plan")] if several else []),
        Column("When"), Column("What"), Column("Which"), Column("How much", "number"),
        Column(f"Cost ({book.currency})", "money", "Paid when decided, undiscounted"),
        Column("Discount factor", "factor"), Column("Probability", "share"),
        Column("Present value", "money", "Cost x discount factor x probability"),
        Column("In use from"), Column("Period", "whole"),
        *([Column("In which future")] if branching else []),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for plan, result in plans:
        nodes, futures = result.tables["nodes"].set_index("node"), node_names(result.tables)
        ordered = result.tables["decisions"].sort_values(
            ["period", "cost"], ascending=[True, False]
        )
        for row in ordered.to_dict("records"):
            node, line = int(row["node"]), len(rows) + 5
            discount = float(nodes.loc[node, "discount"])  # type: ignore[arg-type]  # a scalar
            chance = float(nodes.loc[node, "probability"])  # type: ignore[arg-type]  # likewise
            cost, ready = float(row["cost"]), int(row["effective"])
            late = ready > result.case.case.periods
            first = "F" if several else "E"
            after = [chr(ord(first) + step) for step in range(3)]
            rows.append(
                [
                    *([plan] if several else []),
                    str(row["label"]), DECISIONS[row["decision"]], _which(row),
                    float(row["quantity"]), cost, discount, chance,
                    Formula("=" + "*".join(f"{name}{line}" for name in after),
                            cost * discount * chance),
                    "after the horizon" if late else result.case.period_label(ready),
                    int(row["period"]), *([futures.get(node, "")] if branching else []),
                ]
            )  # fmt: skip
    sheet.head(
        "Decisions", "What to commit to, when, and what it is worth today; the sums are of the "
        "rows that the filter leaves."
    )  # fmt: skip
    at = 5 if several else 4
    for column, place in ((at, "E" if not several else "F"), (at + 3, "H" if not several else "I")):
        value = sum(_value(row[column]) for row in rows)
        if rows:
            text = f"=SUBTOTAL(9,{place}5:{place}{len(rows) + 4})"
            sheet.put(2, column, Formula(text, value), "total", "money")
    sheet.table(columns, rows, top=3, keep=1)
    if not rows:
        sheet.put(4, 0, "The plan takes no strategic decision: what exists is enough.", "note")


def _value(cell: Cell) -> float:
    return cell.value if isinstance(cell, Formula) else float(cell or 0)


def _which(row: Any) -> str:
    which = str(row["name"])
    which += f": {row['from']} to {row['to']}" if row["from"] else ""
    return which + (f": {row['material']}" if row["material"] else "")
