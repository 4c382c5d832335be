"""Ctrl-C before there is anything ends every command that solves alike: a line, and code 5."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import secondsource
from commands import run
from secondsource.optimizer.highs import Options, Outcome, Session
from secondsource.optimizer.solve import Request
from secondsource.optimizer.tree import Tree

DRAWS = """
[[draws]]
name = "prices"
table = "offers"
field = "price"
op = "multiply"
distribution = "uniform"
low = 0.5
high = 1.5
"""
WAITS = """
import sys, time
import secondsource.optimizer.quick_start
from secondsource.cli.main import main
from secondsource.optimizer.tree import Tree

def waits(*_, **__):
    print("building", file=sys.stderr, flush=True)
    time.sleep(60)

Tree.__init__ = waits
main()
"""
"""A command that waits where it starts to build the model."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What a command may name: a plan, and a file of draws."""
    folder = tmp_path_factory.mktemp("stopping")
    named = {name: folder / name for name in ("RUN", "DRAWS.toml")}
    assert run("solve", "quickstart", "-o", named["RUN"]).code == 0
    named["DRAWS.toml"].write_text(DRAWS)
    return named


def pressed(*_: Any, **__: Any) -> None:
    """Press Ctrl-C."""
    signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize(
    "words",
    [
        "solve quickstart",
        "solve quickstart --keep RUN --change-cost 5",
        "frontier quickstart",
        "risk quickstart",
        "explain quickstart",
        "explain RUN",
        "stress quickstart",
        "stress RUN",
        "saa quickstart DRAWS.toml",
        "evaluate RUN DRAWS.toml",
        "roll RUN -o OUT",
    ],
)
def test_ctrl_c_while_the_model_is_built(
    words: str, files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = {**files, "OUT": tmp_path / "out"}
    arguments = [named.get(word, word) for word in words.split()]
    monkeypatch.setattr(Tree, "__init__", pressed)
    for_people = run(*arguments)
    assert for_people.code == 5, for_people.stderr
    assert for_people.stdout == ""
    assert for_people.stderr.startswith("stopped before") and for_people.stderr.count("\n") == 1
    for_programs = run(*arguments, "--json")
    assert for_programs.code == 5
    assert for_programs.json["status"] == "no_solution"
    assert not named["OUT"].exists()


def test_ctrl_c_from_outside_while_the_model_is_built() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WAITS, "stress", "quickstart", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stderr.readline() == "building\n"
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 5
    assert json.loads(stdout) == {"status": "no_solution"}
    assert stderr == "stopped before it was done\n"


def heard_late(monkeypatch: pytest.MonkeyPatch) -> list[Session]:
    """Let the first solve hear of Ctrl-C when it is done; the sessions that solved."""
    asked: list[Session] = []
    plain = Session.solve

    def solve(session: Session, options: Options) -> Outcome:
        outcome = plain(session, options)
        session.interrupted = session.interrupted or not asked
        asked.append(session)
        return outcome

    monkeypatch.setattr(Session, "solve", solve)
    return asked


def test_a_frontier_stops_where_ctrl_c_was_heard_as_a_solve_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = heard_late(monkeypatch)
    found = secondsource.frontier(secondsource.load_case("quickstart"))
    assert len(asked) == 1 and found.status == "feasible"


def test_later_objectives_wait_where_ctrl_c_was_heard_as_a_solve_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = heard_late(monkeypatch)
    request = Request(minimise=("lead_time", "cost"))
    found = secondsource.solve(secondsource.load_case("quickstart"), request)
    assert len(asked) == 1 and found.status == "feasible" and found.tables
