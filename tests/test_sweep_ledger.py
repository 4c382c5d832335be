"""A point that is solved is never solved again, and nothing else is taken for it."""

from __future__ import annotations

import json
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from secondsource import sweep
from secondsource.models.plan import SolveStatus
from secondsource.models.sweep_results import Outcome, SweepResult
from secondsource.optimizer.designs import points_of
from secondsource.optimizer.executors import crew
from secondsource.optimizer.highs import SolverError
from secondsource.optimizer.resolve import Answer, Resolver
from secondsource.optimizer.solve import Request
from secondsource.optimizer.sweep import keys, points, run, study
from secondsource.optimizer.sweep.keys import Keys, case_digest
from secondsource.optimizer.sweep.work import Solved
from sweeps import BAN, DEMAND, PRICE, grid, plainly, rows_in, shop

GRID = grid(PRICE | {"values": [4, 9, 20]}, DEMAND | {"values": [0.5, 1, 3]}, solve={"gap": 0})


def nothing_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on, building a model is an error."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a model is built")

    monkeypatch.setattr(study, "Workbench", refuse)
    monkeypatch.setattr(crew, "open_executor", refuse)


def at_the_fourth(
    monkeypatch: pytest.MonkeyPatch, owner: type, name: str, event: Exception | signal.Signals
) -> None:
    """Raise an error, or press Ctrl-C, when a method is called for the fourth time."""
    method, calls = getattr(owner, name), []

    def called(self: Any, *arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 4:
            if isinstance(event, Exception):
                raise event
            signal.raise_signal(event)
        return method(self, *arguments)

    monkeypatch.setattr(owner, name, called)


def test_a_repeated_sweep_builds_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = sweep(shop(), GRID, tmp_path / "run")
    before = rows_in(tmp_path / "run" / "ledger.sqlite")
    nothing_is_built(monkeypatch)
    second = sweep(shop(), GRID, tmp_path / "run")
    assert second.runs() == first.runs()
    assert second.why == first.why and second.why
    assert (first.found, second.found) == (0, 10)
    assert rows_in(tmp_path / "run" / "ledger.sqlite") == before
    assert len(before) == 10, "nine points and the base"


def test_a_limit_stops_and_the_next_sweep_goes_on(tmp_path: Path) -> None:
    whole = sweep(shop(), GRID)
    seen = []
    for _ in range(5):
        found = sweep(shop(), GRID, tmp_path / "run", limit=2)
        seen.append((len(found.points), found.status))
    assert seen == [(2, "stopped"), (4, "stopped"), (6, "stopped"), (8, "stopped"), (9, "complete")]
    assert found.runs() == whole.runs()
    assert len(rows_in(tmp_path / "run" / "ledger.sqlite")) == 10


def test_points_that_are_the_same_are_solved_once() -> None:
    tallies = []
    asked = {
        "sweep": {"design": "list", "rows": [[4], [5], [4], [None], [4]]},
        "inputs": [PRICE],
        "solve": {"gap": 0},
    }
    found = sweep(shop(), asked, progress=lambda tally: tallies.append(tally.asked))
    assert set(tallies) == {3}, "price 4, price 5, and the base, which is what None means"
    assert list(found.points["point"]) == [1, 2, 3, 4, 5]
    cost = list(found.points["cost"])
    assert cost[0] == cost[2] == cost[4] != cost[1]
    assert cost[3] == found.base.objectives["cost"]


def test_sweeps_that_share_a_ledger_share_points(tmp_path: Path) -> None:
    """Another grid over the same inputs finds the points that both have."""
    ledger = tmp_path / "shared.sqlite"
    sweep(shop(), grid(PRICE | {"values": [4, 9]}, solve={"gap": 0}), ledger=ledger)
    more = sweep(
        shop(), grid(PRICE | {"values": [9, 10, 4]}, solve={"gap": 0}), tmp_path / "run",
        ledger=ledger,
    )  # fmt: skip
    assert more.found == 3, "two points and the base"
    assert len(rows_in(ledger)) == 4
    assert not (tmp_path / "run" / "ledger.sqlite").exists()


def test_a_point_somebody_else_solved_meanwhile_is_not_solved_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = tmp_path / "shared.sqlite"
    built: list[int] = []
    task = study.Study.task

    def counted(self: study.Study, changes: Any) -> Any:
        built.append(1)
        if len(built) == 3:
            sweep(shop(), GRID, ledger=ledger)  # the other one overtakes
        return task(self, changes)

    monkeypatch.setattr(study.Study, "task", counted)
    found = sweep(shop(), GRID, ledger=ledger)
    assert found.status == "complete" and len(found.points) == 9
    assert len(rows_in(ledger)) == 10
    assert len(built) == 3 + 10, "all there, where what is not committed here was not known"


REQUEST = Request()


def key(request: Request = REQUEST, **changed: Any) -> str:
    return Keys(shop().model_copy(update=changed), request, None).of([])


def test_keys_tell_apart_what_differs() -> None:
    offers = shop().offers

    def with_offer(**columns: Any) -> dict[str, Any]:
        return {"offers": [offers[0].model_copy(update=columns), *offers[1:]]}

    different = [
        key(),
        key(**with_offer(price=9.5)),
        key(**with_offer(capacity=float("inf"))),
        key(**with_offer(start=1)),
        key(case=shop().case.model_copy(update={"periods": 3})),
        key(Request(minimise=("lead_time",))),
        key(Request(minimise=("cost", "lead_time"))),
        key(Request(caps={"lead_time": 9.0})),
        key(Request(scenarios=("x",))),
    ]
    assert len(set(different)) == len(different)


def test_keys_leave_out_what_does_not_matter() -> None:
    offers = [row.model_copy(update={"note": "seen", "source": "a paper"}) for row in shop().offers]
    assert key(offers=offers) == key()
    assert key(case=shop().case.model_copy(update={"title": "My shop"})) == key()
    options = replace(REQUEST.options, threads=7, time_limit=3.0)
    assert key(Request(options=options)) == key()
    assert case_digest(shop()) == case_digest(shop())


def test_another_version_of_the_program_does_not_use_old_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep(shop(), GRID, tmp_path / "run")
    monkeypatch.setattr(keys, "program", lambda: "a later one")
    assert sweep(shop(), GRID, tmp_path / "run").found == 0


def stopped(objective: float) -> Outcome:
    return Outcome("feasible", objective, 1.0, 0.5, {"cost": objective}, 2.0)


def test_an_answer_that_was_cut_short_serves_that_time_limit_only(tmp_path: Path) -> None:
    """Optimal answers serve any limit; more time is used for those that had too little."""
    case, ledger = shop(), tmp_path / "l.sqlite"

    def at(seconds: float) -> SweepResult:
        asked = grid(PRICE | {"values": [4, 9]}, solve={"gap": 0, "time_limit_s": seconds})
        return sweep(case, asked, ledger=ledger)

    first = at(50)
    request = run._request(case, first.sweep.solve)
    book, known = points.Ledger(ledger), Keys(case, request, None)
    cut = first.sweep.changes([9.0])
    book.forget([known.of(cut)])
    book.record(known.limited(cut), stopped(1e6).as_json())
    book.close()
    assert list(at(50).points["status"]) == ["optimal", "feasible"]
    longer = at(60)
    assert longer.found == 2 and list(longer.points["status"]) == ["optimal", "optimal"]


def test_failed_points_are_tried_again_where_that_is_asked_for(tmp_path: Path) -> None:
    less = {"name": "less", "table": "offers", "key": "far", "field": "capacity", "op": "add"}
    asked = grid(
        less | {"values": [-50]}, less | {"name": "lesser", "values": [-40]}, solve={"gap": 0}
    )
    first = sweep(shop(), asked, tmp_path / "run")
    assert list(first.points["status"]) == ["failed"]
    assert sweep(shop(), asked, tmp_path / "run").found == 2
    again = sweep(shop(), asked, tmp_path / "run", retry_failed=True)
    assert again.found == 1 and again.runs() == first.runs()


def test_a_solver_that_fails_at_one_point_leaves_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_fourth(monkeypatch, Resolver, "go_on", SolverError("HiGHS ended with status 'Unknown'"))
    found = sweep(shop(), GRID, tmp_path / "run")
    assert found.status == "complete"
    failed = found.points[found.points["status"] == "failed"]
    (number,) = failed["point"]
    assert failed["reason"].item() == "SolverError: HiGHS ended with status 'Unknown'"
    monkeypatch.undo()
    again = sweep(shop(), GRID, tmp_path / "run", retry_failed=True)
    assert "failed" not in set(again.points["status"])
    changes = again.sweep.changes(points_of(again.sweep)[number - 1])
    assert again.points.loc[number - 1, "status"] == plainly(shop(), changes).status.value


def test_a_change_of_text_is_a_point_like_any_other(tmp_path: Path) -> None:
    asked = grid(BAN | {"values": ["suspended", "in_force"]}, solve={"gap": 0})
    found = sweep(shop(), asked, tmp_path / "run")
    costs = [
        plainly(shop(), found.sweep.changes([state])).objective for state in found.points["ban"]
    ]
    assert list(found.points["cost"]) == pytest.approx(costs)


def test_a_gap_to_nothing_is_none() -> None:
    """Relative to an objective of 0 every gap is infinite, which JSON does not know."""
    case = shop()
    of = study.Study(case, REQUEST)
    answer = Answer(SolveStatus.FEASIBLE, 0.0, -1.0, float("inf"), {"cost": 0.0}, None, 1.0)
    outcome = of.outcome(Solved(answer, True, {}), of.task([]).pairs)
    assert outcome.gap is None and outcome.objective == 0 and outcome.bound == -1
    json.dumps(outcome.as_json(), allow_nan=False)
    assert Outcome.from_json(outcome.as_json()) == outcome


def test_a_fault_of_ours_costs_one_point(monkeypatch: pytest.MonkeyPatch) -> None:
    at_the_fourth(monkeypatch, study.Study, "task", KeyError("offers"))
    found = sweep(shop(), GRID)
    failed = found.points[found.points["status"] == "failed"]
    assert list(failed["reason"]) == ["KeyError: 'offers'"]
    assert found.status == "complete"


def test_ctrl_c_during_a_solve_leaves_the_point_out_and_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HiGHS ends early with some plan and says nothing; a solve that was done counts."""
    solve, calls = Resolver.go_on, []

    def pressed(self: Resolver, change: Any = None) -> Any:
        calls.append(1)
        answer = solve(self, change)
        self.session.interrupted = len(calls) in (4, 5)  # as the solve does
        if self.session.interrupted:
            before = signal.signal(signal.SIGINT, lambda *_: None)
            signal.raise_signal(signal.SIGINT)
            signal.signal(signal.SIGINT, before)
        return replace(answer, status=SolveStatus.FEASIBLE) if len(calls) == 4 else answer

    monkeypatch.setattr(Resolver, "go_on", pressed)
    found = sweep(shop(), GRID, tmp_path / "run")
    assert found.status == "stopped" and len(found.points) == 2, "the third was cut short"
    found = sweep(shop(), GRID, tmp_path / "run")
    assert found.status == "stopped" and len(found.points) == 3, "the third was done"
    assert sweep(shop(), GRID, tmp_path / "run").status == "complete"


def test_ctrl_c_between_two_solves_keeps_the_points_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_fourth(monkeypatch, Resolver, "go_on", signal.SIGINT)
    found = sweep(shop(), GRID, tmp_path / "run")
    assert found.status == "stopped" and len(found.points) == 2
    assert sweep(shop(), GRID, tmp_path / "run").status == "complete"
