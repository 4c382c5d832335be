"""`secondsource schema` says what the case format is: what may be written passes, nothing else."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from commands import run
from jsonschema import Draft202012Validator
from oracle.random_cases import random_case
from pydantic import ValidationError
from secondsource.datasets.bundled import bundled_names
from secondsource.datasets.load import load_case
from secondsource.datasets.save import save_case
from secondsource.models.case import TABLES, columns


@cache
def validator() -> Draft202012Validator:
    """The schema that the command prints."""
    schema = run("schema").json
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def as_written(case: Any, folder: Path) -> dict[str, Any]:
    """A case as it stands in a JSON file."""
    path = folder / "case.json"
    save_case(case, path)
    written: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return written


@pytest.mark.parametrize("name", bundled_names())
def test_every_bundled_case_is_as_the_schema_says(name: str, tmp_path: Path) -> None:
    errors = list(validator().iter_errors(as_written(load_case(name), tmp_path)))
    assert errors == []


@pytest.mark.parametrize("seed", range(5))
def test_random_cases_are_as_the_schema_says(seed: int) -> None:
    assert list(validator().iter_errors(random_case(seed))) == []


def test_every_column_of_every_table_is_there_with_its_meaning() -> None:
    parts = run("schema").json["$defs"]
    for table, model in TABLES.items():
        fields = columns(model)
        assert set(parts[table]["properties"]) == set(fields)
        assert set(parts[table].get("required", ())) == {
            name for name, field in fields.items() if field.is_required()
        }
        assert all(cell["description"] for cell in parts[table]["properties"].values())


ROWS: list[tuple[str, dict[str, Any], bool]] = [
    ("materials", {"material": "oxide", "price": 3}, True),
    ("materials", {"material": "oxide", "price": "1/3"}, True),
    ("materials", {"material": "oxide", "price": None, "note": None}, True),
    ("materials", {"material": "oxide", "form": "Oxide of course"}, False),
    ("materials", {"material": "oxide", "prize": 3}, False),
    ("materials", {"price": 3}, False),
    ("materials", {"material": "@oxide"}, False),
    ("materials", {"material": "a;b"}, False),
    ("materials", {"material": "oxide", "price": "much"}, False),
    ("materials", {"material": "oxide", "price": "inf"}, False),
    ("lanes", {"lane": "sea", "capacity": "inf"}, True),
    ("lanes", {"lane": "sea", "capacity": -1}, False),
    ("lanes", {"lane": "sea", "start": "2027-04"}, True),
    ("lanes", {"lane": "sea", "start": "2027-13"}, False),
    ("lanes", {"lane": "sea", "start": 0}, False),
    ("expansions", {"plant": "p", "module_capacity": 1, "continuous": "yes"}, True),
    ("expansions", {"plant": "p", "module_capacity": 1, "continuous": "maybe"}, False),
    ("expansions", {"plant": "p", "module_capacity": 1, "build_periods": 1.5}, False),
    ("controls", {"control": "ban", "kind": "export", "policy": "prohibited"}, True),
    ("controls", {"control": "ban", "kind": "exports"}, False),
    ("lanes", {"lane": "sea", "end": 0}, True),
]


@pytest.mark.parametrize(("table", "row", "good"), ROWS)
def test_a_row_passes_the_schema_where_the_reader_takes_it(
    table: str, row: dict[str, Any], good: bool
) -> None:
    """The schema and the reader of a case agree on what a cell may be."""
    assert Draft202012Validator(run("schema", table).json).is_valid(row) == good
    try:
        TABLES[table].model_validate(row)
    except ValidationError:
        assert not good
    else:
        assert good


def test_a_table_that_does_not_exist_is_told_with_the_nearest_name() -> None:
    told = run("schema", "ofers")
    assert told.code == 2
    assert "did you mean offers?" in told.stderr


def test_json_is_one_line_of_the_same() -> None:
    pretty, short = run("schema", "sites"), run("schema", "sites", "--json")
    assert pretty.json == short.json
    assert short.stdout.count("\n") == 1
