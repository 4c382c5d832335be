"""Which variants of each material can be where: a fixed point over offers, lanes, plants, returns.

Forward, every set of marks that can reach a place; backward, those that have a way on from there.
Dates are left out of it: what can move at some node can move. A destination mark is forgotten at
places from which no demand of its outlet lies ahead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..controls import Regime
from ..marks import Marks
from ..pedigrees import Mode, Pedigrees
from ..tree import IntArray
from .frame import Frame
from .reach import PlantIO

BoolArray = NDArray[np.bool_]
Place = tuple[int, int]
"""Site and material, by position."""


@dataclass(frozen=True)
class Links:
    """How materials get from place to place, and the class of each move.

    Attributes:
        lanes: every lane that carries a material: site of dispatch, site of arrival, material.
        carried: site of dispatch, site of arrival, material, class of the lanes that can be used.
        offered: class of each offer. Shape (offers,).
    """

    lanes: tuple[IntArray, IntArray, IntArray]
    carried: tuple[IntArray, IntArray, IntArray, IntArray]
    offered: IntArray


class Provenance:
    """Variants of materials and where they can be.

    Attributes:
        marks: the marks of the case.
        plain: whether no goods ever bear a mark.
        variants: (material, marks) of each variant, the unmarked ones of all materials first.
    """

    def __init__(
        self,
        frame: Frame,
        io: dict[str, PlantIO],
        regime: Regime,
        links: Links,
        present: BoolArray,
        useful: BoolArray,
    ) -> None:
        self.frame, self.io, self.regime, self.links = frame, io, regime, links
        self.marks: Marks = regime.marks
        self.pedigrees = Pedigrees(frame.case, frame.names, self.marks)
        self.plain = not frame.case.pedigrees and not regime.keeps_from
        self._reached, self._useful_places = present, useful
        self._known: dict[Place, dict[int, None]] = {}
        self._adds: dict[tuple[int, int], set[int]] = {}
        self.variants: list[tuple[int, int]] = [(at, 0) for at in range(len(frame.materials))]
        if not self.plain:
            self._spread()
            marked = {(what, marks) for (_, what), sets in self._known.items() for marks in sets}
            self.variants += sorted(variant for variant in marked if variant[1])
            self._keep_useful()
        self._number = {variant: at for at, variant in enumerate(self.variants)}

    def at(self, site: int, material: int) -> list[int]:
        """Variants that can be at a place and go on from there."""
        if self.plain:
            return [material]
        return [self._number[material, marks] for marks in self._known.get((site, material), {})]

    def becomes(self, site: int, material: int, marks: int) -> int:
        """The variant that goods with some marks are at a place."""
        return self._number[material, self.here(site, material, marks)]

    def number(self, material: int, marks: int) -> int:
        """The variant of a material with some marks, whether it can be anywhere or not."""
        return self._number.get((material, marks), material)

    def goes_on(self, site: int, variant: int) -> bool:
        """Whether a variant has a way on from a site."""
        material, marks = self.variants[variant]
        return self.plain or marks in self._known.get((site, material), {})

    def here(self, site: int, material: int, marks: int) -> int:
        """Marks that matter at a place, of those that goods arrive with."""
        if self.plain:
            return 0
        return self.pedigrees.on(marks, self.frame.materials[material]) & (
            self.marks.provenance | int(self._ahead.get((site, material), 0))
        )

    @cached_property
    def _ahead(self) -> dict[Place, int]:
        """Destination marks of the outlets that lie ahead of each place."""
        if not self.regime.keeps_from:
            return {}
        case, frame = self.frame.case, self.frame
        shape = (len(frame.sites), len(frame.materials), len(self.marks.outlets))
        ahead = np.zeros(shape, dtype=bool)
        for row in case.demand:
            outlet = self.marks.outlets.index((row.end_use, row.end_user))
            ahead[frame.site[row.site], frame.material[row.material], outlet] = True
        start, end, material = self.links.lanes
        plants = [(frame.site[row.site], self.io[row.process]) for row in case.plants]
        back = [
            (frame.site[row.from_site], frame.material[row.from_material],
             frame.site[row.site], frame.material[row.material])
            for row in case.returns
        ]  # fmt: skip
        while True:
            before = ahead.sum()
            np.logical_or.at(ahead, (start, material), ahead[end, material])
            for site, flows in plants:
                if len(flows.gives):
                    ahead[site, flows.takes] |= ahead[site, flows.gives].any(axis=0)
            for site, what, other, becomes in back:
                ahead[site, what] |= ahead[other, becomes]
            if ahead.sum() == before:
                break
        bits = [self.marks.outlet(*outlet) for outlet in self.marks.outlets]
        return {
            (int(site), int(material)): sum(
                bit for bit, is_ahead in zip(bits, ahead[site, material], strict=True) if is_ahead
            )
            for site, material in np.argwhere(ahead.any(axis=2))
        }

    def adds(self, number: int, marks: int) -> set[int]:
        """What some way at some node may add to goods with some marks, by class of the move."""
        key = number, marks
        if key not in self._adds:
            self._adds[key] = {
                way.adds
                for signature in np.unique(self.regime.signatures(number, marks))
                for way in self.regime.ways[signature]
                if self.regime.offered(way, marks)
            }
        return self._adds[key]

    def modes(self, plant: int) -> list[Mode]:
        """Modes in which a plant can run, given what can be at its site."""
        row = self.frame.case.plants[plant]
        site, flows = self.frame.site[row.site], self.io[row.process]
        names = self.frame.materials
        available = {
            names[material]: list(self._known.get((site, int(material)), {}))
            for material in flows.takes
        }
        gives = [names[material] for material in flows.gives]
        needed = [names[material] for material in flows.always_takes]
        return self.pedigrees.modes(row, gives, needed, available)

    def _sources(self) -> Iterable[tuple[Place, int]]:
        """Places and marks of what enters from outside."""
        frame, case = self.frame, self.frame.case
        for position, offer in enumerate(case.offers):
            marks = self.pedigrees.of_offer(offer)
            for adds in self.adds(int(self.links.offered[position]), marks):
                yield (frame.site[offer.site], frame.material[offer.material]), marks | adds
        for pile in case.stockpiles:
            if pile.initial > 0:
                place = frame.site[pile.site], frame.material[pile.material]
                yield place, self.pedigrees.held(pile)
        for goods in case.in_transit:
            place = frame.site[goods.site], frame.material[goods.material]
            yield place, self.pedigrees.held(goods)

    def _spread(self) -> None:
        """Forward: every set of marks that can be at every place."""
        plants = self.frame.case.plants
        edges, users, returns = self._edges(), self._users(), self._returns()
        waiting: list[tuple[Place, int]] = []
        idle = dict.fromkeys(range(len(plants)))

        def add(place: Place, marks: int) -> None:
            marks = self.here(*place, marks)
            known = self._known.setdefault(place, {})
            if marks not in known:
                known[marks] = None
                waiting.append((place, marks))

        def run(plant: int) -> None:
            site = self.frame.site[plants[plant].site]
            for mode in self.modes(plant) if self._fed(plant) else []:
                for material in self.io[plants[plant].process].gives:
                    add((site, int(material)), mode.marks)

        for place, marks in self._sources():
            add(place, marks)
        while waiting or idle:
            if not waiting:
                run(idle.popitem()[0])
                continue
            place, marks = waiting.pop()
            for end, number in edges.get(place, []):
                for adds in self.adds(number, marks):
                    add((end, place[1]), marks | adds)
            for returned in returns.get(place, []):
                add(returned, marks)
            idle.update(dict.fromkeys(users.get(place, [])))

    def _edges(self) -> dict[Place, list[tuple[int, int]]]:
        """Place -> (site of arrival, class) of the lanes that leave it."""
        edges: dict[Place, dict[tuple[int, int], None]] = {}
        for start, end, material, number in zip(*self.links.carried, strict=True):
            edges.setdefault((int(start), int(material)), {})[int(end), int(number)] = None
        return {place: list(ends) for place, ends in edges.items()}

    def _users(self) -> dict[Place, list[int]]:
        """Place -> plants that take what is there."""
        users: dict[Place, list[int]] = {}
        for position, plant in enumerate(self.frame.case.plants):
            for material in self.io[plant.process].takes:
                place = self.frame.site[plant.site], int(material)
                users.setdefault(place, []).append(position)
        return users

    def _returns(self) -> dict[Place, list[Place]]:
        """Place -> places where what was delivered there comes back."""
        frame = self.frame
        found: dict[Place, list[Place]] = {}
        for row in frame.case.returns:
            source = frame.site[row.from_site], frame.material[row.from_material]
            back = frame.site[row.site], frame.material[row.material]
            found.setdefault(source, []).append(back)
        return found

    def _fed(self, plant: int) -> bool:
        """Whether all that a plant always takes can be at its site."""
        row = self.frame.case.plants[plant]
        site = self.frame.site[row.site]
        return all(
            self._known.get((site, int(material))) for material in self.io[row.process].always_takes
        )

    def _keep_useful(self) -> None:
        """Backward: drop sets of marks that have no way on from a place."""
        frame, case = self.frame, self.frame.case
        sinks = [
            (frame.site[row.site], frame.material[row.material])
            for table in ("disposal", "stockpiles") for row in case.rows(table)
        ]  # fmt: skip
        useful: set[tuple[Place, int]] = {
            (place, marks) for place in sinks for marks in self._known.get(place, {})
        }
        for row in case.demand:
            place = frame.site[row.site], frame.material[row.material]
            refused = self.marks.outlet(row.end_use, row.end_user)
            useful |= {
                (place, marks) for marks in self._known.get(place, {}) if not marks & refused
            }
        arrives: dict[tuple[Place, int], set[tuple[Place, int]]] = {}
        edges = dict.fromkeys(zip(*(column.tolist() for column in self.links.carried), strict=True))
        for start, end, material, number in edges:
            for marks in self._known.get((start, material), {}):
                for adds in self.adds(number, marks):
                    after = (end, material), self.here(end, material, marks | adds)
                    arrives.setdefault(after, set()).add(((start, material), marks))
        runs = self._runs()
        waiting = list(useful)
        while True:
            while waiting:
                for source in arrives.get(waiting.pop(), ()):
                    if source not in useful:
                        useful.add(source)
                        waiting.append(source)
            for drawn, made in runs:
                if made <= useful and not drawn <= useful:
                    waiting += drawn - useful
                    useful |= drawn
            if not waiting:
                break
        self._known = {
            place: {marks: None for marks in sorted(sets) if (place, marks) in useful}
            for place, sets in self._known.items()
        }

    def _runs(self) -> list[tuple[set[tuple[Place, int]], set[tuple[Place, int]]]]:
        """What each mode of each plant may draw, and what it always makes."""
        frame, runs = self.frame, []
        for position, row in enumerate(frame.case.plants):
            if not self._fed(position):
                continue
            site, flows = frame.site[row.site], self.io[row.process]
            for mode in self.modes(position):
                drawn = {
                    ((site, frame.material[name]), marks)
                    for name, sets in mode.allowed.items() for marks in sets
                }  # fmt: skip
                made = {
                    ((site, int(material)), self.here(site, int(material), mode.marks))
                    for material in flows.always_gives
                }
                runs.append((drawn, made))
        return runs
