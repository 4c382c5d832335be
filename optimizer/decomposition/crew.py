"""The blocks as one: every question is asked of all of them, through an executor."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from ..executors import Executor, Failed
from ..outcomes import SolverError
from ..tree import FloatArray
from .block import Cut, Relaxed, seconds_left
from .split import Piece, Split
from .whole import Whole
from .work import Bases, Parcel, Task, start, work


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
        self._shapes = [_shape(one) for one in split.blocks]
        self._bases: list[Bases] = [Bases()] * len(split.blocks)

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

    def relaxed(self, trunk: FloatArray, which: Sequence[int] | None = None) -> list[Relaxed]:
        """Values and cuts of relaxations at a trunk: of all blocks, or of some."""
        asked = list(range(len(self.split.blocks)) if which is None else which)
        new = {self._shapes[at]: at for at in reversed(asked) if self._bases[at] == Bases()}
        if new:
            self._relaxed(trunk, sorted(new.values()))
        return self._relaxed(trunk, asked)

    def _relaxed(self, trunk: FloatArray, which: Sequence[int]) -> list[Relaxed]:
        """Values and cuts of some relaxations; blocks without a basis of their own get one.

        Futures differ in figures, seldom in structure: from the basis of a block of the same shape
        a first solve takes a tenth of the time.
        """
        blocks = self.split.blocks
        tasks = (
            Task("relaxed", at, trunk[blocks[at].link], self._bases[at], self._left())
            for at in which
        )
        answers = self._ask(tasks)
        found: dict[Hashable, Bases] = {}
        for at, (_, bases) in zip(which, answers, strict=True):
            self._bases[at] = bases.or_else(self._bases[at])
            found[self._shapes[at]] = self._bases[at].or_else(found.get(self._shapes[at], Bases()))
        for at, shape in enumerate(self._shapes):
            self._bases[at] = self._bases[at].or_else(found.get(shape, Bases()))
        return [relaxed for relaxed, _ in answers]

    def _left(self) -> float:
        return seconds_left(self.deadline)

    def dived(self, trunk: FloatArray) -> list[Whole]:
        """Quick plans of all blocks with whole numbers, some of them perhaps without one."""
        return self._ask(
            Task("dived", at, trunk[one.link], self._bases[at], self._left())
            for at, one in enumerate(self.split.blocks)
        )

    def searched(
        self, trunk: FloatArray, which: Sequence[int], enough: FloatArray, known: list[Whole]
    ) -> list[Whole]:
        """Better plans of some blocks.

        Args:
            trunk: values of the trunk's columns.
            which: the blocks.
            enough: value of each block of all at which its search may end. Shape (blocks,).
            known: plans of all blocks.
        """
        return self._ask(
            Task(
                "searched",
                at,
                trunk[self.split.blocks[at].link],
                seconds=self._left(),
                enough=float(enough[at]),
                known=known[at].point,
            )
            for at in which
        )

    def lifted(self, cuts: list[Cut]) -> list[Cut | None]:
        """Cuts with the slopes of others that know of whole numbers."""
        return self._ask(
            Task("lifted", at, cut.slope, seconds=self._left()) for at, cut in enumerate(cuts)
        )


def _shape(piece: Piece) -> Hashable:
    """What blocks share that can start from each other's bases."""
    return (*piece.matrix.shape, piece.matrix.nnz, len(piece.link))
