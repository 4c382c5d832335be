"""Rolling a plan forward: in a world without surprises it costs what it cost."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import run
from optimizer.agreement import checked
from optimizer.cases import mill, offer, shop, store
from oracle.random_cases import random_case
from oracle.random_controls import controlled_case
from secondsource.datasets.load import load_case
from secondsource.datasets.save import save_case
from secondsource.models.case import Case
from secondsource.models.plan import Solution
from secondsource.optimizer.replan.roll import CannotRollError, roll
from secondsource.optimizer.verify import verify_plan

from .rolling import best, cost_in_pieces

SAME = 1e-6


@pytest.fixture(scope="module")
def quickstart() -> tuple[Case, Solution]:
    """The bundled case and its cheapest plan."""
    case = load_case("quickstart")
    return case, best(case)


def test_quickstart_rolled_by_some_periods_costs_what_its_plan_cost(
    quickstart: tuple[Case, Solution],
) -> None:
    case, plan = quickstart
    for periods in (3, 6):
        assert cost_in_pieces(case, plan, periods) == pytest.approx(plan.objective, rel=SAME)


@pytest.mark.slow
def test_quickstart_rolled_by_any_number_of_periods_costs_what_its_plan_cost(
    quickstart: tuple[Case, Solution],
) -> None:
    case, plan = quickstart
    for periods in range(1, 8):
        assert cost_in_pieces(case, plan, periods) == pytest.approx(plan.objective, rel=SAME)


@pytest.mark.slow
def test_quickstart_rolled_period_by_period_costs_what_its_plan_cost(
    quickstart: tuple[Case, Solution], tmp_path: Path
) -> None:
    case, plan = quickstart
    first, paid, worth = plan.objective, 0.0, 1.0
    for step in range(1, 8):
        rolled = roll(case, plan.tables)
        paid, worth = paid + worth * rolled.paid, worth * rolled.discount
        case = load_case(save_case(rolled.case, tmp_path / f"{step}.json"))
        plan = best(case)
        assert plan.objective is not None
        assert paid + worth * plan.objective == pytest.approx(first, rel=SAME)


def test_quickstart_carries_contracts_plants_returns_and_the_begun_year(
    quickstart: tuple[Case, Solution],
) -> None:
    case, plan = quickstart
    later = roll(case, plan.tables, 3).case
    assert later.case.start == "2027-10"
    assert (later.case.periods, later.case.periods_before) == (5, 3)
    assert [(row.decision, row.name, row.period) for row in later.commitments] == [
        ("open_plant", "Grenoble-recycling", "2027-01"),
        ("sign_contract", "Kuantan-oxide", "2027-07"),
    ]
    assert {row.limit for row in later.carried} == {"oxide-70"}
    assert {row.key for row in later.carried} >= {"CN", "MY", "GB"}
    assert {(row.site, row.material, row.capital) for row in later.in_transit} == {
        ("Stuttgart", "magnet-scrap", False)
    }
    assert {row.control: row.start for row in later.control_status}["CN-ban"] == "2028-01"


@pytest.mark.parametrize("seed", [3])
def test_random_cases_rolled_cost_what_their_plans_cost(seed: int) -> None:
    _compare_random(checked(random_case(seed)))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(6))
def test_many_random_cases_rolled_cost_what_their_plans_cost(part: int) -> None:
    for seed in range(100 + 8 * part, 108 + 8 * part):
        _compare_random(checked(random_case(seed)))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(3))
def test_random_cases_with_controls_rolled_cost_what_their_plans_cost(part: int) -> None:
    for seed in range(4 * part, 4 * part + 4):
        _compare_random(checked(controlled_case(seed)))


def _compare_random(case: Case) -> None:
    """Every roll of a case's plan costs the same, or says what it cannot carry."""
    plan = best(case)
    if plan.objective is None:
        return
    for periods in range(1, case.case.periods):
        try:
            found = cost_in_pieces(case, plan, periods)
        except CannotRollError as error:
            assert error.lost
            continue
        assert found == pytest.approx(plan.objective, rel=SAME, abs=SAME)


def test_modules_a_selection_an_opening_and_decay_are_carried() -> None:
    data = mill(
        {"status": "candidate", "open_cost": 5, "capacity": 4, "build_periods": 1, "fixed_cost": 1},
        settings={"periods": 4, "discount_rate": 0.1},
        expansions=[
            {"plant": "mill", "module_capacity": 3, "module_cost": 2, "max_modules": 4,
             "build_periods": 1, "fixed_cost": 0.5}
        ],
        stockpiles=[store(open_cost=1, decay=0.1, holding_cost=0.1)],
    )  # fmt: skip
    data["offers"][0] |= {"select_cost": 3}
    case = checked(data)
    plan = best(case)
    assert {"open_plant", "add_modules", "select_offer"} <= set(
        plan.tables["decisions"]["decision"]
    )
    for periods in (1, 2, 3):
        assert cost_in_pieces(case, plan, periods) == pytest.approx(plan.objective, rel=SAME)


def test_what_waits_and_what_is_under_way_is_carried() -> None:
    case = checked(
        shop(
            settings={"periods": 4, "capital_rate": 0.1},
            offers=[offer(capacity=14, lead_days=365.25)],
            wanted={"shortage_cost": 100, "backlog_cost": 1},
        )
    )
    plan = best(case)
    assert plan.tables["service"]["backlog"].max() > 0
    for periods in (1, 2, 3):
        assert cost_in_pieces(case, plan, periods) == pytest.approx(plan.objective, rel=SAME)


def test_a_budget_for_the_whole_horizon_knows_what_was_spent() -> None:
    case = checked(
        shop(
            settings={"periods": 3},
            offers=[offer("a", select_cost=6), offer("b", price=0.1, select_cost=6)],
            policies=[{"policy": "budget", "kind": "capital_budget", "value": 10}],
        )
    )
    plan = best(case)
    later = roll(case, plan.tables).case
    assert [(row.limit, row.quantity) for row in later.carried] == [("budget", 6.0)]
    assert best(later).tables["decisions"].empty
    assert cost_in_pieces(case, plan, 1) == pytest.approx(plan.objective, rel=SAME)


def test_a_rolled_plan_is_verified_with_its_past(quickstart: tuple[Case, Solution]) -> None:
    case, first = quickstart
    later = roll(case, first.tables, 3).case
    plan = best(later)
    assert verify_plan(later, plan.tables).ok
    forgotten = later.model_copy(update={"commitments": []})
    wrong = verify_plan(forgotten, plan.tables)
    kinds = {check.kind for check in wrong.checks if not check.ok}
    assert "contract" in kinds


def test_what_cannot_be_carried_is_told() -> None:
    case = checked(
        shop(
            settings={"periods": 3},
            offers=[offer("a", supplier="x"), offer("b", price=2, supplier="y")],
            policies=[{"policy": "two", "kind": "min_suppliers", "value": 2, "window": "horizon"}],
        )
    )
    with pytest.raises(CannotRollError, match="policy two: it counts suppliers") as told:
        roll(case, best(case).tables)
    assert len(told.value.lost) == 1
    left = roll(case, best(case).tables, leave_out=True)
    assert left.lost == tuple(told.value.lost)


@pytest.mark.slow
def test_the_command_writes_a_case_that_solves_to_the_rest_of_the_plan(tmp_path: Path) -> None:
    plan, later = tmp_path / "plan", tmp_path / "later"
    first = run("solve", "quickstart", "-o", plan, "--gap", "1e-9", "--json").json
    told = run("roll", plan, "-o", later, "--periods", "2", "--json")
    assert told.code == 0
    assert told.json["starts"] == "2027-Q3"
    assert run("check", later).code == 0
    rest = run("solve", later, "--gap", "1e-9", "--json").json
    whole = told.json["paid"] + told.json["discount"] * rest["objective"]
    assert whole == pytest.approx(first["objective"], rel=SAME)
    again = run("roll", plan, "-o", later)
    assert again.code == 2
    assert "exists" in again.stderr
    assert run("roll", plan, "-o", tmp_path / "x", "--periods", "8").code == 2


def test_the_scenario_that_came_true_must_be_named_once_they_differ() -> None:
    case = checked(
        shop(
            settings={"periods": 3},
            offers=[offer()],
            scenarios=[
                {"scenario": "calm", "probability": 0.5},
                {"scenario": "ban", "probability": 0.5, "parent": "calm", "branches_at": 2},
            ],
            changes=[{"scenario": "ban", "table": "offers", "field": "price", "value": 3}],
        )
    )
    plan = best(case)
    assert {row.scenario for row in roll(case, plan.tables, 1).case.scenarios} == {"calm", "ban"}
    with pytest.raises(ValueError, match="say which comes true"):
        roll(case, plan.tables, 2)
    left = roll(case, plan.tables, 2, scenario="ban").case
    assert [(row.scenario, row.probability) for row in left.scenarios] == [("ban", 1.0)]
    assert cost_in_pieces(case, plan, 2) == pytest.approx(plan.objective, rel=SAME)
