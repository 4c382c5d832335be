r"""By how much a requirement must give, so that the rest can hold.

A requirement that is loosened by :math:`t` changes the arrays. Where it changes only sides, bounds
and the coefficients of yes/no columns, and does so in proportion to :math:`t`,

.. math::
    \min t \quad\text{s.t.}\quad A x + t\,\Delta_A x \in [l + t\,\Delta_l,\ u + t\,\Delta_u]

is solved in one go, with :math:`w_y = t\,y` written out for a yes/no column :math:`y` by
:math:`w_y \le t,\ w_y \le T y` (McCormick 1976). What comes out is tried on the case itself.
Anything else is found by halving.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from scipy import sparse

from ..arrays import Arrays
from ..patches import Patch, difference
from ..tree import FloatArray
from .feasible import Asked, Feasibility

CLOSE = 5e-3
"""Halving ends where what helps and what does not are so near, relatively."""
HALVINGS = 14
ROOM = 1e-6
"""What is added to an amount so that rounding does not take the plan away again."""

Loosened = Callable[[float], Asked]
"""What is asked when a requirement gives by an amount."""


def least_amount(
    feasible: Feasibility, loosened: Loosened, unit: float, most: float
) -> float | None:
    """The least amount by which a requirement must give; None if even ``most`` does not help.

    Args:
        feasible: says whether there is a plan.
        loosened: what is asked for an amount.
        unit: an amount of the usual size.
        most: an amount known, or hoped, to help.
    """
    direct = _direct(feasible, loosened, unit, most)
    if direct is not None:
        for room in (ROOM, 1e-3):
            amount = min(direct * (1 + room) + room * 1e-3 * unit, most)
            if feasible(loosened(amount)):
                return amount
    return _halved(feasible, loosened, unit, most)


def least_steps(feasible: Feasibility, loosened: Loosened, most: int) -> int | None:
    """The least whole number of steps by which a requirement must give."""
    high = 1
    while high < most and not feasible(loosened(float(high))):
        high = min(2 * high, most)
    if not feasible(loosened(float(high))):
        return None
    low = 0 if high == 1 else high // 2
    while high - low > 1:
        middle = (low + high) // 2
        if feasible(loosened(float(middle))):
            high = middle
        else:
            low = middle
    return high


def _halved(feasible: Feasibility, loosened: Loosened, unit: float, most: float) -> float | None:
    high = min(unit, most)
    low = 0.0
    while not feasible(loosened(high)):
        if high >= most:
            return None
        low, high = high, min(10 * high, most)
    for _ in range(HALVINGS):
        if high - low <= CLOSE * high:
            break
        middle = math.sqrt(low * high) if low > 0 and high > 3 * low else (low + high) / 2
        if feasible(loosened(middle)):
            high = middle
        else:
            low = middle
    return high


def _direct(feasible: Feasibility, loosened: Loosened, unit: float, most: float) -> float | None:
    """The least amount in one solve; None where the arrays do not change in proportion."""
    try:
        built, base = feasible.arrays(loosened(0.0))
        _, far = feasible.arrays(loosened(unit))
    except ValueError:
        return None
    patch = difference(base, far)
    if patch is None or not patch.size:
        return None
    arrays = _with_amount(base, far, patch, unit, most)
    if arrays is None:
        return None
    asked = loosened(0.0)
    feasible.tried += 1
    outcome = feasible.session(built, arrays, asked, "amount").solve(feasible.options)
    return None if outcome.objective is None else max(outcome.objective, 0.0)


class _Rows:
    """Entries added to a matrix, and sides of rows added under it."""

    def __init__(self, height: int) -> None:
        self.height = height
        self.rows: list[int] = []
        self.columns: list[int] = []
        self.values: list[float] = []
        self.lower: list[float] = []
        self.upper: list[float] = []

    def put(self, row: int, column: int, value: float) -> None:
        """An entry."""
        self.rows.append(row)
        self.columns.append(column)
        self.values.append(value)

    def add(self, entries: Sequence[tuple[int, float]], lower: float, upper: float) -> None:
        """A row with its entries (column, value) and sides."""
        at = self.height + len(self.lower)
        for column, value in entries:
            self.put(at, column, value)
        self.lower.append(lower)
        self.upper.append(upper)

    def under(self, matrix: sparse.csr_array, width: int) -> sparse.csr_array:
        """The matrix with all of it."""
        body = matrix.tocoo()
        rows = np.concatenate([body.coords[0], np.array(self.rows, dtype=np.int64)])
        columns = np.concatenate([body.coords[1], np.array(self.columns, dtype=np.int64)])
        values = np.concatenate([body.data, np.array(self.values)])
        shape = (self.height + len(self.lower), width)
        return sparse.csr_array(sparse.coo_array((values, (rows, columns)), shape=shape))


def _slopes(
    base: Arrays, far: Arrays, unit: float
) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    """How row sides and lower and upper bounds grow with the amount; None if not in proportion."""
    sides = [
        (base.row_lower, far.row_lower), (base.row_upper, far.row_upper),
        (base.lower, far.lower), (base.upper, far.upper),
    ]  # fmt: skip
    if any((np.isfinite(a) != np.isfinite(b)).any() for a, b in sides):
        return None
    with np.errstate(invalid="ignore"):
        low, high, lower, upper = (np.nan_to_num((b - a) / unit) for a, b in sides)
    one_sided = (low != high) & np.isfinite(base.row_lower) & np.isfinite(base.row_upper)
    return None if one_sided.any() else (np.where(low != 0, low, high), lower, upper)


def _with_amount(
    base: Arrays, far: Arrays, patch: Patch, unit: float, most: float
) -> Arrays | None:
    """Arrays with the amount as a column, and its products with yes/no columns."""
    height, width = base.matrix.shape
    binary = base.integer & (base.upper <= 1)
    touched = np.unique(patch.entries[:, 1]) if len(patch.entries) else np.zeros(0, dtype=int)
    slopes = _slopes(base, far, unit)
    if slopes is None or not binary[touched].all():
        return None
    slope, lower, upper = slopes
    products = {int(column): width + 1 + number for number, column in enumerate(touched)}
    added = _Rows(height)
    for row in np.flatnonzero(slope):
        added.put(int(row), width, -float(slope[row]))
    before = base.matrix.tocsr()
    for (row, column), value in zip(patch.entries.tolist(), patch.values.tolist(), strict=True):
        added.put(row, products[column], (value - float(before[row, column])) / unit)
    bounds = _bounds_as_rows(base, lower, upper, most, added)
    for column, product in products.items():
        added.add([(product, 1.0), (width, -1.0)], -np.inf, 0.0)
        added.add([(product, 1.0), (column, -most)], -np.inf, 0.0)
    return _wider(base, added, bounds, 1 + len(products), most)


def _bounds_as_rows(
    base: Arrays, lower: FloatArray, upper: FloatArray, most: float, added: _Rows
) -> tuple[FloatArray, FloatArray]:
    """Write bounds that grow with the amount as rows; returns what is left of the bounds."""
    own_lower, own_upper = base.lower.copy(), base.upper.copy()
    amount = base.matrix.shape[1]
    for column in np.flatnonzero((lower != 0) | (upper != 0)).tolist():
        if change := float(lower[column]):
            side = float(base.lower[column])
            added.add([(column, 1.0), (amount, -change)], side, np.inf)
            own_lower[column] = side + min(change * most, 0.0)
        if change := float(upper[column]):
            added.add([(column, 1.0), (amount, -change)], -np.inf, float(base.upper[column]))
            own_upper[column] = np.inf
    return own_lower, own_upper


def _wider(
    base: Arrays, added: _Rows, bounds: tuple[FloatArray, FloatArray], more: int, most: float
) -> Arrays:
    """Arrays with more columns, the first of them the amount, and the rows added."""
    width = base.matrix.shape[1]
    cost = np.zeros(width + more)
    cost[width] = 1.0

    def longer(part: FloatArray) -> FloatArray:
        return np.concatenate([part, np.zeros(more)])

    return replace(
        base,
        matrix=added.under(base.matrix, width + more),
        row_lower=np.concatenate([base.row_lower, np.array(added.lower, dtype=float)]),
        row_upper=np.concatenate([base.row_upper, np.array(added.upper, dtype=float)]),
        lower=longer(bounds[0]),
        upper=np.concatenate([bounds[1], np.full(more, most)]),
        integer=np.concatenate([base.integer, np.zeros(more, dtype=bool)]),
        objectives={name: longer(one) for name, one in base.objectives.items()} | {"amount": cost},
        offsets={**base.offsets, "amount": 0.0},
        measures=None,
    )
