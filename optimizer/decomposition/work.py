"""What a worker does for the decomposition: it holds blocks in HiGHS and solves them again.

Every task says from which bases to start, so that the answer does not depend on which worker gets
it, or on what that worker solved before. A start from a basis costs no more than going on.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from ..tree import FloatArray
from .block import Block, Cut, Relaxed
from .split import Piece
from .whole import Whole, dived, lifted, searched

MOST_HELD = 1_000_000
"""Columns of blocks that a worker holds in HiGHS at the same time (about 1.4 kB each)."""

Basis = tuple[NDArray[np.int8], NDArray[np.int8]]
"""Status of columns and of rows."""
_STATUS = list(highspy.HighsBasisStatus.__members__.values())


class Parcel:
    """The blocks on their way: packed when first sent, however often that happens."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces
        self._packed: bytes | None = None

    def __reduce__(self) -> Any:
        if self._packed is None:
            self._packed = pickle.dumps(list(self.pieces), pickle.HIGHEST_PROTOCOL)
        return _unpacked, (self._packed,)


def _unpacked(packed: bytes) -> Parcel:
    return Parcel(pickle.loads(packed))


@dataclass(frozen=True)
class Bases:
    """Where the relaxation of a block starts, and its search for a cut; None for no basis."""

    plain: Basis | None = None
    elastic: Basis | None = None

    def or_else(self, other: Bases) -> Bases:
        """These, and another's where there are none."""
        if self.plain is not None and self.elastic is not None:
            return self
        return Bases(self.plain or other.plain, self.elastic or other.elastic)


@dataclass(frozen=True)
class Task:
    """What to find out about a block.

    Attributes:
        what: ``relaxed`` (value and cut of the relaxation), ``dived`` (a plan with whole numbers,
            quickly), ``searched`` (a better one) or ``lifted`` (a cut that knows of whole numbers,
            with the slope of ``link``).
        block: its number.
        link: values of the linking columns; for ``lifted`` the slope of the cut.
        bases: to start from.
        seconds: at most.
        enough: a plan with this value or less will do.
        known: a plan from which a search begins.
    """

    what: str
    block: int
    link: FloatArray
    bases: Bases = Bases()
    seconds: float = np.inf
    enough: float = -np.inf
    known: FloatArray | None = None


Answer = tuple[Relaxed, Bases] | Whole | Cut | None


class Bench:
    """Blocks held in HiGHS, those unused for longest put away."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces
        self._held: OrderedDict[int, Block] = OrderedDict()

    def block(self, number: int) -> Block:
        """A block, loaded where it is not held."""
        if number not in self._held:
            self._held[number] = Block(self.pieces[number])
            while sum(len(one.piece.columns) for one in self._held.values()) > MOST_HELD:
                if len(self._held) == 1:
                    break
                self._held.popitem(last=False)
        self._held.move_to_end(number)
        return self._held[number]


def start(parcel: Parcel) -> Bench:
    """A worker's bench."""
    return Bench(parcel.pieces)


def work(bench: Bench, task: Task) -> Answer:
    """The answer to a task."""
    block = bench.block(task.block)
    if task.what == "searched":
        return searched(block, task.link, task.enough, task.seconds, task.known)
    if task.what == "dived":
        basis = None if task.bases.plain is None else _basis(task.bases.plain)
        return dived(block, task.link, basis)
    if task.what == "lifted":
        return lifted(block, task.link, task.seconds)
    _start(block.solver, task.bases.plain)
    found = block.relaxed(task.link, task.seconds, partial(_start, basis=task.bases.elastic))
    elastic = block.elastic if found.value == np.inf else None
    return found, Bases(_packed(block.solver), None if elastic is None else _packed(elastic))


def _start(solver: Any, basis: Basis | None) -> None:
    """Forget what was solved before, and start from a basis."""
    solver.clearSolver()
    if basis is not None:
        solver.setBasis(_basis(basis))


def _basis(packed: Basis) -> highspy.HighsBasis:
    basis = highspy.HighsBasis()
    basis.col_status = [_STATUS[at] for at in packed[0].tolist()]
    basis.row_status = [_STATUS[at] for at in packed[1].tolist()]
    basis.valid = True
    return basis


def _packed(solver: Any) -> Basis | None:
    basis = solver.getBasis()
    if not basis.valid:
        return None
    return (
        np.array([one.value for one in basis.col_status], dtype=np.int8),
        np.array([one.value for one in basis.row_status], dtype=np.int8),
    )
