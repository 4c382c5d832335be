"""Every point of a sweep is what a plain solve of the case with its changes gives."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from optimizer.agreement import checked
from optimizer.change_sequences import random_changes
from optimizer.test_random_cases import SEEDS, quick
from oracle.random_cases import random_case
from oracle.random_controls import controlled_case
from secondsource import CaseError, load_case, solve, sweep
from secondsource.datasets.runs import summary_of, write_run
from secondsource.models.case import Case
from secondsource.models.sweep_results import SweepResult
from secondsource.optimizer.highs import Options, Session
from secondsource.optimizer.keep import FAMILY, keep_decisions
from secondsource.optimizer.lexicographic import lexicographic
from secondsource.optimizer.solve import Request, build
from secondsource.optimizer.sweep.work import FAMILIES
from sweeps import BAN, DEMAND, PRICE, grid, plainly, shop

RELATIVE, ABSOLUTE = 1e-6, 1e-6


def close(one: float | None, other: float | None, relative: float = RELATIVE) -> bool:
    if one is None or other is None or one != one:  # NaN
        return other is None and (one is None or math.isnan(one))
    return math.isclose(one, other, rel_tol=relative, abs_tol=ABSOLUTE)


def random_sweep(case: Case, draw: np.random.Generator) -> dict[str, Any]:
    """A grid over one or two numbers of a case."""
    inputs = [
        {
            "name": f"x{at}", "table": change.table, "key": change.key, "field": change.field,
            "op": "multiply", "values": draw.uniform(0.3, 1.7, 2).round(2).tolist(),
        }
        | ({} if change.start is None else {"start": change.start})
        for at, change in enumerate(random_changes(case, draw)[:2])
    ]  # fmt: skip
    return grid(*inputs, solve={"gap": 0})


def disagreements(document: dict[str, Any], seed: int) -> list[str]:
    """Where a random sweep differs from plain solves."""
    case = checked(document)
    try:
        found = sweep(case, random_sweep(case, np.random.default_rng(seed)))
    except CaseError:
        return []  # a value that the case does not allow
    told = []
    asked = found.sweep
    for row in found.points.to_dict("records"):
        changes = asked.changes([row[one.name] for one in asked.inputs])
        try:
            plain = plainly(case, changes)
        except ValueError as error:
            if row["status"] != "failed" or row["reason"] != str(error):
                told.append(f"point {row['point']}: {row['status']} {row['reason']}, not {error}")
            continue
        if row["status"] != plain.status.value or not close(row["objective"], plain.objective):
            told.append(
                f"point {row['point']}: {row['status']} {row['objective']}, "
                f"plainly {plain.status} {plain.objective}"
            )
        if plain.objective is not None and not close(row["cost"], row["objective"]):
            told.append(f"point {row['point']}: cost is {row['cost']}")
    return told


@quick(1)
@given(seed=SEEDS)
def test_points_of_random_cases_are_plain_solves(seed: int) -> None:
    assert disagreements(random_case(seed), seed) == []


@quick(2)
@given(seed=SEEDS)
def test_points_of_cases_with_controls_are_plain_solves(seed: int) -> None:
    assert disagreements(controlled_case(seed), seed) == []


@pytest.mark.slow
@quick(50)
@given(seed=SEEDS)
def test_points_of_many_random_cases_are_plain_solves(seed: int) -> None:
    make = controlled_case if seed % 2 else random_case
    assert disagreements(make(seed), seed) == []


def test_the_worker_knows_the_decisions_that_plans_have() -> None:
    assert {decision: family for family, decision in FAMILIES.items()} == FAMILY


def decided(found: SweepResult, point: int) -> pd.DataFrame:
    """The decisions of a point: those of the base, with the changes told."""
    table = dict(found.base.decisions)
    rows = found.changed_decisions[found.changed_decisions["point"] == point]
    kind = type(next(iter(table)))
    for row in rows.to_dict("records"):
        key = kind(
            row["decision"], row["name"], row["from"], row["to"], row["material"], row["row"],
            row["period"], row["scenario"],
        )  # fmt: skip
        assert table.get(key, 0.0) == row["before"]
        table[key] = row["after"]
    return pd.DataFrame(
        [
            {**key._asdict(), "from": key.start, "to": key.end, "quantity": amount}
            for key, amount in table.items()
            if amount
        ]
    )


def test_changed_decisions_are_those_of_the_plan() -> None:
    """Keeping what a point is said to decide gives its objective again, and nothing better."""
    case = load_case("quickstart")
    offers = {"name": "prices", "table": "offers", "field": "price", "op": "multiply"}
    ban = BAN | {"key": "control=CN-ban", "start": "2028-01"}
    asked = grid(
        offers | {"values": [0.6, 1.8]}, ban | {"values": ["in_force", "suspended"]},
        solve={"gap": 1e-4},
    )  # fmt: skip
    found = sweep(case, asked)
    assert found.points["changed"].min() > 0
    nodes = pd.DataFrame(
        [{"node": at, "period": at + 1, "scenario": "base"} for at in range(case.case.periods)]
    )
    for row in found.points.to_dict("records"):
        changes = found.sweep.changes([row["prices"], row["ban"]])
        changed = case.model_copy(update={"changes": [*case.changes, *changes]})
        built = build(changed)
        decisions = decided(found, row["point"]).assign(node=lambda rows: rows["period"] - 1)
        arrays, warnings = keep_decisions(built, {"decisions": decisions, "nodes": nodes})
        outcome, _, _ = lexicographic(Session(arrays, "cost"), arrays, ["cost"], Options(gap=1e-7))
        assert not warnings
        assert outcome.objective == pytest.approx(row["objective"], rel=1e-6)


def test_kept_decisions_cost_what_they_cost_in_a_plain_model(tmp_path: Path) -> None:
    """With the decisions of a plan kept, to 1e-9."""
    case = load_case("quickstart")
    plan = solve(case, Request(options=Options(gap=0.01)))
    write_run(tmp_path / "plan", case, plan.tables, summary_of(case, plan, ["all"]), {})
    asked = grid(
        {"name": "prices", "table": "offers", "field": "price", "op": "multiply",
         "values": [0.6, 1.7]},
        DEMAND | {"values": [0.7, 1.2]},
        solve={"gap": 0, "keep_decisions": str(tmp_path / "plan")},
    )  # fmt: skip
    found = sweep(case, asked)
    for row in found.points.to_dict("records"):
        changes = found.sweep.changes([row["prices"], row["demand"]])
        built = build(case.model_copy(update={"changes": [*case.changes, *changes]}))
        arrays, _ = keep_decisions(built, plan.tables)
        outcome, _, _ = lexicographic(Session(arrays, "cost"), arrays, ["cost"], Options(gap=0))
        assert row["objective"] == pytest.approx(outcome.objective, rel=1e-9)
        assert row["changed"] == 0


@pytest.mark.parametrize("minimise", [["lead_time"], ["cvar", "cost"], ["concentration"]])
def test_any_objective_may_be_minimised_and_all_are_told(minimise: list[str]) -> None:
    case = shop()
    asked = grid(PRICE | {"values": [4, 20]}, solve={"minimise": minimise, "gap": 0})
    found = sweep(case, asked)
    for row in found.points.to_dict("records"):
        changes = found.sweep.changes([row["price"]])
        plain = plainly(case, changes, minimise=tuple(minimise))
        assert row["objective"] == pytest.approx(plain.objectives[minimise[-1]], abs=1e-6)
        for name in minimise:
            assert row[name] == pytest.approx(plain.objectives[name], abs=1e-6)
        assert all(math.isfinite(row[name]) for name in plain.objectives)


def test_caps_and_scenarios_are_those_asked_for() -> None:
    case = shop()
    asked = grid(DEMAND | {"values": [0.5, 1]}, solve={"gap": 0, "caps": {"cost": 800}})
    found = sweep(case, asked)
    told = [
        (row["status"], plainly(case, found.sweep.changes([row["demand"]]), caps={"cost": 800.0}))
        for row in found.points.to_dict("records")
    ]
    assert [(status, plain.status.value) for status, plain in told] == [
        ("optimal", "optimal"), ("infeasible", "infeasible")
    ]  # fmt: skip


def test_points_without_a_plan_and_points_that_fail_are_results() -> None:
    """The rest go on, and each is told with its reason."""
    case = shop()
    less = {"name": "less", "table": "offers", "key": "far", "field": "capacity", "op": "add"}
    asked = grid(
        less | {"values": [0, -50]}, less | {"name": "lesser", "values": [0, -40]},
        DEMAND | {"values": [1, 2]}, solve={"gap": 0},
    )  # fmt: skip
    found = sweep(case, asked)
    states = found.points.set_index(["less", "lesser", "demand"])["status"].to_dict()
    assert states == {
        (0, 0, 1): "optimal", (0, 0, 2): "infeasible", (0, -40, 1): "optimal",
        (0, -40, 2): "infeasible", (-50, 0, 1): "optimal", (-50, 0, 2): "infeasible",
        (-50, -40, 1): "failed", (-50, -40, 2): "failed",
    }  # fmt: skip
    failed = found.points[found.points["status"] == "failed"]
    assert set(failed["reason"]) == {
        "changes row 2, value: capacity would be -10: input should be greater than or equal to 0"
    }
    assert found.status == "complete"
    lines = found.why[2]
    assert lines and "Here" in lines[0], "which demand cannot be met"


def test_decisions_that_changed_are_told_in_words() -> None:
    """Ban off: nobody needs the second source; base: it is qualified before the ban."""
    found = sweep(
        shop(),
        {
            "sweep": {"design": "one_at_a_time"},
            "solve": {"gap": 0},
            "inputs": [BAN | {"values": ["suspended"]}, PRICE | {"values": [40]}],
        },
    )
    assert list(found.points["decisions"]) == ["no qualify near 1", ""]
    assert list(found.points["changed"]) == [1, 0]
    row = found.changed_decisions.iloc[0].to_dict()
    assert row == {
        "point": 1, "decision": "select_offer", "name": "near", "from": "", "to": "",
        "material": "", "row": 1, "period": 1, "label": "1", "scenario": "base",
        "before": 1.0, "after": 0.0,
    }  # fmt: skip


def test_a_base_of_its_own_is_what_points_are_compared_with() -> None:
    """Input values left out of a row stay as the case has them, not as the base."""
    asked = {
        "sweep": {"design": "list", "rows": [{"price": 9}, {"ban": "suspended"}, {}]},
        "solve": {"gap": 0},
        "inputs": [PRICE, BAN | {"base": "suspended"}],
    }
    found = sweep(shop(), asked)
    plain = {name: plainly(shop(), found.sweep.changes(point)).objective for name, point in (
        ("base", (None, "suspended")), ("case", (None, None)),
    )}  # fmt: skip
    assert found.base.objective == pytest.approx(plain["base"])
    assert list(found.points["objective"]) == pytest.approx(
        [plain["case"], plain["base"], plain["case"]]
    )
    assert list(found.points["changed"]) == [1, 0, 1]
