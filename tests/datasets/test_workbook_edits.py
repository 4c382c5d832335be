"""What people do to workbooks: every slip is told with its sheet and cell, and nothing is lost."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import run
from corruption import Corruption, spoil
from corruptions_of_cells import CELLS, NAMES
from corruptions_of_meaning import CHANGES, RULES, TIME
from edited import Edited, Formula, from_folder, quickstart
from python_calamine import CalamineWorkbook
from secondsource.datasets.load import read_case


def _put(sheet: str, line: int, column: str, value: object) -> Callable[[Edited], None]:
    return lambda book: book.put(sheet, line, column, value)


def _drop_header(book: Edited) -> None:
    book.sheets["offers"][0][book.at("offers", "price")] = None


def _delete_row(*lines: int) -> Callable[[Edited], None]:
    def change(book: Edited) -> None:
        for line in lines:
            del book.sheets["offers"][line - 1]

    return change


def _notes_above(book: Edited) -> None:
    book.sheets["offers"][:0] = [["Our suppliers"], []]
    book.sheets["offers"][5][4] = "cheap"


def _blank_rows(book: Edited) -> None:
    book.sheets["offers"][3:3] = [[], [], []]
    book.put("offers", 8, "price", "cheap")


def _moved(book: Edited) -> None:
    rows = book.sheets["offers"]
    rows.append(rows.pop(2))
    book.put("offers", len(rows), "lead_days", "soon")


def _rename(old: str, new: str) -> Callable[[Edited], None]:
    def change(book: Edited) -> None:
        book.sheets = {new if name == old else name: rows for name, rows in book.sheets.items()}

    return change


def _add_column(book: Edited) -> None:
    for row, cell in zip(book.sheets["offers"], ("my remark", None, "hello"), strict=False):
        row.append(cell)


def _stray(book: Edited) -> None:
    book.sheets["offers"][2] += [None, "hello"]


EDITS: dict[str, tuple[Callable[[Edited], None], str, str]] = {
    "text in a number": (_put("offers", 4, "price", "cheap"), "offers!E4", "is not a number"),
    "thousands": (_put("offers", 4, "price", "72,000"), "offers!E4", "without a mark"),
    "unknown name": (_put("offers", 4, "site", "Nowhere"), "offers!B4", "there is no site"),
    "unknown in a list": (_put("lanes", 4, "to", "Aachen,Nowhere"), "lanes!C4", "Nowhere"),
    "no header": (_drop_header, "offers!E3", "write the column's name into E1"),
    "no header row": (_delete_row(1), "offers!1:1", "the first row shows units"),
    "no header and units": (_delete_row(1, 1), "offers!1:1", "names no column of the table"),
    "header below": (_notes_above, "offers!1:1", "the header is in row 3"),
    "and what is wrong below it": (_notes_above, "offers!E6", '"cheap" is not a number'),
    "typing error in a header": (_put("offers", 1, "price", "prise"), "offers!E1", "mean price?"),
    "own column": (_add_column, "offers!Y1", "is not a column of offers"),
    "cell beside the table": (_stray, "offers!Z3", "stands in a column without a name"),
    "date as a number": (_put("offers", 4, "price", datetime.date(2028, 1, 5)), "offers!E4",
                         "is not a number"),
    "date without its format": (_put("control_status", 4, "start", 46768), "control_status!B4",
                                "write 2028-01"),
    "per cent in words": (lambda book: book.setting("discount_rate", "8%"), "case!B10",
                          "write a fraction"),
    "setting": (lambda book: book.setting("periods", "eight"), "case!B8", "is not a number"),
    "cap": (lambda book: book.setting("solve.caps.lead_time", "thirty"), "case!B22",
            "not a number"),
    "no such future": (lambda book: book.setting("solve.scenarios", "war"), "case!B21", "war"),
    "merged cells": (lambda book: book.merged.append(("offers", 2, 1, 3, 1)), "offers!B3",
                     "the cells B3:B4 are merged"),
    "merged header": (lambda book: book.merged.append(("offers", 0, 1, 0, 2)), "offers!B1",
                      "the cells B1:C1 are merged"),
    "formula never calculated": (_put("offers", 4, "price", Formula("=2*42000")), "offers!E4",
                                 "never calculated"),
    "spreadsheet error": (_put("offers", 4, "price", Formula("=1/0", "#DIV/0!")), "offers!E4",
                          "spreadsheet error"),
    "after blank rows": (_blank_rows, "offers!E8", '"cheap" is not a number'),
    "rows moved": (_moved, "offers!N10", '"soon" is not a number'),
    "sheet renamed": (_rename("offers", "Offers 2027"), 'sheet "Offers 2027"', "mean offers?"),
    "settings renamed": (_rename("case", "Settings"), "", "there is no sheet called case"),
    "sheet deleted": (lambda book: book.sheets.__delitem__("sites"), "", "the table has no rows"),
    "own sheet": (lambda book: book.sheets.update({"Sheet1": [["mine"]]}), 'sheet "Sheet1"',
                  "begin its name with '_'"),
    "one of a list": (_put("offers", 4, "discount", "total"), "offers!O4", "all_units"),
    "country by its name": (_put("sites", 3, "country", "Germany"), "sites!D3", "country code"),
    "twice": (_put("offers", 4, "offer", "Baotou-oxide"), "offers!A4", "already in row 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_a_wrong_edit_is_told_with_its_cell(
    name: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    change, place, words = EDITS[name]
    book = quickstart(tmp_path_factory.getbasetemp())
    change(book)
    problems = read_case(book.save(tmp_path / "edited.xlsx"))[1]
    found = [one for one in problems if one.place == place and words in str(one)]
    assert len(found) == 1, [str(one) for one in problems]
    assert place in str(found[0])
    assert len(problems) <= 3, [str(one) for one in problems]


def test_edits_that_mean_something_are_read(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A date, a formula with its value, a percentage, spaces, an empty sheet, own notes."""
    book = quickstart(tmp_path_factory.getbasetemp())
    book.put("control_status", 4, "start", datetime.date(2028, 1, 15))
    book.put("offers", 4, "price", Formula("=2*42000", 84000))
    book.put("offers", 4, "site", "  Aachen ")
    book.put("offers", 4, "lead_days", "1/2")
    book.setting("discount_rate", 0.09)
    book.sheets |= {"Sheet1": [], "_notes": [["anything", 1]]}
    case, problems = read_case(book.save(tmp_path / "edited.xlsx"))
    assert case is not None, [str(one) for one in problems]
    offer = case.offers[1]
    assert (offer.price, offer.site, offer.lead_days) == (84000, "Aachen", 0.5)
    assert case.case.discount_rate == 0.09
    assert case.control_status[1].start == "2028-01"


@pytest.mark.parametrize(
    "corruption", [*CELLS, *NAMES, *TIME, *CHANGES, *RULES][::4], ids=lambda one: one.name
)
def test_whatever_is_wrong_is_told_of_the_cell_that_holds_it(
    corruption: Corruption, tmp_path: Path
) -> None:
    """The same problems as of the folder, those of later checks too, each with its own cell."""
    folder = spoil(tmp_path / "case", corruption)
    path = from_folder(folder).save(tmp_path / "case.xlsx")
    problems = read_case(path)[1]
    assert {(one.table, one.row, one.column) for one in problems} == {
        (one.table, one.row, one.column) for one in read_case(folder)[1]
    }
    book = CalamineWorkbook.from_path(str(path))
    for one in problems:
        if one.row is None:
            continue
        sheet, _, cell = one.place.partition("!")
        assert sheet == one.table, str(one)
        letters, _ = re.fullmatch(r"([A-Z]+)(\d+)", cell).groups()
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        if one.column in rows[0]:
            position = 0
            for letter in letters:
                position = position * 26 + ord(letter) - 64
            assert rows[0][position - 1] == one.column
        assert one.place in str(one)


def test_new_check_solve_and_report_with_an_edited_workbook(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    plan = tmp_path / "plan.xlsx"
    assert run("new", plan).code == 0
    book = quickstart(tmp_path_factory.getbasetemp())
    assert book.sheets == _sheets(plan)
    book.put("offers", 4, "price", "cheap")
    told = run("check", book.save(plan))
    assert (told.code, told.stdout) == (2, "")
    assert "(offers!E4)" in told.stderr
    assert run("solve", plan, "-o", tmp_path / "run").code == 2
    book.put("offers", 4, "price", 70000)
    assert run("check", book.save(plan)).code == 0
    solved = run("solve", plan, "-o", tmp_path / "run", "--gap", "0.05", "--json")
    assert (solved.code, solved.json["status"]) == (0, "optimal")
    assert run("report", tmp_path / "run", "-o", tmp_path / "report.xlsx").code == 0
    [row] = [row for row in _sheets(tmp_path / "report.xlsx")["Inputs"]
             if row[0] == "offers" and row[1] == 2 and row[3] == "price"]  # fmt: skip
    assert row[4] == 70000


def _sheets(path: Path) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
