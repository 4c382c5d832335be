"""What is changed in a case to mend it: cells, rows of `changes`, rows added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...models.case import TABLES, UNIQUE, Case, columns
from ...models.names import CaseNames
from ...models.row_keys import PROVENANCE, RowKeys
from ...models.rule_rows import Change
from ...models.selectors import SelectorError


@dataclass(frozen=True)
class Edit:
    """One change of a case.

    Attributes:
        how: 'change' (a row of `changes`), 'set' (a cell), 'add' (a row of a table) or 'free'
            (a decision kept from an earlier plan is taken anew).
        table: of the cell, of the row added, or that a row of `changes` is about.
        row: position of the row, from 0; -1 for a row added.
        column: of the cell.
        value: new value of the cell, or cells of a row added.
        change: the row of `changes`.
    """

    how: str
    table: str
    row: int = -1
    column: str = ""
    value: Any = None
    change: Change | None = None

    def record(self) -> dict[str, Any]:
        """The edit as plain values: what a script needs to apply it."""
        if self.change is not None:
            cells = self.change.model_dump(exclude_none=True)
            own = {name: cells[name] for name in cells if name not in PROVENANCE}
            return {"how": "changes", **own}
        row = None if self.row < 0 else self.row + 1
        if self.how == "set":
            return {
                "how": "cell", "table": self.table, "row": row,
                "column": self.column, "value": self.value,
            }  # fmt: skip
        return {"how": self.how, "table": self.table, "row": row, "value": self.value}


def applied(case: Case, edits: Sequence[Edit]) -> Case:
    """The case with some edits; those of kept decisions are no part of it."""
    tables: dict[str, list[Any]] = {}

    def rows(table: str) -> list[Any]:
        return tables.setdefault(table, list(case.rows(table)))

    settings = case.case
    for edit in edits:
        if edit.how == "set" and edit.table == "case":
            settings = settings.model_copy(update={edit.column: edit.value})
        elif edit.how == "set":
            own = rows(edit.table)
            own[edit.row] = own[edit.row].model_copy(update={edit.column: edit.value})
        elif edit.how == "add":
            rows(edit.table).append(TABLES[edit.table].model_validate(edit.value))
    for edit in edits:
        if edit.change is not None:
            rows("changes").append(edit.change)
    return case.model_copy(update={**tables, "case": settings})


class RowNames:
    """Keys for rows of `changes` that pick one row of a case."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.keys = RowKeys(case, CaseNames(case))
        self._known: dict[tuple[str, int], str] = {}

    def key(self, table: str, row: int) -> str:
        """A key that picks the row, and as few others as columns can tell apart."""
        if (table, row) not in self._known:
            self._known[table, row] = self._key(table, row)
        return self._known[table, row]

    def rows(self, table: str, row: int) -> list[int]:
        """Every row that the key of a row picks."""
        return self.keys.select(table, self.key(table, row))

    def _key(self, table: str, row: int) -> str:
        names = [name for name in columns(TABLES[table]) if name not in PROVENANCE]
        unique = UNIQUE.get(table, ())
        best, fewest = "*", len(self.case.rows(table)) + 1
        for wanted in ((names[0],), unique, tuple(names)):
            pairs = [f"{name}={cell}" for name in wanted if (cell := self._cell(table, row, name))]
            if not pairs:
                continue
            key = pairs[0].partition("=")[2] if wanted == (names[0],) else ";".join(pairs)
            try:
                found = len(self.keys.select(table, key))
            except SelectorError:
                continue
            if found < fewest:
                best, fewest = key, found
            if found == 1:
                break
        return best

    def _cell(self, table: str, row: int, name: str) -> str:
        value = getattr(self.case.rows(table)[row], "from_" if name == "from" else name)
        if value is None or isinstance(value, (float, bool)):
            return ""
        text = str(value)
        return "" if any(mark in text for mark in ",;=*!@") else text

    def change(self, table: str, row: int, field: str, op: str, value: Any, **when: Any) -> Edit:
        """A row of `changes` for one cell."""
        change = Change(
            table=table, key=self.key(table, row), field=field, op=op, value=value, **when
        )
        return Edit("change", table, row, field, value, change)
