"""Dates of a case that starts later: every window, state and change moves with the first period."""

from __future__ import annotations

from typing import Any

from ...models.case import TABLES, Case, columns
from ...models.describe import kind_of
from ...models.names import CaseNames
from ...models.row_keys import RowKeys
from ...models.rule_rows import Change, Scenario
from ...models.selectors import SelectorError

OWN_RULES = (
    "changes", "scenarios", "control_status", "in_transit", "commitments", "carried", "granted",
)  # fmt: skip
"""Tables whose periods are moved by rules of their own."""


def shifted_start(case: Case, periods: int) -> str | None:
    """First month of the case that starts so many periods later.

    Raises:
        ValueError: the periods are no whole number of months.
    """
    start = case.case.start
    if not isinstance(start, str):
        return None
    months = periods * case.case.months_per_period
    if abs(months - round(months)) > 1e-9:
        raise ValueError(
            f"{periods} periods of {case.case.months_per_period:g} months are no whole number of "
            "months, so the case cannot start then; roll by more periods, or remove [case] start"
        )
    year, month = (int(part) for part in start.split("-"))
    count = year * 12 + month - 1 + round(months)
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def shifted_rows(case: Case, periods: int) -> dict[str, list[Any]]:
    """Rows with `start` and `end` moved, of every table that has nothing else to move."""
    moved: dict[str, list[Any]] = {}
    for table, model in TABLES.items():
        names = [name for name, field in columns(model).items() if kind_of(field) == "period"]
        if table in OWN_RULES or not names:
            continue
        moved[table] = [
            row.model_copy(
                update={
                    name: moved_start(case, row.start, periods)
                    if name == "start"
                    else moved_end(case, row.end, periods)
                    for name in names
                }
            )
            for row in case.rows(table)
        ]
    return moved


def moved_start(case: Case, value: int | str | None, periods: int) -> int | str | None:
    """A first period; blank where it has passed."""
    if value is None or case.period(value, 1) <= periods + 1:
        return None
    return value if isinstance(value, str) else value - periods


def moved_end(case: Case, value: int | str | None, periods: int) -> int | str | None:
    """A last period; 0 (or a date in the past) where it has passed."""
    if value is None or isinstance(value, str):
        return value
    return max(value - periods, 0)


def shifted_status(case: Case, periods: int) -> list[Any]:
    """States of rules: of those that have begun, the last one holds from the beginning."""
    latest: dict[str, int] = {}
    begun: dict[str, Any] = {}
    rows = case.control_status
    for row in rows:
        first = case.period(row.start, 1)
        if first <= periods + 1 and first >= latest.get(row.control, first):
            latest[row.control], begun[row.control] = first, row
    kept = []
    for row in rows:
        if begun.get(row.control) is row:
            kept.append(row.model_copy(update={"start": None}))
        elif case.period(row.start, 1) > periods + 1:
            kept.append(row.model_copy(update={"start": moved_start(case, row.start, periods)}))
    return kept


def shifted_changes(case: Case, rolled: Case, periods: int, scenarios: set[str]) -> list[Change]:
    """Changes that still apply, in their order.

    Args:
        case: the case.
        rolled: the same with its rows already moved, to see that keys pick the same rows.
        periods: periods that pass.
        scenarios: names that are left.

    Raises:
        ValueError: a change picks its rows by a date, or by something that rolling changes.
    """
    before, after = RowKeys(case, CaseNames(case)), RowKeys(rolled, CaseNames(rolled))
    kept = []
    for number, row in enumerate(case.changes, start=1):
        if row.scenario is not None and row.scenario not in scenarios:
            continue
        last = case.period(row.end, case.case.periods)
        if last <= periods:
            continue
        fixed = row.table in ("control_status", "in_transit")
        try:
            same = fixed or before.select(row.table, row.key) == after.select(row.table, row.key)
        except SelectorError:
            same = False
        if not same or (fixed and row.key.strip() not in ("", "*") and _dated(row)):
            raise ValueError(
                f"changes row {number} picks its rows by {row.key!r}, which rolling alters; pick "
                "them by name"
            )
        start = moved_start(case, row.start, periods)
        kept.append(
            row.model_copy(update={"start": start, "end": moved_end(case, row.end, periods)})
        )
    return kept


def _dated(row: Change) -> bool:
    """Whether a key picks rows by a column that holds a period."""
    dated = {
        name for name, field in columns(TABLES[row.table]).items() if kind_of(field) == "period"
    }
    return any(
        part.partition("=")[0].strip() in dated for part in row.key.split(";") if "=" in part
    )


def shifted_scenarios(
    case: Case, periods: int, weight: dict[str, float], branch: dict[str, int]
) -> list[Scenario]:
    """Futures that are left, with the probabilities that they have now.

    Args:
        case: the case.
        periods: periods that pass.
        weight: probability of each scenario that is still possible.
        branch: first own period of each scenario.
    """
    total = sum(weight.values())
    rows = {row.scenario: row for row in case.scenarios}
    needed = set(weight)
    for name in weight:  # a parent left out still carries nodes that are shared from now on
        child, above = name, rows[name].parent
        while above is not None and branch[child] > periods + 1:
            needed.add(above)
            child, above = above, rows[above].parent
    kept = []
    for row in case.scenarios:
        if row.scenario not in needed:
            continue
        own = row.parent is not None and branch[row.scenario] > periods + 1
        share = weight.get(row.scenario, 0.0) / total if total else 0.0
        kept.append(
            row.model_copy(
                update={
                    "probability": share,
                    "parent": row.parent if own else None,
                    "branches_at": _later_period(row.branches_at, periods) if own else None,
                }
            )
        )
    return kept


def _later_period(value: int | str | None, periods: int) -> int | str | None:
    return value - periods if isinstance(value, int) else value
