"""Solving in place gives what building and solving anew gives, whatever was solved before."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from oracle.random_cases import random_case
from oracle.random_controls import controlled_case
from secondsource.datasets.checks import check_case
from secondsource.datasets.load import load_case
from secondsource.models.case import Case
from secondsource.models.plan import SolveStatus
from secondsource.models.rule_rows import Change
from secondsource.optimizer.arrays import Arrays
from secondsource.optimizer.highs import MANY_COEFFICIENTS, Options, Session
from secondsource.optimizer.patches import difference, patched
from secondsource.optimizer.resolve import Resolver, Setup
from secondsource.optimizer.solve import Request, build, solve
from secondsource.optimizer.workbench import Workbench

from .agreement import checked
from .change_sequences import random_changes
from .test_random_cases import SEEDS, quick

EXACT = Options(gap=0.0)
RELATIVE = 1e-9


def with_changes(case: Case, changes: list[Change]) -> Case:
    return case.model_copy(update={"changes": [*case.changes, *changes]})


def cold(case: Case, changes: list[Change]) -> Arrays:
    """Arrays of the changed case, from nothing."""
    return build(with_changes(case, changes)).arrays


def disagreements(document: dict[str, Any], seed: int, steps: int = 4) -> list[str]:
    """Where a sequence of changes solved in place differs from cold solves."""
    case, draw = checked(document), np.random.default_rng(seed)
    bench = Workbench(case)
    relaxed = seed % 2 == 0
    base = without_whole_numbers(bench.built.arrays) if relaxed else bench.built.arrays
    minimise = ("lead_time", "cost") if seed % 5 == 0 else ("cost",)
    resolver = Resolver(Setup(base, minimise, options=EXACT))
    found = []
    for step in range(steps):
        changes = random_changes(case, draw)
        if any(p.level == "error" for p in check_case(with_changes(case, changes))):
            continue
        arrays, fresh = bench.changed(changes).arrays, cold(case, changes)
        if relaxed:
            arrays, fresh = without_whole_numbers(arrays), without_whole_numbers(fresh)
        patch = difference(base, arrays)
        here = resolver.solve(arrays if patch is None else patch)
        there = Resolver(Setup(fresh, minimise, options=EXACT)).solve()
        if here.status != there.status or not close(here.objective, there.objective):
            found.append(f"step {step}: {here.status} {here.objective}, cold {there.status} "
                         f"{there.objective}, {changes}")  # fmt: skip
    return found


def close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=RELATIVE, abs_tol=1e-7)


def without_whole_numbers(arrays: Arrays) -> Arrays:
    return replace(arrays, integer=np.zeros_like(arrays.integer))


@quick(6)
@given(seed=SEEDS)
def test_a_sequence_of_changes_in_place_ends_where_cold_solves_end(seed: int) -> None:
    assert disagreements(random_case(seed), seed) == []


@quick(5)
@given(seed=SEEDS)
def test_likewise_under_rules(seed: int) -> None:
    assert disagreements(controlled_case(seed), seed) == []


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 500, 50))
def test_five_hundred_sequences(first: int) -> None:
    for seed in range(first, first + 50):
        document = random_case(seed) if seed % 3 else controlled_case(seed)
        assert disagreements(document, seed) == [], seed


def test_a_patch_turns_one_into_the_other_exactly() -> None:
    for seed in range(16):
        case, draw = checked(random_case(seed)), np.random.default_rng(seed)
        bench = Workbench(case)
        for _ in range(3):
            changes = random_changes(case, draw)
            if any(p.level == "error" for p in check_case(with_changes(case, changes))):
                continue
            before, after = bench.built.arrays, bench.changed(changes).arrays
            patch = difference(before, after)
            if patch is not None:
                assert same_numbers(patched(before, patch), after)
                assert difference(patched(before, patch), after).size == 0


def same_numbers(one: Arrays, other: Arrays) -> bool:
    vectors = ("row_lower", "row_upper", "lower", "upper")
    return (
        (one.matrix != other.matrix).nnz == 0
        and all(np.array_equal(getattr(one, name), getattr(other, name)) for name in vectors)
        and all(np.array_equal(one.objectives[k], other.objectives[k]) for k in other.objectives)
        and one.offsets == other.offsets
    )


def test_rebuilding_what_changed_gives_the_arrays_of_building_everything() -> None:
    compared = 0
    for seed in range(12):
        document = random_case(seed) if seed % 2 else controlled_case(seed)
        case, draw = checked(document), np.random.default_rng(seed)
        bench = Workbench(case)
        for _ in range(4):
            changes = random_changes(case, draw)
            if any(p.level == "error" for p in check_case(with_changes(case, changes))):
                continue
            here, there = bench.changed(changes).arrays, cold(case, changes)
            if difference(here, there) is not None:
                assert same_numbers(here, there), (seed, changes)
                compared += 1
    assert compared > 35


def quickstart() -> Case:
    return load_case("quickstart")


def test_a_price_rebuilds_supply_and_shares_the_rest() -> None:
    bench = Workbench(quickstart())
    change = Change(table="offers", key="*", field="price", op="multiply", value=1.1)
    built, base = bench.changed([change]), bench.built
    assert built.arrays.matrix is base.arrays.matrix
    assert built.arrays.row_upper is base.arrays.row_upper
    redone = {
        name
        for name, stage in built.network.stages.done.items()
        if stage.part is not base.network.stages.done[name].part
    }
    assert redone == {"supply"}


def test_a_change_that_changes_nothing_is_an_empty_patch() -> None:
    bench = Workbench(quickstart())
    change = Change(table="offers", key="*", field="price", op="multiply", value=1.0)
    patch = difference(bench.built.arrays, bench.changed([change]).arrays)
    assert patch is not None
    assert patch.size == 0


def test_many_changed_coefficients_are_handed_over_anew_and_keep_caps() -> None:
    arrays = Workbench(quickstart()).built.arrays
    session = Session(without_whole_numbers(arrays), "cost")
    free = session.solve(EXACT).objective
    session.cap("lead_time", 30.0)
    capped = session.solve(EXACT).objective
    assert capped > free * 1.0001
    doubled = replace(
        arrays,
        matrix=arrays.matrix * 2.0,
        row_lower=arrays.row_lower * 2.0,
        row_upper=arrays.row_upper * 2.0,
    )
    assert doubled.matrix.nnz > MANY_COEFFICIENTS
    session.update(without_whole_numbers(doubled))
    assert session.solve(EXACT).objective == pytest.approx(capped, rel=1e-9)
    session.cap("lead_time", np.inf)
    assert session.solve(EXACT).objective == pytest.approx(free, rel=1e-9)


def test_the_answer_does_not_depend_on_what_was_solved_before() -> None:
    case = quickstart()
    bench = Workbench(case)
    base = bench.built.arrays
    changes = [
        [Change(table="offers", key="*", field="price", op="multiply", value=factor)]
        for factor in (0.7, 1.5, 1.1)
    ]
    patches = [difference(base, bench.changed(rows).arrays) for rows in changes]
    setup = Setup(base, options=Options(gap=1e-4, threads=1))
    forwards, backwards = Resolver(setup), Resolver(setup)
    first = [forwards.solve(patch) for patch in patches]
    second = [backwards.solve(patch) for patch in reversed(patches)][::-1]
    for one, other in zip(first, second, strict=True):
        assert one.objective == other.objective
        assert np.array_equal(one.point, other.point)


def test_an_infeasible_point_says_so_and_the_next_is_solved() -> None:
    bench = Workbench(quickstart())
    base = bench.built.arrays
    more = Change(table="demand", key="*", field="quantity", op="multiply", value=1000)
    resolver = Resolver(Setup(base, options=EXACT))
    assert resolver.solve(bench.changed([more]).arrays).status == SolveStatus.INFEASIBLE
    assert resolver.solve().objective == pytest.approx(Resolver(Setup(base)).solve().objective)


def test_risk_and_concentration_are_those_of_the_plan() -> None:
    case = quickstart()
    answer = Resolver(Setup(Workbench(case).built.arrays, options=EXACT)).solve()
    plan = solve(case, replace(Request.of(case), options=EXACT))
    for name in ("cost", "lead_time", "shortage", "cvar", "concentration"):
        assert answer.objectives[name] == pytest.approx(plan.objectives[name], rel=1e-6, abs=1e-9)


def test_lexicographic_points_leave_nothing_behind() -> None:
    bench = Workbench(quickstart())
    base = bench.built.arrays
    change = Change(table="lanes", key="*", field="cost", op="multiply", value=1.3)
    patch = difference(base, bench.changed([change]).arrays)
    setup = Setup(base, minimise=("lead_time", "cost"), options=EXACT)
    resolver = Resolver(setup)
    first = resolver.solve()
    resolver.solve(patch)
    again = resolver.solve()
    assert again.objectives["cost"] == pytest.approx(first.objectives["cost"], rel=1e-9)
    assert again.objectives["lead_time"] == pytest.approx(first.objectives["lead_time"], rel=1e-9)
