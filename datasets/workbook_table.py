"""One sheet of a workbook as a table: where its header is, and what stands where it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from ..models.case import TABLES, columns
from ..models.describe import kind_of
from ..models.problems import Problem, quote
from ..models.row_keys import PROVENANCE
from .nearest import nearest
from .raw import RawCase, RawTable, tidy_header

UNITS_MARK = "[units]"
"""Stands in the units row under a header, by which the row is known."""
_SEARCHED = 20
"""Rows in which a header is looked for."""
_DATES = (date(2000, 1, 1), date(2100, 1, 1))
"""Between these days the number that a spreadsheet keeps for a date is taken for one."""
_FIRST_DAY = date(1899, 12, 30)
"""Day 0 of spreadsheets, as their days of today are counted."""

Corner = tuple[int, int]


@dataclass
class Sheet:
    """Cells of a sheet from A1 on, and its merged ranges as first and last cell, from 0."""

    cells: list[list[Any]]
    merged: list[tuple[Corner, Corner]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether no cell holds anything."""
        return not any(cell is not None for row in self.cells for cell in row)


def read_table(raw: RawCase, name: str, sheet: Sheet) -> RawTable | None:
    """The table on a sheet; complains of what cannot belong to it. None without a header."""
    cells = sheet.cells
    lines = [line for line, row in enumerate(cells) if any(cell is not None for cell in row)]
    head = _find_header(raw, name, cells, lines)
    if head is None:
        raw.unreadable.add(name)
        return None
    header = tidy_header(raw, name, cells[head], f"{name}!{head + 1}:{head + 1}")
    letters = [column_letters(position) for position in range(len(header))]
    table = RawTable(header, file=name, letters=letters, header_line=head + 1)
    strays: dict[int, list[int]] = {}
    for line in lines[lines.index(head) + 1 :]:
        row = cells[line]
        if is_units_row(row):
            continue
        table.rows.append(row[: len(header)])
        table.lines.append(line + 1)
        for position, cell in enumerate(row):
            if cell is not None and (position >= len(header) or not header[position]):
                strays.setdefault(position, []).append(line)
    _complain_of_strays(raw, name, table, cells, strays)
    _complain_of_merged(raw, name, table, sheet)
    _warn_of_lost_dates(raw, name, table)
    return table


def _find_header(raw: RawCase, name: str, cells: list[list[Any]], lines: list[int]) -> int | None:
    """The row of the header: the first that holds anything, or one below notes of people's own."""
    known = columns(TABLES[name])

    def named(line: int, *, nearly: bool) -> int:
        texts = [str(cell).strip() for cell in cells[line] if isinstance(cell, str)]
        return sum(text in known or (nearly and bool(nearest(text, known))) for text in texts)

    first = lines[0]
    if named(first, nearly=True) and not (
        named(first, nearly=False) == 0 and _better(named, first, lines) is not None
    ):
        return first
    better = _better(named, first, lines)
    place = f"{name}!{first + 1}:{first + 1}"
    if better is not None:
        raw.complain(
            f"the header is in row {better + 1}, and something else stands above it",
            table=name,
            place=place,
            remedy="delete the rows above it, or move what they say to a sheet whose name begins "
            "with '_'",
        )
        return better
    own = [column for column in known if column not in PROVENANCE]
    what = "shows units" if is_units_row(cells[first]) else "names no column of the table"
    raw.complain(
        f"the header is missing: the first row {what}",
        table=name,
        place=place,
        remedy=f"write the columns' names into the first row: {', '.join(own[:6])} ...",
    )
    return None


def _better(named: Any, first: int, lines: Sequence[int]) -> int | None:
    """A row below the first that names at least two columns."""
    below = [line for line in lines[:_SEARCHED] if line != first]
    best = max(below, key=lambda line: named(line, nearly=False), default=None)
    return best if best is not None and named(best, nearly=False) >= 2 else None


def _complain_of_strays(
    raw: RawCase,
    name: str,
    table: RawTable,
    cells: list[list[Any]],
    strays: dict[int, list[int]],
) -> None:
    """Once for each column without a name, at its first cell."""
    for position, lines in sorted(strays.items()):
        more = f" (and so do {len(lines) - 1} more cells)" if len(lines) > 1 else ""
        raw.complain(
            f"{quote(cells[lines[0]][position])} stands in a column without a name{more}",
            table=name,
            row=table.lines.index(lines[0] + 1) + 1,
            place=f"{name}!{column_letters(position)}{lines[0] + 1}",
            remedy=f"write the column's name into {column_letters(position)}{table.header_line}, "
            "or move what does not belong to a table to a sheet whose name begins with '_'",
        )


def _complain_of_merged(raw: RawCase, name: str, table: RawTable, sheet: Sheet) -> None:
    """Merged cells keep one value, so that those behind them would silently be blank."""
    inside = {line - 1 for line in table.lines} | {table.header_line - 1}
    for (top, left), (bottom, right) in sheet.merged:
        covered = [line for line in range(top, bottom + 1) if line in inside]
        if covered and left < len(table.columns):
            first = f"{column_letters(left)}{top + 1}"
            last = f"{column_letters(right)}{bottom + 1}"
            data = [line for line in covered if line + 1 in table.lines]
            raw.complain(
                f"the cells {first}:{last} are merged, so that only the first holds a value",
                table=name,
                row=table.lines.index(data[0] + 1) + 1 if data else None,
                column=table.columns[left],
                place=f"{name}!{first}",
                remedy="unmerge them and write each cell's own value",
            )


def _warn_of_lost_dates(raw: RawCase, name: str, table: RawTable) -> None:
    """Periods that are a date as spreadsheets keep it, without the format that shows it."""
    fields = columns(TABLES[name])
    first, last = ((day - _FIRST_DAY).days for day in _DATES)
    for position, column in enumerate(table.columns):
        if column not in fields or kind_of(fields[column]) != "period":
            continue
        for number, row in enumerate(table.rows, start=1):
            cell = row[position] if position < len(row) else None
            if isinstance(cell, (int, float)) and first <= cell < last:
                day = _FIRST_DAY + timedelta(days=int(cell))
                raw.problems.append(
                    Problem(
                        "warning",
                        f"{quote(cell)} is far beyond any horizon; as spreadsheets count days it "
                        f"is {day:%Y-%m-%d}",
                        table=name,
                        row=number,
                        column=column,
                        value=cell,
                        remedy=f"write {day:%Y-%m}, or give the cell a date format",
                    )
                )


def is_units_row(row: list[Any]) -> bool:
    """Whether a row under the header shows the columns' units: all in brackets, one '[units]'."""
    cells = [cell for cell in row if cell is not None]
    return UNITS_MARK in cells and all(
        isinstance(cell, str) and cell.startswith("[") and cell.endswith("]") for cell in cells
    )


def column_letters(position: int) -> str:
    """Letters of a spreadsheet's column: 0 is A, 26 is AA."""
    letters = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
