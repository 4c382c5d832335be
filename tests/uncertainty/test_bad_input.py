"""A tree that cannot be is refused with table, row and column."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands import run

from .futures import Data, gamble


def third(**columns: Any) -> Data:
    """A future more."""
    return {"scenario": "third", "probability": 0.0, "parent": "calm", "branches_at": 2} | columns


def edited(**edit: Any) -> Data:
    """The gamble with something wrong: rows of a table by their number, or a setting."""
    data = gamble()
    for name, value in edit.items():
        table, _, row = name.partition("_")
        if table == "case":
            data["case"] |= value
        elif row:
            data[table][int(row) - 1] |= value
        else:
            data[table].append(value)
    return data


@pytest.mark.parametrize(
    ("edit", "where", "says"),
    [
        ({"scenarios_2": {"probability": 0.5}}, "scenarios row 2, probability", "add up to 1.25"),
        ({"scenarios_2": {"probability": None}}, "scenarios row 2, probability", "is blank"),
        ({"scenarios_1": {"probability": -0.25}}, "scenarios row 1, probability", "-0.25"),
        ({"scenarios_1": {"probability": "half"}}, "scenarios row 1, probability", "half"),
        ({"changes_1": {"start": 1}}, "changes row 1, start", "branches"),
        ({"scenarios_2": {"branches_at": 1}}, "scenarios row 2, branches_at", "periods 2 to 2"),
        ({"scenarios_2": {"branches_at": None}}, "scenarios row 2, branches_at",
         "when it branches"),
        ({"scenarios": third(parent="clam")}, "scenarios row 3, parent", "calm"),
        ({"scenarios_1": {"parent": "dear", "branches_at": 2}}, "scenarios row 1, parent",
         "descends from itself"),
        ({"changes_1": {"scenario": "deer"}}, "changes row 1, scenario", "dear"),
        ({"case": {"cvar_level": 1}}, "[case] cvar_level", "1"),
        ({"case": {"risk_weight": 1.5}}, "[case] risk_weight", "1.5"),
    ],
)  # fmt: skip
def test_a_tree_that_cannot_be(tmp_path: Path, edit: dict[str, Any], where: str, says: str) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(edited(**edit)))
    found = run("risk", file)
    text = " ".join((found.stdout + found.stderr).split())
    assert found.code == 2
    assert where in text and says in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--alpha", "1"), "--alpha"),
        (("--alpha", "-0.1"), "--alpha"),
        (("--risk-weight", "1.01"), "--risk-weight"),
        (("--risk-weight", "nan"), "--risk-weight"),
        (("--risk-weight", "0.5", "--minimise", "lead_time"), "--risk-weight"),
        (("--scenarios", "deer"), "no scenario 'deer'; the case has calm, dear"),
    ],
)
def test_options_of_solve_out_of_range(
    tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(gamble()))
    found = run("solve", file, *options)
    assert found.code == 2
    assert words in " ".join(found.stderr.split())


def test_options_of_solve_are_those_of_the_case(tmp_path: Path) -> None:
    """--alpha and --risk-weight are settings, so that the run can be checked again."""
    file, run_folder = tmp_path / "case.json", tmp_path / "run"
    file.write_text(json.dumps(gamble()))
    found = run("solve", file, "--alpha", "0.75", "--risk-weight", "0.5", "--json", "--gap", 0,
                "-o", run_folder)  # fmt: skip
    assert found.code == 0, found.stderr
    assert found.json["objectives"]["mean_risk"] == found.json["objective"] == pytest.approx(40)
    settings = json.loads((run_folder / "case.json").read_text())["case"]
    assert (settings["cvar_level"], settings["risk_weight"]) == (0.75, 0.5)
    assert run("verify", run_folder).code == 0


def test_a_sweep_knows_no_regret(tmp_path: Path) -> None:
    file, sweep = tmp_path / "case.json", tmp_path / "sweep.toml"
    file.write_text(json.dumps(gamble()))
    sweep.write_text(
        '[sweep]\ndesign = "grid"\n[[inputs]]\nname = "price"\ntable = "offers"\nkey = "ahead"\n'
        'field = "price"\nvalues = [3, 4]\n'
    )
    found = run("sweep", file, sweep, "--minimise", "regret", "-o", tmp_path / "out")
    assert found.code == 2
    assert "regret compares with the best plan of each future alone" in found.stderr
