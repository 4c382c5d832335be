"""Commitments: what was decided holds, is checked, and is verified."""

from __future__ import annotations

import pytest
from optimizer.agreement import checked, exact
from optimizer.cases import Data, cost, mill, offer, shop, store
from secondsource.datasets.checks import check_case
from secondsource.datasets.load import load_case
from secondsource.models.case import Case
from secondsource.models.commitment_rows import Commitment
from secondsource.models.problems import CaseError
from secondsource.models.rule_rows import Change
from secondsource.models.standing import as_it_stands
from secondsource.optimizer.verify import verify_plan
from secondsource.optimizer.workbench import Workbench

SUPPLIERS = [offer("a", price=1, select_cost=5), offer("b", price=3, select_cost=2)]


def committed(**row: object) -> Data:
    """A row of commitments: offer b selected in period 1, or whatever else."""
    return {"period": 1, "decision": "select_offer", "name": "b"} | row


def test_a_commitment_fixes_its_decision_and_nothing_else() -> None:
    free = shop(settings={"periods": 2}, offers=SUPPLIERS)
    assert cost(free) == 5 + 10 + 10
    held = free | {"commitments": [committed()]}
    assert cost(held) == 2 + 5 + 10 + 10
    late = free | {"commitments": [committed(name="a", period=2)]}
    assert cost(late) == 5 + 10 + (2 + 30)
    against = free | {"commitments": [committed(name="a", quantity=0)]}
    assert cost(against) == min(2 + 30 + 30, 2 + 30 + 5 + 10)


def test_a_selection_of_the_past_is_paid_and_ready() -> None:
    slow = [offer("a", price=1, select_cost=5, qualification_periods=2), offer("b", price=3)]
    free = shop(settings={"periods": 3}, offers=slow)
    assert cost(free) == 30 + 30 + min(30, 5 + 10)
    past = free | {"commitments": [committed(name="a", period=0)]}
    assert cost(past) == 30 + 10 + 10
    ready = free | {"commitments": [committed(name="a", period=0, effective=1)]}
    assert cost(ready) == 10 + 10 + 10


def test_a_running_contract_must_be_honoured_until_it_ends() -> None:
    offers = [offer("a", price=5, contract_periods=3, commit_quantity=4), offer("b", price=1)]
    free = shop(settings={"periods": 3}, offers=offers)
    assert cost(free) == 30
    signed = free | {"commitments": [committed(decision="sign_contract", name="a", period=-1)]}
    assert cost(signed) == (4 * 5 + 6) + 10 + 10


def test_an_opened_plant_exists_and_its_modules_are_capacity() -> None:
    plant = {"status": "candidate", "open_cost": 50, "capacity": 4, "fixed_cost": 1}
    more = [{"plant": "mill", "module_capacity": 3, "module_cost": 20, "max_modules": 2,
             "fixed_cost": 2}]  # fmt: skip
    free = mill(plant, expansions=more, wanted={"shortage_cost": 6})
    assert cost(free) == 60
    past = [committed(decision="open_plant", name="mill", period=0)]
    assert cost(free | {"commitments": past}) == 1 + 4 * 2 + 6 * 6
    past.append(committed(decision="add_modules", name="mill", period=0, quantity=2))
    assert cost(free | {"commitments": past}) == 1 + 2 * 2 + 10 * 2


def test_an_opened_lane_and_store_stay_open() -> None:
    data = shop(
        sites=[{"site": "mine", "country": "CN"}, {"site": "shop", "country": "DE"}],
        offers=[{"offer": "m", "site": "mine", "material": "ore", "price": 1}],
        lanes=[{"lane": "sea", "from": "mine", "to": "shop", "open_cost": 7}],
        settings={"periods": 2},
        stockpiles=[store(open_cost=3, min_level=1, holding_cost=1)],
    )
    assert cost(data) == 7 + 20
    lane = {"period": 0, "decision": "open_lane", "name": "sea", "from": "mine", "to": "shop"}
    assert cost(data | {"commitments": [lane]}) == 20
    pile = {"period": 0, "decision": "open_stockpile", "name": "shop", "material": "ore"}
    assert cost(data | {"commitments": [lane, pile]}) == 20 + 1 + 2


def test_openings_of_the_past_count_for_policies() -> None:
    plants = mill({"status": "candidate", "open_cost": 1, "capacity": 10})
    plants["plants"].append(plants["plants"][0] | {"plant": "other"})
    plants["policies"] = [{"policy": "one", "kind": "max_open", "value": 1}]
    assert cost(plants) == 1 + 20
    past = plants | {"commitments": [committed(decision="open_plant", name="mill", period=0)]}
    past["plants"][0]["capacity"] = 5
    past["plants"][1]["capacity"] = 5
    assert cost(past) == 5 * 2 + 5 * 50


def test_the_decisions_of_a_plan_can_be_pasted_and_give_its_cost() -> None:
    case = load_case("quickstart")
    plan = exact(case)
    rows = plan.tables["decisions"].replace("", None).astype(object)
    pasted = [type_of_commitment(row) for row in rows.to_dict("records")]
    held = case.model_copy(update={"commitments": pasted})
    assert not check_case(held)
    found = exact(held)
    assert found.objective == pytest.approx(plan.objective, rel=1e-9)
    assert found.variables == plan.variables
    assert found.rows == plan.rows


def type_of_commitment(row: Data) -> object:
    return Commitment.model_validate(row)


def test_verification_tells_a_broken_commitment() -> None:
    case = checked(shop(offers=SUPPLIERS))
    plan = exact(case)
    held = checked(shop(offers=SUPPLIERS, commitments=[committed()]))
    found = verify_plan(held, plan.tables)
    assert [check.kind for check in found.checks if not check.ok] == ["commitment"]
    assert verify_plan(held, exact(held).tables).ok


def test_what_changes_afterwards_is_solved_as_from_scratch() -> None:
    data = mill(
        {"status": "candidate", "open_cost": 50, "capacity": 4},
        expansions=[{"plant": "mill", "module_capacity": 3, "module_cost": 1, "max_modules": 2}],
        commitments=[
            committed(decision="open_plant", name="mill", period=0),
            committed(decision="add_modules", name="mill", period=0),
        ],
    )
    case = checked(data)
    more = [Change(table="plants", key="mill", field="capacity", value=2.0)]
    built = Workbench(case).changed(more)
    whole = case.model_copy(update={"changes": more})
    assert built.network.case.changes == Workbench(whole).built.network.case.changes
    assert exact(whole).objective == pytest.approx(5 * 2 + 5 * 50 + 0, abs=251)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"name": "c"}, 'there is no offer "c"'),
        ({"period": 9}, "beyond the horizon of 4 periods"),
        ({"period": 2}, "no decisions fall in period 2"),
        ({"name": "plain"}, "needs no selection"),
        ({"decision": "sign_contract"}, "is bought without contracts"),
        ({"decision": "open_plant", "name": "old"}, "stands already"),
        ({"decision": "add_modules", "name": "old", "quantity": 5}, "of at most 2"),
        ({"decision": "add_modules", "name": "old", "quantity": 0.5}, "no whole number"),
        ({"name": "ended", "period": 3}, 'offer "ended" ends in 3'),
        ({"quantity": 2}, "neither 1 (decided) nor 0"),
        ({"decision": "open_stockpile", "name": "shop", "material": "rock"}, "no stockpile of"),
        ({"decision": "open_lane", "name": "sea"}, "no lane row"),
        ({"period": 0, "scenario": "x"}, "only one past"),
    ],
)
def test_commitments_that_cannot_be_meant_are_told(row: Data, message: str) -> None:
    data = mill(
        {"plant": "old"},
        settings={"periods": 4, "decide_every": 2},
        offers=[
            {"offer": "r", "site": "shop", "material": "rock", "price": 1},
            *SUPPLIERS,
            offer("plain"),
            offer("ended", select_cost=1, qualification_periods=1, end=3),
        ],
        expansions=[{"plant": "old", "module_capacity": 1, "max_modules": 2}],
        stockpiles=[store(open_cost=1)],
        scenarios=[{"scenario": "x"}],
    )
    with pytest.raises(CaseError) as told:
        checked(data | {"commitments": [committed(**row)]})
    assert message in str(told.value)
    assert "commitments row 1" in str(told.value)


def test_twice_the_same_and_contracts_that_overlap_are_told() -> None:
    with pytest.raises(CaseError, match="row 1 decides the same already"):
        checked(shop(offers=SUPPLIERS, settings={"periods": 2},
                     commitments=[committed(), committed(period=2)]))  # fmt: skip
    signed = committed(decision="sign_contract", name="a")
    with pytest.raises(CaseError, match="the contract of row 1 still runs"):
        checked(shop(offers=[offer("a", contract_periods=3)], settings={"periods": 4},
                     commitments=[signed, signed | {"period": 3}]))  # fmt: skip


def test_without_commitments_nothing_is_rewritten() -> None:
    case: Case = load_case("quickstart")
    assert as_it_stands(case) is case
    once = as_it_stands(checked(shop(offers=SUPPLIERS, commitments=[committed(period=0)])))
    assert as_it_stands(once) is once
    assert once.offers[1].select_cost == 0
