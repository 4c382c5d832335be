"""What of a case rules could be about: what leaves a country, who makes and wants what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .chain import Chain
from .figures import BoolArray, IntArray
from .lanes import Lanes
from .market import USES, Streams
from .places import COUNTRIES, POWER, Places
from .plants import Plants


@dataclass(frozen=True)
class Facts:
    """What of a case rules could be about.

    Attributes:
        names: the materials.
        out: whether some lane takes a material out of the watching country, and to where.
            Shape (materials, countries).
        onward: the same for what crosses any other border. Shape (materials, countries).
        home: whether a plant in the watching country makes a material. Shape (materials,).
        importer: the country that wants most, other than the watching one.
        defence: other countries whose defence wants a magnet that is made in the watching one.
        planned: its technologies with which plants elsewhere could be opened or expanded.
        served: its technologies with which plants elsewhere run.
    """

    names: list[str]
    out: BoolArray
    onward: BoolArray
    home: BoolArray
    importer: int
    defence: list[str]
    planned: list[str]
    served: list[str]

    @cached_property
    def _number(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self.names)}

    def _of(self, names: list[str]) -> list[int]:
        return [self._number[name] for name in names]

    def leaves(self, names: list[str], to: int | None = None) -> bool:
        """Whether one of the materials leaves the watching country (for one place)."""
        hit = self.out[self._of(names)]
        return bool(hit.any() if to is None else hit[:, to].any())

    def passes_on(self, names: list[str]) -> bool:
        """Whether one of the materials reaches the importer from a third country."""
        return bool(self.onward[self._of(names), self.importer].any())

    def made_at_home(self, names: list[str]) -> bool:
        """Whether one of the materials is made in the watching country."""
        return bool(self.home[self._of(names)].any())


def facts_of(
    chain: Chain, places: Places, lanes: Lanes, plants: Plants, streams: Streams, buyers: IntArray
) -> Facts:
    """Facts from the lanes, the plants and the streams of demand."""
    names, power = list(chain.price), COUNTRIES.index(POWER)
    start, end = places.country[lanes.start], places.country[lanes.end]
    out = np.zeros((len(names), len(COUNTRIES)), dtype=bool)
    onward = np.zeros_like(out)
    leaving = (start == power) & (end != power)
    passing = (start != power) & (end != start)
    out[lanes.material[leaving], end[leaving]] = True
    onward[lanes.material[passing], end[passing]] = True
    at_home = places.country[plants.site] == power
    made = {
        name
        for at in np.unique(plants.step[at_home]).tolist()
        for name, quantity in chain.steps[at].quantities.items()
        if quantity > 0 and chain.steps[at].stage != "recycling"
    }
    country = places.country[buyers[streams.buyer]]
    amount = np.bincount(country, streams.quantity, minlength=len(COUNTRIES))
    amount[power] = 0.0
    home = np.array([name in made for name in names])
    sold = streams.use == USES.index("defence")
    sold[sold] = home[names.index(chain.forms["magnet"][0]) + streams.good[sold]]
    return Facts(
        names,
        out,
        onward,
        home,
        int(amount.argmax()),
        [COUNTRIES[at] for at in np.unique(country[sold]).tolist() if at != power],
        _borrowed(plants, at_home, decided=True),
        _borrowed(plants, at_home, decided=False),
    )


def _borrowed(plants: Plants, at_home: BoolArray, *, decided: bool) -> list[str]:
    """Technologies of the watching country in plants elsewhere (that are yet to be decided on)."""
    grown = {row.plant for row in plants.expansions}
    found = {
        row.technology
        for row, home in zip(plants.rows, at_home.tolist(), strict=True)
        if row.technology is not None
        and row.technology.endswith(POWER)
        and not home
        and (not decided or row.status == "candidate" or row.plant in grown)
    }
    return sorted(found)
