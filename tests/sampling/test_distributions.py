"""What is drawn is spread as the file says: against scipy, with fixed seeds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats
from secondsource.datasets.draws_file import read_draws
from secondsource.optimizer.sampling.distributions import chosen, drawn, quantile, reach
from secondsource.optimizer.sampling.units import unit_points

SPREAD = np.sqrt(np.log1p(0.25**2))
KNOWN: list[tuple[dict[str, Any], Any]] = [
    ({"distribution": "uniform", "low": 2, "high": 5}, stats.uniform(2, 3)),
    ({"distribution": "loguniform", "low": 2, "high": 50}, stats.loguniform(2, 50)),
    ({"distribution": "triangular", "low": 1, "mode": 2, "high": 5}, stats.triang(0.25, 1, 4)),
    ({"distribution": "pert", "low": 1, "mode": 2, "high": 5}, stats.beta(2, 4, 1, 4)),
    ({"distribution": "beta", "alpha": 2, "beta": 3}, stats.beta(2, 3)),
    ({"distribution": "beta", "alpha": 2, "beta": 3, "low": 1, "high": 4}, stats.beta(2, 3, 1, 3)),
    ({"distribution": "normal", "mean": 10, "deviation": 2}, stats.norm(10, 2)),
    (
        {"distribution": "normal", "mean": 10, "deviation": 2, "low": 9},
        stats.truncnorm(-0.5, np.inf, 10, 2),
    ),
    (
        {"distribution": "lognormal", "mean": 4, "deviation": 1},
        stats.lognorm(SPREAD, scale=4 * np.exp(-(SPREAD**2) / 2)),
    ),
]


def draws(*rows: dict[str, Any], **more: Any) -> Any:
    named = [
        {"name": f"d{at}", "table": "offers", "field": "price", **row}
        for at, row in enumerate(rows, start=1)
    ]
    return read_draws({"draws": named, **more})


@pytest.mark.parametrize(("row", "known"), KNOWN)
@pytest.mark.parametrize("method", ["latin_hypercube", "monte_carlo"])
def test_samples_have_the_mean_and_quantiles_of_their_distribution(
    row: dict[str, Any], known: Any, method: Any
) -> None:
    asked = draws(row)
    points = unit_points(asked, 4000, 3, "sample", method=method)[:, 0]
    values = quantile(asked.draws[0], points)
    off = 5 if method == "monte_carlo" else 0.2  # standard errors of plain Monte Carlo
    assert abs(values.mean() - known.mean()) < off * known.std() / np.sqrt(4000)
    assert stats.kstest(values, known.cdf).pvalue > 1e-3
    if method == "latin_hypercube":  # one in each stratum
        assert (
            np.sort(np.floor(known.cdf(values) * 4000)).astype(int) == range(4000)
        ).mean() > 0.99


def test_a_lognormal_draw_has_the_mean_and_deviation_that_are_given() -> None:
    values = quantile(
        draws({"distribution": "lognormal", "mean": 4, "deviation": 1}).draws[0],
        (np.arange(100_000) + 0.5) / 100_000,
    )
    assert values.mean() == pytest.approx(4, rel=1e-3)
    assert values.std() == pytest.approx(1, rel=1e-2)


def test_values_are_drawn_as_often_as_they_are_likely_and_never_where_they_are_not() -> None:
    row = {"distribution": "discrete", "values": ["a", "b", "c"], "probabilities": [0.5, 0, 0.5]}
    at = (np.arange(1000) + 0.5) / 1000
    values = drawn(draws(row).draws[0], at)
    assert values == ["a"] * 500 + ["c"] * 500
    assert chosen(3, [0.5, 0.5, 0.0], np.array([0.0, 0.5, 1.0])).tolist() == [0, 1, 1]
    same = drawn(draws({"distribution": "empirical", "values": [1, 2, 4, 8]}).draws[0], at)
    assert [same.count(value) for value in (1, 2, 4, 8)] == [250] * 4


def test_what_can_be_drawn_lies_between_the_ends_that_are_given() -> None:
    row = {"distribution": "normal", "mean": 0.7, "deviation": 0.2, "low": 0, "high": 1}
    least, most = reach(draws(row).draws[0])
    assert 0 <= least < 1e-6
    assert 1 - 1e-6 < most <= 1


@pytest.mark.parametrize("rank", [-0.6, 0.3, 0.8])
def test_ranks_are_correlated_as_asked_and_each_draw_keeps_its_spread(rank: float) -> None:
    rows = [{"distribution": "uniform", "low": 0, "high": 1}] * 3
    asked = draws(*rows, correlations=[{"draws": ["d1", "d3"], "rank": rank}])
    points = unit_points(asked, 20_000, 5, "sample", method="monte_carlo")
    assert stats.spearmanr(points[:, 0], points[:, 2]).statistic == pytest.approx(rank, abs=0.02)
    assert abs(stats.spearmanr(points[:, 0], points[:, 1]).statistic) < 0.03
    assert stats.kstest(points[:, 2], "uniform").pvalue > 1e-3


def test_samples_for_different_ends_have_nothing_in_common() -> None:
    asked = draws({"distribution": "uniform", "low": 0, "high": 1})
    found = [
        unit_points(asked, 50, 1, stream, batch=batch, method="monte_carlo")
        for stream, batch in (("sample", 0), ("batch", 0), ("batch", 1), ("unseen", 0))
    ]
    assert len({float(value) for points in found for value in points[:, 0]}) == 200
    again = unit_points(asked, 50, 1, "unseen", method="monte_carlo")
    assert (again == found[3]).all()
