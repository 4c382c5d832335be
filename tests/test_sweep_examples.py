"""The examples of a sweep run as they stand: the script, then the notebook in its run folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the examples, with the sweep of the script in it."""
    if shutil.which("jq") is None:
        pytest.skip("the script needs jq")
    copy = tmp_path_factory.mktemp("examples") / "examples"
    shutil.copytree(EXAMPLES, copy, ignore=shutil.ignore_patterns("*.run", "*.json"))
    return copy


@pytest.fixture(scope="module")
def script(folder: Path) -> list[list[str]]:
    """What the script prints, by line and field."""
    command = folder / "bin" / "secondsource"
    command.parent.mkdir()
    start = "from secondsource.cli.main import main; main()"
    command.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{start}' \"$@\"\n")
    command.chmod(0o755)
    done = subprocess.run(
        ["sh", "sweep.sh"], cwd=folder, capture_output=True, text=True, check=True, timeout=600,
        env=os.environ | {"PATH": f"{command.parent}:{os.environ['PATH']}"},
    )  # fmt: skip
    return [line.split("\t") for line in done.stdout.splitlines()]


def test_the_script_goes_on_until_all_is_done_and_reads_the_json(script: list[list[str]]) -> None:
    assert [row[0] for row in script] == [
        "oxide prices 0.8", "oxide prices 1.5", "motor demand 0.8", "motor demand 1.2",
        "oxide stockpile 0", "oxide stockpile 120", "the ban suspended",
    ]  # fmt: skip
    assert {row[1] for row in script} == {"optimal"}
    more = [int(row[2]) for row in script]
    assert more[0] < 0 < more[1] and more[2] < 0 < more[3] and more[4] > 0 > more[6]
    assert "no build Grenoble-recycling" in script[6][3]


def test_the_notebook_runs_and_solves_nothing_again(folder: Path, script: list[list[str]]) -> None:
    cells = json.loads((folder / "sweep.ipynb").read_text())["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert len(code) == 5 and all(not cell.get("outputs") for cell in cells)
    shown = "\n".join(_showing(cell) for cell in code)
    done = subprocess.run(
        [sys.executable, "-c", shown + "\nprint('from ledger', found.found)"], cwd=folder,
        capture_output=True, text=True, check=True, timeout=600,
    )  # fmt: skip
    assert done.stdout.startswith("complete 39")
    assert "from ledger 8" in done.stdout, "seven points and the base"
    inputs = [
        line.split("  ")[0] for line in done.stdout.splitlines()
        if line.startswith(("motor demand ", "oxide prices ", "the ban ", "oxide stockpile "))
    ]  # fmt: skip
    assert inputs[:2] == ["motor demand", "oxide prices"], "widest swing first"
    assert len(script) == 7


def _showing(cell: str) -> str:
    """A cell whose last expression is printed, as a notebook shows it."""
    *before, last = cell.split("\n")
    return "\n".join([*before, f"print({last})" if not last.startswith("}") else last])
