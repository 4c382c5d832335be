"""Why there is no plan, on cases small enough to be worked out on paper."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from commands import run
from optimizer.agreement import checked, exact
from optimizer.cases import change, mill, offer, outlet, overseas, shop, store
from secondsource.models.explain_results import NoPlan
from secondsource.optimizer.explain import explain_no_plan
from secondsource.optimizer.solve import Request, solve

Data = dict[str, Any]
HARD = {"shortage_cost": None}


def why(data: Data, **asked: Any) -> NoPlan:
    """The explanation of a case without a plan."""
    case = checked(data)
    request = Request.of(case)
    found = explain_no_plan(case, Request(**{**vars(request), **asked}))
    assert found is not None, "the case has a plan"
    return found


def with_edits(data: Data, edits: tuple[dict[str, Any], ...]) -> Data:
    """The case as a script would mend it, from the edits of `--json` alone."""
    data = deepcopy(data)
    for edit in edits:
        if edit["how"] == "changes":
            row = {name: value for name, value in edit.items() if name != "how"}
            data.setdefault("changes", []).append(row)
        elif edit["how"] == "cell" and edit["table"] == "case":
            data["case"][edit["column"]] = edit["value"]
        elif edit["how"] == "cell":
            data[edit["table"]][edit["row"] - 1][edit["column"]] = edit["value"]
        else:
            data.setdefault(edit["table"], []).append(edit["value"])
    return data


def test_a_feasible_case_needs_no_explanation() -> None:
    assert explain_no_plan(checked(shop(offers=[offer()]))) is None


def test_a_small_offer_is_named_with_what_it_lacks() -> None:
    found = why(shop(offers=[offer(capacity=6)]))
    assert found.causes[0].text == (
        "Civil demand for ore at shop, year 1: 4 t short of 10 t. "
        "What stands against it: offer a sells no more than 6 t a year"
    )
    assert found.mends[0].text == "4 t a year more of offer a (10 instead of 6)"
    assert found.mends[0].by == pytest.approx(4, abs=1e-4)
    assert found.mends[1].text == "doing without 4 t of civil demand for ore at shop (year 1)"


BROKEN: dict[str, tuple[Data, str, str, float | None]] = {
    "min order": (shop(offers=[offer(min_order=15)]), "offers", "min_order", -5),
    "min take": (shop(offers=[offer(min_take=15)]), "offers", "min_take", -5),
    "qualification": (
        shop(offers=[offer(qualification_periods=1)], settings={"periods": 3}),
        "offers", "qualification_periods", -1,
    ),
    "offer closed": (
        shop(offers=[offer(start=2)], settings={"periods": 3}), "offers", "start", -1,
    ),
    "slow lane": (
        overseas({"lead_days": 400}, wanted=HARD, settings={"periods": 3}), "lanes", "lead_days",
        None,
    ),
    "small lane": (overseas({"capacity": 3}, wanted=HARD), "lanes", "capacity", 7),
    "ban": (
        overseas(wanted=HARD, controls=[{"control": "ban", "kind": "export", "exporters": "CN",
                                         "policy": "prohibited"}]),
        "controls", "", None,
    ),
    "quota": (
        overseas(wanted=HARD, controls=[{"control": "ban", "kind": "export", "exporters": "CN",
                                         "quota": 2}]),
        "controls", "", None,
    ),
    "small mill": (mill({"capacity": 8}, wanted=HARD), "plants", "capacity", 2),
    "big batches": (mill({"capacity": 40, "min_activity": 16}, wanted=HARD), "plants",
                    "min_activity", -6),
    "share": (
        shop(offers=[offer(), offer("b", price=2, capacity=2, supplier="B")],
             policies=[{"policy": "two", "kind": "max_share", "each": "supplier", "value": 0.5,
                        "materials": "ore"}]),
        "policies", "value", 0.3,
    ),
    "final level": (
        shop(offers=[offer(capacity=12)], stockpiles=[store(final_level=5)]),
        "stockpiles", "final_level", -3,
    ),
    "min level": (
        shop(offers=[offer()], stockpiles=[store(min_level=5, capacity=3)]),
        "stockpiles", "min_level", -2,
    ),
    "outlet": (
        shop(offers=[offer(min_take=15)], disposal=[outlet(capacity=2)]), "disposal", "capacity", 3,
    ),
    "changed by a row of changes": (
        shop(offers=[offer(capacity=20)], changes=[change("offers", "capacity", 6)]),
        "offers", "capacity", 4,
    ),
}  # fmt: skip


FEW = ("share", "outlet")
"""Those that are tried in every run of the tests."""


@pytest.mark.parametrize(
    "name", [one if one in FEW else pytest.param(one, marks=pytest.mark.slow) for one in BROKEN]
)
def test_each_cause_is_named_and_its_least_mend_works(name: str) -> None:
    data, table, column, by = BROKEN[name]
    assert exact(checked(data)).status == "infeasible"
    found = why(data)
    own = [mend for mend in found.mends if mend.parts[0].table == table
           and mend.parts[0].column == column]  # fmt: skip
    assert own, f"no mend of {table} {column}: {[mend.text for mend in found.mends]}"
    if by is not None:
        assert own[0].by == pytest.approx(by, rel=6e-3, abs=1e-4)
    first = found.causes[0]
    assert any(part.table == table for part in first.parts)
    for mend in found.mends:
        assert mend.proven
        again = with_edits(data, mend.edits)
        assert exact(checked(again)).status == "optimal", mend.text


def test_whole_steps_are_told_from_what_fractions_would_not_help() -> None:
    assert why(shop(offers=[offer(min_order=15)])).whole_only
    assert not why(shop(offers=[offer(capacity=6)])).whole_only


def test_a_cap_is_named_with_the_least_it_can_be() -> None:
    data = overseas({"lead_days": 30}, wanted=HARD)
    found = why(data, caps={"lead_time": 20.0})
    assert "cap that the lead time is at most 20 days" in found.causes[0].text
    mend = next(one for one in found.mends if one.caps)
    assert mend.caps is not None and mend.caps["lead_time"] == pytest.approx(30, rel=1e-5)


def test_kept_decisions_are_named() -> None:
    small = shop(offers=[offer(capacity=20, select_cost=1)], wanted={"shortage_cost": 0.01})
    plan = solve(checked(small)).tables
    assert plan["decisions"].empty
    found = why(shop(offers=[offer(capacity=20, select_cost=1)]), keep=plan)
    assert "the earlier plan decided about qualifying offer a" in found.causes[0].text
    assert any(mend.text == "deciding anew about qualifying offer a" for mend in found.mends)


def test_two_things_wrong_are_two_causes_and_one_mend_of_both() -> None:
    data = shop(
        offers=[offer(capacity=6), offer("forced", material="mud", min_take=2)],
        materials=[{"material": "ore", "price": 100}, {"material": "mud", "price": 1}],
    )
    found = why(data)
    told = " ".join(cause.text for cause in found.causes)
    assert len(found.causes) == 2
    assert "offer a sells no more than 6 t" in told and "Offer forced must be taken" in told
    assert exact(checked(with_edits(data, found.mends[0].edits))).status == "optimal"


def test_the_command_tells_why_and_writes_the_mended_case(tmp_path: Path) -> None:
    path, mended = tmp_path / "case.json", tmp_path / "mended.json"
    path.write_text(json.dumps(shop(offers=[offer(capacity=6)])), encoding="utf-8")
    told = run("explain", path, "--json")
    assert told.code == 3
    assert told.json["status"] == "infeasible"
    assert told.json["causes"][0]["parts"][0]["name"] == "a"
    text = run("explain", path, "--mend", 1, "-o", mended)
    assert text.code == 3
    assert "4 t short of 10 t" in text.stdout
    assert run("solve", mended, "--json").json["status"] == "optimal"


def test_solve_tells_the_same(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(shop(offers=[offer(capacity=6)])), encoding="utf-8")
    told = run("solve", path)
    assert told.code == 3
    assert "offer a sells no more than 6 t a year" in told.stderr
