"""Pedigrees and destination marks on their way through plants, stock, returns and demand."""

from __future__ import annotations

from typing import Any

import pytest
from secondsource.models.case import Case
from secondsource.optimizer.verify import verify_plan

from .plans import (
    ARMY,
    BORDER,
    Data,
    Tables,
    border_plan,
    case_of,
    crossing,
    path,
    rule,
    service,
    tables,
)
from .test_verify import add_row, failed, set_cells

# 10 ore of China and 10 of America, worth 3 and 1 a unit, make 10 alloy worth 5.
WORKS: Data = {
    "materials": [
        {"material": "ore", "price": 3},
        {"material": "salt", "price": 1},
        {"material": "alloy", "price": 4},
        {"material": "slag", "price": 1},
    ],
    "sites": [{"site": "works", "country": "US"}],
    "offers": [
        {"offer": "ore", "site": "works", "material": "ore", "origin": "CN", "stages": "mining"},
        {"offer": "salt", "site": "works", "material": "salt", "origin": "CN"},
    ],
    "processes": [{"process": "melt", "stage": "alloy"}],
    "recipes": [
        {"process": "melt", "material": "ore", "quantity": -1},
        {"process": "melt", "material": "salt", "quantity": -1},
        {"process": "melt", "material": "alloy", "quantity": 1},
        {"process": "melt", "material": "slag", "quantity": 1},
    ],
    "plants": [{"plant": "oven", "site": "works", "process": "melt"}],
    "demand": [{"site": "works", "material": "alloy", "quantity": 10}],
    "disposal": [{"site": "works", "material": "slag"}],
}


def works(pedigree: Data | None = None, **changed: Any) -> Case:
    rows = [{"pedigree": "p"} | pedigree] if pedigree else []
    return case_of(WORKS, **({"pedigrees": rows} | changed))


def melted(ore: str = "", salt: str = "", alloy: str = "", slag: str = "") -> Tables:
    """10 of everything, with marks."""
    order = {"node": 0, "supplier": "works", "origin": "CN", "site": "works", "quantity": 10}
    run = {"node": 0, "started": 0, "plant": "oven"}
    drawn = {"quantity": -10} | run
    given = {"quantity": 10} | run
    place: Data = {"node": 0, "row": 1, "site": "works", "quantity": 10}
    return tables(
        [1],
        path(1, 0.0),
        orders=[
            order | {"offer": "ore", "material": "ore", "marks": ore, "arrives": 1},
            order | {"offer": "salt", "material": "salt", "marks": salt, "arrives": 1},
        ],
        production=[
            {"node": 0, "plant": "oven", "site": "works", "process": "melt", "activity": 10}
        ],
        conversions=[
            drawn | {"material": "ore", "marks": ore},
            drawn | {"material": "salt", "marks": salt},
            given | {"material": "alloy", "marks": alloy},
            given | {"material": "slag", "marks": slag},
        ],
        deliveries=[place | {"material": "alloy", "marks": alloy, "end_use": "civil"}],
        disposals=[place | {"material": "slag", "marks": slag}],
        service=[service(0, "works", 10, 10, material="alloy")],
    )


@pytest.mark.parametrize(
    ("pedigree", "marks"),
    [
        # ore is worth 3 of the 5 that come out
        ({"countries": "CN", "stages": "mining"}, ("p", "", "p", "p")),
        ({"countries": "CN", "stages": "mining", "min_value_share": 0.6}, ("p", "", "p", "p")),
        ({"countries": "CN", "stages": "mining", "min_value_share": 0.601}, ("p", "", "", "")),
        ({"countries": "CN", "min_value_share": 0.8}, ("p", "p", "p", "p")),
        ({"countries": "CN", "min_value_share": 0.81}, ("p", "p", "", "")),
        ({"countries": "CN", "materials": "ore,alloy"}, ("p", "", "p", "")),
        ({"countries": "CN", "materials": "salt", "min_value_share": 0.1}, ("", "p", "", "")),
        ({"countries": "CN", "reset_by": "melt"}, ("p", "p", "", "")),
        ({"countries": "US"}, ("", "", "p", "p")),
        ({"stages": "alloy"}, ("", "", "p", "p")),
        ({"countries": "US", "reset_by": "melt"}, ("", "", "", "")),
        ({"stages": "mining", "countries": "US"}, ("", "", "", "")),
        ({}, ("", "", "", "")),
    ],
)
def test_what_carries_a_pedigree(pedigree: Data, marks: tuple[str, str, str, str]) -> None:
    case = works({"note": "given"} | pedigree)
    assert failed(verify_plan(case, melted(*marks))) == set()
    for place, mark in enumerate(marks):
        other = [*marks[:place], "" if mark else "p", *marks[place + 1 :]]
        assert failed(verify_plan(case, melted(*other))), place


def test_a_pedigree_more_than_needed_does_no_harm_and_one_that_cannot_be_is_wrong() -> None:
    ore, salt = WORKS["offers"]
    named = [ore | {"pedigrees": "p"}, salt, salt | {"offer": "unused", "pedigrees": "p"}]
    for share, kinds in ((0.8, set()), (0.9, {"provenance"})):
        case = works({"min_value_share": share}, offers=named)
        assert failed(verify_plan(case, melted("p", "", "p", "p"))) == kinds
        assert failed(verify_plan(case, melted("p"))) == set()


@pytest.mark.parametrize("own", [True, False])
def test_technology_of_a_plant_or_its_modules_marks_what_it_makes(own: bool) -> None:
    changed: Data = {
        "technologies": [{"technology": "t", "origin": "CN"}, {"technology": "u"}],
        "plants": [WORKS["plants"][0] | {"technology": "t" if own else "u"}],
        "expansions": [] if own else [{"plant": "oven", "module_capacity": 1, "technology": "t"}],
    }
    case = works({"technologies": "t"}, **changed)
    assert failed(verify_plan(case, melted(alloy="p", slag="p"))) == set()
    assert failed(verify_plan(case, melted())) == {"provenance"}
    case = works({"technologies": "t", "materials": "alloy"}, **changed)
    assert failed(verify_plan(case, melted(alloy="p"))) == set()


def test_columns_mark_goods_bought_in_stock_and_in_transit() -> None:
    case = works(
        {"materials": "ore,alloy"},
        offers=[WORKS["offers"][0] | {"pedigrees": "p"}, WORKS["offers"][1] | {"pedigrees": "p"}],
        stockpiles=[{"site": "works", "material": "alloy", "initial": 2, "pedigrees": "p"}],
        in_transit=[
            {"site": "works", "material": "slag", "period": 1, "quantity": 3, "pedigrees": "p"}
        ],
    )
    plan = melted("p", "", "p")
    set_cells(plan, "disposals", 0, quantity=13)
    held = {"node": 0, "period": 1, "site": "works", "material": "alloy", "marks": "p"}
    amounts = {"before": 2, "stored": 0, "taken": 0, "level": 2}
    add_row(plan, "stock", held | amounts)
    assert failed(verify_plan(case, plan)) == set()
    set_cells(plan, "stock", 0, marks="")
    assert failed(verify_plan(case, plan)) == {"stock"}
    set_cells(plan, "stock", 0, marks="p")
    set_cells(plan, "disposals", 0, marks="p")
    assert failed(verify_plan(case, plan)) == {"marks"}


def test_stock_does_not_change_marks() -> None:
    case = works(
        {"countries": "CN"},
        stockpiles=[{"site": "works", "material": "alloy", "initial": 10}],
    )
    plan = melted("p", "p", "p", "p")
    set_cells(plan, "deliveries", 0, marks="")
    row = {"node": 0, "period": 1, "site": "works", "material": "alloy"}
    add_row(plan, "stock", row | {"marks": "", "before": 10, "stored": 0, "taken": 10, "level": 0})
    add_row(plan, "stock", row | {"marks": "p", "before": 0, "stored": 10, "taken": 0, "level": 10})
    assert failed(verify_plan(case, plan)) == set()
    set_cells(plan, "stock", 0, taken=0, level=10)
    set_cells(plan, "stock", 1, taken=10, level=0)
    assert failed(verify_plan(case, plan)) == {"balance"}


def test_runs_of_different_modes_mix() -> None:
    """Half of the ore is Chinese: only the run that draws it makes marked goods."""
    named = [WORKS["offers"][0] | {"pedigrees": "p"}, WORKS["offers"][1]]
    offers = [*named, WORKS["offers"][0] | {"offer": "plain"}]
    case = case_of(WORKS, offers=offers, pedigrees=[{"pedigree": "p"}])
    plan = melted("p", "", "p", "p")
    halves = {"orders": [0], "conversions": [0, 1, 2, 3], "disposals": [0], "deliveries": [0]}
    for table, rows in halves.items():
        for row in rows:
            set_cells(plan, table, row, quantity=plan[table].loc[row, "quantity"] / 2)
            more = plan[table].iloc[row].to_dict() | {"marks": ""}
            if table == "orders":
                more["offer"] = "plain"
            if table == "conversions":
                more["mode"] = 1
            add_row(plan, table, more)
    set_cells(plan, "production", 0, activity=5)
    add_row(plan, "production", plan["production"].iloc[0].to_dict() | {"mode": 1})
    assert failed(verify_plan(case, plan)) == set()
    set_cells(plan, "conversions", 0, marks="")
    set_cells(plan, "conversions", 4, marks="p")
    assert failed(verify_plan(case, plan)) == {"provenance"}


RETURN: Data = {"site": "works", "material": "slag", "from_site": "works", "share": 0.5}
RETURN |= {"from_material": "alloy", "lag_periods": 0}


@pytest.mark.parametrize(("materials", "back"), [("*", "p"), ("ore,salt,alloy", "")])
def test_returns_carry_the_pedigrees_that_can_stick(materials: str, back: str) -> None:
    case = works({"countries": "CN", "materials": materials}, returns=[RETURN])
    plan = melted("p", "p", "p", back)
    set_cells(plan, "disposals", 0, quantity=15)
    row = {"node": 0, "row": 1, "site": "works", "material": "slag", "quantity": 5}
    add_row(plan, "returns", row | {"marks": back})
    assert failed(verify_plan(case, plan)) == set()
    set_cells(plan, "returns", 0, marks="" if back else "p")
    assert failed(verify_plan(case, plan)) == ({"returns"} if back else {"marks"})


@pytest.mark.parametrize(
    ("cells", "refused"),
    [
        ({}, True),
        ({"policy": "free"}, False),
        ({"destinations": "US", "end_uses": "civil", "materials": "alloy"}, True),
        ({"destinations": "DE"}, False),
        ({"exempt_end_uses": "civil"}, False),
        ({"end_users": "works"}, True),
        ({"end_users": "Army"}, False),
        ({"materials": "slag"}, False),
        ({"stages": "alloy", "exporters": "DE"}, True),
        ({"stages": "mining"}, False),
    ],
)
def test_procurement_refuses_a_pedigree(cells: Data, refused: bool) -> None:
    row = rule("procurement", pedigree="p", **({"policy": "prohibited"} | cells))
    demand = [*WORKS["demand"], WORKS["demand"][0] | {"end_user": "Army", "quantity": 0}]
    kinds = {"refused"} if refused else set()
    for status, found in (("in_force", kinds), ("suspended", set())):
        case = works(
            {"countries": "CN"},
            controls=[row],
            control_status=[{"control": "r", "status": status}],
            sites=[*WORKS["sites"], {"site": "far", "country": "DE"}],
            demand=demand,
        )
        assert failed(verify_plan(case, melted("p", "p", "p", "p"))) == found


@pytest.mark.parametrize(
    ("cells", "hit"), [({}, True), ({"jurisdiction": "US"}, True), ({"jurisdiction": "CN"}, False)]
)
def test_a_reexport_rule_goes_by_the_pedigree(cells: Data, hit: bool) -> None:
    case = case_of(
        BORDER,
        offers=[BORDER["offers"][0] | {"pedigrees": "p"}],
        pedigrees=[{"pedigree": "p"}],
        controls=[rule("reexport", pedigree="p", policy="prohibited", **cells)],
    )
    rules = "r" if hit else ""
    plan = border_plan(crossing(6, "p", rules, marks="p"), tank=0, marks="p")
    set_cells(plan, "orders", 0, marks="p")
    kinds = {"ban"} if hit else set()
    assert failed(verify_plan(case, plan)) - {"cash"} == kinds
    plan = border_plan(crossing(6, "", rules, marks="p"), tank=0)
    set_cells(plan, "orders", 0, marks="p")
    assert failed(verify_plan(case, plan)) - {"cash"} == kinds | {"marks"}


def test_a_plant_passes_on_the_destinations_of_all_it_draws() -> None:
    """Salt may not go to the army and ore not to cars; alloy of both may go to neither."""
    rules = [
        rule(control="a", materials="ore", policy="prohibited", end_uses="civil"),
        rule(control="b", materials="salt", policy="prohibited", end_users="Army"),
    ]
    demand = [row | {"shortage_cost": 1} for row in WORKS["demand"]]
    demand.append(demand[0] | {"end_use": "military", "end_user": "Army"})
    demand.append(demand[0] | {"end_use": "energy"})
    case = works(controls=rules, demand=demand)
    marks = f"!civil,{ARMY}"
    plan = melted("!civil", ARMY, marks)
    set_cells(plan, "orders", 0, rules="a")
    set_cells(plan, "orders", 1, rules="b")
    set_cells(plan, "deliveries", 0, row=3, end_use="energy")
    for row, use in ((2, "military"), (3, "energy")):
        add_row(plan, "service", plan["service"].iloc[0].to_dict() | {"row": row, "end_use": use})
    for row in (0, 1):
        set_cells(plan, "service", row, delivered=0, short=10)
    assert failed(verify_plan(case, plan)) == {"cash"}
    set_cells(plan, "deliveries", 0, row=2, end_use="military")
    assert "refused" in failed(verify_plan(case, plan))
    set_cells(plan, "deliveries", 0, row=3, end_use="energy", marks=ARMY)
    set_cells(plan, "conversions", 2, marks=ARMY)
    assert failed(verify_plan(case, plan)) == {"provenance", "cash"}
    # slag of which nothing is wanted need not be kept from anyone, and may be
    set_cells(plan, "deliveries", 0, marks=marks)
    set_cells(plan, "conversions", 2, marks=marks)
    set_cells(plan, "conversions", 3, marks="!energy")
    assert failed(verify_plan(case, plan)) == {"cash"}


def test_marks_are_written_in_order() -> None:
    named = [row | {"pedigrees": "p,q"} for row in WORKS["offers"]]
    case = works(offers=named, pedigrees=[{"pedigree": "p"}, {"pedigree": "q"}])
    assert failed(verify_plan(case, melted(*["p,q"] * 4))) == set()
    assert failed(verify_plan(case, melted("q,p", *["p,q"] * 3))) == {"tables"}
