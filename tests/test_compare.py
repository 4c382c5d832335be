"""Plans side by side: bridges that add up, and honesty about what cannot be compared."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from commands import run
from optimizer.agreement import checked
from optimizer.cases import change, offer, shop
from oracle.random_cases import random_case
from rich.console import Console
from secondsource.models.case import Case
from secondsource.models.comparison import Comparison
from secondsource.models.plan import Solution
from secondsource.optimizer.replan.paths import scenario_plans
from secondsource.optimizer.solve import Request, solve
from secondsource.reports.changes import changes_between, decisions_of
from secondsource.reports.compare import compare_plans
from secondsource.reports.compare_page import print_comparison
from secondsource.reports.side_by_side import compare

Solved = tuple[Case, Solution]


def solved(**tables: object) -> Solved:
    """A small case and its plan."""
    case = checked(shop(**tables))
    return case, solve(case)


def adds_up(found: Comparison) -> None:
    """Both bridges of every plan sum to the difference of the two costs."""
    cost = found.measures.set_index("measure").loc["cost"]
    for name in found.names:
        difference = cost[name] - cost[found.names[0]]
        scale = 1e-9 * max(1.0, abs(cost[name]), abs(cost[found.names[0]]))
        for by in ("category", "decision"):
            assert found.bridge(name, by=by)["change"].sum() == pytest.approx(difference, abs=scale)


SUPPLIERS = [offer("a", price=1, select_cost=5), offer("b", price=2, select_cost=3)]


def test_a_bridge_on_paper() -> None:
    old = solved(offers=SUPPLIERS)
    new = solved(offers=SUPPLIERS, changes=[change("offers", "price", 9, key="a")])
    found = compare({"old": old, "new": new})
    adds_up(found)
    by_category = dict(found.bridge().itertuples(index=False))
    assert by_category == {"purchases": 10.0, "qualification": -2.0}
    by_decision = {
        (kind, name): change for kind, name, change in found.bridge(by="decision").to_numpy()
    }
    assert by_decision == {("offer", "b"): 23.0, ("offer", "a"): -15.0}
    assert found.decisions.to_numpy().tolist() == [
        ["qualify", "a", "", "1", ""], ["qualify", "b", "", "", "1"],
    ]  # fmt: skip
    assert found.notes == ()


def test_shortages_and_whatever_belongs_to_no_decision_have_rows_of_their_own() -> None:
    short = {"shortage_cost": 4}
    old = solved(offers=[offer(capacity=6, order_cost=2)], wanted=short)
    new = solved(offers=[offer(capacity=3, order_cost=2)], wanted=short)
    found = compare([old, new])
    adds_up(found)
    accounts = found.by_decision.set_index(["kind", "name"])
    assert accounts.loc[("demand", "shop: ore")].tolist() == [16.0, 28.0]
    assert accounts.loc[("not tied to one decision", "ordering")].tolist() == [2.0, 2.0]


@pytest.mark.parametrize("seed", [6, 8])
def test_bridges_of_the_scenarios_of_random_plans_add_up(seed: int) -> None:
    case = checked(random_case(seed))
    plan = solve(case)
    assert plan.objective is not None
    paths = scenario_plans(case, plan.tables, case.solve.scenarios)
    adds_up(compare_plans(paths))
    weights = {row.scenario: row.probability for row in case.scenarios}
    total = sum(weights[path.name] for path in paths)
    mean = sum(weights[path.name] / total * path.objectives["cost"] for path in paths)
    assert mean == pytest.approx(plan.objectives["cost"], abs=1e-6, rel=1e-9)


def test_a_future_that_begins_as_another_decides_the_same_things_under_one_name() -> None:
    """Both plans choose supplier a in year 1, and the second one b when a fails."""
    case = checked(
        shop(
            settings={"periods": 3, "months_per_period": 12},
            offers=SUPPLIERS,
            scenarios=[
                {"scenario": "calm", "probability": 0.5},
                {"scenario": "ban", "probability": 0.5, "parent": "calm", "branches_at": 2},
            ],
            changes=[change("offers", "capacity", 0, key="a", start=2, scenario="ban")],
        )
    )
    plans = [(case, solve(case, Request(scenarios=(name,)))) for name in ("calm", "ban")]
    taken = [decisions_of(solution.tables) for _, solution in plans]
    first = ("qualify", "a", "")
    assert taken[0][first] == taken[1][first]
    assert changes_between(*(solution.tables for _, solution in plans)) == ["qualify b: 1"]


def test_what_cannot_be_compared_is_said() -> None:
    one = solved(offers=[offer()], settings={"currency": "USD"})
    other = solved(offers=[offer("z", price=2)], settings={"currency": "EUR", "periods": 2})
    found = compare({"one": one, "other": other})
    text = " / ".join(found.notes)
    assert "different currencies (USD, EUR)" in text
    assert "horizons of different length (12, 24 months)" in text
    assert "offers that not every case has: a, z" in text
    assert found.currency is None
    assert found.summary()["bridges"] == []
    with pytest.raises(ValueError, match="different currencies"):
        found.bridge()


def test_plans_without_a_plan_and_too_few_are_refused() -> None:
    one = solved(offers=[offer()])
    with pytest.raises(ValueError, match="at least two"):
        compare([one])
    nothing = checked(shop(offers=[offer(capacity=1)]))
    with pytest.raises(ValueError, match="plan 2 holds no plan"):
        compare([one, (nothing, solve(nothing))])


def test_who_is_left_short_is_told_and_the_dearest_decision_comes_first() -> None:
    def plan(*changes: dict[str, object]) -> tuple[Case, Solution]:
        case = checked(
            shop(
                offers=[
                    offer("a", select_cost=3), offer("b", price=2, select_cost=30, capacity=6),
                ],
                wanted={"shortage_cost": 100},
                changes=list(changes),
            )
        )  # fmt: skip
        return case, solve(case)

    found = compare([plan(), plan(change("offers", "capacity", 0, key="a"))])
    assert found.short.to_dict("records") == [
        {"site": "shop", "material": "ore", "end_use": "civil", "unit": "t",
         "plan 1": 0.0, "plan 2": 4.0}
    ]  # fmt: skip
    assert found.decisions["name"].tolist() == ["b", "a"]
    with io.StringIO() as text:
        print_comparison(found, Console(file=text, width=100))
        page = text.getvalue()
    assert "plan 2 costs 429 USD" in page
    assert page.count("\n") <= 40


@pytest.mark.slow
def test_the_command_compares_any_number_of_runs(tmp_path: Path) -> None:
    names = ["base", "dear", "tight"]
    settings = [[], ["--set", "offers:Baotou*:price=90000"], ["--cap", "lead_time=31"]]
    for name, more in zip(names, settings, strict=True):
        assert run("solve", "quickstart", "-o", tmp_path / name, *more).code == 0
    paths = [tmp_path / name for name in names]
    told = run("compare", *paths, "--json")
    assert told.code == 0
    assert told.json["plans"] == names
    assert [bridge["to"] for bridge in told.json["bridges"]] == names[1:]
    for bridge in told.json["bridges"]:
        for by in ("by_category", "by_decision"):
            total = sum(step["change"] for step in bridge[by])
            assert total == pytest.approx(bridge["difference"], abs=1e-3)
    page = run("compare", *paths)
    assert page.stdout.count("\n") <= 45
    for words in ("Side by side", "difference in cost", "Who supplies it", "lead time"):
        assert words in page.stdout
    every = run("compare", *paths, "--all")
    assert "smaller ones" in page.stdout
    assert "smaller ones" not in every.stdout
    assert run("compare", paths[0]).code == 2
    assert run("compare", paths[0], paths[0]).code == 2
    alone = run("compare", paths[0], "--scenarios")
    assert alone.code == 2
    assert "single scenario" in alone.stderr
