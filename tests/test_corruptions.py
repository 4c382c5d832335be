"""Every way to spoil a case ends in a short message with its place and its remedy."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from corruption import Corruption, spoil
from corruptions_of_cells import CELLS, FILES, NAMES
from corruptions_of_meaning import CHANGES, RULES, TIME
from secondsource.cli.check import check
from secondsource.datasets.load import load_case, read_case
from secondsource.datasets.save import save_case
from secondsource.models.problems import CaseError

ALL = [*FILES, *CELLS, *NAMES, *TIME, *CHANGES, *RULES]


def test_there_are_many_and_each_is_one_of_a_kind() -> None:
    assert len(ALL) >= 75
    assert len({(corruption.where, corruption.says) for corruption in ALL}) > 75


def test_the_unspoilt_case_has_no_problems() -> None:
    assert read_case("quickstart")[1] == []


@pytest.mark.parametrize("corruption", ALL, ids=lambda corruption: corruption.name)
def test_corruption_is_told(corruption: Corruption, tmp_path: Path) -> None:
    folder = spoil(tmp_path / "case", corruption)
    result = CliRunner().invoke(check, [str(folder)])
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    lines = [line for line in result.stderr.splitlines() if corruption.where in line]
    assert lines, result.stderr
    assert any(all(piece in line for piece in corruption.says) for line in lines), result.stderr
    assert len(result.stderr.splitlines()) <= 45
    assert "Traceback" not in result.stderr
    assert all(len(line) < 400 for line in result.stderr.splitlines())


@pytest.mark.parametrize("corruption", [CELLS[0], NAMES[7]], ids=lambda c: c.name)
def test_nothing_else_is_complained_of(corruption: Corruption, tmp_path: Path) -> None:
    assert len(read_case(spoil(tmp_path / "case", corruption))[1]) == 1


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    together = Corruption(
        "together",
        (*CELLS[0].edits, *NAMES[3].edits, *NAMES[8].edits, *CHANGES[1].edits, *RULES[0].edits),
        "",
        (),
    )
    with pytest.raises(CaseError) as raised:
        load_case(spoil(tmp_path / "case", together))
    told = {(problem.table, problem.row, problem.column) for problem in raised.value.problems}
    assert told >= {
        ("offers", 3, "lead_days"),
        ("plants", 1, "site"),
        ("lanes", 3, "to"),
        ("changes", 1, "field"),
        ("controls", 1, "pedigree"),
    }


def test_json_tells_the_same(tmp_path: Path) -> None:
    folder = spoil(tmp_path / "case", CELLS[0])
    result = CliRunner().invoke(check, [str(folder), "--json"])
    assert result.exit_code == 2
    assert result.stderr == ""
    told = json.loads(result.stdout)
    assert (told["ok"], told["errors"], told["warnings"]) == (False, 1, 0)
    assert told["problems"][0] == {
        "level": "error",
        "table": "offers",
        "row": 3,
        "column": "lead_days",
        "value": "3 weeks",
        "message": '"3 weeks" is not a number',
        "remedy": "days, e.g. 21",
        "place": "offers.csv line 4",
    }


def test_in_a_process_of_its_own(tmp_path: Path) -> None:
    folder = spoil(tmp_path / "case", RULES[10])
    program = "import sys; from secondsource.cli.check import check; check(sys.argv[1:])"
    result = subprocess.run(
        [sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert "from nothing" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_workbook_names_the_cell(tmp_path: Path) -> None:
    book = tmp_path / "case.xlsx"
    case = load_case("quickstart")
    offers = [*case.offers]
    offers[3] = offers[3].model_copy(update={"material": "NdPr-oxyde"})
    save_case(case.model_copy(update={"offers": offers}), book)
    result = CliRunner().invoke(check, [str(book)])
    assert result.exit_code == 2
    assert 'offers row 4, material: there is no material "NdPr-oxyde"' in result.stderr
    assert "(offers!C6)" in result.stderr
