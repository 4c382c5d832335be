"""What comes next best, and what rules cost, on cases worked out on paper and by two solves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from optimizer.agreement import checked
from optimizer.cases import mill, offer, overseas, shop
from secondsource.models.case import Case
from secondsource.models.explain_results import Explained
from secondsource.optimizer.explain import explain_plan, rule_costs
from secondsource.optimizer.highs import Options
from secondsource.optimizer.solve import Request, solve

EXACT = Request(options=Options(gap=0.0, threads=1))


def choice(found: Explained, name: str) -> Any:
    """The line of what is called so."""
    return found.choices.set_index("name").loc[name]


def sellers(**second: Any) -> Case:
    """10 ore from A at 1, or from B at 3."""
    return checked(shop(offers=[offer(), offer("b", price=3, **second)]))


def test_doing_without_costs_what_the_runner_up_costs_more() -> None:
    own = choice(explain_plan(sellers(), request=EXACT), "offer a")
    assert own["chosen"]
    assert own["cost"] == pytest.approx(20)


def test_the_runner_up_is_as_far_as_its_price_is_dearer() -> None:
    own = choice(explain_plan(sellers(), request=EXACT), "offer b")
    assert not own["chosen"]
    assert own["away"] == pytest.approx(2)
    assert own["price"] == pytest.approx(3)
    assert own["per"] == "USD/t"


def test_a_runner_up_that_feeds_an_idle_plant_is_as_far_as_the_plant_would_pay() -> None:
    """Rock at 3 is worth (1 - 0.1) / 2 to a mill whose ore sells at 1; nobody else has rock."""
    data = mill({"variable_cost": 0.1}, wanted={"shortage_cost": 50})
    data["offers"] = [offer(), {"offer": "r", "site": "shop", "material": "rock", "price": 3}]
    own = choice(explain_plan(checked(data), request=EXACT), "offer r")
    assert own["away"] == pytest.approx(3 - 0.45)


def test_a_runner_up_to_be_qualified_must_earn_that_too() -> None:
    own = choice(explain_plan(sellers(select_cost=5), request=EXACT), "offer b")
    assert own["away"] == pytest.approx(2.5, rel=1e-4), "2 a tonne, and 5 over 10 tonnes"


def test_one_that_is_too_dear_as_a_gift_says_so() -> None:
    assert choice(explain_plan(sellers(select_cost=50), request=EXACT), "offer b")["never"]


def test_without_the_only_source_there_is_no_plan() -> None:
    found = explain_plan(checked(shop(offers=[offer()])), request=EXACT)
    cost = choice(found, "offer a")["cost"]
    assert cost is None or cost != cost  # NaN


def ruled() -> Case:
    """Ore from China at 1 under a quota and a duty, at 5 at home; no more than 70 % from China."""
    data = overseas(
        controls=[
            {"control": "quota", "kind": "export", "exporters": "CN", "quota": 6},
            {"control": "duty", "kind": "import", "destinations": "DE", "tariff": 0.01},
        ],
        policies=[{"policy": "share", "kind": "max_share", "countries": "CN", "value": 0.7,
                   "materials": "ore"}],
    )  # fmt: skip
    data["offers"].append({"offer": "home", "site": "shop", "material": "ore", "price": 5})
    return checked(data)


def test_rules_cost_what_two_solves_differ_by_and_add_up_with_what_is_left_over() -> None:
    table, segments, leftover = rule_costs(ruled(), EXACT)
    costs = table.set_index("name")["cost"]
    # with all: 6 at 1 + 1 duty, 4 at 5 = 32; no quota: 7 at 2, 3 at 5 = 29; no duty: 26; no share:
    # the quota still binds; none at all: 10
    assert costs["quota"] == pytest.approx(3)
    assert costs["duty"] == pytest.approx(6)
    assert costs["share"] == pytest.approx(0)
    assert costs["all rules"] == pytest.approx(32 - (7 + 15))
    assert costs["all rules and policies"] == pytest.approx(22)
    assert leftover == pytest.approx(22 - 9)
    parts = segments.groupby("name")["cost"].sum()
    assert parts["quota"] == pytest.approx(3), "segments add up"


def test_a_rule_costs_the_difference_of_two_plain_solves() -> None:
    case = ruled()
    free = case.model_copy(update={"controls": [case.controls[1]]})
    difference = solve(case, EXACT).objectives["cost"] - solve(free, EXACT).objectives["cost"]
    table, _, _ = rule_costs(case, replace(EXACT, scenarios=("all",)))
    assert table.set_index("name").loc["quota", "cost"] == pytest.approx(difference)
