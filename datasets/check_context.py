"""What the checks of a case share: its rows and their numbers, its names, where to complain."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any

from ..models.case import TABLES, Case
from ..models.names import CaseNames
from ..models.problems import Problem
from ..models.selectors import SelectorError
from .nearest import did_you_mean
from .parse import Parsed

_MOST_HINTS = 100


class Context:
    """A case under check.

    Attributes:
        case: the case as far as it was understood.
        problems: what was found so far.
        names: universes of its selectors; groups that contain themselves are left out of it.
        lost: tables that have lost rows, so that what is missing from them proves nothing.
    """

    def __init__(self, parsed: Parsed) -> None:
        self.case = parsed.case
        self.problems: list[Problem] = []
        self.names = CaseNames(parsed.case)
        self.lost = set(parsed.lost)
        self._numbers = parsed.numbers
        self._bad_cells = set(parsed.bad_cells)
        self._mended = {(table, row) for table, row, _ in parsed.bad_cells}
        self._bad_rows: set[tuple[str, int]] = set()
        self._hints: dict[tuple[str, int], str] = {}
        self._selections: dict[tuple[str, str], frozenset[str] | None] = {}

    def rows(self, table: str) -> Iterator[tuple[int, Any]]:
        """Number and row of every row of a table."""
        rows = self.case.rows(table)
        numbers = self._numbers.get(table) or range(1, len(rows) + 1)
        return zip(numbers, rows, strict=True)

    def sound(self, table: str) -> Iterator[tuple[int, Any]]:
        """Number and row of every row whose references and selectors hold."""
        return (pair for pair in self.rows(table) if (table, pair[0]) not in self._bad_rows)

    def doubtful(self, *tables: str) -> bool:
        """Whether rows of a table are missing or refer to nothing, so that a lack means little."""
        bad = {table for table, _ in self._bad_rows}
        return any(table in self.lost or table in bad for table in tables)

    def error(self, table: str, row: int | None, column: str, message: str, **more: Any) -> None:
        """Note that the case cannot be read, or means nothing, here."""
        self._note(Problem("error", message, table, row, column, **more))

    def warn(self, table: str, row: int | None, column: str, message: str, **more: Any) -> None:
        """Note something that can be solved, but is hardly meant."""
        self._note(Problem("warning", message, table, row, column, **more))

    def bad_reference(self, table: str, row: int) -> None:
        """Leave a row out of the checks that need its references."""
        self._bad_rows.add((table, row))

    def _note(self, problem: Problem) -> None:
        row = problem.row
        if row is not None and (problem.table, row, problem.column) in self._bad_cells:
            return  # what stands there now is a stand-in for a cell already complained of
        if problem.level == "warning" and (problem.table, row) in self._mended:
            return  # it may follow from the stand-in
        self.problems.append(problem)

    def did_you_mean(self, name: str, known: Collection[str]) -> str:
        """'did you mean DE?', or '' where nothing is alike or too many have asked already.

        Looking for the nearest of thousands of names takes milliseconds, and a file may have
        thousands of wrong ones.
        """
        key = (name, len(known))
        if key not in self._hints:
            if len(self._hints) >= _MOST_HINTS:
                return ""
            self._hints[key] = did_you_mean(name, known)
        return self._hints[key]

    def select(self, kind: str, selector: str | None) -> frozenset[str]:
        """Names that a selector picks (None: all); nothing where it means nothing."""
        if selector is None:
            selector = "*"
        key = (kind, selector)
        if key not in self._selections:
            try:
                self._selections[key] = frozenset(self.names.of(kind).select(selector))
            except SelectorError:
                self._selections[key] = frozenset()
        return self._selections[key] or frozenset()

    def period(self, value: int | str | None, default: int) -> int:
        """Number of a period; the default for a date that has no meaning in the case."""
        try:
            return self.case.period(value, default)
        except ValueError:
            return default

    def window(self, row: Any) -> tuple[int, int]:
        """First and last period of a row with start and end, not clipped to the horizon."""
        return self.period(row.start, 1), self.period(row.end, self.case.case.periods)

    def lag(self, days: float) -> int:
        """Periods that ``days`` take: floor(days / days of a period + 0.5)."""
        return int(days / self.case.days_per_period + 0.5)

    @cached_property
    def changed(self) -> frozenset[tuple[str, str]]:
        """(table, column) that some change alters."""
        return frozenset((row.table, row.field) for row in self.case.changes)

    @cached_property
    def known(self) -> dict[str, dict[str, int]]:
        """Table -> name in its first column -> row number, where names are unique."""
        found: dict[str, dict[str, int]] = {}
        for table, column in NAMED.items():
            names = found.setdefault(table, {})
            for number, row in self.rows(table):
                names.setdefault(getattr(row, column), number)
        return found


NAMED = {
    "materials": "material",
    "sites": "site",
    "offers": "offer",
    "processes": "process",
    "plants": "plant",
    "lanes": "lane",
    "technologies": "technology",
    "pedigrees": "pedigree",
    "controls": "control",
    "policies": "policy",
    "scenarios": "scenario",
}
"""Tables that other rows refer to, and the column that holds the name."""

assert set(NAMED) <= set(TABLES)


def without(case: Case, table: str, rows: list[Any]) -> Case:
    """A copy of a case with other rows in one table."""
    return case.model_copy(update={table: rows})
