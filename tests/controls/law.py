"""What the rules of a case say about one lot of goods: the tracer's own reading of them.

Only the case's own tables are read (through the plain reader of the tests, which applies defaults
and changes); nothing here knows how the optimizer represents rules or marks.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from oracle.reader import PlainCase, Row, read_case
from oracle.tree import Node, build_tree

Outlet = tuple[str, str]
"""End use and end user of a row of demand."""
BORDER = ("export", "reexport", "import")
LICENSED = ("case_by_case", "presumption_of_denial")


@dataclass(frozen=True)
class Move:
    """Goods that cross a border: countries, operators, what, and the pedigrees they truly have."""

    exporter: str
    destination: str
    sender: str
    receiver: str
    material: str
    pedigrees: frozenset[str]


class Law:
    """The rules of a case, asked about one move, run or delivery at a time."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.case: PlainCase = read_case(data)
        self.base = self.case.tables
        self.nodes = {(node.owner, node.period): node for node in build_tree(self.case)}

    @cached_property
    def outlets(self) -> set[Outlet]:
        """Every pair of end use and end user that asks for anything."""
        return {(row["end_use"], row["end_user"]) for row in self.base["demand"]}

    @cached_property
    def ahead(self) -> dict[tuple[str, str], set[Outlet]]:
        """Outlets that lie ahead of each site and material, whatever the rules and dates say."""
        case, base = self.case, self.base
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

    def among(self, selector: str, name: str) -> bool:
        """Whether a selector picks a name; a blank one picks all."""
        return not selector or bool(self.case.select(selector, [name]))

    # What state a rule is in

    def status(self, rule: Row, node: Node) -> Row | None:
        """The latest row of a rule's timeline that has begun."""
        begun = [
            row
            for row in node.tables["control_status"]
            if row["control"] == rule["control"] and row["start"] <= node.period
        ]
        return max(begun, key=lambda row: row["start"]) if begun else None

    def in_force(self, rule: Row, node: Node) -> bool:
        """Whether a rule counts at a node."""
        if all(row["control"] != rule["control"] for row in self.base["control_status"]):
            return True
        row = self.status(rule, node)
        counts = {"in_force"} | ({"unknown"} if self.case.unknown_in_force else set())
        return row is not None and row["status"] in counts

    def approval(self, rule: Row, node: Node) -> float:
        """Part of an application at a node that is approved."""
        row = self.status(rule, node)
        if row is not None and row["approval"] is not None:
            return float(row["approval"])
        return 1.0 if rule["policy"] == "case_by_case" else 0.0

    # Borders

    def asked(self, move: Move, node: Node) -> list[tuple[Row, set[Outlet] | None]]:
        """Rules that hit a move, with the outlets they are about (None: whatever becomes of it)."""
        if move.exporter == move.destination:
            return []
        found = []
        for rule in node.tables["controls"]:
            if rule["kind"] in BORDER and self.in_force(rule, node) and self._about(rule, move):
                targets = self._targets(rule, move)
                if targets is None or targets:
                    found.append((rule, targets))
        return found

    def _about(self, rule: Row, move: Move) -> bool:
        picks = (
            ("exporters", move.exporter), ("destinations", move.destination),
            ("operators", move.sender), ("materials", move.material),
        )  # fmt: skip
        if not all(self.among(rule[column], name) for column, name in picks):
            return False
        if rule["stages"] and move.material not in self.come_out_of(rule["stages"]):
            return False
        if rule["pedigree"] and rule["pedigree"] not in move.pedigrees:
            return False
        own = rule["kind"] == "reexport" and rule["jurisdiction"]
        return not (own and self.among(rule["jurisdiction"], move.exporter))

    def _targets(self, rule: Row, move: Move) -> set[Outlet] | None:
        uses = {use for use, _ in self.outlets if self.for_use(rule, use)}
        narrowed = bool(rule["end_uses"] or rule["exempt_end_uses"])
        if rule["end_users"] and not self.among(rule["end_users"], move.receiver):
            users = {user for _, user in self.outlets if user}
            listed = {user for user in users if self.among(rule["end_users"], user)}
            return {outlet for outlet in self.outlets if outlet[1] in listed and outlet[0] in uses}
        return {outlet for outlet in self.outlets if outlet[0] in uses} if narrowed else None

    def for_use(self, rule: Row, use: str) -> bool:
        """Whether a rule is about an end use."""
        if rule["exempt_end_uses"]:
            return not self.among(rule["exempt_end_uses"], use)
        return self.among(rule["end_uses"], use)

    def come_out_of(self, stages: str) -> set[str]:
        """Materials that a process or an offer of the stages puts out."""
        stage = {row["process"]: row["stage"] for row in self.base["processes"]}
        made = {
            row["material"]
            for row in self.base["recipes"]
            if row["quantity"] > 0 and self.among(stages, stage[row["process"]])
        }
        sold = {
            offer["material"]
            for offer in self.base["offers"]
            if any(self.among(stages, one) for one in listed(offer["stages"]))
        }
        return made | sold

    # Provenance

    def sticks(self, pedigree: Row, material: str) -> bool:
        """Whether a mark can be on a material at all."""
        return self.among(pedigree["materials"], material)

    def of_offer(self, offer: Row) -> frozenset[str]:
        """Pedigrees of what an offer sells."""
        return frozenset(
            row["pedigree"]
            for row in self.base["pedigrees"]
            if self.sticks(row, offer["material"])
            and (
                self.given(offer, row["pedigree"])
                or self._source(row, offer["origin"], listed(offer["stages"]))
            )
        )

    def given(self, holder: Row, pedigree: str) -> bool:
        """Whether the column ``pedigrees`` of an offer, stock or row of transit names a mark."""
        return bool(holder["pedigrees"]) and self.among(holder["pedigrees"], pedigree)

    def _source(self, pedigree: Row, country: str, stages: list[str]) -> bool:
        if not (pedigree["countries"] or pedigree["stages"]):
            return False
        done = not pedigree["stages"] or any(self.among(pedigree["stages"], one) for one in stages)
        return done and self.among(pedigree["countries"], country)

    def of_run(self, plant: Row, drawn: dict[str, set[str]]) -> set[str]:
        """Pedigrees of what a run makes, of which inputs carried what (material -> pedigrees)."""
        process = next(r for r in self.base["processes"] if r["process"] == plant["process"])
        country = self.case.country(plant["site"])
        names = {plant["technology"]} | {
            row["technology"] for row in self.base["expansions"] if row["plant"] == plant["plant"]
        }
        found = set()
        for row in self.base["pedigrees"]:
            if row["reset_by"] and self.among(row["reset_by"], plant["process"]):
                continue
            direct = row["technologies"] and any(
                self.among(row["technologies"], name) for name in names if name
            )
            marked = {what for what, marks in drawn.items() if row["pedigree"] in marks}
            if (
                direct
                or self._source(row, country, [process["stage"]])
                or (marked and self._share(plant["process"], marked) >= row["min_value_share"])
            ):
                found.add(row["pedigree"])
        return found

    def _share(self, process: str, inputs: set[str]) -> float:
        """Value of some inputs over that of all outputs, by the base tables; ties count."""
        price = {row["material"]: row["price"] or 0.0 for row in self.base["materials"]}
        recipe = [row for row in self.base["recipes"] if row["process"] == process]
        put_in = sum(
            -row["quantity"] * price[row["material"]]
            for row in recipe
            if row["quantity"] < 0 and row["material"] in inputs
        )
        made = sum(
            row["quantity"] * price[row["material"]] for row in recipe if row["quantity"] > 0
        )
        return float("inf") if made <= 0 else (put_in / made) * (1 + 1e-9)

    # Delivery

    def refuses(self, demand: Row, pedigrees: frozenset[str], node: Node) -> list[str]:
        """Procurement rules by which a row of demand refuses goods."""
        country = self.case.country(demand["site"])
        user = demand["end_user"] or self.case.operator(demand["site"])
        return [
            rule["control"]
            for rule in node.tables["controls"]
            if rule["kind"] == "procurement"
            and rule["policy"] == "prohibited"
            and rule["pedigree"] in pedigrees
            and self.in_force(rule, node)
            and self.among(rule["destinations"], country)
            and self.for_use(rule, demand["end_use"])
            and self.among(rule["end_users"], user)
            and self.among(rule["materials"], demand["material"])
            and (not rule["stages"] or demand["material"] in self.come_out_of(rule["stages"]))
        ]

    # Licences

    def window(self, rule: Row, node: Node) -> range:
        """Periods in which an application made at a node can be used."""
        at_node = next(r for r in node.tables["controls"] if r["control"] == rule["control"])
        first = node.period + self.case.lag(at_node["review_days"])
        last = self.case.periods + 1
        if rule["validity_periods"]:
            last = min(last, first + int(rule["validity_periods"]))
        return range(first, last)

    def need(self, rule: Row, use: str, node: Node) -> float:
        """Most that an application at a node may ask for: what its end use can take by then."""
        window, need = self.window(rule, node), self._moved_for(self._goods(rule))
        ends = [n for n in self.nodes.values() if n.last and node in n.path]
        return max(
            sum(
                row["quantity"] * need[row["material"]]
                for member in end.path
                if member.period in window
                for row in member.tables["demand"]
                if row["end_use"] == use and row["start"] <= member.period <= row["end"]
            )
            for end in ends
        )

    def _goods(self, rule: Row) -> set[str]:
        return {
            row["material"]
            for row in self.base["materials"]
            if self.among(rule["materials"], row["material"])
            and (not rule["stages"] or row["material"] in self.come_out_of(rule["stages"]))
        }

    def _moved_for(self, goods: set[str]) -> dict[str, float]:
        """How much of some goods has to move, at most, for one unit of each material."""
        names = [row["material"] for row in self.base["materials"]]
        need = dict.fromkeys(names, 0.0)
        for _ in names:
            need = {name: max(float(name in goods), self._fed(name, need)) for name in names}
        return need

    def _fed(self, material: str, need: dict[str, float]) -> float:
        """What goes into a unit of a material, by the recipe that takes most."""
        takes: dict[str, float] = {}
        for row in self.base["recipes"]:
            takes.setdefault(row["process"], 0.0)
            if row["quantity"] < 0:
                takes[row["process"]] -= row["quantity"] * need[row["material"]]
        return max(
            (
                takes[row["process"]] / row["quantity"]
                for row in self.base["recipes"]
                if row["material"] == material and row["quantity"] > 0
            ),
            default=0.0,
        )


def listed(cell: str) -> list[str]:
    """The parts of a cell with commas."""
    return [part.strip() for part in cell.split(",") if part.strip()]
