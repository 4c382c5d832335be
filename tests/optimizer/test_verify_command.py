"""`secondsource verify RUN`: what it prints and how it exits."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner, Result
from secondsource.cli.verify import verify

from .plans import CHAIN, CHAIN_COST, Tables, case_of, chain_plan
from .test_verify import set_cells


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, plan: Tables, *options: str) -> Result:
    """The command on a folder whose content is the chain with the given plan."""
    runs = ModuleType("secondsource.datasets.runs")
    summary = {"scenarios": None, "objectives": {"cost": CHAIN_COST}}
    setattr(runs, "read_run", lambda _: (case_of(CHAIN), plan, summary))  # noqa: B010  # a module
    monkeypatch.setitem(sys.modules, "secondsource.datasets.runs", runs)
    return CliRunner().invoke(verify, [str(folder), *options])


def test_a_right_plan_exits_0(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result = run(monkeypatch, tmp_path, chain_plan())
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert "the plan holds" in result.stderr


def test_a_wrong_plan_exits_1_and_names_the_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plan = chain_plan()
    set_cells(plan, "orders", 0, tariff=0)
    result = run(monkeypatch, tmp_path, plan)
    assert result.exit_code == 1
    assert "WRONG tariffs" in result.stderr
    assert "offers row 1 (cn-oxide), oxide at works, period 1: 0 instead of 40" in result.stderr


def test_json_is_one_object(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plan = chain_plan()
    set_cells(plan, "stock", 0, level=9)
    result = run(monkeypatch, tmp_path, plan, "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["ok"] is False
    assert told["objectives"]["cost"] == pytest.approx(CHAIN_COST, rel=0.1)
    assert {check["kind"] for check in told["checks"] if not check["ok"]} >= {"stock"}
