"""The random cases with controls: well formed, varied, feasible, and solved soundly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from secondsource.datasets.load import load_case

from . import plain_model
from .ground import find_bounds
from .marks import CLEAN, Marks
from .plain_model import solve_case
from .random_controls import controlled_case
from .reach import forgotten_marks
from .reader import read_case

VARIETY = {
    "controls": (
        "exporters", "destinations", "operators", "end_users", "end_uses", "exempt_end_uses",
        "jurisdiction", "pedigree", "technologies", "stages", "review_days", "quota", "tariff",
        "unit_cost", "price_floor", "cost", "validity_periods", "uptime",
    ),
    "pedigrees": ("countries", "stages", "technologies", "materials", "reset_by"),
    "control_status": ("approval",),
    "offers": ("pedigrees", "origin", "stages", "supplier", "capacity"),
    "stockpiles": ("pedigrees", "initial"),
    "in_transit": ("pedigrees",),
    "plants": ("technology", "min_activity", "build_periods"),
    "expansions": ("technology", "continuous"),
    "demand": ("end_user", "backlog_cost"),
}  # fmt: skip


def test_cases_are_those_of_their_seeds_and_pass_every_check(tmp_path: Path) -> None:
    for seed in range(60):
        case = controlled_case(seed)
        assert case == controlled_case(seed)
        path = tmp_path / f"{seed}.json"
        path.write_text(json.dumps(case), encoding="utf-8")
        load_case(path)  # raises for any error


def test_cases_reach_what_they_are_meant_to_reach() -> None:
    cases = [controlled_case(seed) for seed in range(300)]
    rows = {table: [row for case in cases for row in case[table]] for table in VARIETY}
    for table, columns in VARIETY.items():
        for column in columns:
            assert any(row.get(column) for row in rows[table]), f"{table}.{column}"
    kinds = {(row["kind"], row["policy"]) for row in rows["controls"]}
    for kind in ("export", "import", "technology", "service"):
        assert {policy for k, policy in kinds if k == kind} == {
            "free", "general_licence", "case_by_case", "presumption_of_denial", "prohibited",
        }, kind  # fmt: skip
    assert {kind for kind, _ in kinds} >= {"reexport", "procurement"}
    assert len({row["min_value_share"] for row in rows["pedigrees"]}) > 8
    assert any(case["scenarios"] for case in cases)
    assert any(case["policies"] for case in cases)


def test_most_cases_have_a_plan() -> None:
    found = [solve_case(controlled_case(seed)).status for seed in range(30)]
    assert found.count("optimal") > 20


@pytest.mark.parametrize("seed", range(5))
def test_bounds_of_switches_do_not_cut_off_plans(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = controlled_case(seed)
    first = solve_case(case)
    monkeypatch.setattr(
        plain_model,
        "find_bounds",
        lambda ground: {m: 3 * most for m, most in find_bounds(ground).items()},
    )
    assert solve_case(case).value == pytest.approx(first.value)


@pytest.mark.parametrize("seed", range(5))
def test_forgetting_destinations_changes_nothing(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = controlled_case(seed)
    first = solve_case(case)
    keep: dict[tuple[str, str], Marks] = dict.fromkeys(forgotten_marks(read_case(case)), CLEAN)
    monkeypatch.setattr(plain_model, "forgotten_marks", lambda _: keep)
    assert solve_case(case).value == pytest.approx(first.value)
