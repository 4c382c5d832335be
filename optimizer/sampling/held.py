"""What a plan has settled before futures part, and holding it in any future.

Strategic decisions are kept as long as the plan is the same in all its futures: to the horizon for
a plan made for a single future, up to where its own futures part otherwise. Everything else that
it does (orders, runs, shipments, stock, licences applied for) is kept in the periods before the
drawn futures part, because nobody could have known better.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..arrays import Arrays
from ..keep import STRATEGIC
from ..labels import Labels
from ..network import Network
from ..stress.history import column_nodes, without_settled_rows
from ..tree import BASE, IntArray

RISK = ("path_cost", "beyond", "threshold")
"""Columns that only measure, and follow from others."""
NEGLIGIBLE = 1e-7
"""What is decided to a lesser amount is rounding, where a future has no column for it."""


@dataclass(frozen=True)
class Commitments:
    """What a plan has settled.

    Attributes:
        values: name of a column -> its value, where that is not 0.
        strategic_to: last period whose strategic decisions are kept.
        before: everything else is kept before this period.
    """

    values: dict[str, float]
    strategic_to: int
    before: int


def trunk(network: Network) -> int:
    """Last period up to which all futures of a network are one; 0 if they share nothing."""
    counts = np.bincount(network.tree.period, minlength=network.tree.periods + 1)[1:]
    several = np.flatnonzero(counts > 1)
    return int(several[0]) if len(several) else network.tree.periods


def commitments_of(
    network: Network, arrays: Arrays, point: np.ndarray, parting: int
) -> Commitments:
    """What a plan has settled before futures part.

    Args:
        network: of the plan.
        arrays: of the plan; their ``integer`` says what is rounded.
        point: the plan. Shape (columns,).
        parting: first period in which the futures that it is tried in differ.

    Raises:
        ValueError: the plan's futures share no period, so that nothing is common to them.
    """
    last = trunk(network)
    if last == 0:
        raise ValueError(
            "the futures of this plan share no period, so that there is no common decision to "
            "keep; give them a parent and a later branches_at"
        )
    settled = Commitments({}, last, min(parting, last + 1))
    at = _kept(network, arrays, settled)
    values = np.where(arrays.integer[at], np.round(point[at]), point[at])
    names = _names(network, arrays, at, last)
    kept = {name: float(value) for name, value in zip(names, values, strict=True) if value != 0}
    return replace(settled, values=kept)


def held(network: Network, arrays: Arrays, settled: Commitments) -> tuple[Arrays, int]:
    """Arrays of a single future in which a plan's commitments are held.

    Returns:
        The arrays, where what is held need not be whole any more; and how many of the
        commitments have no place in this future (they are left out).
    """
    at = _kept(network, arrays, settled)
    names = _names(network, arrays, at, settled.strategic_to)
    values = np.array([settled.values.get(name, 0.0) for name in names])
    known = set(names)
    lost = sum(
        1 for name, value in settled.values.items() if name not in known and abs(value) > NEGLIGIBLE
    )
    lower, upper = arrays.lower.copy(), arrays.upper.copy()
    lower[at] = upper[at] = values
    integer = arrays.integer & (lower < upper)
    return without_settled_rows(replace(arrays, lower=lower, upper=upper, integer=integer)), lost


def _kept(network: Network, arrays: Arrays, settled: Commitments) -> IntArray:
    """Columns that are held."""
    nodes = column_nodes(network, arrays)
    for family in RISK:
        if family in arrays.columns:
            nodes[arrays.columns[family]] = -1
    period = np.where(nodes >= 0, network.tree.period[np.maximum(nodes, 0)], network.tree.periods)
    before = (nodes >= 0) & (period < settled.before)
    for family in STRATEGIC:
        if family in arrays.columns:
            part = arrays.columns[family]
            before[part] |= period[part] <= settled.strategic_to
    return np.flatnonzero(before)


def _names(network: Network, arrays: Arrays, at: IntArray, last: int) -> list[str]:
    """Names of columns up to a period, the same whatever the futures after it are called."""
    labels = Labels(network, arrays)
    found: list[str] = []
    for family, part in arrays.columns.items():
        own = at[(at >= part.start) & (at < part.stop)]
        if len(own):
            found += labels.of(family, arrays.members[family][own - part.start])
    tree = network.tree
    marks = {
        f"{network.case.period_label(int(tree.period[node]))}@{tree.owner[node]}"
        for node in range(tree.size)
        if tree.period[node] <= last and tree.owner[node] != BASE
    }
    if len(set(tree.owner)) > 1:
        for mark in marks:
            plain = mark.split("@")[0]
            found = [name.replace(mark, plain) for name in found]
    return found
