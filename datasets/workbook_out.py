"""Cases written as an .xlsx workbook that planners can edit: notes, units, lists to choose from.

Every table gets a sheet, also where it has no rows, so that any case is a template. Text is always
written as text, so that a cell beginning with ``=`` or ``@`` never becomes a formula.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from ..models.case import TABLES, Case, CaseSettings, SolveSettings, columns
from ..models.describe import choices, default_words, holds, unit_words
from ..models.fields import column_info
from ..models.row_keys import PROVENANCE
from .cells import plain_rows, plain_settings
from .files import replacing
from .workbook_table import UNITS_MARK, column_letters

_SPARE_ROWS = 500
_LONGEST_LIST = 250
_MOST_ROWS = 1_048_576 - 2
"""Rows of a sheet, less the header and the units; more would be dropped without a word."""
_CREATED = datetime(2000, 1, 1)
"""Date in the file's properties: equal cases give equal files."""
_WIDTH = {"note": 40, "source": 30, "title": 40, "name": 24, "key": 30}


class Exact(float):
    """A number that XlsxWriter writes with all its digits; its own format keeps 16 of 17."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


def write_workbook(case: Case, path: Path) -> None:
    """Write a case as a workbook with notes, units and drop-down lists."""
    import xlsxwriter  # noqa: PLC0415  # loads late

    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    with replacing(path) as part:
        book = xlsxwriter.Workbook(str(part), options)
        book.set_properties({"created": _CREATED})
        formats = {
            "header": book.add_format({"bold": True, "bottom": 1, "bg_color": "#DCE6F1"}),
            "required": book.add_format({"bold": True, "bottom": 1, "bg_color": "#B8CCE4"}),
            "units": book.add_format({"italic": True, "font_color": "#7F7F7F"}),
        }
        _write_settings(book.add_worksheet("case"), case, formats)
        for table in TABLES:
            _write_table(book.add_worksheet(table), case, table, formats)
        book.close()


def _write(sheet: Any, line: int, position: int, cell: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_string(line, position, "yes" if cell else "no")
    elif isinstance(cell, (int, float)):
        sheet.write_number(line, position, Exact(cell))
    else:
        sheet.write_string(line, position, cell)


def _write_settings(sheet: Any, case: Case, formats: dict[str, Any]) -> None:
    for position, title in enumerate(("key", "value", "default", "meaning")):
        sheet.write_string(0, position, title, formats["header"])
    given = plain_settings(case)
    line = 1
    for section, model in (("case", CaseSettings), ("solve", SolveSettings)):
        for name, field in model.model_fields.items():
            value = given.get(section, {}).get(name)
            key = name if section == "case" else f"solve.{name}"
            unit = unit_words(column_info(field).unit)
            words = f"{field.description}{f' [{unit}]' if unit else ''}"
            entries: list[tuple[str, Any]] = [(key, value)]
            if name == "caps":
                caps = value or {}
                entries = [(f"solve.caps.{objective}", caps[objective]) for objective in caps]
                entries = entries or [("solve.caps.lead_time", None)]
            for shown, cell in entries:
                sheet.write_string(line, 0, shown)
                _write(sheet, line, 1, ",".join(cell) if isinstance(cell, list) else cell)
                sheet.write_string(line, 2, default_words(field))
                sheet.write_string(line, 3, words)
                if options := choices(field.annotation) if name == "unknown_controls" else ():
                    sheet.data_validation(
                        line, 1, line, 1, {"validate": "list", "source": list(options)}
                    )
                line += 1
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 30)
    sheet.set_column(2, 2, 12)
    sheet.set_column(3, 3, 70)


def _write_table(sheet: Any, case: Case, table: str, formats: dict[str, Any]) -> None:
    fields = columns(TABLES[table])
    header, rows = plain_rows(case, table, every_column=True)
    if len(rows) > _MOST_ROWS:
        raise ValueError(
            f"{table} has {len(rows):,} rows and a sheet holds {_MOST_ROWS:,}; "
            "write a folder or .json"
        )
    currency = case.case.currency
    for position, name in enumerate(header):
        field = fields[name]
        look = formats["required" if field.is_required() else "header"]
        unit = column_info(field).unit.replace("money", currency)
        sheet.write_string(0, position, name, look)
        sheet.write_comment(0, position, _note(field, currency), {"x_scale": 2, "author": ""})
        shown = UNITS_MARK if position == 0 else f"[{unit}]" if unit else ""
        if shown:
            sheet.write_string(1, position, shown, formats["units"])
        sheet.set_column(position, position, _WIDTH.get(name, max(12, len(name) + 3)))
        if rule := _choice(case, name, field):
            sheet.data_validation(2, position, len(rows) + 1 + _SPARE_ROWS, position, rule)
    for line, row in enumerate(rows, start=2):
        for position, cell in enumerate(row):
            _write(sheet, line, position, cell)
    sheet.freeze_panes(2, 1)
    if not rows and table not in _BASICS:
        sheet.set_tab_color("#BFBFBF")


_BASICS = {"materials", "sites", "offers", "demand", "lanes"}


def _note(field: Any, currency: str) -> str:
    lines = [str(field.description)]
    if unit := column_info(field).unit:
        lines.append(f"Unit: {unit_words(unit, currency)}")
    if words := choices(field.annotation):
        lines.append("One of: " + ", ".join(words))
    default = default_words(field)
    lines.append("Required" if default == "required" else f"Default: {default or 'blank'}")
    return "\n".join(lines)


def _choice(case: Case, name: str, field: Any) -> dict[str, Any] | None:
    """The drop-down list of a column: strict for words, a hint for names and selectors."""
    info = column_info(field)
    words = list(choices(field.annotation))
    if not words and holds(field.annotation, bool):
        words = ["yes", "no"]
    if words:
        return {
            "validate": "list",
            "source": words,
            "error_title": name,
            "error_message": f"Choose one of the list ({', '.join(words)})"[:250],
        }
    table = {"place": "sites"}.get(info.selects, info.selects) or info.refers
    if table not in TABLES or name in PROVENANCE:
        return None
    last = len(case.rows(table)) + 2 + _SPARE_ROWS
    letter = column_letters(0)
    rule = {"validate": "list", "source": f"={table}!${letter}$3:${letter}${last}"}
    if info.selects:
        return {**rule, "show_error": False}
    return {
        **rule,
        "error_type": "warning",
        "error_title": name,
        "error_message": f"This name is not in the sheet {table} yet.",
    }
