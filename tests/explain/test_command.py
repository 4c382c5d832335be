"""`explain` as people run it: one screen, in their words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from commands import run
from optimizer.cases import offer, overseas, shop
from secondsource.optimizer.labels import KINDS

SCREEN = 50
"""Lines of a screen."""
WORDS = {"buy", "open", "run", "running", "ordering", "select", "sign", "used", "store", "release",
         "stock", "deliver", "short", "balance", "policy", "quota", "draw", "drawn", "full", "fill",
         "modules", "excess", "counted", "idle", "standing", "servicing", "applying", "supplied",
         "threshold", "beyond", "dispose", "backlog", "ship"}  # fmt: skip
"""Names of families that are words people use."""
INTERNAL = re.compile(r"\b[a-z]+_[a-z_]+\b|\w\[\d|#\d|nan|None|inf\b")


def internal_names(text: str, *own: str) -> list[str]:
    """Internal names in a text for people; ``own`` are names of the case."""
    for name in own:
        text = text.replace(name, "")
    families = [name for name in KINDS if name not in WORDS and name in text.split()]
    return families + INTERNAL.findall(text)


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a small case with a rule and a policy."""
    folder = tmp_path_factory.mktemp("explain")
    data = overseas(
        controls=[{"control": "quota", "kind": "export", "exporters": "CN", "quota": 6,
                   "title": "Quota on ore"}],
        policies=[{"policy": "share", "kind": "max_share", "countries": "CN", "value": 0.5,
                   "materials": "ore"}],
    )  # fmt: skip
    data["offers"].append(offer("home", price=5, select_cost=3))
    (folder / "case.json").write_text(json.dumps(data), encoding="utf-8")
    assert run("solve", folder / "case.json", "-o", folder / "run").code == 0
    return folder / "run"


def test_a_run_is_explained_on_one_screen_without_internal_names(ruled: Path) -> None:
    told = run("explain", ruled, "--rules")
    assert told.code == 0, told.stderr
    assert len(told.stdout.splitlines()) <= SCREEN
    assert "What rules and policies cost" in told.stdout
    assert "share: at most 50 % of ore from CN" in told.stdout
    assert "Quota on ore" in told.stdout
    assert not internal_names(told.stdout)


def test_json_holds_everything_and_nothing_else(ruled: Path) -> None:
    told = run("explain", ruled, "--json", "--rules")
    assert told.code == 0
    assert {"binding", "values", "choices", "rules", "segments"} <= told.json.keys()
    cell = next(row for row in told.json["binding"] if row["kind"] == "policy")
    assert cell["name"] == "policy share" and cell["worth"] > 0


def test_no_plan_is_explained_without_internal_names(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(shop(offers=[offer(min_order=15)])), encoding="utf-8")
    told = run("explain", path)
    assert told.code == 3
    assert told.stdout.count("\n") <= SCREEN
    assert not internal_names(told.stdout)


@pytest.mark.slow
def test_quickstart_is_explained_on_one_screen() -> None:
    told = run("explain", "quickstart", "--rules")
    assert told.code == 0
    assert len(told.stdout.splitlines()) <= SCREEN
    assert "CN-ban" in told.stdout
    assert not internal_names(told.stdout)
