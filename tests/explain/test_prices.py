"""Shadow prices against finite differences of plans solved again, whole numbers fixed."""

from __future__ import annotations

import numpy as np
import pytest
from optimizer.agreement import checked
from optimizer.cases import offer, overseas, shop, store
from oracle.random_cases import random_case
from oracle.random_controls import controlled_case
from secondsource.models.problems import CaseError
from secondsource.models.rule_rows import Change
from secondsource.optimizer.explain.binding import binding_table
from secondsource.optimizer.explain.edits import RowNames
from secondsource.optimizer.explain.plan import explain_plan
from secondsource.optimizer.explain.prices import differs_by, fixed_whole, prices_of
from secondsource.optimizer.explain.words import Words
from secondsource.optimizer.highs import Options, Session
from secondsource.optimizer.workbench import Workbench

STEP = 1e-5


def agree(data: dict[str, object]) -> tuple[int, list[str]]:
    """How many prices were tried, and those between no two finite differences."""
    case = checked(data)
    workbench = Workbench(case)
    point = Session(workbench.built.arrays, "cost").solve(Options(gap=0.0, threads=1)).point
    if point is None:
        return 0, []
    prices = prices_of(fixed_whole(workbench.built.arrays, point), "cost", {}, Options(threads=1))
    assert prices is not None
    table = binding_table(workbench, prices, Words(case))
    names, tried, wrong = RowNames(case), 0, []
    for (name, row, column), own in table.groupby(["table", "row", "column"]):
        if (own["unit"] == "").any():
            continue  # a number of things: no fraction of one
        part = 100.0 if (own["unit"] == "percentage point").any() else 1.0
        price = -float(own["worth"].sum()) * part
        key = names.key(str(name), int(row) - 1)
        changes = [
            Change(table=str(name), key=key, field=str(column), op="add", value=sign * STEP)
            for sign in (1, -1)
        ]
        more, less = (differs_by(prices, [change], workbench) for change in changes)
        if more is None or less is None:
            continue
        tried += 1
        above, below = more / STEP, -less / STEP
        slack = 1e-4 * max(1.0, abs(above), abs(below)) + 1e-2
        if not min(above, below) - slack <= price <= max(above, below) + slack:
            wrong.append(f"{name} {row} {column}: {price}, finite differences {below}, {above}")
    return tried, wrong


def test_one_more_tonne_of_capacity_is_worth_what_the_next_best_costs_more() -> None:
    data = shop(
        offers=[offer(capacity=6), offer("b", price=3)],
        settings={"periods": 2, "discount_rate": 0.25},
    )
    found = explain_plan(checked(data))
    own = found.binding[found.binding["table"] == "offers"].set_index("period")
    assert own.loc[1, "worth"] == pytest.approx(2)
    assert own.loc[2, "worth"] == pytest.approx(2 / 1.25), "present value"
    assert own.loc[2, "then"] == pytest.approx(2), "money of the day"
    assert own.loc[1, "holds_from"] == pytest.approx(0, abs=1e-6)
    assert own.loc[1, "holds_to"] == pytest.approx(10)


def test_a_capacity_behind_a_yes_no_decision_has_its_price() -> None:
    data = shop(offers=[offer(capacity=6, select_cost=4, order_cost=1), offer("b", price=3)])
    own = explain_plan(checked(data)).binding
    assert own.loc[own["table"] == "offers", "worth"].sum() == pytest.approx(2)


def test_a_percentage_point_of_a_share_has_its_price() -> None:
    data = shop(
        offers=[offer(supplier="A"), offer("b", price=3, supplier="B")],
        policies=[{"policy": "most", "kind": "max_share", "suppliers": "A", "value": 0.6,
                   "materials": "ore"}],
    )  # fmt: skip
    own = explain_plan(checked(data)).binding
    row = own[own["table"] == "policies"].iloc[0]
    assert row["unit"] == "percentage point"
    assert row["worth"] == pytest.approx(0.1 * 2), "a tenth of a tonne at 1 instead of 3"


def test_safety_stock_and_demand_cost_what_they_cost() -> None:
    data = shop(offers=[offer()], stockpiles=[store(min_level=4, holding_cost=2)])
    own = explain_plan(checked(data)).binding.set_index("table")
    assert own.loc["stockpiles", "worth"] == pytest.approx(-3)
    assert own.loc["demand", "worth"] == pytest.approx(-1)


def test_a_tonne_where_it_is_needed_is_worth_what_it_replaces() -> None:
    found = explain_plan(checked(overseas({"cost": 7})))
    best = found.values.set_index("site")
    assert best.loc["shop", "worth"] == pytest.approx(8)
    assert best.loc["shop", "holds_for"] == pytest.approx(10)
    assert np.isfinite(found.objectives["cost"])


@pytest.mark.parametrize("seed", (8,))
def test_prices_agree_with_finite_differences(seed: int) -> None:
    _, wrong = agree(random_case(seed))
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(5))
def test_prices_agree_with_finite_differences_on_many(part: int) -> None:
    tried, wrong = 0, []
    for seed in range(8 * part, 8 * part + 8):
        for make in (random_case, controlled_case):
            try:
                number, bad = agree(make(seed))
            except CaseError:
                continue
            tried, wrong = tried + number, wrong + [f"{make.__name__}({seed}) {one}" for one in bad]
    assert tried > 20
    assert not wrong, "\n".join(wrong)
