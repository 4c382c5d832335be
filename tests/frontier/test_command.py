"""``secondsource frontier``: what it prints, writes, refuses, and leaves when it is stopped."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from commands import run, start
from secondsource.datasets.runs import read_run
from secondsource.optimizer.frontier.search import Search, StoppedError

from .lots import case_of, drawn, front_of

TRUTH = Path(__file__).resolve().parents[1] / "data" / "truth"
FRONT = TRUTH / "pareto_aneja_nair.json"
EXPECTED = json.loads((TRUTH / "expected.json").read_text())["pareto_aneja_nair"]
OBJECTIVES = {"cost", "lead_time", "shortage", "cvar", "worst_case", "concentration"}


@pytest.fixture
def lots(tmp_path: Path) -> Path:
    """Six lots of ore, with a front of several plans."""
    path = tmp_path / "lots.json"
    path.write_text(json.dumps(case_of(drawn(0, 6))), encoding="utf-8")
    return path


def values(told: dict[str, Any], *names: str) -> list[tuple[float, ...]]:
    return [tuple(point["objectives"][name] for name in names) for point in told["points"]]


def test_the_published_front_has_exactly_its_five_corners() -> None:
    told = run("frontier", FRONT, "--exact", "--json")
    assert told.code == 0, told.stderr
    scale = EXPECTED["lead_time_scale"]
    found = [(cost, days * scale) for cost, days in values(told.json, "cost", "lead_time")]
    assert found == [pytest.approx(point, rel=1e-6) for point in EXPECTED["value"]]
    assert [point["joined"] for point in told.json["points"]] == [False, True, True, True, True]
    assert all(point["supported"] for point in told.json["points"])
    assert [point["knee"] for point in told.json["points"]] == [False, True, False, False, False]


def test_the_published_front_at_even_levels() -> None:
    told = run("frontier", FRONT, "--points", 5, "--json")
    days = [point[1] for point in values(told.json, "cost", "lead_time")]
    first, last = EXPECTED["value"][0][1], EXPECTED["value"][-1][1]
    scale = EXPECTED["lead_time_scale"]
    levels = [(first + (last - first) * step / 4) / scale for step in range(5)]
    assert days == pytest.approx(levels, rel=1e-7)


def test_json_says_what_the_format_promises_and_nothing_else_is_on_stdout(lots: Path) -> None:
    told = run("frontier", lots, "--json", "--gap", 0)
    assert told.code == 0, told.stderr
    found = told.json
    assert (found["status"], found["trade_off"]) == ("optimal", ["cost", "lead_time"])
    assert values(found, "cost") == sorted(values(found, "cost"))
    for point in found["points"]:
        assert set(point["objectives"]) == OBJECTIVES
        assert point["gap"] <= 1e-6
        assert point["run"] is None
        assert sum(point["costs"].values()) == pytest.approx(point["objectives"]["cost"])
        for name, bound in point["bounds"].items():
            assert bound <= point["objectives"][name] * (1 + 1e-9)
    assert found["points"][0]["changes"] == []


def test_ends_are_lexicographic(lots: Path) -> None:
    points = run("frontier", lots, "--json", "--gap", 0).json["points"]
    for end, order in ((points[0], ("cost", "lead_time")), (points[-1], ("lead_time", "cost"))):
        told = run("solve", lots, "--json", "--gap", 0, *(f"--minimise={name}" for name in order))
        for name in order:
            assert end["objectives"][name] == pytest.approx(told.json["objectives"][name], rel=1e-7)


def test_a_folder_holds_every_plan_and_each_is_verified(lots: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    told = run("frontier", lots, "-o", folder, "--exact", "--json", "--csv")
    assert told.code == 0, told.stderr
    points = told.json["points"]
    names = [f"point-{number:02}" for number in range(1, len(points) + 1)]
    assert [point["run"] for point in points] == [str(folder / name) for name in names]
    summary = json.loads((folder / "summary.json").read_text())
    assert [point["run"] for point in summary["points"]] == names
    for name, point in zip(names, points, strict=True):
        _, tables, own = read_run(folder / name)
        assert own["objectives"] == point["objectives"]
        assert not tables["orders"].empty or point["objectives"]["shortage"] > 0
        assert run("verify", folder / name).code == 0
    table = pd.read_parquet(folder / "frontier.parquet")
    assert table["run"].tolist() == names
    assert table["cost"].tolist() == [point["objectives"]["cost"] for point in points]
    assert len(pd.read_csv(folder / "frontier.csv")) == len(points)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["options"]["exact"] is True
    several = run("verify", folder)
    assert several.code == 2
    assert "point-01" in several.stderr


def test_a_folder_that_cannot_be_finished_leaves_the_one_before(
    lots: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "runs" / "run"
    folder.parent.mkdir()
    assert run("frontier", lots, "-o", folder, "--points", 2).code == 0
    before = sorted(path.relative_to(folder) for path in folder.rglob("*"))
    write, left = pd.DataFrame.to_parquet, 30

    def full(table: pd.DataFrame, *arguments: Any, **how: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(28, "No space left on device")
        write(table, *arguments, **how)

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    told = run("frontier", lots, "-o", folder, "--exact")
    assert told.code == 2
    assert "No space left" in told.stderr
    assert sorted(path.relative_to(folder) for path in folder.rglob("*")) == before
    assert [path.name for path in folder.parent.iterdir()] == ["run"]


def test_people_see_what_each_step_costs_and_what_changes(lots: Path) -> None:
    told = run("frontier", lots, "--exact")
    assert told.code == 0
    plans = len(front_of(drawn(0, 6), "cost", "lead_time"))
    for part in (
        f"cost against lead time: {plans} corners of the frontier",
        "the knee",
        "per day less",
        "What changes from plan to plan",
        "from lot ",
    ):
        assert part in told.stdout, part
    assert "every plan was checked" in told.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--objectives", "cost,price"), ("no objective 'price'", "lead_time", "concentration")),
        (("--objectives", "cost"), ("two or three objectives",)),
        (("--objectives", ""), ("two or three objectives",)),
        (("--objectives", "cost,cost"), ("only once",)),
        (("--objectives", "cost,lead_time,shortage,cvar"), ("two or three objectives",)),
        (("--points", "1"), ("1 points", "2 ends")),
        (("--points", "0"), ("0 points", "2 ends")),
        (("--points", "-3"), ("-3 points", "2 ends")),
        (("--points", "many"), ("'many' is not a valid integer",)),
        (("--exact", "--points", "5"), ("--exact", "leave out --points")),
        (("--exact", "--gap", "0.1"), ("--exact", "leave out --gap")),
        (("--exact", "--objectives", "cost,lead_time,shortage"), ("two objectives",)),
        (("--exact", "--objectives", "cost,concentration"), ("ratio", "ask for points")),
        (("--cap", "price=3"), ("price=3", "OBJECTIVE=NUMBER")),
        (("--scenarios", "storm"), ("storm",)),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_the_reason(
    lots: Path, options: tuple[str, ...], words: tuple[str, ...]
) -> None:
    told = run("frontier", lots, *options)
    assert told.code == 2
    assert told.stdout == ""
    for word in words:
        assert word in told.stderr
    assert "Traceback" not in told.stderr


def test_options_of_solve_hold_for_every_point(lots: Path) -> None:
    capped = run("frontier", lots, "--cap", "shortage=0", "--json", "--gap", 0)
    found = {shortage for (shortage,) in values(capped.json, "shortage")}
    assert max(found) <= 1e-9
    dearer = run("frontier", lots, "--set", "demand:*:shortage_cost=1000", "--json", "--gap", 0)
    assert max(shortage for (shortage,) in values(dearer.json, "shortage")) <= 1e-9
    assert run("frontier", lots, "--cap", "lead_time=-1", "--json").code == 3


def test_a_case_without_a_plan_exits_3(lots: Path, tmp_path: Path) -> None:
    case = json.loads(lots.read_text())
    case["demand"][0].pop("shortage_cost")
    case["demand"][0]["quantity"] = 1000
    lots.write_text(json.dumps(case))
    folder = tmp_path / "none"
    told = run("frontier", lots, "--json", "-o", folder)
    assert told.code == 3
    assert (told.json["status"], told.json["points"]) == ("infeasible", [])
    assert json.loads((folder / "summary.json").read_text())["status"] == "infeasible"
    assert "no plan exists" in run("frontier", lots).stderr


def test_an_endless_gain_exits_3_and_says_where(lots: Path) -> None:
    case = json.loads(lots.read_text())
    case["offers"].append({"offer": "gift", "site": "shop", "material": "ore", "price": -5})
    lots.write_text(json.dumps(case))
    told = run("frontier", lots, "--json")
    assert told.code == 3
    assert told.json["status"] == "unbounded"
    assert "Give it a capacity" in told.stderr


def test_without_a_trade_off_there_is_one_plan(lots: Path) -> None:
    case = json.loads(lots.read_text())
    case["offers"] = [{"offer": "best", "site": "shop", "material": "ore", "price": 1}]
    lots.write_text(json.dumps(case))
    for options in ((), ("--exact",)):
        found = run("frontier", lots, "--json", *options).json
        assert values(found, "cost", "lead_time") == [(12, 0)]
    assert "nothing to trade off" in run("frontier", lots).stdout


@pytest.mark.parametrize("options", [(), ("--exact",)], ids=["points", "exact"])
def test_when_time_runs_out_the_points_found_so_far_are_left(
    lots: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    """Time that runs out at the ninth solve, whatever the machine."""
    solve = Search._run

    def limited(search: Search, *arguments: Any) -> Any:
        if search.solves >= 8:
            raise StoppedError
        return solve(search, *arguments)

    whole = run("frontier", lots, "--json", *options).json
    monkeypatch.setattr(Search, "_run", limited)
    told = run("frontier", lots, "--json", *options)
    assert told.code == 4
    assert told.json["status"] == "feasible"
    assert 2 <= len(told.json["points"]) < len(whole["points"])
    every = [pytest.approx(one, rel=1e-4) for one in values(whole, "cost", "lead_time")]
    some = values(told.json, "cost", "lead_time")
    assert some[0] == every[0]
    assert some[-1] == every[-1]
    assert "stopped early" in run("frontier", lots, *options).stdout


def test_no_time_at_all_leaves_nothing_and_exits_5(lots: Path) -> None:
    told = run("frontier", lots, "--json", "--time-limit", 1e-9)
    assert told.code == 5
    assert (told.json["status"], told.json["points"]) == ("no_solution", [])


@pytest.mark.slow
def test_ctrl_c_leaves_the_points_found_so_far(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    process = start("frontier", "quickstart", "--points", 400, "--gap", 0, "-o", folder, "--json")
    time.sleep(9)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=240)
    assert process.returncode == 4, stderr
    points = json.loads(stdout)["points"]
    assert 2 <= len(points) < 400
    assert run("verify", points[1]["run"]).code == 0
