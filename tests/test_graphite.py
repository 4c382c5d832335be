"""The bundled anode case: a second material chain that the code knows nothing about."""

from __future__ import annotations

import dataclasses
import re
import time
from functools import cache
from pathlib import Path

import pytest
import secondsource
from commands import run
from secondsource.datasets.load import load_case, read_case
from secondsource.models.case import TABLES, Case
from secondsource.models.plan import Solution, SolveStatus
from secondsource.optimizer.solve import Request, solve
from secondsource.optimizer.verify import verify_plan

FUTURES = ("B1", "B2", "B3", "B4", "B5", "O1", "O2", "O3")


@cache
def graphite() -> Case:
    """The bundled case."""
    return load_case("graphite")


@cache
def plan_of(future: str) -> tuple[Solution, float]:
    """The plan of one future within a thousandth, and the processor seconds it took."""
    request = dataclasses.replace(Request.of(graphite()), scenarios=(future,))
    options = dataclasses.replace(request.options, gap=1e-3, time_limit=80, threads=1)
    began = time.process_time()
    plan = solve(graphite(), dataclasses.replace(request, options=options))
    return plan, time.process_time() - began


def test_it_is_without_a_single_complaint() -> None:
    _, problems = read_case("graphite")
    assert [str(problem) for problem in problems] == []


def test_every_row_says_where_it_comes_from_and_how_good_it_is() -> None:
    for table in TABLES:
        for row in graphite().rows(table):
            assert row.source, row
            assert row.confidence, row


def test_the_futures_probabilities_are_marked_as_judgement() -> None:
    rows = [row for row in graphite().scenarios if row.probability]
    assert sum(row.probability or 0 for row in rows) == pytest.approx(1)
    assert {row.confidence for row in rows} == {"illustrative"}


def test_no_code_knows_graphite() -> None:
    """Only the list that says what each bundled case teaches names it."""
    root = Path(secondsource.__file__).parent
    rooms = ("models", "datasets", "optimizer", "reports", "cli")
    knows = {
        path.relative_to(root).as_posix()
        for room in rooms
        for path in (root / room).rglob("*.py")
        if re.search("graphit|anode", path.read_text(encoding="utf-8"), re.IGNORECASE)
    }
    assert knows == {"cli/datasets.py"}


def test_the_readme_counts_its_rows_right() -> None:
    """How many rows are reported, estimated and illustrative."""
    readme = (Path(secondsource.__file__).parent / "datasets/bundled/graphite/README.md").read_text(
        encoding="utf-8"
    )
    for word in ("reported", "estimated", "illustrative"):
        rows = [row for table in TABLES for row in graphite().rows(table)]
        counted = sum(row.confidence == word for row in rows)
        assert re.search(rf"^\| {word} \|.*\| {counted} \|$", readme, re.MULTILINE), counted


def test_a_licence_is_asked_for_chinese_anode_and_a_duty_at_the_american_border() -> None:
    asked = ("--from", "CN-ANODE-N", "--to", "US-CELLS", "--material", "natural-anode")
    found = run("controls", "graphite", *asked, "--json").json
    hit = {rule for ruling in found["rulings"] for rule in ruling["rules"]}
    assert {"CN-39-2023", "US-301-AAM"} <= hit
    assert "CN-58-2025" not in hit


@pytest.mark.slow
@pytest.mark.parametrize("future", FUTURES)
def test_each_future_is_solved_to_a_thousandth_within_a_minute_and_holds(future: str) -> None:
    plan, seconds = plan_of(future)
    assert plan.status == SolveStatus.OPTIMAL
    assert plan.gap is not None
    assert plan.gap <= 1e-3
    assert seconds < 60
    found = verify_plan(graphite(), plan.tables, [future], costs=plan.costs)
    assert found.ok, found.lines()


@pytest.mark.slow
def test_the_worse_the_future_the_dearer_its_plan_and_only_cuts_of_volume_leave_people_short() -> (
    None
):
    calm, full = plan_of("B1")[0].objectives, plan_of("B3")[0].objectives
    assert calm["shortage"] == pytest.approx(0, abs=1)
    assert full["shortage"] > 1000
    assert full["cost"] > 1.03 * calm["cost"]
