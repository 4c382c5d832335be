"""Published optima come out of the public command, from the case format alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands import run, start

FOLDER = Path(__file__).resolve().parent / "data" / "truth"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text())
SLOW = {"netdes_network-10-10-H-01", "ufl_D1.1"}
"""About five seconds each; the quick run keeps smaller instances of the same families."""
FRONT = "pareto_aneja_nair"


def solved(name: str, *options: str) -> dict[str, Any]:
    """What `secondsource solve` prints for a published instance."""
    told = run("solve", FOLDER / f"{name}.json", "--json", "--gap", 0, *options)
    assert told.code == 0, told.stderr
    return told.json


def value_of(entry: dict[str, Any]) -> Any:
    """The published value, to its published digits."""
    return pytest.approx(
        entry["value"], rel=entry.get("relative_tolerance"), abs=entry.get("absolute_tolerance")
    )


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else [])
        for name, entry in EXPECTED.items()
        if "measures" not in entry and name != FRONT
    ],
)
def test_optimum_is_the_published_one(name: str) -> None:
    found = solved(name)
    assert found["status"] == "optimal"
    assert found["objectives"]["cost"] == value_of(EXPECTED[name])
    assert found["bound"] == pytest.approx(found["objective"], rel=1e-6, abs=1e-6)
    assert sum(found["costs"].values()) == pytest.approx(found["objective"], rel=1e-9, abs=1e-6)


@pytest.mark.parametrize(
    ("order", "end"), [(("cost", "lead_time"), 0), (("lead_time", "cost"), -1)]
)
def test_both_ends_of_the_published_front_come_out_lexicographic(
    order: tuple[str, str], end: int
) -> None:
    entry = EXPECTED[FRONT]
    cost, second = entry["value"][end]
    found = solved(FRONT, "--minimise", order[0], "--minimise", order[1])["objectives"]
    assert found["cost"] == pytest.approx(cost, rel=1e-6)
    assert found["lead_time"] * entry["lead_time_scale"] == pytest.approx(second, rel=1e-6)


@pytest.mark.parametrize("point", range(len(EXPECTED[FRONT]["value"])))
def test_every_published_point_is_the_cheapest_plan_as_fast(point: int) -> None:
    entry = EXPECTED[FRONT]
    cost, second = entry["value"][point]
    days = second / entry["lead_time_scale"]
    found = solved(FRONT, "--cap", f"lead_time={days!r}")
    assert found["objective"] == pytest.approx(cost, rel=1e-6)
    assert found["objectives"]["lead_time"] <= days * (1 + 1e-9)


@pytest.mark.parametrize("name", [n for n, entry in EXPECTED.items() if "wait_and_see" in entry])
def test_scenarios_solved_alone_give_the_published_value_of_perfect_information(name: str) -> None:
    entry = EXPECTED[name]
    rows = json.loads((FOLDER / f"{name}.json").read_text())["scenarios"]
    known = 0.0
    for row in rows:
        probability = 1 / 3 if row["probability"] == "1/3" else float(row["probability"])
        known += probability * solved(name, "--scenarios", row["scenario"])["objective"]
    assert known == pytest.approx(entry["wait_and_see"], rel=1e-6)
    assert entry["value"] - known == pytest.approx(entry["EVPI"], rel=1e-6)


@pytest.mark.parametrize("name", ["gams_trnsport"])
def test_the_installed_command_prints_the_published_optimum_and_nothing_else(name: str) -> None:
    process = start("solve", FOLDER / f"{name}.json", "--json", "--gap", 0)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert json.loads(stdout)["objective"] == value_of(EXPECTED[name])
