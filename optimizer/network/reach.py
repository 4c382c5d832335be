"""Where each material can come from and go to: flows outside need no variable.

A material that cannot be at a site, or that has no way on from there, moves in no plan, because
balances are equalities. Leaving such flows out is exact and keeps wide selectors cheap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..tree import IntArray
from .frame import Frame

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class PlantIO:
    """Materials that a process may take and give, over all periods.

    ``takes``/``gives`` are those it takes or gives at some node; ``always_*`` at every node.
    """

    takes: IntArray
    gives: IntArray
    always_takes: IntArray
    always_gives: IntArray


def process_io(frame: Frame) -> dict[str, PlantIO]:
    """Inputs and outputs of each process."""
    case, quantity = frame.case, frame.values.compact("recipes", "quantity")
    by_process: dict[str, list[int]] = {row.process: [] for row in case.processes}
    for position, row in enumerate(case.recipes):
        by_process[row.process].append(position)

    def pick(rows: list[int], mask: BoolArray) -> IntArray:
        chosen = [row for row in rows if mask[row]]
        return np.array(
            [frame.material[case.recipes[row].material] for row in chosen], dtype=np.int64
        )

    low, high = (
        (quantity.min(axis=1), quantity.max(axis=1)) if len(quantity) else (quantity, quantity)
    )
    return {
        process: PlantIO(
            takes=pick(rows, low < 0),
            gives=pick(rows, high > 0),
            always_takes=pick(rows, high < 0),
            always_gives=pick(rows, low > 0),
        )
        for process, rows in by_process.items()
    }


def reachable(
    frame: Frame, io: dict[str, PlantIO], lane_from: IntArray, lane_to: IntArray, carries: BoolArray
) -> tuple[BoolArray, BoolArray]:
    """Where materials can be, and from where they can go on.

    Args:
        frame: the case.
        io: inputs and outputs of each process.
        lane_from: site of dispatch of each lane pair.
        lane_to: site of arrival of each lane pair.
        carries: whether a lane pair carries a material. Shape (pairs, materials).

    Returns:
        (present, useful): shape (sites, materials) each.
    """
    case = frame.case
    shape = (len(frame.sites), len(frame.materials))
    present, useful = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    for table in ("offers", "returns", "in_transit"):
        present[frame.places(case.rows(table))] = True
    for row in case.stockpiles:
        if row.initial > 0:
            present[frame.site[row.site], frame.material[row.material]] = True
    for table in ("demand", "disposal", "stockpiles"):
        useful[frame.places(case.rows(table))] = True
    plants = [(frame.site[row.site], io[row.process]) for row in case.plants]

    pair, material = np.nonzero(carries)
    start, end = lane_from[pair], lane_to[pair]
    while True:
        before = present.sum()
        np.logical_or.at(present, (end, material), present[start, material])
        for site, flows in plants:
            if present[site, flows.always_takes].all():
                present[site, flows.gives] = True
        if present.sum() == before:
            break
    while True:
        before = useful.sum()
        np.logical_or.at(useful, (start, material), useful[end, material])
        for site, flows in plants:
            if useful[site, flows.always_gives].all():
                useful[site, flows.takes] = True
        if useful.sum() == before:
            break
    return present, useful
