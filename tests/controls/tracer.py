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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
from oracle.reader import Row
from oracle.tree import Node

from .law import LICENSED, Law, Move, Outlet, listed
from .ledger import Ledger, Smuggled

TINY = 1e-6
Place = tuple[str, str, str]
"""Site, material and marks, as a plan's tables write them."""
Record = dict[str, Any]


@dataclass(frozen=True)
class Lot:
    """Goods with one true history: pedigrees, outlets they are kept from, and where they were."""

    pedigrees: frozenset[str] = frozenset()
    barred: frozenset[Outlet] = frozenset()
    story: frozenset[str] = frozenset()

    def with_step(self, step: str, barred: Iterable[Outlet] = ()) -> Lot:
        """The lot after another step."""
        return Lot(self.pedigrees, self.barred | {*barred}, self.story | {step})


Heap = dict[Lot, float]


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
        self.applications = tables["licences"].to_dict("records")
        self.drawn = tables["licence_use"].to_dict("records")
        self.plants = {row["plant"]: row for row in self.base["plants"]}
        self.sold = {row["offer"]: law.of_offer(row) for row in self.base["offers"]}
        self.open_ahead = _outlets_ahead(law)
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
        heaps: dict[Place, Heap] = _sum(fixed)
        for _ in range(200):
            inside = list(self._moves_inside(at, heaps))
            new = _sum([*fixed, *inside])
            if _close(heaps, new):
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
            for lot, quantity in _draw(heaps, place, row["quantity"]).items():
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
        """Lots bought at a node, and those among them that arrive at once."""
        node, now = self.nodes[at], []
        for row in self._flows("orders", at):
            offer = next(r for r in self.base["offers"] if r["offer"] == row["offer"])
            site = offer["site"]
            move = Move(
                offer["origin"], self.case.country(site), offer["supplier"],
                self.case.operator(site), offer["material"], self.sold[offer["offer"]],
            )  # fmt: skip
            place = (site, offer["material"], row["marks"])
            barred = self._cross(move, at, row, place, row["quantity"])
            story = f"offer {offer['offer']} in {node.period}"
            heap = {Lot(move.pedigrees).with_step(story, barred): row["quantity"]}
            self._check_claim(place, heap)
            if row["arrives"] == node.period:
                now.append((place, heap))
            else:
                self.later[at, row["arrives"]].append((place, heap))
        return now

    def _moves_inside(self, at: int, heaps: dict[Place, Heap]) -> Iterator[tuple[Place, Heap]]:
        """What heaps of a node give to heaps of the same node, as they stand."""
        node = self.nodes[at]
        for row in self._flows("shipments", at):
            if row["arrives"] == node.period:
                yield self._shipped(at, row, heaps)
        self._start_runs(at, heaps)
        for row in self._flows("conversions", at):
            if row["quantity"] > 0 and row["started"] == at and self._started(at, row):
                yield self._output(at, row)
        for place, _, taken in self._stocks(at, heaps):
            pile = self._pile(place)
            if not int(pile["release_lag"]) and taken:
                yield place, taken
        self.gone = {key: heap for key, heap in self.gone.items() if key[0] != at}
        for row in self._flows("deliveries", at):
            place = (row["site"], row["material"], row["marks"])
            self.gone.setdefault((at, row["row"]), []).append(
                (place, _draw(heaps, place, row["quantity"]))
            )
        for row in self.base["returns"]:
            if not int(row["lag_periods"]):
                yield from self._returned(at, row)

    def _keep(self, at: int, heaps: dict[Place, Heap]) -> None:
        """Remember what a settled node hands on to later ones."""
        node = self.nodes[at]
        for row in self._flows("shipments", at):
            place, heap = self._shipped(at, row, heaps, settled=True)
            if row["arrives"] != node.period:
                self.later[at, row["arrives"]].append((place, heap))
        for place, level, taken in self._stocks(at, heaps):
            self.store[at, place] = level
            self.taken[at, place] = taken

    # Ways that goods go

    def _shipped(
        self, at: int, row: Record, heaps: dict[Place, Heap], *, settled: bool = False
    ) -> tuple[Place, Heap]:
        """What arrives of a shipment. Once settled, each lot is judged for good."""
        source = (row["from"], row["material"], row["marks"])
        place = (row["to"], row["material"], row["arrives_as"])
        heap: Heap = defaultdict(float)
        for lot, quantity in _draw(heaps, source, row["quantity"]).items():
            move = Move(
                self.case.country(row["from"]), self.case.country(row["to"]),
                self.case.operator(row["from"]), self.case.operator(row["to"]),
                row["material"], lot.pedigrees,
            )  # fmt: skip
            barred = self._cross(move, at, row, place, quantity if settled else None)
            step = f"{row['lane']} {row['from']}>{row['to']} in {self.nodes[at].period}"
            heap[lot.with_step(f"{step} [{row['licences']}]", barred)] += quantity
        if settled:
            self._check_claim(place, heap)
        return place, dict(heap)

    def _cross(
        self, move: Move, at: int, row: Record, place: Place, quantity: float | None
    ) -> set[Outlet]:
        """Outlets that a crossing keeps a lot from. With a quantity, it is counted and judged."""
        licences = dict(part.split("=", 1) for part in row["licences"].split(";") if part)
        barred: set[Outlet] = set()
        for rule, targets in self.law.asked(move, self.nodes[at]):
            name, policy = rule["control"], rule["policy"]
            if name in licences:
                others = self.law.outlets if targets is None else targets
                barred |= {outlet for outlet in others if outlet[0] != licences[name]}
                key = (name, move.exporter, move.destination, licences[name], at)
                self.ledger.licence[key] += quantity or 0.0
                if quantity and targets and all(use != licences[name] for use, _ in targets):
                    raise Smuggled(f"{name}: a licence for a use the rule is not about: {row}")
            elif policy in LICENSED or policy == "prohibited":
                if targets is None and quantity:
                    raise Smuggled(f"{name} ({policy}) hits {move}: {row}")
                barred |= targets or set()
            complied = targets is None or not self._renounced(targets, place)
            if complied and quantity:
                self.ledger.quota[name, at] += quantity
        return barred

    def _renounced(self, targets: set[Outlet], place: Place) -> bool:
        """Whether goods are marked as kept from all targets that lie ahead of a place."""
        ahead = targets & self.open_ahead.get(place[:2], set())
        return {_mark(outlet) for outlet in ahead} <= {*listed(place[2])}

    def _start_runs(self, at: int, heaps: dict[Place, Heap]) -> None:
        """The lot that each run of a node makes, from what it draws now."""
        drawn: dict[tuple[str, Any], list[tuple[str, Lot]]] = defaultdict(list)
        for row in self._flows("conversions", at):
            key = (row["plant"], row["mode"])
            drawn.setdefault(key, [])
            if row["quantity"] < 0:
                site = self.plants[row["plant"]]["site"]
                place = (site, row["material"], row["marks"])
                lots = _draw(heaps, place, -row["quantity"])
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

    def _started(self, at: int, row: Record) -> bool:
        """Whether something of each input of a run has arrived in its heap yet."""
        return (at, row["plant"], row["mode"]) in self.made

    def _output(self, at: int, row: Record) -> tuple[Place, Heap]:
        lot = self.made[row["started"], row["plant"], row["mode"]]
        lot = self._on(lot, row["material"])
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
            for lot, quantity in _draw(heaps, place, row["stored"]).items():
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
                        by_marks[marks][self._on(lot, row["material"])] += quantity
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
        ahead = self.open_ahead.get((row["site"], row["material"]), set())
        kept |= {_mark(outlet) for outlet in ahead}
        return ",".join(sorted(mark for mark in listed(marks) if mark in kept))

    def _on(self, lot: Lot, material: str) -> Lot:
        """A lot as another material: only some pedigrees stick to it."""
        kept = {row["pedigree"] for row in self.base["pedigrees"] if self.law.sticks(row, material)}
        return Lot(lot.pedigrees & kept, lot.barred, lot.story)

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
            self._check_claim(place, heap)

    def _check_claim(self, place: Place, heap: Heap) -> None:
        """The plan's marks of goods hold at least the true ones that matter where they are."""
        claimed = {*listed(place[2])}
        ahead = self.open_ahead.get(place[:2], set())
        for lot, quantity in heap.items():
            missing = lot.pedigrees - claimed
            missing |= {_mark(outlet) for outlet in lot.barred & ahead} - claimed
            if missing and quantity > TINY:
                raise Smuggled(f"{place} lacks {sorted(missing)}: {quantity} of {lot}")

    def _check_delivery(self, demand: Row, lot: Lot, node: Node) -> None:
        outlet = (demand["end_use"], demand["end_user"])
        if outlet in lot.barred:
            raise Smuggled(f"delivered to {outlet}, from which it is barred: {lot}")
        if refused := self.law.refuses(demand, lot.pedigrees, node):
            raise Smuggled(f"delivered to {outlet} in spite of {refused}: {lot}")


def _mark(outlet: Outlet) -> str:
    """How a plan's tables write that goods are kept from an outlet."""
    return f"!{outlet[0]}={outlet[1]}" if outlet[1] else f"!{outlet[0]}"


def _draw(heaps: dict[Place, Heap], place: Place, quantity: float) -> Heap:
    """Lots of a quantity taken from a heap, of each in proportion."""
    heap = heaps.get(place, {})
    whole = sum(heap.values())
    if whole <= TINY or quantity <= TINY:
        return {}
    return {lot: part * quantity / whole for lot, part in heap.items() if part > TINY * whole}


def _sum(flows: Iterable[tuple[Place, Heap]]) -> dict[Place, Heap]:
    heaps: dict[Place, Heap] = defaultdict(lambda: defaultdict(float))
    for place, heap in flows:
        for lot, quantity in heap.items():
            heaps[place][lot] += quantity
    return {place: dict(heap) for place, heap in heaps.items()}


def _close(one: dict[Place, Heap], other: dict[Place, Heap]) -> bool:
    """Whether two fillings of the heaps are the same."""
    for place in one.keys() | other.keys():
        mine, theirs = one.get(place, {}), other.get(place, {})
        for lot in mine.keys() | theirs.keys():
            if abs(mine.get(lot, 0.0) - theirs.get(lot, 0.0)) > 1e-8:
                return False
    return True


def _outlets_ahead(law: Law) -> dict[tuple[str, str], set[Outlet]]:
    """Outlets that can be reached from each site and material, whatever the rules and dates say."""
    case, base = law.case, law.base
    ahead: dict[tuple[str, str], set[Outlet]] = defaultdict(set)
    for row in base["demand"]:
        ahead[row["site"], row["material"]].add((row["end_use"], row["end_user"]))
    steps = [
        ((start, material), (end, material))
        for row in base["lanes"]
        for start in case.select(row["from"], case.names("sites", "site"))
        for end in case.select(row["to"], case.names("sites", "site"))
        for material in case.select(row["material"], case.names("materials", "material"))
        if start != end
    ]
    steps += [
        ((plant["site"], taken["material"]), (plant["site"], given["material"]))
        for plant in base["plants"]
        for taken in base["recipes"]
        for given in base["recipes"]
        if taken["process"] == given["process"] == plant["process"]
        and taken["quantity"] < 0 < given["quantity"]
    ]
    steps += [
        ((row["from_site"], row["from_material"]), (row["site"], row["material"]))
        for row in base["returns"]
    ]
    while True:
        before = sum(map(len, ahead.values()))
        for start, end in steps:
            ahead[start] |= ahead[end]
        if sum(map(len, ahead.values())) == before:
            return dict(ahead)
