"""Neighbours solved in a row: the order of points, and what a row shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from secondsource.datasets.load import load_case
from secondsource.models.rule_rows import Change
from secondsource.optimizer.arrays import Arrays
from secondsource.optimizer.highs import Options
from secondsource.optimizer.keep import keep_decisions
from secondsource.optimizer.patches import Patch, difference
from secondsource.optimizer.resolve import Resolver, Setup
from secondsource.optimizer.solve import solve
from secondsource.optimizer.starts import Start, distance, most_in_a_row, nearest
from secondsource.optimizer.sweep.order import by_nearness
from secondsource.optimizer.workbench import Workbench

Bench = Callable[[list[Change]], Arrays]


@cache
def kept_quickstart() -> tuple[Bench, Arrays]:
    """Arrays of changed quickstarts with the decisions of its best plan kept, and of itself."""
    case = load_case("quickstart")
    bench, plan = Workbench(case), solve(case).tables
    return lambda changes: keep_decisions(bench.changed(changes), plan)[0], keep_decisions(
        bench.built, plan
    )[0]


def exact(arrays: Arrays) -> Setup:
    return Setup(arrays, options=Options(gap=0.0))


def travels(base: Arrays, changed: Arrays) -> Patch | Arrays:
    """What differs; everything where the shape does."""
    patch = difference(base, changed)
    return changed if patch is None else patch


def factor(table: str, field: str, value: float) -> Change:
    return Change(table=table, key="*", field=field, op="multiply", value=value)


def test_a_tour_goes_through_every_point_once_by_short_steps() -> None:
    places = np.random.default_rng(3).random((300, 3))
    points = [tuple(row) for row in places.tolist()]
    order = by_nearness((0.5, 0.5, 0.5), points)
    assert sorted(order) == list(range(300))
    walked = sum(float(np.abs(places[a] - places[b]).sum()) for a, b in pairwise(order))
    drawn = float(np.abs(np.diff(places, axis=0)).sum())
    assert walked < drawn / 3


def test_a_grid_is_walked_to_and_fro_and_words_are_not_mixed() -> None:
    grid = [(a, word) for a in (1.0, 2.0, 3.0) for word in ("in_force", "suspended")]
    walked = [grid[at] for at in by_nearness((1.0, None), grid)]
    assert [word for _, word in walked] == ["in_force"] * 3 + ["suspended"] * 3
    assert [a for a, _ in walked] == [1.0, 2.0, 3.0, 3.0, 2.0, 1.0]


def test_what_the_case_has_counts_as_the_middle() -> None:
    assert by_nearness((None,), [(0.0,), (10.0,), (6.0,)]) == [2, 1, 0]
    assert by_nearness((None,), [(None,), (None,)]) == [0, 1]


def test_a_model_ten_times_as_large_gets_shorter_rows() -> None:
    assert [most_in_a_row(columns) for columns in (10, 100_000, 10_000_000)] == [64, 20, 4]


def test_the_nearest_start_is_the_one_whose_sides_differ_least() -> None:
    bench, base = kept_quickstart()
    far, near, target = (bench([factor("demand", "quantity", value)]) for value in (0.5, 0.8, 0.9))
    starts = [Start(base, "base"), Start(far, "far"), Start(near, "near")]
    assert nearest(starts, target).basis == "base"
    assert nearest(starts[1:], target).basis == "near"
    assert distance(base, base) == 0
    dearer = replace(base, objectives={"cost": base.objectives["cost"] * 2})
    assert distance(base, dearer) == 0  # costs do not count


def test_a_row_of_neighbours_has_the_optima_of_each_alone() -> None:
    bench, base = kept_quickstart()
    points = [
        [factor("demand", "quantity", demand), factor("offers", "price", price)]
        for demand, price in (
            (1.02, 1.0),
            (1.04, 1.1),
            (0.9, 1.1),
            (0.9, 0.8),
            (3.0, 1.0),
            (1.0, 1.0),
        )
    ]
    arrays = [bench(point) for point in points]
    in_a_row, alone = Resolver(exact(base)), Resolver(exact(base))
    changes = [travels(base, one) for one in arrays]
    for answer, change, one in zip(in_a_row.chain(changes), changes, arrays, strict=True):
        expected = alone.solve(change)
        cold = Resolver(exact(one)).solve()
        assert answer.status == expected.status == cold.status
        if cold.objective is None:
            assert answer.objective is expected.objective is None
            continue
        assert answer.objective == pytest.approx(cold.objective, rel=1e-9)
        assert expected.objective == pytest.approx(cold.objective, rel=1e-9)


def test_a_row_does_not_depend_on_the_rows_before_it() -> None:
    bench, base = kept_quickstart()
    one, other = (
        [travels(base, bench([factor("demand", "quantity", value)])) for value in values]
        for values in ((0.7, 0.75, 0.8), (1.01, 1.02, 1.03))
    )
    fresh, used = Resolver(Setup(base)), Resolver(Setup(base))
    list(used.chain(one))
    for mine, theirs in zip(fresh.chain(other), used.chain(other), strict=True):
        assert mine.point is not None
        assert theirs.point is not None
        np.testing.assert_array_equal(mine.point, theirs.point)
