"""A workbook while it is written: sheets, looks, typed cells, tables with filters.

Text is always written as text, so that a name that begins with ``=``, ``+``, ``-`` or ``@`` never
becomes a formula; only what this package makes itself as :class:`Formula` is one. A formula is
written with its value, for readers that do not calculate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from ...datasets.workbook_out import Exact

Kind = Literal["text", "whole", "number", "money", "cents", "share", "proof", "factor"]
LONGEST_NAME = 31
LONGEST_TEXT = 32_767
WIDEST, NARROWEST = 46, 9
_SAMPLED = 400
"""Rows that are looked at for the width of a column."""

FORMATS: dict[str, str] = {
    "whole": "0",
    "number": '#,##0.00;-#,##0.00;"-"',
    "money": '#,##0;[Red]-#,##0;"-"',
    "cents": "#,##0.00;[Red]-#,##0.00;0.00",
    "share": "0.0%",
    "proof": "0.00%",
    "factor": "0.0000",
}
LOOKS: dict[str, dict[str, Any]] = {
    "plain": {},
    "cell": {"indent": 1},
    "title": {"bold": True, "font_size": 16, "font_color": "#1F3864"},
    "heading": {"bold": True, "font_size": 12, "font_color": "#1F3864", "bottom": 1},
    "header": {
        "bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF", "text_wrap": True,
        "valign": "top", "border": 1, "border_color": "#FFFFFF",
    },
    "note": {"italic": True, "font_color": "#595959"},
    "aside": {"italic": True, "font_color": "#595959", "indent": 1},
    "words": {"text_wrap": True, "valign": "top"},
    "bold": {"bold": True},
    "total": {"bold": True, "top": 1, "bg_color": "#DCE6F1"},
    "grand": {"bold": True, "top": 1, "bottom": 6, "bg_color": "#DCE6F1"},
    "input": {
        "font_color": "#0000FF", "bg_color": "#FFF2CC", "border": 1, "border_color": "#BFBFBF",
    },
    "figure": {"bold": True, "font_size": 14},
}  # fmt: skip

GRID = {"visible": True, "line": {"color": "#D9D9D9"}}
"""Thin lines behind a chart."""


@dataclass(frozen=True)
class Formula:
    """A formula of ours, with what it comes to."""

    text: str
    value: float


Cell = str | float | int | bool | Formula | None


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        title: its header.
        kind: how its numbers are written; 'share' holds fractions.
        note: what it means, shown when the header is pointed at.
    """

    title: str
    kind: Kind = "text"
    note: str = ""


@dataclass
class Book:
    """A workbook being written."""

    book: Any
    currency: str
    _formats: dict[tuple[str, str], Any] = field(default_factory=dict)
    contents: tuple[Sheet, int] | None = None
    """Sheet and row at which the list of sheets goes."""
    _names: set[str] = field(default_factory=set)

    def look(self, look: str = "plain", kind: Kind = "text") -> Any:
        """The format of a look and a kind of number."""
        key = (look, kind)
        if key not in self._formats:
            properties = dict(LOOKS[look])
            if kind in FORMATS:
                properties["num_format"] = FORMATS[kind]
            self._formats[key] = self.book.add_format(properties)
        return self._formats[key]

    def sheet(self, name: str, *, colour: str = "") -> Sheet:
        """A new sheet, named as nearly so as spreadsheets allow."""
        plain = "".join(" " if mark in "[]:*?/\\" else mark for mark in name).strip("' ")
        plain = plain[:LONGEST_NAME] or "Sheet"
        found, number = plain, 2
        while found.lower() in self._names:
            end = f" {number}"
            found, number = plain[: LONGEST_NAME - len(end)] + end, number + 1
        self._names.add(found.lower())
        own = self.book.add_worksheet(found)
        own.hide_gridlines(2)
        own.set_landscape()
        own.set_paper(9)
        own.fit_to_pages(1, 0)
        own.set_footer("&L&A&RPage &P of &N")
        if colour:
            own.set_tab_color(colour)
        return Sheet(self, own, found)

    def chart(self, kind: str, title: str, subtype: str = "") -> Any:
        """A native chart with a title."""
        chart = self.book.add_chart({"type": kind, **({"subtype": subtype} if subtype else {})})
        chart.set_title({"name": title, "overlay": False, "name_font": {"size": 12}})
        chart.set_legend({"position": "bottom"})
        chart.show_na_as_empty_cell()
        return chart


@dataclass
class Sheet:
    """A sheet of a :class:`Book`; rows and columns count from 0."""

    book: Book
    own: Any
    name: str

    def put(
        self, row: int, column: int, cell: Cell, look: str = "plain", kind: Kind = "text"
    ) -> None:
        """Write a cell: text as text, numbers in full, what is unknown as a blank."""
        shown = self.book.look(look, kind)
        if isinstance(cell, Formula):
            known = cell.value if math.isfinite(cell.value) else 0.0
            self.own.write_formula(row, column, cell.text, shown, Exact(known))
        elif cell is None or (isinstance(cell, float) and math.isnan(cell)):
            self.own.write_blank(row, column, None, shown)
        elif isinstance(cell, (bool, np.bool_)):
            self.own.write_string(row, column, "yes" if cell else "no", shown)
        elif isinstance(cell, (int, float, np.number)):
            number = float(cell)
            if math.isfinite(number):
                self.own.write_number(row, column, Exact(number), shown)
            else:
                self.own.write_string(row, column, "no limit", shown)
        else:
            self.own.write_string(row, column, str(cell)[:LONGEST_TEXT], shown)

    def head(self, title: str, about: str = "") -> None:
        """Title and, under it, what the sheet is about; row 2 is left blank."""
        self.put(0, 0, title, "title")
        if about:
            self.put(1, 0, about, "note")

    def table(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Cell]],
        *,
        top: int = 0,
        keep: int = 1,
    ) -> int:
        """Write a table with filters and a frozen header; return the row below it.

        Args:
            columns: of the cells of each row.
            rows: raw values.
            top: row of the header.
            keep: columns that stay in sight when scrolling.
        """
        widths = []
        for at, column in enumerate(columns):
            widths.append(_width(column, [row[at] for row in rows[:_SAMPLED]]))
            self.put(top, at, column.title, "header")
            if column.note:
                self.own.write_comment(top, at, column.note, {"x_scale": 2, "author": ""})
            self.own.set_column(at, at, widths[at])
        lines = max(_lines(column, width) for column, width in zip(columns, widths, strict=True))
        self.own.set_row(top, 15.5 * lines)
        for line, row in enumerate(rows, start=top + 1):
            for at, cell in enumerate(row):
                kind = columns[at].kind
                self.put(line, at, cell, "cell" if kind == "text" else "plain", kind)
        self.own.autofilter(top, 0, top + max(len(rows), 1), len(columns) - 1)
        self.own.freeze_panes(top + 1, keep)
        self.own.repeat_rows(top)
        return top + 1 + len(rows)

    def place(self, row: int, column: int, *, fixed: str = "") -> str:
        """The address of a cell; ``fixed`` '$' where it must not move when copied."""
        return f"{fixed}{letters(column)}{fixed}{row + 1}"

    def away(self, row: int, column: int) -> str:
        """The address of a cell as other sheets write it."""
        return f"{self.quoted}!${letters(column)}${row + 1}"

    def span(self, first: tuple[int, int], last: tuple[int, int]) -> str:
        """The address of a range as other sheets write it."""
        (top, left), (bottom, right) = first, last
        return f"{self.quoted}!${letters(left)}${top + 1}:${letters(right)}${bottom + 1}"

    @property
    def quoted(self) -> str:
        """The name as formulas write it."""
        return "'" + self.name.replace("'", "''") + "'"


def letters(column: int) -> str:
    """Letters of a column, from 0."""
    from xlsxwriter.utility import xl_col_to_name  # noqa: PLC0415  # loads late

    return str(xl_col_to_name(column))


def _width(column: Column, cells: Sequence[Cell]) -> float:
    """Characters that a column needs, within reason; headers may wrap once."""
    needed = [
        max(map(len, column.title.split() or [""])) + 4,
        len(column.title) / 2 + 4,
        *(_length(cell, column.kind) for cell in cells),
    ]
    return float(min(max(NARROWEST, *needed), WIDEST))


def _lines(column: Column, width: float) -> int:
    """Lines that a header takes, beside the button of its filter."""
    lines, used = 1, 0
    for word in column.title.split():
        if used and used + len(word) + 1 > width - 3:
            lines, used = lines + 1, len(word)
        else:
            used += len(word) + bool(used)
    return lines


def _length(cell: Cell, kind: Kind) -> float:
    if cell is None:
        return 0
    if isinstance(cell, Formula):
        cell = cell.value
    if isinstance(cell, (int, float, np.number)) and not isinstance(cell, bool):
        extra = {"number": 3, "cents": 3}.get(kind, 0)
        return len(f"{float(cell):,.0f}") + extra + 2
    return len(str(cell)) + 1
