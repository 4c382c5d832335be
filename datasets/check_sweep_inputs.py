"""Checks of a sweep against a case: each input like a row of the case's ``changes``."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from ..models.case import Case
from ..models.problems import Problem
from ..models.rule_rows import Change
from ..models.sweep import Input, Sweep
from . import check_changes, check_names, check_time
from .check_context import Context
from .parse import Parsed

CHECKS = (
    check_names.check_for_unknown_references,
    check_time.check_for_dates_without_start,
    check_time.check_for_empty_windows,
)


def check_inputs(sweep: Sweep, case: Case) -> list[Problem]:
    """What is wrong with the inputs of a sweep for a case: each like a row of its ``changes``.

    Every listed text, and the least and largest number of each input, are tried one by one beside
    the case's own changes of the same column.
    """
    problems: list[Problem] = []
    for number, one in enumerate(sweep.inputs, start=1):
        tried = _tried(one, number, sweep)
        columns = [column for column, _ in tried] or [""]
        rows = [one.change(value) for _, value in tried] or [one.change(1.0)]
        own = [row for row in case.changes if (row.table, row.field) == (one.table, one.field)]
        found = problems_of_changes(case, [], [rows[0]], CHECKS)
        for column, row in zip(columns, rows, strict=True):
            more = problems_of_changes(case, own, [row], (check_changes.check_for_bad_changes,))
            found += [
                replace(one, column=column if one.column == "value" else one.column) for one in more
            ]
        problems += [replace(problem, row=number) for problem in dict.fromkeys(found)]
    return list(dict.fromkeys(problems))


def _tried(one: Input, number: int, sweep: Sweep) -> list[tuple[str, float | str]]:
    """(column, value) of an input that are tried."""
    listed = one.values
    column = "values"
    if sweep.sweep.design == "list":
        listed = [row[number - 1] for row in sweep.rows if row[number - 1] is not None]  # type: ignore[misc]  # None is left out
        column = "rows"
    tried: list[tuple[str, float | str]] = []
    if listed is not None:
        numbers = [value for value in listed if isinstance(value, float)]
        texts = dict.fromkeys(value for value in listed if isinstance(value, str))
        tried = [(column, value) for value in texts]
        tried += [(column, value) for value in dict.fromkeys((*_ends(numbers),))]
    else:
        ends = (("low", one.low), ("high", one.high))
        tried = [(name, value) for name, value in ends if value is not None]
    if one.base is not None:
        tried.append(("base", one.base))
    return tried


def _ends(numbers: list[float]) -> tuple[float, ...]:
    return (min(numbers), max(numbers)) if numbers else ()


def problems_of_changes(
    case: Case,
    own: list[Change],
    rows: list[Change],
    checks: Collection[Callable[[Context], None]],
) -> list[Problem]:
    """Errors about rows of changes, without those about the case's own.

    Args:
        case: a checked case.
        own: its own changes, which come first.
        rows: the changes to check.
        checks: what to check them with.
    """
    trial = case.model_copy(update={"changes": [*own, *rows]})
    context = Context(Parsed(trial))
    for check in checks:
        check(context)
    return [
        replace(problem, table="inputs", row=None)
        for problem in context.problems
        if problem.table == "changes" and (problem.row or 0) > len(own) and problem.level == "error"
    ]
