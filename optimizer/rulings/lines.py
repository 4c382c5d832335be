"""Lines of an answer: what the rules treat alike, with the verdict on it over time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ..tree import IntArray
from .verdicts import OUTSIDE, Verdicts

LISTS = ("destinations", "materials", "from_sites", "to_sites", "lanes", "offers", "plants")


@dataclass
class Line:
    """Things that the rules treat alike.

    Attributes:
        about: 'shipment', 'building', 'services' or 'purchase'.
        codes: number of the verdict at each node. Shape (nodes,).
        rules: rules that are about it, whatever their date, by position.
        exporter: country of dispatch, or of the technology; '' for purchases.
        destinations: countries of arrival, of the plants, of the buyers.
        materials: what moves, is made, is bought.
        carrying, free_of: pedigrees it must and must not carry for the verdict to hold.
        end_uses, end_users: what and whom it is for; empty for any.
        from_sites, to_sites: sites of dispatch and arrival, of the plants, of the buyers.
        lanes, offers, plants: what it covers; a lane as (row, from-site, to-site).
        technology: technology of the plants.
        kept_before: whether 'some' or 'all' of the goods are kept from there by an earlier border.
        refused: procurement rule -> whether buyers there refuse 'some' or 'all' of the goods by it.
    """

    about: str
    codes: IntArray
    rules: set[int]
    exporter: str = ""
    destinations: list[str] = field(default_factory=list)
    materials: list[str] = field(default_factory=list)
    carrying: tuple[str, ...] = ()
    free_of: tuple[str, ...] = ()
    end_uses: tuple[str, ...] = ()
    end_users: tuple[str, ...] = ()
    from_sites: list[str] = field(default_factory=list)
    to_sites: list[str] = field(default_factory=list)
    lanes: list[tuple[str, str, str]] = field(default_factory=list)
    offers: list[str] = field(default_factory=list)
    plants: list[str] = field(default_factory=list)
    technology: str = ""
    kept_before: str = ""
    refused: dict[int, str] = field(default_factory=dict)

    def kind(self) -> tuple[object, ...]:
        """What two lines must share to become one, places and goods aside."""
        return (
            self.about, self.codes.tobytes(), self.exporter, self.carrying, self.free_of,
            self.end_uses, self.end_users, self.technology, self.kept_before == "all",
        )  # fmt: skip

    def join(self, other: Line) -> None:
        """Add what another line covers."""
        self.rules |= other.rules
        self.kept_before = self.kept_before or other.kept_before
        for rule in {*self.refused, *other.refused}:
            both = {self.refused.get(rule), other.refused.get(rule)}
            self.refused[rule] = "all" if both == {"all"} else "some"
        for name in LISTS:
            getattr(self, name).extend(getattr(other, name))

    def tidy(self) -> None:
        """Name everything once."""
        for name in LISTS:
            setattr(self, name, list(dict.fromkeys(getattr(self, name))))

    def changes(self) -> bool:
        """Whether the verdict is not the same at all nodes asked about."""
        return len(set(self.codes[self.codes != OUTSIDE].tolist())) > 1


def joined(lines: list[Line], verdicts: Verdicts) -> list[Line]:
    """Lines put together: goods that two countries trade on the same terms, then destinations."""

    def by_pair(line: Line) -> tuple[object, ...]:
        return (*line.kind(), tuple(line.destinations), _could_matter(line, verdicts))

    def by_goods(line: Line) -> tuple[object, ...]:
        return (*line.kind(), tuple(sorted(line.materials)), _could_matter(line, verdicts))

    return _join(_join(lines, by_pair), by_goods)


def _join(lines: list[Line], key: Callable[[Line], tuple[object, ...]]) -> list[Line]:
    found: dict[tuple[object, ...], Line] = {}
    for line in lines:
        known = found.setdefault(key(line), line)
        if known is not line:
            known.join(line)
    for line in found.values():
        line.tidy()
    return list(found.values())


def _could_matter(line: Line, verdicts: Verdicts) -> frozenset[int]:
    """Rules about a line that are not in force at some time when it is not prohibited anyway."""
    open_nodes = np.array(
        [
            node for node in verdicts.nodes.tolist()
            if verdicts.found[line.codes[node]].verdict != "prohibited"
        ],
        dtype=np.int64,
    )  # fmt: skip
    in_force = verdicts.regime.in_force
    return frozenset(at for at in line.rules if not in_force[at, open_nodes].all())
