"""Cases read from an .xlsx workbook: a sheet for each table, a `case` sheet of key and value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..models.case import TABLES
from ..models.problems import quote
from .files import UnsafeFileError, check_file
from .nearest import nearest
from .raw import SETTINGS, RawCase
from .workbook_table import Sheet, read_table
from .zip_guard import NOT_CALCULATED, inspect


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
    for name, sheet in sheets.items():
        if name.startswith("_") or (sheet.empty and name not in TABLES):
            continue
        if name == "case":
            _read_settings(raw, sheet.cells)
        elif name in TABLES:
            if not sheet.empty and (table := read_table(raw, name, sheet)):
                raw.tables[name] = table
        else:
            _unknown_sheet(raw, name, [known for known in (*TABLES, "case") if known not in sheets])
            continue
        _complain_of_faults(raw, name, faults.get(name, {}))
    if "case" not in sheets:
        raw.unreadable.add("case")
        raw.complain(
            "there is no sheet called case in the workbook",
            table="case",
            remedy="name the sheet with periods, start and so on 'case', or add one with the keys "
            "in column A and their values in column B",
        )
    return raw


def _sheets(path: Path) -> dict[str, Sheet]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum  # noqa: PLC0415  # loads late

    try:
        book = CalamineWorkbook.from_path(str(path))
        found = {}
        for about in book.sheets_metadata:
            if about.typ == SheetTypeEnum.WorkSheet:
                own = book.get_sheet_by_name(about.name)
                rows = own.to_python(skip_empty_area=False)
                found[about.name] = Sheet(
                    [[_cell(value) for value in row] for row in rows],
                    [(first, last) for first, last in own.merged_cell_ranges or []],
                )
        return found
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # the parser's own panics are no Exception
        raise UnsafeFileError(f"is not a readable .xlsx workbook ({error})") from None


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    return value


def _unknown_sheet(raw: RawCase, name: str, missing: list[str]) -> None:
    """Complain of a sheet that is no table; one that a table was renamed to is not missing."""
    meant = nearest(name, missing)
    if meant:
        raw.unreadable.add(meant)
    raw.complain(
        f"{quote(name)} is not a table of a case",
        place=f"sheet {quote(name)}",
        value=name,
        remedy=f"did you mean {meant}?"
        if meant
        else "delete the sheet, or begin its name with '_' to keep notes of your own in it",
    )


def _complain_of_faults(raw: RawCase, sheet: str, cells: dict[str, str]) -> None:
    for cell, what in cells.items():
        calculated = what != NOT_CALCULATED
        raw.complain(
            "the cell holds a spreadsheet error"
            if calculated
            else "the cell holds a formula that was never calculated",
            table="" if sheet in SETTINGS else sheet,
            place=f"{sheet}!{cell}",
            remedy="mend its formula, or write the value"
            if calculated
            else "open the workbook in a spreadsheet program and save it, or write the value",
        )


def _read_settings(raw: RawCase, sheet: list[list[Any]]) -> None:
    for line, row in enumerate(sheet, start=1):
        key, value = [*row, None, None][:2]
        if key is None or (line == 1 and str(key).lower() == "key"):
            if key is None and value is not None:
                raw.complain(f"{quote(value)} has no key", place=f"case!B{line}")
            continue
        name = str(key).strip()
        section, _, rest = name.partition(".")
        if section in SETTINGS and rest:
            name = rest
        else:
            section = "case"
        raw.setting_cells.setdefault((section, name), f"case!A{line}")
        if value is None:
            continue
        raw.setting_cells[section, name] = f"case!B{line}"
        target = raw.settings.setdefault(section, {})
        if section == "solve" and name.startswith("caps."):
            caps = target.setdefault("caps", {})
            if isinstance(caps, dict):
                target, name = caps, name.removeprefix("caps.")
        if name in target:
            raw.complain(f"the key {quote(key)} occurs twice", place=f"case!A{line}")
        target[name] = value
