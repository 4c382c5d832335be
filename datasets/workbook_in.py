"""Cases read from an .xlsx workbook: a sheet for each table, a `case` sheet of key and value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..models.case import TABLES
from ..models.problems import quote
from .files import UnsafeFileError, check_file
from .raw import SETTINGS, RawCase, RawTable, tidy_header, unknown_table
from .zip_guard import inspect

UNITS_MARK = "[units]"
"""Stands in the units row under a header, by which the row is known."""


def read_workbook(path: Path) -> RawCase:
    """The cells of a workbook. Sheets whose name begins with '_' and empty ones are left alone."""
    raw = RawCase()
    try:
        check_file(path)
        faults = inspect(path)
        sheets = _sheets(path)
    except UnsafeFileError as error:
        raw.complain(str(error), place=path.name)
        return raw
    for name, cells in sheets.items():
        empty = not any(cell is not None for row in cells for cell in row)
        if name.startswith("_") or (empty and name not in TABLES):
            continue
        if name == "case":
            _read_settings(raw, cells)
        elif name in TABLES:
            if not empty:
                raw.tables[name] = _read_table(raw, name, cells)
        else:
            unknown_table(raw, name, f"sheet {quote(name)}")
            continue
        _complain_of_faults(raw, name, faults.get(name, []))
    return raw


def _sheets(path: Path) -> dict[str, list[list[Any]]]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum  # noqa: PLC0415  # loads late

    try:
        book = CalamineWorkbook.from_path(str(path))
        return {
            sheet.name: [
                [_cell(value) for value in row]
                for row in book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            ]
            for sheet in book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet
        }
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # the parser's own panics are no Exception
        raise UnsafeFileError(f"is not a readable .xlsx workbook ({error})") from None


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    return value


def _complain_of_faults(raw: RawCase, sheet: str, cells: list[str]) -> None:
    for cell in cells:
        raw.complain(
            "the cell holds a spreadsheet error",
            table="" if sheet in SETTINGS else sheet,
            place=f"{sheet}!{cell}",
            remedy="mend its formula, or write the value",
        )


def _read_settings(raw: RawCase, sheet: list[list[Any]]) -> None:
    for line, row in enumerate(sheet, start=1):
        key, value = [*row, None, None][:2]
        if key is None or (line == 1 and str(key).lower() == "key"):
            if key is None and value is not None:
                raw.complain(f"{quote(value)} has no key", place=f"case!B{line}")
            continue
        name = str(key)
        section, _, rest = name.partition(".")
        if section in SETTINGS and rest:
            name = rest
        else:
            section = "case"
        if value is None:
            continue
        target = raw.settings.setdefault(section, {})
        if section == "solve" and name.startswith("caps."):
            caps = target.setdefault("caps", {})
            if isinstance(caps, dict):
                target, name = caps, name.removeprefix("caps.")
        if name in target:
            raw.complain(f"the key {quote(key)} occurs twice", place=f"case!A{line}")
        target[name] = value


def _read_table(raw: RawCase, name: str, sheet: list[list[Any]]) -> RawTable:
    lines = [line for line, row in enumerate(sheet) if any(cell is not None for cell in row)]
    header = tidy_header(raw, name, sheet[lines[0]], f"{name}!{lines[0] + 1}:{lines[0] + 1}")
    letters = [column_letters(position) for position in range(len(header))]
    table = RawTable(header, file=name, letters=letters)
    for line in lines[1:]:
        row = sheet[line]
        if is_units_row(row):
            continue
        table.rows.append(row[: len(header)])
        table.lines.append(line + 1)
        for position, cell in enumerate(row):
            if cell is not None and (position >= len(header) or not header[position]):
                raw.complain(
                    f"{quote(cell)} stands in a column without a name",
                    table=name,
                    row=len(table.rows),
                    place=f"{name}!{column_letters(position)}{line + 1}",
                    remedy="name the column in the header, or move what does not belong to a table "
                    "to a sheet whose name begins with '_'",
                )
                break
    return table


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
