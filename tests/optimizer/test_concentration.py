"""The largest country's share of supply can be minimised and capped, and means what it says."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from oracle.plain_model import solve_case
from oracle.random_cases import random_case
from oracle.random_controls import controlled_case
from secondsource.models.plan import Solution
from secondsource.optimizer.solve import build

from .agreement import checked, differs, exact
from .cases import Data, offer, outlet, shop
from .test_random_cases import SEEDS, quick


def bounded(seed: int) -> Data:
    """A random case in which no offer is endless.

    Where supply can grow without limit, buying from everywhere to throw it away is the least
    concentrated plan, and how far a model goes with that is its own choice.
    """
    data = random_case(seed) if seed % 2 else controlled_case(seed)
    for row in data["offers"]:
        row.setdefault("capacity", 60)
    return data


def share(data: Data, plan: Solution) -> float:
    """The largest country's part of the supply of the demanded materials, from the tables."""
    demanded = {row["material"] for row in data["demand"]}
    shares = plan.tables["shares"]
    own = shares[(shares["level"] == "material") & shares["name"].isin(demanded)]
    by_country = own.groupby("country")["quantity"].sum()
    return float(by_country.max() / by_country.sum()) if by_country.sum() > 1e-9 else 0.0


@quick(1)
@given(seed=SEEDS)
def test_least_is_that_of_the_plain_model(seed: int) -> None:
    data = bounded(seed)
    found = exact(checked(data), "concentration")
    assert differs(found, solve_case(data, "concentration")) == ""
    if found.objective is not None:
        assert found.objective == pytest.approx(share(data, found), abs=1e-9)
        assert found.bound == pytest.approx(found.objective, abs=1e-8)


@quick(1)
@given(seed=SEEDS)
def test_cheapest_within_a_cap_is_that_of_the_plain_model(seed: int) -> None:
    data = bounded(seed)
    case = checked(data)
    cheap, spread = exact(case, "cost"), exact(case, "concentration")
    if cheap.objective is None or spread.objective is None:
        return
    least = spread.objective
    cap = least + 0.4 * (cheap.objectives["concentration"] - least) + 1e-6
    found = exact(case, caps={"concentration": cap})
    assert share(data, found) <= cap + 1e-6
    assert differs(found, solve_case(data, caps={"concentration": cap})) == ""


def three_origins(*prices: float, **columns: object) -> Data:
    """Ten ore that must be met, from three countries at a price each."""
    return shop(
        offers=[
            offer(country, origin=country, price=price, **columns)
            for country, price in zip(("CN", "US", "DE"), prices, strict=True)
        ],
        disposal=[outlet(capacity=0)],
    )


def test_three_equal_parts_are_least_concentrated() -> None:
    found = exact(checked(three_origins(1, 2, 5)), "concentration")
    assert found.objective == pytest.approx(1 / 3, abs=1e-9)
    assert found.objectives["cost"] == pytest.approx(80 / 3)
    assert (found.status, found.gap) == ("optimal", pytest.approx(0, abs=1e-8))


@pytest.mark.parametrize(
    ("limit", "cost"), [(1.0, 10), (0.8, 12), (0.5, 15), (0.4, 4 + 8 + 10), (7.5, 10)]
)
def test_a_cap_moves_supply_to_the_next_cheapest_country(limit: float, cost: float) -> None:
    found = exact(checked(three_origins(1, 2, 5)), caps={"concentration": limit})
    assert found.objective == pytest.approx(cost)
    assert found.objectives["concentration"] <= limit + 1e-9


def test_a_cap_below_the_least_is_infeasible() -> None:
    for limit in (0.333, 0.0, -1.0):
        assert exact(checked(three_origins(1, 2, 5)), caps={"concentration": limit}).status == (
            "infeasible"
        )


def test_whole_orders_are_enumerated_right() -> None:
    """Orders of 3 or 4 at least: the best of all ways to buy ten, told by going through them."""
    data = three_origins(1, 2, 5, min_order=4.0)
    ways = [
        max(way) / 10
        for way in itertools.product(range(11), repeat=3)
        if sum(way) == 10 and all(part == 0 or part >= 4 for part in way)
    ]
    assert min(ways) == 0.5
    assert exact(checked(data), "concentration").objective == pytest.approx(0.5, abs=1e-9)


def test_without_supply_it_is_nothing_and_that_is_least() -> None:
    data = three_origins(1, 2, 5)
    data["demand"][0]["shortage_cost"] = 100
    found = exact(checked(data), "concentration")
    assert (found.objective, found.bound) == (0.0, 0.0)
    assert found.objectives["shortage"] == pytest.approx(10)


def test_cheapest_of_the_least_concentrated() -> None:
    data = three_origins(1, 2, 5)
    data["offers"].append(offer("dear", origin="CN", price=3))
    spread = exact(checked(data), "concentration", "cost")
    assert spread.objectives["concentration"] == pytest.approx(1 / 3, abs=1e-8)
    assert spread.objectives["cost"] == pytest.approx(80 / 3)
    cheap = exact(checked(data), "cost", "concentration")
    assert (cheap.objectives["cost"], cheap.objective) == pytest.approx((10, 1))


def test_supply_without_limit_is_no_failure() -> None:
    """Bought from the other countries and thrown away, the largest share falls to a third."""
    data = three_origins(1, 2, 5)
    data["disposal"] = [outlet()]
    data["offers"][0]["min_take"] = 10
    data["offers"][0]["capacity"] = 10
    found = exact(checked(data), "concentration")
    assert found.status == "optimal"
    assert found.objective == pytest.approx(1 / 3, abs=1e-6)


def test_who_does_not_ask_for_it_does_not_pay_for_it() -> None:
    case = checked(three_origins(1, 2, 5))
    plain, asked = build(case), build(case, measures=("concentration",))
    assert "supplied_from" not in plain.arrays.columns
    assert asked.arrays.matrix.shape[1] - plain.arrays.matrix.shape[1] == 3 + 2
    assert asked.arrays.matrix.shape[0] - plain.arrays.matrix.shape[0] == 3 + 1 + 3
