r"""Shadow prices of a plan with its whole numbers fixed, and what one more of anything is worth.

With whole numbers fixed a plan is the optimum of a linear program. A cell of the case that grows by
:math:`\delta` changes its sides, bounds, coefficients and costs; with duals :math:`\pi` of the rows
and reduced costs :math:`r` of the columns the cost of the plan changes by

.. math::
    \frac{dV}{d\delta} = \sum_i \pi_i \Bigl(\Delta b_i - \sum_j \Delta A_{ij} x_j\Bigr)
      + \sum_j r_j\, \Delta u_j + \sum_j \Delta c_j x_j

(the envelope theorem; :math:`b` and :math:`u` are the sides and bounds that bind). So a capacity
that stands in several rows, in the bound of a yes/no decision too, has one price: that of the
capacity itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...models.plan import SolveStatus
from ...models.rule_rows import Change
from ..arrays import Arrays
from ..highs import Options, Session
from ..patches import Patch, difference
from ..targets import value_of
from ..tree import FloatArray, IntArray
from ..workbench import Workbench
from .edits import RowNames

ALWAYS = (-np.inf, np.inf)
"""A range without ends."""


@dataclass(frozen=True)
class Prices:
    """The linear program of a plan with its whole numbers fixed, solved.

    Attributes:
        arrays: its arrays; whole numbers are bounds.
        objective: what is minimised.
        caps: limits on other objectives.
        value: its optimum.
        point: the optimum. Shape (columns,).
        duals: what a unit more of each row's side adds. Shape (rows,).
        reduced: what a unit more of each column adds. Shape (columns,).
        row_range: lowest and highest side of each row up to which its dual holds. Shape (rows, 2).
        column_range: the same for bounds of columns. Shape (columns, 2).
    """

    arrays: Arrays
    objective: str
    caps: Mapping[str, float]
    value: float
    point: FloatArray
    duals: FloatArray
    reduced: FloatArray
    row_range: FloatArray
    column_range: FloatArray


def fixed_whole(arrays: Arrays, point: FloatArray) -> Arrays:
    """Arrays whose whole numbers are held at those of a point, and are not marked any more."""
    whole = np.flatnonzero(arrays.integer)
    lower, upper = arrays.lower.copy(), arrays.upper.copy()
    lower[whole] = upper[whole] = np.round(point[whole])
    return replace(arrays, lower=lower, upper=upper, integer=np.zeros_like(arrays.integer))


def prices_of(
    arrays: Arrays, objective: str, caps: Mapping[str, float], options: Options
) -> Prices | None:
    """Solve arrays without whole numbers; None where they have no optimum.

    Raises:
        SolverError: HiGHS refused or failed.
    """
    session = Session(arrays, objective)
    for name, limit in caps.items():
        session.cap(name, limit)
    outcome = session.solve(replace(options, time_limit=None))
    if outcome.status != SolveStatus.OPTIMAL or outcome.point is None:
        return None
    solution = session.solver.getSolution()
    height, width = arrays.matrix.shape
    scale = session.row_scale
    duals = np.array(solution.row_dual, dtype=float)[:height] * scale
    reduced = np.array(solution.col_dual, dtype=float)
    rows = np.tile([-np.inf, np.inf], (height, 1))
    columns = np.tile([-np.inf, np.inf], (width, 1))
    _, ranging = session.solver.getRanging()
    if ranging.valid:
        for at, part in enumerate((ranging.row_bound_dn, ranging.row_bound_up)):
            rows[:, at] = np.array(part.value_, dtype=float)[:height] / scale
        for at, part in enumerate((ranging.col_bound_dn, ranging.col_bound_up)):
            columns[:, at] = np.array(part.value_, dtype=float)[:width]
    return Prices(
        arrays, objective, dict(caps), value_of(arrays, objective, outcome.point), outcome.point,
        duals, reduced, rows, columns,
    )  # fmt: skip


@dataclass(frozen=True)
class Worth:
    """What one more of a cell is worth at a node.

    Attributes:
        node: the node.
        price: what it adds to what is minimised (a saving is negative).
        low, high: values of the cell, at that node alone, between which the price holds.
    """

    node: int
    price: float
    low: float
    high: float


class Cells:
    """Prices of cells of the case.

    Args:
        workbench: the case.
        prices: the plan's prices; of arrays of the workbench, with bounds held.
        nodes: node of each row and of each column of the arrays, -1 for none.
    """

    def __init__(
        self, workbench: Workbench, prices: Prices, nodes: tuple[IntArray, IntArray]
    ) -> None:
        self.workbench, self.prices = workbench, prices
        self.row_node, self.column_node = nodes
        self.names = RowNames(workbench.case)
        self.base = workbench.built.arrays

    def of(
        self, table: str, row: int, field: str, step: float, now: FloatArray | None = None
    ) -> list[Worth] | None:
        """Prices of one more of a cell in each node; None where it changes the rows there are.

        Args:
            table: its table.
            row: its row, from 0.
            field: its column.
            step: a small amount, to see what it changes.
            now: value of the cell at each node, for the range in which a price holds.
        """
        key = self.names.key(table, row)
        change = Change(table=table, key=key, field=field, op="add", value=step)
        try:
            after = self.workbench.changed([change]).arrays
        except ValueError:
            return None
        patch = difference(self.base, after)
        if patch is None:
            return None
        sums = _Sums()
        self._add_sides(sums, patch, step)
        self._add_bounds(sums, patch, step)
        self._add_entries(sums, patch, step)
        self._add_costs(sums, patch, step)
        return [
            Worth(node, price, *_around(now, node, sums.binding.get(node)))
            for node, price in sorted(sums.price.items())
            if price
        ]

    def _add_sides(self, sums: _Sums, patch: Patch, step: float) -> None:
        """What sides of rows add: only the one that binds, as the sign of its dual says."""
        for (at_rows, values), old, upper in (
            (patch.row_lower, self.base.row_lower, False),
            (patch.row_upper, self.base.row_upper, True),
        ):
            for at, value in zip(at_rows.tolist(), values.tolist(), strict=True):
                dual = float(self.prices.duals[at])
                if dual and (dual > 0) != upper and np.isfinite(old[at]):
                    slope = (value - float(old[at])) / step
                    ends = _shifted(self.prices.row_range[at], float(old[at]), slope)
                    sums.add(int(self.row_node[at]), dual * slope, ends)

    def _add_bounds(self, sums: _Sums, patch: Patch, step: float) -> None:
        """What bounds of columns add, where they bind and no whole number is held instead."""
        held = self.prices.arrays
        for (at_columns, values), old, upper in (
            (patch.lower, self.base.lower, False), (patch.upper, self.base.upper, True),
        ):  # fmt: skip
            for at, value in zip(at_columns.tolist(), values.tolist(), strict=True):
                cost = float(self.prices.reduced[at])
                if not cost or (cost > 0) == upper or not np.isfinite(old[at]):
                    continue
                if self.base.integer[at] or held.lower[at] == held.upper[at] != float(old[at]):
                    continue
                slope = (value - float(old[at])) / step
                ends = _shifted(self.prices.column_range[at], float(old[at]), slope)
                sums.add(int(self.column_node[at]), cost * slope, ends)

    def _add_entries(self, sums: _Sums, patch: Patch, step: float) -> None:
        """What coefficients add: behind yes/no decisions taken, and shares of what is there."""
        for (at, column), value in zip(patch.entries.tolist(), patch.values.tolist(), strict=True):
            dual, level = float(self.prices.duals[at]), float(self.prices.point[column])
            if dual and level:
                slope = -(value - float(self.base.matrix[at, column])) / step * level
                side = float(self.base.row_upper[at] if dual < 0 else self.base.row_lower[at])
                ends = _shifted(self.prices.row_range[at], side, slope)
                sums.add(int(self.row_node[at]), dual * slope, ends)

    def _add_costs(self, sums: _Sums, patch: Patch, step: float) -> None:
        """What cost coefficients and the constant add."""
        name = self.prices.objective
        if name in patch.objectives:
            costs = self.base.objectives[name]
            for at, value in zip(*patch.objectives[name], strict=True):
                slope = (float(value) - float(costs[at])) / step * float(self.prices.point[at])
                sums.add(int(self.column_node[at]), slope, ALWAYS)
        if name in patch.offsets:
            sums.add(-1, (patch.offsets[name] - self.base.offsets[name]) / step, ALWAYS)


class _Sums:
    """Prices by node, and the ends of the range of the one that counts most."""

    def __init__(self) -> None:
        self.price: dict[int, float] = {}
        self.binding: dict[int, tuple[float, tuple[float, float]]] = {}

    def add(self, node: int, value: float, ends: tuple[float, float]) -> None:
        """Add a part of a node's price; what belongs to no node counts at the first."""
        node = max(node, 0)
        self.price[node] = self.price.get(node, 0.0) + value
        if abs(value) > self.binding.get(node, (0.0, ALWAYS))[0]:
            self.binding[node] = abs(value), ends


def _shifted(side_range: FloatArray, side: float, slope: float) -> tuple[float, float]:
    """How far a cell may go down and up, from how far a side may go."""
    if not slope or not np.isfinite(side):
        return ALWAYS
    ends = sorted((float(end) - side) / slope for end in side_range)
    return min(ends[0], 0.0), max(ends[1], 0.0)


def _around(
    now: FloatArray | None, node: int, binding: tuple[float, tuple[float, float]] | None
) -> tuple[float, float]:
    value = 0.0 if now is None or node < 0 else float(now[min(node, len(now) - 1)])
    if binding is None:
        return ALWAYS
    low, high = binding[1]
    return value + low, value + high


def differs_by(prices: Prices, changes: Sequence[Change], workbench: Workbench) -> float | None:
    """What some changes of the case add to the plan's cost, its whole numbers fixed: a re-solve.

    None where they take the plan away, or change the rows there are.
    """
    after = workbench.changed(changes).arrays
    if difference(workbench.built.arrays, after) is None:
        return None
    lower, upper = after.lower.copy(), after.upper.copy()
    whole = np.flatnonzero(workbench.built.arrays.integer)
    lower[whole], upper[whole] = prices.arrays.lower[whole], prices.arrays.upper[whole]
    held = replace(after, lower=lower, upper=upper, integer=np.zeros_like(after.integer))
    found = prices_of(held, prices.objective, prices.caps, Options(threads=1))
    return None if found is None else found.value - prices.value
