"""Rules at a border: comply, or move under a mark; every way is read right or caught."""

from __future__ import annotations

from typing import Any

import pytest
from secondsource.models.case import Case
from secondsource.optimizer.verify import verify_plan

from .plans import (
    ARMY,
    BORDER,
    LICENSED,
    QUARTER,
    Data,
    Tables,
    application,
    border_plan,
    case_of,
    cash,
    crossing,
    drawn,
    licensed_plan,
    rule,
    tables,
)
from .test_verify import add_row, drop_row, failed, set_cells


def border(*rules: Data, **changed: Any) -> Case:
    return case_of(BORDER, controls=list(rules), **changed)


def faults(case: Case, plan: Tables) -> set[str]:
    """Kinds that fail; these plans have no table of cash."""
    return failed(verify_plan(case, plan)) - {"cash"}


def test_goods_pass_a_ban_for_one_end_use_under_a_mark() -> None:
    case = border(rule(policy="prohibited", end_uses="military"))
    plan = border_plan(crossing(6, ARMY), tank=0, marks=ARMY)
    assert faults(case, plan) == set()
    assert faults(case, border_plan(crossing(6), tank=0)) == {"ban"}
    assert faults(case, border_plan(crossing(6, ARMY, rules=""), tank=0, marks=ARMY)) == {"rules"}
    assert "tables" in faults(case, border_plan(crossing(6, "!space"), tank=0))


def test_a_mark_is_not_lost_where_its_outlet_can_still_be_reached() -> None:
    case = border(rule(policy="prohibited", end_uses="military"))
    plan = border_plan(crossing(10, ARMY), marks=ARMY)
    set_cells(plan, "shipments", 2, marks=ARMY, arrives_as=ARMY)
    set_cells(plan, "deliveries", 1, marks=ARMY)
    assert faults(case, plan) == {"refused"}
    set_cells(plan, "shipments", 2, arrives_as="")
    set_cells(plan, "deliveries", 1, marks="")
    assert faults(case, plan) == {"marks"}


def test_a_mark_means_nothing_where_its_outlet_cannot_be_reached() -> None:
    """From the car works nothing gets to the tank: a plan may keep the mark or leave it out."""
    case = border(rule(policy="prohibited", end_uses="military"))
    plan = border_plan(crossing(6, ARMY), tank=0, marks=ARMY)
    set_cells(plan, "shipments", 1, arrives_as="")
    assert faults(case, plan) == set()
    set_cells(plan, "deliveries", 0, marks=ARMY)
    assert faults(case, plan) == set()
    lanes = [*BORDER["lanes"], {"lane": "back", "from": "car", "to": "hub"}]
    case = border(rule(policy="prohibited", end_uses="military"), lanes=lanes)
    assert faults(case, plan) == {"marks", "balance"}


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        ({"end_uses": "military"}, ARMY),
        ({"exempt_end_uses": "civil"}, ARMY),
        ({"end_users": "Army"}, ARMY),
        ({"end_users": "Army", "end_uses": "military"}, ARMY),
        ({"end_users": "Spedition", "end_uses": "military"}, ARMY),
        ({"exempt_end_uses": "military"}, "!civil"),
        ({"end_uses": "*"}, f"!civil,{ARMY}"),
        ({}, None),
        ({"end_users": "Spedition"}, None),
        ({"end_users": "Army", "end_uses": "civil"}, ""),
        ({"end_users": "car"}, ""),
        ({"exempt_end_uses": "civil,military"}, ""),
        ({"end_uses": "military", "exporters": "DE"}, ""),
        ({"end_uses": "military", "operators": "Spedition"}, ""),
    ],
)
def test_targets_of_a_ban(cells: Data, kept: str | None) -> None:
    """None: nothing may move at all; '': the rule does not hit it."""
    case = border(rule(policy="prohibited", **cells))
    for text in ("", ARMY, "!civil", f"!civil,{ARMY}"):
        plan = border_plan(crossing(6, text, rules="" if kept == "" else "r"), tank=0, marks=text)
        found = faults(case, plan) - {"refused"}
        right = kept is not None and set(kept.split(",")) - {""} <= set(text.split(","))
        assert found == (set() if right else {"ban"}), (cells, text)


def test_complying_pays_and_moving_under_the_mark_does_not() -> None:
    case = border(rule(tariff=0.5, unit_cost=2, review_days=5, end_uses="military"))
    comply = crossing(4, tariff=20, days=15)
    plan = border_plan(crossing(6, ARMY), comply, marks=ARMY)
    assert faults(case, plan) == set()
    found = verify_plan(case, plan)
    assert found.costs["tariffs"] == 20
    assert found.costs["licences"] == 8
    assert faults(case, border_plan(crossing(6, ARMY), crossing(4), marks=ARMY)) == {
        "tariffs",
        "days",
    }


def test_goods_with_a_mark_may_comply_all_the_same() -> None:
    """Its days and duties tell: here the other rule gives the mark."""
    taxed = rule(tariff=0.5, review_days=5, unit_cost=2, end_uses="military")
    case = border(taxed, rule(control="ban", policy="prohibited", end_uses="military"))
    cells: Data = {"rules": "r,ban"}
    plan = border_plan(crossing(6, ARMY, **cells, tariff=30, days=15), tank=0, marks=ARMY)
    assert faults(case, plan) == set()
    assert verify_plan(case, plan).costs["licences"] == 12
    plan = border_plan(crossing(6, ARMY, **cells), tank=0, marks=ARMY)
    assert faults(case, plan) == set()
    assert verify_plan(case, plan).costs["licences"] == 0
    plan = border_plan(crossing(6, ARMY, **cells, tariff=30), tank=0, marks=ARMY)
    assert faults(case, plan) == {"tariffs"}


@pytest.mark.parametrize(("paid", "right"), [(0, True), (12, True), (13, False)])
def test_fees_that_nothing_else_tells_are_those_of_the_plan(paid: float, right: bool) -> None:
    """Goods with the mark of another rule may have complied with one that only costs."""
    costly = rule(unit_cost=2, end_uses="military")
    case = border(costly, rule(control="ban", policy="prohibited", end_uses="military"))
    money = cash([(0, "purchase", 6), (0, "licences", paid), (0, "shortage", 400)], {0: 1.0})
    plan = border_plan(crossing(6, ARMY, rules="r,ban"), tank=0, marks=ARMY, cash=money)
    found = verify_plan(case, plan)
    assert failed(found) == (set() if right else {"cash"})
    assert found.costs["licences"] == min(paid, 12)


def test_a_quota_counts_only_what_complies() -> None:
    case = border(rule(quota=4, end_uses="military"))
    assert faults(case, border_plan(crossing(6, ARMY), crossing(4), marks=ARMY)) == set()
    case = border(rule(quota=3, end_uses="military"))
    assert faults(case, border_plan(crossing(6, ARMY), crossing(4), marks=ARMY)) == {"quota"}


def test_a_floor_is_asked_whatever_the_end_use() -> None:
    offer = BORDER["offers"][0] | {"site": "hub", "origin": "CN"}
    floor = rule("import", price_floor=3, end_uses="military")
    plan = border_plan(crossing(10), marks=ARMY)
    drop_row(plan, "shipments", 0)
    order: Data = {"site": "hub", "supplier": "Spedition", "rules": "r", "quantity": 6}
    set_cells(plan, "orders", 0, **order, marks=ARMY, purchase=18)
    add_row(plan, "orders", plan["orders"].iloc[0].to_dict() | {"marks": "", "quantity": 4})
    set_cells(plan, "orders", 1, purchase=12)
    case = border(floor, offers=[offer])
    assert faults(case, plan) == set()
    set_cells(plan, "orders", 0, purchase=6)
    assert faults(case, plan) == {"purchase"}


def test_goods_move_under_a_licence() -> None:
    found = verify_plan(case_of(LICENSED), licensed_plan())
    assert found.ok, "\n".join(found.lines())
    assert found.costs["licences"] == 7 + 8
    assert found.costs["tariffs"] == 4


# table, row, cells that are changed, kinds that must fail
WRONG: list[tuple[str, int, Data, set[str]]] = [
    ("shipments", 1, {"licences": ""}, {"licence", "licence use", "tariffs"}),
    ("shipments", 1, {"licences": "r=civil"}, {"licence", "licence use", "tariffs"}),
    ("shipments", 1, {"licences": "q=military"}, {"licence", "licence use", "tariffs"}),
    ("shipments", 1, {"licences": "r=military;r=military"}, {"licence"}),
    ("shipments", 2, {"licences": "r=military"}, {"licence"}),
    ("shipments", 1, {"review": 5}, {"review"}),
    ("licences", 0, {"control": "q"}, {"tables", "licence use"}),
    ("licences", 0, {"exporter": "DE"}, {"licence use", "licence"}),
    ("licences", 0, {"end_use": "civil"}, {"licence use", "licence"}),
    ("licences", 0, {"node": 1, "period": 2}, {"licence use", "licence", "licence need"}),
    ("licences", 0, {"quantity": 3}, {"licence use"}),
    ("licences", 0, {"quantity": 5}, {"licence need"}),
    ("licences", 0, {"approval": 0.5}, {"licence"}),
    ("licences", 0, {"used": 3}, {"licence"}),
    ("licences", 0, {"plant": "mill"}, {"licence"}),
    ("licences", 0, {"cost": 0}, {"licence cost"}),
    ("licences", 0, {"first": 2}, {"licence"}),
    ("licences", 0, {"last": 1}, {"licence"}),
    ("licence_use", 0, {"quantity": 3}, {"licence use", "licence"}),
    ("licence_use", 0, {"applied": 1}, {"licence use", "licence"}),
    ("licence_use", 0, {"node": 1, "period": 2}, {"licence use"}),
    ("licence_use", 0, {"end_use": "civil"}, {"licence use", "licence"}),
]


@pytest.mark.parametrize(("table", "row", "cells", "kinds"), WRONG)
def test_a_wrong_cell_about_licences_is_caught(
    table: str, row: int, cells: Data, kinds: set[str]
) -> None:
    plan = licensed_plan()
    set_cells(plan, table, row, **cells)
    assert faults(case_of(LICENSED), plan) == kinds


@pytest.mark.parametrize("table", ["licences", "licence_use"])
def test_a_missing_or_doubled_row_about_licences_is_caught(table: str) -> None:
    plan = licensed_plan()
    plan[table] = plan[table].iloc[:0]
    assert "licence use" in faults(case_of(LICENSED), plan)
    plan = licensed_plan()
    add_row(plan, table, plan[table].iloc[0].to_dict())
    assert faults(case_of(LICENSED), plan) >= ({"once"} if table == "licences" else {"licence use"})


def test_approval_cuts_what_a_licence_is_good_for() -> None:
    row = rule(policy="case_by_case", end_uses="military", cost=7)
    half = [{"control": "r", "status": "in_force", "approval": 0.5}]
    case = border(row, control_status=half)
    plan = licensed_plan()
    set_cells(plan, "licences", 0, approval=0.5)
    set_cells(plan, "shipments", 1, tariff=0)
    assert faults(case, plan) == {"licence use"}
    plan = border_plan(
        crossing(6, ARMY),
        crossing(2, licences="r=military"),
        tank=2,
        marks=ARMY,
        licences=[application(cost=7, approval=0.5, used=2)],
        licence_use=[drawn(quantity=2)],
    )
    assert faults(case, plan) == set()
    denied = border(row | {"policy": "presumption_of_denial"})
    assert faults(denied, plan) == {"licence", "licence use"}


def test_a_compulsory_licence_marks_against_all_other_end_uses() -> None:
    case = border(rule(policy="case_by_case", cost=7))
    civil: Data = {"end_use": "civil", "quantity": 6}
    plan = border_plan(
        crossing(6, ARMY, licences="r=civil"),
        crossing(4, "!civil", licences="r=military"),
        marks=ARMY,
        licences=[application(cost=7), application(cost=7, used=6, **civil)],
        licence_use=[drawn(), drawn(**civil)],
    )
    set_cells(plan, "shipments", 3, marks="!civil", arrives_as="!civil")
    set_cells(plan, "deliveries", 1, marks="!civil")
    assert faults(case, plan) == set()
    assert verify_plan(case, plan).costs["licences"] == 14
    set_cells(plan, "shipments", 0, arrives_as="")
    set_cells(plan, "shipments", 2, marks="", arrives_as="")
    assert faults(case, plan) == {"marks"}
    assert faults(case, border_plan(crossing(6, ARMY), tank=0, marks=ARMY)) == {"licence"}


def test_reviews_run_side_by_side_and_a_licence_waits_before_it_is_used() -> None:
    slow = rule(policy="case_by_case", end_uses="military", review_days=QUARTER)
    demand = [BORDER["demand"][0], BORDER["demand"][1] | {"end": 2, "shortage_cost": 0}]
    case = border(
        slow,
        rule(control="f", review_days=20),
        demand=demand,
        disposal=[{"site": "hub", "material": "magnet"}],
    )
    late = {"node": 1, "days": 30, "arrives": 2}
    plan = border_plan(
        crossing(6, ARMY, rules="r,f", days=30),
        tank=0,
        marks=ARMY,
        shipments=[crossing(1, rules="r,f", licences="r=military", review=QUARTER - 20) | late],
        licences=[application(quantity=1, used=1, first=2)],
        licence_use=[drawn(1, quantity=1)],
        orders=[],
    )
    order = {"node": 0, "offer": "m", "supplier": "mill", "origin": "CN", "site": "mill"}
    order |= {"material": "magnet", "marks": "", "licences": "", "rules": "", "days": 0}
    for node, amount in ((0, 6), (1, 1)):
        row = order | {"node": node, "period": node + 1, "quantity": amount, "purchase": amount}
        add_row(plan, "orders", row | {"tariff": 0, "review": 0, "arrives": node + 1})
    gone = {"node": 1, "period": 2, "site": "hub", "material": "magnet", "marks": ""}
    add_row(plan, "disposals", gone | {"quantity": 1, "cost": 0})
    add_row(plan, "service", plan["service"].iloc[1].to_dict() | {"node": 1, "period": 2})
    assert faults(case, plan) == set()
    # 6 x 30 days, 1 x (10 + the longer review); 6 of 6 wanted (the other row is optional)
    found = verify_plan(case, plan).objectives["lead_time"]
    assert found == pytest.approx((6 * 30 + 10 + QUARTER) / 6)
    set_cells(plan, "shipments", 2, review=QUARTER)
    assert faults(case, plan) == {"review"}


def test_a_licence_serves_every_future_that_follows_it() -> None:
    """Each branch may draw the whole licence; on one path it may be drawn once."""
    chances = [{"scenario": "a", "probability": 0.5}, {"scenario": "b", "probability": 0.5}]
    chances[1] |= {"parent": "a", "branches_at": 2}
    optional = [row | {"end": None, "shortage_cost": 0} for row in BORDER["demand"]]
    case = border(
        rule(policy="case_by_case", end_uses="military"),
        scenarios=chances,
        demand=optional,
        disposal=[{"site": "hub", "material": "magnet"}],
    )
    nodes = [
        {"node": 0, "period": 1, "parent": -1, "probability": 1, "scenario": "a", "discount": 1},
        {"node": 1, "period": 2, "parent": 0, "probability": 0.5, "scenario": "a", "discount": 1},
        {"node": 2, "period": 2, "parent": 0, "probability": 0.5, "scenario": "b", "discount": 1},
    ]
    order = {"offer": "m", "supplier": "mill", "origin": "CN", "site": "mill"}
    order |= {"material": "magnet", "quantity": 4, "purchase": 4, "arrives": 2}
    gone = {"site": "hub", "material": "magnet", "quantity": 4}
    moved = crossing(4, licences="r=military", arrives=2)
    army = {"row": 2, "site": "tank", "end_use": "military", "wanted": 4, "short": 4}
    cars = {"row": 1, "site": "car", "end_use": "civil", "wanted": 6, "short": 6}

    def made(*at: int) -> Tables:
        return tables(
            [1, 2, 2],
            nodes,
            orders=[order | {"node": n, "arrives": min(n, 1) + 1} for n in at],
            shipments=[moved | {"node": n, "arrives": min(n, 1) + 1} for n in at],
            disposals=[gone | {"node": n} for n in at],
            service=[
                row | {"node": n, "material": "magnet"} for n in range(3) for row in (army, cars)
            ],
            licences=[application()],
            licence_use=[drawn(n) for n in at],
        )

    assert faults(case, made(1, 2)) == set()
    assert faults(case, made(0)) == set()
    assert faults(case, made(0, 1)) == {"licence use", "licence"}


def test_states_of_rules_are_checked_where_the_plan_tells_them() -> None:
    case = border(
        rule(policy="prohibited", end_uses="military"),
        rule(control="later"),
        control_status=[{"control": "later", "start": 2, "status": "unknown"}],
    )
    states = [
        {"control": "r", "node": 0, "status": "in_force", "in_force": True},
        {"control": "r", "node": 1, "status": "in_force", "in_force": True},
        {"control": "later", "node": 0, "status": "none", "in_force": False},
        {"control": "later", "node": 1, "status": "unknown", "in_force": True},
    ]

    def made(rows: list[Data]) -> Tables:
        return border_plan(crossing(6, ARMY), tank=0, marks=ARMY, rule_states=rows)

    assert faults(case, made(states)) == set()
    assert faults(case, made(states[:3])) == {"rule state"}
    assert faults(case, made([*states, states[0]])) == {"rule state"}
    for row, cells in ((2, {"status": "announced"}), (3, {"in_force": False})):
        changed = [dict(state) for state in states]
        changed[row] |= cells
        assert faults(case, made(changed)) == {"rule state"}
