"""The case, read again: its numbers at the nodes of the tree, its windows, its lags."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ...models.case import Case
from ...models.names import CaseNames
from ..tree import build_tree
from ..values import Values

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def pivot(table: pd.DataFrame, column: str, shape: tuple[int, int]) -> FloatArray:
    """Sums of a column of the plan by its rows' ``position`` and ``node``, of a shape."""
    place = table["position"].to_numpy(dtype=np.int64) * shape[1]
    place = place + table["node"].to_numpy(dtype=np.int64)
    total = np.bincount(place, table[column].to_numpy(dtype=float), shape[0] * shape[1])
    return total.astype(float).reshape(shape)


class Reading:
    """A case on its scenario tree.

    Attributes:
        case: the case.
        tree: its scenario tree.
        names: what its selectors may pick from.
        size: number of nodes.
        days: days of a period.
        discount: what money at each node is worth in period 1. Shape (nodes,).
        strategic: whether strategic decisions may be taken at a node. Shape (nodes,).
    """

    def __init__(self, case: Case, selected: Sequence[str] | None = None) -> None:
        self.case = case
        self.tree = build_tree(case, selected)
        self.names = CaseNames(case)
        self.size = self.tree.size
        self.days = case.case.months_per_period * 30.4375
        years = (self.tree.period - 1) * case.case.months_per_period / 12
        self.discount: FloatArray = (1 + case.case.discount_rate) ** (-years)
        since = np.asarray(self.tree.period - 1 + case.case.periods_before, dtype=np.int64)
        self.strategic: BoolArray = np.zeros(self.size, dtype=bool)
        self.strategic[since % case.case.decide_every == 0] = True
        self._values = Values(case, self.tree, self.names)
        self._spans: dict[str, tuple[IntArray, IntArray]] = {}
        self._selected: dict[tuple[str, str | None], frozenset[str]] = {}

    def at(self, table: str, column: str, rows: ArrayLike, nodes: ArrayLike) -> FloatArray:
        """Value of a column in given rows at given nodes, after changes; broadcasts."""
        array = self._values.compact(table, column)
        where = np.asarray(nodes, dtype=np.int64)
        positions = np.asarray(rows, dtype=np.int64)
        if array.shape[1] == 1:
            where = np.zeros_like(where)
        found: FloatArray = array[positions, where]
        return found

    def dense(self, table: str, column: str) -> FloatArray:
        """Values of a whole column, shape (rows, nodes)."""
        return self._values.array(table, column)

    def ever(self, table: str, column: str) -> BoolArray:
        """Whether a column is positive at some node. Shape (rows,)."""
        array = self._values.compact(table, column)
        some: BoolArray = np.asarray((np.nan_to_num(array) > 0).any(axis=1))
        return some

    def status(self) -> NDArray[np.object_]:
        """Status of each row of `control_status` at each node."""
        return self._values.status()

    def span(self, table: str) -> tuple[IntArray, IntArray]:
        """First and last period of each row of a table with `start` and `end`."""
        if table not in self._spans:
            rows = self.case.rows(table)
            first = [self.case.period(row.start, 1) for row in rows]
            last = [self.case.period(row.end, self.tree.periods) for row in rows]
            self._spans[table] = (
                np.array(first, dtype=np.int64),
                np.array(last, dtype=np.int64),
            )
        return self._spans[table]

    def inside(self, table: str, rows: ArrayLike, nodes: ArrayLike) -> BoolArray:
        """Whether nodes lie between `start` and `end` of given rows; broadcasts."""
        first, last = self.span(table)
        positions = np.asarray(rows, dtype=np.int64)
        period = self.tree.period[np.asarray(nodes, dtype=np.int64)]
        within: BoolArray = (period >= first[positions]) & (period <= last[positions])
        return within

    def inside_dense(self, table: str) -> BoolArray:
        """Whether each node lies between `start` and `end` of each row. Shape (rows, nodes)."""
        rows = np.arange(len(self.case.rows(table)), dtype=np.int64)
        return self.inside(table, rows[:, None], np.arange(self.size)[None, :])

    def lag(self, days: ArrayLike) -> IntArray:
        """Periods that a number of days takes: floor(days / days of a period + 0.5).

        A half counts as reached within 1e-9, so that the rounding of a sum of days is no matter.
        """
        periods = np.asarray(days, dtype=float) / self.days
        return np.floor(periods + 0.5 + 1e-9).astype(np.int64)

    def onward(self, nodes: ArrayLike, lags: ArrayLike) -> tuple[IntArray, IntArray]:
        """Every (position, node) that what leaves ``nodes[position]`` reaches ``lags`` later."""
        start = np.asarray(nodes, dtype=np.int64)
        delay = np.asarray(lags, dtype=np.int64)
        positions: list[IntArray] = [np.zeros(0, dtype=np.int64)]
        reached: list[IntArray] = [np.zeros(0, dtype=np.int64)]
        for lag in np.unique(delay):
            if lag >= self.tree.periods:
                continue
            chosen = np.flatnonzero(delay == lag)
            before = self.tree.ancestors[:, lag]
            order = np.argsort(before, kind="stable")
            first = np.searchsorted(before[order], start[chosen], "left")
            count = np.searchsorted(before[order], start[chosen], "right") - first
            step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
            positions.append(np.repeat(chosen, count))
            reached.append(order[np.repeat(first, count) + step])
        return np.concatenate(positions), np.concatenate(reached)

    def per_node(self, nodes: ArrayLike, amounts: ArrayLike) -> FloatArray:
        """Sums of amounts by node. Shape (nodes,)."""
        weights = np.asarray(amounts, dtype=float)
        found = np.bincount(np.asarray(nodes, dtype=np.int64), weights, self.size)
        return found.astype(np.float64)

    def along(self, amounts: FloatArray) -> FloatArray:
        """Sums over the path to each node, itself included. Shape (..., nodes)."""
        total = np.array(amounts, dtype=float)
        for period in range(2, self.tree.periods + 1):
            nodes = self.tree.in_period(period)
            total[..., nodes] += total[..., self.tree.parent[nodes]]
        return total

    def earlier(self, amounts: FloatArray, periods: ArrayLike) -> FloatArray:
        """Values that many periods earlier on the path, 0 before the first.

        ``amounts`` has shape (rows, nodes); ``periods`` is a number, or one per row.
        """
        back = np.broadcast_to(np.asarray(periods, dtype=np.int64), (amounts.shape[0],))
        known = np.minimum(back, self.tree.periods - 1)
        before = self.tree.ancestors[:, known].T
        found = np.take_along_axis(amounts, np.maximum(before, 0), axis=1)
        missing = (before < 0) | (back[:, None] >= self.tree.periods)
        return np.where(missing, 0.0, found)

    def after(self, amounts: FloatArray, delays: IntArray) -> FloatArray:
        """Sums over the path of what counts from ``delays`` periods after its node on.

        All of shape (rows, nodes).
        """
        rows, nodes = np.nonzero(amounts)
        source, reached = self.onward(nodes, delays[rows, nodes])
        found = np.zeros(amounts.shape)
        np.add.at(found, (rows[source], reached), amounts[rows, nodes][source])
        return self.along(found)

    def windows(
        self, kind: str, first: int, last: int
    ) -> list[tuple[IntArray, Callable[[FloatArray], FloatArray]]]:
        """The windows of a rule that binds from ``first`` to ``last``.

        Each is (last nodes, sum): ``sum`` turns amounts per node, shape (..., nodes), into their
        sums over the window on the path to each last node, shape (..., last nodes). The first
        of them holds period 1 if ``first`` is not later.
        """
        first, last = max(first, 1), min(last, self.tree.periods)
        length = {"period": 1, "horizon": self.tree.periods}.get(kind, 0)
        if kind == "year":
            length = max(1, round(12 / self.case.case.months_per_period))
        passed = self.case.case.periods_before % length if kind == "year" else 0
        found = []
        for block in range(1 - passed, self.tree.periods + 1, length):
            begin, end = max(block, first), min(block + length - 1, last)
            if begin <= end:
                nodes = self.tree.in_period(end)
                found.append((nodes, self._summing(nodes, end - begin + 1)))
        return found

    def _summing(self, nodes: IntArray, length: int) -> Callable[[FloatArray], FloatArray]:
        path = self.tree.ancestors[nodes, :length]

        def summed(amounts: FloatArray) -> FloatArray:
            total: FloatArray = amounts[..., path].sum(axis=-1)
            return total

        return summed

    def select(self, kind: str, selector: str | None) -> frozenset[str]:
        """Names that a selector of a kind picks (None: all)."""
        key = (kind, selector)
        if key not in self._selected:
            self._selected[key] = frozenset(self.names.of(kind).select(selector))
        return self._selected[key]

    def when(self, node: int) -> str:
        """A node as people call it."""
        label = self.case.period_label(int(self.tree.period[node]))
        if len(self.tree.scenarios) > 1:
            return f"period {label} of scenario {self.tree.owner[node]}"
        return f"period {label}"

    def line(self, table: str, row: int, *details: Any) -> str:
        """A row of a table of the case as people call it."""
        own = self.case.rows(table)[row]
        columns = _NAMED.get(table, ("plant", "site", "material"))
        name = " ".join(str(getattr(own, column)) for column in columns if hasattr(own, column))
        return ", ".join([f"{table} row {row + 1} ({name})", *(str(part) for part in details)])

    def told(
        self, table: str, rows: ArrayLike, nodes: ArrayLike, *details: str
    ) -> Callable[[int], str]:
        """Names rows of a table at nodes, by their position in the arrays given."""
        places, when = np.broadcast_arrays(np.asarray(rows), np.asarray(nodes))

        def where(i: int) -> str:
            return self.line(table, int(places[i]), *details, self.when(int(when[i])))

        return where


_NAMED = {
    "offers": ("offer",),
    "plants": ("plant",),
    "lanes": ("lane",),
    "policies": ("policy",),
    "controls": ("control",),
}
