"""A sweep finds the same, in the same order, whoever solves its points."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from optimizer.dask_cluster import dask_cluster
from secondsource import SweepResult, load_case, sweep
from secondsource.optimizer.executors import crew
from secondsource.optimizer.executors.crew import Crew
from sweeps import BAN, DEMAND, PRICE, grid, shop

LESS = {"name": "less", "table": "offers", "key": "far", "field": "capacity", "op": "add"}
SHOP = grid(
    PRICE | {"values": [4, 20]}, DEMAND | {"values": [0.5, 1, 2]},
    BAN | {"values": ["suspended", "in_force"]},
    LESS | {"values": [0, -50]}, LESS | {"name": "lesser", "values": [0, -40]},
    solve={"gap": 0},
)  # fmt: skip
"""Points with and without a plan, some that fail, and some of another shape."""


def assert_same(one: SweepResult, other: SweepResult) -> None:
    """Equal but for the seconds."""
    assert one.runs() == other.runs()
    assert one.why == other.why
    pd.testing.assert_frame_equal(one.changed_decisions, other.changed_decisions)
    pd.testing.assert_frame_equal(
        one.points.drop(columns="seconds"), other.points.drop(columns="seconds")
    )


@pytest.mark.slow
def test_processes_find_what_one_finds_alone() -> None:
    alone = sweep(shop(), SHOP, executor="serial")
    assert set(alone.points["status"]) == {"optimal", "infeasible", "failed"}
    assert_same(alone, sweep(shop(), SHOP, executor="processes", workers=2))


def quickstart() -> tuple[Any, dict[str, Any]]:
    """Whole numbers to search over, with a gap that leaves a choice between plans."""
    prices = {"name": "prices", "table": "offers", "field": "price", "op": "multiply"}
    return load_case("quickstart"), grid(
        prices | {"values": [0.7, 1.4]}, DEMAND | {"values": [0.8, 1, 1.2]}, solve={"gap": 0.01}
    )


@pytest.mark.slow
@pytest.mark.slow
def test_processes_choose_the_same_of_several_good_plans() -> None:
    case, asked = quickstart()
    assert_same(
        sweep(case, asked, executor="serial"), sweep(case, asked, executor="processes", workers=2)
    )


@pytest.mark.slow
def test_a_dask_cluster_finds_what_one_finds_alone(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="Dask is not installed (extra 'dask')")
    case, asked = quickstart()
    with dask_cluster(tmp_path) as address:
        for one, points_ in ((shop(), SHOP), (case, asked)):
            found = sweep(one, points_, executor="dask", address=address)
            assert_same(sweep(one, points_, executor="serial"), found)


@pytest.mark.parametrize(
    ("left", "seconds", "cores", "chosen"),
    [
        (100, 1.0, 2, "processes"),
        (100, 1.0, 1, "serial"),
        (100, 0.01, 2, "serial"),
        (3, 10.0, 2, "serial"),
    ],
)
def test_processes_are_called_where_they_save_time(
    left: int, seconds: float, cores: int, chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "usable_cores", lambda: cores)
    assert Crew().asked() is None
    assert Crew().suited(left, seconds) == Crew(chosen)


def test_who_is_asked_for_solves() -> None:
    assert Crew(workers=4).asked() == Crew("processes", 4)
    assert Crew(workers=1).asked() == Crew("serial")
    assert Crew(address="tcp://x:1").asked() == Crew("dask", None, "tcp://x:1")
    assert Crew("serial").asked() == Crew("serial")


def test_arguments_that_contradict_each_other_are_told() -> None:
    for how, expected in (
        ({"executor": "serial", "workers": 2}, "a number of workers is for"),
        ({"executor": "dask"}, "needs the address of a scheduler"),
        ({"executor": "threads"}, "'threads' is unknown"),
        ({"address": "tcp://127.0.0.1:9", "workers": 2}, "a number of workers is for"),
    ):
        with pytest.raises(ValueError, match=expected):
            sweep(shop(), SHOP, **how)
