"""Lots of goods with their true history, and heaps of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from .law import Law, Outlet, listed

TINY = 1e-6
Place = tuple[str, str, str]
"""Site, material and marks, as a plan's tables write them."""


class Smuggled(AssertionError):
    """A lot moved, or was delivered, against a rule in force."""


@dataclass(frozen=True)
class Lot:
    """Goods with one true history: pedigrees, outlets they are kept from, and where they were."""

    pedigrees: frozenset[str] = frozenset()
    barred: frozenset[Outlet] = frozenset()
    story: frozenset[str] = frozenset()

    def with_step(self, step: str, barred: Iterable[Outlet] = ()) -> Lot:
        """The lot after another step."""
        return Lot(self.pedigrees, self.barred | {*barred}, self.story | {step})

    def on(self, material: str, law: Law) -> Lot:
        """The lot as another material: only some pedigrees stick to it."""
        kept = {row["pedigree"] for row in law.base["pedigrees"] if law.sticks(row, material)}
        return Lot(self.pedigrees & kept, self.barred, self.story)


Heap = dict[Lot, float]
"""Quantities of lots that lie together."""


def draw(heaps: dict[Place, Heap], place: Place, quantity: float) -> Heap:
    """Lots of a quantity taken from a heap, of each in proportion."""
    heap = heaps.get(place, {})
    whole = sum(heap.values())
    if whole <= TINY or quantity <= TINY:
        return {}
    return {lot: part * quantity / whole for lot, part in heap.items() if part > TINY * whole}


def pile_up(flows: Iterable[tuple[Place, Heap]]) -> dict[Place, Heap]:
    """All that flows to each place."""
    heaps: dict[Place, Heap] = defaultdict(lambda: defaultdict(float))
    for place, heap in flows:
        for lot, quantity in heap.items():
            heaps[place][lot] += quantity
    return {place: dict(heap) for place, heap in heaps.items()}


def alike(one: dict[Place, Heap], other: dict[Place, Heap]) -> bool:
    """Whether two fillings of the heaps are the same."""
    for place in one.keys() | other.keys():
        mine, theirs = one.get(place, {}), other.get(place, {})
        for lot in mine.keys() | theirs.keys():
            if abs(mine.get(lot, 0.0) - theirs.get(lot, 0.0)) > 1e-8:
                return False
    return True


def mark_of(outlet: Outlet) -> str:
    """How a plan's tables write that goods are kept from an outlet."""
    return f"!{outlet[0]}={outlet[1]}" if outlet[1] else f"!{outlet[0]}"


def check_claim(law: Law, place: Place, heap: Heap) -> None:
    """The marks that a plan gives goods hold at least the true ones that matter where they are."""
    claimed, ahead = {*listed(place[2])}, law.ahead.get(place[:2], set())
    for lot, quantity in heap.items():
        missing = lot.pedigrees - claimed
        missing |= {mark_of(outlet) for outlet in lot.barred & ahead} - claimed
        if missing and quantity > TINY:
            raise Smuggled(f"{place} lacks {sorted(missing)}: {quantity} of {lot}")
