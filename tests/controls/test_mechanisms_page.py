"""docs/mechanisms.md names tables, columns and tests that exist, and leaves no claim out."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from secondsource.models.case import TABLES, CaseSettings, SolveSettings, columns
from secondsource.models.describe import choices

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent.parent / "docs" / "mechanisms.md"
MODELS = {**TABLES, "case": CaseSettings, "solve": SolveSettings}
CLAIMS = {"0": 33, "1": 27, "2": 22, "3": 30, "4": 37, "5": 10, "6": 12}
"""Claims collected from each of the five texts, and contradictions between them and the record."""
UNSUPPORTED = {"3.2", "3.8", "3.9", "3.15", "6.1", "6.2", "6.5"}
"""Claims that the collection itself calls wrong, or finds no support for."""


def rows() -> dict[str, list[str]]:
    """Number of a claim -> the other cells of its row."""
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if re.match(r"^\| \d+\.\d+ \|", line):
            number, *cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
            found[number] = cells
    return found


@cache
def names_of_tests(file: str) -> set[str]:
    """Names of the tests of a file, methods as ``Class::test``."""
    tree = ast.parse((HERE / file).read_text(encoding="utf-8"))
    found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            inside = (part.name for part in node.body if isinstance(part, ast.FunctionDef))
            found |= {f"{node.name}::{name}" for name in inside}
    return found


def test_every_claim_has_its_row() -> None:
    expected = [f"{text}.{at}" for text, count in CLAIMS.items() for at in range(1, count + 1)]
    assert list(rows()) == expected


@pytest.mark.parametrize("number", rows())
def test_a_row_names_columns_and_tests_that_exist(number: str) -> None:
    claim, represented, shown = rows()[number]
    assert len(claim) > 10
    tests = re.findall(r"`(test_\w+\.py)::([\w:]+)`", shown)
    if number in UNSUPPORTED:
        assert represented == "—"
        assert len(shown) > 30, "a reason"
    else:
        assert named_columns(represented), "no table.column is named"
        assert tests, "no test is named"
    for file, test in tests:
        assert test.split("::")[-1].startswith("test_")
        assert test in names_of_tests(file), f"{file} has no {test}"
    for table, column, word in named_columns(represented + shown):
        assert column in columns(MODELS[table]), f"{table} has no column {column}"
        if word:
            assert word in choices(columns(MODELS[table])[column].annotation), f"{column}={word}"


def named_columns(cell: str) -> list[tuple[str, str, str]]:
    """Table, column and word of each ``table.column`` or ``table.column=word`` of a cell."""
    named = re.findall(r"`([a-z_]+)\.([a-z_]+)(?:=(\w+))?`", cell)
    return [name for name in named if name[0] != "test_traps"]


def test_at_least_fifty_tests_are_named() -> None:
    named = {
        test for _, _, shown in rows().values() for test in re.findall(r"`(test_[^`]+)`", shown)
    }
    assert len(named) >= 50


def test_the_page_says_where_the_claims_come_from() -> None:
    head = PAGE.read_text(encoding="utf-8").split("\n## ")[0]
    assert "five secondary texts" in head
    assert "/work" not in head
