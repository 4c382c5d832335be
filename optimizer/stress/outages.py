"""Outages: what may fail, and what of a network fails with it.

While something is out, from its start for the recovery time,

* **site**: nothing is made there (no run of a plant starts), bought there (offers at the site) or
  shipped out. What is under way arrives; stock that is there stays, and customers at the site
  itself are still delivered to.
* **operator**: all its sites, and every offer whose supplier it is.
* **country**: all its sites, and every offer with that origin: nothing leaves the country.
* **lane**: nothing is dispatched on a row of `lanes`; **pair**: on one of its pairs of sites.
* **control**: a rule is in force at its strictest, whatever its timeline says: in force, and
  nothing that is applied for is approved. See :mod:`.controls`.

What a contract or a `min_take` owes through an offer that is out falls away (force majeure).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...models.selectors import SelectorError
from ..arrays import Arrays
from ..network import Network
from ..tree import IntArray

BoolArray = NDArray[np.bool_]
KINDS = ("site", "operator", "country", "lane", "control")
"""Kinds of outages that are tried unless others are asked for."""
ALL_KINDS = (*KINDS, "pair")
OWED = (
    "order_at_least_min_take",
    "take_when_selected",
    "order_as_committed",
    "take_when_selected_and_signed",
)
"""Rows about what must be taken through an offer, all over (offer, node)."""


@dataclass(frozen=True)
class Outage:
    """Something that may fail.

    Attributes:
        kind: site, operator, country, lane, pair or control.
        name: its name; of a pair 'lane: from > to'.
    """

    kind: str
    name: str


@dataclass(frozen=True)
class Hit:
    """What of a model an outage takes away if it lasts to the horizon, in order of period.

    Attributes:
        columns: columns that are 0 while it lasts. Shape (columns,).
        column_period: their periods.
        rows: rows that do not bind while it lasts. Shape (rows,).
        row_period: their periods.
    """

    columns: IntArray
    column_period: IntArray
    rows: IntArray
    row_period: IntArray

    def during(self, first: int, last: int) -> tuple[IntArray, IntArray]:
        """Columns and rows that it takes away in the periods from ``first`` to ``last``."""
        columns = (self.column_period >= first) & (self.column_period <= last)
        rows = (self.row_period >= first) & (self.row_period <= last)
        return self.columns[columns], self.rows[rows]


def outages_of(
    network: Network, kinds: Sequence[str] = KINDS, only: str | None = None
) -> list[Outage]:
    """Outages of some kinds, in the order of the tables of the case.

    Args:
        network: network of the case.
        kinds: of what.
        only: selector of names; one that none of the kinds knows is an error.

    Raises:
        ValueError: an unknown kind, or a selector that hits nothing.
    """
    for kind in kinds:
        if kind not in ALL_KINDS:
            raise ValueError(f"no outage of kind {kind!r}; {', '.join(ALL_KINDS)} are there")
    found: list[Outage] = []
    reasons: list[str] = []
    for kind in dict.fromkeys(kinds):
        try:
            found += [Outage(kind, name) for name in _selected(network, kind, only)]
        except SelectorError as error:
            reasons.append(str(error))
    if not found:
        why = f": {reasons[0]}" if reasons else ""
        raise ValueError(f"nothing of kind {', '.join(kinds)} can fail here{why}")
    return found


def _selected(network: Network, kind: str, only: str | None) -> list[str]:
    frame, case = network.frame, network.case
    names = frame.names
    if kind == "site":
        return names.of("place").select(only)
    if kind == "operator":
        return names.here("operator").select(only)
    if kind == "country":
        chosen = set(names.here("country").select(only))
        return [country for country in frame.countries if country in chosen]
    rows = {
        "lane": [row.lane for row in case.lanes],
        "control": [row.control for row in case.controls],
        "pair": [pair_name(network, at) for at in range(len(network.movements.pairs.row))],
    }[kind]
    if kind == "pair" and only is not None and only not in rows:
        lanes = set(_among(network, [row.lane for row in case.lanes], only))
        return [name for name in rows if name.partition(": ")[0] in lanes]
    return _among(network, rows, only)


def _among(network: Network, universe: list[str], only: str | None) -> list[str]:
    plain = network.frame.names.of("materials")
    return type(plain)(universe, plain.groups).select(only)


def pair_name(network: Network, pair: int) -> str:
    """'lane: from > to' of a pair of sites on a lane."""
    pairs, sites = network.movements.pairs, network.frame.sites
    row = network.case.lanes[pairs.row[pair]].lane
    return f"{row}: {sites[pairs.start[pair]]} > {sites[pairs.end[pair]]}"


class Exposure:
    """Which columns and rows of a network's arrays each outage hits.

    Rules do not go through here: they change a network's arrays altogether.
    """

    def __init__(self, network: Network, arrays: Arrays) -> None:
        self.network, self.arrays = network, arrays
        frame, case = network.frame, network.case
        self._offer_site = np.array([frame.site[row.site] for row in case.offers], dtype=np.int64)
        self._plant_site = np.array([frame.site[row.site] for row in case.plants], dtype=np.int64)

    def of(self, outage: Outage) -> Hit:
        """What an outage takes away."""
        network, pairs = self.network, self.network.movements.pairs
        sites, offers = self._sites(outage), self._offers(outage)
        buys = offers[network.supply.buy.column(0)]
        runs = sites[self._plant_site[network.production.run.column(0)]]
        pair = network.shipping.ship.column(0)
        if outage.kind == "lane":
            lane = [row.lane for row in network.case.lanes].index(outage.name)
            ships = pairs.row[pair] == lane
        elif outage.kind == "pair":
            ships = self._pair_names[pair] == outage.name
        else:
            ships = sites[pairs.start[pair]]
        masks = {
            "buy": buys,
            "run": runs,
            "ship": ships,
            "ordering": self._forced & offers[self._ordered],
        }
        columns = [self._positions(family, mask) for family, mask in masks.items()]
        rows = [
            self.arrays.rows[name].start + np.flatnonzero(offers[self.arrays.members[name][:, 0]])
            for name in OWED
            if name in self.arrays.rows
        ]
        column, row = np.concatenate(columns), np.concatenate([np.zeros(0, dtype=np.int64), *rows])
        return Hit(column, self._column_period[column], row, self._row_period[row])

    def _positions(self, family: str, mask: BoolArray) -> IntArray:
        if not mask.any():
            return np.zeros(0, dtype=np.int64)
        return np.asarray(self.arrays.columns[family].start + np.flatnonzero(mask))

    def _sites(self, outage: Outage) -> BoolArray:
        """Sites that are out. Shape (sites,)."""
        frame = self.network.frame
        if outage.kind == "site":
            return np.asarray(np.arange(len(frame.sites)) == frame.site[outage.name])
        if outage.kind == "operator":
            return np.asarray(frame.site_operator == frame.operators.index(outage.name))
        if outage.kind == "country":
            return np.asarray(frame.site_country == frame.countries.index(outage.name))
        return np.zeros(len(frame.sites), dtype=bool)

    def _offers(self, outage: Outage) -> BoolArray:
        """Offers that are out. Shape (offers,)."""
        frame = self.network.frame
        out = self._sites(outage)[self._offer_site]
        if outage.kind == "operator":
            out = out | (frame.offer_supplier == frame.operators.index(outage.name))
        if outage.kind == "country":
            out = out | (frame.offer_country == frame.countries.index(outage.name))
        return np.asarray(out, dtype=bool)

    @cached_property
    def _ordered(self) -> IntArray:
        """Offer of each switch of an order."""
        members = self.arrays.members.get("ordering")
        return np.zeros(0, dtype=np.int64) if members is None else members[:, 0]

    @cached_property
    def _forced(self) -> BoolArray:
        """Switches of orders that are on whatever happens."""
        part = self.arrays.columns.get("ordering", slice(0, 0))
        return np.asarray(self.arrays.lower[part] > 0)

    @cached_property
    def _pair_names(self) -> NDArray[np.object_]:
        count = len(self.network.movements.pairs.row)
        return np.array([pair_name(self.network, at) for at in range(count)], dtype=object)

    @cached_property
    def _column_period(self) -> IntArray:
        """Period of each column that an outage can hit, 0 for others. Shape (columns,)."""
        period = np.zeros(self.arrays.matrix.shape[1], dtype=np.int64)
        for family in ("buy", "run", "ship", "ordering"):
            if family in self.arrays.columns:
                node = self.arrays.members[family][:, -1]
                period[self.arrays.columns[family]] = self.network.tree.period[node]
        return period

    @cached_property
    def _row_period(self) -> IntArray:
        """Period of each row that an outage can lift, 0 for others. Shape (rows,)."""
        period = np.zeros(self.arrays.matrix.shape[0], dtype=np.int64)
        for family in OWED:
            if family in self.arrays.rows:
                node = self.arrays.members[family][:, -1]
                period[self.arrays.rows[family]] = self.network.tree.period[node]
        return period
