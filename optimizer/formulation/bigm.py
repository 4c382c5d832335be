"""Bounds behind yes/no decisions come from data, and their absence is the user's to mend."""

from __future__ import annotations

import numpy as np

from ..network import Network
from ..tree import FloatArray, IntArray


class UnboundedDecisionError(ValueError):
    """A yes/no decision over an amount that nothing bounds."""


def require_finite(
    network: Network, table: str, rows: IntArray, bounds: FloatArray, why: str
) -> None:
    """Raise UnboundedDecisionError if a bound is infinite, naming the row that needs a capacity.

    Args:
        network: the network.
        table: table of the rows.
        rows: row of each bound, from 0.
        bounds: the bounds.
        why: columns that make the decision a yes/no one.
    """
    missing = np.flatnonzero(~np.isfinite(bounds))
    if len(missing):
        row = int(rows[missing[0]])
        raise UnboundedDecisionError(
            f"{table} row {row + 1}, capacity: {why} needs a limit on the quantity, and none "
            "follows from demand, stock or capacities; give a capacity"
        )
