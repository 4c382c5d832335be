"""What goods carry: pedigrees, and destinations they are kept from.

A *mark* is the name of a pedigree, or ``!use`` (``!use=end user``) for an *outlet* that goods are
kept from. Where an outlet cannot be reached from a site any more, its mark means nothing there: the
plan's marks are read without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ...models.network_rows import InTransit, Offer, Stockpile
from ...models.outlets import outlets_named
from ...models.rule_rows import Pedigree
from .ledger import Ledger
from .reading import BoolArray, IntArray, Reading


@dataclass(frozen=True)
class Bearing:
    """Which marks rows of a table carry.

    Attributes:
        pedigrees: shape (rows, pedigrees).
        outlets: destinations they are kept from. Shape (rows, outlets).
    """

    pedigrees: BoolArray
    outlets: BoolArray


class Marks:
    """The marks of a case.

    Attributes:
        pedigrees: names, in order of the table.
        outlets: distinct (end use, end user or '') of the demand rows.
        uses: distinct end uses of the demand rows.
        use: number of the end use of each outlet. Shape (outlets,).
        outlet: number of the outlet of each demand row. Shape (demand rows,).
    """

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        case = reading.case
        self.pedigrees = [row.pedigree for row in case.pedigrees]
        named = [(row.end_use, row.end_user or "") for row in case.demand]
        self.outlets = list(dict.fromkeys(named))
        self.uses = list(dict.fromkeys(use for use, _ in named))
        place = {outlet: number for number, outlet in enumerate(self.outlets)}
        self.outlet = np.array([place[outlet] for outlet in named], dtype=np.int64)
        number = {use: i for i, use in enumerate(self.uses)}
        self.use = np.array([number[use] for use, _ in self.outlets], dtype=np.int64)
        self.names = [*self.pedigrees, *(_kept_from(*outlet) for outlet in self.outlets)]
        self._place = {name: number for number, name in enumerate(self.names)}
        self._site = {row.site: number for number, row in enumerate(case.sites)}
        self._material = {row.material: number for number, row in enumerate(case.materials)}

    @cached_property
    def sticks(self) -> BoolArray:
        """Whether a pedigree can be on a material. Shape (materials, pedigrees)."""
        case = self.reading.case
        found = np.ones((len(case.materials), len(case.pedigrees)), dtype=bool)
        for number, row in enumerate(case.pedigrees):
            if row.materials is not None:
                chosen = self.reading.select("materials", row.materials)
                found[:, number] = [name in chosen for name in self._material]
        return found

    @cached_property
    def reach(self) -> BoolArray:
        """Whether goods at a site can still get to an outlet. Shape (sites, materials, outlets).

        By any chain of lanes, plants and returns, whatever their dates, capacities and bans.
        """
        case = self.reading.case
        found = np.zeros((len(self._site), len(self._material), len(self.outlets)), dtype=bool)
        for number, row in enumerate(case.demand):
            found[self._site[row.site], self._material[row.material], self.outlet[number]] = True
        lanes, steps = list(self._lanes()), list(self._steps())
        before = -1
        while (now := int(found.sum())) > before:
            before = now
            for start, end, goods in lanes:
                found[np.ix_(start, goods)] |= found[np.ix_(end, goods)].any(axis=0)
            for site, taken, place, given in steps:
                found[site, taken] |= found[place, given].any(axis=0)
        return found

    def _lanes(self) -> Iterator[tuple[IntArray, IntArray, IntArray]]:
        """From-sites, to-sites and materials of each distinct row of lanes."""
        reading = self.reading
        for start, end, goods in dict.fromkeys(
            (row.from_, row.to, row.material) for row in reading.case.lanes
        ):
            yield (
                _places(self._site, reading.select("place", start)),
                _places(self._site, reading.select("place", end)),
                _places(self._material, reading.select("materials", goods)),
            )

    def _steps(self) -> Iterator[tuple[int, IntArray, int, IntArray]]:
        """What turns materials at a site into others at a site: plants and returns."""
        case = self.reading.case
        taken: dict[str, list[str]] = {}
        given: dict[str, list[str]] = {}
        for recipe in case.recipes:
            if recipe.quantity:
                side = taken if recipe.quantity < 0 else given
                side.setdefault(recipe.process, []).append(recipe.material)
        for plant in case.plants:
            inputs, outputs = taken.get(plant.process), given.get(plant.process)
            if inputs and outputs:
                site = self._site[plant.site]
                yield (
                    site,
                    _places(self._material, inputs),
                    site,
                    _places(self._material, outputs),
                )
        for back in case.returns:
            yield (
                self._site[back.from_site],
                _places(self._material, [back.from_material]),
                self._site[back.site],
                _places(self._material, [back.material]),
            )

    def reached(self, sites: pd.Series, materials: pd.Series) -> BoolArray:
        """Outlets that rows of a table can still get to. Shape (rows, outlets)."""
        found: BoolArray = self.reach[_of(sites, self._site), _of(materials, self._material)]
        return found

    def sticking(self, materials: pd.Series) -> BoolArray:
        """Pedigrees that can be on the materials of rows of a table. Shape (rows, pedigrees)."""
        return self.sticks[_of(materials, self._material)]

    def bearing(self, texts: pd.Series) -> Bearing:
        """Marks of rows of a table, from its column of joined names."""
        codes, known = pd.factorize(texts)
        has = np.zeros((len(known) + 1, len(self.names)), dtype=bool)
        for number, text in enumerate(known):
            for name in filter(None, str(text).split(",")):
                has[number, self._place[name]] = True
        count = len(self.pedigrees)
        return Bearing(has[codes, :count], has[codes, count:])

    def sold(self, offer: Offer) -> str:
        """Marks that the goods of an offer sell with."""
        reading = self.reading
        origin = offer.origin or reading.names.country[offer.site]
        done = frozenset(reading.select("stage", offer.stages)) if offer.stages else frozenset()
        named = reading.select("pedigrees", offer.pedigrees) if offer.pedigrees else frozenset()
        given = [
            row.pedigree
            for row in reading.case.pedigrees
            if row.pedigree in named or self._done(row, origin, done)
        ]
        return self._joined(given, offer.material)

    def given(self, selector: str | None, material: str) -> str:
        """Marks that a `pedigrees` column gives to goods of a material."""
        if selector is None:
            return ""
        return self._joined(self.reading.select("pedigrees", selector), material)

    def held(self, row: Stockpile | InTransit) -> str:
        """Marks of goods that are there from the start, as far as they mean something there."""
        given = self.given(row.pedigrees, row.material).split(",")
        kept = [_kept_from(*self.outlets[at]) for at in outlets_named(row.kept_from, self.outlets)]
        return self._joined(filter(None, [*given, *kept]), row.material, row.site)

    def inherited(self, text: str, site: str, material: str) -> str:
        """What is left of marks on goods that turn up as a material at a site."""
        return self._joined(filter(None, text.split(",")), material, site)

    def _joined(self, names: Iterable[str], material: str, site: str | None = None) -> str:
        """Marks that can be on a material (at a site), as the plan writes them."""
        goods, count = self._material[material], len(self.pedigrees)
        kept = []
        for name in names:
            place = self._place[name]
            if place < count:
                stays = self.sticks[goods, place]
            else:
                stays = site is None or self.reach[self._site[site], goods, place - count]
            if stays:
                kept.append(name)
        return ",".join(sorted(kept))

    def _done(self, row: Pedigree, country: str, stages: frozenset[str]) -> bool:
        """Whether stages done in a country put a pedigree on."""
        reading = self.reading
        if row.countries is None and row.stages is None:
            return False
        if row.countries is not None and country not in reading.select("country", row.countries):
            return False
        return row.stages is None or bool(stages & reading.select("stage", row.stages))

    @property
    def bought(self) -> BoolArray:
        """Pedigrees that materials have at first: of offers, stock and goods in transit.

        Shape (materials, pedigrees).
        """
        case = self.reading.case
        found = np.zeros(self.sticks.shape, dtype=bool)
        texts = [(row.material, self.sold(row)) for row in case.offers]
        for rows in (case.stockpiles, case.in_transit):
            texts += [(row.material, self.given(row.pedigrees, row.material)) for row in rows]
        for material, text in texts:
            for name in filter(None, text.split(",")):
                found[self._material[material], self._place[name]] = True
        return found

    @cached_property
    def sources(self) -> BoolArray:
        """Whether a plant puts a pedigree on all it makes. Shape (plants, pedigrees)."""
        reading, case = self.reading, self.reading.case
        stage = {row.process: row.stage for row in case.processes}
        known: dict[str, set[str | None]] = {row.plant: {row.technology} for row in case.plants}
        for part in case.expansions:
            known[part.plant].add(part.technology)
        found = np.zeros((len(case.plants), len(case.pedigrees)), dtype=bool)
        for number, row in enumerate(case.pedigrees):
            chosen = frozenset[str]()
            if row.technologies is not None:
                chosen = reading.select("technologies", row.technologies)
            for place, plant in enumerate(case.plants):
                country = reading.names.country[plant.site]
                done = frozenset({stage.get(plant.process, "other")})
                by_technology = bool(chosen & known[plant.plant])
                found[place, number] = by_technology or self._done(row, country, done)
        return found

    @cached_property
    def washed(self) -> BoolArray:
        """Whether a plant's process washes a pedigree off. Shape (plants, pedigrees)."""
        case = self.reading.case
        found = np.zeros((len(case.plants), len(case.pedigrees)), dtype=bool)
        for number, row in enumerate(case.pedigrees):
            if row.reset_by is not None:
                chosen = self.reading.select("processes", row.reset_by)
                found[:, number] = [plant.process in chosen for plant in case.plants]
        return found

    def tidy(
        self, table: pd.DataFrame, site: str, column: str, name: str, ledger: Ledger
    ) -> pd.DataFrame:
        """A table with the marks of a column in order, without those that mean nothing any more.

        ``site`` is the column of the place where the goods are. Marks that the case does not have,
        and pedigrees that cannot be on the material, are entered as wrong.
        """
        texts = table[column].to_numpy(dtype=object)
        some = np.flatnonzero(texts != "")
        if not len(some):
            return table
        own = table.iloc[some]
        codes, known = pd.factorize(own[column])
        ordered = np.array([self._ordered(str(text), f"{name}.{column}", ledger) for text in known])
        clean = ordered.astype(object)[codes]
        has = self.bearing(pd.Series(clean, dtype=object))
        loose = has.pedigrees & ~self.sticking(own["material"])
        ledger.add(
            "marks",
            loose.any(axis=1).astype(float),
            1.0,
            lambda i: f"{name}.{column} {clean[i]!r} of {own['material'].iloc[i]}: cannot stick",
        )
        gone = np.zeros_like(has.outlets)
        if has.outlets.any():
            gone = has.outlets & ~self.reached(own[site], own["material"])
        left = np.hstack([has.pedigrees & ~loose, has.outlets & ~gone])
        changed = np.flatnonzero(loose.any(axis=1) | gone.any(axis=1))
        sets, place = np.unique(np.packbits(left[changed], axis=1), axis=0, return_inverse=True)
        bits = np.unpackbits(sets, axis=1, count=len(self.names)).astype(bool)
        names = np.array(self.names, dtype=object)
        shorter = np.array([",".join(sorted(names[row])) for row in bits] + [""], dtype=object)
        clean[changed] = shorter[place.ravel()]
        tidied = texts.copy()
        tidied[some] = clean
        return table.assign(**{column: tidied})

    def _ordered(self, text: str, place: str, ledger: Ledger) -> str:
        """The marks of a text that the case has, in order; anything else is entered as wrong."""
        names = text.split(",")
        strange = [mark for mark in names if mark not in self._place]
        ledger.wrong(
            "tables", [f"{place} {text!r}: no mark {mark!r} in this case" for mark in strange]
        )
        if not strange and names != sorted(set(names)):
            ledger.wrong("tables", [f"{place} {text!r}: marks are sorted, each once"])
        return ",".join(sorted(set(names) - set(strange)))


def _kept_from(use: str, user: str) -> str:
    """How a plan writes that goods are kept from an outlet."""
    return f"!{use}={user}" if user else f"!{use}"


def _places(place: dict[str, int], names: Iterable[str]) -> IntArray:
    return np.array(sorted(place[name] for name in names), dtype=np.int64)


def _of(column: pd.Series, place: dict[str, int]) -> IntArray:
    """Positions of the names in a column. Shape (rows,)."""
    codes, known = pd.factorize(column)
    return np.array([*(place[str(name)] for name in known), 0], dtype=np.int64)[codes]
