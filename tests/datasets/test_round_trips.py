"""Folder, workbook and JSON hold the same case, whichever it is read from or written to."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from case_strategies import cases, rows
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from secondsource.datasets.load import load_case, read_raw
from secondsource.datasets.parse import parse
from secondsource.datasets.save import save_case
from secondsource.models.case import TABLES, Case

FORMS = ("case_folder", "case.xlsx", "case.json")


def reread(case: Case, path: Path) -> Case:
    parsed = parse(read_raw(save_case(case, path)))
    assert parsed.problems == []
    return parsed.case


@given(case=cases())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_random_cases_survive_every_form_in_turn(case: Case) -> None:
    with tempfile.TemporaryDirectory() as home:
        found = case
        for form in FORMS:
            found = reread(found, Path(home) / form)
            assert found == case, form
        assert reread(found, Path(home) / "again") == case


@given(content=st.fixed_dictionaries({table: st.tuples(rows(table)) for table in TABLES}))
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_random_row_in_every_table(content: dict[str, tuple[object]]) -> None:
    case = Case(**{table: list(found) for table, found in content.items()})
    with tempfile.TemporaryDirectory() as home:
        for form in FORMS:
            assert reread(case, Path(home) / form) == case


@pytest.mark.parametrize("form", FORMS)
def test_the_quickstart_case(form: str, tmp_path: Path) -> None:
    case = load_case("quickstart")
    assert load_case(save_case(case, tmp_path / form)) == case


def test_an_older_table_does_not_linger(tmp_path: Path) -> None:
    case = load_case("quickstart")
    save_case(case, tmp_path)
    assert (tmp_path / "policies.csv").exists()
    smaller = case.model_copy(update={"policies": []})
    assert load_case(save_case(smaller, tmp_path)) == smaller


def test_semicolons_and_a_byte_order_mark(tmp_path: Path) -> None:
    case = load_case("quickstart")
    save_case(case, tmp_path)
    (tmp_path / "processes.csv").write_bytes(
        b"\xef\xbb\xbfprocess;stage;name\r\n"
        b"cast-alloy;Alloy ;Metal making and strip casting\r\n"
        b";;\r\n"
        b"make-magnet;magnet;Sintering and machining\r\n"
        b"recycle;recycling;Scrap to oxide\r\n"
    )
    found = load_case(tmp_path).processes
    assert [(row.process, row.stage, row.name) for row in found] == [
        (row.process, row.stage, row.name) for row in case.processes
    ]


def test_whole_numbers_stay_neat_in_csv(tmp_path: Path) -> None:
    save_case(load_case("quickstart"), tmp_path)
    header, first = (tmp_path / "offers.csv").read_text("utf-8").splitlines()[:2]
    assert header.startswith("offer,site,material,supplier,price,capacity,")
    assert first.startswith("Baotou-oxide,Aachen,NdPr-oxide,Baotou Oxides,72000,60,")
