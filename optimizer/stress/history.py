"""What was done before an outage starts stays done: nobody saw it coming.

Every column at a node before the start (orders, runs, shipments, stock, deliveries, licences
applied for) is held at its value in the undisturbed plan, and rows that only the past could break
bind no more, so that rounding in them decides nothing. One that it does break, by more than
rounding, stays.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..arrays import Arrays
from ..labels import KINDS, Labels
from ..network import Network
from ..tree import FloatArray, IntArray

ROUNDING = 1e-6
"""Part of the amounts in a row by which it may be broken without being in force."""
DERIVED = ("excess", "supplier_excess")
"""Columns that follow from others, in windows that may reach into the past: never held."""


def column_nodes(network: Network, arrays: Arrays) -> IntArray:
    """Node at which each column is decided, -1 for those that follow from others."""
    nodes = np.full(arrays.matrix.shape[1], -1, dtype=np.int64)
    for family, part in arrays.columns.items():
        if family in DERIVED or family not in KINDS:
            continue
        nodes[part] = member_nodes(network, KINDS[family], arrays.members[family])
    return nodes


def member_nodes(network: Network, kinds: tuple[str, ...], members: IntArray) -> IntArray:
    """Node at which each member of a family is decided or holds. Shape (members,).

    Args:
        network: what the members are of.
        kinds: what the columns of ``members`` count: :data:`secondsource.optimizer.labels.KINDS`.
        members: shape (members, kinds).
    """
    if "node" in kinds:
        last = len(kinds) - 1 - kinds[::-1].index("node")
        return members[:, last]
    which = members[:, 0]
    if kinds[0] == "application":
        return np.asarray(network.licences.apply.members[which, -1])
    if kinds[0] == "service":
        own = network.production.services.apply.members[which, -1]
        return np.asarray(np.maximum(own, -1))
    rows = network.suppliers.supply if kinds[0] == "entry" else network.suppliers.total
    return np.array(rows.node, dtype=np.int64)[which]


def with_past(network: Network, arrays: Arrays, point: FloatArray, start: int) -> Arrays:
    """Arrays in which all before period ``start`` is as in a point (the leading columns of it).

    Args:
        network: their network.
        arrays: the arrays; columns after those of ``point`` are left alone.
        point: the undisturbed plan. Shape (columns of the plan,).
        start: first period that is still free.
    """
    nodes = column_nodes(network, arrays)
    nodes[len(point) :] = -1
    before = np.flatnonzero(_past(network, nodes, start))
    values = np.where(arrays.integer[before], np.round(point[before]), point[before])
    lower, upper = arrays.lower.copy(), arrays.upper.copy()
    lower[before] = upper[before] = values
    return without_settled_rows(replace(arrays, lower=lower, upper=upper))


def _past(network: Network, nodes: IntArray, start: int) -> NDArray[np.bool_]:
    return (nodes >= 0) & (network.tree.period[np.maximum(nodes, 0)] < start)


def without_settled_rows(arrays: Arrays) -> Arrays:
    """The arrays with rows out of force all of whose columns are fixed, and that they keep to.

    What was decided for another future may break such a row: goods are held that may not move
    here. That is more than rounding, and the row stays.
    """
    matrix = arrays.matrix
    pattern = matrix.copy()
    pattern.data = np.ones_like(pattern.data)
    fixed = pattern @ (arrays.lower < arrays.upper).astype(float) == 0
    held = np.where(arrays.lower < arrays.upper, 0.0, arrays.lower)
    activity, size = matrix @ held, abs(matrix) @ abs(held)
    room = ROUNDING * np.maximum(1.0, size)
    kept = (activity >= arrays.row_lower - room) & (activity <= arrays.row_upper + room)
    settled = fixed & kept
    return replace(
        arrays,
        row_lower=np.where(settled, -np.inf, arrays.row_lower),
        row_upper=np.where(settled, np.inf, arrays.row_upper),
    )


def carried_over(
    network: Network,
    arrays: Arrays,
    point: FloatArray,
    other: Network,
    others: Arrays,
    start: int,
) -> tuple[FloatArray, int]:
    """A plan's past in the columns of another network of the same case, found by name.

    A rule that comes into force changes which ways and variants exist, and with them the columns;
    what they are called stays.

    Returns:
        Values of the other arrays' columns, 0 where they had none; and how many flows before
        ``start`` found no column.
    """
    names = Labels(network, arrays).columns()
    positions = {name: at for at, name in enumerate(Labels(other, others).columns())}
    nodes = column_nodes(network, arrays)
    past = _past(network, nodes, start)
    values = np.zeros(others.matrix.shape[1])
    lost = 0
    for at in np.flatnonzero(past & (np.abs(point[: len(nodes)]) > 0)):
        position = positions.get(names[at])
        if position is None:
            lost += 1
        else:
            values[position] = point[at]
    return values, lost
