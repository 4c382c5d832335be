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

from ...models.rule_rows import Control
from .reading import BoolArray, FloatArray, IntArray, Reading

NO_LICENCE = {"free", "general_licence"}
KINDS = {"export", "reexport", "import"}


class Moves:
    """What crosses (or does not cross) a border, row by row.

    Attributes:
        node: node of dispatch or order.
        crosses: whether it leaves its country.
        price: reference price of the material at the node, 0 without one.
    """

    def __init__(self, reading: Reading, table: pd.DataFrame) -> None:
        """``table`` has node, material, marks, exporter, destination, sender and receiver."""
        self.node = table["node"].to_numpy(dtype=np.int64)
        self.crosses: BoolArray = np.array(table["exporter"] != table["destination"], dtype=bool)
        self._codes = {
            column: pd.factorize(table[column])
            for column in ("material", "marks", "exporter", "destination", "sender", "receiver")
        }
        place = {row.material: number for number, row in enumerate(reading.case.materials)}
        codes, known = self._codes["material"]
        rows = np.array([place[name] for name in known] + [0], dtype=np.int64)[codes]
        self.price: FloatArray = np.nan_to_num(
            reading.at("materials", "price", rows, self.node) if len(rows) else np.zeros(0)
        )

    def one_of(self, column: str, wanted: frozenset[str]) -> BoolArray:
        """Which rows have one of the names in a column."""
        codes, known = self._codes[column]
        found: BoolArray = np.array([name in wanted for name in known] + [False])[codes]
        return found

    def marked(self, mark: str) -> BoolArray:
        """Which rows carry a mark."""
        codes, known = self._codes["marks"]
        found: BoolArray = np.array([mark in str(m).split("+") for m in known] + [False])[codes]
        return found


@dataclass(frozen=True)
class Verdict:
    """What the rules say about moves, all of shape (moves,).

    Attributes:
        banned: nothing may move.
        review: days of review added to the lead time.
        tariff: duties per unit moved [money/unit].
        fee: `unit_cost` of the rules per unit moved, a cost of licences [money/unit].
        floor: least price of what is bought [money/unit], -inf without one.
    """

    banned: BoolArray
    review: FloatArray
    tariff: FloatArray
    fee: FloatArray
    floor: FloatArray


class Borders:
    """The border rules of a case."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

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

    def hits(self, number: int, rule: Control, moves: Moves) -> BoolArray:
        """Which moves a rule hits, in force at dispatch."""
        reading = self.reading
        hit: BoolArray = moves.crosses & self.in_force[number, moves.node]
        for column, kind, selector in (
            ("exporter", "country", rule.exporters),
            ("destination", "country", rule.destinations),
            ("sender", "operator", rule.operators),
            ("receiver", "end_user", rule.end_users),
            ("material", "materials", rule.materials),
        ):
            if selector is not None:
                hit &= moves.one_of(column, reading.select(kind, selector))
        if rule.stages is not None:
            hit &= moves.one_of("material", self._out_of(rule.stages))
        if rule.pedigree is not None:
            hit &= moves.marked(rule.pedigree)
        if rule.kind == "reexport" and rule.jurisdiction is not None:
            hit &= ~moves.one_of("exporter", reading.select("country", rule.jurisdiction))
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

    def judge(self, moves: Moves) -> Verdict:
        """What the rules say about each move."""
        nodes, count = moves.node, len(moves.node)
        banned = np.zeros(count, dtype=bool)
        review, tariff, fee = np.zeros(count), np.zeros(count), np.zeros(count)
        floor = np.full(count, -np.inf)
        for number, rule in self.rules:
            hit = self.hits(number, rule, moves)
            if not hit.any():
                continue
            if rule.policy == "prohibited":
                banned |= hit
            if rule.policy in NO_LICENCE:
                days = self.reading.at("controls", "review_days", number, nodes)
                review = np.where(hit, np.maximum(review, days), review)
            share = self.reading.at("controls", "tariff", number, nodes)
            tariff += np.where(hit, share * moves.price, 0.0)
            fee += np.where(hit, self.reading.at("controls", "unit_cost", number, nodes), 0.0)
            if rule.kind == "import":
                least = self.reading.at("controls", "price_floor", number, nodes)
                least = np.where(np.isnan(least), -np.inf, least)
                floor = np.where(hit, np.maximum(floor, least), floor)
        return Verdict(banned, review, tariff, fee, floor)

    def offer_moves(
        self, offers: IntArray, nodes: IntArray, marks: pd.Series | None = None
    ) -> Moves:
        """Orders of given offers at given nodes."""
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
        chosen = table.iloc[offers].reset_index(drop=True)
        return Moves(self.reading, chosen.assign(node=nodes, marks="" if marks is None else marks))

    def lane_moves(self, shipments: pd.DataFrame) -> Moves:
        """Rows of the plan's shipments."""
        names = self.reading.names
        table = shipments[["node", "material", "marks"]].assign(
            exporter=shipments["from"].map(names.country),
            destination=shipments["to"].map(names.country),
            sender=shipments["from"].map(names.operator),
            receiver=shipments["to"].map(names.operator),
        )
        return Moves(self.reading, table)
