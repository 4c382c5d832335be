"""A sweep that is killed, interrupted, out of disk or not alone loses nothing that it recorded."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from commands import Told, run, start
from sweeps import DEMAND, PRICE, rows_in, shop_file

GRID = """
[sweep]
design = "grid"

[solve]
gap = 0.5

[[inputs]]
name = "prices"
table = "offers"
field = "price"
op = "multiply"
low = 0.6
high = 1.7
steps = {}

[[inputs]]
name = "demand"
table = "demand"
field = "quantity"
op = "multiply"
low = 0.5
high = 1.3
steps = {}
"""


def grid_file(folder: Path, one: int, other: int) -> Path:
    """A sweep over the bundled case; a gap that makes points quick, and their plans no worse."""
    path = folder / "sweep.toml"
    path.write_text(GRID.format(one, other))
    return path


def finished(process: subprocess.Popen[str]) -> Told:
    out, err = process.communicate(timeout=600)
    return Told(process.returncode, out, err)


def survives(folder: Path, kills: int, one: int, other: int, seed: int, *more: str) -> None:
    """Kill a sweep at random moments, then let it end, and compare it with one left alone."""
    draw = random.Random(seed)
    file, output = grid_file(folder, one, other), folder / "run"
    ledger = output / "ledger.sqlite"
    arguments = ("sweep", "quickstart", file, "-o", output, "--json", *more)
    began = time.monotonic()
    alone = run("sweep", "quickstart", file, "-o", folder / "alone", "--json")
    assert alone.code == 0
    takes = time.monotonic() - began
    known: list[tuple[str, str]] = []
    cut_short = 0
    for _ in range(kills):
        killed = start(*arguments)
        before = len(known)
        while not ledger.exists() and killed.poll() is None:
            time.sleep(0.01)
        time.sleep(draw.uniform(0, takes / 3))
        killed.send_signal(signal.SIGKILL)
        finished(killed)
        if ledger.exists():
            rows = rows_in(ledger)
            assert set(known) <= set(rows), "a recorded point was lost or altered"
            known = rows
            cut_short += before < len(known) < one * other + 1
        if (output / "manifest.json").exists() and not (output / "summary.json").exists():
            assert json.loads((output / "manifest.json").read_text())["state"] == "running"
    if cut_short == 0:
        known = stopped_midway(arguments, ledger, known)
    done = run(*arguments)
    assert done.code == 0
    assert done.json["runs"] == alone.json["runs"]
    assert [row["point"] for row in done.json["runs"]] == list(range(1, one * other + 1))
    rows = rows_in(ledger)
    assert len(rows) == len({key for key, _ in rows}) == one * other + 1
    assert [key for key, _ in rows] == [key for key, _ in rows_in(folder / "alone/ledger.sqlite")]
    assert set(known) <= set(rows)
    assert done.json["from_ledger"] == len(known) > 0


def stopped_midway(
    arguments: tuple[Any, ...], ledger: Path, known: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Kill once more, as soon as something more is recorded: no kill before hit that window."""
    killed = start(*arguments)
    while killed.poll() is None and len(rows_in(ledger) if ledger.exists() else []) <= len(known):
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    finished(killed)
    return rows_in(ledger)


def test_a_killed_sweep_goes_on_where_it_was(tmp_path: Path) -> None:
    survives(tmp_path, kills=2, one=5, other=5, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["serial", "processes"])
def test_a_sweep_killed_twenty_times_loses_nothing(tmp_path: Path, executor: str) -> None:
    survives(tmp_path, 20, 16, 16, 2, "--executor", executor)


@pytest.mark.parametrize("executor", [pytest.param("serial", marks=pytest.mark.slow), "processes"])
def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(tmp_path: Path, executor: str) -> None:
    file, output = grid_file(tmp_path, 15, 15), tmp_path / "run"
    arguments = ("sweep", "quickstart", file, "-o", output, "--json", "--executor", executor)
    stopped = start(*arguments)
    ledger = output / "ledger.sqlite"
    while stopped.poll() is None and (not ledger.exists() or len(rows_in(ledger)) < 3):
        time.sleep(0.05)
    stopped.send_signal(signal.SIGINT)
    done = finished(stopped)
    assert done.code == 4, done.stderr
    assert done.json["status"] == "stopped"
    runs = done.json["runs"]
    assert 0 < len(runs) < 225
    assert "points are not solved yet; the same command goes on with them" in done.stderr
    assert json.loads((output / "manifest.json").read_text())["state"] == "stopped"
    assert json.loads((output / "summary.json").read_text())["done"] == len(runs)
    assert {row["status"] for row in runs} == {"optimal"}, "no point was cut short"
    more = run(*arguments, "--limit", 5)
    assert more.json["from_ledger"] == len(rows_in(ledger)) - 5
    points = {row["point"]: row for row in more.json["runs"]}
    assert all(points[row["point"]] == row for row in runs)


def shop_sweep(folder: Path, prices: int) -> Path:
    path = folder / "sweep.toml"
    path.write_text(
        '[sweep]\ndesign = "grid"\n[solve]\ngap = 0\n'
        + "".join(
            "[[inputs]]\n"
            + "".join(f"{name} = {json.dumps(value)}\n" for name, value in one.items())
            for one in (
                PRICE | {"low": 1, "high": 20, "steps": prices},
                DEMAND | {"low": 0.5, "high": 1.5, "steps": 4},
            )
        )
    )
    return path


def test_two_sweeps_at_once_share_a_ledger(tmp_path: Path) -> None:
    file, case, ledger = shop_sweep(tmp_path, 12), shop_file(tmp_path), tmp_path / "l.sqlite"
    both = [
        start("sweep", case, file, "-o", tmp_path / name, "--ledger", ledger, "--json")
        for name in ("one", "two")
    ]
    told = [finished(process) for process in both]
    assert [done.code for done in told] == [0, 0], told[0].stderr + told[1].stderr
    assert told[0].json["runs"] == told[1].json["runs"]
    rows = rows_in(ledger)
    assert len(rows) == len({key for key, _ in rows}) == 49
    assert run("sweep", case, file, "--json").json["runs"] == told[0].json["runs"]


@pytest.mark.slow
def test_two_sweeps_at_once_in_one_folder(tmp_path: Path) -> None:
    file, case, output = shop_sweep(tmp_path, 12), shop_file(tmp_path), tmp_path / "run"
    both = [start("sweep", case, file, "-o", output, "--json") for _ in range(2)]
    told = [finished(process) for process in both]
    assert [done.code for done in told] == [0, 0], told[0].stderr + told[1].stderr
    assert told[0].json["runs"] == told[1].json["runs"]
    assert len(rows_in(output / "ledger.sqlite")) == 49
    assert json.loads((output / "manifest.json").read_text())["state"] == "complete"


LIMITED = """
import resource, sys
size = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
from secondsource.cli.main import main
main()
"""


def limited(size: int, *arguments: object) -> Told:
    """A command whose files may not grow beyond a size, as on a disk that is almost full."""
    words = [sys.executable, "-c", LIMITED, str(size), *(str(one) for one in arguments)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600, check=False)
    return Told(done.returncode, done.stdout, done.stderr)


def test_a_full_disk_ends_with_a_clear_error_and_an_intact_ledger(tmp_path: Path) -> None:
    file, case, output = shop_sweep(tmp_path, 30), shop_file(tmp_path), tmp_path / "run"
    done = limited(60_000, "sweep", case, file, "-o", output, "--json")
    assert done.code == 2
    assert "ledger" in done.stderr and "disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.json["status"] == "error"
    known = rows_in(output / "ledger.sqlite")
    assert known
    assert not (output / "summary.json").exists()
    again = run("sweep", case, file, "-o", output, "--json")
    assert again.code == 0
    assert again.json["from_ledger"] == len(known)
    assert len(again.json["runs"]) == 120


def test_a_disk_too_full_for_the_tables_is_told_and_costs_no_point(tmp_path: Path) -> None:
    """The ledger is elsewhere, and the folder's disk takes no table."""
    file, case, output = shop_sweep(tmp_path, 5), shop_file(tmp_path), tmp_path / "run"
    ledger = tmp_path / "l.sqlite"
    assert run("sweep", case, file, "--ledger", ledger).code == 0
    done = limited(5_000, "sweep", case, file, "-o", output, "--json")
    assert done.code == 2 and "Traceback" not in done.stderr
    assert "File too large" in done.stderr or "disk" in done.stderr
    assert not list(output.glob("*.parquet")) and not list(output.glob(".*"))


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    file, case = shop_sweep(tmp_path, 2), shop_file(tmp_path)
    other = tmp_path / "letters"
    other.mkdir()
    (other / "letter.txt").write_text("Dear Sir")
    done = run("sweep", case, file, "-o", other)
    assert done.code == 2 and "is not empty and holds no sweep" in done.stderr
    assert [path.name for path in other.iterdir()] == ["letter.txt"]
    plan = tmp_path / "plan"
    assert run("solve", case, "-o", plan).code == 0
    before = sorted(plan.iterdir())
    done = run("sweep", case, file, "-o", plan)
    assert done.code == 2 and "holds no sweep" in done.stderr
    assert sorted(plan.iterdir()) == before
    done = run("sweep", case, file, "-o", tmp_path / "no" / "where")
    assert done.code == 2 and "does not exist; make it first" in done.stderr
    done = run("sweep", case, file, "-o", file)
    assert done.code == 2 and "is a file; name a folder" in done.stderr


def test_a_ledger_that_is_something_else_is_refused(tmp_path: Path) -> None:
    file, case = shop_sweep(tmp_path, 2), shop_file(tmp_path)
    done = run("sweep", case, file, "--ledger", case)
    assert done.code == 2 and "is damaged or something else" in done.stderr
    assert json.loads(case.read_text())["case"]["name"] == "shop"
