"""On random cases the optimizer finds what a plain, independent model of the format finds.

Every plan that :func:`secondsource.optimizer.solve.solve` returns has been verified against the
case's own tables; a plan that does not hold raises, and fails these tests too.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from oracle.dice import Dice
from oracle.plain_model import solve_case
from oracle.random_cases import random_case
from secondsource.datasets.load import load_case
from secondsource.datasets.save import save_case
from secondsource.models.plan import SolveStatus

from .agreement import ABSOLUTE, RELATIVE, checked, differs, disagreement, exact

SEEDS = st.integers(0, 1_000_000)
OBJECTIVES = st.sampled_from(["cost", "lead_time", "shortage"])


def quick(examples: int) -> settings:
    """A fixed sample: a seed has no smaller one to shrink to."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def close(first: float | None, second: float | None) -> bool:
    """Equal to the tolerance of the solver."""
    if first is None or second is None:
        return first is second
    return math.isclose(first, second, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


@quick(8)
@given(seed=SEEDS, objective=OBJECTIVES)
def test_optimum_and_status_are_those_of_the_plain_model(seed: int, objective: str) -> None:
    assert disagreement(random_case(seed), objective) == ""


@pytest.mark.slow
@settings(quick(70), max_examples=800, derandomize=False)
@given(seed=SEEDS, objective=OBJECTIVES)
def test_optimum_and_status_in_a_long_campaign(seed: int, objective: str) -> None:
    assert disagreement(random_case(seed), objective) == ""


@quick(1)
@given(seed=SEEDS)
def test_folder_workbook_and_json_of_a_case_have_one_optimum(seed: int) -> None:
    case = checked(random_case(seed))
    expected = exact(case)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("case", "case.xlsx", "case.json"):
            found = exact(load_case(save_case(case, Path(folder, name))))
            assert found.status == expected.status, name
            assert close(found.objective, expected.objective), name


@quick(3)
@given(seed=SEEDS)
def test_a_second_objective_keeps_the_first_and_does_not_worsen_by_being_asked(seed: int) -> None:
    case = checked(random_case(seed))
    alone, both = exact(case, "cost"), exact(case, "cost", "lead_time")
    assert alone.status == both.status
    if alone.objective is not None and both.objective is not None:
        assert close(both.objectives["cost"], alone.objective)
        assert both.objective <= alone.objectives["lead_time"] + 1e-5
        assert both.objective == both.objectives["lead_time"]


@quick(3)
@given(seed=SEEDS, part=st.floats(0, 1))
def test_a_cap_between_the_extremes_holds_and_costs_what_the_plain_model_says(
    seed: int, part: float
) -> None:
    data = random_case(seed)
    case = checked(data)
    cheap, fast = exact(case, "cost"), exact(case, "lead_time")
    if cheap.objective is None or fast.objective is None:
        return
    cap = fast.objective + part * (cheap.objectives["lead_time"] - fast.objective) + 1e-4
    found = exact(case, caps={"lead_time": cap})
    assert found.objectives["lead_time"] <= cap * (1 + 1e-6) + ABSOLUTE
    assert differs(found, solve_case(data, caps={"lead_time": cap})) == ""


@quick(3)
@given(seed=SEEDS)
def test_seeds_and_threads_change_nothing_in_the_optimum(seed: int) -> None:
    case = checked(random_case(seed))
    expected = exact(case, seed=0, threads=1)
    for solver_seed, threads in ((17, 1), (4, 2)):
        found = exact(case, seed=solver_seed, threads=threads)
        assert found.status == expected.status
        assert close(found.objective, expected.objective)


def test_random_cases_reach_what_they_are_meant_to_reach() -> None:
    """Each feature occurs in some of the first 400 random cases, and most cases have a plan."""
    cases = [random_case(seed) for seed in range(400)]
    rows = {
        table: [row for case in cases for row in case.get(table, [])]
        for table in cases[0]
        if table not in ("case", "solve")
    }
    for table, column in (
        ("offers", "qualification_periods"), ("offers", "contract_periods"),
        ("plants", "build_periods"), ("expansions", "continuous"), ("lanes", "shares"),
        ("stockpiles", "min_cover_days"), ("stockpiles", "release_lag"), ("policies", "each"),
        ("controls", "price_floor"), ("controls", "review_days"), ("scenarios", "branches_at"),
        ("demand", "backlog_cost"), ("offers", "start"), ("returns", "lag_periods"),
    ):  # fmt: skip
        assert any(row.get(column) for row in rows[table]), f"{table}.{column}"
    assert {row["kind"] for row in rows["policies"]} >= {"recycled_share", "min_open", "max_lanes"}
    assert {row["status"] for row in rows["control_status"]} >= {"unknown", "suspended"}
    assert len({(row["table"], row["field"]) for row in rows["changes"]}) > 30
    assert sum(solve_case(case).status == str(SolveStatus.OPTIMAL) for case in cases[:60]) > 30


def test_dice_of_one_seed_fall_alike() -> None:
    assert random_case(7) == random_case(7)
    assert Dice(1).number(0, 1) == Dice(1).number(0, 1)
