"""Marks that plants pass on: what each run must put on its outputs, from what it drew.

A run is a plant, a mode and the node in which it starts.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd

from .ledger import Ledger, Where
from .marks import Bearing, Marks
from .reading import BoolArray, FloatArray, IntArray, Reading
from .supply import USED
from .tables import Plan

TIE = 1e-9
"""Shares of value within this part of each other are equal."""


class Runs:
    """The conversions of a plan by run.

    Attributes:
        table: the plan's conversions.
        run: number of the run of each row. Shape (rows,).
        plant: position of the plant of each run. Shape (runs,).
        drawn: rows that take a noticeable amount. Shape (rows,).
    """

    def __init__(self, reading: Reading, plan: Plan, marks: Marks) -> None:
        self.reading = reading
        self.marks = marks
        self.table = plan.conversions
        keys = pd.MultiIndex.from_frame(self.table[["position", "mode", "started"]])
        codes, known = pd.factorize(keys)
        self.run: IntArray = codes.astype(np.int64)
        self.plant = np.array([key[0] for key in known], dtype=np.int64)
        amount = self.table["quantity"].to_numpy(dtype=float)
        largest = np.ones(len(known))
        np.maximum.at(largest, self.run, np.abs(amount))
        self.drawn: BoolArray = amount < -USED * largest[self.run]
        self.amount: FloatArray = amount

    @cached_property
    def bearing(self) -> Bearing:
        """Marks of each row."""
        return self.marks.bearing(self.table["marks"])

    @cached_property
    def _place(self) -> dict[str, int]:
        """Position of each material."""
        return {row.material: number for number, row in enumerate(self.reading.case.materials)}

    def _sides(self, sign: int) -> BoolArray:
        """Materials that plants take (-1) or make (1). Shape (plants, materials)."""
        case = self.reading.case
        known: dict[str, list[int]] = {}
        for row in case.recipes:
            if row.quantity * sign > 0:
                known.setdefault(row.process, []).append(self._place[row.material])
        found = np.zeros((len(case.plants), len(self._place)), dtype=bool)
        for number, plant in enumerate(case.plants):
            found[number, known.get(plant.process, [])] = True
        return found

    @cached_property
    def _worth(self) -> tuple[FloatArray, FloatArray]:
        """Value per activity of each input and of all outputs, before changes.

        Shapes (plants, materials) and (plants,) [money/activity].
        """
        case, place = self.reading.case, self._place
        price = [row.price or 0.0 for row in case.materials]
        known = {row.process: number for number, row in enumerate(case.processes)}
        inputs = np.zeros((len(known), len(place)))
        outputs = np.zeros(len(known))
        for row in case.recipes:
            value = row.quantity * price[place[row.material]]
            if row.quantity < 0:
                inputs[known[row.process], place[row.material]] -= value
            else:
                outputs[known[row.process]] += value
        plants = np.array([known[plant.process] for plant in case.plants], dtype=np.int64)
        return inputs[plants], outputs[plants]

    @cached_property
    def _material(self) -> IntArray:
        return np.asarray(self.table["material"].map(self._place), dtype=np.int64)

    def _enough(self, number: int, worth: FloatArray, plants: IntArray) -> BoolArray:
        """Whether marked inputs of a value are enough to mark what plants make."""
        share = self.reading.case.pedigrees[number].min_value_share
        least = share * self._worth[1][plants]
        found: BoolArray = worth >= least - TIE * np.maximum(np.abs(least), np.abs(worth))
        return found

    def inherited(self, number: int) -> BoolArray:
        """Runs whose outputs inherit a pedigree from what they drew. Shape (runs,)."""
        rows = np.flatnonzero(self.drawn & self.bearing.pedigrees[:, number])
        found = np.zeros(len(self.plant), dtype=bool)
        if not len(rows):
            return found
        count = len(self.reading.case.materials)
        pairs = np.unique(self.run[rows] * count + self._material[rows])
        run, material = np.divmod(pairs, count)
        worth = np.zeros(len(found))
        np.add.at(worth, run, self._worth[0][self.plant[run], material])
        found[run] = True
        return found & self._enough(number, worth, self.plant)

    @cached_property
    def possible(self) -> BoolArray:
        """Whether outputs of a plant could ever carry a pedigree. Shape (plants, pedigrees)."""
        case = self.reading.case
        inputs, taken, made = self._worth[0], self._sides(-1), self._sides(1)
        back = [(self._place[row.from_material], self._place[row.material]) for row in case.returns]
        carried = self.marks.bought
        plants = np.arange(len(case.plants))
        found = self.marks.sources & ~self.marks.washed
        before = -1
        while (now := int(carried.sum())) > before:
            before = now
            for number in range(found.shape[1]):
                has = carried[:, number]
                worth = np.where(has, inputs, 0.0).sum(axis=1)
                passed = (taken & has).any(axis=1) & self._enough(number, worth, plants)
                found[:, number] |= passed & ~self.marks.washed[:, number]
                carried[:, number] |= made[found[:, number]].any(axis=0)
            for start, end in back:
                carried[end] |= carried[start]
            carried &= self.marks.sticks
        return found

    def wanted(self) -> tuple[BoolArray, BoolArray]:
        """Pedigrees that outputs must and may carry. Shapes (rows, pedigrees)."""
        count = self.bearing.pedigrees.shape[1]
        own = self.marks.sources[self.plant]
        for number in range(count):
            own[:, number] |= self.inherited(number)
        own &= ~self.marks.washed[self.plant]
        sticking = self.marks.sticking(self.table["material"])
        may = self.possible[self.plant][self.run] & sticking
        return own[self.run] & sticking, may

    def kept(self) -> BoolArray:
        """Outlets that each run draws goods kept from. Shape (runs, outlets)."""
        found = np.zeros((len(self.plant), self.bearing.outlets.shape[1]), dtype=bool)
        np.logical_or.at(found, self.run[self.drawn], self.bearing.outlets[self.drawn])
        return found


def check_provenance(reading: Reading, plan: Plan, marks: Marks, ledger: Ledger) -> None:
    """Outputs carry the marks that their run puts on or passes on.

    More destination marks than needed do no harm. Nor does a pedigree on the output of a run that
    drew less of it than the mode allows, because no rule is kinder to goods with a mark; but a
    pedigree that the plant can never put on or pass on is wrong.
    """
    if not marks.pedigrees and not (plan.conversions["marks"] != "").any():
        return
    runs = Runs(reading, plan, marks)
    given = np.maximum(runs.amount, 0.0)
    must, may = runs.wanted()
    has = runs.bearing.pedigrees
    where = _where(reading, runs)
    ledger.none_of("provenance", np.where((must & ~has).any(axis=1), given, 0.0), where)
    ledger.none_of("provenance", np.where((has & ~may).any(axis=1), given, 0.0), where)
    if not runs.bearing.outlets.any():
        return
    site = np.array([row.site for row in reading.case.plants], dtype=object)[runs.plant[runs.run]]
    reached = marks.reached(pd.Series(site, dtype=object), runs.table["material"])
    lost = (runs.kept()[runs.run] & reached & ~runs.bearing.outlets).any(axis=1)
    ledger.none_of("provenance", np.where(lost, given, 0.0), where)


def _where(reading: Reading, runs: Runs) -> Where:
    def where(i: int) -> str:
        row = runs.table.iloc[i]
        began = f"started in {reading.when(int(row['started']))}"
        goods = f"{row['material']} [{row['marks']}]"
        return reading.line(
            "plants", int(row["position"]), goods, reading.when(int(row["node"])), began
        )

    return where
