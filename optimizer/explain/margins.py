r"""How far the price of an offer is from a first order, where nothing but its price decides.

The reduced costs of its orders do not tell: where no goods of the kind are at a site, any price of
them between what they are worth there and what they cost is a dual. So a little is bought by force,
in whatever periods are best, and the price of being forced is the answer:

.. math::
    \min \Bigl\{ \text{cost} \;\Big|\; \sum_n w_n\, buy_n \ge \varepsilon \Bigr\}

with :math:`w_n` the weight of money at a node; its dual is the least price cut for which an order
somewhere costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ...models.plan import SolveStatus
from ..highs import Options, Session
from ..stress.appending import NewRows, with_rows
from ..tree import FloatArray, IntArray
from .prices import Prices

BOUGHT = "bought"
"""Rows that say how much is bought of an offer, which bind only where somebody asks."""
LITTLE = 1e-4
"""What is bought by force, as a part of all demand."""


class Margins:
    """Price cuts at which a first order costs nothing, one linear program for each offer.

    Args:
        prices: of the plan with its whole numbers held.
        orders: offer -> columns of its orders that may be placed.
        weights: offer -> weight of a unit's price in each of them.
        demand: all demand, which says what is a little.
        options: of each solve.
    """

    def __init__(
        self, prices: Prices, orders: Mapping[int, IntArray], weights: Mapping[int, FloatArray],
        demand: float, options: Options,
    ) -> None:  # fmt: skip
        self.offers = list(orders)
        self.options = replace(options, time_limit=None)
        sizes = [len(orders[offer]) for offer in self.offers]
        none = np.zeros(0)
        count = len(self.offers)
        rows = NewRows(
            BOUGHT, np.arange(count)[:, None], np.full(count, -np.inf), np.full(count, np.inf),
            np.repeat(np.arange(count), sizes),
            np.concatenate([*(orders[offer] for offer in self.offers), none.astype(np.int64)]),
            np.concatenate([*(weights[offer] for offer in self.offers), none]),
        )  # fmt: skip
        self.arrays = with_rows(prices.arrays, [rows])
        self.little = max(demand, 1e-6) * LITTLE
        self.session = Session(self.arrays, prices.objective)
        for name, limit in prices.caps.items():
            self.session.cap(name, limit)

    def cut(self, offer: int) -> float | None:
        """Least price cut [money/unit]; None where nothing can be bought."""
        row = self.arrays.rows[BOUGHT].start + self.offers.index(offer)
        least = self.arrays.row_lower.copy()
        least[row] = self.little
        self.session.update(replace(self.arrays, row_lower=least))
        outcome = self.session.solve(self.options)
        if outcome.status != SolveStatus.OPTIMAL or outcome.point is None:
            return None
        dual = float(self.session.solver.getSolution().row_dual[row])
        return max(dual * float(self.session.row_scale[row]), 0.0)
