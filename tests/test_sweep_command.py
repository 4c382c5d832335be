"""``secondsource sweep`` as planners and scripts meet it."""

from __future__ import annotations

import csv
import json
import pickle
import sqlite3
from pathlib import Path

import pandas as pd
import pytest
from commands import run
from secondsource.cli.sweep_progress import EVERY, SweepProgress
from secondsource.datasets.runs import read_run
from secondsource.models.sweep_results import CHANGED_COLUMNS, POINT_COLUMNS
from secondsource.optimizer.sweep.points import Tally
from sweeps import BAN, DEMAND, PRICE, SHOP, shop_file
from test_startup import HEAVY, loaded_by


def toml(folder: Path, head: str, *inputs: dict[str, object]) -> Path:
    """A sweep file."""
    path = folder / "sweep.toml"
    parts = [head] + [
        "[[inputs]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in one.items())
        for one in inputs
    ]
    path.write_text("\n".join(parts))
    return path


TORNADO = '[sweep]\ndesign = "one_at_a_time"\n[solve]\ngap = 0\n'
SAMPLE = '[sweep]\ndesign = "sobol"\npoints = 8\nseed = 1\n{}\n[solve]\ngap = 0\n'
PRICE_RANGE = PRICE | {"low": 6, "high": 20}
DEMAND_RANGE = DEMAND | {"low": 0.9, "high": 1.1}


def test_a_tornado_on_a_terminal(tmp_path: Path) -> None:
    file = toml(tmp_path, TORNADO, PRICE_RANGE, DEMAND_RANGE, BAN | {"values": ["suspended"]})
    done = run("sweep", shop_file(tmp_path), file, "-o", tmp_path / "run")
    assert done.code == 0, done.stderr
    assert "one at a time over price, demand, ban" in done.stdout
    assert "5 points: 5 solved" in done.stdout
    order = [
        line.split()[0]
        for line in done.stdout.partition("What moves cost")[2].splitlines()
        if line.strip().startswith(("price", "demand", "ban")) and "USD" in line
    ]
    swings = pd.read_parquet(tmp_path / "run" / "tornado.parquet")
    cost = swings[swings["measure"] == "cost"]
    assert order == list(cost.sort_values("swing", ascending=False)["input"])
    assert "━┃" in done.stdout
    assert "qualify" in done.stdout.partition("Which decisions change")[2]
    assert f"written to {tmp_path / 'run'}" in done.stderr


def test_json_is_one_object_and_nothing_else(tmp_path: Path) -> None:
    file = toml(tmp_path, TORNADO, PRICE_RANGE, DEMAND | {"values": [5]})
    done = run("sweep", shop_file(tmp_path), file, "--json")
    assert done.code == 0
    told = done.json
    assert told["case"] == "shop" and told["status"] == "complete" and told["points"] == 3
    assert told["statuses"] == {"infeasible": 1, "optimal": 2}
    assert [row["inputs"] for row in told["runs"]] == [
        {"price": 6.0, "demand": None}, {"price": 20.0, "demand": None},
        {"price": None, "demand": 5.0},
    ]  # fmt: skip
    first, _, last = told["runs"]
    assert first["status"] == "optimal" and first["objectives"]["cost"] == first["objective"]
    assert set(first["objectives"]) == {
        "cost", "lead_time", "shortage", "cvar", "worst_case", "concentration"
    }  # fmt: skip
    assert last["status"] == "infeasible" and last["objective"] is None and last["objectives"] == {}
    assert told["why_infeasible"][0]["point"] == 3
    assert [row["input"] for row in told["tornado"] if row["measure"] == "cost"] == [
        "price", "demand"
    ]  # fmt: skip


def test_tables_are_written_as_parquet_and_csv(tmp_path: Path) -> None:
    file = toml(tmp_path, TORNADO, PRICE_RANGE, BAN | {"values": ["suspended"]})
    output = tmp_path / "run"
    assert run("sweep", shop_file(tmp_path), file, "-o", output, "--csv").code == 0
    points = pd.read_parquet(output / "points.parquet")
    assert list(points.columns) == ["point", "price", "ban", *POINT_COLUMNS]
    assert points["price"].dtype == "float64" and points["ban"].tolist()[2] == "suspended"
    changed = pd.read_parquet(output / "changed_decisions.parquet")
    assert list(changed.columns) == list(CHANGED_COLUMNS)
    with (output / "points.csv").open(newline="") as text:
        rows = list(csv.DictReader(text))
    assert [float(row["cost"]) for row in rows] == list(points["cost"])
    manifest = json.loads((output / "manifest.json").read_text())
    assert manifest["state"] == "complete" and manifest["points"] == 3
    assert manifest["options"]["gap"] == 0
    assert len(manifest["input_sha256"]) == 64
    assert json.loads((output / "base.json").read_text())["case"]["name"] == "shop"
    assert run("sweep", shop_file(tmp_path), file, "-o", output).code == 0
    assert not (output / "points.csv").exists(), "no table of an earlier sweep stays"


def test_text_that_a_spreadsheet_would_run_is_escaped(tmp_path: Path) -> None:
    """In cells (an offer called +dear) and in the header (an input called -1+2)."""
    SHOP["offers"][2] |= {"select_cost": 1}
    try:
        case = shop_file(tmp_path)
    finally:
        del SHOP["offers"][2]["select_cost"]
    near = {"name": "-1+2", "table": "offers", "key": "near", "field": "capacity"}
    file = toml(tmp_path, TORNADO, near | {"values": [100]})
    assert run("sweep", case, file, "-o", tmp_path / "run", "--csv").code == 0
    with (tmp_path / "run" / "points.csv").open(newline="") as text:
        assert next(csv.reader(text))[:2] == ["point", "'-1+2"]
    with (tmp_path / "run" / "changed_decisions.csv").open(newline="") as text:
        names = {row["name"] for row in csv.DictReader(text)}
    assert "'+dear" in names and "+dear" not in names
    changed = pd.read_parquet(tmp_path / "run" / "changed_decisions.parquet")
    assert "+dear" in set(changed["name"])


def test_indices_and_correlations_are_told(tmp_path: Path) -> None:
    pytest.importorskip("SALib", reason="SALib is not installed (extra 'sensitivity')")
    file = toml(tmp_path, SAMPLE.format("indices = true"), PRICE_RANGE, DEMAND_RANGE)
    done = run("sweep", shop_file(tmp_path), file, "-o", tmp_path / "run")
    assert done.code == 0
    assert "Sobol indices" in done.stdout and "Rank correlations" in done.stdout
    assert "32 points: 32 solved" in done.stdout
    found = pd.read_parquet(tmp_path / "run" / "indices.parquet")
    cost = found[found["measure"] == "cost"].set_index("input")
    assert set(cost.index) == {"price", "demand"}
    assert cost["total"].between(0, 2).all()


def test_a_sweep_of_another_design_leaves_no_table_of_the_first(tmp_path: Path) -> None:
    case, output = shop_file(tmp_path), tmp_path / "run"
    assert run("sweep", case, toml(tmp_path, TORNADO, PRICE_RANGE), "-o", output).code == 0
    assert (output / "tornado.parquet").exists()
    file = toml(tmp_path, SAMPLE.format(""), PRICE_RANGE)
    assert run("sweep", case, file, "-o", output).code == 0
    assert not (output / "tornado.parquet").exists()
    assert (output / "correlations.parquet").exists()
    assert json.loads((output / "summary.json").read_text())["design"] == "sobol"


def test_points_without_a_plan_are_results_and_told_with_the_reason(tmp_path: Path) -> None:
    file = toml(tmp_path, TORNADO, DEMAND | {"values": [0.5, 3]})
    done = run("sweep", shop_file(tmp_path), file)
    assert done.code == 0
    assert "1 solved, 1 without any plan" in done.stdout
    told = done.stdout.partition("Where no plan exists")[2]
    assert "demand 3" in told and "Here" in told


def test_the_command_line_goes_before_the_file_and_the_file_before_the_case(
    tmp_path: Path,
) -> None:
    head = '[sweep]\ndesign = "grid"\n[solve]\ngap = 0.25\nminimise = "lead_time"\nseed = 4\n'
    file, case = toml(tmp_path, head, PRICE | {"values": [4]}), shop_file(tmp_path)
    output = tmp_path / "run"
    done = run(
        "sweep", case, file, "-o", output, "--json", "--minimise", "shortage", "--minimise", "cost",
        "--cap", "lead_time=90", "--time-limit", 30, "--threads", 2, "--set", "offers:near:price=7",
    )  # fmt: skip
    assert done.code == 0, done.stderr
    options = json.loads((output / "manifest.json").read_text())["options"]
    assert options == {
        "minimise": ["shortage", "cost"], "caps": {"lead_time": 90.0}, "scenarios": ["all"],
        "gap": 0.25, "time_limit_s": 30.0, "threads": 2, "seed": 4, "keep_decisions": None,
    }  # fmt: skip
    assert json.loads((output / "base.json").read_text())["changes"][0]["value"] == 7


def test_decisions_of_a_plan_are_kept(tmp_path: Path) -> None:
    case = shop_file(tmp_path)
    assert run("solve", case, "-o", tmp_path / "plan").code == 0
    file = toml(tmp_path, TORNADO, BAN | {"values": ["suspended"]})
    free = run("sweep", case, file, "--json").json
    kept = run("sweep", case, file, "--json", "--keep-decisions", tmp_path / "plan").json
    assert free["runs"][0]["changed"] == 1 and kept["runs"][0]["changed"] == 0
    saved = kept["runs"][0]["objective"] - free["runs"][0]["objective"]
    assert saved == pytest.approx(60), "what qualifying the second source cost for nothing"
    done = run("sweep", case, file, "--keep-decisions", tmp_path / "nowhere")
    assert done.code == 2 and "is no run folder" in done.stderr


def test_nothing_done_exits_with_five_and_unfinished_with_four(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, case = toml(tmp_path, TORNADO, PRICE_RANGE), shop_file(tmp_path)
    done = run("sweep", case, file, "--limit", 1, "--json")
    assert done.code == 4 and done.json["status"] == "stopped"
    assert "1 of 2 points are not solved yet; name a folder with -o" in done.stderr

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("secondsource.optimizer.sweep.points.Points._run", interrupted)
    done = run("sweep", case, file, "-o", tmp_path / "run", "--json")
    assert done.code == 5 and done.json["status"] == "nothing" and done.json["runs"] == []
    assert "2 of 2 points are not solved yet; the same command goes on" in done.stderr


def test_a_folder_of_a_sweep_is_not_taken_for_a_plan(tmp_path: Path) -> None:
    file, case = toml(tmp_path, TORNADO, PRICE_RANGE), shop_file(tmp_path)
    assert run("sweep", case, file, "-o", tmp_path / "run").code == 0
    done = run("verify", tmp_path / "run")
    assert done.code == 2 and "Traceback" not in done.stderr
    with pytest.raises(Exception, match=r"case\.json"):
        read_run(tmp_path / "run")


def test_there_is_no_pickle_in_a_ledger(tmp_path: Path) -> None:
    file, output = toml(tmp_path, TORNADO, PRICE_RANGE), tmp_path / "run"
    assert run("sweep", shop_file(tmp_path), file, "-o", output).code == 0
    connection = sqlite3.connect(output / "ledger.sqlite")
    for key, answer in connection.execute("SELECT key, answer FROM points"):
        assert len(key) == 64 and isinstance(json.loads(answer), dict)
        with pytest.raises(Exception, match=r".*"):
            pickle.loads(answer.encode())
    connection.close()


def test_progress_is_a_line_now_and_then_where_there_is_no_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    with SweepProgress() as progress:
        tally = Tally(asked=100, found=10, done=10)
        for _ in range(45):
            clock[0] += 0.5
            tally.count("infeasible" if tally.done % 5 == 0 else "optimal")
            progress.show(tally)
    lines = capsys.readouterr().err.splitlines()
    assert EVERY == 10
    assert lines == [
        "30 of 100 solves done (4 without a plan), about 35 s left",
        "50 of 100 solves done (8 without a plan), about 25 s left",
    ]


def test_help_loads_nothing_heavy() -> None:
    """As for every command (test_startup.py)."""
    loaded = loaded_by(
        "from click.testing import CliRunner\n"
        "from secondsource.cli.main import cli\n"
        "result = CliRunner().invoke(cli, ['sweep', '--help'])\n"
        "assert result.exit_code == 0, result.output"
    )
    assert not loaded & set(HEAVY)


def test_workers_load_no_more_than_they_need() -> None:
    """The worker's module brings neither Pyomo nor the terminal nor SALib."""
    loaded = loaded_by("import secondsource.optimizer.sweep.work")
    assert not loaded & {"pyomo", "rich", "click", "SALib", "matplotlib"}
