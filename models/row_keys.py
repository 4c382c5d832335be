"""Which rows of a table the `key` of a change picks."""

from __future__ import annotations

from typing import Any

from .case import TABLES, Case, columns
from .fields import column_info
from .names import CaseNames
from .selectors import Names, SelectorError

PROVENANCE = ("source", "source_date", "confidence", "note")
"""Columns that every table may carry."""


class RowKeys:
    """Selects rows of a case by key, and remembers what it has looked up."""

    def __init__(self, case: Case, names: CaseNames) -> None:
        self.case = case
        self.names = names
        self._columns: dict[tuple[str, str], tuple[Names, dict[str, list[int]]]] = {}
        self._found: dict[tuple[str, str], list[int]] = {}

    def select(self, table: str, key: str) -> list[int]:
        """Positions of the rows that ``key`` picks, in order.

        ``key`` is a selector on the table's first column, or ``column=selector;column=selector``.

        Raises:
            SelectorError: an unknown column, or a selector that hits nothing.
        """
        if (table, key) not in self._found:
            self._found[table, key] = self._select(table, key)
        return self._found[table, key]

    def _select(self, table: str, key: str) -> list[int]:
        chosen: set[int] | None = None
        for column, selector in _pairs(table, key):
            universe, positions = self._index(table, column)
            if selector in {"", "*"}:
                continue
            hit = {row for name in universe.select(selector) for row in positions[name]}
            chosen = hit if chosen is None else chosen & hit
        found = list(range(len(self.case.rows(table)))) if chosen is None else sorted(chosen)
        if not found:
            raise SelectorError(key, f"selects no row of {table}")
        return found

    def _index(self, table: str, column: str) -> tuple[Names, dict[str, list[int]]]:
        if (table, column) not in self._columns:
            field = columns(TABLES[table]).get(column)
            if field is None:
                raise SelectorError(column, f"is no column of {table}")
            attribute = "from_" if column == "from" else column
            positions: dict[str, list[int]] = {}
            for number, row in enumerate(self.case.rows(table)):
                if (cell := _cell(getattr(row, attribute))) != "":
                    positions.setdefault(cell, []).append(number)
            sites = column_info(field).refers == "sites" or column == "site"
            places = {name: self.names.country.get(name, "") for name in positions}
            universe = Names(list(positions), self.names.groups, places if sites else None)
            self._columns[table, column] = universe, positions
        return self._columns[table, column]


def _pairs(table: str, key: str) -> list[tuple[str, str]]:
    if "=" not in key:
        first = next(name for name in columns(TABLES[table]) if name not in PROVENANCE)
        return [(first, key.strip())]
    pairs = []
    for part in key.split(";"):
        column, _, selector = part.partition("=")
        pairs.append((column.strip(), selector.strip()))
    return pairs


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)
