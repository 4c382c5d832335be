"""What pages on a terminal share: numbers and money as people read them, words, tables."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

MOST_ROWS = 14
"""Rows of a table that fit on a page."""
DECISIONS = {
    "select_offer": "qualify",
    "sign_contract": "sign",
    "open_plant": "build",
    "add_modules": "expand",
    "open_lane": "open lane",
    "open_stockpile": "open store",
}
CATEGORIES = {
    "purchase": "purchases",
    "order": "ordering",
    "select": "qualification",
    "open": "plants built",
    "expand": "expansions",
    "fixed": "fixed costs",
    "run": "set-ups",
    "variable": "processing",
    "transport": "transport",
    "lane_open": "lanes opened",
    "holding": "storage",
    "stock_open": "stores opened",
    "capital": "capital tied up",
    "disposal": "disposal",
    "tariffs": "duties",
    "licences": "licences",
    "shortage": "shortages",
    "backlog": "late deliveries",
    "penalty": "policy penalties",
    "revenue": "revenue",
}


def amount(value: float) -> str:
    """A number as people read it: 1,234 or 12.3 or 0.046."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if size >= 10 else f"{value:,.3g}"


def money(value: float, currency: str) -> str:
    """Money with its magnitude: '1.13 bn USD', '36.7 m USD', '9,400 USD'."""
    for limit, name in ((1e9, "bn"), (1e6, "m")):
        if abs(value) >= limit:
            return f"{value / limit:,.4g} {name} {currency}"
    return f"{amount(value)} {currency}"


def titled_table(title: str, *columns: str, **look: Any) -> Table:
    """A table without rows; a column whose title begins with > is set to the right.

    Args:
        title: above the table; empty for none.
        columns: titles of columns, taken to the letter.
        look: what rich's table is told besides, or instead of what the others have.
    """
    usual = {"box": box.SIMPLE_HEAD, "title_justify": "left", "title_style": "bold"}
    table = Table(title=title, **{**usual, "pad_edge": False, **look})
    for column in columns:
        right = column.startswith(">")
        table.add_column(Text(column.removeprefix(">")), justify="right" if right else "left")
    return table


def cut(table: Table, total: int, where: str, most: int = MOST_ROWS) -> Table:
    """Say below a table of ``most`` rows how many more there are, and in which file."""
    if total > most:
        table.caption = f"... and {total - most} more ({where})"
    return table
