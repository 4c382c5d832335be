"""How large a made-up case is, and how many materials of each form that gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LIMITS = {
    "suppliers": (1, 100_000),
    "materials": (6, 5_000),
    "periods": (1, 400),
    "seed": (0, 2**63 - 1),
    "scenarios": (1, 1_000),
    "pedigrees": (0, 2),
}
"""Least and most of each figure that can be asked for."""
_WHY = {
    "materials": " (a chain needs a concentrate, an oxide, a metal, an alloy, a magnet and a scrap)"
}


@dataclass(frozen=True)
class Size:
    """What is asked for.

    Attributes:
        suppliers: suppliers, each with one offer; plants, customers and lanes grow with them.
        materials: materials of all forms together.
        periods: quarters.
        seed: of all that is drawn.
        scenarios: futures; more than one branch from the first after a third of the horizon. The
            first three have a name, others are drawn.
        pedigrees: marks of provenance that some of the goods may carry.

    Raises:
        ValueError: a figure outside :data:`LIMITS`.
    """

    suppliers: int = 40
    materials: int = 18
    periods: int = 12
    seed: int = 0
    scenarios: int = 3
    pedigrees: int = 2

    def __post_init__(self) -> None:
        for name, (least, most) in LIMITS.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise ValueError(
                    f"{name} must be from {least:,} to {most:,}{_WHY.get(name, '')}, not {value:,}"
                )

    def draw(self, part: str) -> np.random.Generator:
        """Random numbers of one part of the case; what another part draws does not move them."""
        return np.random.default_rng([self.seed, *part.encode()])

    @property
    def concentrates(self) -> int:
        """Concentrates: about one material in ten, and never more than suppliers to sell them."""
        return max(1, min(self.materials // 10, self.suppliers))

    @property
    def alloys(self) -> int:
        """Alloys: about one material in eight; as many scraps."""
        return max(1, self.materials // 8)

    @property
    def metals(self) -> int:
        """Metals: a third of the materials that are left."""
        return self._left // 3

    @property
    def oxides(self) -> int:
        """Oxides: one of each metal, and a few that are sold as they are."""
        return (self._left + 1) // 3

    @property
    def magnets(self) -> int:
        """Magnets: what is left."""
        return self._left - self.metals - self.oxides

    @property
    def _left(self) -> int:
        return self.materials - self.concentrates - 2 * self.alloys

    @property
    def branches_at(self) -> int:
        """First period in which futures differ."""
        return max(2, 1 + self.periods // 3)

    @property
    def futures(self) -> int:
        """Scenarios that fit: a single period has no time for more than one."""
        return self.scenarios if self.periods > 1 else 1
