"""The converted published problems, solved by the plain model: the cases say what they should.

The optimizer has the same cases to solve through the public commands; where it fails and these
tests pass, the fault is the optimizer's.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .plain_model import solve_case

FOLDER = Path(__file__).resolve().parent.parent / "data" / "truth"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text())
SMALL = 20_000


def load(name: str) -> dict[str, Any]:
    case: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return case


def parameters() -> list[Any]:
    """Every instance with one optimum; the large ones are slow."""
    found = []
    for name, entry in EXPECTED.items():
        if "measures" in entry:
            continue
        large = (FOLDER / f"{name}.json").stat().st_size > SMALL
        found.append(pytest.param(name, marks=[pytest.mark.slow] if large else []))
    return found


@pytest.mark.parametrize("name", parameters())
def test_published_optimum(name: str) -> None:
    entry = EXPECTED[name]
    expected = pytest.approx(
        entry["value"], rel=entry.get("relative_tolerance"), abs=entry.get("absolute_tolerance")
    )
    result = solve_case(load(name))
    assert result.status == "optimal"
    assert result.objectives["cost"] == expected


def test_published_front() -> None:
    entry = EXPECTED["pareto_aneja_nair"]
    case = load("pareto_aneja_nair")
    for least_cost, second in entry["value"]:
        days = second / entry["lead_time_scale"]
        fast_enough = solve_case(case, caps={"lead_time": days})
        cheap_enough = solve_case(case, "lead_time", caps={"cost": least_cost})
        assert fast_enough.value == pytest.approx(least_cost)
        assert cheap_enough.value == pytest.approx(days)


@pytest.mark.parametrize("name", [n for n, entry in EXPECTED.items() if "EVPI" in entry])
def test_expected_value_of_perfect_information(name: str) -> None:
    entry, case = EXPECTED[name], load(name)
    known = 0.0
    for row in case["scenarios"]:
        alone = solve_case(case | {"solve": {"scenarios": [row["scenario"]]}})
        probability = 1 / 3 if row["probability"] == "1/3" else row["probability"]
        assert alone.value is not None
        known += probability * alone.value
    assert known == pytest.approx(entry["wait_and_see"])
    assert entry["value"] - known == pytest.approx(entry["EVPI"], rel=1e-6)
