"""Sites of each kind: which country, where in it, and who runs them."""

from __future__ import annotations

import numpy as np

from ...models.network_rows import Site
from .figures import FloatArray, IntArray, ordinals, table

KINDS = ("mine", "separator", "metalmaker", "alloyer", "magnetmaker", "recycler", "buyer", "port")
"""What stands at a site."""

_WORLD = """
CN  34 109 30 45 45 45 45 20 14  0
US  38 -97 10  9  6  8  9 18 18  8
AU -28 122 20  5  1  0  0  2  1  2
MY   4 103  0 12  1  0  0  0  1  6
VN  21 105  5  4  8  4  5  2  3  2
MM  25  98  8  0  0  0  0  0  0  0
BR -15 -48  7  2  0  1  1  1  2  0
IN  20  78  5  3  3  3  4  4  5  3
CA  55 -106 6  3  2  1  1  3  2  0
ZA -29  24  4  1  0  0  0  1  1  1
JP  36 138  0  1 10 16 14 12 11  6
EE  59  26  0  4  3  2  4  1  0  0
FR  46   2  0  6  2  2  2  9  6  4
DE  51  10  0  1  4  8  8 12 15  4
GB  53  -2  0  2  7  3  2  6  4  3
KR  36 128  0  0  4  4  3  6  8  6
NL  52   5  0  0  0  0  0  1  1 30
SG   1 104  0  0  0  0  0  0  1 25
PL  52  19  0  1  2  1  1  2  4  0
MX  23 -102 0  0  0  0  1  0  3  0
"""
"""Country, a point in it, and how often a site of each kind stands there. Made up, if plausible."""

_ROWS = [line.split() for line in _WORLD.split("\n") if line]
COUNTRIES = [row[0] for row in _ROWS]
"""Countries in which sites can be."""
_POINT: FloatArray = np.array([row[1:3] for row in _ROWS], dtype=float)
_WEIGHT: FloatArray = np.array([row[3:] for row in _ROWS], dtype=float)
POWER = "CN"
"""The country whose government watches what leaves it."""

_FIRMS = (
    "Velmora", "Tarsik", "Ondrel", "Quillan", "Brevik",
    "Solvanta", "Merrow", "Kestrix", "Halvora", "Dunmere",
)  # fmt: skip
_TRADES = {
    "mine": "Mining",
    "separator": "Oxides",
    "metalmaker": "Metals",
    "alloyer": "Alloys",
    "magnetmaker": "Magnetics",
    "recycler": "Recycling",
    "buyer": "Motors",
    "port": "Trading",
    "supplier": "Supply",
}


class Places:
    """Sites as they are added, kind after kind."""

    def __init__(self, draw: np.random.Generator) -> None:
        self.names: list[str] = []
        self.operators: list[str] = []
        self.kinds: list[str] = []
        self._countries: list[IntArray] = []
        self._draw = draw

    def add(self, kind: str, size: int, *, firms: float = 1.0) -> IntArray:
        """Add sites of a kind and give their positions.

        Args:
            kind: one of :data:`KINDS`.
            size: how many.
            firms: firms per site; below 1 some firms run several.
        """
        country = self._draw.choice(len(COUNTRIES), size=size, p=weights(kind))
        first = len(self.names)
        numbers = ordinals(size)
        self.names += [
            f"{kind}-{COUNTRIES[at]}-{number}"
            for at, number in zip(country.tolist(), numbers, strict=True)
        ]
        run_by = self._draw.permutation(size) % max(1, round(firms * size))
        self.operators += [firm(kind, number) for number in run_by.tolist()]
        self.kinds += [kind] * size
        self._countries.append(country)
        return np.arange(first, first + size)

    @property
    def country(self) -> IntArray:
        """Position in :data:`COUNTRIES` of each site's. Shape (sites,)."""
        return np.concatenate(self._countries)

    def rows(self) -> tuple[list[Site], FloatArray]:
        """Rows of the table, and latitude and longitude of each [degrees]. Shape (sites, 2)."""
        country = self.country
        point = _POINT[country] + self._draw.uniform(-3.5, 3.5, (len(country), 2))
        point = np.round(point, 2)
        rows = table(
            Site,
            site=self.names,
            name=[
                f"{operator} in {COUNTRIES[at]}"
                for operator, at in zip(self.operators, country.tolist(), strict=True)
            ],
            operator=self.operators,
            country=[COUNTRIES[at] for at in country.tolist()],
            latitude=point[:, 0].tolist(),
            longitude=point[:, 1].tolist(),
        )
        return rows, point


def weights(kind: str) -> FloatArray:
    """Chance of each of :data:`COUNTRIES` to have a site of a kind. Shape (countries,)."""
    weight = _WEIGHT[:, KINDS.index(kind)]
    return np.asarray(weight / weight.sum())


def firm(kind: str, number: int) -> str:
    """Name of a made-up firm: ten words, then the same with numbers."""
    word = f"{_FIRMS[number % len(_FIRMS)]} {_TRADES[kind]}"
    return word if number < len(_FIRMS) else f"{word} {number // len(_FIRMS) + 1}"


def distance(start: FloatArray, end: FloatArray) -> FloatArray:
    """Great-circle distances [km] between points (latitude, longitude) [degrees]. Shape (pairs,).

    The haversine formula, with a mean radius of the Earth of 6,371 km.
    """
    start, end = np.radians(start), np.radians(end)
    half = np.sin((end - start) / 2) ** 2
    angle = half[:, 0] + np.cos(start[:, 0]) * np.cos(end[:, 0]) * half[:, 1]
    return np.asarray(2 * 6371.0 * np.arcsin(np.sqrt(np.clip(angle, 0, 1))))
