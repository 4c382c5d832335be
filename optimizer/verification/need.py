"""The most that a licence may be applied for: what end uses need of the goods a rule is about."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from .demand import wanted
from .reading import BoolArray, FloatArray, IntArray, Reading
from .rules import Rules


class Needs:
    """Demand of each end use, in units of the goods of a rule."""

    def __init__(self, reading: Reading, rules: Rules) -> None:
        self.reading = reading
        self.rules = rules
        self._needed: dict[int, FloatArray] = {}

    @cached_property
    def _inputs(self) -> tuple[IntArray, FloatArray]:
        """Ways to make a material: its position, and inputs per unit. (ways,), (ways, materials).

        One way for every process and output, by the recipes of the tables, before changes.
        """
        case = self.reading.case
        place = {row.material: number for number, row in enumerate(case.materials)}
        taken: dict[str, FloatArray] = {}
        for row in case.recipes:
            if row.quantity < 0:
                inputs = taken.setdefault(row.process, np.zeros(len(place)))
                inputs[place[row.material]] -= row.quantity
        made = [row for row in case.recipes if row.quantity > 0]
        nothing = np.zeros(len(place))
        ways = [taken.get(row.process, nothing) / row.quantity for row in made]
        goods = [place[row.material] for row in made]
        return np.array(goods, dtype=np.int64), np.array(ways).reshape(-1, len(place))

    def _per_unit(self, goods: BoolArray) -> FloatArray:
        """Most of some goods that can move for a unit of each material. Shape (materials,).

        Either the material itself moves, or what its inputs take; ``goods`` has shape (materials,).
        """
        made, inputs = self._inputs
        found = np.zeros(len(goods))
        for _ in range(len(goods)):
            after = goods.astype(float)
            np.maximum.at(after, made, inputs @ found)
            if np.array_equal(after, found):
                break
            found = after
        return found

    def of(self, number: int) -> FloatArray:
        """Units of the goods of a rule that a unit of each demand row needs. (demand rows,)."""
        if number not in self._needed:
            case = self.reading.case
            goods = self.rules.goods(case.controls[number])
            chosen = [goods is None or row.material in goods for row in case.materials]
            units = self._per_unit(np.array(chosen, dtype=bool))
            place = {row.material: i for i, row in enumerate(case.materials)}
            rows = np.array([place[row.material] for row in case.demand], dtype=np.int64)
            self._needed[number] = units[rows]
        return self._needed[number]

    @cached_property
    def _asked(self) -> FloatArray:
        """Quantity of each demand row at each node. Shape (demand rows, nodes)."""
        return wanted(self.reading)

    def most(
        self, number: int, use: str, nodes: IntArray, first: IntArray, last: IntArray
    ) -> FloatArray:
        """Bound on applications for an end use at nodes, usable from first to last. (rows,)."""
        tree = self.reading.tree
        own = np.array([row.end_use == use for row in self.reading.case.demand], dtype=bool)
        amount = np.where(own, self.of(number), 0.0) @ self._asked
        upto = np.cumsum(amount[tree.paths], axis=1)
        upto = np.hstack([np.zeros((len(upto), 1)), upto])
        begin = np.clip(first - 1, 0, tree.periods)
        end = np.maximum(np.clip(last, 0, tree.periods), begin)
        total = upto[:, end] - upto[:, begin]
        through = tree.paths[:, tree.period[nodes] - 1] == nodes
        bound: FloatArray = np.where(through, total, 0.0).max(axis=0, initial=0.0)
        return bound
