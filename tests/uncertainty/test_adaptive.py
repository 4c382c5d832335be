"""What is decided now and what waits, and the trigger that tells the futures apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import run
from hypothesis import given
from hypothesis import strategies as st
from optimizer.agreement import checked, exact
from secondsource.models.plan import Solution
from secondsource.optimizer.network import build_network
from secondsource.optimizer.plan.signals import Signals

from .futures import Data, gamble, path_of, quick, several_futures

SEEDS = st.integers(0, 1_000_000)
WHICH = ["decision", "name", "row", "from", "to", "material"]


def ban(**settings: Any) -> Data:
    """Ore from China at 1, or at 20 from a German mine that costs 60 to open.

    In the future `ban` nothing leaves China from period 3 on; in `boom` the shop wants 40 from
    period 3 on.
    """
    return {
        "case": {"start": "2027-01", "periods": 4, "months_per_period": 3} | settings,
        "materials": [{"material": "ore", "price": 100}],
        "sites": [
            {"site": "far", "country": "CN"},
            {"site": "pit", "country": "DE"},
            {"site": "shop", "country": "DE"},
        ],
        "demand": [{"site": "shop", "material": "ore", "quantity": 10, "shortage_cost": 90}],
        "offers": [{"offer": "China", "site": "far", "material": "ore", "price": 1,
                    "capacity": 10, "select_cost": 5}],
        "processes": [{"process": "digging", "stage": "mining"}],
        "recipes": [{"process": "digging", "material": "ore", "quantity": 1}],
        "plants": [{"plant": "mine", "site": "pit", "process": "digging", "capacity": 50,
                    "status": "candidate", "open_cost": 60, "variable_cost": 20}],
        "lanes": [
            {"lane": "sea", "from": "far", "to": "shop"},
            {"lane": "road", "from": "pit", "to": "shop"},
        ],
        "controls": [{"control": "Z", "kind": "export", "exporters": "CN",
                      "policy": "prohibited"}],
        "control_status": [{"control": "Z", "start": 1, "status": "announced"}],
        "scenarios": [
            {"scenario": "calm", "probability": 0.5},
            {"scenario": "ban", "probability": 0.3, "parent": "calm", "branches_at": 3},
            {"scenario": "boom", "probability": 0.2, "parent": "calm", "branches_at": 3},
        ],
        "changes": [
            {"scenario": "ban", "table": "control_status", "key": "Z", "field": "status",
             "value": "in_force"},
            {"scenario": "boom", "table": "demand", "key": "shop", "field": "quantity",
             "value": 40},
        ],
    }  # fmt: skip


def rows(plan: Solution) -> dict[tuple[str, str], dict[str, Any]]:
    """Rows of the table by their futures and what they are about."""
    table = plan.tables["adaptive"]
    return {(row["futures"], row["name"]): row for row in table.to_dict("records")}


def test_the_supplier_now_and_the_mine_only_if_the_rule_comes_or_demand_grows() -> None:
    found = rows(exact(checked(ban())))
    assert set(found) == {("calm,ban,boom", "China"), ("ban,boom", "mine")}
    assert found["ban,boom", "mine"]["trigger"] == (
        "only if Z is in force by 2027-Q3, or demand for ore at shop is 40 or more by 2027-Q3"
    )
    now = found["calm,ban,boom", "China"]
    assert (now["commitment"], now["trigger"], now["probability"]) == ("now", "whatever comes", 1)


def test_a_rule_is_the_trigger_in_words() -> None:
    data = ban()
    data["changes"] = data["changes"][:1]
    data["scenarios"] = data["scenarios"][:2]
    data["scenarios"][0]["probability"] = 0.7
    row = rows(exact(checked(data)))["ban", "mine"]
    assert row["trigger"] == "only if Z is in force by 2027-Q3"
    assert (row["commitment"], row["label"], row["decision"]) == ("waits", "2027-Q3", "open_plant")
    assert row["probability"] == pytest.approx(0.3)


def test_a_number_is_the_trigger_where_no_rule_tells() -> None:
    data = ban()
    data["changes"] = data["changes"][1:]
    row = rows(exact(checked(data)))["boom", "mine"]
    assert row["trigger"] == "only if demand for ore at shop is 40 or more by 2027-Q3"


def test_the_rule_that_does_not_come_is_a_trigger_too() -> None:
    """China is qualified late, and only where it is not shut."""
    data = ban()
    data["offers"][0] |= {"start": 3}
    data["changes"] = data["changes"][:1]
    row = rows(exact(checked(data)))["calm,boom", "China"]
    assert row["trigger"] == "only if Z is not in force by 2027-Q3"


def test_futures_that_nothing_tells_apart_are_named() -> None:
    data = ban()
    network = build_network(checked(data | {"changes": []}))
    plan = exact(checked(data | {"changes": []}))
    signals = Signals(network, plan.tables, np.arange(3))
    done = np.array([False, True, False])
    assert signals.ways(done, 4) is None
    words = "only if the future is ban, which is known in 2027-Q3"
    assert signals.trigger(done, 4) == words


@quick(1)
@given(seed=SEEDS)
def test_every_decision_stands_in_the_table_with_the_futures_that_make_it(seed: int) -> None:
    case = checked(several_futures(seed))
    plan = exact(case)
    if plan.objective is None:
        return
    nodes = plan.tables["nodes"].set_index("node")
    likely = {row.scenario for row in case.scenarios if row.probability}
    expected: dict[tuple[Any, ...], set[str]] = {}
    for row in plan.tables["decisions"].to_dict("records"):
        at = nodes.loc[row["node"]]
        on_it = {
            name for name in likely
            if path_of(case, name)[int(at["period"]) - 1] == at["scenario"]
        }  # fmt: skip
        if on_it:
            key = (*(row[name] for name in WHICH), row["period"], round(row["quantity"], 6))
            expected.setdefault(key, set()).update(on_it)
    table = plan.tables["adaptive"] if len(likely) > 1 else None
    if table is None:
        return
    told = {
        (*(row[name] for name in WHICH), row["period"], row["quantity"]):
        set(row["futures"].split(","))
        for row in table.to_dict("records")
    }  # fmt: skip
    assert told == expected


@pytest.mark.slow
@quick(8)
@given(seed=SEEDS, choice=st.integers(1, 2**8))
def test_conditions_hold_where_something_is_done_and_nowhere_else(seed: int, choice: int) -> None:
    case = checked(several_futures(seed))
    plan = exact(case)
    if plan.objective is None:
        return
    network = build_network(case)
    count = len(network.tree.scenarios)
    signals = Signals(network, plan.tables, np.arange(count))
    done = np.array([bool(choice >> at & 1) for at in range(count)])
    if done.all() or not done.any():
        return
    for period in range(1, case.case.periods + 1):
        found = signals.ways(done, period)
        if found is not None:
            hold = [np.all([one.holds for one in way], axis=0) for way in found]
            assert np.array_equal(np.any(hold, axis=0), done)
            assert all(one.signal.period <= period for way in found for one in way)


def test_the_page_tells_now_from_later(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(ban()))
    page = run("solve", file, "--gap", 0)
    assert page.code == 0, page.stderr
    text = " ".join(page.stdout.split())
    assert "Decide now, whatever comes" in text and "Decide later" in text
    assert "If it comes" in text
    told = run("solve", file, "--gap", 0, "--json").json
    assert [row["scenario"] for row in told["futures"]] == ["calm", "ban", "boom"]
    assert {row["commitment"] for row in told["adaptive"]} == {"now", "waits"}


def test_one_future_has_no_triggers() -> None:
    found = exact(checked(gamble() | {"solve": {"scenarios": ["dear"]}}))
    assert found.tables["adaptive"].empty
