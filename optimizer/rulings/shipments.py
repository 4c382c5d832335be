"""What the rules say of everything that crosses a border, by lane or offer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..controls import Moves
from ..marks import Outlet
from ..network.frame import Frame
from ..network.moves import Movements
from ..network.reach import PlantIO
from ..tree import FloatArray, IntArray
from .asked import Asked
from .fates import Fate, Fates
from .lines import Line
from .verdicts import Verdicts


@dataclass(frozen=True)
class Crossings:
    """Moves across borders: offers, then lanes with a material.

    Attributes:
        number: class of each. Shape (moves,).
        offer: row of offers, -1 for lanes. Shape (moves,).
        pair: pair of sites, -1 for offers. Shape (moves,).
        start, end: sites; an offer has no site of dispatch (-1). Shape (moves,).
        exporter, destination: countries. Shape (moves,).
        material: what. Shape (moves,).
    """

    number: IntArray
    offer: IntArray
    pair: IntArray
    start: IntArray
    end: IntArray
    exporter: IntArray
    destination: IntArray
    material: IntArray

    def where(self, mask: np.ndarray) -> Crossings:
        """The marked ones."""
        return Crossings(*(getattr(self, name)[mask] for name in self.__dataclass_fields__))


def crossings(frame: Frame, movements: Movements) -> Crossings:
    """Everything that crosses a border."""
    pairs = movements.pairs
    pair, material = movements.carried.members.T
    site, sold = frame.places(frame.case.offers)
    start, end = pairs.start[pair], pairs.end[pair]
    offers, lanes = np.full(len(site), -1), np.full(len(pair), -1)
    moves = Moves(
        exporter=np.concatenate([frame.offer_country, frame.site_country[start]]),
        destination=np.concatenate([frame.site_country[site], frame.site_country[end]]),
        sender=np.concatenate([frame.offer_supplier, frame.site_operator[start]]),
        receiver=np.concatenate([frame.site_operator[site], frame.site_operator[end]]),
        material=np.concatenate([sold, material]),
        countries=frame.countries,
        operators=frame.operators,
        materials=frame.materials,
    )
    every = Crossings(
        number=movements.regime.classes(moves),
        offer=np.concatenate([np.arange(len(site)), lanes]),
        pair=np.concatenate([offers, pair]),
        start=np.concatenate([offers, start]),
        end=np.concatenate([site, end]),
        exporter=moves.exporter,
        destination=moves.destination,
        material=moves.material,
    )
    return every.where(every.exporter != every.destination)


def selected(found: Crossings, asked: Asked) -> Crossings:
    """The crossings that a question is about."""
    from_lane = np.append(asked.from_sites, False)[found.start]
    from_offer = np.append(asked.from_offers, False)[found.offer]
    return found.where(
        (from_lane | from_offer) & asked.to_sites[found.end] & asked.materials[found.material]
    )


def anything_goes(frame: Frame, io: dict[str, PlantIO], movements: Movements) -> Movements:
    """The same movements in a world without rules, which tells what goods can carry where.

    The rules would leave out goods that they let go nowhere, and these are asked about most.
    """
    kept = [row for row in frame.case.changes if row.table not in ("controls", "control_status")]
    case = frame.case.model_copy(update={"controls": [], "control_status": [], "changes": kept})
    return Movements(
        Frame.of(case, frame.tree), io, movements.pairs, movements.present, movements.useful
    )


class Shipments:
    """Lines on shipments.

    Args:
        frame: the case.
        movements: what moves under its rules.
        unruled: the same in a world without rules.
        verdicts: where verdicts are numbered.
        outlets: outlets asked about, None for all.
    """

    def __init__(
        self,
        frame: Frame,
        movements: Movements,
        unruled: Movements,
        verdicts: Verdicts,
        outlets: set[Outlet] | None,
    ) -> None:
        self.frame, self.movements, self.verdicts, self.outlets = (
            frame, movements, verdicts, outlets,
        )  # fmt: skip
        self.regime, self.unruled = movements.regime, unruled
        self.left_out = 0
        self._fates = Fates(movements.regime, verdicts, outlets)
        self._floors: dict[int, FloatArray] = {}
        self._asked: dict[int, int] = {}
        self._sets: dict[tuple[int, int, int, int], tuple[int, ...]] = {}
        self._kept: dict[tuple[int, int, int, tuple[int, ...], int], str] = {}

    def lines(self, found: Crossings) -> list[Line]:
        """A line for each crossing, end use and set of pedigrees that makes a difference."""
        self._floors = self._price_floors(found.offer[found.offer >= 0])
        lines: list[Line] = []
        for at in range(len(found.number)):
            own = list(self._of(found, at))
            self.left_out += not own
            lines += own
        return lines

    def _price_floors(self, offers: IntArray) -> dict[int, FloatArray]:
        """Least price of some offers at each node, NaN for none."""
        size = self.frame.tree.size
        nodes = np.tile(np.arange(size), len(offers))
        floors = self.movements.price_floors(np.repeat(offers, size), nodes).reshape(-1, size)
        floors = np.where(np.isfinite(floors), floors, np.nan)
        return dict(zip(offers.tolist(), floors, strict=True))

    def _of(self, found: Crossings, at: int) -> Iterable[Line]:
        """Lines on one crossing."""
        frame, marks = self.frame, self.regime.marks
        offer, pair, end = int(found.offer[at]), int(found.pair[at]), int(found.end[at])
        start, material, number = (
            int(found.start[at]),
            int(found.material[at]),
            int(found.number[at]),
        )
        ahead = marks.destinations
        if self.regime.keeps_from:
            ahead = self.movements.provenance.here(end, material, marks.destinations)
            ahead &= marks.destinations
        relevant = self._relevant(number)
        sets = self._carried(offer, start, material, relevant)
        for fate in self._fates.of(number, sets, ahead, self._floors.get(offer)):
            line = Line(
                about="shipment",
                codes=fate.codes,
                rules=set(fate.rules),
                exporter=frame.countries[found.exporter[at]],
                destinations=[frame.countries[found.destination[at]]],
                materials=[frame.materials[material]],
                carrying=self._named(fate.carrying),
                free_of=self._named(fate.free_of),
                end_uses=fate.uses,
                end_users=fate.users,
                to_sites=[frame.sites[end]],
            )
            if pair >= 0:
                lane = frame.case.lanes[self.movements.pairs.row[pair]].lane
                line.from_sites = [frame.sites[start]]
                line.lanes = [(lane, frame.sites[start], frame.sites[end])]
                line.kept_before = self._kept_before(start, material, relevant, fate)
            else:
                line.offers = [frame.case.offers[offer].offer]
            line.refused = self._refused((offer, start, end, material), relevant, fate)
            yield line

    def _named(self, marks: int) -> tuple[str, ...]:
        return tuple(
            name for name in self.regime.marks.pedigrees if marks & self.regime.marks.pedigree(name)
        )

    def _relevant(self, number: int) -> int:
        """Pedigrees that rules about a class ask for."""
        if number not in self._asked:
            marks, bits = self.regime.marks, 0
            for at, _ in self.regime.about(number, marks.provenance):
                asked = self.frame.case.controls[at].pedigree
                bits |= marks.pedigree(asked) if asked else 0
            self._asked[number] = bits
        return self._asked[number]

    def _bearing(self, offer: int, start: int, material: int) -> list[int]:
        """Marks that goods of a move can carry, the law aside."""
        provenance = self.unruled.provenance
        if offer >= 0:
            return [provenance.pedigrees.of_offer(self.frame.case.offers[offer])]
        return [self.unruled.variants[at][1] for at in provenance.at(start, material)]

    def _carried(self, offer: int, start: int, material: int, relevant: int) -> tuple[int, ...]:
        """Sets of pedigrees that make a difference and that goods of a move can carry."""
        if not relevant:
            return (0,)
        key = offer, start, material, relevant
        if key not in self._sets:
            found = {marks & relevant for marks in self._bearing(offer, start, material)}
            self._sets[key] = tuple(sorted(found)) or (0,)
        return self._sets[key]

    def _kept_before(self, start: int, material: int, relevant: int, fate: Fate) -> str:
        """Whether goods at a site are kept from some outlets when they leave it."""
        key = start, material, relevant, fate.sets, fate.bits
        if key not in self._kept:
            every = self.movements.provenance.at(start, material)
            variants = [self.movements.variants[at][1] for at in every]
            own = [marks for marks in variants if marks & relevant in fate.sets]
            kept = "some" if any(marks & fate.bits for marks in own) else ""
            if own and fate.bits and all(marks & fate.bits == fate.bits for marks in own):
                kept = "all"
            self._kept[key] = kept
        return self._kept[key]

    @cached_property
    def _buyers(self) -> list[tuple[int, int, dict[tuple[str, str], int]]]:
        """(rule, pedigree, (site, material) -> outlets) of what procurement rules keep out."""
        marks, found = self.regime.marks, []
        for at, row in enumerate(self.frame.case.controls):
            in_force = self.regime.in_force[at, self.verdicts.nodes].any()
            if row.kind != "procurement" or row.policy != "prohibited" or not in_force:
                continue
            bound: dict[tuple[str, str], int] = {}
            for want, hit in zip(self.frame.case.demand, self.regime.buyers(at), strict=True):
                if hit:
                    key = want.site, want.material
                    bound[key] = bound.get(key, 0) | marks.outlet(want.end_use, want.end_user)
            found.append((at, marks.pedigree(row.pedigree or ""), bound))
        return found

    def _refused(
        self, move: tuple[int, int, int, int], relevant: int, fate: Fate
    ) -> dict[int, str]:
        """Procurement rules by which buyers at a site refuse goods that arrive for them."""
        offer, start, end, material = move
        place, refused = (self.frame.sites[end], self.frame.materials[material]), {}
        for rule, pedigree, bound in self._buyers:
            if not bound.get(place, 0) & fate.bits:
                continue
            borne = [
                marks
                for marks in self._bearing(offer, start, material)
                if marks & relevant in fate.sets
            ]
            if any(marks & pedigree for marks in borne):
                refused[rule] = "all" if all(marks & pedigree for marks in borne) else "some"
        return refused
