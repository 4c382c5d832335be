"""Workbooks as people edit them: the quickstart workbook with cells changed, moved and merged."""

from __future__ import annotations

import csv
import datetime
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook
from secondsource.datasets.load import load_case
from secondsource.datasets.save import save_case

Grid = list[list[Any]]


@dataclass
class Formula:
    """A formula as a program leaves it that never calculates, or with its value."""

    text: str
    value: Any = ""


@dataclass
class Edited:
    """A workbook in memory: sheets of rows, and what is merged (first row, column, last ...)."""

    sheets: dict[str, Grid]
    merged: list[tuple[str, int, int, int, int]] = field(default_factory=list)

    def at(self, sheet: str, column: str) -> int:
        """Position of a column of a sheet."""
        return self.sheets[sheet][0].index(column)

    def put(self, sheet: str, line: int, column: str, value: Any) -> None:
        """Write a cell; ``line`` counts as a spreadsheet does, from 1."""
        self.sheets[sheet][line - 1][self.at(sheet, column)] = value

    def setting(self, key: str, value: Any) -> None:
        """Write the value of a setting."""
        [row] = [row for row in self.sheets["case"] if row[0] == key]
        row[1] = value

    def save(self, path: Path) -> Path:
        """Write it as a file."""
        with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
            for name, rows in self.sheets.items():
                sheet = book.add_worksheet(name)
                for line, row in enumerate(rows):
                    for position, cell in enumerate(row):
                        _write(sheet, line, position, cell)
                for where, *corners in self.merged:
                    if where == name:
                        top, left, *_ = corners
                        sheet.merge_range(*corners, rows[top][left])
        return path


def _write(sheet: Any, line: int, position: int, cell: Any) -> None:
    if isinstance(cell, Formula):
        sheet.write_formula(line, position, cell.text, None, cell.value)
    elif isinstance(cell, (datetime.datetime, datetime.date)):
        sheet.write_datetime(line, position, cell)
    elif cell not in (None, ""):
        sheet.write(line, position, cell)


@cache
def _quickstart(folder: Path) -> dict[str, Grid]:
    path = save_case(load_case("quickstart"), folder / "quickstart.xlsx")
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def quickstart(folder: Path) -> Edited:
    """The quickstart workbook, ready to be edited."""
    return Edited({name: [list(row) for row in rows] for name, rows in _quickstart(folder).items()})


def from_folder(folder: Path) -> Edited:
    """The workbook with the very cells of a case's folder, right or wrong."""
    settings = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    rows: Grid = [["key", "value"]]
    for section, values in settings.items():
        for key, value in values.items():
            name = key if section == "case" else f"{section}.{key}"
            if isinstance(value, dict):
                rows += [[f"{name}.{one}", cell] for one, cell in value.items()]
            else:
                rows.append([name, ",".join(value) if isinstance(value, list) else value])
    sheets = {"case": rows}
    for file in sorted(folder.glob("*.csv")):
        with file.open(newline="", encoding="utf-8-sig") as text:
            sheets[file.stem] = list(csv.reader(text))
    return Edited(sheets)


Change = Callable[[Edited], None]
