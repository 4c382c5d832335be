"""Who wants what: streams of demand, what comes back from them, and what each material needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .figures import FloatArray, IntArray
from .size import Size

USES = ("traction", "wind", "industry", "consumer", "defence")
"""End uses of magnets."""
_USE_WEIGHT = (0.36, 0.2, 0.24, 0.12, 0.08)
GROWTH = {"traction": 1.09, "wind": 1.07, "industry": 1.03, "consumer": 1.02, "defence": 1.04}
"""Growth of demand a year."""
URGENCY = {"traction": 3.5, "wind": 2.5, "industry": 2.8, "consumer": 2.0, "defence": 6.0}
"""Cost of a unit never delivered, times its price."""
CATALYSTS = "catalysts"
"""End use of the oxides that become no metal."""
BUYERS_PER_SUPPLIER = 0.4


@dataclass(frozen=True)
class Streams:
    """Streams of demand.

    Attributes:
        buyers: number of buyers.
        buyer: buyer of each stream. Shape (streams,).
        good: magnet of each stream, or its oxide. Shape (streams,).
        use: position in :data:`USES`, or -1 for catalysts. Shape (streams,).
        quantity: t per period in the first year. Shape (streams,).
    """

    buyers: int
    buyer: IntArray
    good: IntArray
    use: IntArray
    quantity: FloatArray

    def need(self, goods: int, *, oxides: bool = False) -> FloatArray:
        """Demand of each magnet, or oxide, in a period [t]. Shape (goods,)."""
        chosen = (self.use < 0) == oxides
        quantity = np.bincount(self.good[chosen], self.quantity[chosen], minlength=goods)
        return quantity.astype(float)  # without streams it would be integers


def draw_streams(size: Size) -> Streams:
    """One to three magnets for each buyer, every magnet wanted by somebody; oxides left over."""
    draw = size.draw("market")
    buyers = max(size.magnets, round(BUYERS_PER_SUPPLIER * size.suppliers), 2)
    buyer = np.repeat(np.arange(buyers), draw.integers(1, 4, size=buyers))
    first = np.flatnonzero(np.diff(buyer, prepend=-1))
    magnet = draw.integers(size.magnets, size=len(buyer))
    magnet[first] = draw.permutation(buyers) % size.magnets
    use = draw.choice(len(USES), size=len(buyer), p=_USE_WEIGHT)
    single = _first_of_each(buyer, magnet, use)
    buyer, magnet, use = buyer[single], magnet[single], use[single]
    left = np.arange(size.metals, size.oxides)
    quantity = 12.0 * np.exp(0.7 * draw.standard_normal(len(buyer) + len(left)))
    return Streams(
        buyers,
        np.concatenate([buyer, draw.integers(buyers, size=len(left))]),
        np.concatenate([magnet, left]),
        np.concatenate([use, np.full(len(left), -1)]),
        quantity,
    )


def _first_of_each(*keys: IntArray) -> IntArray:
    """Positions of the first of all entries that are alike, in order."""
    _, first = np.unique(np.stack(keys), axis=1, return_index=True)
    return np.sort(first)
