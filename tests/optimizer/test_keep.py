"""A plan's decisions are kept: how does it fare with other numbers?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from commands import run
from hypothesis import given
from oracle.random_cases import random_case
from secondsource.datasets.load import load_case
from secondsource.models.case import Case
from secondsource.models.plan import Solution
from secondsource.models.rule_rows import Change
from secondsource.optimizer.highs import Options
from secondsource.optimizer.keep import STRATEGIC, keep_decisions
from secondsource.optimizer.solve import Request, build, solve

from .agreement import checked
from .test_random_cases import SEEDS, quick

KEY = ["period", "decision", "name", "from", "to", "material", "row", "quantity"]


def best(case: Case, **how: object) -> Solution:
    return solve(case, replace(Request.of(case), options=Options(gap=0.0), **how))


@quick(4)
@given(seed=SEEDS)
def test_a_plan_keeps_its_own_decisions_and_its_cost(seed: int) -> None:
    case = checked(random_case(seed))
    free = best(case)
    if free.objective is None:
        return
    kept = best(case, keep=free.tables)
    assert kept.objective == pytest.approx(free.objective, rel=1e-6, abs=1e-5)
    assert kept.tables["decisions"][KEY].equals(free.tables["decisions"][KEY])
    assert kept.warnings == ()


@quick(4)
@given(seed=SEEDS)
def test_with_other_prices_kept_decisions_are_never_better_than_free_ones(seed: int) -> None:
    case = checked(random_case(seed))
    plan = best(case)
    if plan.objective is None:
        return
    dearer = Change(table="offers", key="*", field="price", op="multiply", value=1.7)
    changed = case.model_copy(update={"changes": [*case.changes, dearer]})
    free, kept = best(changed), best(changed, keep=plan.tables)
    assert kept.objective is not None
    assert free.objective is not None
    assert kept.objective >= free.objective - 1e-6 * max(1.0, abs(free.objective))
    assert kept.tables["decisions"][KEY].equals(plan.tables["decisions"][KEY])


def test_what_is_held_is_no_search_any_more() -> None:
    case = load_case("quickstart")
    built = build(case)
    arrays, warnings = keep_decisions(built, best(case).tables)
    assert warnings == []
    for family in STRATEGIC:
        part = arrays.columns[family]
        assert np.array_equal(arrays.lower[part], arrays.upper[part])
        assert not arrays.integer[part].any()


def test_a_plan_for_one_future_is_tried_in_another() -> None:
    compared = 0
    for seed in range(12):
        case = checked(random_case(seed))
        names = [row.scenario for row in case.scenarios]
        if len(names) < 2:
            continue
        plan = best(case, scenarios=(names[0],))
        if plan.objective is None:
            continue
        for name in names[1:]:
            free = best(case, scenarios=(name,))
            kept = best(case, scenarios=(name,), keep=plan.tables)
            if kept.objective is not None and free.objective is not None:
                assert kept.objective >= free.objective - 1e-6 * max(1.0, abs(free.objective))
                compared += 1
    assert compared > 1


def test_a_decision_that_is_gone_is_left_out_with_a_warning() -> None:
    case = load_case("quickstart")
    plan = best(case)
    taken = plan.tables["decisions"].iloc[0]
    tables = dict(plan.tables)
    tables["decisions"] = plan.tables["decisions"].assign(
        name=lambda d: d["name"].where(d.index != 0, "somebody else")
    )
    _, warnings = keep_decisions(build(case), tables)
    assert len(warnings) == 1
    assert "somebody else" in warnings[0]
    assert f"period {taken['period']}" in warnings[0]


def test_the_command_says_how_a_plan_fares(tmp_path: Path) -> None:
    plan = tmp_path / "plan"
    first = run("solve", "quickstart", "-o", str(plan), "--json")
    again = run("solve", "quickstart", "--keep-decisions", str(plan), "--json")
    assert again.json["objective"] == pytest.approx(first.json["objective"], rel=1e-4)
    more = run(
        "solve", "quickstart", "--keep-decisions", str(plan), "--json",
        "--set", "demand:*:quantity=100000",
    )  # fmt: skip
    assert more.code == 3
    assert "decisions kept" in more.json["why"][0]
    none = run("solve", "quickstart", "--keep-decisions", str(tmp_path / "nothing"))
    assert none.code == 2
    assert "is no run folder" in none.stderr
