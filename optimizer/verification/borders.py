"""What rules do to what crosses a border: bans, reviews, duties, price floors, quotas.

A *move* is a lane flow, or an order of an offer whose origin is not the country of its site. Rules
are read for dated `export`, `reexport` and `import` rows without end uses. Rules that need a
licence, and rules of other kinds, are left to files of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...models.rule_rows import Control
from .ledger import Ledger
from .reading import BoolArray, FloatArray, Reading
from .tables import Plan

NO_LICENCE = {"free", "general_licence"}
KINDS = {"export", "reexport", "import"}


@dataclass(frozen=True)
class Verdict:
    """What the rules say about moves, all of shape (moves,).

    Attributes:
        banned: nothing may move.
        review: days of review added to the lead time.
        duty: tariff and cost per unit moved [money/unit].
        floor: least price of what is bought [money/unit], -inf without one.
    """

    banned: BoolArray
    review: FloatArray
    duty: FloatArray
    floor: FloatArray


class Borders:
    """The border rules of a case.

    Moves are frames with the columns node, material, marks, exporter, destination (countries),
    sender and receiver (operators).
    """

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.prices = {row.material: number for number, row in enumerate(reading.case.materials)}

    @cached_property
    def rules(self) -> list[tuple[int, Control]]:
        """Rules of this file, with their positions in `controls`."""
        return [
            (number, row)
            for number, row in enumerate(self.reading.case.controls)
            if row.kind in KINDS and row.end_uses is None and row.exempt_end_uses is None
        ]

    @cached_property
    def in_force(self) -> BoolArray:
        """Whether each rule is in force at each node. Shape (controls, nodes)."""
        reading, case = self.reading, self.reading.case
        counts = {"in_force"}
        if case.case.unknown_controls == "in_force":
            counts.add("unknown")
        rows = case.control_status
        table = reading.status()
        dated = {row.control for row in rows}
        force = np.zeros((len(case.controls), reading.size), dtype=bool)
        for number, control in enumerate(case.controls):
            if control.control not in dated:
                force[number] = True
                continue
            own = [i for i, row in enumerate(rows) if row.control == control.control]
            own.sort(key=lambda i: case.period(rows[i].start, 1))
            for i in own:
                later = reading.tree.period >= case.period(rows[i].start, 1)
                state = np.array([text in counts for text in table[i]], dtype=bool)
                force[number] = np.where(later, state, force[number])
        return force

    def hits(self, number: int, rule: Control, moves: pd.DataFrame) -> BoolArray:
        """Which moves a rule hits, in force at dispatch."""
        reading = self.reading
        hit: BoolArray = (moves["exporter"] != moves["destination"]).to_numpy(dtype=bool)
        hit &= self.in_force[number, moves["node"].to_numpy(dtype=np.int64)]
        for column, kind, selector in (
            ("exporter", "country", rule.exporters),
            ("destination", "country", rule.destinations),
            ("sender", "operator", rule.operators),
            ("receiver", "end_user", rule.end_users),
            ("material", "materials", rule.materials),
        ):
            if selector is not None and hit.any():
                hit &= _is_in(moves[column], reading.select(kind, selector))
        if rule.stages is not None:
            hit &= _is_in(moves["material"], self._out_of(rule.stages))
        if rule.pedigree is not None:
            hit &= _marked(moves["marks"], rule.pedigree)
        if rule.kind == "reexport" and rule.jurisdiction is not None:
            hit &= ~_is_in(moves["exporter"], reading.select("country", rule.jurisdiction))
        return hit

    def _out_of(self, stages: str) -> frozenset[str]:
        """Materials that a process or an offer of the stages puts out."""
        case, wanted = self.reading.case, self.reading.select("stage", stages)
        processes = {row.process for row in case.processes if row.stage in wanted}
        made = {
            row.material for row in case.recipes if row.process in processes and row.quantity > 0
        }
        sold = {
            row.material
            for row in case.offers
            if row.stages is not None and wanted & self.reading.select("stage", row.stages)
        }
        return frozenset(made | sold)

    def judge(self, moves: pd.DataFrame) -> Verdict:
        """What the rules say about each move."""
        count = len(moves)
        banned = np.zeros(count, dtype=bool)
        review, duty = np.zeros(count), np.zeros(count)
        floor = np.full(count, -np.inf)
        nodes = moves["node"].to_numpy(dtype=np.int64)
        rows = moves["material"].map(self.prices).to_numpy(dtype=np.int64)
        price = np.nan_to_num(self.reading.at("materials", "price", rows, nodes))
        for number, rule in self.rules:
            hit = self.hits(number, rule, moves)
            if not hit.any():
                continue
            if rule.policy == "prohibited":
                banned |= hit
            if rule.policy in NO_LICENCE:
                days = self.reading.at("controls", "review_days", number, nodes)
                review = np.where(hit, np.maximum(review, days), review)
            tariff = self.reading.at("controls", "tariff", number, nodes)
            unit = self.reading.at("controls", "unit_cost", number, nodes)
            duty += np.where(hit, tariff * price + unit, 0.0)
            if rule.kind == "import":
                least = self.reading.at("controls", "price_floor", number, nodes)
                least = np.where(np.isnan(least), -np.inf, least)
                floor = np.where(hit, np.maximum(floor, least), floor)
        return Verdict(banned, review, duty, floor)

    def offer_moves(self, offers: NDArray[np.int64], nodes: NDArray[np.int64]) -> pd.DataFrame:
        """Orders of given offers at given nodes as moves (without marks)."""
        case, names = self.reading.case, self.reading.names
        country = names.country
        table = pd.DataFrame(
            {
                "material": [row.material for row in case.offers],
                "exporter": [row.origin or country[row.site] for row in case.offers],
                "destination": [country[row.site] for row in case.offers],
                "sender": [names.supplier(row) for row in case.offers],
                "receiver": [names.operator[row.site] for row in case.offers],
            },
            dtype=object,
        )
        moves = table.iloc[offers].reset_index(drop=True)
        return moves.assign(node=nodes, marks="")

    def lane_moves(self, shipments: pd.DataFrame) -> pd.DataFrame:
        """Rows of the plan's shipments as moves."""
        names = self.reading.names
        moves = shipments[["node", "material", "marks"]].copy()
        moves["exporter"] = shipments["from"].map(names.country)
        moves["destination"] = shipments["to"].map(names.country)
        moves["sender"] = shipments["from"].map(names.operator)
        moves["receiver"] = shipments["to"].map(names.operator)
        return moves


def check_quotas(reading: Reading, borders: Borders, plan: Plan, ledger: Ledger) -> None:
    """All that a rule hits together must stay within its quota, window by window."""
    orders = plan.orders
    bought = borders.offer_moves(
        orders["position"].to_numpy(dtype=np.int64), orders["node"].to_numpy(dtype=np.int64)
    ).assign(marks=orders["marks"], quantity=orders["quantity"])
    moved = borders.lane_moves(plan.shipments).assign(quantity=plan.shipments["quantity"])
    moves = pd.concat([bought, moved], ignore_index=True)
    for number, rule in borders.rules:
        limit = reading.dense("controls", "quota")[number]
        if not np.isfinite(limit).any():
            continue
        hit = borders.hits(number, rule, moves)
        nodes = moves["node"].to_numpy(dtype=np.int64)[hit]
        amount = reading.per_node(nodes, moves["quantity"].to_numpy(dtype=float)[hit])
        for ends, total in reading.windows(rule.quota_window, 1, reading.tree.periods):
            ledger.at_most(
                "quota",
                total(amount),
                np.where(np.isnan(limit[ends]), np.inf, limit[ends]),
                reading.told("controls", number, ends),
            )


def _is_in(cells: pd.Series, wanted: frozenset[str]) -> NDArray[np.bool_]:
    codes, known = pd.factorize(cells)
    table = np.array([name in wanted for name in known] + [False], dtype=bool)
    found: NDArray[np.bool_] = table[codes]
    return found


def _marked(cells: pd.Series, mark: str) -> NDArray[np.bool_]:
    codes, known = pd.factorize(cells)
    table = np.array([mark in str(text).split("+") for text in known] + [False], dtype=bool)
    found: NDArray[np.bool_] = table[codes]
    return found
