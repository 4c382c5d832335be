"""Nothing that is done before futures part depends on which of them comes."""

from __future__ import annotations

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from optimizer.agreement import checked, exact
from secondsource.models.case import Case
from secondsource.models.plan import Solution
from secondsource.optimizer.highs import Options
from secondsource.optimizer.solve import build
from secondsource.optimizer.uncertainty.alone import least_cost
from secondsource.optimizer.uncertainty.trials import tried
from secondsource.optimizer.uncertainty.trunk import Trunk, first_branch

from .futures import Data, gamble, path_of, quick, several_futures, shares_a_beginning

SEEDS = st.integers(0, 1_000_000)
DONE = {
    "orders": ["offer", "material", "marks", "quantity"],
    "shipments": ["lane", "from", "to", "material", "marks", "quantity"],
    "production": ["plant", "mode", "activity"],
    "stock": ["site", "material", "marks", "level"],
    "decisions": ["decision", "name", "row", "from", "to", "quantity"],
    "deliveries": ["row", "marks", "quantity"],
    "licences": ["control", "exporter", "destination", "end_use", "plant", "quantity"],
}
"""What is done, table by table, and what tells one row from another."""


def done_in(case: Case, plan: Solution, future: str, before: int) -> set[tuple[object, ...]]:
    """Everything that a plan does before a period on the way to a future."""
    nodes = plan.tables["nodes"]
    owners = path_of(case, future)
    way = {
        row.node: row.period
        for row in nodes.itertuples()
        if row.scenario == owners[row.period - 1] and row.period < before
    }
    found: set[tuple[object, ...]] = set()
    for name, columns in DONE.items():
        table = plan.tables[name]
        for row in table[table["node"].isin(way)].to_dict("records"):
            found.add((name, way[row["node"]], *(row[column] for column in columns)))
    return found


@quick(1)
@given(seed=SEEDS)
def test_until_two_futures_part_the_same_is_done_on_the_way_to_both(seed: int) -> None:
    case = checked(several_futures(seed))
    plan = exact(case)
    if plan.objective is None:
        return
    nodes = plan.tables["nodes"]
    assert not nodes.duplicated(["period", "scenario"]).any()
    names = [row.scenario for row in case.scenarios]
    for one in names:
        for other in names:
            ways = zip(path_of(case, one), path_of(case, other), strict=True)
            together = [mine == theirs for mine, theirs in ways]
            parts = together.index(False) + 1 if False in together else case.case.periods + 1
            assert done_in(case, plan, one, parts) == done_in(case, plan, other, parts)


def worth_of_first_steps(made_for: Data, kept_in: Data) -> tuple[float | None, float | None]:
    """Least cost of a case, and what it costs with the first steps of another case's plan."""
    options = Options(gap=0.0, threads=1)
    there, here = build(checked(made_for)), build(checked(kept_in))
    point, best = least_cost(there.arrays, options)[1], least_cost(here.arrays, options)[0]
    if point is None or best.point is None:
        return best.objective, None
    start = first_branch(here.network.tree)
    assert start == first_branch(there.network.tree)
    trial = tried(options, Trunk.of(there, point, start).kept(here, start))
    return best.objective, trial.cost if not trial.lost else None


def with_twin(data: Data) -> Data:
    """The last future in two halves that are the same in all but name."""
    data = deepcopy(data)
    last = data["scenarios"][-1]
    twin = last | {"scenario": "twin"}
    own = [row for row in data["changes"] if row.get("scenario") == last["scenario"]]
    data["changes"] += [row | {"scenario": "twin"} for row in own]
    last["probability"] /= 2
    data["scenarios"].append(twin | {"probability": last["probability"]})
    return data


@pytest.mark.slow
@quick(4)
@given(seed=SEEDS)
def test_a_future_told_twice_changes_no_step_before_it(seed: int) -> None:
    """Halves of a future cost what it costs, and each case's first steps are best in the other."""
    data = several_futures(seed, shares_a_beginning)
    for made_for, kept_in in ((data, with_twin(data)), (with_twin(data), data)):
        best, kept = worth_of_first_steps(made_for, kept_in)
        if best is not None and kept is not None:
            assert kept == pytest.approx(best, rel=1e-6, abs=1e-5)


@pytest.mark.parametrize("price", [0.5, 9, 400])
def test_a_future_that_cannot_come_changes_no_step_before_it(price: float) -> None:
    """Whatever happens in a future of probability 0, ten are bought as if it were not there."""
    data = gamble()
    data["scenarios"].append(
        {"scenario": "never", "probability": 0, "parent": "calm", "branches_at": 2}
    )
    data["changes"].append(
        {"scenario": "never", "table": "offers", "key": "spot", "field": "price", "value": price}
    )
    plain, more = exact(checked(gamble())), exact(checked(data))
    assert more.objective == pytest.approx(plain.objective)
    case = checked(data)
    assert done_in(case, more, "calm", 2) == done_in(checked(gamble()), plain, "calm", 2)


@pytest.mark.parametrize(("price", "ahead"), [(9, 0.0), (40, 10.0)])
def test_the_first_step_is_one_number_that_weighs_both_futures(price: float, ahead: float) -> None:
    """Ahead costs 4; the spot 1 or the price with 1 in 4: worth it from a price of 13 on.

    Who knew would buy nothing for the calm future and ten for the dear one, whatever the price.
    """
    data = gamble()
    data["changes"][0]["value"] = price
    plan = exact(checked(data))
    orders = plan.tables["orders"]
    bought = orders[orders["period"] == 1]["quantity"].sum()
    assert bought == pytest.approx(ahead)
