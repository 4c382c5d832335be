"""Designs have the points that they should, and indices are those that are known."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import qmc
from secondsource.models.sweep import Input, Sweep
from secondsource.optimizer.designs import points_of, quantile, unit_points
from secondsource.optimizer.sensitivity import rank_correlations, sobol_indices, swings


def sweep_of(inputs: list[dict[str, Any]], **design: Any) -> Sweep:
    """A sweep over columns that need not exist."""
    named = [
        {"name": f"x{at}", "table": "offers", "field": "price", **one}
        for at, one in enumerate(inputs)
    ]
    return Sweep(sweep=design, inputs=named)


VALUES = st.lists(st.floats(-9, 9) | st.sampled_from(["in_force", "suspended"]), min_size=1)


@given(st.lists(VALUES, min_size=1, max_size=3))
def test_a_grid_has_every_combination_once_the_last_input_turning_fastest(
    values: list[list[float | str]],
) -> None:
    made = sweep_of([{"values": list(map(str, own))} for own in values], design="grid")
    points = points_of(made)
    assert points == list(product(*(one.values or [] for one in made.inputs)))
    assert made.count() == len(points)


def test_a_grid_from_low_to_high_has_evenly_spaced_values_and_both_ends() -> None:
    points = points_of(sweep_of([{"low": 0.1, "high": 0.7, "steps": 4}], design="grid"))
    assert [point[0] for point in points] == pytest.approx([0.1, 0.3, 0.5, 0.7], abs=1e-15)
    assert points[-1] == (0.7,)


@given(st.lists(VALUES, min_size=1, max_size=4), st.booleans())
def test_one_at_a_time_moves_one_input_from_the_base(
    values: list[list[float | str]], with_base: bool
) -> None:
    base = {"base": 77.0} if with_base else {}
    made = sweep_of(
        [{"values": list(map(str, own)), **base} for own in values], design="one_at_a_time"
    )
    points = points_of(made)
    assert len(points) == made.count() == sum(len(own) for own in values)
    for point in points:
        moved = [at for at, value in enumerate(point) if value != made.base[at]]
        assert len(moved) == 1
        assert point[moved[0]] in (made.inputs[moved[0]].values or [])


def test_low_or_high_alone_is_enough_for_a_tornado() -> None:
    made = sweep_of([{"low": 1}, {"high": 9}], design="one_at_a_time")
    assert points_of(made) == [(1.0, None), (None, 9.0)]


@given(st.integers(2, 60), st.integers(1, 5), st.integers(0, 9999))
@settings(max_examples=30, deadline=None)
def test_a_latin_hypercube_has_one_point_in_each_stratum_of_each_input(
    points: int, inputs: int, seed: int
) -> None:
    made = sweep_of(
        [{"low": 0, "high": 1}] * inputs, design="latin_hypercube", points=points, seed=seed
    )
    strata = np.floor(np.array(points_of(made), dtype=float) * points).astype(int)
    assert (np.sort(strata, axis=0) == np.arange(points)[:, None]).all()


@pytest.mark.parametrize("design", ["latin_hypercube", "sobol"])
def test_a_seed_gives_the_same_points_and_another_seed_others(design: str) -> None:
    def drawn(seed: int) -> list[Any]:
        return points_of(sweep_of([{"low": 2, "high": 3}] * 2, design=design, points=64, seed=seed))

    assert drawn(3) == drawn(3)
    assert not set(drawn(3)) & set(drawn(4))


def test_sobol_points_are_those_of_scipy() -> None:
    made = sweep_of([{"low": 10, "high": 20}] * 3, design="sobol", points=32, seed=7)
    theirs = qmc.Sobol(3, scramble=True, seed=np.random.default_rng(7)).random(32)
    assert np.array(points_of(made), dtype=float) == pytest.approx(10 + 10 * theirs, abs=1e-12)


@pytest.mark.parametrize("design", ["latin_hypercube", "sobol"])
def test_samples_lie_more_evenly_than_chance(design: str) -> None:
    """A tenth of the discrepancy of random points (its mean over 20 draws) or so."""
    made = sweep_of([{"low": 0, "high": 1}] * 2, design=design, points=256, seed=1)
    random = np.mean(
        [qmc.discrepancy(np.random.default_rng(seed).random((256, 2))) for seed in range(20)]
    )
    allowed = {"sobol": 0.1, "latin_hypercube": 0.6}[design]
    assert qmc.discrepancy(unit_points(made)) < allowed * random


def test_listed_values_are_equally_likely_in_a_sample() -> None:
    made = sweep_of([{"values": ["a", "b", "c", "d"]}], design="sobol", points=64)
    counts = pd.Series([point[0] for point in points_of(made)]).value_counts()
    assert dict(counts) == {"a": 16, "b": 16, "c": 16, "d": 16}


def truncated(mean: float, deviation: float, low: float, high: float) -> Any:
    return stats.truncnorm(
        (low - mean) / deviation, (high - mean) / deviation, loc=mean, scale=deviation
    )


@pytest.mark.parametrize(
    ("one", "theirs"),
    [
        ({"low": 2, "high": 5}, stats.uniform(2, 3)),
        ({"distribution": "loguniform", "low": 2, "high": 50}, stats.loguniform(2, 50)),
        (
            {"distribution": "triangular", "low": 2, "high": 6, "mode": 3},
            stats.triang(0.25, loc=2, scale=4),
        ),
        ({"distribution": "triangular", "low": 2, "high": 6}, stats.triang(0.5, loc=2, scale=4)),
        (
            {"distribution": "triangular", "low": 2, "high": 6, "mode": 6},
            stats.triang(1, loc=2, scale=4),
        ),
        ({"distribution": "normal", "mean": 4, "deviation": 2}, stats.norm(4, 2)),
        (
            {"distribution": "normal", "mean": 4, "deviation": 2, "low": 3, "high": 9},
            truncated(4, 2, 3, 9),
        ),
        (
            {"distribution": "normal", "mean": 4, "deviation": 2, "low": 0},
            truncated(4, 2, 0, np.inf),
        ),
    ],
)
def test_distributions_are_those_of_scipy(one: dict[str, Any], theirs: Any) -> None:
    at = np.linspace(0.001, 0.999, 101)
    ours = quantile(Input(name="x", table="t", field="f", **one), at)
    assert ours == pytest.approx(theirs.ppf(at), rel=1e-9)


def test_a_lognormal_has_the_mean_and_deviation_that_are_asked() -> None:
    one = Input(name="x", table="t", field="f", distribution="lognormal", mean=80, deviation=30)
    drawn = quantile(one, (np.arange(200_000) + 0.5) / 200_000)
    assert drawn.mean() == pytest.approx(80, rel=1e-3)
    assert drawn.std() == pytest.approx(30, rel=1e-2)


DISTRIBUTIONS = st.sampled_from(
    [
        {},
        {"distribution": "loguniform"},
        {"distribution": "triangular"},
        {"distribution": "normal", "mean": 5.0, "deviation": 3.0},
        {"distribution": "lognormal", "mean": 5.0, "deviation": 9.0},
    ]
)


@given(DISTRIBUTIONS, st.floats(0.1, 5), st.floats(0.1, 20), st.floats(0, 1))
def test_no_value_lies_beyond_low_and_high(
    kind: dict[str, Any], low: float, span: float, fraction: float
) -> None:
    one = Input(name="x", table="t", field="f", low=low, high=low + span, **kind)
    made = Sweep(sweep={"design": "sobol", "points": 1}, inputs=[one])
    value = quantile(made.inputs[0], np.clip(np.array([fraction]), 1e-12, 1 - 1e-12))[0]
    assert low * (1 - 1e-12) <= value <= (low + span) * (1 + 1e-12)


@pytest.mark.parametrize("second_order", [False, True])
def test_points_for_indices_move_one_input_at_a_time_between_two_samples(
    second_order: bool,
) -> None:
    """Saltelli et al. (2010): A, then A with each column from B, (B with each from A,) then B."""
    made = sweep_of(
        [{"low": 0, "high": 1}] * 3, design="sobol", points=8, indices=True,
        second_order=second_order,
    )  # fmt: skip
    points = np.array(points_of(made), dtype=float)
    size = 8 if second_order else 5
    assert len(points) == made.count() == 8 * size
    for block in points.reshape(8, size, 3):
        first, last = block[0], block[-1]
        for column in range(3):
            assert (block[1 + column] != first).tolist() == [at == column for at in range(3)]
            assert block[1 + column][column] == last[column]
            if second_order:
                assert (block[4 + column] != last).tolist() == [at == column for at in range(3)]


def test_sobol_indices_of_the_ishigami_function_are_the_known_ones() -> None:
    """Ishigami and Homma (1990), a = 7, b = 0.1."""
    made = sweep_of(
        [{"low": -np.pi, "high": np.pi}] * 3, design="sobol", points=2048, indices=True,
        second_order=True,
    )  # fmt: skip
    x = np.array(points_of(made), dtype=float)
    y = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    table = pd.DataFrame({"cost": y, "shortage": np.zeros(len(y)), "lead_time": y})
    table.loc[3, "lead_time"] = np.nan
    found = sobol_indices(made, table, ["cost", "shortage", "lead_time"])
    assert set(found["measure"]) == {"cost"}, "a constant and a gap have no indices"
    alone = found[found["other"] == ""].set_index("input")
    assert list(alone["first"]) == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)
    assert list(alone["total"]) == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)
    pairs = found[found["other"] != ""].set_index(["input", "other"])["second"]
    assert pairs["x0", "x2"] == pytest.approx(0.2437, abs=0.03)
    assert pairs["x0", "x1"] == pytest.approx(0.0, abs=0.03)


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_rank_correlations_are_those_of_scipy(seed: int) -> None:
    draw = np.random.default_rng(seed)
    made = sweep_of([{"low": 0, "high": 1}] * 2, design="latin_hypercube", points=20)
    table = pd.DataFrame(draw.integers(0, 6, (20, 2)), columns=["x0", "x1"], dtype=float)
    table["cost"] = draw.normal(size=20) + table["x0"]
    table.loc[draw.integers(0, 20, 3), "cost"] = np.nan
    found = rank_correlations(made, table, ["cost"]).set_index("input")
    known = table[table["cost"].notna()]
    for name in ("x0", "x1"):
        theirs = stats.spearmanr(known[name], known["cost"]).statistic
        assert found.loc[name, "correlation"] == pytest.approx(theirs, abs=1e-12)
        assert found.loc[name, "points"] == len(known)


def test_swings_are_sorted_and_count_the_base() -> None:
    made = sweep_of([{"low": 1, "high": 2}, {"low": 3, "high": 4}], design="one_at_a_time")
    table = pd.DataFrame({"cost": [90.0, 101.0, 130.0, np.nan]})
    table["x0"], table["x1"] = [1.0, 2.0, None, None], [None, None, 3.0, 4.0]
    found = swings(made, table, {"cost": 100.0}, ["cost"])
    rows = found.drop(columns=["measure", "base"]).to_numpy().tolist()
    assert rows == [
        ["x1", 100.0, 130.0, "", "3", 30.0, 1, 2],
        ["x0", 90.0, 101.0, "1", "2", 11.0, 2, 2],
    ]
