"""The blocks as one: every question is asked of all of them, through an executor."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..executors import Executor, Failed
from ..outcomes import SolverError
from ..tree import FloatArray
from .block import Cut, Relaxed, seconds_left
from .split import Split
from .whole import Whole
from .work import Basis, Parcel, Task, start, work


class Crew:
    """Blocks, wherever they are solved.

    Args:
        split: what the blocks are.
        executor: who solves them.
        deadline: moment of :func:`time.monotonic` at which all solving ends.
    """

    def __init__(self, split: Split, executor: Executor, deadline: float) -> None:
        self.split, self.executor, self.deadline = split, executor, deadline
        self._parcel = Parcel(split.blocks)
        self._basis: list[Basis | None] = [None] * len(split.blocks)

    def over(self) -> bool:
        """Whether time is up."""
        return time.monotonic() >= self.deadline

    def _ask(self, tasks: Iterable[Task]) -> list[Any]:
        found: dict[int, Any] = {}
        for at, result in self.executor.run(start, work, self._parcel, tasks):
            if isinstance(result, Failed):
                raise SolverError(f"a block could not be solved: {result.message}")
            found[at] = result
        return [found[at] for at in sorted(found)]

    def relaxed(self, trunk: FloatArray) -> list[Relaxed]:
        """Values and cuts of all relaxations at a trunk."""
        tasks = (
            Task("relaxed", at, trunk[one.link], self._basis[at], seconds_left(self.deadline))
            for at, one in enumerate(self.split.blocks)
        )
        answers = self._ask(tasks)
        self._basis = [
            new if new is not None else old
            for (_, new), old in zip(answers, self._basis, strict=True)
        ]
        return [found for found, _ in answers]

    def whole(self, trunk: FloatArray, enough: FloatArray) -> list[Whole]:
        """Plans of all blocks with whole numbers, none when one of them has none.

        Args:
            trunk: values of the trunk's columns.
            enough: value of each block at which its search may end. Shape (blocks,).
        """
        return self._ask(
            Task(
                "whole",
                at,
                trunk[one.link],
                None,
                seconds_left(self.deadline),
                float(enough[at]) if one.integer.any() else -np.inf,
            )
            for at, one in enumerate(self.split.blocks)
        )

    def lifted(self, cuts: list[Cut]) -> list[Cut | None]:
        """Cuts with the slopes of others that know of whole numbers."""
        return self._ask(
            Task("lifted", at, cut.slope, None, seconds_left(self.deadline))
            for at, cut in enumerate(cuts)
        )
