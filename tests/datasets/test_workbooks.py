"""Workbooks: what planners see in them, and what must never happen to text."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from secondsource.datasets.load import load_case, read_case
from secondsource.datasets.save import save_case
from secondsource.models.case import TABLES

NASTY = ["=1+1", "=HYPERLINK(\"http://x.test\",\"y\")", "+1-2", "-cmd|' /C calc'!A0", "@SUM(A1)",
         "http://x.test", "'=1", "{=1}", "00123", "1e5", "TRUE"]  # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return save_case(load_case("quickstart"), tmp_path / "case.xlsx")


def test_dangerous_text_is_written_as_text_and_read_back(tmp_path: Path) -> None:
    case = load_case("quickstart")
    rows = [
        case.materials[0].model_copy(update={"material": f"m{i}", "note": text, "name": text})
        for i, text in enumerate(NASTY)
    ]
    book = save_case(case.model_copy(update={"materials": rows}), tmp_path / "nasty.xlsx")
    with zipfile.ZipFile(book) as archive:
        for part in archive.namelist():
            if part.startswith("xl/worksheets/sheet"):
                text = archive.read(part).decode()
                assert "<f>" not in text
                assert "<hyperlink" not in text
    sheet = CalamineWorkbook.from_path(str(book)).get_sheet_by_name("materials").to_python()
    assert [row[1] for row in sheet[2:]] == NASTY


def test_numbers_stay_numbers(book: Path) -> None:
    sheet = CalamineWorkbook.from_path(str(book)).get_sheet_by_name("offers").to_python()
    column = sheet[0].index("price")
    assert [row[column] for row in sheet[2:4]] == [72000.0, 84000.0]


def test_every_table_has_a_sheet_with_units_notes_and_lists(book: Path) -> None:
    sheets = CalamineWorkbook.from_path(str(book)).sheet_names
    assert sheets == ["case", *TABLES]
    rows = CalamineWorkbook.from_path(str(book)).get_sheet_by_name("offers").to_python()
    assert rows[1][0] == "[units]"
    assert rows[1][rows[0].index("lead_days")] == "[days]"
    assert rows[1][rows[0].index("price")] == "[USD/unit]"
    with zipfile.ZipFile(book) as archive:
        offers = archive.read(f"xl/worksheets/sheet{2 + list(TABLES).index('offers')}.xml").decode()
        notes = "".join(
            archive.read(name).decode() for name in archive.namelist() if "comments" in name
        )
    assert '<pane xSplit="1" ySplit="2"' in offers
    assert "none,incremental,all_units" in offers
    assert "sites!$A$3:$A$" in offers
    assert "From order to arrival" in notes
    assert "Unit: days" in notes
    assert "Default: 0" in notes


def test_dates_blanks_yes_and_foreign_sheets(tmp_path: Path) -> None:
    """A workbook as people make it: real dates, no units row, notes of their own."""
    save_case(load_case("quickstart"), tmp_path / "own.xlsx")
    path = tmp_path / "made.xlsx"
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        case = book.add_worksheet("case")
        case.write_column(0, 0, ["name", "start", "periods", "solve.gap", "solve.caps.lead_time"])
        case.write_column(0, 1, ["made", "2027-01", 4, 0, 30])
        tables = {
            "materials": [["material"], ["a"]],
            "sites": [["site", "country"], ["S", "DE"]],
            "offers": [["offer", "site", "material", "start"], ["o", "S", "a", None]],
            "demand": [["site", "material", "quantity"], ["S", "a", 2], [None] * 3, ["S", "a", 3]],
            "_my notes": [["anything"], ["at all"]],
        }
        for name, rows in tables.items():
            sheet = book.add_worksheet(name)
            for line, row in enumerate(rows):
                sheet.write_row(line, 0, row)
        book.get_worksheet_by_name("offers").write_datetime(1, 3, datetime.datetime(2027, 4, 15))
    found = load_case(path)
    assert found.offers[0].start == "2027-04"
    assert [row.quantity for row in found.demand] == [2, 3]
    assert (found.solve.gap, found.solve.caps) == (0.0, {"lead_time": 30.0})


def test_an_unknown_sheet_and_a_spreadsheet_error_name_their_place(tmp_path: Path) -> None:
    path = tmp_path / "odd.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("case").write_row(0, 0, ["perods", 4])
        book.add_worksheet("Offers").write_row(0, 0, ["offer"])
        sheet = book.add_worksheet("materials")
        sheet.write_row(0, 0, ["material", "price"])
        sheet.write_row(1, 0, ["a"])
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
        sheet.write(4, 5, "stray")
    text = "\n".join(str(problem) for problem in read_case(path)[1])
    assert '[case] perods: "perods" is not a setting of [case]; did you mean periods?' in text
    assert 'sheet "Offers": "Offers" is not a table of a case; did you mean offers?' in text
    assert "the cell holds a spreadsheet error; mend its formula, or write the value" in text
    assert "(materials!B2)" in text
    assert '"stray" stands in a column without a name' in text
    assert "(materials!F5)" in text
