"""A plan that is right passes with the costs worked out by hand; any fault in it is named."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from secondsource.models.case import Case
from secondsource.optimizer.verify import Verification, verify_plan

from .plans import (
    CHAIN,
    CHAIN_COST,
    LICENSED,
    QUARTER,
    Data,
    Tables,
    case_of,
    chain_plan,
    edited,
    licensed_plan,
)
from .strategic_plans import (
    BUILD,
    BUILD_COST,
    FUTURES,
    FUTURES_OBJECTIVES,
    build_plan,
    decision,
    futures_plan,
    order,
)

PLANS: dict[str, tuple[Data, Callable[[], Tables]]] = {
    "chain": (CHAIN, chain_plan),
    "build": (BUILD, build_plan),
    "futures": (FUTURES, futures_plan),
    "licensed": (LICENSED, licensed_plan),
}


def failed(found: Verification) -> set[str]:
    return {check.kind for check in found.checks if not check.ok}


def set_cells(made: Tables, table: str, position: int, **cells: object) -> None:
    frame = made[table].copy()
    for column, value in cells.items():
        frame[column] = frame[column].astype(object)
        frame.loc[position, column] = value
    made[table] = frame


def add_row(made: Tables, table: str, row: Data) -> None:
    made[table] = pd.concat([made[table], pd.DataFrame([row])], ignore_index=True)


def drop_row(made: Tables, table: str, row: int) -> None:
    made[table] = made[table].drop(index=row).reset_index(drop=True)


@pytest.mark.parametrize("name", PLANS)
def test_a_right_plan_passes(name: str) -> None:
    data, plan = PLANS[name]
    found = verify_plan(case_of(data), plan())
    assert found.ok, "\n".join(found.lines())
    assert all(check.violation < 1e-9 for check in found.checks)


def test_costs_of_the_chain_are_those_worked_out_by_hand() -> None:
    found = verify_plan(case_of(CHAIN), chain_plan())
    assert found.objectives["cost"] == pytest.approx(CHAIN_COST, rel=1e-12)
    assert found.costs["tariffs"] == 40
    assert found.costs["capital"] == pytest.approx(12 + 30 * 1.08**-0.25)
    assert found.objectives["lead_time"] == 10  # 20 magnets x 10 days / 20 wanted
    assert found.objectives["concentration"] == 1


def test_costs_of_decisions_are_those_worked_out_by_hand() -> None:
    found = verify_plan(case_of(BUILD), build_plan())
    assert found.objectives["cost"] == BUILD_COST
    assert found.costs["fixed"] == 9
    assert found.objectives["cvar"] == BUILD_COST


def test_objectives_over_two_futures_are_those_worked_out_by_hand() -> None:
    found = verify_plan(case_of(FUTURES), futures_plan(), objectives=FUTURES_OBJECTIVES)
    assert found.ok
    for name, value in FUTURES_OBJECTIVES.items():
        assert found.objectives[name] == pytest.approx(value, rel=1e-12), name


def test_one_future_alone_is_read_with_its_past() -> None:
    made = futures_plan()
    for name in [name for name in made if name != "nodes" and "node" in made[name]]:
        kept = made[name][made[name]["node"] != 1]
        made[name] = kept.assign(node=kept["node"].replace({2: 1}))
    made["nodes"] = made["nodes"].drop(index=1).assign(node=[0, 1], probability=1.0)
    made["cash"]["expected"] = made["cash"]["discounted"]
    made["shares"] = made["shares"].iloc[:0]
    found = verify_plan(case_of(FUTURES), made, ["cut"])
    assert found.ok, "\n".join(found.lines())
    assert found.objectives["cost"] == pytest.approx(38 + 390 / 1.1)


# plan, table, row, cells that are changed, kind that must fail
WRONG_CELLS: list[tuple[str, str, int, Data, str]] = [
    ("chain", "orders", 0, {"quantity": 39}, "balance"),
    ("chain", "orders", 0, {"quantity": 51, "purchase": 510}, "order capacity"),
    ("chain", "orders", 0, {"quantity": 29}, "minimum order"),
    ("chain", "orders", 0, {"node": 1, "period": 2}, "balance"),
    ("chain", "orders", 0, {"arrives": 1}, "arrival"),
    ("chain", "orders", 0, {"days": 0}, "days"),
    ("chain", "orders", 0, {"tariff": 0}, "tariffs"),
    ("chain", "orders", 0, {"purchase": 399}, "purchase"),
    ("chain", "orders", 0, {"origin": "DE"}, "tables"),
    ("chain", "orders", 0, {"offer": "nobody"}, "tables"),
    ("chain", "orders", 0, {"quantity": -40}, "sign"),
    ("chain", "orders", 0, {"quantity": None}, "tables"),
    ("chain", "shipments", 0, {"to": "works", "from": "customer"}, "lane"),
    ("chain", "shipments", 0, {"material": "slag"}, "lane"),
    ("chain", "shipments", 0, {"quantity": 31}, "lane capacity"),
    ("chain", "shipments", 0, {"quantity": 14}, "minimum load"),
    ("chain", "shipments", 0, {"transport": 41}, "transport"),
    ("chain", "production", 0, {"activity": 26}, "plant capacity"),
    ("chain", "production", 0, {"activity": 3}, "minimum activity"),
    ("chain", "production", 0, {"activity": 21}, "recipe"),
    ("chain", "production", 0, {"variable": 6}, "variable"),
    ("chain", "conversions", 0, {"quantity": -38}, "recipe"),
    ("chain", "conversions", 1, {"node": 2}, "recipe"),
    ("chain", "stock", 0, {"level": 9}, "stock"),
    ("chain", "stock", 0, {"stored": 13, "level": 13}, "stock limit"),
    ("chain", "stock", 1, {"before": 9}, "stock"),
    ("chain", "deliveries", 0, {"quantity": 9}, "demand"),
    ("chain", "deliveries", 0, {"revenue": 50}, "revenue"),
    ("chain", "service", 0, {"delivered": 9}, "service"),
    ("chain", "service", 1, {"wanted": 20}, "service"),
    ("chain", "disposals", 0, {"quantity": 9}, "balance"),
    ("chain", "disposals", 0, {"quantity": 13}, "disposal capacity"),
    ("chain", "disposals", 0, {"cost": 0}, "disposal cost"),
    ("chain", "cash", 0, {"amount": 401, "discounted": 401, "expected": 401}, "cash"),
    ("chain", "cash", 5, {"discounted": 13.0}, "discount"),
    ("chain", "cash", 0, {"category": "bribes"}, "cash"),
    ("chain", "nodes", 1, {"discount": 1 / 1.08}, "nodes"),
    ("build", "decisions", 4, {"node": 2, "period": 3, "effective": 4}, "plant capacity"),
    ("build", "decisions", 3, {"node": 1, "period": 2, "effective": 3}, "decision period"),
    ("build", "decisions", 3, {"node": 2, "period": 3, "effective": 4}, "unopened"),
    ("build", "decisions", 3, {"quantity": 0.7, "cost": 70}, "integrality"),
    ("build", "decisions", 4, {"quantity": 1.5, "cost": 30}, "integrality"),
    ("build", "decisions", 4, {"quantity": 3, "cost": 60}, "modules"),
    ("build", "decisions", 4, {"cost": 0}, "decision cost"),
    ("build", "decisions", 4, {"effective": 1}, "decision start"),
    ("build", "decisions", 6, {"node": 0, "period": 1, "effective": 1}, "stock limit"),
    ("build", "decisions", 6, {"name": "A"}, "tables"),
    ("build", "orders", 3, {"quantity": 3, "purchase": 3}, "commitment"),
    ("build", "stock", 1, {"taken": 1, "level": 2}, "final level"),
    ("futures", "orders", 2, order(2, "cn", 9, 36) | {"period": 2}, "ban"),
    ("futures", "nodes", 1, {"probability": 0.5}, "nodes"),
    ("futures", "nodes", 2, {"scenario": "calm"}, "nodes"),
    ("futures", "service", 0, {"backlog": 0}, "demand"),
    ("futures", "service", 2, {"short": 2, "backlog": 1}, "backlog"),
    ("futures", "policy_use", 0, {"excess": 9, "penalty": 18}, "excess"),
    ("futures", "policy_use", 0, {"penalty": 10}, "penalty"),
    ("futures", "shares", 0, {"share": 0.5}, "shares"),
    ("futures", "shares", 1, {"hhi": 1.0}, "shares"),
    ("futures", "cash", 4, {"expected": 90 / 1.1}, "discount"),
]


@pytest.mark.parametrize(("name", "table", "row", "cells", "kind"), WRONG_CELLS)
def test_a_wrong_cell_is_caught(name: str, table: str, row: int, cells: Data, kind: str) -> None:
    data, plan = PLANS[name]
    made = plan()
    set_cells(made, table, row, **cells)
    assert kind in failed(verify_plan(case_of(data), made))


@pytest.mark.parametrize(
    ("name", "table", "row", "kind"),
    [
        ("chain", "orders", 0, "balance"),
        ("chain", "conversions", 2, "recipe"),
        ("chain", "production", 0, "recipe"),
        ("chain", "service", 0, "service"),
        ("chain", "cash", 4, "cash"),
        ("chain", "nodes", 2, "nodes"),
        ("build", "decisions", 0, "selection"),
        ("build", "decisions", 2, "contract"),
        ("build", "decisions", 3, "modules"),
        ("build", "decisions", 5, "unopened"),
        ("build", "decisions", 6, "unopened"),
        ("futures", "policy_use", 0, "excess"),
        ("futures", "shares", 1, "shares"),
    ],
)
def test_a_missing_row_is_caught(name: str, table: str, row: int, kind: str) -> None:
    data, plan = PLANS[name]
    made = plan()
    drop_row(made, table, row)
    assert kind in failed(verify_plan(case_of(data), made))


def test_opening_twice_on_a_path_is_caught() -> None:
    made = build_plan()
    add_row(made, "decisions", decision(2, "open_plant", "smelter", 100) | {"period": 3})
    assert "once" in failed(verify_plan(case_of(BUILD), made))


def test_two_contracts_at_once_are_caught() -> None:
    found = verify_plan(edited(BUILD, "offers", 0, contract_periods=3), build_plan())
    assert failed(found) == {"contract"}


# plan, table of the case, row, cells that are changed, kind that must fail with the plan as it is
OTHER_CASES: list[tuple[str, str, int, Data, str]] = [
    ("chain", "offers", 0, {"start": 2}, "closed"),
    ("chain", "offers", 0, {"min_take": 10}, "minimum take"),
    ("chain", "offers", 0, {"order_cost": 8}, "cash"),
    ("chain", "offers", 0, {"qualification_periods": 1}, "selection"),
    ("chain", "offers", 0, {"lead_days": 45}, "balance"),
    ("chain", "lanes", 0, {"end": 1}, "closed"),
    ("chain", "lanes", 0, {"lead_days": 46}, "arrival"),
    ("chain", "lanes", 0, {"open_cost": 1}, "unopened"),
    ("chain", "plants", 0, {"start": 3}, "unopened"),
    ("chain", "plants", 0, {"lead_days": QUARTER}, "recipe"),
    ("chain", "plants", 0, {"run_cost": 0}, "cash"),
    ("chain", "recipes", 0, {"quantity": -2.1}, "recipe"),
    ("chain", "demand", 0, {"start": 1, "shortage_cost": None}, "demand"),
    ("chain", "stockpiles", 0, {"decay": 0.1}, "stock"),
    ("chain", "stockpiles", 0, {"release_lag": 1}, "balance"),
    ("chain", "stockpiles", 0, {"initial": 1}, "stock"),
    ("chain", "stockpiles", 0, {"min_level": 1}, "stock limit"),
    ("chain", "stockpiles", 0, {"min_cover_days": 30}, "cover"),
    ("chain", "stockpiles", 0, {"final_level": 1}, "final level"),
    ("chain", "controls", 0, {"tariff": 0.2}, "tariffs"),
    ("chain", "controls", 0, {"quota": 39}, "quota"),
    ("chain", "controls", 0, {"policy": "prohibited"}, "ban"),
    ("chain", "controls", 0, {"review_days": 50}, "days"),
    ("chain", "controls", 0, {"review_days": 50}, "balance"),
    ("chain", "controls", 0, {"price_floor": 12}, "purchase"),
    ("chain", "case", 0, {}, "discount"),
    ("build", "plants", 0, {"build_periods": 2}, "unopened"),
    ("build", "expansions", 0, {"build_periods": 2}, "plant capacity"),
    ("build", "expansions", 0, {"max_modules": 0}, "modules"),
    ("build", "demand", 0, {"start": 1}, "demand"),
    ("futures", "demand", 0, {"shortage_cost": None}, "hard demand"),
    ("futures", "demand", 0, {"backlog_cost": None}, "backlog"),
    ("futures", "control_status", 0, {"status": "in_force"}, "ban"),
    ("futures", "policies", 0, {"penalty": None}, "policy"),
    ("futures", "scenarios", 0, {"probability": 0.5}, "nodes"),
]


@pytest.mark.parametrize(("name", "table", "row", "cells", "kind"), OTHER_CASES)
def test_a_plan_for_another_case_is_caught(
    name: str, table: str, row: int, cells: Data, kind: str
) -> None:
    data, plan = PLANS[name]
    if table == "case":
        case: Case = case_of(data, case=data["case"] | {"discount_rate": 0.07})
    else:
        case = edited(data, table, row, **cells)
    assert kind in failed(verify_plan(case, plan()))


def test_costs_and_objectives_of_a_summary_are_compared() -> None:
    case, made = case_of(CHAIN), chain_plan()
    right = verify_plan(case, made)
    told = verify_plan(case, made, costs=right.costs, objectives=right.objectives)
    assert told.ok
    wrong = verify_plan(case, made, costs=right.costs | {"tariffs": 0.0})
    assert failed(wrong) == {"cost"}
    wrong = verify_plan(case, made, objectives=right.objectives | {"lead_time": 11.0})
    assert failed(wrong) == {"objective"}


def test_the_place_names_row_site_material_and_period() -> None:
    made = chain_plan()
    set_cells(made, "disposals", 0, quantity=9)
    found = verify_plan(case_of(CHAIN), made)
    (line,) = [line for line in found.lines() if line.startswith("WRONG balance")]
    assert "site works, material slag, period 2: 1 comes in and does not go out" in line
    balance = found.frame().set_index("kind").loc["balance"]
    assert balance["violation"] == 1
    assert balance["relative"] == pytest.approx(1 / 19)
    assert balance["failed"] == 1
