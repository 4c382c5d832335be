"""Marks as bits: provenance that sticks to materials, and destinations they are kept from.

A *variant* is a material with a set of marks. Pedigree marks are the rows of `pedigrees`. An
*outlet* is a pair of an end use and an end user that demand rows name; a destination mark keeps
goods from one outlet. A set of marks is an ``int`` with one bit for each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from ..models.case import Case

Outlet = tuple[str, str | None]


@dataclass(frozen=True)
class Marks:
    """The marks of a case.

    Attributes:
        pedigrees: names of the pedigrees; pedigree i has bit i.
        outlets: (end use, end user or None) of demand rows; outlet j has the bit after them all.
    """

    pedigrees: tuple[str, ...]
    outlets: tuple[Outlet, ...]

    @classmethod
    def of(cls, case: Case) -> Marks:
        """Marks of a case."""
        return cls(
            tuple(row.pedigree for row in case.pedigrees),
            tuple(dict.fromkeys((row.end_use, row.end_user) for row in case.demand)),
        )

    @cached_property
    def provenance(self) -> int:
        """Bits of all pedigrees."""
        return (1 << len(self.pedigrees)) - 1

    @cached_property
    def destinations(self) -> int:
        """Bits of all destination marks."""
        return ((1 << len(self.outlets)) - 1) << len(self.pedigrees)

    @cached_property
    def uses(self) -> tuple[str, ...]:
        """End uses of the demand rows."""
        return tuple(dict.fromkeys(use for use, _ in self.outlets))

    def pedigree(self, name: str) -> int:
        """Bit of a pedigree."""
        return 1 << self.pedigrees.index(name)

    def selected(self, names: Iterable[str]) -> int:
        """Bits of several pedigrees."""
        bits = 0
        for name in names:
            bits |= self.pedigree(name)
        return bits

    def outlet(self, end_use: str, end_user: str | None) -> int:
        """Bit of the mark that keeps goods from an outlet."""
        return 1 << (len(self.pedigrees) + self.outlets.index((end_use, end_user)))

    def outlets_of(
        self, uses: Iterable[str] | None = None, users: Iterable[str] | None = None
    ) -> int:
        """Bits of the outlets of some end uses and end users; None for any."""
        wanted = None if uses is None else set(uses)
        known = None if users is None else set(users)
        bits = 0
        for use, user in self.outlets:
            if (wanted is None or use in wanted) and (known is None or user in known):
                bits |= self.outlet(use, user)
        return bits

    def text(self, mask: int) -> str:
        """Marks of a set as the plan's tables show them: sorted, joined by commas."""
        found = [name for bit, name in enumerate(self.pedigrees) if mask >> bit & 1]
        for position, (use, user) in enumerate(self.outlets):
            if mask >> (len(self.pedigrees) + position) & 1:
                found.append(f"!{use}" if user is None else f"!{use}={user}")
        return ",".join(sorted(found))
