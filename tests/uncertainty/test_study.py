"""What knowing and planning for the future is worth: published, on paper, by plain solves."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import secondsource
from commands import run
from hypothesis import given
from hypothesis import strategies as st
from optimizer.agreement import checked, exact
from secondsource.models.risk_results import RiskResult
from secondsource.optimizer.highs import Options
from secondsource.optimizer.network import build_network
from secondsource.optimizer.solve import build
from secondsource.optimizer.uncertainty.alone import least_cost
from secondsource.optimizer.uncertainty.mean_value import mean_value_network
from secondsource.optimizer.uncertainty.question import RiskQuestion
from secondsource.optimizer.uncertainty.study import risk
from secondsource.optimizer.uncertainty.trials import tried
from secondsource.optimizer.uncertainty.trunk import Trunk, first_branch

from .futures import gamble, least_alone, only, quick, several_futures, shares_a_beginning

TRUTH = Path(__file__).resolve().parent.parent / "data" / "truth"
EXPECTED: dict[str, dict[str, Any]] = json.loads((TRUTH / "expected.json").read_text())
SEEDS = st.integers(0, 1_000_000)
NETDES = [name for name in EXPECTED if name.startswith("netdes")]


def study(case: Any, gap: float = 0.0, **how: Any) -> RiskResult:
    """A risk study at a gap of 0 on one thread."""
    question = RiskQuestion(options=Options(gap=gap, threads=1), **how)
    return risk(case, question)


@cache
def told(name: str, *options: str) -> dict[str, Any]:
    """What ``secondsource risk --json`` prints for a published instance."""
    found = run("risk", TRUTH / f"{name}.json", "--json", "--gap", 0, *options)
    assert found.code == 0, found.stderr
    return found.json


@pytest.mark.parametrize("name", ["farmer", "ampl_stoch_floc"])
def test_published_values_of_information_and_of_the_stochastic_solution(name: str) -> None:
    entry, found = EXPECTED[name], told(name)
    assert found["expected_cost"]["value"] == pytest.approx(entry["value"], rel=1e-6)
    assert found["wait_and_see"]["value"] == pytest.approx(entry["wait_and_see"], rel=1e-6)
    assert found["EVPI"]["value"] == pytest.approx(entry["EVPI"], rel=1e-5)
    assert found["VSS"]["value"] == pytest.approx(entry["VSS"], rel=1e-5, abs=0.1)
    for value in (found["EVPI"], found["VSS"]):
        assert value["least"] == pytest.approx(value["value"], rel=1e-5, abs=0.1)
        assert value["most"] == pytest.approx(value["value"], rel=1e-5, abs=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("name", NETDES)
def test_published_optima_of_network_design_by_the_extensive_form(name: str) -> None:
    found = told(name, "--points", "0", "--no-cross", "--no-mean-value")
    assert found["expected_cost"]["value"] == pytest.approx(EXPECTED[name]["value"], abs=0.1)
    alone = [solved["alone"] for solved in found["futures"]]
    chance = [solved["probability"] for solved in found["futures"]]
    known = found["expected_cost"]["value"] - np.dot(alone, chance)
    assert found["EVPI"]["value"] == pytest.approx(known, abs=1e-6)


def test_the_farmer_knows_what_each_year_would_regret() -> None:
    """Birge and Louveaux, table 1.5 and section 1.1: acres for average yields earn 107,240."""
    found = told("farmer")
    expected = {row["plan"]: row["expected"] for row in found["sums"]}
    assert expected["average"] == pytest.approx(-107240)
    assert expected["mean value"] == pytest.approx(-107240)
    assert expected["all futures"] == pytest.approx(-108390)
    cells = {(row["plan"], row["scenario"]): row["cost"] for row in found["plans"]}
    assert cells["average", "above average"] == pytest.approx(-148000)
    assert cells["average", "average"] == pytest.approx(-118600)
    assert cells["average", "below average"] == pytest.approx(-55120)
    assert found["two_stages"] and found["branch"] == "period 2"


def test_a_gamble_on_paper() -> None:
    """All spot costs 30 on average; known, 10 or 40. At the mean price of 3 nobody buys ahead."""
    found = study(checked(gamble(cvar_level=0.75)))
    assert found.together.value == pytest.approx(30)
    assert found.wait_and_see.value == pytest.approx(0.75 * 10 + 0.25 * 40)
    assert found.information.value == pytest.approx(12.5)
    assert found.mean_value is not None and found.mean_value.value == pytest.approx(30)
    assert found.stochastic is not None and found.stochastic.value == pytest.approx(0, abs=1e-6)
    regret = found.plans.set_index(["plan", "scenario"])["regret"]
    assert regret["calm", "dear"] == pytest.approx(50)
    assert regret["dear", "calm"] == pytest.approx(30)
    assert regret["calm", "calm"] == regret["dear", "dear"] == 0
    front = found.robustness
    assert front is not None
    assert front["price"].iloc[-1] == pytest.approx(10) and front["saved"].iloc[
        -1
    ] == pytest.approx(50)


@pytest.mark.slow
@quick(3)
@given(seed=SEEDS)
def test_every_number_is_that_of_plain_solves(seed: int) -> None:
    """Alone and together by the plain model's readers; no plan beats the best in any future."""
    data = several_futures(seed, shares_a_beginning)
    case, alone = checked(data), least_alone(data)
    plain = exact(case)
    if alone is None or plain.objective is None:
        return
    found = study(case, points=0)
    chance = {row["scenario"]: row["probability"] for row in data["scenarios"]}
    known = sum(chance[name] * cost for name, cost in alone.items())
    size = 1e-6 * (abs(plain.objective) + 10)
    assert found.together.value == pytest.approx(plain.objective, abs=size)
    assert found.wait_and_see.value == pytest.approx(known, abs=size)
    assert found.information.value == pytest.approx(plain.objective - known, abs=size)
    assert plain.objective >= known - size
    for row in found.plans.to_dict("records"):
        if row["cost"] == row["cost"]:  # not NaN: the plan leaves a way on
            assert row["cost"] >= alone[row["scenario"]] - size
            assert row["bound"] != row["bound"] or row["bound"] <= row["cost"] + size
        if row["plan"] == row["scenario"]:
            assert row["cost"] == pytest.approx(alone[row["scenario"]], abs=size)
    if found.two_stages:
        for row in found.sums.to_dict("records"):
            assert not row["expected"] < plain.objective - size


@pytest.mark.slow
@quick(6)
@given(seed=SEEDS)
def test_keeping_a_plan_where_it_was_made_changes_nothing(seed: int) -> None:
    """What the plan for all futures does first, kept there, costs what it costs."""
    built = build(checked(several_futures(seed, shares_a_beginning)))
    options = Options(gap=0.0, threads=1)
    outcome, point = least_cost(built.arrays, options)
    if point is None:
        return
    start = first_branch(built.network.tree)
    trial = tried(options, Trunk.of(built, point, start).kept(built, start))
    assert trial.lost == 0
    assert outcome.objective is not None
    assert trial.cost == pytest.approx(outcome.objective, rel=1e-6, abs=1e-5)


def test_intervals_hold_the_truth_when_solves_stop_early() -> None:
    name = "ampl_stoch_floc"
    rough = told(name, "--points", "0", "--no-cross", "--no-mean-value", "--gap", "0.3")
    exactly = told(name)
    for what in ("expected_cost", "wait_and_see", "EVPI"):
        truth = exactly[what]["value"]
        assert rough[what]["least"] <= truth + 0.01
        assert rough[what]["most"] >= truth - 0.01


def test_means_are_means_and_states_are_the_likeliest() -> None:
    data = gamble()
    data["scenarios"] = [
        {"scenario": "calm", "probability": 0.2},
        {"scenario": "dear", "probability": 0.3, "parent": "calm", "branches_at": 2},
        {"scenario": "shut", "probability": 0.5, "parent": "calm", "branches_at": 2},
    ]
    data["controls"] = [{"control": "Z", "kind": "export", "policy": "prohibited",
                         "exporters": "CN", "destinations": "DE"}]  # fmt: skip
    data["control_status"] = [{"control": "Z", "start": 1, "status": "announced"}]
    data["changes"] += [
        {"scenario": "shut", "table": "control_status", "key": "Z", "field": "status",
         "value": "in_force"},
        {"scenario": "shut", "table": "offers", "key": "spot", "field": "capacity", "value": 5},
        {"scenario": "shut", "table": "demand", "key": "shop", "field": "quantity", "value": 4},
    ]  # fmt: skip
    network = mean_value_network(build_network(checked(data)))
    values = network.frame.values
    assert values.array("offers", "price")[0].tolist() == [1, pytest.approx(0.7 * 1 + 0.3 * 9)]
    assert values.array("demand", "quantity")[0].tolist() == [10, pytest.approx(0.5 * 10 + 0.5 * 4)]
    # half of the futures have no limit and half one of 5: no mean; the first of equals is taken
    assert values.array("offers", "capacity")[0].tolist() == [np.inf, np.inf]
    assert values.status().tolist() == [["announced", "announced"]]


def test_one_future_has_nothing_to_know() -> None:
    found = study(checked(only(gamble(), "dear")), scenarios=("dear",))
    assert found.together.value == pytest.approx(40)
    assert found.information.told() == {"value": 0, "least": 0, "most": 0}
    assert found.stochastic is None and found.robustness is None


def test_decisions_that_leave_no_way_on_are_told_as_such() -> None:
    """Hard demand in the dear future, and nothing on the spot market then: who waits is stuck."""
    data = gamble()
    data["changes"] = [{"scenario": "dear", "table": "offers", "key": "spot", "field": "capacity",
                        "value": 0}]  # fmt: skip
    found = study(checked(data))
    stuck = found.sums.set_index(["kind", "plan"])["fails_in"]
    assert stuck["alone", "calm"] == "dear"
    assert stuck["together", "all futures"] == ""
    assert found.status == "optimal"


def test_goods_that_cannot_move_in_another_future_leave_no_way_on() -> None:
    """Ore ordered ahead comes to the mine; where the road is closed then, there it is stuck."""
    data = gamble()
    data["sites"].append({"site": "mine", "country": "CN"})
    data["offers"].append(
        {"offer": "far", "site": "mine", "material": "ore", "price": 0.5, "end": 1,
         "lead_days": 360}
    )  # fmt: skip
    data["lanes"] = [{"lane": "road", "from": "mine", "to": "shop"}]
    data["changes"].append({"scenario": "dear", "table": "lanes", "key": "road",
                            "field": "capacity", "value": 0})  # fmt: skip
    found = study(checked(data))
    sums = found.sums.set_index(["kind", "plan"])
    assert sums["fails_in"]["alone", "calm"] == "dear"
    assert sums["fails_in"]["alone", "dear"] == ""
    assert found.together.value == pytest.approx(30)


def test_nothing_is_possible_exits_3(tmp_path: Path) -> None:
    data = gamble()
    for row in data["offers"]:
        row["capacity"] = 1
    file = tmp_path / "case.json"
    file.write_text(json.dumps(data))
    found = run("risk", file, "--json")
    assert (found.code, found.json["status"]) == (3, "infeasible")
    assert found.json["EVPI"] == {"value": None, "least": None, "most": None}


def test_the_page_and_the_folder_say_the_same(tmp_path: Path) -> None:
    file, folder = tmp_path / "case.json", tmp_path / "study"
    file.write_text(json.dumps(gamble(cvar_level=0.75)))
    page = run("risk", file, "-o", folder, "--gap", 0, "--csv")
    assert page.code == 0, page.stderr
    for words in ("what knowing it is worth", "12.5", "value of the stochastic solution",
                  "price of robustness", "calm alone"):  # fmt: skip
        assert words in page.stdout
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["EVPI"]["value"] == pytest.approx(12.5)
    assert {"futures", "plans", "sums", "robustness"} <= {one.stem for one in folder.glob("*.csv")}
    assert run("verify", folder / "plan").code == 0


def test_a_price_of_robustness_that_takes_too_long_is_stopped_and_said_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("secondsource.optimizer.uncertainty.study.patience", lambda spent: 1e-6)
    found = study(checked(gamble()), points=3)
    assert found.status == "feasible"
    assert any("price of robustness was stopped" in line for line in found.warnings)
    assert found.together.value == pytest.approx(30) and found.robustness is not None


def test_two_workers_find_what_one_does() -> None:
    case = checked(gamble())
    here = risk(case, RiskQuestion(points=0), executor="serial")
    beside = risk(case, RiskQuestion(points=0), workers=2)
    pd.testing.assert_frame_equal(here.plans, beside.plans)
    pd.testing.assert_frame_equal(here.sums, beside.sums)


def test_public_name_is_risk() -> None:
    found = secondsource.risk(checked(gamble()), RiskQuestion(points=0, cross=False), alpha=0.5)
    assert found.level == 0.5 and found.information.value == pytest.approx(12.5)
    assert isinstance(found, secondsource.RiskResult)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--alpha", "1"), "no level of risk"),
        (("--alpha", "nan"), "no level of risk"),
        (("--points", "1"), "at least its 2 ends"),
        (("--scenarios", "calm,deer"), "no scenario 'deer'; the case has calm, dear"),
    ],
)
def test_bad_options_exit_2(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(gamble()))
    found = run("risk", file, *options)
    assert found.code == 2
    assert words in " ".join(found.stderr.split())


@pytest.mark.slow
def test_workers_leave_no_word_behind(tmp_path: Path) -> None:
    """A program of its own ends without warnings of what its workers held."""
    (tmp_path / "case.json").write_text(json.dumps(gamble()))
    program = "from secondsource.cli.main import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", program, "risk", str(tmp_path / "case.json"),
         "--points", "0", "--workers", "2", "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Warning" not in ended.stderr and json.loads(ended.stdout)["status"] == "optimal"
