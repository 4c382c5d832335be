"""Sampled cases are cases like any other, and nothing in them can be known too early."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import secondsource as ss
from commands import run
from secondsource.datasets.save import save_case
from secondsource.models.draws import DRAWN
from secondsource.optimizer.sampling.sampled_case import single, undrawn
from secondsource.optimizer.tree import build_tree
from secondsource.optimizer.values import Values

from .newsvendor import DRAWS, newsvendor
from .test_evaluate import PRICES

EXAMPLE = Path(__file__).parents[2] / "examples" / "draws.toml"


def test_the_same_seed_draws_the_same_and_another_draws_otherwise() -> None:
    case = ss.load_case("quickstart")
    first, again, other = (ss.sample(case, EXAMPLE, 8, seed=seed) for seed in (1, 1, 2))
    assert first.case == again.case
    assert first.futures.equals(again.futures)
    assert first.case != other.case


@pytest.mark.parametrize("name", ["drawn", "drawn.xlsx", "drawn.json"])
def test_a_sampled_case_reads_back_from_every_form_without_a_problem(
    tmp_path: Path, name: str
) -> None:
    drawn = ss.sample(ss.load_case("quickstart"), EXAMPLE, 5, seed=2)
    save_case(drawn.case, tmp_path / name)
    assert ss.load_case(tmp_path / name) == drawn.case
    assert [row.branches_at for row in drawn.case.scenarios] == [None, 3, 3, 3, 3]
    assert sum(row.probability or 0 for row in drawn.case.scenarios) == pytest.approx(1)


def test_nothing_differs_before_the_futures_part() -> None:
    drawn = ss.sample(ss.load_case("quickstart"), PRICES, 20, seed=2).case
    own = [row for row in drawn.changes if row.source == DRAWN]
    assert len(own) > 60
    assert min(drawn.period(row.start, 1) for row in own) == 3
    other = ss.sample(ss.load_case("quickstart"), PRICES, 3, seed=5, gap=0.05).case
    plan = ss.solve(other)
    nodes = plan.tables["nodes"]
    assert nodes.groupby("period")["node"].count().tolist() == [1, 1, 3, 3, 3, 3, 3, 3]


def test_an_event_happens_as_often_as_it_is_likely_when_and_as_long_as_it_says() -> None:
    event = {"name": "out", "site": "Osaka", "probability": 0.25, "starts": [3, "2028-01"],
             "starts_probabilities": [0.8, 0.2], "lasts": [1, 4]}  # fmt: skip
    drawn = ss.sample(ss.load_case("quickstart"), {"events": [event]}, 400, seed=1)
    assert drawn.futures["out"].notna().sum() == 100  # a Latin hypercube: exactly
    starts = drawn.futures["out"].value_counts()
    assert set(starts.index) == {"2027-Q3", "2028-Q1"}
    assert 65 < starts["2027-Q3"] < 92
    rows = [row for row in drawn.case.changes if row.scenario == "s001" or row.table == "offers"]
    assert {(row.field, row.value) for row in rows} == {("capacity", 0.0)}
    spans = {(row.start, row.end) for row in drawn.case.changes if row.source == DRAWN}
    assert spans == {(3, 3), (3, 6), (5, 5), (5, 8)}
    assert {row.table for row in drawn.case.changes} == {"offers", "lanes"}


def test_reduction_keeps_the_mean_near_and_says_how_far_it_went() -> None:
    drawn = ss.sample(newsvendor(), DRAWS, 100, seed=1, keep=5)
    table = drawn.futures
    assert len(table) == len(drawn.case.scenarios) == 5
    assert (table["demand"] * table["probability"]).sum() == pytest.approx(100, abs=3)
    assert drawn.distance is not None and drawn.relative is not None
    assert 0.1 < drawn.relative < 0.3  # five even pieces of a line leave a fifth


def test_drawing_again_starts_from_the_case_as_it_was() -> None:
    case = ss.load_case("quickstart")
    drawn = ss.sample(case, EXAMPLE, 4, seed=1).case
    assert undrawn(drawn).changes == case.changes
    again = ss.sample(drawn, EXAMPLE, 6, seed=3)
    assert again.case.scenarios == ss.sample(case, EXAMPLE, 6, seed=3).case.scenarios
    assert again.case.changes == ss.sample(case, EXAMPLE, 6, seed=3).case.changes


def test_one_of_a_cases_own_futures_is_varied() -> None:
    case = ss.load_case("ndfeb")
    chosen = single(case, "B3")
    assert chosen.scenarios == []
    with pytest.raises(ss.CaseError, match="none is chosen"):
        single(case, None)
    before, after = (
        Values(case, build_tree(case, ["B3"])), Values(chosen, build_tree(chosen))
    )  # fmt: skip
    for table, column in sorted({(row.table, row.field) for row in case.changes}):
        if (table, column) == ("control_status", "status"):
            assert (before.status() == after.status()).all()
        else:
            assert np.array_equal(
                before.array(table, column), after.array(table, column), equal_nan=True
            )


def test_commands_from_a_sample_to_a_plan_tried(tmp_path: Path) -> None:
    case, drawn, draws = tmp_path / "case.json", tmp_path / "drawn.json", tmp_path / "draws.toml"
    save_case(newsvendor(), case)
    draws.write_text(
        '[[draws]]\nname = "demand"\ntable = "demand"\nfield = "quantity"\n'
        'distribution = "uniform"\nlow = 50\nhigh = 150\n'
    )
    told = run("sample", case, draws, "-o", drawn, "--scenarios", 30, "--keep", 6, "--json").json
    assert told["drawn"] == 30
    assert told["scenarios"] == 6
    assert run("sample", case, draws, "-o", drawn).code == 2  # it is there already
    assert run("solve", drawn, "-o", tmp_path / "plan", "--json").code == 0
    tried = run("evaluate", tmp_path / "plan", draws, "--scenarios", 10, "--seed", 3, "--executor",
                "serial", "-o", tmp_path / "tried", "--csv", "--json")  # fmt: skip
    assert tried.code == 0
    assert len(tried.json["samples"]) == 10
    assert (tmp_path / "tried" / "samples.csv").exists()
    words = run("evaluate", tmp_path / "plan", draws, "--scenarios", 5, "--executor", "serial")
    assert "mean of the worst 5 %" in words.stdout
    found = run("saa", case, draws, "-o", tmp_path / "saa", "--batches", 2, "--scenarios", 5,
                "--unseen", 5, "--executor", "serial", "--json")  # fmt: skip
    assert found.code == 0
    assert found.json["saa_gap_at_most"] >= found.json["saa_gap"] >= 0
    assert run("verify", tmp_path / "saa").code == 0
    again = run("evaluate", tmp_path / "saa", draws, "--scenarios", 5, "--executor", "serial",
                "--json")  # fmt: skip
    assert again.json["cost"]["mean"] > 0


def test_a_wrong_file_exits_with_2_and_json_tells_why(tmp_path: Path) -> None:
    draws = tmp_path / "draws.toml"
    draws.write_text("[[draws]\n")
    told = run("saa", "quickstart", draws, "--json")
    assert told.code == 2
    assert "is not valid TOML" in json.loads(told.stdout)["error"]
    assert run("sample", "quickstart", draws, "-o", tmp_path / "x").code == 2
    missing: Any = run("evaluate", tmp_path / "none", draws)
    assert missing.code == 2
    assert "is no run folder" in missing.stderr
