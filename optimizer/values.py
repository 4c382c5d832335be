"""The value of every number of a case at every node, after `changes`.

Tables hold one value per row; `changes` make it differ by period and scenario. The rest of the
optimizer asks here for an array of shape (rows, nodes) and never looks at `changes` itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from contextlib import contextmanager
from functools import cache
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from ..models.case import TABLES, Case, columns
from ..models.fields import parse_number
from ..models.names import CaseNames
from ..models.row_keys import RowKeys
from ..models.rule_rows import Change
from ..models.selectors import SelectorError
from .tree import FloatArray, Tree

Field = tuple[str, str]
"""Table and column."""
CHANGEABLE_TEXT = {("control_status", "status")}
"""Columns that are not numbers and may be changed all the same."""


class ChangeError(ValueError):
    """A row of `changes` that cannot be applied. ``row`` is its number, from 1."""

    def __init__(self, row: int, column: str, message: str) -> None:
        super().__init__(f"changes row {row}, {column}: {message}")
        self.row = row
        self.column = column
        self.message = message


class Values:
    """Numbers of a case at the nodes of a tree.

    Arrays without changes have shape (rows, 1) and broadcast; those with changes (rows, nodes).
    Blank cells are NaN.
    """

    def __init__(self, case: Case, tree: Tree, names: CaseNames | None = None) -> None:
        self.case = case
        self.tree = tree
        self.names = names or CaseNames(case)
        self.keys = RowKeys(case, self.names)
        self._by_field: dict[Field, list[tuple[int, Change]]] = {}
        for number, change in enumerate(case.changes, start=1):
            self._by_field.setdefault((change.table, change.field), []).append((number, change))
        self._cache: dict[Field, FloatArray] = {}
        self._recorders: list[set[Field]] = []
        self._outdated: Set[Field] = frozenset()

    def extended(self, case: Case) -> tuple[Values, set[Field]]:
        """Numbers of the same case with more rows at the end of its `changes`.

        Returns:
            The numbers, and the fields in which they differ.
        """
        more = Values.__new__(Values)
        more.__dict__ = {**self.__dict__, "case": case, "_recorders": [], "_outdated": frozenset()}
        more._by_field = {name: list(rows) for name, rows in self._by_field.items()}
        more._cache = dict(self._cache)
        fresh: dict[Field, list[tuple[int, Change]]] = {}
        known = len(self.case.changes)
        for number, change in enumerate(case.changes[known:], start=known + 1):
            fresh.setdefault((change.table, change.field), []).append((number, change))
        changed = set()
        for name, rows in fresh.items():
            more._by_field.setdefault(name, []).extend(rows)
            if name in CHANGEABLE_TEXT or not self._same_after(more, name, rows):
                changed.add(name)
        return more, changed

    def _same_after(self, more: Values, name: Field, rows: list[tuple[int, Change]]) -> bool:
        """Apply more rows to a field, and tell whether they change anything."""
        before = self.array(*name)
        array = before.copy()
        for number, change in rows:
            self._apply(array, number, change)
        if np.array_equal(array, before, equal_nan=True):
            return True
        array.setflags(write=False)
        more._cache[name] = array
        return False

    def differing(self, other: Values) -> set[Field]:
        """Fields in which these numbers differ from others of the same case with other changes."""
        fields = self._by_field.keys() | other._by_field.keys()
        changed = (name for name in fields if self._by_field.get(name) != other._by_field.get(name))
        return {
            name
            for name in changed
            if name in CHANGEABLE_TEXT
            or not np.array_equal(self.array(*name), other.array(*name), equal_nan=True)
        }

    @contextmanager
    def recording(self) -> Iterator[set[Field]]:
        """Collect the fields that are read."""
        read: set[Field] = set()
        self._recorders.append(read)
        try:
            yield read
        finally:
            self._recorders.pop()

    @contextmanager
    def outdated(self, fields: Set[Field]) -> Iterator[None]:
        """Refuse to hand out fields that newer numbers replace."""
        before, self._outdated = self._outdated, fields
        try:
            yield
        finally:
            self._outdated = before

    def touch(self, table: str, column: str) -> None:
        """Note that a field is read."""
        key = (table, column)
        if key in self._outdated:
            raise RuntimeError(f"{table}.{column} was read as it was before it changed")
        for read in self._recorders:
            read.add(key)

    def base(self, table: str, column: str) -> FloatArray:
        """The values in the table itself, before changes. Shape (rows,)."""
        attribute = "from_" if column == "from" else column
        cells = [getattr(row, attribute) for row in self.case.rows(table)]
        return np.array([np.nan if cell is None else cell for cell in cells], dtype=float)

    def compact(self, table: str, column: str) -> FloatArray:
        """Values after changes: shape (rows, 1) where nothing changes, else (rows, nodes)."""
        self.touch(table, column)
        key = (table, column)
        if key not in self._cache:
            array = self.base(table, column)[:, None]
            if key in self._by_field:
                array = np.repeat(array, self.tree.size, axis=1)
                for number, change in self._by_field[key]:
                    self._apply(array, number, change)
            array.setflags(write=False)
            self._cache[key] = array
        return self._cache[key]

    def array(self, table: str, column: str) -> FloatArray:
        """Values after changes, shape (rows, nodes); read-only."""
        array = self.compact(table, column)
        return np.broadcast_to(array, (array.shape[0], self.tree.size))

    def status(self) -> NDArray[np.object_]:
        """Status of every row of `control_status` at every node, after changes."""
        self.touch("control_status", "status")
        rows = self.case.control_status
        array = np.empty((len(rows), self.tree.size), dtype=object)
        for position, row in enumerate(rows):
            array[position, :] = row.status
        for number, change in self._by_field.get(("control_status", "status"), []):
            self._apply(array, number, change)
        return array

    def nodes_of(self, change: Change, number: int = 0) -> NDArray[np.bool_]:
        """The nodes a change applies at. Shape (nodes,)."""
        tree = self.tree
        first = self.case.period(change.start, 1)
        last = self.case.period(change.end, tree.periods)
        if change.scenario is None:
            own = np.ones(tree.size, dtype=bool)
        else:
            branch = tree.branch.get(change.scenario, 1)
            if change.start is not None and first < branch:
                raise ChangeError(
                    number,
                    "start",
                    f"{change.start} is before scenario {change.scenario!r} branches",
                )
            own = np.array([owner == change.scenario for owner in tree.owner])
        inside: NDArray[np.bool_] = own & (tree.period >= first) & (tree.period <= last)
        return inside

    def rows_of(self, change: Change, number: int = 0) -> list[int]:
        """Positions of the rows a change applies to."""
        try:
            return self.keys.select(change.table, change.key)
        except SelectorError as error:
            raise ChangeError(number, "key", str(error)) from None

    def _apply(self, array: NDArray[Any], number: int, change: Change) -> None:
        rows = self.rows_of(change, number)
        where = np.ix_(np.array(rows), np.flatnonzero(self.nodes_of(change, number)))
        if (change.table, change.field) in CHANGEABLE_TEXT:
            array[where] = str(change.value).strip().lower()
            return
        try:
            operand = parse_number(change.value, infinite=True)
        except PydanticCustomError:
            raise ChangeError(number, "value", f"{change.value!r} is not a number") from None
        if change.op == "set":
            array[where] = operand
        elif np.isnan(array[where]).any():
            raise ChangeError(
                number, "op", f"{change.op} needs a number to change, and it is blank"
            )
        elif change.op == "multiply":
            array[where] *= operand
        else:
            array[where] += operand
        self._check(array[where], number, change)

    def _check(self, values: FloatArray, number: int, change: Change) -> None:
        if np.isnan(values).any():
            raise ChangeError(number, "value", f"{change.field} would be no number")
        adapter = _adapter(change.table, change.field)
        for value in np.unique(values):
            try:
                adapter.validate_python(float(value))
            except ValidationError as error:
                what = error.errors()[0]["msg"]
                raise ChangeError(
                    number,
                    "value",
                    f"{change.field} would be {value:g}: {what[0].lower()}{what[1:]}",
                ) from None


@cache
def _adapter(table: str, column: str) -> TypeAdapter[Any]:
    """What a number of a column must be."""
    field = columns(TABLES[table])[column]
    kind: Any = field.annotation
    if field.metadata:
        kind = Annotated[kind, *field.metadata]
    return TypeAdapter(kind)
