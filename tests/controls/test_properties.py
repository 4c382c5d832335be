"""Whatever the network and the rules: no lot is smuggled, no rule helps, no free rule matters.

Random networks come from :func:`oracle.random_controls.controlled_case`. The short runs use seeds
in which rules bite and goods move under marks or licences; the long ones draw their own.
"""

from __future__ import annotations

import math
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from optimizer.agreement import checked, exact
from oracle.dice import Dice
from oracle.random_controls import controlled_case
from secondsource.models.plan import Solution

from .lots import Smuggled
from .tracer import trace

Data = dict[str, Any]
TRACED = (
    (2, 4), (20, 33), (54, 61), (76, 83), (113, 115),
)  # fmt: skip
LAWLESS = (8, 53, 113)
RELAXED = (8, 15, 85)
FREED = (2, 4, 36, 61)
SEEDS = st.integers(0, 1_000_000)


def long(examples: int) -> settings:
    """Other seeds in every run; a seed has no smaller one to shrink to."""
    return settings(
        max_examples=examples,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def least(case: Data) -> Solution:
    """The cheapest plan of a case, at gap 0."""
    return exact(checked(case))


def cost(case: Data) -> float:
    """Least cost, infinite where there is no plan."""
    found = least(case)
    assert found.status in ("optimal", "infeasible")
    return math.inf if found.objective is None else found.objective


def same(one: float, other: float) -> bool:
    """Equal to the tolerance of the solver."""
    return one == other or math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-5)


def nothing_is_smuggled(seed: int) -> int:
    """Trace the best plan of a random case; how many lots it delivers."""
    case = controlled_case(seed)
    found = least(case)
    return len(trace(case, found.tables)) if found.objective is not None else 0


def no_rule_helps(seed: int) -> None:
    """Leave out one rule after the other: the plan never gets dearer."""
    case = without_forced_moves(controlled_case(seed))
    whole = cost(case)
    for rule in case["controls"]:
        fewer = cost(without_rule(case, rule["control"]))
        assert fewer <= whole or same(fewer, whole), (seed, rule)


def free_rules_do_not_matter(seed: int) -> None:
    """Add a rule that is free and without delay, about anything, anywhere in the table."""
    case, dice = controlled_case(seed), Dice(seed)
    free = deepcopy(case)
    free["controls"].insert(dice.whole(0, len(case["controls"])), free_rule(case, dice))
    assert same(cost(case), cost(free)), (seed, free["controls"])


def without_forced_moves(case: Data) -> Data:
    """A case in which more freedom cannot hurt.

    Three things in the format make a rule helpful. A ban lets the buyer off what it would have to
    take. A review delays goods, which is as good as a store for those who have none. A review of
    technology delays fixed costs with the plant that, once opened, cannot be put off.
    """
    case = deepcopy(case)
    for offer in case["offers"]:
        for column in ("min_take", "contract_periods", "commit_quantity"):
            offer.pop(column, None)
    for rule in case["controls"]:
        if rule["policy"] in ("free", "general_licence") or rule["kind"] == "technology":
            rule.pop("review_days", None)
    case["changes"] = [row for row in case["changes"] if row["field"] != "review_days"]
    return case


def without_rule(case: Data, name: str) -> Data:
    """A case without one of its rules, its timeline and its changes."""
    case = deepcopy(case)
    for table in ("controls", "control_status"):
        case[table] = [row for row in case[table] if row["control"] != name]
    case["changes"] = [
        row
        for row in case["changes"]
        if not (row["table"] in ("controls", "control_status") and row.get("key") == name)
    ]
    return case


def free_rule(case: Data, dice: Dice) -> Data:
    """A random rule that asks for nothing."""
    pedigrees = [row["pedigree"] for row in case["pedigrees"]]
    kinds = ("export", "import", "technology", "service")
    kind = dice.one(*kinds, *(("reexport", "procurement") if pedigrees else ()))
    uses = [row["end_use"] for row in case["demand"]]
    users = [row["end_user"] for row in case["demand"] if row.get("end_user")]
    row: Data = {"control": "free", "kind": kind, "policy": "free"} | dice.some(
        0.4, exporters=dice.one("CN", "*,!DE"), destinations=dice.one("DE", "west", "*,!DE"),
        end_users=dice.one(*users, *(row.get("operator", row["site"]) for row in case["sites"])),
        jurisdiction="CN",
    )  # fmt: skip
    if kind not in ("technology", "service"):
        row |= dice.some(0.3, materials=dice.one(*(row["material"] for row in case["materials"])))
        row |= dice.some(0.7, **{dice.one("end_uses", "exempt_end_uses"): dice.one(*uses)})
    if kind in ("reexport", "procurement") or (pedigrees and dice.chance(0.3)):
        row["pedigree"] = dice.one(*pedigrees)
    return row


@pytest.mark.parametrize("seeds", TRACED, ids=str)
def test_every_delivered_lot_came_by_lawful_moves(seeds: tuple[int, ...]) -> None:
    assert sum(nothing_is_smuggled(seed) for seed in seeds) > 0


def test_the_cheapest_trade_without_rules_would_be_smuggling() -> None:
    """The tracer has something to find in these networks: their best plan breaks the rules."""
    found = 0
    for seed in LAWLESS:
        case = lawless = controlled_case(seed)
        for rule in case["controls"]:
            lawless = without_rule(lawless, rule["control"])
        try:
            trace(case, least(lawless).tables)
        except Smuggled:
            found += 1
    assert found >= len(LAWLESS) / 2


@pytest.mark.parametrize("seed", RELAXED)
def test_leaving_a_rule_out_never_costs(seed: int) -> None:
    no_rule_helps(seed)


@pytest.mark.parametrize("seed", FREED)
def test_a_rule_that_is_free_everywhere_changes_nothing(seed: int) -> None:
    free_rules_do_not_matter(seed)


@pytest.mark.slow
@long(400)
@given(seed=SEEDS)
def test_every_delivered_lot_came_by_lawful_moves_in_a_long_campaign(seed: int) -> None:
    nothing_is_smuggled(seed)


@pytest.mark.slow
@long(150)
@given(seed=SEEDS)
def test_leaving_a_rule_out_never_costs_in_a_long_campaign(seed: int) -> None:
    no_rule_helps(seed)


@pytest.mark.slow
@long(200)
@given(seed=SEEDS)
def test_a_rule_that_is_free_everywhere_changes_nothing_in_a_long_campaign(seed: int) -> None:
    free_rules_do_not_matter(seed)


def test_a_ban_can_spare_the_buyer_what_it_would_have_to_take() -> None:
    """Why forced takes are left out above: the ban is force majeure."""
    case = oversupplied()
    assert cost(case) == pytest.approx(7 * 4 + 7)
    case["controls"] = [{"control": "ban", "kind": "export", "policy": "prohibited"}]
    assert cost(case) == 0


def oversupplied() -> Data:
    """Seven at 4 that nobody needs must be taken, and got rid of at 1 each."""
    return {
        "case": {"periods": 1},
        "materials": [{"material": "ore"}],
        "sites": [{"site": "shop", "country": "DE"}],
        "offers": [
            {"offer": "o", "site": "shop", "material": "ore", "price": 4, "min_take": 7,
             "origin": "CN"}
        ],
        "disposal": [{"site": "shop", "material": "ore", "cost": 1}],
    }  # fmt: skip


def test_a_review_can_carry_goods_to_the_period_that_needs_them() -> None:
    """Why delays are left out above: without a store, slow goods come just in time."""
    case: Data = {
        "case": {"periods": 2, "months_per_period": 12},
        "materials": [{"material": "ore"}],
        "sites": [{"site": "shop", "country": "DE"}],
        "offers": [{"offer": "o", "site": "shop", "material": "ore", "price": 4, "origin": "CN"}],
        "demand": [{"site": "shop", "material": "ore", "quantity": 1, "start": 2}],
        "changes": [{"table": "offers", "field": "price", "value": 1, "end": 1}],
    }
    assert cost(case) == pytest.approx(4)
    case["controls"] = [{"control": "slow", "kind": "export", "review_days": 365.25}]
    assert cost(case) == pytest.approx(1)
