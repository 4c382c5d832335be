"""How far a command is: on stderr, now and then, and never on stdout."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from commands import COMMAND, run
from secondsource.cli import progress as told
from sweeps import shop_file


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line every hundredth of a second."""
    monkeypatch.setattr(told, "EVERY", 0.01)


def test_what_is_done_is_told_with_the_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(told, "EVERY", 0.05)
    with told.Progress("building the model") as progress:
        time.sleep(0.12)
        progress.count(2, 8, "outages tried")
        assert progress.text == "2 of 8 outages tried"
        progress._started = time.monotonic() - 60
        progress.count(4, 8, "outages tried", "1 failed")
        time.sleep(0.12)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "building the model (after 0 s)"
    assert lines[-1] == "4 of 8 outages tried (1 failed), about 60 s left (after 60 s)"


def test_nothing_is_said_of_what_takes_a_moment(capsys: pytest.CaptureFixture[str]) -> None:
    with told.Progress("comparing"):
        pass
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("often")
def test_every_command_that_takes_time_tells_and_json_stays_one_object(tmp_path: Path) -> None:
    shop, plan = shop_file(tmp_path), tmp_path / "plan"
    commands: list[tuple[Any, ...]] = [
        ("solve", shop, "-o", plan),
        ("frontier", shop, "--points", "2"),
        ("stress", plan),
        ("explain", plan, "--rules"),
        ("risk", shop),
        ("compare", plan, tmp_path / "other"),
        ("roll", plan, "-o", tmp_path / "rolled.json"),
        ("report", plan, "-o", tmp_path / "plan.xlsx"),
    ]
    assert run("solve", shop, "--set", "offers:near:price=15", "-o", tmp_path / "other").code == 0
    for command in commands:
        ended = run(*command, "--json")
        assert ended.code == 0, (command, ended.stderr)
        assert isinstance(json.loads(ended.stdout), dict)
        assert " (after 0 s)" in ended.stderr or " (after 1 s)" in ended.stderr, command


@pytest.mark.slow
def test_on_a_terminal_a_line_changes_on_stderr_and_stdout_is_json() -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "solve", "quickstart", "--json"], stdout=subprocess.PIPE, stderr=theirs,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "100"},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the other end is closed: the command has ended
            break
        if not piece:
            break
        shown += piece
    out, _ = process.communicate(timeout=60)
    assert json.loads(out)["status"] == "optimal"
    assert b"building the model" in shown
    assert b"Ctrl-C keeps the best plan" in shown
