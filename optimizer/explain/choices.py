r"""The runner-up: what the plan would cost without what it chose, and how far the rest is away.

Without: the columns of the thing are held at 0 and the plan is solved again. Away, for a purchase
that needs no decision: the price cut at which a first order costs nothing (see :mod:`.margins`).
For one that does, the price cut :math:`p` at which choosing it costs nothing,

.. math::
    V_{forced}(p) = \min \Bigl\{ \text{cost} - p \sum_n w_n\, buy_n \;\Big|\; \text{chosen} \Bigr\}
      = V

found by Newton's method from above: :math:`V_{forced}` is concave in p, so that every step stays on
the same side. A plant, module, lane or store is away by :math:`V_{forced}(0) - V`, the part of its
outlay that somebody else would have to bear.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...models.explain_results import CHOICES, frame_of
from ...models.plan import SolveStatus
from ..arrays import Arrays
from ..network import Network
from ..resolve import Resolver, Setup
from ..stress.appending import NewRows, with_rows
from ..tree import FloatArray, IntArray
from .margins import Margins
from .prices import Prices
from .words import Words

BoolArray = NDArray[np.bool_]
FORCED = "chosen"
"""Rows that say that a thing is chosen, which bind only where somebody asks."""
STEPS = 8
"""Most steps to find a price cut."""
OF_OFFER = ("select", "sign", "ordering")
SOME = 1e-6
"""Amounts below this, relative to all demand, are none."""
KINDS = {
    "select": ("supplier", "offers"), "open": ("plant", "plants"),
    "modules": ("modules", "expansions"), "lane_open": ("lane", "lanes"),
    "stock_open": ("store", "stockpiles"),
}  # fmt: skip


@dataclass(frozen=True)
class Thing:
    """Something that can be chosen: an offer, a plant, modules, a lane, a store.

    Attributes:
        family: of its decision; 'buy' for an offer that needs none.
        member: offer, plant, expansion, lane pair or stockpile.
        decided: columns of the decision, and of all that only it allows.
        bought: columns of purchases of an offer.
    """

    family: str
    member: int
    decided: IntArray
    bought: IntArray


class Choices:
    """Solves a plan again without what it chose, and with what it did not.

    Args:
        network: of the case.
        arrays: its arrays: all decisions open, or all of the plan's whole numbers held.
        free: the arrays with all decisions open.
        point: the plan. Shape (columns,).
        prices: shadow prices of the plan.
        setup: objectives, caps and options of each solve.
        words: how things are called.
        seconds: time for all solves; what is not reached is left out.
    """

    def __init__(
        self, network: Network, arrays: Arrays, free: Arrays, point: FloatArray, prices: Prices,
        setup: Setup, words: Words, *, anew: bool, seconds: float,
    ) -> None:  # fmt: skip
        self.network, self.point, self.prices, self.words = network, point, prices, words
        self.anew, self.free = anew, free
        self.things = list(_things(arrays))
        self.arrays = self._with_rows(arrays)
        self.setup = replace(setup, arrays=self.arrays)
        self.resolver = Resolver(self.setup)
        self.skipped = 0
        answer = self.resolver.solve()
        self.seconds = seconds if np.isfinite(seconds) else 0.0
        self.until = time.monotonic() + seconds
        self.value = answer.objective
        self.gap = 0.0 if answer.gap is None else answer.gap
        self.most = max(network.total_demand, 1e-9) * SOME

    def _with_rows(self, arrays: Arrays) -> Arrays:
        """Arrays with a row for each thing that says how far it is chosen."""
        owner, columns, values = [], [], []
        nodes = self.network.tree.probability
        for number, thing in enumerate(self.things):
            for column in self._chosen(arrays, thing).tolist():
                owner.append(number)
                columns.append(column)
                values.append(float(nodes[_node_of(arrays, thing.family, column)]))
        count = len(self.things)
        rows = NewRows(
            FORCED, np.arange(count)[:, None], np.full(count, -np.inf), np.full(count, np.inf),
            np.array(owner, dtype=np.int64), np.array(columns, dtype=np.int64),
            np.array(values, dtype=float),
        )  # fmt: skip
        return with_rows(arrays, [rows])

    def _chosen(self, arrays: Arrays, thing: Thing) -> IntArray:
        """Columns of the decision itself."""
        if thing.family == "buy":
            return np.zeros(0, dtype=np.int64)
        return _of(arrays, thing.family, thing.member)

    def table(self) -> pd.DataFrame:
        """What was chosen, dearest to lose first; then what was not, nearest first."""
        if self.value is None:
            return frame_of([], CHOICES)
        rows = []
        ordered = []
        for number, thing in enumerate(self.things):
            quantity = self._quantity(thing)
            chosen = quantity > self.most if len(thing.bought) else quantity > 0.5
            spent = self._spent(thing)
            ordered.append((not chosen, len(thing.bought) > 0 and not chosen, -spent, number))
        for rejected, _, _, number in sorted(ordered):  # the largest first, one solve before many
            thing, chosen = self.things[number], not rejected
            quantity = self._quantity(thing)
            late = self.until - (0.0 if rejected else self.seconds / 2)
            if time.monotonic() > late and (chosen or thing.family != "buy"):
                self.skipped += 1
                continue
            if chosen:
                rows.append({**self._called(thing, quantity), **self._without(thing)})
            else:
                found = self._with(number, thing)
                if found is not None:
                    rows.append({**self._called(thing, 0.0), **found, "chosen": False})
        table = frame_of([{**dict.fromkeys(CHOICES), **row} for row in rows], CHOICES)
        cost = pd.to_numeric(table["cost"]).fillna(np.inf)
        away = pd.to_numeric(table["away"]).fillna(np.inf)
        part = away / pd.to_numeric(table["price"]).replace(0.0, np.nan).fillna(1.0)
        order = np.lexsort((np.where(table["chosen"].astype(bool), -cost, part),
                            ~table["chosen"].astype(bool)))  # fmt: skip
        return table.iloc[order].reset_index(drop=True)

    def _spent(self, thing: Thing) -> float:
        """What the plan pays for a thing."""
        columns = np.union1d(thing.decided, thing.bought)
        return float(np.abs(self.arrays.objectives["cost"][columns] * self.point[columns]).sum())

    def _quantity(self, thing: Thing) -> float:
        """Expected purchases of an offer, or how often a thing is chosen, in expectation."""
        columns = thing.bought if len(thing.bought) else self._chosen(self.arrays, thing)
        family = "buy" if len(thing.bought) else thing.family
        nodes = [_node_of(self.arrays, family, int(column)) for column in columns]
        weights = self.network.tree.probability[np.array(nodes, dtype=np.int64)]
        return float(weights @ self.point[columns])

    def _called(self, thing: Thing, quantity: float) -> dict[str, Any]:
        kind, table = KINDS.get(thing.family, ("supplier", "offers"))
        pairs = self.network.movements.pairs
        row = int(pairs.row[thing.member]) if table == "lanes" else thing.member
        case = self.network.case
        detail = ""
        if table == "offers":
            own = case.offers[row]
            detail = f"{own.material} from {self.words.names.supplier(own)}"
        elif table in ("plants", "expansions"):
            plants = {plant.plant: plant for plant in case.plants}
            own_plant = plants[case.rows(table)[row].plant]
            detail = f"{own_plant.process} at {own_plant.site}"
        elif table == "lanes":
            sites = self.network.frame.sites
            detail = f"{sites[pairs.start[thing.member]]} to {sites[pairs.end[thing.member]]}"
        return {
            "chosen": True, "kind": kind, "table": table, "row": row + 1,
            "name": self.words.thing(table, row), "detail": detail, "quantity": quantity,
            "anew": self.anew,
        }  # fmt: skip

    def _without(self, thing: Thing) -> dict[str, Any]:
        lower, upper = self.arrays.lower.copy(), self.arrays.upper.copy()
        row_lower = self.arrays.row_lower.copy()
        gone = np.union1d(thing.decided, thing.bought)
        lower[gone] = upper[gone] = 0.0
        for family in ("order_at_least_min_take",):
            if family in self.arrays.rows and len(thing.bought):
                own = _of_rows(self.arrays, family, thing.member)
                row_lower[own] = -np.inf
        answer = self.resolver.solve(
            replace(self.arrays, lower=lower, upper=upper, row_lower=row_lower)
        )
        if answer.objective is None or self.value is None:
            return {"cost": None, "error": None}
        error = self._error(answer.gap)
        return {"cost": max(answer.objective - self.value, 0.0), "error": error}

    def _error(self, gap: float | None) -> float:
        return abs(self.value or 0.0) * (self.gap + (gap or 0.0))

    def _with(self, number: int, thing: Thing) -> dict[str, Any] | None:
        if thing.family == "buy":
            return self._margin(thing)
        arrays = self._forced(number, thing)
        answer = self.resolver.solve(arrays)
        currency = self.network.case.case.currency
        if answer.objective is None or self.value is None or answer.point is None:
            if answer.status == SolveStatus.INFEASIBLE:
                return None
            return {"never": True, "per": currency}
        extra = max(answer.objective - self.value, 0.0)
        if not len(thing.bought):
            outlay = float(
                self.arrays.objectives["cost"][self._chosen(self.arrays, thing)].max(initial=0.0)
            )
            return {
                "away": extra, "price": outlay, "per": currency, "never": extra > outlay > 0,
                "error": self._error(answer.gap),
            }  # fmt: skip
        return self._cut(thing, arrays)

    def _forced(self, number: int, thing: Thing) -> Arrays:
        """Arrays in which a thing is chosen, at whatever time is best."""
        arrays = self.arrays
        lower, upper = arrays.lower.copy(), arrays.upper.copy()
        lower[thing.decided] = self.free.lower[thing.decided]
        upper[thing.decided] = self.free.upper[thing.decided]
        row_lower = arrays.row_lower.copy()
        row_lower[arrays.rows[FORCED].start + number] = 1.0 - 1e-9
        return replace(arrays, lower=lower, upper=upper, row_lower=row_lower)

    def _weights(self, thing: Thing) -> tuple[FloatArray, FloatArray]:
        """Weight of a unit's price in each order, and the price there."""
        node = np.array(
            [_node_of(self.arrays, "buy", int(c)) for c in thing.bought], dtype=np.int64
        )
        price = np.broadcast_to(
            self.network.frame.values.array("offers", "price")[thing.member],
            (self.network.tree.size,),
        )[node]
        return self.network.weight[node], np.asarray(price, dtype=float)

    def _per(self, thing: Thing) -> str:
        case = self.network.case
        unit = self.words.units.get(case.offers[thing.member].material, "unit")
        return f"{case.case.currency}/{unit}"

    def _margin(self, thing: Thing) -> dict[str, Any] | None:
        """How far the price of an offer without decisions is from a first order."""
        if not len(thing.bought):
            return None
        weight, price = self._weights(thing)
        cut = self.margins.cut(thing.member) if self._may_order(thing).any() else None
        if cut is None:
            return None
        now = float(np.average(price, weights=weight))
        return {
            "away": cut, "price": now, "per": self._per(thing), "never": cut > now > 0,
            "error": 0.0,
        }  # fmt: skip

    def _may_order(self, thing: Thing) -> BoolArray:
        return np.asarray(self.prices.arrays.upper[thing.bought] > 0)

    @cached_property
    def margins(self) -> Margins:
        """Price cuts of the offers that need no decision."""
        orders, weights = {}, {}
        for thing in self.things:
            if thing.family == "buy" and self._quantity(thing) <= self.most:
                open_ = self._may_order(thing)
                orders[thing.member] = thing.bought[open_]
                weights[thing.member] = self._weights(thing)[0][open_]
        return Margins(self.prices, orders, weights, self.network.total_demand, self.setup.options)

    def _cut(self, thing: Thing, arrays: Arrays) -> dict[str, Any]:
        """The least price cut at which choosing an offer costs nothing."""
        assert self.value is not None
        weight, price = self._weights(thing)
        cut = float(price.max(initial=0.0))
        now = float(np.average(price, weights=weight)) if len(price) else 0.0
        base = {"price": now, "per": self._per(thing)}
        error = 0.0
        for step in range(STEPS):
            costs = arrays.objectives["cost"].copy()
            costs[thing.bought] -= cut * weight
            lowered = replace(arrays, objectives={**arrays.objectives, "cost": costs})
            answer = self.resolver.solve(lowered)
            if answer.objective is None or answer.point is None:
                return {**base, "never": True}
            above = answer.objective - self.value
            bought = float(weight @ answer.point[thing.bought])
            error = self._error(answer.gap) / bought if bought > 0 else 0.0
            if step == 0 and above > self._error(answer.gap):
                return {**base, "never": True}
            if above >= -self._error(answer.gap) - 1e-6 or bought <= 0:
                break
            cut = max(cut + above / bought, 0.0)
        return {**base, "away": cut, "never": False, "error": error}


def _things(arrays: Arrays) -> Iterator[Thing]:
    """Every offer, and every plant, expansion, lane and store that needs a decision."""
    none = np.zeros(0, dtype=np.int64)
    if "buy" in arrays.columns:
        for offer in np.unique(arrays.members["buy"][:, 0]).tolist():
            parts = [_of(arrays, family, offer) for family in OF_OFFER]
            family = next(
                (name for name, part in zip(OF_OFFER, parts, strict=True) if len(part)), "buy"
            )
            yield Thing(family, offer, np.concatenate(parts), _of(arrays, "buy", offer))
    for family in ("open", "modules", "lane_open", "stock_open"):
        if family in arrays.columns:
            for member in np.unique(arrays.members[family][:, 0]).tolist():
                yield Thing(family, member, _of(arrays, family, member), none)


def _of(arrays: Arrays, family: str, member: int) -> IntArray:
    if family not in arrays.columns:
        return np.zeros(0, dtype=np.int64)
    own: IntArray = np.flatnonzero(arrays.members[family][:, 0] == member)
    own += arrays.columns[family].start
    return own


def _of_rows(arrays: Arrays, family: str, member: int) -> IntArray:
    own: IntArray = np.flatnonzero(arrays.members[family][:, 0] == member)
    own += arrays.rows[family].start
    return own


def _node_of(arrays: Arrays, family: str, column: int) -> int:
    return int(arrays.members[family][column - arrays.columns[family].start, -1])
