"""What crosses a border, which rules hit it, and which outlets they are about.

A *move* is a lane flow, or an order of an offer whose origin is not the country of its site.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ...models.rule_rows import Control
from .marks import Marks
from .reading import BoolArray, FloatArray, IntArray, Reading
from .rules import BORDER, LICENSED, Rules

COLUMNS = ("material", "marks", "exporter", "destination", "sender", "receiver")


class Moves:
    """What crosses (or does not cross) a border, row by row.

    Attributes:
        table: material, marks at dispatch, exporter, destination, sender and receiver.
        node: node of dispatch or order.
        crosses: whether it leaves its country.
        price: reference price of the material at the node, 0 without one.
    """

    def __init__(self, reading: Reading, table: pd.DataFrame) -> None:
        """``table`` has node and the columns above."""
        self.table = table.reset_index(drop=True)
        self.node = table["node"].to_numpy(dtype=np.int64)
        self.crosses: BoolArray = np.array(table["exporter"] != table["destination"], dtype=bool)
        self._codes = {column: pd.factorize(table[column]) for column in COLUMNS}
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
        """Which rows carry a mark at dispatch."""
        codes, known = self._codes["marks"]
        found: BoolArray = np.array([mark in str(m).split(",") for m in known] + [False])[codes]
        return found


@dataclass(frozen=True)
class Aim:
    """What a rule is about in the moves it hits.

    Attributes:
        compulsory: whether it is about the whole move, wherever the goods end.
        outlets: outlets it is about otherwise (all where it is compulsory). Shape (outlets,).
    """

    compulsory: bool
    outlets: BoolArray


class Borders:
    """The border rules of a case, with their positions in `controls`."""

    def __init__(self, reading: Reading, rules: Rules, marks: Marks) -> None:
        self.reading = reading
        self.rules = rules
        self.marks = marks

    @cached_property
    def rows(self) -> list[tuple[int, Control]]:
        """Export, reexport and import rules."""
        return self.rules.of(*BORDER)

    @cached_property
    def marking(self) -> bool:
        """Whether some rule lets goods pass under a mark, or under a licence for one end use."""
        return any(
            rule.policy in LICENSED
            or rule.end_users is not None
            or self.rules.uses(rule) is not None
            for _, rule in self.rows
        )

    def _aim(self, rule: Control, users: frozenset[str] | None) -> Aim:
        """Outlets of the end uses a rule names, of some end users only."""
        outlets, uses = self.marks.outlets, self.rules.uses(rule)
        chosen = [
            (uses is None or use in uses) and (users is None or (user != "" and user in users))
            for use, user in outlets
        ]
        return Aim(uses is None and users is None, np.array(chosen, dtype=bool))

    def _base(self, number: int, rule: Control, moves: Moves) -> BoolArray:
        """Moves that a rule hits whatever the receiver and the end use. Shape (moves,)."""
        reading = self.reading
        hit: BoolArray = moves.crosses & self.rules.in_force[number, moves.node]
        for column, kind, selector in (
            ("exporter", "country", rule.exporters),
            ("destination", "country", rule.destinations),
            ("sender", "operator", rule.operators),
        ):
            if selector is not None:
                hit &= moves.one_of(column, reading.select(kind, selector))
        goods = self.rules.goods(rule)
        if goods is not None:
            hit &= moves.one_of("material", goods)
        if rule.pedigree is not None:
            hit &= moves.marked(rule.pedigree)
        if rule.kind == "reexport" and rule.jurisdiction is not None:
            hit &= ~moves.one_of("exporter", reading.select("country", rule.jurisdiction))
        return hit

    def struck(self, number: int, rule: Control, moves: Moves) -> Iterator[tuple[IntArray, Aim]]:
        """Moves that a rule in force hits, by what it is about in them."""
        hit = self._base(number, rule, moves)
        parts = [(hit, self._aim(rule, None))]
        if rule.end_users is not None:
            users = self.reading.select("end_user", rule.end_users)
            chosen = moves.one_of("receiver", users)
            parts = [(hit & chosen, parts[0][1]), (hit & ~chosen, self._aim(rule, users))]
        for mask, aim in parts:
            rows = np.flatnonzero(mask)
            if len(rows) and (aim.compulsory or aim.outlets.any()):
                yield rows, aim

    def banned(self, moves: Moves) -> BoolArray:
        """Moves that nothing makes possible. Shape (moves,)."""
        found = np.zeros(len(moves.node), dtype=bool)
        for number, rule in self.rows:
            if rule.policy == "prohibited":
                for rows, aim in self.struck(number, rule, moves):
                    found[rows] |= aim.compulsory
        return found

    def offer_moves(self, offers: IntArray, nodes: IntArray) -> Moves:
        """Orders of given offers at given nodes."""
        case, names = self.reading.case, self.reading.names
        country = names.country
        table = pd.DataFrame(
            {
                "material": [row.material for row in case.offers],
                "marks": [self.marks.sold(row) for row in case.offers],
                "exporter": [row.origin or country[row.site] for row in case.offers],
                "destination": [country[row.site] for row in case.offers],
                "sender": [names.supplier(row) for row in case.offers],
                "receiver": [names.operator[row.site] for row in case.offers],
            },
            dtype=object,
        )
        chosen = table.iloc[offers].reset_index(drop=True)
        return Moves(self.reading, chosen.assign(node=nodes))

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
