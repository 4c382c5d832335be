"""Which pedigrees stick to what: at offers, in plants and in stock, and the modes plants run in.

A pure function of a case. Everything here speaks of sets of marks as ints, see :mod:`.marks`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from math import prod

from ..models.case import Case
from ..models.names import CaseNames
from ..models.network_rows import InTransit, Offer, Plant, Stockpile
from ..models.outlets import outlets_named
from .marks import Marks

SAME = 1e-9
"""Relative difference below which two shares of value are the same."""
MOST_MIXTURES = 2000
"""Most choices of one variant of each input that are written down one by one."""


@dataclass(frozen=True)
class Mode:
    """One way to run a plant: what its inputs may bear, and what its outputs then bear.

    Attributes:
        marks: marks of the outputs, each as far as it can stick to the output.
        allowed: input material -> sets of marks it may be drawn with.
    """

    marks: int
    allowed: Mapping[str, frozenset[int]]

    @property
    def size(self) -> int:
        """Variables it takes: its own, and draws on inputs of several variants."""
        return 1 + sum(len(sets) for sets in self.allowed.values() if len(sets) > 1)

    def at_least(self, other: Mode) -> bool:
        """Whether it allows all that another allows and leaves no more marks."""
        return not self.marks & ~other.marks and all(
            self.allowed[name] >= sets for name, sets in other.allowed.items()
        )


def _mode(marks: int, available: Mapping[str, Collection[int]]) -> Mode:
    return Mode(marks, {name: frozenset(sets) for name, sets in available.items()})


class Pedigrees:
    """What the pedigrees of a case stick to."""

    def __init__(self, case: Case, names: CaseNames, marks: Marks) -> None:
        self.case, self.names, self.marks = case, names, marks
        self._of_plant: dict[str, int] = {}
        self._washed: dict[str, int] = {}

    @cached_property
    def _sticks(self) -> dict[str, int]:
        """Material -> pedigrees that can stick to it."""
        sticks = {row.material: 0 for row in self.case.materials}
        for row in self.case.pedigrees:
            bit = self.marks.pedigree(row.pedigree)
            for name in self.names.of("materials").select(row.materials or "*"):
                sticks[name] |= bit
        return sticks

    def on(self, marks: int, material: str) -> int:
        """The part of some marks that can stick to a material."""
        return marks & (self._sticks[material] | ~self.marks.provenance)

    def given(self, selector: str | None, material: str) -> int:
        """Marks that a `pedigrees` column gives to a material."""
        if not selector:
            return 0
        chosen = self.names.of("pedigrees").select(selector)
        return self.on(self.marks.selected(chosen), material)

    def held(self, row: Stockpile | InTransit) -> int:
        """Marks of goods that are there from the start: pedigrees, and what they are kept from."""
        kept = 0
        for at in outlets_named(row.kept_from, self.marks.outlets):
            kept |= self.marks.outlet(*self.marks.outlets[at])
        return self.given(row.pedigrees, row.material) | kept

    def of_offer(self, offer: Offer) -> int:
        """Marks of what an offer sells."""
        marks = self.given(offer.pedigrees, offer.material)
        origin = offer.origin or self.names.country[offer.site]
        stages = set(self.names.of("stage").select(offer.stages)) if offer.stages else set()
        for row in self.case.pedigrees:
            if self._put_on(row.pedigree, origin, stages):
                marks |= self.marks.pedigree(row.pedigree)
        return self.on(marks, offer.material)

    def of_plant(self, plant: Plant) -> int:
        """Marks that a plant puts on what it makes, whatever goes in."""
        if plant.plant not in self._of_plant:
            self._of_plant[plant.plant] = self._put_on_by_plant(plant)
        return self._of_plant[plant.plant]

    def _put_on_by_plant(self, plant: Plant) -> int:
        stage = {row.process: row.stage for row in self.case.processes}[plant.process]
        used = {plant.technology} | {
            row.technology for row in self.case.expansions if row.plant == plant.plant
        }
        marks = 0
        for row in self.case.pedigrees:
            by_technology = row.technologies and used & set(
                self.names.of("technologies").select(row.technologies)
            )
            country = self.names.country[plant.site]
            if by_technology or self._put_on(row.pedigree, country, {stage}):
                marks |= self.marks.pedigree(row.pedigree)
        return marks & ~self.washed(plant.process)

    @cached_property
    def _put_on_by(self) -> dict[str, tuple[set[str] | None, set[str] | None]]:
        """Pedigree -> countries and stages that put it on, None for any of them."""
        found = {}
        for row in self.case.pedigrees:
            if row.countries or row.stages:
                found[row.pedigree] = (
                    set(self.names.of("country").select(row.countries)) if row.countries else None,
                    set(self.names.of("stage").select(row.stages)) if row.stages else None,
                )
        return found

    def _put_on(self, pedigree: str, country: str, done: set[str]) -> bool:
        """Whether doing some stages in a country puts a pedigree on."""
        if pedigree not in self._put_on_by:
            return False
        countries, stages = self._put_on_by[pedigree]
        return (countries is None or country in countries) and (
            stages is None or bool(stages & done)
        )

    def washed(self, process: str) -> int:
        """Pedigrees that a process washes off."""
        if process not in self._washed:
            names = self.names.of("processes")
            self._washed[process] = self.marks.selected(
                row.pedigree
                for row in self.case.pedigrees
                if row.reset_by and process in names.select(row.reset_by)
            )
        return self._washed[process]

    @cached_property
    def _thresholds(self) -> list[tuple[int, float]]:
        """(bit, least share of value) of each pedigree."""
        return [
            (self.marks.pedigree(row.pedigree), row.min_value_share) for row in self.case.pedigrees
        ]

    def values(self, process: str) -> tuple[dict[str, float], float]:
        """Value of each input of a process, and of all its outputs, per unit of activity."""
        prices = {row.material: row.price or 0.0 for row in self.case.materials}
        rows = [row for row in self.case.recipes if row.process == process]
        worth = {row.material: -row.quantity * prices[row.material] for row in rows}
        made = -sum(value for value in worth.values() if value < 0)
        return {name: value for name, value in worth.items() if value > 0}, made

    def modes(
        self,
        plant: Plant,
        gives: Collection[str],
        needed: Collection[str],
        available: Mapping[str, Collection[int]],
    ) -> list[Mode]:
        """Modes in which a plant can run.

        Args:
            plant: a row of plants.
            gives: materials its process gives.
            needed: materials without which it cannot run.
            available: material that it takes -> sets of marks that can be there.
        """
        if not all(available[name] for name in needed):
            return []
        if not any(any(sets) for sets in available.values()):
            return [_mode(self.of_plant(plant), available)]
        choices = list(self._choices(plant, gives, available))
        shared = self._shared(plant, choices, needed, available)
        if prod(max(len(sets), 1) for sets in available.values()) > MOST_MIXTURES:
            return shared
        single = self._single(plant, choices, needed, available)
        needed_marks = {mode.marks for mode in single}
        shared = [mode for mode in shared if mode.marks in needed_marks]
        return min(single, shared, key=lambda modes: sum(mode.size for mode in modes))

    def _single(
        self,
        plant: Plant,
        choices: list[tuple[int, list[frozenset[str] | None]]],
        needed: Collection[str],
        available: Mapping[str, Collection[int]],
    ) -> list[Mode]:
        """One mode for every choice of one variant of each input.

        Runs of different modes mix freely, so that these are all that a plant can do.
        """
        source = self.of_plant(plant)
        names = [name for name, sets in available.items() if sets]
        found = []
        for chosen in product(*(available[name] for name in names)):
            marks = source
            for borne in chosen:
                marks |= borne & self.marks.destinations
            for bit, options in choices:
                bearers = {name for name, own in zip(names, chosen, strict=True) if own & bit}
                if not any(clean is not None and bearers <= clean for clean in options):
                    marks |= bit
            drawn = dict(zip(names, ((own,) for own in chosen), strict=True))
            found.append(_mode(marks, {name: drawn.get(name, ()) for name in available}))
        return found

    def _shared(
        self,
        plant: Plant,
        choices: list[tuple[int, list[frozenset[str] | None]]],
        needed: Collection[str],
        available: Mapping[str, Collection[int]],
    ) -> list[Mode]:
        """One mode for every set of marks its outputs may bear, with all that it then allows."""
        bits = [bit for bit, _ in choices]
        source = self.of_plant(plant)
        modes: list[Mode] = []
        for chosen in product(*(options for _, options in choices)):
            carried = source
            for bit, clean in zip(bits, chosen, strict=True):
                carried |= bit if clean is None else 0
            for kept in self._unions(available):
                allowed = {
                    name: frozenset(
                        marks
                        for marks in sets
                        if not marks & self.marks.destinations & ~kept
                        and all(
                            clean is None or name in clean or not marks & bit
                            for bit, clean in zip(bits, chosen, strict=True)
                        )
                    )
                    for name, sets in available.items()
                }
                if all(allowed[name] for name in needed):
                    modes.append(Mode(carried | kept, allowed))
        return _undominated(modes)

    def _choices(
        self,
        plant: Plant,
        gives: Collection[str],
        available: Mapping[str, Collection[int]],
    ) -> Iterator[tuple[int, list[frozenset[str] | None]]]:
        """(bit, options) of every pedigree that a run may carry on or not.

        An option is None where the outputs bear it, else the inputs that may bear it all the same.
        """
        fixed = self.of_plant(plant) | self.washed(plant.process)
        worth, made = self.values(plant.process)
        for bit, least in self._thresholds:
            bearers = [
                name for name, sets in available.items() if any(marks & bit for marks in sets)
            ]
            if bit & fixed or not bearers or not any(self.on(bit, name) for name in gives):
                continue
            clean = _below(bearers, worth, least * made)
            if frozenset(bearers) not in clean:
                yield bit, [None, *clean]

    def _unions(self, available: Mapping[str, Collection[int]]) -> list[int]:
        """All unions of the destination marks that inputs can bear, none included."""
        found = {0}
        for sets in available.values():
            for marks in sets:
                found |= {known | marks & self.marks.destinations for known in found}
        return sorted(found)


def _below(bearers: list[str], worth: Mapping[str, float], least: float) -> list[frozenset[str]]:
    """Largest sets of inputs that may bear a mark without being worth the threshold."""
    kept: list[frozenset[str]] = []
    for size in range(len(bearers), -1, -1):
        for chosen in combinations(bearers, size):
            value = sum(worth.get(name, 0.0) for name in chosen)
            reached = bool(chosen) and value >= least * (1 - SAME)
            if not reached and not any(set(chosen) <= larger for larger in kept):
                kept.append(frozenset(chosen))
    return kept


def _undominated(modes: list[Mode]) -> list[Mode]:
    """Modes for which no other allows as much and leaves no more marks."""
    kept: list[Mode] = []
    for mode in sorted(modes, key=lambda mode: mode.marks.bit_count()):
        if not any(other.at_least(mode) for other in kept):
            kept.append(mode)
    return kept
