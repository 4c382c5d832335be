"""Licences granted before period 1: used within their dates, and no more than is left of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...models.commitment_rows import Granted
from .ledger import Ledger, Where
from .reading import BoolArray, FloatArray, Reading


def usable(reading: Reading, row: Granted) -> BoolArray:
    """Whether a licence granted before can be used at each node. Shape (nodes,)."""
    case, period = reading.case, reading.tree.period
    first, last = case.period(row.start, 1), case.period(row.end, reading.tree.periods)
    found: BoolArray = (period >= first) & (period <= last)
    return found


def check_granted(reading: Reading, use: pd.DataFrame, ledger: Ledger) -> None:
    """What is drawn on licences granted before, by the rows of ``licence_use`` that name them."""
    for number, row in enumerate(reading.case.granted, start=1):
        own = use[use["applied"] == -number]
        if own.empty:
            continue
        where = _called(reading.line("granted", number - 1, row.control))
        named = (row.control, row.exporter, row.destination, row.end_use)
        keys = own[["control", "exporter", "destination", "end_use"]].itertuples(index=False)
        nodes = own["node"].to_numpy(dtype=np.int64)
        good = np.array([tuple(key) == named for key in keys]) & usable(reading, row)[nodes]
        amount = own["quantity"].to_numpy(dtype=float)
        ledger.none_of("licence use", np.where(good, 0.0, amount), where)
        drawn = np.zeros((1, reading.size))
        np.add.at(drawn[0], nodes, amount)
        most = float(reading.along(drawn).max(initial=0.0))
        ledger.at_most("licence use", most, row.quantity, where)


def _called(text: str) -> Where:
    return lambda _: text


def granted_services(reading: Reading, control: str) -> tuple[FloatArray, FloatArray]:
    """Licences for services granted before: their number, and the part approved, by plant and node.

    Shape (plants, nodes) each.
    """
    place = {row.plant: at for at, row in enumerate(reading.case.plants)}
    count = np.zeros((len(place), reading.size))
    approved = count.copy()
    for row in reading.case.granted:
        if row.control == control and row.plant in place:
            now = usable(reading, row)
            count[place[row.plant]] += now
            approved[place[row.plant]] += now * row.approval
    return count, approved
