"""Rows that compare a sum of flows or decisions with a limit, while they are being collected."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..indexing import total_by
from ..tree import FloatArray, IntArray


@dataclass
class LimitRows:
    """Rows under construction, then arrays.

    Attributes:
        name: policy or rule of each row.
        key: country, operator, supplier or site it binds, '' for all together.
        node: last node of its window.
        limit: right-hand side.
        penalty: weighted cost per unit of excess, NaN where the row is hard.
        value: the policy's own value (a share where the row compares with a total).
        held: what the row's window held before period 1, as it counts in the sum of terms.
        held_total: the same of the total that a share is a share of.
        total_parts: terms of the total that a share is a share of.
        terms: family -> (row, position in the family, coefficient), three arrays.
    """

    name: list[str] = field(default_factory=list)
    key: list[str] = field(default_factory=list)
    node: list[int] = field(default_factory=list)
    limit: list[float] = field(default_factory=list)
    penalty: list[float] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    held: list[float] = field(default_factory=list)
    held_total: list[float] = field(default_factory=list)
    parts: dict[str, list[tuple[IntArray, IntArray, FloatArray]]] = field(default_factory=dict)
    total_parts: dict[str, list[tuple[IntArray, IntArray, FloatArray]]] = field(
        default_factory=dict
    )

    def add_rows(
        self,
        name: str,
        key: str,
        nodes: IntArray,
        limits: FloatArray,
        penalties: FloatArray,
        values: FloatArray | None = None,
    ) -> int:
        """Add one row per node; returns the number of the first."""
        first = len(self.name)
        self.name += [name] * len(nodes)
        self.key += [key] * len(nodes)
        self.node += [int(node) for node in nodes]
        self.limit += [float(limit) for limit in limits]
        self.penalty += [float(penalty) for penalty in penalties]
        self.value += [float(value) for value in (limits if values is None else values)]
        self.held += [0.0] * len(nodes)
        self.held_total += [0.0] * len(nodes)
        return first

    def room(self) -> FloatArray:
        """What is left of each limit for the horizon. Shape (rows,)."""
        return np.asarray(np.array(self.limit) - np.array(self.held), dtype=float)

    def add_terms(
        self,
        family: str,
        rows: IntArray,
        positions: IntArray,
        amounts: FloatArray,
        *,
        total: bool = False,
    ) -> None:
        """Add terms to rows, or to the totals their shares compare with."""
        if len(rows):
            parts = self.total_parts if total else self.parts
            parts.setdefault(family, []).append((rows, positions, amounts))

    def totals(self, family: str) -> tuple[IntArray, IntArray, FloatArray]:
        """Terms of the totals that shares compare with, like :meth:`terms`."""
        return self._sum(self.total_parts.get(family, []))

    def terms(self, family: str) -> tuple[IntArray, IntArray, FloatArray]:
        """All terms of a family, those of one row and position added up, sorted by row."""
        return self._sum(self.parts.get(family, []))

    @staticmethod
    def _sum(
        parts: list[tuple[IntArray, IntArray, FloatArray]],
    ) -> tuple[IntArray, IntArray, FloatArray]:
        if not parts:
            empty = np.zeros(0, dtype=np.int64)
            return empty, empty, np.zeros(0)
        rows, positions, amounts = (np.concatenate(column) for column in zip(*parts, strict=True))
        code = rows * (positions.max() + 1) + positions
        unique, inverse = np.unique(code, return_inverse=True)
        total = total_by(inverse.reshape(-1), amounts, len(unique))
        return unique // (positions.max() + 1), unique % (positions.max() + 1), total
