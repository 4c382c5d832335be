"""Workbooks of small plans, and what a spreadsheet program makes of them."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook

Rows = list[list[Any]]
PARTS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells(book: Path, sheet: str) -> Rows:
    """Values of a sheet, from its first cell on."""
    found = CalamineWorkbook.from_path(str(book)).get_sheet_by_name(sheet)
    return [list(row) for row in found.to_python(skip_empty_area=False)]


def value(rows: Rows, words: str, at: int = 1) -> Any:
    """A cell of the row that begins with some words."""
    [row] = [row for row in rows if row and row[0] == words]
    return row[at]


def formulas(book: Path) -> list[str]:
    """Every formula of a workbook."""
    found = []
    with zipfile.ZipFile(book) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                tree = ElementTree.fromstring(archive.read(name))
                found += [str(one.text) for one in tree.iter(f"{PARTS}f")]
    return found


def without_values(book: Path, target: Path, *, choose: str = "") -> Path:
    """A copy whose formulas have no values, so that whoever shows them must compute them.

    ``choose`` puts another future into the cell of the cash flow that chooses it.
    """
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(target, "w") as new:
        texts = [
            "".join(part.text or "" for part in one.iter(f"{PARTS}t"))
            for one in ElementTree.fromstring(old.read("xl/sharedStrings.xml"))
        ]
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                content = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", content)
                every = texts.index("Expected (all futures)")
                if choose and b"dataValidation" in content:
                    number = str(texts.index(choose)).encode()
                    pattern = rb'(<c r="B6"[^>]*><v>)%d(</v>)' % every
                    content, count = re.subn(pattern, rb"\g<1>" + number + rb"\2", content)
                    assert count == 1
            new.writestr(name, content)
    return target


def recalculated(folder: Path, *books: Path) -> list[Path]:
    """Workbooks as LibreOffice saves them once it has computed them."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("LibreOffice is not installed: neither soffice nor libreoffice is on the path")
    target = folder / "recalculated"
    command = [program, f"-env:UserInstallation=file://{folder}/profile", "--headless",
               "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", target,
               *books]  # fmt: skip
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr
    return [target / book.name for book in books]
