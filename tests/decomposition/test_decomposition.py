"""Futures in parts give what one model gives: plans no better, bounds no higher."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from secondsource.datasets.checks import check_case
from secondsource.datasets.synthetic import Size, synthetic_case
from secondsource.models.case import Case
from secondsource.optimizer.decomposition.method import Decomposition
from secondsource.optimizer.decomposition.split import parting_period, split
from secondsource.optimizer.executors import open_executor
from secondsource.optimizer.highs import Options, Session
from secondsource.optimizer.solve import Request, build, solve

from tests.commands import run
from tests.decomposition.futures import quickstart_with
from tests.optimizer.dask_cluster import dask_cluster
from tests.oracle.random_cases import random_case

WHOLE = Request(options=Options(gap=1e-6, threads=1), method="extensive")


def with_futures(seeds: range) -> list[tuple[int, Case]]:
    found = []
    for seed in seeds:
        raw = random_case(seed)
        if len(raw["scenarios"]) > 1 and not raw.get("solve"):
            case = Case.model_validate(raw)
            if not any(problem.level == "error" for problem in check_case(case)):
                found.append((seed, case))
    return found


def agree(case: Case, objective: str, gap: float) -> None:
    asked = Request(minimise=(objective,), options=Options(gap=gap, threads=1))
    try:
        whole = solve(case, replace(WHOLE, minimise=(objective,)))
    except ValueError:  # a decision that nothing bounds: no model, whatever the method
        return
    parts = solve(case, replace(asked, method="decomposed"))
    if whole.objective is None:
        assert parts.status == whole.status
        return
    assert parts.objective is not None and parts.bound is not None
    near = 1e-5 * max(1.0, abs(whole.objective))
    assert parts.bound - near <= whole.objective <= parts.objective + near
    if parts.status == "optimal":
        assert parts.gap is not None and parts.gap <= gap


@pytest.mark.parametrize("objective", ["cost", pytest.param("lead_time", marks=pytest.mark.slow)])
def test_on_random_trees_the_optimum_lies_between_plan_and_bound(objective: str) -> None:
    cases = with_futures(range(0, 16) if objective == "cost" else range(300, 312))
    assert len(cases) >= 5
    for _, case in cases:
        agree(case, objective, 1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("first", [400, 450, 500])
def test_on_many_random_trees_the_optimum_lies_between_plan_and_bound(first: int) -> None:
    for _, case in with_futures(range(first, first + 50)):
        agree(case, "cost", 1e-3)


def test_without_whole_numbers_the_parts_reach_the_optimum_of_the_whole() -> None:
    case = quickstart_with(5)
    built = build(case)
    free = replace(built.arrays, integer=np.zeros_like(built.arrays.integer))
    optimum = Session(free, "cost").solve(Options(gap=0.0)).objective
    period = parting_period(built.network.tree)
    assert period == 5 and optimum is not None
    parts = split(built.network, free, "cost", period)
    assert parts is not None and len(parts.blocks) == 5
    with open_executor("serial") as executor:
        outcome, _ = Decomposition(parts, executor, Options(gap=1e-6)).run()
    assert outcome.objective == pytest.approx(optimum, rel=2e-6)
    assert outcome.bound is not None and outcome.bound <= optimum * (1 + 1e-7)


def test_the_split_holds_every_column_row_and_entry_once() -> None:
    built = build(quickstart_with(4))
    parts = split(built.network, built.arrays, "cost", 5)
    assert parts is not None
    pieces = [parts.trunk, *parts.blocks]
    rows, columns = built.arrays.matrix.shape
    assert sorted(np.concatenate([one.columns for one in pieces])) == list(range(columns))
    assert sorted(np.concatenate([one.rows for one in pieces])) == list(range(rows))
    entries = sum(one.matrix.nnz + one.trunk.nnz for one in pieces)
    assert entries == built.arrays.matrix.nnz
    assert sum(one.weight for one in parts.blocks) == pytest.approx(1.0)


def test_processes_give_the_plan_of_one_process() -> None:
    asked = Request(options=Options(gap=0.01), method="decomposed")
    case = quickstart_with(4)
    alone, together = (
        solve(case, asked),
        solve(case, replace(asked, executor="processes", workers=2)),
    )
    assert together.objective == alone.objective and together.bound == alone.bound
    assert together.tables["decisions"].equals(alone.tables["decisions"])


@pytest.mark.slow
def test_a_dask_cluster_of_two_workers_gives_the_plan_of_one_process(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    asked = Request(options=Options(gap=0.01), method="decomposed")
    case = quickstart_with(6)
    alone = solve(case, asked)
    with dask_cluster(tmp_path) as address:
        afar = solve(case, replace(asked, executor="dask", address=address))
    assert afar.objective == alone.objective and afar.bound == alone.bound
    assert afar.tables["decisions"].equals(alone.tables["decisions"])


@pytest.mark.slow
def test_many_futures_of_a_made_up_case_reach_one_per_cent() -> None:
    case = synthetic_case(Size(12, 9, 8, seed=2, scenarios=12, pedigrees=0))
    found = solve(case, Request(options=Options(gap=0.01, time_limit=80), method="decomposed"))
    assert found.gap is not None and found.gap <= 0.01


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--minimise", "cvar"], "cvar compares or mixes all futures"),
        (["--minimise", "shortage", "--minimise", "cost"], "several objectives in order"),
        (["--cap", "lead_time=60"], "the limit on lead_time is one over all futures"),
    ],
)
def test_what_cannot_be_solved_in_parts_is_told(options: list[str], words: str) -> None:
    told = run("solve", "ndfeb", "--scenarios", "B1,B2", "--method", "decomposed", *options)
    assert told.code == 2
    assert words in " ".join(told.stderr.split())
