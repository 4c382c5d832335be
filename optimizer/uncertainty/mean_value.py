"""The mean-value problem: one future in which every number is the mean over all of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...models.case import Case
from ..network import Network
from ..network.build import network_of
from ..network.timeline import Timeline
from ..tree import FloatArray, Tree, build_tree
from ..values import Values

WHOLE = {("expansions", "max_modules")}
"""Changeable columns whose numbers count things: the most probable one is taken."""


class MeanValues(Values):
    """Numbers of a case on a single path, each the mean of those in all futures at its period.

    A number that is without limit or blank in some futures but not in all, one that counts things
    or that changes its sign (a recipe turned round), and every state of a rule are those of most
    probability; of equally probable ones the first in the order of the scenarios.

    Args:
        values: the numbers in all futures.
        case: the case without futures and changes.
        tree: its single path.
    """

    def __init__(self, values: Values, case: Case, tree: Tree) -> None:
        super().__init__(case, tree, values.names)
        self._all = values

    def compact(self, table: str, column: str) -> FloatArray:
        """Values of a column: shape (rows, 1) where nothing changes, else (rows, periods)."""
        self.touch(table, column)
        key = (table, column)
        if key not in self._cache:
            array = self._all.compact(table, column)
            if array.shape[1] > 1:
                array = self._mean(array, whole=key in WHOLE)
                array.setflags(write=False)
            self._cache[key] = array
        return self._cache[key]

    def status(self) -> NDArray[np.object_]:
        """Status of every row of `control_status` at every period: the most probable one."""
        self.touch("control_status", "status")
        tree, status = self._all.tree, self._all.status()
        array = np.empty((len(status), tree.periods), dtype=object)
        for period in range(tree.periods):
            at = status[:, tree.paths[:, period]]
            for row in range(len(status)):
                array[row, period] = _likeliest(at[row], tree.weights)
        return array

    def _mean(self, array: FloatArray, *, whole: bool) -> FloatArray:
        tree = self._all.tree
        likely = np.flatnonzero(tree.weights > 0)
        weights = tree.weights[likely]
        found = np.empty((array.shape[0], tree.periods))
        for period in range(tree.periods):
            at = array[:, tree.paths[likely, period]]
            found[:, period] = at[:, 0]
            differs = ~((at == at[:, :1]) | (np.isnan(at) & np.isnan(at[:, :1]))).all(axis=1)
            for row in np.flatnonzero(differs).tolist():
                own = at[row]
                has_mean = bool(np.isfinite(own).all()) and (own.min() >= 0 or own.max() <= 0)
                if has_mean and not whole:
                    found[row, period] = own @ weights
                else:
                    found[row, period] = _likeliest(own, weights)
        return found


def _likeliest(values: NDArray[np.generic], weights: FloatArray) -> float | str:
    """The value of most probability; the first of several."""
    chance: dict[float | str, float] = {}
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        key = "" if value != value else value  # noqa: PLR0124  # NaN equals nothing
        chance[key] = chance.get(key, 0.0) + weight
    best = max(chance, key=lambda value: round(chance[value], 12))
    return float("nan") if best == "" else best


def mean_value_network(network: Network, *, force: bool = False) -> Network:
    """Network of the mean-value problem of a network with several futures.

    Raises:
        TooLargeError: the model would not fit.
    """
    case = network.case.model_copy(update={"scenarios": [], "changes": []})
    tree = build_tree(case)
    frame = replace(
        network.frame,
        case=case,
        tree=tree,
        values=MeanValues(network.frame.values, case, tree),
        time=Timeline(case, tree),
    )
    plain = [(material, 0) for material in range(len(case.materials))]
    return network_of(frame.with_variants(plain), force=force)
