"""A case held ready to be built again and again with other numbers."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from ..models.case import Case
from ..models.rule_rows import Change
from . import quick_start  # noqa: F401  # before anything that imports scipy
from .arrays import Arrays
from .compiled import compile_model, templates
from .formulation.model import build_model
from .formulation.renewal import OtherShapeError
from .measuring import measures_of
from .network import Network, build_network, rebuild_network
from .patches import same_shape
from .recompile import Recompiler
from .solve import Built
from .tree import build_tree


class Workbench:
    """A case held ready to be built again with other numbers.

    Only what the changed numbers reach is built again: parts of the network that read them, data
    of the model that come out different, rows that hold those data.

    Args:
        case: a checked case.
        scenarios: names to solve, or ['all'].
        measures: objectives that need rows of their own (cvar, concentration).
        force: build models past the size limit.

    Attributes:
        case: the case.
        built: network and arrays of the case itself.
    """

    def __init__(
        self,
        case: Case,
        scenarios: Sequence[str] = ("all",),
        *,
        measures: Collection[str] = (),
        force: bool = False,
    ) -> None:
        started = time.perf_counter()
        self.case, self.measures, self.force = case, measures, force
        network = build_network(case, build_tree(case, scenarios), force=force)
        self._recompiler = Recompiler(network, measures)
        arrays = replace(
            self._recompiler.arrays, measures=measures_of(network, self._recompiler.arrays)
        )
        self.built = Built(network, arrays, time.perf_counter() - started)
        self._last = self.built

    def changed(self, changes: Sequence[Change]) -> Built:
        """Network and arrays of the case with more rows in its table `changes`.

        Raises:
            ValueError: a row cannot be applied, or the case it gives cannot be built.
        """
        if not changes:
            return self.built
        started = time.perf_counter()
        last, self._last = self._last, self.built
        network = rebuild_network(self.built.network, changes, near=last.network, force=self.force)
        try:
            arrays = self._recompiler.renewed(network)
        except OtherShapeError:
            with templates():
                arrays = compile_model(build_model(network, self.measures))
        arrays = _measured(network, arrays, (self.built, last))
        self._last = Built(network, arrays, time.perf_counter() - started)
        return self._last


def _measured(network: Network, arrays: Arrays, known: Sequence[Built]) -> Arrays:
    """Arrays with what tells the risk and concentration of a point, shared where it is the same."""
    for one in known:
        if not same_shape(one.arrays, arrays):
            continue
        before = one.network.stages.done
        same_parts = all(
            before[name].part is network.stages.done[name].part for name in ("supply", "production")
        )
        same_cost = np.array_equal(one.arrays.objectives["cost"], arrays.objectives["cost"])
        if same_parts and same_cost and one.arrays.offsets["cost"] == arrays.offsets["cost"]:
            return replace(arrays, measures=one.arrays.measures)
    return replace(arrays, measures=measures_of(network, arrays))
