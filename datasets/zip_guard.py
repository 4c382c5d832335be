"""What an .xlsx file is before anybody parses it: not a zip bomb, not a sheet of endless blanks.

A workbook is a zip archive of XML. Its parts are unpacked here once, in pieces and counted, so that
what the archive claims about itself need not be believed. The same pass finds the farthest cell of
each sheet (a lone cell at XFD1048576 would make a reader allocate seventeen billion cells) and
cells that hold a spreadsheet error, or a formula without a value, which readers otherwise hand on
as blanks.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from html import unescape
from pathlib import Path

from .files import UnsafeFileError

LARGEST_UNPACKED = 1 * 2**30
"""Bytes that the parts of a workbook may have together."""
LARGEST_RATIO = 300
"""How much smaller than its content a large part may be packed."""
MOST_CELLS = 30_000_000
"""Cells of the rectangle from A1 to the farthest cell of a sheet."""

_PIECE = 2**20
_OVERLAP = 20_000
"""Bytes of a part looked at twice; a formula has at most 8,192 characters."""
_CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=[\"']([A-Z]{1,3})(\d{1,7})[\"'][^>]*>")
_EMPTY_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ADDRESS = re.compile(rb"\br=[\"']([A-Z]{1,3}\d{1,7})[\"']")
ERROR, NOT_CALCULATED = "error", "not calculated"
"""What may be wrong with a cell."""
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br=[\"'](\d{1,7})[\"']")
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_ATTRIBUTE = re.compile(r"([\w:]+)=[\"']([^\"']*)[\"']")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")


def inspect(path: Path) -> dict[str, dict[str, str]]:
    """Refuse a workbook that is dangerous to read; sheet -> cell (such as F14) -> what is wrong.

    Raises:
        UnsafeFileError: not a workbook, or too large once unpacked.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            faults = _inspect_parts(archive)
            return {
                sheet: faults[part] for sheet, part in _sheets(archive).items() if faults.get(part)
            }
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise UnsafeFileError(f"is not a readable .xlsx workbook ({error})") from None


def _inspect_parts(archive: zipfile.ZipFile) -> dict[str, dict[str, str]]:
    faults: dict[str, dict[str, str]] = {}
    total = 0
    for part in archive.infolist():
        ratio = part.file_size / max(part.compress_size, 1)
        total += part.file_size
        if total > LARGEST_UNPACKED or (part.file_size > 2 * _PIECE and ratio > LARGEST_RATIO):
            raise UnsafeFileError("unpacks to an unreasonable size; it looks like a zip bomb")
        is_sheet = part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml")
        farthest_row = farthest_column = 1
        tail = b""
        with archive.open(part) as file:
            while piece := file.read(_PIECE):
                if not is_sheet:
                    continue
                window = tail + piece
                for letters, row, cell in _cells(window):
                    farthest_row = max(farthest_row, row)
                    farthest_column = max(farthest_column, _number(letters))
                    if b't="e"' in cell or b"t='e'" in cell:
                        faults.setdefault(part.filename, {})[f"{letters.decode()}{row}"] = ERROR
                for empty in _not_calculated(window):
                    faults.setdefault(part.filename, {})[empty] = NOT_CALCULATED
                rows = [int(found[1]) for found in _ROW.finditer(window)]
                farthest_row = max([farthest_row, *rows])
                tail = window[-_OVERLAP:]
                if farthest_row * farthest_column > MOST_CELLS:
                    raise UnsafeFileError(
                        f"has a cell at row {farthest_row}, column {farthest_column} of a sheet; "
                        "delete what stands far outside the tables"
                    )
    return faults


def _not_calculated(window: bytes) -> list[str]:
    """Cells whose formula has no value. A text may be empty; a number may not."""
    if b"<f" not in window and b":f" not in window:
        return []
    return [
        address[1].decode()
        for found in _EMPTY_FORMULA.finditer(window)
        if b'"str"' not in found[1] and (address := _ADDRESS.search(found[1]))
    ]


def _cells(window: bytes) -> list[tuple[bytes, int, bytes]]:
    return [(found[1], int(found[2]), found[0]) for found in _CELL.finditer(window)]


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name -> its part of the archive."""
    try:
        book = archive.read("xl/workbook.xml").decode("utf-8")
        links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        raise UnsafeFileError("is not a readable .xlsx workbook") from None
    targets = {}
    for found in _RELATION.findall(links):
        attributes = dict(_ATTRIBUTE.findall(found))
        target = attributes.get("Target", "").removeprefix("/").removeprefix("xl/")
        targets[attributes.get("Id", "")] = "xl/" + target
    sheets = {}
    for found in _SHEET.findall(book):
        attributes = dict(_ATTRIBUTE.findall(found))
        sheets[unescape(attributes.get("name", ""))] = targets.get(attributes.get("r:id", ""), "")
    return sheets
