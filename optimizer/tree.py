"""The scenario tree: nodes, ancestors, probabilities.

Decisions live on the nodes of a tree. A case without scenarios is a tree with one path. A
scenario with a parent is its parent in the periods before it branches, so both use the same nodes
there and nothing can anticipate what comes after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..models.case import Case
from ..models.rule_rows import Scenario

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BASE = "base"


@dataclass(frozen=True)
class Tree:
    """Nodes in order of period, so that a parent always comes before its children.

    Attributes:
        period: period of each node, from 1. Shape (nodes,).
        parent: parent of each node, -1 for a root. Shape (nodes,).
        probability: probability of each node; sums to 1 in each period. Shape (nodes,).
        owner: name of the scenario each node belongs to. Length nodes.
        scenarios: names of the scenarios that are solved.
        weights: their probabilities, sum 1. Shape (scenarios,).
        paths: node of each scenario in each period. Shape (scenarios, periods).
        branch: scenario -> first period that is its own (1 without parent), for every scenario of
            the case, also those left out.
    """

    period: IntArray
    parent: IntArray
    probability: FloatArray
    owner: tuple[str, ...]
    scenarios: tuple[str, ...]
    weights: FloatArray
    paths: IntArray
    branch: dict[str, int]

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.period)

    @property
    def periods(self) -> int:
        """Number of periods."""
        return int(self.paths.shape[1])

    @cached_property
    def ancestors(self) -> IntArray:
        """``ancestors[n, k]`` is the node k periods before n, or -1. Shape (nodes, periods)."""
        table = np.full((self.size, self.periods), -1, dtype=np.int64)
        table[:, 0] = np.arange(self.size)
        for back in range(1, self.periods):
            before = table[:, back - 1]
            table[:, back] = np.where(before >= 0, self.parent[before], -1)
        return table

    @cached_property
    def path_at(self) -> IntArray:
        """``path_at[n, t-1]`` is the node of period t on the way to n, or -1 after n."""
        table = np.full((self.size, self.periods), -1, dtype=np.int64)
        for node in range(self.size):
            if self.parent[node] >= 0:
                table[node] = table[self.parent[node]]
            table[node, self.period[node] - 1] = node
        return table

    def in_period(self, period: int) -> IntArray:
        """Nodes of a period."""
        return np.flatnonzero(self.period == period)

    @cached_property
    def is_leaf(self) -> NDArray[np.bool_]:
        """Whether a node is in the last period."""
        leaf: NDArray[np.bool_] = self.period == self.periods
        return leaf


def build_tree(case: Case, selected: Sequence[str] | None = None) -> Tree:
    """The tree of a case, or of some of its scenarios with their probabilities scaled to 1.

    Args:
        case: a checked case.
        selected: names of the scenarios to keep; None or ['all'] for all of them.

    Raises:
        ValueError: a selected scenario is unknown, or all selected have probability 0.
    """
    periods = case.case.periods
    rows = {row.scenario: row for row in case.scenarios}
    branch = {
        name: case.period(row.branches_at, 1) if row.parent else 1 for name, row in rows.items()
    }
    names, weights = _chosen(rows, selected)

    def owner_of(name: str, period: int) -> str:
        while name in rows and (above := rows[name].parent) is not None and period < branch[name]:
            name = above
        return name

    index: dict[tuple[int, str], int] = {}
    period_of: list[int] = []
    parent_of: list[int] = []
    owners: list[str] = []
    paths = np.zeros((len(names), periods), dtype=np.int64)
    for period in range(1, periods + 1):
        for position, name in enumerate(names):
            key = (period, owner_of(name, period))
            if key not in index:
                index[key] = len(period_of)
                period_of.append(period)
                parent_of.append(int(paths[position, period - 2]) if period > 1 else -1)
                owners.append(key[1])
            paths[position, period - 1] = index[key]
    probability = np.zeros(len(period_of))
    for position in range(len(names)):
        np.add.at(probability, paths[position], weights[position])
    return Tree(
        period=np.array(period_of, dtype=np.int64),
        parent=np.array(parent_of, dtype=np.int64),
        probability=probability,
        owner=tuple(owners),
        scenarios=tuple(names),
        weights=weights,
        paths=paths,
        branch=branch,
    )


def _chosen(
    rows: Mapping[str, Scenario], selected: Sequence[str] | None
) -> tuple[list[str], FloatArray]:
    """Names of the scenarios to keep, and their probabilities scaled to 1."""
    if selected is None or list(selected) == ["all"]:
        names = list(rows)
    else:
        names = list(dict.fromkeys(selected))
        unknown = [name for name in names if name not in rows]
        if unknown:
            raise ValueError(
                f"no scenario {unknown[0]!r}; the case has {', '.join(rows) or 'none'}"
            )
    if len(names) < 2:
        return names or [BASE], np.ones(1)
    given = [rows[name].probability for name in names]
    weights = np.array([1.0 if one is None else one for one in given])
    if weights.sum() <= 0:
        raise ValueError("the selected scenarios have probability 0")
    return names, weights / weights.sum()
