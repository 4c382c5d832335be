"""What happens to lots at a border: who lets them pass, under which licence, kept from what."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from oracle.tree import Node

from .law import LICENSED, Law, Move, Outlet, listed
from .ledger import Ledger
from .lots import Heap, Lot, Place, Smuggled, check_claim, draw, mark_of

Record = dict[str, Any]


class Customs:
    """Judges orders and shipments of a plan, lot by lot, and books them in the ledger."""

    def __init__(self, law: Law, nodes: list[Node], ledger: Ledger) -> None:
        self.law, self.case, self.nodes, self.ledger = law, law.case, nodes, ledger
        self.offers = {row["offer"]: row for row in law.base["offers"]}
        self.sold = {name: law.of_offer(row) for name, row in self.offers.items()}

    def ordered(self, at: int, row: Record) -> tuple[Place, Heap]:
        """Where an order arrives, and as what."""
        offer = self.offers[row["offer"]]
        site, material = offer["site"], offer["material"]
        move = Move(
            offer["origin"], self.case.country(site), offer["supplier"],
            self.case.operator(site), material, self.sold[row["offer"]],
        )  # fmt: skip
        place = (site, material, row["marks"])
        barred = self._cross(move, at, row, place, row["quantity"])
        story = f"offer {row['offer']} in {self.nodes[at].period}"
        heap = {Lot(move.pedigrees).with_step(story, barred): row["quantity"]}
        check_claim(self.law, place, heap)
        return place, heap

    def shipped(
        self, at: int, row: Record, heaps: dict[Place, Heap], *, settled: bool = False
    ) -> tuple[Place, Heap]:
        """Where a shipment arrives, and as what. Once heaps have settled, each lot is judged."""
        start, end = row["from"], row["to"]
        place = (end, row["material"], row["arrives_as"])
        heap: Heap = defaultdict(float)
        lots = draw(heaps, (start, row["material"], row["marks"]), row["quantity"])
        for lot, quantity in lots.items():
            move = Move(
                self.case.country(start), self.case.country(end),
                self.case.operator(start), self.case.operator(end),
                row["material"], lot.pedigrees,
            )  # fmt: skip
            barred = self._cross(move, at, row, place, quantity if settled else 0.0)
            step = f"{row['lane']} {start}>{end} in {self.nodes[at].period} [{row['licences']}]"
            heap[lot.with_step(step, barred)] += quantity
        if settled:
            check_claim(self.law, place, heap)
        return place, dict(heap)

    def _cross(
        self, move: Move, at: int, row: Record, place: Place, quantity: float
    ) -> set[Outlet]:
        """Outlets that a crossing keeps a lot from. A quantity of 0 is not judged nor booked."""
        licences = dict(part.split("=", 1) for part in row["licences"].split(";") if part)
        barred: set[Outlet] = set()
        for rule, targets in self.law.asked(move, self.nodes[at]):
            name, policy = rule["control"], rule["policy"]
            if name in licences:
                use, others = licences[name], self.law.outlets if targets is None else targets
                if all(outlet[0] != use for outlet in others):
                    raise Smuggled(f"{name}: a licence for a use the rule is not about: {row}")
                barred |= {outlet for outlet in others if outlet[0] != use}
                key = (name, move.exporter, move.destination, use, at)
                self.ledger.licence[key] += quantity
            elif policy in LICENSED or policy == "prohibited":
                if targets is None and quantity:
                    raise Smuggled(f"{name} ({policy}) hits {move}: {row}")
                barred |= targets or set()
            if targets is None or not self._renounced(targets, place):
                self.ledger.quota[name, at] += quantity
        return barred

    def _renounced(self, targets: set[Outlet], place: Place) -> bool:
        """Whether goods are marked as kept from all targets that lie ahead of a place."""
        ahead = targets & self.law.ahead.get(place[:2], set())
        return {mark_of(outlet) for outlet in ahead} <= {*listed(place[2])}
