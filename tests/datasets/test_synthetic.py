"""Made-up cases: plausible, of the size asked for, the same for the same seed, and solvable."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from secondsource.datasets.checks import check_case
from secondsource.datasets.load import load_case, read_case
from secondsource.datasets.synthetic import Size, synthetic_case
from secondsource.models.case import TABLES, Case
from secondsource.models.plan import SolveStatus
from secondsource.optimizer.guard import wide_numbers
from secondsource.optimizer.highs import Options
from secondsource.optimizer.solve import Request, solve

from tests.commands import run

SIZES = st.builds(
    Size,
    suppliers=st.integers(1, 150),
    materials=st.integers(6, 60),
    periods=st.integers(1, 25),
    seed=st.integers(0, 2**63 - 1),
    scenarios=st.integers(1, 12),
    pedigrees=st.integers(0, 2),
)


@settings(max_examples=40, deadline=None)
@given(SIZES)
def test_any_size_passes_every_check_without_a_warning(size: Size) -> None:
    case = synthetic_case(size)
    assert [str(problem) for problem in check_case(case)] == []
    assert wide_numbers(case) == []


@settings(max_examples=25, deadline=None)
@given(SIZES)
def test_there_are_as_many_suppliers_materials_and_periods_as_asked_for(size: Size) -> None:
    case = synthetic_case(size)
    operator = {site.site: site.operator for site in case.sites}
    assert len({row.supplier or operator[row.site] for row in case.offers}) == size.suppliers
    assert len(case.materials) == size.materials
    assert case.case.periods == size.periods
    assert len(case.scenarios) == (0 if size.futures == 1 else size.futures)
    assert len(case.pedigrees) <= size.pedigrees


def test_every_row_says_that_it_is_illustrative_and_the_title_that_it_is_made_up() -> None:
    case = synthetic_case(Size(30, 15, 10, seed=5))
    rows = [row for table in TABLES for row in case.rows(table)]
    assert {row.confidence for row in rows} == {"illustrative"}
    assert "Made-up" in (case.case.title or "")


@settings(max_examples=25, deadline=None)
@given(SIZES)
def test_no_recipe_gives_more_of_an_element_than_it_takes(size: Size) -> None:
    """In terms of oxide: a t of metal came from 1.2 t of it, an alloy from that of its metals."""
    case = synthetic_case(size)
    flows: dict[str, dict[str, float]] = {}
    for row in case.recipes:
        flows.setdefault(row.process, {})[row.material] = row.quantity
    stage = {row.process: row.stage for row in case.processes}
    form = {row.material: row.form for row in case.materials}
    held: dict[str, dict[str, float]] = {
        name: {name: 1.0} for name, kind in form.items() if kind == "oxide"
    }
    for wanted in ("metal", "alloy", "magnet"):
        for process, quantities in flows.items():
            if stage[process] != wanted:
                continue
            taken: dict[str, float] = {}
            for name, quantity in quantities.items():
                for oxide, part in held[name].items() if quantity < 0 else ():
                    taken[oxide] = taken.get(oxide, 0.0) - quantity * part
            made = {name: quantity for name, quantity in quantities.items() if quantity > 0}
            for name in made:
                known = held.setdefault(name, {})
                for oxide, amount in taken.items():
                    share = amount / sum(made.values())
                    known[oxide] = min(known.get(oxide, np.inf), share)
    for process, quantities in flows.items():
        taken_mass = -sum(each for each in quantities.values() if each < 0)
        made_mass = sum(each for each in quantities.values() if each > 0)
        if stage[process] == "separation":
            assert made_mass < taken_mass
        elif stage[process] == "recycling":
            (scrap,) = (name for name, each in quantities.items() if each < 0)
            for name, each in quantities.items():
                assert each < 0 or each <= held[scrap][name] * 1.01, (process, name)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_case(tmp_path: Path) -> None:
    for suffix in ("", ".json", ".xlsx"):
        for copy, seed in (("one", 3), ("two", 3), ("other", 4)):
            run_new(tmp_path / f"{copy}{suffix}", "--suppliers", 15, "--seed", seed)
    for suffix in (".json", ".xlsx"):
        one, two, other = (
            (tmp_path / f"{name}{suffix}").read_bytes() for name in ("one", "two", "other")
        )
        assert one == two
        assert one != other
    one_folder = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    assert one_folder == {path.name: path.read_bytes() for path in (tmp_path / "two").iterdir()}
    assert one_folder["offers.csv"] != (tmp_path / "other" / "offers.csv").read_bytes()


def test_folder_workbook_and_json_hold_the_same_case(tmp_path: Path) -> None:
    for name in ("made", "made.json", "made.xlsx"):
        run_new(tmp_path / name, "--suppliers", 25, "--materials", 14, "--periods", 9)
    case = synthetic_case(Size(25, 14, 9))
    for name in ("made", "made.json", "made.xlsx"):
        assert load_case(tmp_path / name) == case


def test_tables_grow_in_proportion_to_suppliers() -> None:
    small, large = (synthetic_case(Size(suppliers, 40, 8, seed=1)) for suppliers in (400, 1600))
    for table in ("sites", "offers", "plants", "lanes", "demand", "stockpiles", "disposal"):
        ratio = len(large.rows(table)) / len(small.rows(table))
        assert 3.4 < ratio < 4.6, (table, ratio)
    for table in ("materials", "recipes", "controls", "policies", "scenarios"):
        assert len(large.rows(table)) == len(small.rows(table))


@pytest.mark.parametrize(
    ("size", "gap"),
    [
        (Size(4, 6, 1, seed=2), 1e-4),
        (Size(6, 8, 5, seed=1), 1e-3),
        (Size(12, 10, 6, seed=7, scenarios=2, pedigrees=1), 1e-2),
        (Size(15, 9, 4, seed=3, scenarios=1, pedigrees=0), 1e-3),
    ],
)
def test_a_small_one_has_a_plan_that_verifies(size: Size, gap: float) -> None:
    case = synthetic_case(size)
    found = solve(case, replace(Request.of(case), options=Options(gap=gap, time_limit=120)))
    assert found.status is SolveStatus.OPTIMAL  # `solve` has verified it, or would have raised
    assert found.objectives["shortage"] < 0.5 * total_demand(case)


def test_rules_are_dated_and_some_are_not_in_force() -> None:
    case = synthetic_case(Size(200, 30, 16))
    kinds = {row.kind for row in case.controls}
    assert kinds == {"export", "import", "reexport", "technology", "service", "procurement"}
    assert {row.status for row in case.control_status} == {"announced", "in_force", "suspended"}
    assert len(case.pedigrees) == 2
    plain = synthetic_case(Size(200, 30, 16, pedigrees=0))
    assert not plain.pedigrees
    assert {row.kind for row in plain.controls} == {"export", "import", "technology", "service"}
    assert plain.lanes == case.lanes


def test_new_tells_what_it_made_up(tmp_path: Path) -> None:
    target = tmp_path / "made"
    told = run_new(target, "--suppliers", 10, "--materials", 12, "--periods", 6, "--seed", 9)
    case, problems = read_case(target)
    assert case is not None and not problems
    assert told["path"] == str(target)
    asked = {name: told[name] for name in ("suppliers", "materials", "periods", "seed")}
    assert asked == {"suppliers": 10, "materials": 12, "periods": 6, "seed": 9}
    assert told["sites"] == len(case.sites)
    assert told["rows"] == {name: len(case.rows(name)) for name in TABLES if case.rows(name)}
    assert run("new", tmp_path / "copy", "--json").json["from"] == "quickstart"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--suppliers", "5"], "--suppliers goes with --synthetic"),
        (["--seed", "0"], "--seed goes with --synthetic"),
        (["--synthetic", "--from", "quickstart"], "give only one"),
        (["--synthetic", "--suppliers", "0"], "suppliers must be from 1 to 100,000"),
        (["--synthetic", "--materials", "5"], "materials must be from 6 to 5,000"),
        (["--synthetic", "--periods", "0"], "periods must be from 1 to 400"),
        (["--synthetic", "--seed", "-1"], "seed must be from 0"),
        (["--synthetic", "--scenarios", "1001"], "scenarios must be from 1 to 1,000"),
        (["--synthetic", "--pedigrees", "3"], "pedigrees must be from 0 to 2"),
        (["--synthetic", "--suppliers", "many"], "not a valid integer"),
    ],
)
def test_what_cannot_be_made_up_is_told(options: list[str], words: str, tmp_path: Path) -> None:
    told = run("new", tmp_path / "made", *options)
    assert told.code == 2
    assert words in " ".join(told.stderr.split())
    assert not list(tmp_path.iterdir())


def test_a_made_up_case_replaces_another_only_with_force(tmp_path: Path) -> None:
    target = tmp_path / "made"
    run_new(target, "--suppliers", 10, "--periods", 6)
    told = run("new", target, "--synthetic", "--suppliers", 10, "--periods", 1)
    assert told.code == 2 and "--force" in told.stderr
    assert (target / "scenarios.csv").exists()
    run_new(target, "--suppliers", 10, "--periods", 1, "--force")
    assert not (target / "scenarios.csv").exists()
    assert load_case(target) == synthetic_case(Size(10, periods=1))


def run_new(target: Path, *options: object) -> dict[str, object]:
    """Make a case up, and what the command told."""
    told = run("new", target, "--synthetic", *options, "--json")
    assert told.code == 0, told.stderr
    return told.json


def total_demand(case: Case) -> float:
    """t over the horizon, growth left out."""
    return sum(row.quantity for row in case.demand) * case.case.periods
