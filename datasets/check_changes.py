"""Checks of changes: what they alter exists, may be altered, and stays a value that makes sense."""

from __future__ import annotations

from typing import Any, get_args

from ..models.case import TABLES, columns
from ..models.describe import holds, kind_of
from ..models.fields import column_info
from ..models.problems import quote
from ..models.row_keys import PROVENANCE, RowKeys
from ..models.rule_rows import Change, ControlState
from ..models.selectors import SelectorError
from .change_values import Step, first_fault
from .check_context import Context

_FIXED_TABLES = ("groups", "scenarios", "changes", "commitments", "carried", "granted")
_STATES = get_args(ControlState)


def check_for_bad_changes(context: Context) -> None:
    """Every row of changes: its table, column, rows, window and value."""
    keys = RowKeys(context.case, context.names)
    branches = _branches(context)
    steps: dict[tuple[str, str], list[tuple[Step, list[int]]]] = {}
    for number, change in context.rows("changes"):
        if not _names_a_number(context, number, change):
            continue
        positions = _rows_of(context, number, change, keys)
        step = _step(context, number, change, branches)
        if positions and step is not None:
            steps.setdefault((change.table, change.field), []).append((step, positions))
    for (table, column), of_column in steps.items():
        _check_values(context, table, column, of_column, branches)


def _names_a_number(context: Context, number: int, change: Change) -> bool:
    """Whether table and column exist and may be changed."""
    table, column = change.table, change.field
    if table not in TABLES or table in _FIXED_TABLES:
        changeable = [name for name in TABLES if name not in _FIXED_TABLES]
        context.error(
            "changes",
            number,
            "table",
            f"{quote(table)} holds nothing that can be changed"
            if table in TABLES or table in {"case", "solve"}
            else f"there is no table {quote(table)}",
            value=table,
            remedy=context.did_you_mean(table, changeable)
            or "e.g. offers, demand or control_status",
        )
        return False
    fields = columns(TABLES[table])
    if column not in fields:
        own = [name for name in fields if name not in PROVENANCE and _is_open(fields[name])]
        context.error(
            "changes",
            number,
            "field",
            f"{table} has no column {quote(column)}",
            value=column,
            remedy=context.did_you_mean(column, fields) or f"numbers are {', '.join(own)}",
        )
        return False
    if (table, column) == ("control_status", "status"):
        return True
    if column_info(fields[column]).structural:
        context.error(
            "changes",
            number,
            "field",
            f"{table}.{column} fixes the structure of the model and cannot be changed",
            value=column,
            remedy="make it another row of the table, or another case",
        )
        return False
    if not _is_open(fields[column]):
        context.error(
            "changes",
            number,
            "field",
            f"{table}.{column} is not a number, and only numbers can be changed",
            value=column,
            remedy="to switch a rule on or off, change control_status.status",
        )
        return False
    if (table, column) == ("pedigrees", "min_value_share"):
        context.warn(
            "changes",
            number,
            "field",
            "value shares are those of the tables themselves; the change has no effect",
            value=column,
        )
    return True


def _is_open(field: Any) -> bool:
    return kind_of(field) in {"number", "whole number"} and not column_info(field).structural


def _rows_of(context: Context, number: int, change: Change, keys: RowKeys) -> list[int]:
    try:
        return keys.select(change.table, change.key)
    except SelectorError as fault:
        if change.table in context.lost:
            return []
        fields = columns(TABLES[change.table])
        if fault.reason.startswith("is no column"):
            remedy = context.did_you_mean(fault.part, fields)
        elif fault.reason.startswith("only takes out"):
            remedy = ""
        else:
            first = next(name for name in fields if name not in PROVENANCE)
            attribute = "from_" if first == "from" else first
            known = {str(getattr(row, attribute)) for row in context.case.rows(change.table)}
            remedy = context.did_you_mean(fault.part, sorted(known)) or (
                f"a selector on {first}, or column=selector;column=selector"
            )
        context.error(
            "changes",
            number,
            "key",
            f"{quote(fault.part)} {_words(fault.reason, change.table)}",
            value=change.key,
            remedy=remedy,
        )
        return []


def _words(reason: str, table: str) -> str:
    return f"picks no row of {table}" if reason in {"is unknown", "selects nothing"} else reason


def _branches(context: Context) -> dict[str, int]:
    """Scenario -> first period of its own."""
    return {
        row.scenario: max(context.period(row.branches_at, 1), 1) if row.parent else 1
        for row in context.case.scenarios
    }


def _step(context: Context, number: int, change: Change, branches: dict[str, int]) -> Step | None:
    first, last = context.window(change)
    if change.scenario is not None:
        if change.scenario not in branches:
            return None
        branch = branches[change.scenario]
        if change.start is not None and first < branch:
            context.error(
                "changes",
                number,
                "start",
                f"{change.start} is before scenario {quote(change.scenario)} branches in period "
                f"{branch}",
                value=change.start,
                remedy="leave it blank (from its branch), or change the parent scenario too",
            )
            return None
        first = max(first, branch)
    status = (change.table, change.field) == ("control_status", "status")
    if status:
        word = str(change.value).strip().lower()
        if word not in _STATES or change.op != "set":
            context.error(
                "changes",
                number,
                "value",
                f"{quote(change.value)} is not a status that can be set",
                value=change.value,
                remedy=context.did_you_mean(word, _STATES)
                or f"op set, and one of {', '.join(_STATES)}",
            )
        return None
    if isinstance(change.value, str):
        context.error(
            "changes",
            number,
            "value",
            f"{quote(change.value)} is not a number",
            value=change.value,
            remedy="a number or a fraction such as 1/3",
        )
        return None
    return Step(number, change.op, float(change.value), change.scenario, first, last)


def _check_values(
    context: Context,
    table: str,
    column: str,
    steps: list[tuple[Step, list[int]]],
    branches: dict[str, int],
) -> None:
    """Apply the changes of one column, row by row, and tell of values that cannot be."""
    attribute = "from_" if column == "from" else column
    rows = context.case.rows(table)
    of_row: dict[int, list[Step]] = {}
    for step, positions in steps:
        for position in positions:
            of_row.setdefault(position, []).append(step)
    field = columns(TABLES[table])[column]
    whole = holds(field.annotation, int)
    tried: set[tuple[Any, tuple[int, ...]]] = set()
    told: set[int] = set()
    for position, own in of_row.items():
        base = getattr(rows[position], attribute)
        key = (base, tuple(step.number for step in own))
        if key in tried:
            continue
        tried.add(key)
        fault = first_fault(field, base, own, branches, context.case.case.periods)
        if fault is None or fault.step.number in told:
            continue
        told.add(fault.step.number)
        name = getattr(rows[position], next(iter(_own_columns(table))))
        what = fault.reason or ("is not a whole number" if whole else "is not allowed")
        context.error(
            "changes",
            fault.step.number,
            "op" if fault.blank else "value",
            f"{column} of {quote(name)} {what}",
            value=fault.step.value,
            remedy=fault.remedy,
        )


def _own_columns(table: str) -> list[str]:
    return [
        "from_" if name == "from" else name
        for name in columns(TABLES[table])
        if name not in PROVENANCE
    ]
