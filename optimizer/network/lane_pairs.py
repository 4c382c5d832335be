"""Lanes as pairs of sites."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..tree import IntArray
from .frame import Frame

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
