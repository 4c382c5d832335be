"""Lanes as pairs of sites, offers across borders, and what the rules say about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..controls import Moves, Verdicts, judge
from ..indexing import Index, as_columns
from ..tree import FloatArray, IntArray
from .frame import Frame
from .reach import PlantIO, reachable

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class LanePairs:
    """One lane for every (row, from-site, to-site).

    Attributes:
        row: row of `lanes`, from 0. Shape (pairs,).
        start: site of dispatch. Shape (pairs,).
        end: site of arrival. Shape (pairs,).
        host: pair whose capacity, opening and minimum load it uses (itself without `shares`).
        carries: whether it carries a material. Shape (pairs, materials).
    """

    row: IntArray
    start: IntArray
    end: IntArray
    host: IntArray
    carries: BoolArray


def expand_lanes(frame: Frame) -> LanePairs:
    """All pairs of sites of every row of `lanes`.

    Raises:
        ValueError: a row shares a pair that the row it names does not have.
    """
    place, kinds = frame.names.of("place"), frame.names.of("materials")
    rows: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    carries: list[BoolArray] = []
    index: dict[tuple[str, int, int], int] = {}
    chosen: dict[str, list[int]] = {}
    masks: dict[str, BoolArray] = {}

    def sites(selector: str) -> list[int]:
        if selector not in chosen:
            chosen[selector] = [frame.site[name] for name in place.select(selector)]
        return chosen[selector]

    for position, row in enumerate(frame.case.lanes):
        if row.material not in masks:
            mask = masks[row.material] = np.zeros(len(frame.materials), dtype=bool)
            mask[[frame.material[name] for name in kinds.select(row.material)]] = True
        carried = masks[row.material]
        for start in sites(row.from_):
            for end in sites(row.to):
                if start != end:
                    index[row.lane, start, end] = len(rows)
                    rows.append(position)
                    starts.append(start)
                    ends.append(end)
                    carries.append(carried)
    host = list(range(len(rows)))
    for pair, position in enumerate(rows):
        shared = frame.case.lanes[position].shares
        if shared:
            key = (shared, starts[pair], ends[pair])
            if key not in index:
                raise ValueError(
                    f"lanes row {position + 1}, shares: {shared!r} has no lane from "
                    f"{frame.sites[starts[pair]]!r} to {frame.sites[ends[pair]]!r}"
                )
            host[pair] = index[key]
    return LanePairs(
        np.array(rows, dtype=np.int64),
        np.array(starts, dtype=np.int64),
        np.array(ends, dtype=np.int64),
        np.array(host, dtype=np.int64),
        np.array(carries, dtype=bool).reshape(len(rows), len(frame.materials)),
    )


@dataclass(frozen=True)
class Movements:
    """Everything that may cross a border, with the rules' verdicts.

    Attributes:
        pairs: lanes as pairs of sites.
        present: where materials can be. Shape (sites, materials).
        useful: from where they can go on. Shape (sites, materials).
        carried: (pair, material) of lanes that can carry anything. Index with 2 columns.
        verdicts: verdicts on offers (moves 0 .. offers-1), then on ``carried``.
    """

    pairs: LanePairs
    present: BoolArray
    useful: BoolArray
    carried: Index
    verdicts: Verdicts
    moves: Moves

    def offer_class(self, offers: IntArray) -> IntArray:
        """Class of the verdict on each offer."""
        return self.verdicts.of_move[offers]

    def carried_class(self, positions: IntArray) -> IntArray:
        """Class of the verdict on each (pair, material) position of ``carried``."""
        return self.verdicts.of_move[len(self.verdicts.of_move) - len(self.carried) + positions]

    def days(self, kind: str, frame: Frame) -> FloatArray:
        """Lead days with border review: of each offer or carried (pair, material) at each node."""
        if kind == "offers":
            lead, of = (
                frame.values.array("offers", "lead_days"),
                self.verdicts.of_move[: len(frame.case.offers)],
            )
        else:
            row = self.pairs.row[self.carried.column(0)]
            lead, of = (
                frame.values.array("lanes", "lead_days")[row],
                self.carried_class(np.arange(len(self.carried))),
            )
        return np.asarray(lead + self.verdicts.review_days[of])


def build_movements(frame: Frame, io: dict[str, PlantIO]) -> Movements:
    """Lanes, reachability and verdicts of a case."""
    pairs = expand_lanes(frame)
    present, useful = reachable(frame, io, pairs.start, pairs.end, pairs.carries)
    open_to = pairs.carries & present[pairs.start] & useful[pairs.end]
    pair, material = np.nonzero(open_to)
    carried = Index(as_columns(pair, material))
    offer_site, offer_material = frame.places(frame.case.offers)  # type: ignore[arg-type]  # rows of one type
    start, end = pairs.start[pair], pairs.end[pair]
    moves = Moves(
        exporter=np.concatenate([frame.offer_country, frame.site_country[start]]),
        destination=np.concatenate([frame.site_country[offer_site], frame.site_country[end]]),
        sender=np.concatenate([frame.offer_supplier, frame.site_operator[start]]),
        receiver=np.concatenate([frame.site_operator[offer_site], frame.site_operator[end]]),
        material=np.concatenate([offer_material, material]),
        countries=frame.countries,
        operators=frame.operators,
        materials=frame.materials,
    )
    verdicts = judge(frame.case, frame.tree, frame.values, frame.names, moves)
    return Movements(pairs, present, useful, carried, verdicts, moves)
