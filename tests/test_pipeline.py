"""From a case to a run folder: limits, interrupts, refusals, and what is left behind."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from copy import deepcopy
from pathlib import Path
from typing import Any

import highspy
import pandas as pd
import pytest
from commands import run, start
from secondsource.optimizer import guard

TRUTH = Path(__file__).resolve().parent / "data" / "truth"
COPIES, OPTIMUM = 3, 3 * 14190


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three times the published ufl_D1.1 in one case: minutes of work, with a known optimum."""
    one = json.loads((TRUTH / "ufl_D1.1.json").read_text())
    case: dict[str, Any] = {key: one[key] for key in ("case", "materials")}
    for table in ("sites", "offers", "lanes", "demand"):
        case[table] = [
            row | {key: f"{row[key]} {copy}" for key in row.keys() & NAMES}
            for copy in range(COPIES)
            for row in one[table]
        ]
    path = tmp_path_factory.mktemp("hard") / "hard.json"
    path.write_text(json.dumps(case), encoding="utf-8")
    return path


NAMES = {"site", "offer", "lane", "from", "to"}


def small(folder: Path, **columns: Any) -> Path:
    """Two units of ore at one shop, with an offer that a test describes."""
    case = {
        "case": {"name": "small"},
        "materials": [{"material": "ore"}],
        "sites": [{"site": "shop", "country": "DE"}],
        "offers": [{"offer": "a", "site": "shop", "material": "ore", "price": 3} | columns],
        "demand": [{"site": "shop", "material": "ore", "quantity": 2}],
    }
    path = folder / "small.json"
    path.write_text(json.dumps(case), encoding="utf-8")
    return path


def started_solving(*arguments: object, model: Path) -> subprocess.Popen[str]:
    """A solve in its own process, once its model is written and the search begins."""
    process = start("solve", *arguments, "--write-model", model)
    until = time.monotonic() + 60
    while not model.exists() and time.monotonic() < until:
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.05)
    return process


def assert_true_gap(found: dict[str, Any]) -> None:
    """The known optimum lies between bound and plan, and the gap is what lies between them."""
    assert found["status"] == "feasible"
    assert found["bound"] - 1e-6 <= OPTIMUM <= found["objective"] + 1e-6
    expected = (found["objective"] - found["bound"]) / found["objective"]
    assert found["gap"] == pytest.approx(expected)
    assert found["gap"] > 1e-4


def test_a_time_limit_gives_the_best_plan_with_its_true_gap_and_exit_code_4(hard: Path) -> None:
    told = run("solve", hard, "--json", "--gap", 0, "--time-limit", 3)
    assert told.code == 4, told.stderr
    assert_true_gap(told.json)
    assert told.json["solve_seconds"] < 6


def test_no_time_at_all_gives_no_plan_and_exit_code_5(hard: Path) -> None:
    told = run("solve", hard, "--json", "--time-limit", 1e-6)
    assert told.code == 5, told.stderr
    assert told.json["status"] == "no_solution"
    assert told.json["objective"] is None
    assert told.json["objectives"] == {}


def test_ctrl_c_gives_the_best_plan_and_exit_code_4(hard: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    process = started_solving(hard, "-o", folder, "--json", "--gap", 0, model=tmp_path / "m.mps")
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 4, stderr
    assert_true_gap(json.loads(stdout))
    assert json.loads((folder / "summary.json").read_text())["status"] == "feasible"
    assert run("verify", folder).code == 0


def test_a_killed_solve_leaves_no_run_behind(hard: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    process = started_solving(hard, "-o", runs / "run", model=tmp_path / "m.mps")
    process.kill()
    process.communicate()
    assert list(runs.iterdir()) == []


def test_a_run_that_cannot_be_finished_leaves_the_one_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "runs" / "run"
    folder.parent.mkdir()
    assert run("solve", small(tmp_path), "-o", folder).code == 0
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    told = run("solve", small(tmp_path, price=4), "-o", folder)
    assert told.code == 2
    assert "No space left" in told.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == ["run"]


def test_an_infeasible_case_exits_3_and_names_the_demand(tmp_path: Path) -> None:
    path = small(tmp_path, capacity=1.5)
    told = run("solve", path, "--json")
    assert told.code == 3
    assert (told.json["status"], told.json["objective"]) == ("infeasible", None)
    why = " ".join(told.json["why"])
    assert "ore" in why
    assert "shop" in why
    assert "0.5" in why
    assert "shop" in run("solve", path).stderr


@pytest.mark.parametrize("name", ["gams_trnsport", "williams_dist2", "farmer", "gams_bid"])
@pytest.mark.parametrize("form", ["mps", "lp"])
def test_the_written_model_has_the_optimum_of_the_case(
    name: str, form: str, tmp_path: Path
) -> None:
    file = tmp_path / f"model.{form}"
    found = run("solve", TRUTH / f"{name}.json", "--json", "--gap", 0, "--write-model", file).json
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # not annotated by highspy
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("mip_rel_gap", 0.0)
    assert solver.readModel(str(file)) == highspy.HighsStatus.kOk
    solver.run()
    assert solver.getInfo().objective_function_value == pytest.approx(found["objective"], rel=1e-7)
    assert (solver.getNumCol(), solver.getNumRow()) == (found["variables"], found["rows"])
    names = [solver.getColName(at)[1] for at in range(solver.getNumCol())]
    assert any(name.startswith("buy") for name in names)


def test_a_case_past_the_size_limit_is_refused_politely_unless_forced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = TRUTH / "gams_trnsport.json"
    optimum = run("solve", case, "--json").json["objective"]
    monkeypatch.setattr(guard, "MOST_VARIABLES", 5)
    told = run("solve", case)
    assert told.code == 2
    for part in ("variables", "GB", "limit is 5", "--force", "Narrow"):
        assert part in told.stderr
    assert "Traceback" not in told.stderr
    assert run("solve", case, "--json", "--force").json["objective"] == pytest.approx(optimum)


def test_numbers_far_apart_are_told_by_table_row_and_column(tmp_path: Path) -> None:
    path = small(tmp_path)
    case = json.loads(path.read_text())
    case["offers"].append(deepcopy(case["offers"][0]) | {"offer": "b", "price": 1e-4})
    case["demand"][0]["shortage_cost"] = 5e6
    path.write_text(json.dumps(case), encoding="utf-8")
    told = run("solve", path)
    assert told.code == 0
    assert "offers row 2, price (0.0001)" in told.stderr
    assert "demand row 1, shortage_cost (5e+06)" in told.stderr
    case["offers"].pop()
    path.write_text(json.dumps(case), encoding="utf-8")
    assert "apart" not in run("solve", path).stderr
