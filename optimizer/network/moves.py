"""Lanes as pairs of sites, offers across borders, and the ways the rules leave to each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..controls import Moves, Regime
from ..indexing import Index, as_columns
from ..marks import Marks
from ..tree import FloatArray, IntArray
from ..ways import Way
from .frame import Frame
from .lane_pairs import LanePairs, expand_lanes
from .provenance import Links, Provenance
from .reach import PlantIO, reachable
from .routes import Burdens, Cargo, Routes

BoolArray = NDArray[np.bool_]


class Movements:
    """Everything that may cross a border, with what the rules say about it.

    Attributes:
        pairs: lanes as pairs of sites.
        present: where materials can be. Shape (sites, materials).
        useful: from where they can go on. Shape (sites, materials).
        carried: (pair, material) of lanes that can carry anything. Index with 2 columns.
        regime: the rules.
        provenance: variants of materials and where they can be.
        variants: (material, marks) of each variant.
    """

    def __init__(
        self,
        frame: Frame,
        io: dict[str, PlantIO],
        pairs: LanePairs,
        present: BoolArray,
        useful: BoolArray,
    ) -> None:
        self.pairs, self.present, self.useful = pairs, present, useful
        pair, material = np.nonzero(pairs.carries & present[pairs.start] & useful[pairs.end])
        self.carried = Index(as_columns(pair, material))
        marks = Marks.of(frame.case)
        self.regime = Regime(frame.case, frame.tree, frame.values, frame.names, marks)
        start, end = pairs.start[pair], pairs.end[pair]
        number = self.regime.classes(_moves(frame, start, end, material))
        self._offered = number[: len(frame.case.offers)]
        self._carried = number[len(frame.case.offers) :]
        every, what = np.nonzero(pairs.carries)
        links = Links(
            (pairs.start[every], pairs.end[every], what),
            (start, end, material, self._carried),
            self._offered,
        )
        self.provenance = Provenance(frame, io, self.regime, links, present, useful)
        self.variants = self.provenance.variants
        self._spells_of: dict[tuple[int, int], list[tuple[int, IntArray]]] = {}
        self._frame = frame
        self._cargo: dict[tuple[int, int, tuple[tuple[int, int], ...]], int] = {
            (at, at, ()): at for at in range(len(self.variants))
        }

    @property
    def cargo(self) -> Cargo:
        """All that moves, once all routes were asked for."""
        keys = list(self._cargo)
        return Cargo(
            np.array([key[0] for key in keys], dtype=np.int64),
            np.array([key[1] for key in keys], dtype=np.int64),
            [key[2] for key in keys],
        )

    def offer_routes(self, possible: BoolArray) -> Routes:
        """Routes of offers. ``possible`` has shape (offers, nodes)."""
        frame = self._frame
        pedigrees = self.provenance.pedigrees
        before = [pedigrees.of_offer(row) for row in frame.case.offers]
        site, material = frame.places(frame.case.offers)
        if self.provenance.plain:
            before = [0] * len(before)
        marks = np.array(before, dtype=object)
        return self._routes(self._offered, site, material, marks, possible, keep_one=True)

    def lane_moves(self) -> tuple[IntArray, IntArray]:
        """(position in ``carried``, variant) of all that lanes can carry."""
        pair, material = self.carried.members.T
        if self.provenance.plain:
            return np.arange(len(self.carried)), material
        moves = [
            (position, variant)
            for position, (site, what) in enumerate(
                zip(self.pairs.start[pair].tolist(), material.tolist(), strict=True)
            )
            for variant in self.provenance.at(site, what)
        ]
        position, variant = np.array(moves, dtype=np.int64).reshape(-1, 2).T
        return position, variant

    def lane_routes(self, position: IntArray, variant: IntArray, possible: BoolArray) -> Routes:
        """Routes of what lanes carry. ``possible`` has shape (moves, nodes)."""
        pair, material = self.carried.members[position].T
        marks = np.array([self.variants[at][1] for at in variant.tolist()], dtype=object)
        end = self.pairs.end[pair]
        return self._routes(self._carried[position], end, material, marks, possible)

    def _routes(
        self,
        number: IntArray,
        site: IntArray,
        material: IntArray,
        marks: NDArray[np.object_],
        possible: BoolArray,
        *,
        keep_one: bool = False,
    ) -> Routes:
        """Routes of moves of some classes to some places, by the goods' marks at dispatch."""
        provenance = self.provenance
        groups: dict[tuple[int, int, int, int], list[int]] = {}
        where = np.zeros_like(site) if provenance.plain else site
        keys = zip(number.tolist(), where.tolist(), material.tolist(), marks.tolist(), strict=True)
        for position, key in enumerate(keys):
            groups.setdefault(key, []).append(position)
        parts: list[tuple[IntArray, IntArray, IntArray, IntArray]] = []
        for (cls, place, what, borne), own in groups.items():
            rows = np.array(own, dtype=np.int64)
            for sig, nodes in self._spells(cls, borne):
                options = self._options(sig, place, what, borne, keep_one=keep_one)
                which, at = np.nonzero(possible[np.ix_(rows, nodes)])
                for cargo, way in options:
                    size = len(which)
                    parts.append((rows[which], nodes[at], np.full(size, cargo), np.full(size, way)))
        if not parts:
            none = np.zeros(0, dtype=np.int64)
            return Routes(none, none, none, none)
        routes = Routes(*(np.concatenate(column) for column in zip(*parts, strict=True)))
        return routes.where(np.lexsort((routes.cargo, routes.node, routes.which)))

    def _spells(self, number: int, marks: int) -> list[tuple[int, IntArray]]:
        """(signature, nodes) of goods of a class with some marks."""
        if (number, marks) not in self._spells_of:
            signature = self.regime.signatures(number, marks)
            self._spells_of[number, marks] = [
                (sig, np.flatnonzero(signature == sig)) for sig in np.unique(signature).tolist()
            ]
        return self._spells_of[number, marks]

    def _options(
        self, signature: int, site: int, material: int, marks: int, *, keep_one: bool
    ) -> list[tuple[int, int]]:
        """(cargo, way) of goods under a signature, the dominated and the useless left out.

        With ``keep_one`` goods without a way on stay where nothing else could move.
        """
        regime, provenance = self.regime, self.provenance
        first = self._first_way(signature)
        if provenance.plain:
            return [
                (self._cargo_of(material, material, way.licences), first + at)
                for at, way in enumerate(regime.ways[signature])
            ]
        options: list[tuple[int, int, int, Way]] = []
        for at, way in enumerate(regime.ways[signature]):
            if regime.offered(way, marks):
                after = provenance.becomes(site, material, marks | way.adds)
                options.append((after, first + at, way.adds, way))
        going = [option for option in options if provenance.goes_on(site, option[0])]
        chosen = going or (options[:1] if keep_one else [])
        before = provenance.number(material, marks)
        kept: list[tuple[int, Way]] = []
        found = []
        for after, number, _, way in sorted(chosen, key=lambda option: len(option[3].asks)):
            if any(
                after == other
                and set(one.asks) <= set(way.asks)
                and set(one.licences) <= set(way.licences)
                for other, one in kept
            ):
                continue
            kept.append((after, way))
            found.append((self._cargo_of(before, after, way.licences), number))
        return found

    def _cargo_of(self, before: int, after: int, licences: tuple[tuple[int, int], ...]) -> int:
        return self._cargo.setdefault((before, after, licences), len(self._cargo))

    def _first_way(self, signature: int) -> int:
        """Number of the first way of a signature among all ways."""
        return sum(len(ways) for ways in self.regime.ways[:signature])

    def _asked(self, column: str) -> BoolArray:
        """Whether each way asks for, or is hit by, each rule. Shape (ways, rules)."""
        ways = [way for ways in self.regime.ways for way in ways]
        mask = np.zeros((len(ways), len(self._frame.case.controls)), dtype=bool)
        for at, way in enumerate(ways):
            mask[at, list(getattr(way, column))] = True
        return mask

    def hit_by(self, routes: Routes) -> BoolArray:
        """Whether each rule is about each route. Shape (routes, rules)."""
        return self._asked("hit")[routes.way]

    def asks(self, routes: Routes, rule: int) -> BoolArray:
        """Whether each route complies with a rule. Shape (routes,)."""
        return self._asked("asks")[:, rule][routes.way]

    def burdens(self, routes: Routes) -> Burdens:
        """What the rules ask of each route."""
        values, node = self._frame.values, routes.node
        asks = self._asked("asks")
        review, longest = np.zeros(len(node)), np.zeros(len(node))
        tariff, unit_cost = np.zeros(len(node)), np.zeros(len(node))
        for rule in np.flatnonzero(asks.any(axis=0)):
            own = np.flatnonzero(asks[routes.way, rule])
            days = values.array("controls", "review_days")[rule, node[own]]
            longest[own] = np.maximum(longest[own], days)
            if not self.regime.licensed[rule]:
                review[own] = np.maximum(review[own], days)
            tariff[own] += values.array("controls", "tariff")[rule, node[own]]
            unit_cost[own] += values.array("controls", "unit_cost")[rule, node[own]]
        return Burdens(review, longest - review, tariff, unit_cost)

    def price_floors(self, offers: IntArray, nodes: IntArray) -> FloatArray:
        """Least price of each offer at each node by the rules in force. Shape (offers,)."""
        frame, regime = self._frame, self.regime
        floor = np.full(len(offers), -np.inf)
        least = frame.values.compact("controls", "price_floor")
        pedigrees = self.provenance.pedigrees
        about = [
            {at for at, _ in regime.about(int(number), pedigrees.of_offer(row))}
            for number, row in zip(self._offered, frame.case.offers, strict=True)
        ]
        for rule, row in enumerate(frame.case.controls):
            if row.kind != "import" or np.isnan(least[rule]).all():
                continue
            hit = np.array([rule in rules for rules in about], dtype=bool)[offers]
            hit &= regime.in_force[rule, nodes]
            price = frame.values.array("controls", "price_floor")[rule, nodes]
            floor = np.where(hit & ~np.isnan(price), np.fmax(floor, price), floor)
        return floor


def _moves(frame: Frame, start: IntArray, end: IntArray, material: IntArray) -> Moves:
    """Offers, then lanes from some sites to others with a material."""
    offer_site, offer_material = frame.places(frame.case.offers)
    return Moves(
        exporter=np.concatenate([frame.offer_country, frame.site_country[start]]),
        destination=np.concatenate([frame.site_country[offer_site], frame.site_country[end]]),
        sender=np.concatenate([frame.offer_supplier, frame.site_operator[start]]),
        receiver=np.concatenate([frame.site_operator[offer_site], frame.site_operator[end]]),
        material=np.concatenate([offer_material, material]),
        countries=frame.countries,
        operators=frame.operators,
        materials=frame.materials,
    )


def build_movements(frame: Frame, io: dict[str, PlantIO]) -> Movements:
    """Lanes, reachability, rules and variants of a case."""
    pairs = expand_lanes(frame)
    present, useful = reachable(frame, io, pairs.start, pairs.end, pairs.carries)
    return Movements(frame, io, pairs, present, useful)
