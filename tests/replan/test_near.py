"""A plan close to an old one: what differs costs, is counted, and is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from commands import run
from optimizer.agreement import checked
from optimizer.cases import change, mill, offer, shop
from secondsource.models.plan import Tables
from secondsource.optimizer.highs import Options
from secondsource.optimizer.replan.closeness import solve_near
from secondsource.optimizer.solve import Request, solve

from .rolling import best

SUPPLIERS = [offer("a", price=1, select_cost=5), offer("b", price=2, select_cost=5)]
EXACT = Options(gap=1e-9)


def test_a_supplier_is_left_only_when_that_saves_more_than_both_changes_cost() -> None:
    old = best(checked(shop(offers=SUPPLIERS)))
    case = checked(shop(offers=SUPPLIERS, changes=[change("offers", "price", 3, key="a")]))
    for each, expected in ((4, 2), (6, 0)):
        found = solve_near(case, old.tables, each, replace(Request.of(case), options=EXACT))
        assert found.changes == expected
        assert found.change_cost == each * expected
        assert found.kept_cost == pytest.approx(35)
        assert found.solution.objectives["cost"] == pytest.approx(25 if expected else 35)
        assert found.solution.objective == pytest.approx(
            found.solution.objectives["cost"] + found.change_cost
        )
        assert found.saves == pytest.approx(10 if expected else 0)


def test_an_opening_that_moves_counts_once() -> None:
    plant = {"status": "candidate", "open_cost": 30, "capacity": 10}
    tables = {"settings": {"periods": 2}, "wanted": {"shortage_cost": 50}}
    old = best(checked(mill(plant, **tables)))
    assert old.tables["decisions"]["period"].tolist() == [1]
    dear = [change("plants", "open_cost", 1000, start=1, end=1)]
    case = checked(mill(plant, **tables, changes=dear))
    found = solve_near(case, old.tables, 7.0)
    assert found.solution.tables["decisions"]["period"].tolist() == [2]
    assert (found.changes, found.change_cost) == (1.0, 7.0)
    assert found.solution.costs["open"] == pytest.approx(30)


@pytest.mark.parametrize(("each", "modules", "changes"), [(1, 4, 2), (40, 2, 0)])
def test_every_module_more_or_less_is_a_change(each: float, modules: int, changes: float) -> None:
    rows = [{"plant": "mill", "module_capacity": 2, "module_cost": 1, "max_modules": 9}]
    tables = {"expansions": rows, "wanted": {"shortage_cost": 20, "quantity": 6}}
    old = best(checked(mill({"capacity": 2}, **tables)))
    assert old.tables["decisions"]["quantity"].tolist() == [2.0]
    tables["wanted"] = {"shortage_cost": 20, "quantity": 10}
    case = checked(mill({"capacity": 2}, **tables))
    found = solve_near(case, old.tables, each)
    assert found.solution.tables["decisions"]["quantity"].sum() == modules
    assert found.changes == changes


@pytest.mark.slow
def test_from_free_to_kept_the_price_of_a_change_only_takes_changes_away() -> None:
    """Between free and kept: fewer changes and more cost as they get dearer, and counted alike."""
    offers = [
        offer("a", price=1, select_cost=5, capacity=6),
        offer("b", price=2, select_cost=5, capacity=6),
        offer("c", price=4, contract_periods=2, capacity=6),
    ]
    wanted = {"shortage_cost": 30}
    old = best(checked(shop(offers=offers, wanted=wanted, settings={"periods": 4})))
    dear = [change("offers", "price", 9, key="b", start=2)]
    case = checked(shop(offers=offers, wanted=wanted, settings={"periods": 4}, changes=dear))
    request = replace(Request.of(case), options=EXACT)
    free, kept = solve(case, request), solve(case, replace(request, keep=old.tables))
    before = (float("inf"), 0.0)
    for each in (0.0, 2.0, 5.0, 10.0, 1000.0):
        found = solve_near(case, old.tables, each, request)
        cost = found.solution.objectives["cost"]
        assert found.changes == pytest.approx(counted(old.tables, found.solution.tables))
        assert found.changes <= before[0] + 1e-9
        assert cost >= before[1] - 1e-6
        before = (found.changes, cost)
        if each == 0:
            assert cost == pytest.approx(free.objectives["cost"])
    assert before[1] == pytest.approx(kept.objectives["cost"])
    assert before[0] == 0


def counted(old: Tables, new: Tables) -> float:
    """Changes by the tables of decisions alone: the larger of made and dropped, thing by thing."""
    keys = ["decision", "name"]
    both = pd.concat([old["decisions"].assign(quantity=-1.0), new["decisions"]])
    moved = both.groupby([*keys, "period"])["quantity"].sum().reset_index()
    made = moved["quantity"].clip(lower=0).groupby([moved[key] for key in keys]).sum()
    dropped = (-moved["quantity"]).clip(lower=0).groupby([moved[key] for key in keys]).sum()
    return float(pd.concat([made, dropped], axis=1).max(axis=1).sum())


@pytest.mark.slow
def test_the_command_says_what_moved_what_it_saves_and_what_is_behind_it(tmp_path: Path) -> None:
    plan = tmp_path / "plan"
    assert run("solve", "quickstart", "-o", plan).code == 0
    told = run(
        "solve", "quickstart", "--set", "offers:Baotou*:capacity=20",
        "--keep", plan, "--change-cost", 500_000, "--json",
    )  # fmt: skip
    assert told.code == 0
    changes = told.json["changes"]
    assert changes["number"] == 1
    assert changes["cost"] == 500_000
    assert changes["moved"]
    assert changes["saves"] > 500_000
    assert changes["inputs"] == ["changes offers, Baotou*, capacity: new"]
    assert told.json["objective"] == pytest.approx(told.json["objectives"]["cost"] + 500_000)


def test_the_options_that_keep_a_plan_are_told_apart() -> None:
    alone = run("solve", "quickstart", "--keep", "plan")
    assert alone.code == 2
    assert "--keep-decisions" in alone.stderr
    both = run("solve", "quickstart", "--keep", "p", "--change-cost", 1, "--keep-decisions", "p")
    assert both.code == 2
    assert "choose one" in both.stderr
    with pytest.raises(ValueError, match="cost must be minimised"):
        case = checked(shop(offers=[offer()]))
        solve_near(case, best(case).tables, 1, Request(minimise=("lead_time",)))
