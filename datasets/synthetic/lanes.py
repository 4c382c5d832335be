"""Sparse lanes: every site sends each of its goods to a few others, and every site is supplied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...models.network_rows import Lane
from .figures import FloatArray, IntArray, rounded, spread, table, where
from .places import Places, distance
from .size import Size

FAN = 3
"""Sites to which a site sends a material."""
_BY_ROAD = 1500.0
"""km up to which goods go by road."""
_LONGEST = 45.0
"""Days that stay below half a period, for horizons too short to wait for more."""


@dataclass(frozen=True)
class Ends:
    """Sites where materials leave, or where they are wanted. Shapes (ends,)."""

    site: IntArray
    material: IntArray

    @classmethod
    def of(cls, *parts: tuple[IntArray, IntArray]) -> Ends:
        """Pairs of site and material, each once."""
        site, material = (np.concatenate(column) for column in zip(*parts, strict=True))
        pairs = np.unique(np.stack([material, site], axis=1), axis=0)
        return cls(pairs[:, 1], pairs[:, 0])

    def by_material(self, materials: int) -> list[IntArray]:
        """Sites of each material."""
        return np.split(self.site, np.searchsorted(self.material, np.arange(1, materials)))


@dataclass(frozen=True)
class Lanes:
    """Lanes and what they carry.

    Attributes:
        rows: the table lanes.
        start: position of the site that sends, of each pair of sites and material. Shape (flows,).
        end: position of the site that receives. Shape (flows,).
        material: position of the material. Shape (flows,).
    """

    rows: list[Lane]
    start: IntArray
    end: IntArray
    material: IntArray


def build_lanes(
    size: Size, names: list[str], places: Places, point: FloatArray, sources: Ends, sinks: Ends
) -> Lanes:
    """Lanes between sources and sinks of each material.

    Args:
        size: what is asked for.
        names: materials.
        places: sites.
        point: latitude and longitude of each site [degrees]. Shape (sites, 2).
        sources: where materials come from.
        sinks: where they are wanted.
    """
    draw = size.draw("lanes")
    flows = np.concatenate(
        [
            _pairs(start, end, material, draw)
            for material, (start, end) in enumerate(
                zip(sources.by_material(len(names)), sinks.by_material(len(names)), strict=True)
            )
        ]
    )
    flows = np.unique(flows[flows[:, 0] != flows[:, 1]], axis=0)
    new = np.any(np.diff(flows[:, :2], axis=0, prepend=-1), axis=1)
    first = np.flatnonzero(new)
    carried = np.split(flows[:, 2], first[1:])
    start, end = flows[first, 0], flows[first, 1]
    length = distance(point[start], point[end])
    cost, days = _freight(size, length, draw)
    narrow = draw.random(len(first)) < 0.05
    rows = table(
        Lane,
        lane=[
            f"{places.names[one]} to {places.names[other]}"
            for one, other in zip(start.tolist(), end.tolist(), strict=True)
        ],
        **{"from": [places.names[at] for at in start.tolist()]},
        to=[places.names[at] for at in end.tolist()],
        material=[",".join(names[at] for at in goods.tolist()) for goods in carried],
        cost=rounded(cost),
        lead_days=rounded(days, 2),
        capacity=where(narrow, rounded(draw.uniform(20, 80, len(first)))),
    )
    return Lanes(rows, flows[:, 0], flows[:, 1], flows[:, 2])


def _pairs(start: IntArray, end: IntArray, material: int, draw: np.random.Generator) -> IntArray:
    """Pairs of sites for a material: from each a few, to each at least one. Shape (pairs, 3)."""
    if not len(start) or not len(end):
        return np.zeros((0, 3), dtype=np.int64)
    fan = min(FAN, len(end))
    ring = draw.permutation(len(end))
    turn = draw.integers(len(end), size=(len(start), 1)) + np.arange(fan)
    senders = np.concatenate(
        [np.repeat(start, fan), start[draw.integers(len(start), size=len(end))]]
    )
    receivers = np.concatenate([end[ring[turn % len(end)]].ravel(), end])
    return np.stack([senders, receivers, np.full(len(senders), material)], axis=1)


def _freight(
    size: Size, length: FloatArray, draw: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Cost [money per t] and time [days]: by road up to a limit, else by sea."""
    road = length < _BY_ROAD
    cost = np.where(road, 15 + 0.11 * length, 90 + 0.015 * length)
    days = np.where(road, 2 + length / 500, 14 + length / 450)
    cost = cost * spread(draw, len(length), 0.15)
    days = days * spread(draw, len(length), 0.1)
    return cost, np.minimum(days, _LONGEST) if size.periods < 4 else days
