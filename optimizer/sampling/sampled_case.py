"""Cases with drawn futures, and the cases that they were drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...models.case import Case
from ...models.draws import DRAWN
from ...models.problems import CaseError, Problem, quote
from ...models.rule_rows import Change, Scenario
from .futures import Future


def undrawn(case: Case) -> Case:
    """A case without the futures that sampling added to it."""
    if not any(row.source == DRAWN for row in case.scenarios):
        return case
    return case.model_copy(
        update={
            "scenarios": [row for row in case.scenarios if row.source != DRAWN],
            "changes": [row for row in case.changes if row.source != DRAWN],
        }
    )


def single(case: Case, scenario: str | None) -> Case:
    """A case as one of its own futures sees it, without any futures.

    Args:
        case: a checked case.
        scenario: the future; None where the case has none.

    Raises:
        CaseError: the case has futures and none is chosen, or not this one.
    """
    rows = {row.scenario: row for row in case.scenarios}
    if not rows and scenario is None:
        return _alone(case, list(case.changes))
    if scenario not in rows:
        what = (
            f"the case has futures of its own ({', '.join(rows)}), and none is chosen"
            if scenario is None
            else f"the case has no scenario {quote(scenario)}"
        )
        remedy = f'e.g. scenario = "{next(iter(rows))}"' if rows else "remove it"
        raise CaseError([Problem("error", what, column="[sample] scenario", remedy=remedy)])
    windows = _windows(case, rows, scenario)
    changes = []
    for row in case.changes:
        if row.scenario is None:
            changes.append(row)
        elif row.scenario in windows:
            first, last = windows[row.scenario]
            first = max(first, case.period(row.start, first))
            last = min(last, case.period(row.end, last))
            if first <= last:
                changes.append(
                    row.model_copy(update={"scenario": None, "start": first, "end": last})
                )
    return _alone(case, changes)


def _windows(case: Case, rows: dict[str, Scenario], scenario: str) -> dict[str, tuple[int, int]]:
    """First and last period in which a scenario is itself, or is one it descends from."""
    found: dict[str, tuple[int, int]] = {}
    last, name = case.case.periods, scenario
    while True:
        row = rows[name]
        first = case.period(row.branches_at, 1) if row.parent else 1
        found[name] = (first, last)
        if row.parent is None or row.parent in found:
            return found
        last, name = min(last, first - 1), row.parent


def _alone(case: Case, changes: list[Change]) -> Case:
    solve = case.solve.model_copy(update={"scenarios": ["all"]})
    return case.model_copy(update={"scenarios": [], "changes": changes, "solve": solve})


def names_of(count: int) -> list[str]:
    """Names of drawn futures: 's001' and so on."""
    width = max(3, len(str(count)))
    return [f"s{number:0{width}d}" for number in range(1, count + 1)]


def with_futures(
    case: Case,
    futures: Sequence[Future],
    probabilities: Sequence[float],
    parting: int,
    names: Sequence[str] | None = None,
) -> Case:
    """A case with drawn futures that have all before they part in common.

    Args:
        case: the case, without futures of its own.
        futures: what differs in each.
        probabilities: of each; they add up to 1.
        parting: first period in which they differ, at least 2.
        names: of the scenarios; None for :func:`names_of`.
    """
    called = list(names or names_of(len(futures)))
    scenarios, changes = [], list(case.changes)
    for name, future, probability in zip(called, futures, probabilities, strict=True):
        branch: dict[str, Any] = {}
        if name != called[0]:
            branch = {"parent": called[0], "branches_at": parting}
        scenarios.append(Scenario(scenario=name, probability=probability, source=DRAWN, **branch))
        changes += [row.model_copy(update={"scenario": name}) for row in future.changes]
    return case.model_copy(update={"scenarios": scenarios, "changes": changes})
