"""Limits on the whole, prices by tier, duties, returns, goods in transit: right or caught."""

from __future__ import annotations

import pandas as pd
import pytest
from secondsource.models.case import Case
from secondsource.optimizer.verify import verify_plan

from .plans import CHAIN, QUARTER, Data, Tables, case_of, chain_plan, path, tables
from .strategic_plans import BUILD, FUTURES, build_plan, futures_plan
from .test_verify import PLANS, failed, set_cells

# The chain buys 40 oxide of Bayan (CN) in period 1, and makes 20 magnets (Magnetbau, DE) and 10
# slag in period 2; 10 magnets are delivered in 2 and in 3, and 10 are in stock after period 2.
CHAIN_POLICIES: list[tuple[Data, bool]] = [
    ({"kind": "max_quantity", "materials": "magnet", "value": 20}, True),
    ({"kind": "max_quantity", "materials": "magnet", "value": 19}, False),
    ({"kind": "max_quantity", "materials": "magnet", "value": 19, "end": 1}, True),
    ({"kind": "max_quantity", "stages": "magnet", "value": 19}, False),
    ({"kind": "max_quantity", "stages": "magnet", "materials": "slag", "value": 0}, True),
    ({"kind": "min_quantity", "materials": "magnet", "value": 20, "window": "horizon"}, True),
    ({"kind": "min_quantity", "materials": "magnet", "value": 1}, False),
    ({"kind": "min_quantity", "materials": "oxide", "value": 41, "window": "year"}, False),
    ({"kind": "max_share", "materials": "oxide", "countries": "CN", "value": 1}, True),
    ({"kind": "max_share", "materials": "oxide", "countries": "CN", "value": 0.9}, False),
    ({"kind": "max_share", "materials": "oxide", "countries": "DE", "value": 0.1}, True),
    ({"kind": "max_share", "materials": "*", "each": "supplier", "value": 0.6}, False),
    (
        {
            "kind": "max_share",
            "materials": "oxide,magnet",
            "each": "supplier",
            "value": 0.67,
            "window": "horizon",
        },
        True,
    ),
    ({"kind": "min_share", "materials": "magnet", "suppliers": "Magnetbau", "value": 1}, True),
    ({"kind": "min_share", "materials": "oxide", "countries": "DE", "value": 0.1}, False),
    ({"kind": "max_throughput", "sites": "works", "value": 20}, True),
    ({"kind": "max_throughput", "sites": "works", "value": 19}, False),
    ({"kind": "max_throughput", "value": 29}, False),
    ({"kind": "max_throughput", "value": 20, "each": "site"}, True),
    ({"kind": "max_throughput", "value": 20, "window": "horizon", "each": "site"}, True),
    ({"kind": "max_throughput", "value": 39, "window": "horizon"}, False),
    ({"kind": "min_suppliers", "materials": "oxide", "value": 1}, True),
    ({"kind": "min_suppliers", "materials": "oxide", "value": 2}, False),
    ({"kind": "max_suppliers", "materials": "oxide", "value": 0}, False),
    ({"kind": "max_suppliers", "materials": "oxide", "value": 1, "window": "horizon"}, True),
    ({"kind": "max_lanes", "value": 1}, True),
    ({"kind": "max_lanes", "value": 0, "sites": "customer"}, True),
    ({"kind": "max_lanes", "value": 0, "sites": "works"}, False),
    ({"kind": "max_lanes", "value": 0, "materials": "magnet"}, False),
    ({"kind": "max_lanes", "value": 0, "materials": "oxide"}, True),
    ({"kind": "max_open", "value": 0}, True),
    ({"kind": "min_open", "value": 1}, False),
    ({"kind": "capital_budget", "value": 0}, True),
    ({"kind": "recycled_share", "materials": "magnet", "value": 0.1}, False),
    ({"kind": "min_cover_days", "materials": "magnet", "value": QUARTER}, False),
    ({"kind": "min_cover_days", "materials": "magnet", "value": QUARTER, "end": 2}, True),
    (
        {"kind": "min_cover_days", "materials": "magnet", "value": 92, "start": 2, "end": 2},
        False,
    ),
]
BUILD_POLICIES: list[tuple[Data, bool]] = [
    ({"kind": "max_open", "value": 0}, False),
    ({"kind": "max_open", "value": 0, "countries": "US", "end": 1}, False),
    ({"kind": "min_open", "value": 1}, True),
    ({"kind": "min_open", "value": 1, "materials": "magnet", "sites": "A"}, True),
    ({"kind": "capital_budget", "value": 163}, True),  # 5 + 100 + 20 + 30 + 8
    ({"kind": "capital_budget", "value": 124}, False),
    ({"kind": "capital_budget", "value": 124, "start": 2}, True),
    ({"kind": "capital_budget", "value": 0, "window": "period", "start": 4}, True),
]


@pytest.mark.parametrize(
    ("data", "made", "policy", "holds"),
    [
        *((CHAIN, chain_plan, policy, holds) for policy, holds in CHAIN_POLICIES),
        *((BUILD, build_plan, policy, holds) for policy, holds in BUILD_POLICIES),
    ],
)
def test_a_policy_holds_or_not(data: Data, made: object, policy: Data, holds: bool) -> None:
    assert callable(made)
    plan: Tables = made()
    found = verify_plan(case_of(data, policies=[{"policy": "p"} | policy]), plan)
    assert failed(found) == (set() if holds else {"policy"})
    soft = verify_plan(case_of(data, policies=[{"policy": "p", "penalty": 1} | policy]), plan)
    assert failed(soft) == (set() if holds else {"excess", "penalty", "cash"})


def test_a_soft_policy_costs_what_is_beyond_it() -> None:
    # 20 of 20 from China in the calm future, half allowed: 10 too much, at 2 each
    found = verify_plan(case_of(FUTURES), futures_plan())
    assert found.costs["penalty"] == pytest.approx(0.6 * 20 / 1.1)


ONE_OFFER: Data = {
    "materials": [{"material": "metal", "price": 10}],
    "sites": [{"site": "A", "country": "US"}],
    "offers": [
        {"offer": "o", "site": "A", "material": "metal", "price": 10, "origin": "CN"},
    ],
    "offer_tiers": [
        {"offer": "o", "from_quantity": 50, "price": 7},
        {"offer": "o", "from_quantity": 20, "price": 8},
    ],
    "disposal": [{"site": "A", "material": "metal"}],
}


def bought(quantity: float, purchase: float, tariff: float = 0) -> Tables:
    order = {"node": 0, "offer": "o", "supplier": "A", "origin": "CN", "site": "A"}
    order |= {"material": "metal", "quantity": quantity, "purchase": purchase, "arrives": 1}
    gone = {"node": 0, "site": "A", "material": "metal", "quantity": quantity}
    return tables([1], path(1, 0.0), orders=[order | {"tariff": tariff}], disposals=[gone])


def prices(discount: str, tiers: list[float] | None = None, **control: object) -> Case:
    changed: Data = {"offers": [ONE_OFFER["offers"][0] | {"discount": discount}]}
    if tiers:
        pairs = zip((50, 20), tiers, strict=True)
        changed["offer_tiers"] = [{"offer": "o", "from_quantity": a, "price": b} for a, b in pairs]
    if control:
        changed["controls"] = [{"control": "c", "kind": "import"} | control]
    return case_of(ONE_OFFER, **changed)


@pytest.mark.parametrize(
    ("case", "quantity", "purchase", "right"),
    [
        (prices("none"), 60, 600, True),
        (prices("incremental"), 60, 20 * 10 + 30 * 8 + 10 * 7, True),
        (prices("incremental"), 60, 60 * 7, False),
        (prices("incremental", [12, 11]), 60, 20 * 10 + 30 * 11 + 10 * 12, True),
        (prices("incremental", [12, 11]), 60, 600, False),
        (prices("all_units"), 60, 420, True),
        (prices("all_units"), 50, 350, True),
        (prices("all_units"), 50, 400, False),
        (prices("all_units"), 49, 8 * 49, True),
        (prices("all_units", [12, 11]), 50, 50 * 12, True),
        (prices("all_units", [12, 11]), 50, 50 * 11, True),
        (prices("all_units", [12, 11]), 50, 500, False),
        (prices("all_units", [12, 11]), 51, 51 * 11, False),
        (prices("incremental", price_floor=9), 60, 20 * 10 + 40 * 9, True),
        (prices("all_units", price_floor=9), 60, 540, True),
        (prices("none", price_floor=12, exporters="US"), 60, 600, True),
    ],
)
def test_purchase_by_tiers(case: Case, quantity: float, purchase: float, right: bool) -> None:
    found = verify_plan(case, bought(quantity, purchase))
    assert ("purchase" not in failed(found)) == right


def test_duties_of_several_rules_add_up_and_the_status_dates_them() -> None:
    rules = [
        {"control": "a", "kind": "import", "tariff": 0.1},
        {"control": "b", "kind": "export", "exporters": "CN", "tariff": 0.05, "unit_cost": 1},
        {"control": "off", "kind": "import", "tariff": 0.5},
        {"control": "others", "kind": "import", "operators": "*,!A", "tariff": 0.5},
        {"control": "unsure", "kind": "import", "tariff": 0.01},
    ]
    status = [
        {"control": "off", "status": "announced"},
        {"control": "unsure", "status": "unknown"},
    ]
    sites = [*ONE_OFFER["sites"], {"site": "C", "country": "CN"}]
    case = case_of(ONE_OFFER, controls=rules, control_status=status, sites=sites)
    found = verify_plan(case, bought(10, 100, tariff=10 * 10 * 0.16))
    assert "tariffs" not in failed(found)
    assert found.costs["tariffs"] == pytest.approx(16)
    assert found.costs["licences"] == 10


def test_force_majeure_reduces_what_must_be_taken() -> None:
    offer = ONE_OFFER["offers"][0] | {"min_take": 5}
    nothing = tables([1], path(1, 0.0))
    ban = [{"control": "c", "kind": "export", "policy": "prohibited"}]
    assert failed(verify_plan(case_of(ONE_OFFER, offers=[offer]), nothing)) == {"minimum take"}
    assert verify_plan(case_of(ONE_OFFER, offers=[offer], controls=ban), nothing).ok
    offer |= {"capacity": 0}
    assert verify_plan(case_of(ONE_OFFER, offers=[offer]), nothing).ok


def with_slag(plan: Tables, quantity: float) -> Tables:
    """The chain's plan with more slag disposed of in period 3."""
    gone = {"node": 2, "period": 3, "site": "works", "material": "slag", "marks": ""}
    more = pd.DataFrame([gone | {"quantity": quantity, "cost": quantity}])
    plan["disposals"] = pd.concat([plan["disposals"], more], ignore_index=True)
    paid = {"node": 2, "period": 3, "category": "disposal", "amount": quantity}
    worth = quantity * 1.08**-0.5
    more = pd.DataFrame([paid | {"discounted": worth, "expected": worth}])
    plan["cash"] = pd.concat([plan["cash"], more], ignore_index=True)
    return plan


def test_what_comes_back_must_go_somewhere() -> None:
    row = {"site": "works", "material": "slag", "from_site": "customer"}
    row |= {"from_material": "magnet", "share": 0.3, "lag_periods": 1}
    case = case_of(CHAIN, returns=[row])
    plan = with_slag(chain_plan(), 3)
    back = {"node": 2, "row": 1, "site": "works", "material": "slag", "marks": "", "quantity": 3}
    plan["returns"] = pd.DataFrame([back])
    assert verify_plan(case, plan).ok
    assert failed(verify_plan(case, chain_plan())) == {"returns", "balance"}
    set_cells(plan, "returns", 0, quantity=4)
    assert failed(verify_plan(case, plan)) == {"returns"}


def test_goods_in_transit_arrive_and_tie_up_money_until_then() -> None:
    row = {"site": "works", "material": "slag", "period": 3, "quantity": 4}
    case = case_of(CHAIN, in_transit=[row])
    plan = with_slag(chain_plan(), 4)
    assert verify_plan(case, plan).ok
    assert failed(verify_plan(case, chain_plan())) == {"balance"}
    priced = [*CHAIN["materials"][:2], {"material": "slag", "price": 50}]
    found = verify_plan(case_of(CHAIN, in_transit=[row], materials=priced), plan)
    assert failed(found) == {"cash"}
    # slag worth 200 under way in periods 1 and 2, at 3 % a quarter
    extra = 6 * (1 + 1.08**-0.25)
    assert found.costs["capital"] == pytest.approx(12 + 30 * 1.08**-0.25 + extra)


@pytest.mark.parametrize(("named", "banned"), [("cn", True), ("other", False)])
def test_rules_about_pedigrees_read_the_marks_of_the_offer(named: str, banned: bool) -> None:
    marks = [{"pedigree": "cn"}, {"pedigree": "other"}]
    rule = {"control": "c", "kind": "import", "policy": "prohibited", "pedigree": "cn"}
    offer = ONE_OFFER["offers"][0] | {"pedigrees": named}
    case = case_of(ONE_OFFER, offers=[offer], pedigrees=marks, controls=[rule])
    plan = bought(10, 100)
    assert "marks" in failed(verify_plan(case, plan))
    set_cells(plan, "orders", 0, marks=named, rules="c" if banned else "")
    set_cells(plan, "disposals", 0, marks=named)
    assert failed(verify_plan(case, plan)) - {"cash"} == ({"ban"} if banned else set())


def test_lanes_that_share_a_pair_share_its_capacity() -> None:
    lanes = [CHAIN["lanes"][0] | {"capacity": 15, "min_load": 0}]
    lanes.append(lanes[0] | {"lane": "express", "shares": "truck", "capacity": 1000})
    plan = chain_plan()
    half = plan["shipments"].assign(quantity=10.0, transport=20.0)
    plan["shipments"] = pd.concat([half, half.assign(lane="express")], ignore_index=True)
    policies = [{"policy": "p", "kind": "max_lanes", "value": 1}]
    found = verify_plan(case_of(CHAIN, lanes=lanes, policies=policies), plan)
    assert failed(found) == {"lane capacity"}
    lanes[0] |= {"capacity": 20}
    assert verify_plan(case_of(CHAIN, lanes=lanes, policies=policies), plan).ok


def nudged(name: str) -> list[tuple[str, str, str]]:
    """Every cell of the first row of each table of a plan that the case or the plan determines."""
    free = {"label", "key", "value", "limit"}
    return [
        (name, table, column)
        for table, frame in PLANS[name][1]().items()
        for column in frame.columns
        if len(frame)
        and column not in free
        # these two name sites and a material only where lanes or stockpiles are opened
        and (table != "decisions" or column not in ("from", "to", "material"))
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "table", "column"), [cell for name in PLANS for cell in nudged(name)]
)
def test_no_cell_can_change_unnoticed(name: str, table: str, column: str) -> None:
    data, plan = PLANS[name]
    made = plan()
    old = made[table][column].iloc[0]
    set_cells(made, table, 0, **{column: old + "x" if isinstance(old, str) else old + 1})
    assert not verify_plan(case_of(data), made).ok


def test_an_empty_case_has_an_empty_plan() -> None:
    found = verify_plan(case_of({}), tables([1], path(1, 0.0)))
    assert found.ok
    assert set(found.objectives.values()) == {0.0}
