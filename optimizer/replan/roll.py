"""Roll a plan forward: the case as it is when some periods of a plan have passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...datasets.checks import check_case
from ...models.case import Case, CaseSettings, SolveSettings
from ...models.plan import Tables
from ...models.problems import CaseError
from ..tree import IntArray, Tree, build_tree
from ..verification.carrying import carried_over
from .granted import granted
from .shifting import (
    shifted_changes,
    shifted_rows,
    shifted_scenarios,
    shifted_start,
    shifted_status,
)
from .state import Passed, commitments, demand, stockpiles, under_way


class CannotRollError(ValueError):
    """A plan that leaves something behind which a case cannot hold. ``lost`` lists what."""

    def __init__(self, lost: list[str]) -> None:
        self.lost = list(dict.fromkeys(lost))
        super().__init__(
            "the plan cannot be rolled forward exactly; a case cannot hold:\n"
            + "\n".join(f"  {line}" for line in self.lost)
        )


@dataclass(frozen=True)
class Rolled:
    """A case rolled forward.

    Attributes:
        case: the case that starts later.
        paid: cash of the passed periods, discounted to the old period 1 [money].
        discount: what money of the new period 1 is worth in the old one.
        scenario: scenario that the passed periods belong to.
        lost: what was left out because a case cannot hold it; empty unless that was allowed.
    """

    case: Case
    paid: float
    discount: float
    scenario: str
    lost: tuple[str, ...] = ()


def roll(
    case: Case,
    tables: Tables,
    periods: int = 1,
    *,
    scenarios: Sequence[str] | None = None,
    scenario: str | None = None,
    leave_out: bool = False,
) -> Rolled:
    """The case that starts when some periods of a plan have passed as planned.

    Args:
        case: the case of the plan.
        tables: the plan.
        periods: how many periods pass.
        scenarios: scenarios that were solved; None for what the case says.
        scenario: which of them comes true; needed where the passed periods differ between them.
        leave_out: leave out what a case cannot hold instead of refusing.

    Raises:
        ValueError: periods outside the horizon, an unknown or missing scenario, or something of the
            case whose dates cannot be moved.
        CannotRollError: something the plan leaves behind has no place in a case, and may not be
            left out.
        CaseError: the case that comes out has errors.
    """
    total = case.case.periods
    if "nodes" not in tables:
        raise ValueError("there is no plan to roll forward; solve the case first")
    if not 1 <= periods < total:
        raise ValueError(
            f"{periods} periods cannot pass of a horizon of {total}; from 1 to {total - 1} can"
        )
    scenarios = list(case.solve.scenarios if scenarios is None else scenarios)
    tree = build_tree(case, scenarios)
    path = _path(tree, periods, scenario)
    passed = Passed.of(case, tables, tree, path)
    later = _later(passed, scenarios)
    if passed.lost and not leave_out:
        raise CannotRollError(passed.lost)
    problems = check_case(later)
    if any(problem.level == "error" for problem in problems):
        raise CaseError(problems, f"{case.case.name} rolled forward")
    years = periods * case.case.months_per_period / 12
    return Rolled(
        later,
        float(passed.rows("cash")["discounted"].sum()),
        float((1 + case.case.discount_rate) ** -years),
        tree.owner[path[-1]],
        tuple(dict.fromkeys(passed.lost)),
    )


def _later(passed: Passed, scenarios: Sequence[str]) -> Case:
    """The case of what comes after the passed periods; ``passed.lost`` gets what it cannot hold."""
    case, periods, tree = passed.case, passed.periods, passed.tree
    weight = _weights(tree, passed)
    futures = shifted_scenarios(case, periods, weight, tree.branch) if case.scenarios else []
    names = {row.scenario for row in futures}
    piles, extra = stockpiles(passed)
    carried, uncounted = carried_over(case, passed.tables, list(scenarios), passed.path)
    passed.lost += [
        f"policy {name}: it counts suppliers over a window that is still running"
        for name in uncounted
    ]
    _check_changes(passed)
    later = case.model_copy(
        update={
            **_rows(passed),
            "case": _settings(case, periods),
            "solve": _solve_settings(case, scenarios, list(weight), names),
            "stockpiles": piles,
            "in_transit": [*under_way(passed), *extra],
            "commitments": commitments(passed, names),
            "carried": carried,
            "granted": granted(passed),
            "control_status": shifted_status(case, periods),
            "scenarios": futures,
            "changes": [],
        }
    )
    return later.model_copy(update={"changes": shifted_changes(case, later, periods, names)})


def _rows(passed: Passed) -> dict[str, list[Any]]:
    """Rows with their windows moved; those of demand with what is waiting."""
    rows = shifted_rows(passed.case, passed.periods)
    rows["demand"] = [
        moved.model_copy(update={"waiting": own.waiting})
        for moved, own in zip(rows["demand"], demand(passed), strict=True)
    ]
    return rows


def _settings(case: Case, periods: int) -> CaseSettings:
    """The horizon that is left."""
    return case.case.model_copy(
        update={
            "start": shifted_start(case, periods),
            "periods": case.case.periods - periods,
            "periods_before": case.case.periods_before + periods,
        }
    )


def _solve_settings(
    case: Case, solved: Sequence[str], possible: list[str], names: set[str]
) -> SolveSettings:
    """Scenarios to solve for: of those asked for, the ones that are still possible."""
    if list(solved) != ["all"]:
        return case.solve.model_copy(update={"scenarios": possible})
    if case.solve.scenarios != ["all"]:
        left = [name for name in case.solve.scenarios if name in names]
        return case.solve.model_copy(update={"scenarios": left or ["all"]})
    return case.solve


def _path(tree: Tree, periods: int, scenario: str | None) -> IntArray:
    """Nodes of the first periods, of a scenario where they differ between scenarios."""
    if scenario is None:
        ends = np.unique(tree.paths[:, periods - 1])
        if len(ends) > 1:
            raise ValueError(
                f"the first {periods} periods differ between scenarios; say which comes true "
                f"(one of {', '.join(tree.scenarios)})"
            )
        return np.asarray(tree.paths[0, :periods])
    if scenario not in tree.scenarios:
        raise ValueError(
            f"no scenario {scenario!r} was solved; there are {', '.join(tree.scenarios)}"
        )
    return np.asarray(tree.paths[tree.scenarios.index(scenario), :periods])


def _weights(tree: Tree, passed: Passed) -> dict[str, float]:
    """Scenarios that go through the last passed node, with their probabilities."""
    through = tree.paths[:, passed.periods - 1] == passed.path[-1]
    return {
        name: float(weight)
        for name, weight, still in zip(tree.scenarios, tree.weights, through, strict=True)
        if still
    }


def _check_changes(passed: Passed) -> None:
    """Changes to goods in transit, among which there are new ones now."""
    for number, row in enumerate(passed.case.changes, start=1):
        if row.table == "in_transit":
            passed.lost.append(f"changes row {number}: it alters goods in transit")
