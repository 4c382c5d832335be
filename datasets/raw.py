"""A case as its file holds it: cells with their place, nothing interpreted yet.

Readers of folders, workbooks and JSON files all end here, and everything after works from here,
so that the three forms cannot come to mean different things.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..models.case import TABLES
from ..models.problems import Problem, quote
from .nearest import did_you_mean

SETTINGS = ("case", "solve")


@dataclass
class RawTable:
    """The cells of one table.

    Attributes:
        columns: names in the header, in order.
        rows: data rows, as long as the header; blank cells are None.
        lines: line of the file or row of the sheet that each data row starts at.
        file: 'offers.csv', or the name of the sheet; '' where lines have no numbers (JSON).
        letters: for a sheet, the letters of each column ('A', 'B', ...).
        header_line: for a sheet, the row of its header, from 1.
    """

    columns: list[str]
    rows: list[list[Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    file: str = ""
    letters: list[str] = field(default_factory=list)
    header_line: int = 1

    def place(self, row: int | None, column: str = "") -> str:
        """Where data row ``row`` (from 1) is: 'offers.csv line 15' or 'offers!F14'.

        Without a row: the header's cell of the column, on a sheet.
        """
        if row is None and self.letters:
            letter = self.letters[self.columns.index(column)] if column in self.columns else "A"
            return f"{self.file}!{letter}{self.header_line}"
        if not self.file or row is None or not 1 <= row <= len(self.lines):
            return ""
        line = self.lines[row - 1]
        if not self.letters:
            return f"{self.file} line {line}"
        letter = self.letters[self.columns.index(column)] if column in self.columns else ""
        return f"{self.file}!{letter or 'A'}{line}"


@dataclass
class RawCase:
    """Settings and tables as found, and what was wrong already with finding them.

    ``setting_cells`` tells where on the sheet of a workbook each (section, key) stands.
    ``unreadable`` names the tables (or 'case', for the settings) that are there but hold nothing
    that could be understood, so that what is missing from them proves nothing.
    """

    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    tables: dict[str, RawTable] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)
    setting_cells: dict[tuple[str, str], str] = field(default_factory=dict)

    def complain(self, message: str, **details: Any) -> None:
        """Note an error."""
        self.problems.append(Problem("error", message, **details))

    def place(self, problem: Problem) -> str:
        """Where in the files a problem lies, '' if that is not known."""
        if problem.table in SETTINGS:
            return self.setting_cells.get((problem.table, problem.column), "")
        table = self.tables.get(problem.table)
        return table.place(problem.row, problem.column) if table else ""


def unknown_table(raw: RawCase, name: str, place: str) -> None:
    """Note that ``name`` is no table of a case."""
    hint = did_you_mean(name, [*TABLES, *SETTINGS])
    raw.complain(
        f"{quote(name)} is not a table of a case",
        place=place,
        value=name,
        remedy=hint or "remove it, or see docs/case-format.md for the tables there are",
    )


def tidy_header(raw: RawCase, table: str, header: list[Any], where: str) -> list[str]:
    """Column names of a header row, blanks at its end dropped; complains about doubles.

    A column without a name keeps '' here; the reader decides whether it holds anything.
    """
    names = ["" if cell is None else str(cell).strip() for cell in header]
    while names and not names[-1]:
        names.pop()
    seen: set[str] = set()
    for name in names:
        if name and name in seen:
            raw.complain(
                f"the column {quote(name)} occurs twice",
                table=table,
                column=name,
                place=where,
                remedy="keep one of the two",
            )
        seen.add(name)
    return names
