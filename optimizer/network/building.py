"""When plants and modules can be decided, and from when they can be used."""

from __future__ import annotations

import numpy as np

from ..indexing import Index, as_columns
from ..tree import IntArray
from .frame import Frame
from .moves import Movements
from .supply import strategic_points
from .technology import after_waits, build_permits


class Building:
    """When plants and modules can be decided, and from when they can be used."""

    def __init__(self, frame: Frame, movements: Movements) -> None:
        self.frame = frame
        case = frame.case
        self.opening, self.adding = build_permits(frame, movements.regime)
        self.candidate = np.array([row.status == "candidate" for row in case.plants], dtype=bool)
        build = np.array([row.build_periods for row in case.plants], dtype=np.int64)
        expansion = np.array([row.build_periods for row in case.expansions], dtype=np.int64)
        self.open_wait = build[:, None] + self.opening.wait
        self.module_wait = expansion[:, None] + self.adding.wait
        points = strategic_points(frame, self.candidate).members
        self.open = Index(points[self.opening.allowed[points[:, 0], points[:, 1]]])

    def opened(self, plant: IntArray, node: IntArray) -> tuple[IntArray, IntArray]:
        """(which, open position): openings early enough for each (plant, node) of a candidate."""
        which = np.flatnonzero(self.candidate[plant])
        return self._decided(self.open, which, plant, node, self.open_wait)

    def ready(
        self, module: Index, expansion: IntArray, node: IntArray
    ) -> tuple[IntArray, IntArray]:
        """(which, module position): modules complete at each (expansion, node)."""
        which = np.arange(len(node))
        return self._decided(module, which, expansion, node, self.module_wait)

    def _decided(
        self, points: Index, which: IntArray, row: IntArray, node: IntArray, wait: IntArray
    ) -> tuple[IntArray, IntArray]:
        periods = self.frame.tree.periods
        shortest = wait.min(axis=1, initial=periods)
        at, decision = self.frame.time.decided(
            node[which], shortest[row[which]], np.full(len(which), periods)
        )
        pairs = as_columns(row[which[at]], decision)
        return after_waits(self.frame, points, which[at], pairs, node, wait)
