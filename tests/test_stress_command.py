"""``secondsource stress`` as people run it, and fixes that really help."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commands import run
from secondsource.datasets.load import load_case
from secondsource.datasets.runs import read_run
from secondsource.models.case import Case, CaseSettings
from secondsource.models.network_rows import Demand, Material, Offer, Site, Stockpile
from secondsource.models.rule_rows import Change
from secondsource.optimizer.executors import open_executor
from secondsource.optimizer.highs import Options
from secondsource.optimizer.solve import Request, solve
from secondsource.optimizer.stress.fixes import Trouble, cheapest_fix, with_fix
from secondsource.optimizer.stress.fixing import task_of
from secondsource.optimizer.stress.run import stress
from secondsource.optimizer.stress.study import Question, prepare, run_study, try_outages
from secondsource.optimizer.stress.undisturbed import undisturbed_plan

EXACT = Options(gap=0.0, threads=1)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the bundled small case."""
    folder = tmp_path_factory.mktemp("stress") / "plan"
    assert run("solve", "quickstart", "-o", folder, "--json").code == 0
    return folder


def test_a_run_and_its_case_give_the_same_ranking(plan: Path) -> None:
    of_run = run("stress", plan, "--json").json
    of_case = run("stress", "quickstart", "--json").json
    names = [(row["kind"], row["what"]) for row in of_run["outages"]]
    assert names == [(row["kind"], row["what"]) for row in of_case["outages"]]
    for one, other in zip(of_run["outages"], of_case["outages"], strict=True):
        assert one["loss"] == pytest.approx(other["loss"], rel=1e-3, abs=2e4)
    losses = [row["loss"] for row in of_run["outages"]]
    assert losses == sorted(losses, reverse=True)
    assert min(losses) >= 0
    assert {row["kind"] for row in of_run["outages"]} == {
        "site", "operator", "country", "lane", "control",
    }  # fmt: skip


def test_a_loss_is_what_a_solve_with_nothing_on_offer_costs_more(plan: Path) -> None:
    """Country CN sells through offers alone: without them for half a year."""
    told = run("stress", plan, "--kinds", "operator", "--only", "Baotou Oxides", "--json",
               "--recovery", "2", "--gap", "0").json  # fmt: skip
    case, tables, _ = read_run(plan)
    request = replace(Request.of(case), options=EXACT, keep=tables)
    base = solve(case, request)
    offers = [row.offer for row in case.offers if row.supplier == "Baotou Oxides"]
    none = Change(
        table="offers", key=",".join(offers), field="capacity", value=0, start=1, end=2
    )  # fmt: skip
    cut = solve(case.model_copy(update={"changes": [*case.changes, none]}), request)
    assert base.objective is not None
    assert cut.objective is not None
    assert told["outages"][0]["loss"] == pytest.approx(
        cut.objective - base.objective, rel=1e-6, abs=1.0
    )


def test_longer_outages_never_cost_less_and_starts_are_told_apart(plan: Path) -> None:
    told = run(
        "stress", plan, "--kinds", "country", "--recovery", "1,2,4", "--recovery", "country=1,3",
        "--start", "1,2027-07", "--json",
    ).json["outages"]  # fmt: skip
    assert {row["recovery"] for row in told} == {1, 3}
    assert {row["start"] for row in told} == {1, 3}
    for row in told:
        if row["recovery"] == 1:
            longer = [
                other for other in told
                if (other["what"], other["start"]) == (row["what"], row["start"])
                and other["recovery"] == 3
            ]  # fmt: skip
            assert longer[0]["loss"] >= row["loss"] - 1e-3 * abs(row["loss"]) - 2e4


def test_the_folder_holds_the_tables(plan: Path, tmp_path: Path) -> None:
    out = tmp_path / "stressed"
    told = run("stress", plan, "--fix", "-o", out, "--csv", "--json")
    assert told.code == 0
    summary = json.loads((out / "summary.json").read_text())
    assert summary == told.json
    table = pd.read_parquet(out / "outages.parquet")
    assert list(table["what"]) == [row["what"] for row in summary["outages"]]
    short = pd.read_parquet(out / "short.parquet")
    worst = table.iloc[0]
    own = short[(short["what"] == worst["what"]) & (short["kind"] == worst["kind"])]
    assert own["never"].sum() == pytest.approx(worst["short"])
    assert (out / "fixes.csv").is_file()
    assert summary["fixes"]
    assert all(row["short"] == pytest.approx(0.0, abs=1e-5) for row in summary["with_fixes"])


def test_people_get_a_page(plan: Path) -> None:
    told = run("stress", plan, "--fix")
    assert told.code == 0
    for words in ("The worst outages", "Who goes short", "The cheapest fix", "nobody goes short"):
        assert words in told.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--kinds", "planet"], "planet"),
        (["--only", "nobody"], "nobody"),
        (["--start", "99"], "99"),
        (["--start", "soon"], "soon"),
        (["--recovery", "0"], "no time"),
        (["--recovery", "1.5"], "no time"),
        (["--recovery", "planet=2"], "planet"),
        (["--recovery", ""], "names no time"),
        (["--worst", "0"], "worst"),
        (["--shortage-value", "-1"], "-1"),
        (["--executor", "dask"], "address"),
        (["--address", "tcp://127.0.0.1:9", "--workers", "2"], "not for 'dask'"),
    ],
)
def test_what_makes_no_sense_is_said(options: list[str], words: str) -> None:
    told = run("stress", "quickstart", *options)
    assert told.code == 2
    assert words in told.stderr
    assert "Traceback" not in told.stderr


def test_a_case_without_a_plan_cannot_be_tested() -> None:
    told = run("stress", "quickstart", "--set", "demand:*:quantity=1000000", "--json")
    assert told.code == 3
    assert told.json["status"] == "infeasible"


def test_something_that_is_no_plan_is_said(tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_text("{}")
    told = run("stress", tmp_path)
    assert told.code == 2
    assert "is no run folder" in told.stderr


def chain(initial: float = 25.0) -> Case:
    """One seller, ten a period needed, and a store."""
    return Case(
        case=CaseSettings(name="chain", periods=8, months_per_period=1),
        materials=[Material(material="ore", price=7)],
        sites=[Site(site="works", country="DE")],
        offers=[
            Offer(offer="near", site="works", material="ore", supplier="A", price=5, capacity=12),
            Offer(
                offer="far", site="works", material="ore", supplier="B", price=6, capacity=4,
                select_cost=90,
            ),
        ],
        demand=[Demand(site="works", material="ore", quantity=10, shortage_cost=100)],
        stockpiles=[
            Stockpile(site="works", material="ore", initial=initial, final_level=initial,
                      min_level=initial, holding_cost=0.01, capacity=60)
        ],
    )  # fmt: skip


def test_stock_for_two_and_a_half_periods_survives_that_long() -> None:
    case = chain()
    question = Question(kinds=("operator",), only="A", recoveries={"": (2, 4)}, options=EXACT)
    found = stress(case, solve(case).tables, question)
    rows = found.outages.set_index("recovery")
    assert rows["time_to_survive"].tolist() == [pytest.approx(2.5)] * 2
    assert rows.loc[2, "short"] == pytest.approx(0.0)
    assert rows.loc[4, "short"] == pytest.approx(15.0)
    assert found.short["never"].sum() == pytest.approx(15.0)
    assert set(found.short["recovery"]) == {4}


def test_the_cheapest_fix_is_the_cheaper_of_stock_and_second_source() -> None:
    """15 short: stock at 7 + 8 periods x 0.01 each, or a second source for 90.

    Four periods of the second source give 16 for 90, less than 15 x 7.08 = 106.2.
    """
    case = chain()
    question = Question(kinds=("operator",), only="A", recoveries={"": (4,)}, options=EXACT)
    found = stress(case, solve(case).tables, question, worst=1)
    assert found.fixes is not None
    assert found.fixes[["fix", "what"]].to_numpy().tolist() == [["qualify", "far"]]
    assert found.fixes["cost"].sum() == pytest.approx(90.0)
    dear = case.model_copy(
        update={"offers": [case.offers[0], case.offers[1].model_copy(update={"select_cost": 120})]}
    )
    found = stress(dear, solve(dear).tables, question, worst=1)
    assert found.fixes is not None
    assert found.fixes["fix"].tolist() == ["stock"]
    assert found.fixes["quantity"].sum() == pytest.approx(15.0)
    assert found.fixes["cost"].sum() == pytest.approx(15 * (7 + 8 * 0.01))


def test_a_fix_that_is_impossible_says_what_is_left() -> None:
    """A full store takes 10 more while the first period uses 10: 5 of the 15 stay short."""
    case = chain()
    case = case.model_copy(
        update={
            "offers": case.offers[:1],
            "stockpiles": [case.stockpiles[0].model_copy(update={"capacity": 25.0})],
        }
    )
    question = Question(kinds=("operator",), only="A", recoveries={"": (4,)}, options=EXACT)
    found = stress(case, solve(case).tables, question, worst=1)
    assert found.fixed is not None
    assert found.fixed["short"].tolist() == [pytest.approx(5.0, abs=1e-4)]


def test_the_worst_outages_are_survived_when_they_are_tried_again_with_the_fix() -> None:
    case = load_case("quickstart")
    tables = solve(case).tables
    question = Question(kinds=("site", "country", "operator"), options=Options(threads=1))
    prepared = prepare(case, tables, question)
    with open_executor("serial") as executor:
        done = list(run_study(prepared, question, executor))
        plan, findings = done[0]
        hurt = [f for f in findings if f.tried.losses[0].never.sum() > 1e-6]
        assert len(hurt) >= 2
        troubles = [Trouble(plan, task_of(prepared, question, plan, f, 2), 0) for f in hurt]
        free = prepared.workbench.built.arrays
        fix = cheapest_fix(
            prepared.network, free, prepared.kept, prepared.worth, troubles, question.options
        )
        assert fix.behind.max() == pytest.approx(0.0, abs=1e-5)
        kept = with_fix(prepared.kept, fix, prepared.network, 1)
        better = undisturbed_plan(prepared.network, kept, prepared.worth, 1, None, question.options)
        again = try_outages(
            prepared, question, better, [finding.outage for finding in hurt], executor
        )
    for finding in again:
        assert np.sum(finding.tried.losses[0].never) == pytest.approx(0.0, abs=1e-4)


def test_processes_find_what_one_finds_alone() -> None:
    case = load_case("quickstart")
    tables = solve(case).tables
    question = Question(kinds=("site", "control"), options=Options(threads=1))
    alone = stress(case, tables, question, executor="serial")
    crew = stress(case, tables, question, executor="processes", workers=2)
    pd.testing.assert_frame_equal(alone.outages, crew.outages)
    pd.testing.assert_frame_equal(alone.short, crew.short)
