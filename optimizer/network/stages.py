"""Build a network again and redo only what its changed numbers reach.

Each part of a network is a stage. A stage is done again if it read a number that changed, or an
attribute of another part that came out other than before. What it reads is recorded while it runs,
so that nobody has to keep a list.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from copy import copy
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar

import numpy as np

from ..indexing import Index
from ..values import Field, Values
from .frame import Frame

Part = TypeVar("Part")


class Watched:
    """A part that notes which of its attributes are read."""

    def __init__(self, part: Any) -> None:
        self._part = part
        self._read: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self._read.add(name)
        return getattr(self._part, name)

    def holds_for(self, other: Any) -> bool:
        """Whether another part has the very same in every attribute that was read."""
        return other is self._part or all(
            getattr(self._part, name) is getattr(other, name) for name in self._read
        )


@dataclass(frozen=True)
class Stage:
    """One part as it was built.

    Attributes:
        given: the parts it was built from; of dataclasses with what it read of them.
        read: (table, column) of the numbers it read.
        part: what came out.
    """

    given: tuple[Any, ...]
    read: frozenset[Field]
    part: Any


class Stages:
    """The stages of one network.

    Args:
        values: numbers that the stages read.
        known: stages of the network that this one starts from, None to build everything.
        changed: numbers that differ from those of ``known``.
    """

    def __init__(
        self, values: Values, known: Stages | None = None, changed: Set[Field] = frozenset()
    ) -> None:
        self.values = values
        self.changed = changed
        self.done: dict[str, Stage] = {}
        self._known = {} if known is None else known.done

    def __call__(self, name: str, build: Callable[..., Part], *given: Any) -> Part:
        """The part of that name: as it was, if nothing it depends on changed, or built again.

        Args:
            name: of the part.
            build: called with ``given``.
            given: other parts.
        """
        before = self._known.get(name)
        if before is not None and self._holds(before, given):
            self.done[name] = before
            known: Part = before.part
            return known
        watched = tuple(Watched(one) if is_dataclass(one) else one for one in given)
        with self.values.recording() as read:
            part = build(*watched)
        if before is not None:
            part = _shared(before.part, part)
        self.done[name] = Stage(watched, frozenset(read), part)
        return part

    def _holds(self, before: Stage, given: tuple[Any, ...]) -> bool:
        return not (before.read & self.changed) and all(
            one.holds_for(other) if isinstance(one, Watched) else one is other
            for one, other in zip(before.given, given, strict=True)
        )


def _shared(before: Any, part: Part) -> Part:
    """A part with every attribute that came out as before taken from before."""
    if same(before, part):
        kept: Part = before
        return kept
    if not is_dataclass(part) or type(part) is not type(before):
        return part
    shared = copy(part)
    for attribute in fields(part):
        old, new = getattr(before, attribute.name), getattr(part, attribute.name)
        object.__setattr__(shared, attribute.name, old if same(old, new) else new)
    return shared


def same(one: Any, other: Any) -> bool:
    """Whether two parts hold the same, array by array.

    Frames count as the same: what differs between those of one case are numbers, and whoever reads
    numbers is built again anyway.
    """
    if one is other or (isinstance(one, Frame) and isinstance(other, Frame)):
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        alike = one.shape == other.shape and one.dtype == other.dtype
        return alike and bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return _same_inside(one, other)


def _same_inside(one: Any, other: Any) -> bool:
    """Likewise for what is made of named things."""
    if isinstance(one, Watched):
        return same(one._part, other._part)
    if isinstance(one, Index):
        return same(one.members, other.members)
    if is_dataclass(one):
        return all(same(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    return bool(one == other)
