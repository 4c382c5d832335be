"""What becomes of goods of a class: by end use, and by what they carry where that matters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_, or_

from ..controls import Regime
from ..marks import Outlet
from ..tree import FloatArray, IntArray
from .verdicts import Verdicts


@dataclass(frozen=True)
class Fate:
    """What becomes of goods of one class that shall end in some end uses.

    Attributes:
        uses, users: end uses, and end users where it is not all of them; empty for any.
        bits: marks of the outlets meant.
        sets: sets of pedigrees meant, of those that rules about the class ask for.
        others: the other sets that such goods can carry.
        codes: verdict at each node.
        rules: rules that are about them, whatever their date.
    """

    uses: tuple[str, ...]
    users: tuple[str, ...]
    bits: int
    sets: tuple[int, ...]
    others: tuple[int, ...]
    codes: IntArray
    rules: frozenset[int]

    @property
    def carrying(self) -> int:
        """Pedigrees that tell the goods meant from others by being there."""
        return reduce(and_, self.sets) if self.others else 0

    @property
    def free_of(self) -> int:
        """Pedigrees that tell the goods meant from others by not being there."""
        return reduce(or_, self.others) & ~reduce(or_, self.sets) if self.others else 0

    @property
    def told_apart(self) -> bool:
        """Whether what they carry and do not carry tells the goods meant from all others."""
        return not any(
            self.carrying & ~other == 0 and not self.free_of & other for other in self.others
        )


@dataclass(frozen=True)
class _Group:
    """Outlets of an end use for which goods fare alike: a path for each set of pedigrees."""

    use: str
    users: tuple[str, ...]
    bits: int
    paths: list[IntArray]


class Fates:
    """Fates of goods, each worked out once.

    Args:
        regime: the rules.
        verdicts: where verdicts are numbered.
        outlets: outlets asked about, None for all.
    """

    def __init__(self, regime: Regime, verdicts: Verdicts, outlets: set[Outlet] | None) -> None:
        self.regime, self.verdicts, self.outlets = regime, verdicts, outlets
        self._known: dict[tuple[int, tuple[int, ...], int, bytes], list[Fate]] = {}

    def of(
        self, number: int, sets: tuple[int, ...], ahead: int, floor: FloatArray | None
    ) -> list[Fate]:
        """Fates of goods of a class.

        Args:
            number: class of the move.
            sets: sets of pedigrees that the goods can carry.
            ahead: marks of the outlets that lie ahead of where they go.
            floor: least price at each node, None without one. Shape (nodes,).
        """
        key = number, sets, ahead, b"" if floor is None else floor.tobytes()
        if key not in self._known:
            found = [
                fate
                for group in self._groups(number, sets, ahead, floor)
                for fate in self._split(number, sets, group)
            ]
            self._known[key] = self._joined(found, ahead)
        return self._known[key]

    def _joined(self, found: list[Fate], ahead: int) -> list[Fate]:
        """Fates with all end uses together that fare alike with the same pedigrees."""
        together: dict[tuple[object, ...], Fate] = {}
        for fate in found:
            key = (fate.sets, fate.codes.tobytes(), fate.users, fate.uses if fate.users else ())
            known = together.setdefault(key, fate)
            if known is not fate:
                together[key] = replace(
                    known,
                    uses=known.uses + fate.uses,
                    bits=known.bits | fate.bits,
                    rules=known.rules | fate.rules,
                )
        every = None if self.outlets is not None else ahead
        return [
            replace(fate, uses=()) if fate.bits == every else fate for fate in together.values()
        ]

    def _groups(
        self, number: int, sets: tuple[int, ...], ahead: int, floor: FloatArray | None
    ) -> Iterable[_Group]:
        """Outlets asked about, by end use, those together for which all goods fare alike."""
        marks, verdicts = self.regime.marks, self.verdicts
        open_to = [one for one in marks.outlets if marks.outlet(*one) & ahead]
        if not open_to and self.outlets is None:
            paths = [verdicts.path(number, one, 0, ahead, floor) for one in sets]
            return [_Group("", (), 0, paths)]
        alike: dict[tuple[object, ...], list[tuple[Outlet, list[IntArray]]]] = {}
        for outlet in open_to:
            if self.outlets is None or outlet in self.outlets:
                bit = marks.outlet(*outlet)
                paths = [verdicts.path(number, one, bit, ahead, floor) for one in sets]
                bare = [verdicts.bare(path) for path in paths]
                alike.setdefault((outlet[0], *bare), []).append((outlet, paths))
        groups = []
        for own in alike.values():
            use = own[0][0][0]
            bits = reduce(or_, (marks.outlet(*outlet) for outlet, _ in own))
            partly = bits != marks.outlets_of([use]) & ahead
            users = tuple(user or "" for (_, user), _ in own) if partly else ()
            paths = [verdicts.together([of[at] for _, of in own]) for at in range(len(sets))]
            groups.append(_Group(use, users, bits, paths))
        return groups

    def _split(self, number: int, sets: tuple[int, ...], group: _Group) -> Iterable[Fate]:
        """Fates of a group by what the goods carry."""
        by_path: dict[bytes, list[int]] = {}
        for at, path in enumerate(group.paths):
            by_path.setdefault(path.tobytes(), []).append(at)
        for own in by_path.values():

            def fate(meant: list[int]) -> Fate:
                chosen = tuple(sets[at] for at in meant)
                rules = (
                    self.verdicts.concerned(self.regime.about(number, one), group.bits)
                    for one in chosen
                )
                return Fate(
                    uses=(group.use,) if group.use else (),
                    users=group.users,
                    bits=group.bits,
                    sets=chosen,
                    others=tuple(one for one in sets if one not in chosen),
                    codes=group.paths[meant[0]],
                    rules=frozenset(rule for one in rules for rule in one),
                )

            together = fate(own)
            yield from [together] if together.told_apart else [fate([at]) for at in own]
