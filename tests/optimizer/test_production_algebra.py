"""Plants on paper: opening, modules, recipes over time."""

from __future__ import annotations

from .cases import Data, best, change, cost, mill, offer, outlet, paid

CANDIDATE = {"status": "candidate", "capacity": 10, "open_cost": 100}


def module(size: float = 10, **columns: float | str) -> Data:
    """Modules of the mill at 5 each."""
    return {"plant": "mill", "module_capacity": size, "module_cost": 5} | columns


def test_a_plant_runs_from_nothing_or_its_minimum_and_pays_for_running() -> None:
    case = mill({"min_activity": 12, "run_cost": 3, "variable_cost": 1, "fixed_cost": 20})
    case["disposal"] = [outlet(cost=0.5)]
    assert cost(case) == 12 * (2 + 1) + 3 + 20 + 2 * 0.5
    case["plants"][0]["run_cost"] = 600
    assert cost(case) == 500 + 20


def test_a_candidate_is_paid_when_decided_and_runs_after_building() -> None:
    case = mill(CANDIDATE | {"build_periods": 1, "fixed_cost": 7}, settings={"periods": 3})
    # Short in 1; from 2 on it runs and costs its fixed cost.
    assert cost(case) == 500 + 100 + 2 * (20 + 7)


def test_a_candidate_opens_only_in_strategic_periods() -> None:
    case = mill(CANDIDATE, settings={"periods": 4, "decide_every": 2, "discount_rate": 0})
    case["changes"] = [
        change("plants", "open_cost", 5000, end=2),
        change("plants", "open_cost", 1, start=4),
    ]
    # Not in 4, the cheap one: in 3 at 100, for two periods.
    assert cost(case) == 2 * 500 + 100 + 2 * 20


def test_existing_plants_run_from_their_start_to_their_end() -> None:
    case = mill({"start": 2, "end": 2, "fixed_cost": 4}, settings={"periods": 3})
    assert cost(case) == 500 + (20 + 4) + 500


def test_modules_count_over_the_horizon() -> None:
    case = mill({"capacity": 2}, settings={"periods": 2})
    case["expansions"] = [module(3, max_modules=2)]
    # 2 + 2 x 3 of 10 in both periods.
    assert cost(case) == 2 * 5 + 2 * (8 * 2 + 2 * 50)


def test_modules_of_a_candidate_need_its_opening() -> None:
    case = mill(CANDIDATE | {"capacity": 0})
    case["expansions"] = [module(5, module_cost=1, max_modules=4)]
    assert cost(case) == 100 + 2 * 1 + 20
    case["plants"][0]["open_cost"] = 479
    assert cost(case) == 500


def test_fractions_of_a_module_only_where_the_row_says_so() -> None:
    case = mill({"capacity": 0})
    case["expansions"] = [module(4, module_cost=8, max_modules=9)]
    assert cost(case) == 3 * 8 + 20
    case["expansions"][0]["continuous"] = "yes"
    assert cost(case) == 2.5 * 8 + 20


def test_capacity_and_fixed_cost_of_a_module_begin_when_it_is_built() -> None:
    case = mill({"capacity": 0}, settings={"periods": 3})
    case["expansions"] = [
        {
            "plant": "mill",
            "module_capacity": 10,
            "module_cost": 5,
            "fixed_cost": 3,
            "build_periods": 1,
        }
    ]
    assert cost(case) == 500 + 5 + 2 * (20 + 3)


def test_size_and_cost_of_a_module_are_those_of_its_decision() -> None:
    case = mill({"capacity": 0}, settings={"periods": 2})
    case["expansions"] = [module(10, fixed_cost=3)]
    case["changes"] = [
        change("expansions", "module_capacity", 1, start=2),
        change("expansions", "fixed_cost", 30, start=2),
    ]
    assert cost(case) == 5 + 2 * (20 + 3)


def test_modules_complete_before_their_plant_cost_nothing_until_it_can_run() -> None:
    case = mill(CANDIDATE | {"build_periods": 2, "capacity": 0}, settings={"periods": 3})
    case["expansions"] = [
        {
            "plant": "mill",
            "module_capacity": 10,
            "module_cost": 5,
            "fixed_cost": 3,
            "max_modules": 1,
        }
    ]
    case["changes"] = [change("expansions", "module_cost", 900, start=2)]
    assert cost(case) == 1000 + 100 + 5 + 20 + 3


def test_several_expansions_of_a_plant_add_up() -> None:
    case = mill({"capacity": 1})
    case["expansions"] = [
        module(4, module_cost=1, max_modules=1),
        module(5, module_cost=2, max_modules=1),
    ]
    assert cost(case) == 1 + 2 + 20


def test_inputs_follow_the_recipe_of_the_start_and_outputs_that_of_the_finish() -> None:
    case = mill({"lead_days": 366}, settings={"periods": 2}, wanted={"start": 2})
    case["changes"] = [change("recipes", "quantity", 2, op="multiply", start=2)]
    # 5 runs start in 1 with 2 rock each and give 2 ore each in 2.
    assert cost(case) == 5 * 2
    found = best(case)
    assert found.tables["production"]["activity"].tolist() == [5]


def test_runs_that_finish_after_the_horizon_give_nothing() -> None:
    assert cost(mill({"lead_days": 366})) == 500


def test_a_byproduct_must_go_somewhere() -> None:
    case = mill()
    case["materials"].append({"material": "mud"})
    case["recipes"].append({"process": "milling", "material": "mud", "quantity": 3})
    assert cost(case) == 500
    case["disposal"] = [outlet("mud", cost=0.5, capacity=15)]
    assert cost(case) == 5 * (2 + 1.5) + 5 * 50


def test_mines_need_no_inputs_and_sinks_give_no_outputs() -> None:
    case = mill({"capacity": 4, "variable_cost": 1})
    case["recipes"] = [{"process": "milling", "material": "ore", "quantity": 1}]
    assert cost(case) == 4 + 6 * 50
    case["recipes"] = [{"process": "milling", "material": "rock", "quantity": -1}]
    case["plants"][0]["variable_cost"] = -3
    assert cost(case) == 500 + 4 * (1 - 3)


def test_processes_share_a_building_through_hours() -> None:
    case = mill({"capacity": 8})
    case["materials"].append({"material": "hours"})
    case["recipes"].append({"process": "milling", "material": "hours", "quantity": -1})
    case["plants"].append({"plant": "second", "site": "shop", "process": "milling"})
    case["offers"].append(offer("h", material="hours", price=0, capacity=9))
    assert cost(case) == 9 * 2 + 50
    assert paid(case, "purchase") == 18
