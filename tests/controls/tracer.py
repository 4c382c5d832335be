"""Follow every delivered unit of a plan back to its source, lot by lot, and check all its moves.

The tracer reads a case's tables and a plan's tables and trusts neither the plan's marks nor the
optimizer's view of the rules: it carries the true provenance of each lot forward from where it was
bought, held or under way, through shipments, runs, stock and returns, and asks the law
(:mod:`.law`) at every border and delivery. Goods of one material and the same marks at one place
and node are one heap; whoever takes from it takes of every lot in proportion. Within a node the
heaps are filled until nothing changes any more, so that goods may go round in circles (scrap, for
one).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
from oracle.reader import Row
from oracle.tree import Node

from .customs import Customs
from .law import Law, listed
from .ledger import Ledger
from .lots import TINY, Heap, Lot, Place, Smuggled, alike, check_claim, draw, mark_of, pile_up

Record = dict[str, Any]


@dataclass(frozen=True)
class Delivered:
    """Part of a delivery: a quantity of one lot."""

    node: int
    demand: int
    quantity: float
    lot: Lot


def trace(data: dict[str, Any], tables: dict[str, pd.DataFrame]) -> list[Delivered]:
    """All that a plan delivers, decomposed into lots.

    Args:
        data: the case as a JSON object.
        tables: the plan's tables.

    Raises:
        Smuggled: a lot that the rules do not allow where it is.
    """
    return _Tracer(Law(data), tables).run()


class _Tracer:
    def __init__(self, law: Law, tables: dict[str, pd.DataFrame]) -> None:
        self.law, self.case, self.base = law, law.case, law.base
        self.rows: dict[str, dict[int, list[Record]]] = {}
        for name in ("orders", "shipments", "conversions", "stock", "deliveries", "returns",
                     "disposals"):  # fmt: skip
            by_node: dict[int, list[Record]] = defaultdict(list)
            for record in tables[name].to_dict("records"):
                by_node[record["node"]].append(record)
            self.rows[name] = by_node
        self.nodes: list[Node] = [
            law.nodes[row["scenario"] if self.base["scenarios"] else "", row["period"]]
            for row in tables["nodes"].sort_values("node").to_dict("records")
        ]
        self.number = {node: at for at, node in enumerate(self.nodes)}
        self.ledger = Ledger(law, self.nodes)
        self.customs = Customs(law, self.nodes, self.ledger)
        self.applications = tables["licences"].to_dict("records")
        self.drawn = tables["licence_use"].to_dict("records")
        self.plants = {row["plant"]: row for row in self.base["plants"]}
        # (node, place) -> lots that arrive later; (node, plant, mode) -> lot that the run makes
        self.later: dict[tuple[int, int], list[tuple[Place, Heap]]] = defaultdict(list)
        self.made: dict[tuple[int, str, Any], Lot] = {}
        self.store: dict[tuple[int, Place], Heap] = {}
        self.taken: dict[tuple[int, Place], Heap] = {}
        self.gone: dict[tuple[int, int], list[tuple[Place, Heap]]] = {}

    def run(self) -> list[Delivered]:
        """Trace node by node, parents first, then check what adds up over nodes."""
        found = []
        for at in range(len(self.nodes)):
            found += self._node(at)
        self.ledger.check_quotas()
        self.ledger.check_licences(self.applications, self.drawn)
        return found

    # One node

    def _node(self, at: int) -> list[Delivered]:
        node = self.nodes[at]
        fixed = self._from_before(at)
        heaps: dict[Place, Heap] = pile_up(fixed)
        for _ in range(200):
            inside = list(self._moves_inside(at, heaps))
            new = pile_up([*fixed, *inside])
            if alike(heaps, new):
                break
            heaps = new
        else:
            raise AssertionError(f"node {at}: the heaps do not settle")
        self._check_balance(at, heaps)
        self._keep(at, heaps)
        found = []
        for row in self._flows("deliveries", at):
            demand = self.base["demand"][row["row"] - 1]
            place = (row["site"], row["material"], row["marks"])
            for lot, quantity in draw(heaps, place, row["quantity"]).items():
                self._check_delivery(demand, lot, node)
                found.append(Delivered(at, row["row"], quantity, lot))
        return found

    def _flows(self, table: str, at: int) -> list[Record]:
        return [row for row in self.rows[table].get(at, []) if abs(row["quantity"]) > TINY]

    def _from_before(self, at: int) -> list[tuple[Place, Heap]]:
        """What comes into a node from offers, transit and earlier nodes."""
        node = self.nodes[at]
        found: list[tuple[Place, Heap]] = []
        for member in node.path:
            if member is not node:
                found += self.later[self.number[member], node.period]
        found += self._ordered(at)
        for row in self.base["in_transit"]:
            if row["period"] == node.period and row["quantity"] > TINY:
                lot = self._given(row, f"in transit to {row['site']}")
                found.append((self._as_claimed(row, lot), {lot: row["quantity"]}))
        for row in self.base["stockpiles"]:
            lag = int(row["release_lag"])
            if lag and (source := node.back(lag)) is not None:
                for (when, place), heap in list(self.taken.items()):
                    if when == self.number[source] and place[:2] == (row["site"], row["material"]):
                        found.append((place, heap))
        for row in self.base["returns"]:
            if int(row["lag_periods"]):
                found += self._returned(at, row)
        for row in self._flows("conversions", at):
            if row["quantity"] > 0 and row["started"] != at:
                found.append(self._output(at, row))
        return found

    def _ordered(self, at: int) -> list[tuple[Place, Heap]]:
        """Lots bought at a node that arrive at once; the others are kept for later."""
        now = []
        for row in self._flows("orders", at):
            arrived = self.customs.ordered(at, row)
            if row["arrives"] == self.nodes[at].period:
                now.append(arrived)
            else:
                self.later[at, row["arrives"]].append(arrived)
        return now

    def _moves_inside(self, at: int, heaps: dict[Place, Heap]) -> Iterator[tuple[Place, Heap]]:
        """What heaps of a node give to heaps of the same node, as they stand."""
        node = self.nodes[at]
        for row in self._flows("shipments", at):
            if row["arrives"] == node.period:
                yield self.customs.shipped(at, row, heaps)
        self._start_runs(at, heaps)
        for row in self._flows("conversions", at):
            if row["quantity"] > 0 and row["started"] == at:
                yield self._output(at, row)
        for place, _, taken in self._stocks(at, heaps):
            pile = self._pile(place)
            if not int(pile["release_lag"]) and taken:
                yield place, taken
        self.gone = {key: heap for key, heap in self.gone.items() if key[0] != at}
        for row in self._flows("deliveries", at):
            place = (row["site"], row["material"], row["marks"])
            self.gone.setdefault((at, row["row"]), []).append(
                (place, draw(heaps, place, row["quantity"]))
            )
        for row in self.base["returns"]:
            if not int(row["lag_periods"]):
                yield from self._returned(at, row)

    def _keep(self, at: int, heaps: dict[Place, Heap]) -> None:
        """Remember what a settled node hands on to later ones."""
        node = self.nodes[at]
        for row in self._flows("shipments", at):
            place, heap = self.customs.shipped(at, row, heaps, settled=True)
            if row["arrives"] != node.period:
                self.later[at, row["arrives"]].append((place, heap))
        for place, level, taken in self._stocks(at, heaps):
            self.store[at, place] = level
            self.taken[at, place] = taken

    # Ways that goods go

    def _start_runs(self, at: int, heaps: dict[Place, Heap]) -> None:
        """The lot that each run of a node makes, from what it draws now."""
        drawn: dict[tuple[str, Any], list[tuple[str, Lot]]] = defaultdict(list)
        for row in self._flows("conversions", at):
            key = (row["plant"], row["mode"])
            drawn.setdefault(key, [])
            if row["quantity"] < 0:
                site = self.plants[row["plant"]]["site"]
                place = (site, row["material"], row["marks"])
                lots = draw(heaps, place, -row["quantity"])
                drawn[key] += [(row["material"], lot) for lot in lots]
        for (name, mode), lots in drawn.items():
            marks: dict[str, set[str]] = defaultdict(set)
            for material, lot in lots:
                marks[material] |= lot.pedigrees
            self.made[at, name, mode] = Lot(
                frozenset(self.law.of_run(self.plants[name], marks)),
                frozenset().union(*(lot.barred for _, lot in lots)),
                frozenset({f"{name} in {self.nodes[at].period}"}).union(
                    *(lot.story for _, lot in lots)
                ),
            )

    def _output(self, at: int, row: Record) -> tuple[Place, Heap]:
        lot = self.made[row["started"], row["plant"], row["mode"]]
        lot = lot.on(row["material"], self.law)
        place = (self.plants[row["plant"]]["site"], row["material"], row["marks"])
        return place, {lot: row["quantity"]}

    def _stocks(self, at: int, heaps: dict[Place, Heap]) -> Iterator[tuple[Place, Heap, Heap]]:
        """Place, lots left and lots taken of each store of a node."""
        node = self.nodes[at]
        for row in self.rows["stock"].get(at, []):
            place = (row["site"], row["material"], row["marks"])
            pile = self._pile(place)
            here = next(
                r for r in node.tables["stockpiles"]
                if (r["site"], r["material"]) == (row["site"], row["material"])
            )  # fmt: skip
            before = self._before(at, place, pile)
            if row["before"] > TINY and not before:
                raise Smuggled(f"no stock of {place} was held before node {at}")
            held: Heap = defaultdict(float)
            for lot, quantity in before.items():
                held[lot] += quantity * (1 - here["decay"])
            for lot, quantity in draw(heaps, place, row["stored"]).items():
                held[lot] += quantity
            whole, taken = sum(held.values()), row["taken"]
            part = min(1.0, taken / whole) if whole > TINY else 0.0
            yield (
                place,
                {lot: quantity * (1 - part) for lot, quantity in held.items()},
                {lot: quantity * part for lot, quantity in held.items()} if taken > TINY else {},
            )

    def _before(self, at: int, place: Place, pile: Row) -> Heap:
        earlier = self.nodes[at].back(1)
        if earlier is not None:
            return self.store.get((self.number[earlier], place), {})
        lot = self._given(pile, f"stock at {place[0]}")
        return {lot: pile["initial"]} if self._as_claimed(pile, lot) == place else {}

    def _pile(self, place: Place) -> Row:
        return next(
            row for row in self.base["stockpiles"] if (row["site"], row["material"]) == place[:2]
        )

    def _returned(self, at: int, row: Row) -> list[tuple[Place, Heap]]:
        """Lots that come back by a row of returns: those delivered, as what they come back as."""
        position = self.base["returns"].index(row) + 1
        source = self.nodes[at].back(int(row["lag_periods"]))
        if source is None:
            return []
        by_marks: dict[str, Heap] = defaultdict(lambda: defaultdict(float))
        for (when, demand), parts in self.gone.items():
            sold = self.base["demand"][demand - 1]
            if when == self.number[source] and (sold["site"], sold["material"]) == (
                row["from_site"], row["from_material"],
            ):  # fmt: skip
                for place, heap in parts:
                    marks = self._come_back_as(place[2], row)
                    for lot, quantity in heap.items():
                        by_marks[marks][lot.on(row["material"], self.law)] += quantity
        found = []
        for back in self._flows("returns", at):
            if back["row"] != position:
                continue
            heap = by_marks.get(back["marks"], {})
            whole = sum(heap.values())
            if whole > TINY:
                place = (row["site"], row["material"], back["marks"])
                lots: Heap = defaultdict(float)
                for lot, quantity in heap.items():
                    lots[lot.with_step("returned")] += quantity * back["quantity"] / whole
                found.append((place, dict(lots)))
        return found

    def _come_back_as(self, marks: str, row: Row) -> str:
        """The marks that goods of some marks have as what they come back as."""
        kept = {
            pedigree["pedigree"]
            for pedigree in self.base["pedigrees"]
            if self.law.sticks(pedigree, row["material"])
        }
        ahead = self.law.ahead.get((row["site"], row["material"]), set())
        kept |= {mark_of(outlet) for outlet in ahead}
        return ",".join(sorted(mark for mark in listed(marks) if mark in kept))

    def _given(self, row: Row, story: str) -> Lot:
        marks = frozenset(
            p["pedigree"]
            for p in self.base["pedigrees"]
            if self.law.given(row, p["pedigree"]) and self.law.sticks(p, row["material"])
        )
        return Lot(marks, story=frozenset({story}))

    def _as_claimed(self, row: Row, lot: Lot) -> Place:
        return row["site"], row["material"], ",".join(sorted(lot.pedigrees))

    # What must hold

    def _check_balance(self, at: int, heaps: dict[Place, Heap]) -> None:
        """Nothing is taken from a heap that was not put there; lots bear the marks they should."""
        out: dict[Place, float] = defaultdict(float)
        for table, site in (("shipments", "from"), ("deliveries", "site"), ("disposals", "site")):
            for row in self._flows(table, at):
                out[row[site], row["material"], row["marks"]] += row["quantity"]
        for row in self._flows("conversions", at):
            if row["quantity"] < 0:
                site = self.plants[row["plant"]]["site"]
                out[site, row["material"], row["marks"]] -= row["quantity"]
        for row in self.rows["stock"].get(at, []):
            out[row["site"], row["material"], row["marks"]] += row["stored"]
        for place, quantity in out.items():
            there = sum(heaps.get(place, {}).values())
            if abs(there - quantity) > 1e-4 * max(1.0, quantity):
                raise AssertionError(f"node {at}, {place}: {there} came in, {quantity} went out")
        for place, heap in heaps.items():
            check_claim(self.law, place, heap)

    def _check_delivery(self, demand: Row, lot: Lot, node: Node) -> None:
        outlet = (demand["end_use"], demand["end_user"])
        if outlet in lot.barred:
            raise Smuggled(f"delivered to {outlet}, from which it is barred: {lot}")
        if refused := self.law.refuses(demand, lot.pedigrees, node):
            raise Smuggled(f"delivered to {outlet} in spite of {refused}: {lot}")
