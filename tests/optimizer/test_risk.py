"""The mean cost of the worst futures can be minimised and capped, and means what it says."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from oracle.plain_model import solve_case
from oracle.random_cases import random_case
from oracle.random_controls import controlled_case
from secondsource.models.case import Case
from secondsource.models.plan import Solution
from secondsource.optimizer.compiled import compile_model, templates
from secondsource.optimizer.formulation.model import build_model
from secondsource.optimizer.network import build_network
from secondsource.optimizer.solve import build
from secondsource.optimizer.targets import value_of

from .agreement import checked, differs, exact
from .cases import Data, change, offer, shop
from .compile_cases import NAMES, case_of
from .test_random_cases import SEEDS, quick

PLAIN = ("cost", "lead_time", "shortage")


def with_level(data: Data, seed: int) -> Data:
    """A random case with a level of its own, 0 included."""
    data["case"]["cvar_level"] = random.Random(seed).choice([0, 0.3, 0.5, 0.8, 0.95])
    return data


def several_futures(seed: int) -> Data:
    """The first random case from a seed on that has futures."""
    while True:
        data = random_case(seed) if seed % 2 else controlled_case(seed)
        if len(data.get("scenarios", [])) > 1:
            return with_level(data, seed)
        seed += 2


def costs_of_futures(case: Case, plan: Solution) -> tuple[np.ndarray, np.ndarray]:
    """Discounted cost and probability of every future, from the tables of a plan."""
    nodes, cash = plan.tables["nodes"], plan.tables["cash"]
    own = cash.groupby("node")["discounted"].sum()
    parent = nodes.set_index("node")["parent"]
    leaves = nodes[nodes["period"] == case.case.periods]
    costs = []
    for leaf in leaves["node"]:
        total, node = 0.0, int(leaf)
        while node >= 0:
            total += float(own.get(node, 0.0))
            node = int(parent[node])
        costs.append(total)
    return np.array(costs), leaves["probability"].to_numpy()


def mean_of_worst(costs: np.ndarray, weights: np.ndarray, level: float) -> float:
    """The least over thresholds, each of which is one of the costs (Rockafellar, Uryasev 2000)."""
    beyond = np.maximum(costs[None, :] - costs[:, None], 0.0)
    return float((costs + beyond @ weights / (1 - level)).min())


@quick(5)
@given(seed=SEEDS)
def test_least_is_that_of_the_plain_model(seed: int) -> None:
    data = several_futures(seed)
    assert differs(exact(checked(data), "cvar"), solve_case(data, "cvar")) == ""


@pytest.mark.slow
@settings(quick(60), derandomize=False)
@given(seed=SEEDS)
def test_least_in_a_long_campaign(seed: int) -> None:
    data = several_futures(seed)
    assert differs(exact(checked(data), "cvar"), solve_case(data, "cvar")) == ""


@quick(3)
@given(seed=SEEDS)
def test_cheapest_within_a_cap_is_that_of_the_plain_model(seed: int) -> None:
    data = several_futures(seed)
    case = checked(data)
    cheap, safe = exact(case, "cost"), exact(case, "cvar")
    if cheap.objective is None or safe.objective is None:
        return
    cap = safe.objective + 0.4 * (cheap.objectives["cvar"] - safe.objective) + 1e-6
    found = exact(case, caps={"cvar": cap})
    assert found.objectives["cvar"] <= cap + 1e-6 * max(1.0, abs(cap))
    assert differs(found, solve_case(data, caps={"cvar": cap})) == ""


@quick(2)
@given(seed=SEEDS)
def test_it_is_the_mean_of_the_worst_futures_and_no_other_plan_has_less(seed: int) -> None:
    data = several_futures(seed)
    case, level = checked(data), data["case"]["cvar_level"]
    safe = exact(case, "cvar")
    if safe.objective is None:
        return
    expected = mean_of_worst(*costs_of_futures(case, safe), level)
    assert safe.objectives["cvar"] == pytest.approx(expected, rel=1e-7, abs=1e-5)
    assert safe.objective == safe.objectives["cvar"]
    for other in (exact(case, *order) for order in (PLAIN[:1], PLAIN[1:], PLAIN[2:], PLAIN)):
        if other.objective is not None:
            worst = mean_of_worst(*costs_of_futures(case, other), level)
            assert other.objectives["cvar"] == pytest.approx(worst, rel=1e-7, abs=1e-5)
            assert safe.objective <= worst + 1e-6 * abs(worst) + 1e-5


@quick(1)
@given(seed=SEEDS)
def test_with_one_future_or_at_level_0_it_is_cost(seed: int) -> None:
    one, mean = random_case(seed), several_futures(seed)
    one.pop("scenarios", None)
    one["changes"] = [row for row in one.get("changes", []) if not row.get("scenario")]
    mean["case"]["cvar_level"] = 0
    for data in (one, mean):
        case = checked(data)
        cheap, safe = exact(case, "cost"), exact(case, "cvar")
        assert cheap.status == safe.status
        if cheap.objective is not None:
            assert safe.objective == pytest.approx(cheap.objective, rel=1e-7, abs=1e-5)


def gamble(**settings: Any) -> Data:
    """Ore at 1 that costs 9 in one future of four, or always at 4."""
    return shop(
        settings={"periods": 2, **settings},
        wanted={"start": 2},
        materials=[{"material": "ore"}],
        offers=[offer("spot"), offer("fixed", price=4, start=1, end=1)],
        stockpiles=[{"site": "shop", "material": "ore"}],
        scenarios=[
            {"scenario": "calm", "probability": 0.75},
            {"scenario": "dear", "probability": 0.25, "parent": "calm", "branches_at": 2},
        ],
        changes=[
            change("offers", "price", 9, key="spot", scenario="dear"),
            change("offers", "price", 8, key="spot", start=1, end=1),
        ],
    )


@pytest.mark.parametrize(
    ("level", "expected"),
    [(0.0, 30), (0.75, 40), (0.5, 40), (0.25, (0.25 * 90 + 0.5 * 10) / 0.75)],
)
def test_who_fears_the_tail_pays_for_stock(level: float, expected: float) -> None:
    """Spot costs 10 or 90, stock bought ahead 40 whatever comes."""
    found = exact(checked(gamble(cvar_level=level)), "cvar")
    assert found.objective == pytest.approx(expected)


def test_the_safest_plan_of_the_cheapest_and_the_other_way_round() -> None:
    case = checked(gamble(cvar_level=0.75))
    first, second = exact(case, "cost", "cvar"), exact(case, "cvar", "cost")
    assert (first.objectives["cost"], first.objectives["cvar"]) == pytest.approx((30, 90))
    assert (second.objectives["cost"], second.objectives["cvar"]) == pytest.approx((40, 40))


def test_a_cap_below_the_least_is_infeasible() -> None:
    found = exact(checked(gamble(cvar_level=0.75)), caps={"cvar": 39.9})
    assert (found.status, found.objective) == ("infeasible", None)


@pytest.mark.parametrize("name", NAMES)
def test_payments_of_all_nodes_add_up_to_the_cost_objective(name: str | int) -> None:
    network = build_network(case_of(name))
    with templates():
        arrays = compile_model(build_model(network, ("cvar",)))
    rows, own = arrays.rows["path_cost_adds_up"], arrays.columns["path_cost"]
    unit = arrays.objectives["cvar"][arrays.columns["threshold"]][0]
    paid = arrays.matrix[rows].toarray()
    paid[:, own] = 0.0
    expected = -unit * network.tree.probability @ paid
    assert expected == pytest.approx(arrays.objectives["cost"], rel=1e-9, abs=1e-12)
    constant = unit * network.tree.probability @ arrays.row_lower[rows]
    assert constant == pytest.approx(arrays.offsets["cost"], rel=1e-9)


def test_who_does_not_ask_for_it_does_not_pay_for_it() -> None:
    case = checked(gamble())
    plain, asked = build(case), build(case, measures=("cvar", "cost"))
    assert not {"path_cost", "threshold", "beyond"} & plain.arrays.columns.keys()
    nodes, leaves = asked.network.tree.size, 2
    columns = asked.arrays.matrix.shape[1] - plain.arrays.matrix.shape[1]
    assert columns == nodes + leaves + 1
    assert asked.arrays.matrix.shape[0] - plain.arrays.matrix.shape[0] == nodes + leaves


def test_its_value_is_told_at_any_point_whatever_the_threshold() -> None:
    """Auxiliary variables may lie anywhere above what they stand for."""
    built = build(checked(gamble(cvar_level=0.75)), measures=("cvar",))
    point = np.zeros(built.arrays.matrix.shape[1])
    unit = built.arrays.objectives["cvar"][built.arrays.columns["threshold"]][0]
    leaf = built.arrays.members["beyond"][:, 0]
    point[built.arrays.columns["path_cost"].start + leaf] = np.array([10.0, 90.0]) / unit
    point[built.arrays.columns["threshold"]] = 7.0
    assert value_of(built.arrays, "cvar", point) == pytest.approx(90)
