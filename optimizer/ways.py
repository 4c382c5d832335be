"""Ways in which goods may move under the rules that hit them.

A rule is about a shipment wholly, or only as far as it ends in its targets: the outlets of the end
uses or end users it names. Then the shipper complies, or lets the goods move under the rule's mark,
which keeps them from its targets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, product

from .marks import Marks


@dataclass(frozen=True)
class Hit:
    """A rule as it is about goods.

    Attributes:
        rule: row of controls.
        targets: outlets it is about, None for the goods wholly.
        prohibited: whether nobody can comply with it.
        licensed: whether complying takes a licence.
        burdens: whether complying ever costs, delays or limits.
    """

    rule: int
    targets: int | None
    prohibited: bool
    licensed: bool
    burdens: bool


@dataclass(frozen=True)
class Way:
    """One way in which goods may move.

    Attributes:
        adds: destination marks it leaves on the goods.
        licences: (rule, end use) of the licences it needs, by position.
        asks: rules it complies with, licence rules included.
        hit: all rules that are about the move.
    """

    adds: int
    licences: tuple[tuple[int, int], ...]
    asks: tuple[int, ...]
    hit: tuple[int, ...]


FREE = Way(0, (), (), ())


def ways_under(hits: Sequence[Hit], marks: Marks) -> tuple[Way, ...]:
    """Ways to move under rules in force, the dominated ones left out.

    Rules with the same targets are complied with together, under licences for one end use: anything
    else leaves the marks of all of them and only costs more.
    """
    kept = 0
    must: list[Hit] = []
    may: dict[int, list[Hit]] = {}
    for hit in hits:
        if hit.targets is None:
            if hit.prohibited:
                return ()
            must.append(hit)
        elif hit.prohibited:
            kept |= hit.targets
        elif hit.burdens:
            may.setdefault(hit.targets, []).append(hit)
    ways: list[Way] = []
    for chosen in chain.from_iterable(combinations(may, size) for size in range(len(may) + 1)):
        left = kept
        for targets in may:
            left |= 0 if targets in chosen else targets
        complied = [(marks.destinations, must), *((own, may[own]) for own in chosen)]
        ways += _under_licences(complied, left, tuple(hit.rule for hit in hits), marks)
    return _undominated(ways)


def _under_licences(
    complied: list[tuple[int, list[Hit]]], left: int, about: tuple[int, ...], marks: Marks
) -> Iterator[Way]:
    """Ways to comply with groups of rules, one end use of licences for each group.

    Args:
        complied: targets and rules of each group.
        left: marks left by what is not complied with.
        about: all rules that are about the move.
        marks: the marks of the case.
    """
    asks = tuple(sorted(hit.rule for _, group in complied for hit in group))
    licensed = [
        (targets, [hit.rule for hit in group if hit.licensed])
        for targets, group in complied
        if any(hit.licensed for hit in group)
    ]
    for uses in product(*(_uses(targets, marks) for targets, _ in licensed)):
        adds = left
        licences: list[tuple[int, int]] = []
        for (targets, rules), use in zip(licensed, uses, strict=True):
            adds |= targets & ~marks.outlets_of([marks.uses[use]])
            licences += [(rule, use) for rule in rules]
        yield Way(adds, tuple(sorted(licences)), asks, about)


def _uses(targets: int, marks: Marks) -> list[int]:
    """End uses that have an outlet among some."""
    return [at for at, use in enumerate(marks.uses) if targets & marks.outlets_of([use])]


def _undominated(ways: list[Way]) -> tuple[Way, ...]:
    """Ways for which no other asks no more and leaves no more marks."""
    kept: list[Way] = []
    for way in sorted(ways, key=lambda way: (len(way.asks), way.adds.bit_count())):
        if not any(
            not other.adds & ~way.adds
            and set(other.asks) <= set(way.asks)
            and set(other.licences) <= set(way.licences)
            for other in kept
        ):
            kept.append(way)
    return tuple(kept)
