"""Which outlets can be reached from where: elsewhere goods forget that they are kept from them."""

from __future__ import annotations

from collections.abc import Iterator

from .lanes import lane_pairs
from .marks import Marks, Outlet, outlets
from .reader import PlainCase

Place = tuple[str, str]


def forgotten_marks(case: PlainCase) -> dict[Place, Marks]:
    """The destination marks that mean nothing at each site, for each material."""
    sites, materials = case.names("sites", "site"), case.names("materials", "material")
    reached: dict[Place, set[str]] = {(s, m): set() for s in sites for m in materials}
    for row in case.tables["demand"]:
        mark = Outlet(row["end_use"], row["end_user"]).mark
        reached[row["site"], row["material"]].add(mark)
    steps, grown = list(dict.fromkeys(_steps(case))), True
    while grown:
        before = sum(len(found) for found in reached.values())
        for start, end in steps:
            reached[start] |= reached[end]
        grown = sum(len(found) for found in reached.values()) > before
    everything = frozenset(outlet.mark for outlet in outlets(case))
    return {place: everything - found for place, found in reached.items()}


def _steps(case: PlainCase) -> Iterator[tuple[Place, Place]]:
    """From where to where goods can get in one step, whatever the dates and capacities."""
    for _, start, end, material in lane_pairs(case):
        yield (start, material), (end, material)
    for plant in case.tables["plants"]:
        recipes = [r for r in case.tables["recipes"] if r["process"] == plant["process"]]
        for drawn in recipes:
            for made in recipes:
                if drawn["quantity"] < 0 < made["quantity"]:
                    yield (plant["site"], drawn["material"]), (plant["site"], made["material"])
    for row in case.tables["returns"]:
        yield (row["from_site"], row["from_material"]), (row["site"], row["material"])
