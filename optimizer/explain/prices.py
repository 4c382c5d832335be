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
from ..patches import difference
from ..targets import value_of
from ..tree import FloatArray
from ..workbench import Workbench
from .edits import RowNames

NOTHING = 1e-7
"""Prices up to here, relative to the largest cost coefficient, are none."""


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
        self, workbench: Workbench, prices: Prices, nodes: tuple[FloatArray, FloatArray]
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
            table, row, field: the cell.
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
        prices, point = self.prices, self.prices.point
        found: dict[int, float] = {}
        binding: dict[int, tuple[float, float, float]] = {}

        def add(node: int, value: float, low: float, high: float) -> None:
            found[node] = found.get(node, 0.0) + value
            if abs(value) > binding.get(node, (0.0, 0.0, 0.0))[0]:
                binding[node] = abs(value), low, high

        for sides, old in ((patch.row_lower, self.base.row_lower),
                           (patch.row_upper, self.base.row_upper)):  # fmt: skip
            upper = old is self.base.row_upper
            for at, value in zip(*sides, strict=True):
                dual = float(prices.duals[at])
                if not dual or (dual > 0) == upper or not np.isfinite(old[at]):
                    continue
                slope = (float(value) - float(old[at])) / step
                low, high = prices.row_range[at]
                add(int(self.row_node[at]), dual * slope,
                    *_shifted(low, high, float(old[at]), slope))  # fmt: skip
        for sides, old in ((patch.lower, self.base.lower), (patch.upper, self.base.upper)):
            upper = old is self.base.upper
            for at, value in zip(*sides, strict=True):
                cost = float(prices.reduced[at])
                if not cost or (cost > 0) == upper or not np.isfinite(old[at]):
                    continue
                if prices.arrays.lower[at] == prices.arrays.upper[at] != float(old[at]):
                    continue  # held at a whole number, not at this bound
                slope = (float(value) - float(old[at])) / step
                low, high = prices.column_range[at]
                add(int(self.column_node[at]), cost * slope,
                    *_shifted(low, high, float(old[at]), slope))  # fmt: skip
        for (at, column), value in zip(patch.entries.tolist(), patch.values, strict=True):
            dual, level = float(prices.duals[at]), float(point[column])
            if dual and level:
                slope = -(float(value) - float(self.base.matrix[at, column])) / step * level
                low, high = prices.row_range[at]
                side = float(self.base.row_upper[at] if dual < 0 else self.base.row_lower[at])
                add(int(self.row_node[at]), dual * slope, *_shifted(low, high, side, slope))
        own = patch.objectives.get(prices.objective)
        if own is not None:
            costs = self.base.objectives[prices.objective]
            for at, value in zip(*own, strict=True):
                slope = (float(value) - float(costs[at])) / step * float(point[at])
                add(int(self.column_node[at]), slope, -np.inf, np.inf)
        offset = patch.offsets.get(prices.objective)
        if offset is not None:
            add(-1, (offset - self.base.offsets[prices.objective]) / step, -np.inf, np.inf)
        return [
            Worth(node, price, *_around(now, node, binding.get(node)))
            for node, price in sorted(found.items())
            if price
        ]


def _shifted(low: float, high: float, side: float, slope: float) -> tuple[float, float]:
    """How far a cell may go down and up, from how far a side may go."""
    if not slope or not np.isfinite(side):
        return -np.inf, np.inf
    ends = sorted(((low - side) / slope, (high - side) / slope))
    return min(ends[0], 0.0), max(ends[1], 0.0)


def _around(
    now: FloatArray | None, node: int, binding: tuple[float, float, float] | None
) -> tuple[float, float]:
    value = 0.0 if now is None or node < 0 else float(now[min(node, len(now) - 1)])
    if binding is None:
        return -np.inf, np.inf
    return value + binding[1], value + binding[2]


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
