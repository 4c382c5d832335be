"""How much of a demand that must be met cannot be met."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...models.case import Case
from .edits import Edit, RowNames
from .feasible import Asked, Feasibility
from .words import Words, amount

LITTLE = 1e-6
"""Amounts below this are nothing, relative to what is wanted."""


@dataclass(frozen=True)
class Shortfall:
    """Demand that goes short, the least of it.

    Attributes:
        demands: rows of demand, from 0.
        amounts: (row, period) -> quantity, the most over the nodes of the period.
        wanted: (row, period) -> quantity wanted.
    """

    demands: tuple[int, ...]
    amounts: dict[tuple[int, int], float]
    wanted: dict[tuple[int, int], float]

    def part(self, case: Case) -> float:
        """Part of what is wanted that goes short, over the horizon."""
        total = sum(value for (row, _), value in self.wanted.items() if row in self.demands)
        return sum(self.amounts.values()) / total if total > 0 else 1.0

    def text(self, words: Words) -> str:
        """'defence demand for SmCo at Wichita, 2028-Q1 to 2028-Q3: 41 t short of 120 t'."""
        parts = []
        by_row = {row: [p for r, p in self.amounts if r == row] for row, _ in self.amounts}
        most = sorted(by_row, key=lambda row: -sum(self.amounts[row, p] for p in by_row[row]))
        for row in most[:3]:
            own = words.case.demand[row]
            lack = sum(self.amounts[row, period] for period in by_row[row])
            want = sum(self.wanted[row, period] for period in by_row[row])
            if want < lack:  # what waited from before goes short with it
                last = max(by_row[row])
                want = sum(
                    v for (r, period), v in self.wanted.items() if r == row and period <= last
                )
            parts.append(
                f"{words.demand(row)}, {words.span(by_row[row])}: "
                f"{words.quantity(lack, own.material)} short of "
                f"{words.quantity(want, own.material)}"
            )
        if len(by_row) > 3:
            parts.append(f"{len(by_row) - 3} more demands")
        return "; ".join(parts)

    def edits(self, names: RowNames) -> list[Edit]:
        """Rows of `changes` that take from demand what cannot be met."""
        found: list[Edit] = []
        for row in self.demands:
            over = 0.0  # what waited from before is taken from where it was wanted
            for period in sorted((p for r, p in self.wanted if r == row), reverse=True):
                wanted = self.wanted[row, period]
                over += self.amounts.get((row, period), 0.0)
                less = min(over + 1e-7 * max(1.0, wanted), wanted) if over > 0 else 0.0
                over = max(over - less, 0.0)
                if less > 0:
                    found.append(names.change("demand", row, "quantity", "add", -less,
                                              start=period, end=period))  # fmt: skip
        return found

    def rows(self, case: Case) -> list[dict[str, Any]]:
        """Rows of the table of demand that goes short."""
        return [
            {
                "row": row + 1, "site": case.demand[row].site,
                "material": case.demand[row].material, "end_use": case.demand[row].end_use,
                "period": period, "label": case.period_label(period),
                "wanted": self.wanted[row, period], "short": lack,
            }
            for (row, period), lack in sorted(self.amounts.items())
        ]  # fmt: skip

    def total(self) -> float:
        """Quantity that goes short."""
        return sum(self.amounts.values())

    def told(self) -> str:
        """The quantity in words."""
        return amount(self.total())


def least_short(feasible: Feasibility, asked: Asked, rows: list[int]) -> Shortfall | None:
    """The least that some rows of demand must go short, with everything else kept.

    None where rows that may go short anyway are not what stands against a plan.
    """
    case = feasible.case
    hard = [row for row in rows if case.demand[row].shortage_cost is None]
    if not hard:
        return None
    edits = [Edit("set", "demand", row, "shortage_cost", 1.0) for row in hard]
    try:
        built, arrays = feasible.arrays(replace(asked, edits=(*asked.edits, *edits)))
    except ValueError:
        return None
    market, tree = built.network.market, built.network.tree
    part = arrays.columns["short"]
    row, node = market.short.members.T
    own = np.isin(row, hard)
    cost = np.zeros(arrays.matrix.shape[1])
    cost[part.start + np.flatnonzero(own)] = 1.0
    arrays = replace(
        arrays,
        objectives={**arrays.objectives, "lacking": cost},
        offsets={**arrays.offsets, "lacking": 0.0},
    )
    feasible.tried += 1
    outcome = feasible.session(built, arrays, asked, "lacking").solve(feasible.options)
    if outcome.point is None:
        return None
    short = outcome.point[part]
    quantity = built.network.frame.values.array("demand", "quantity")
    wide = np.broadcast_to(quantity, (quantity.shape[0], tree.size))
    amounts: dict[tuple[int, int], float] = {}
    wanted: dict[tuple[int, int], float] = {}
    for at in np.flatnonzero(own):
        key = int(row[at]), int(tree.period[node[at]])
        wanted[key] = max(wanted.get(key, 0.0), float(wide[row[at], node[at]]))
        if short[at] > LITTLE * max(1.0, wanted[key]):
            amounts[key] = max(amounts.get(key, 0.0), float(short[at]))
    if not amounts:
        return None
    return Shortfall(tuple(sorted({key[0] for key in amounts})), amounts, wanted)
