"""Export and import rules on a shipment: bans, review days, tariffs, floors and quotas."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from .ground import Ground
from .linear import Expr
from .reader import PlainCase, Row
from .tree import Node

NOT_COVERED_TABLES = ("pedigrees",)


@dataclass(frozen=True)
class Shipment:
    """What crosses a border: from whom, to whom, and what."""

    material: str
    origin: str
    destination: str
    sender: str
    receiver: str


@dataclass
class Verdict:
    """What all rules in force together say about one shipment at one node."""

    banned: bool = False
    review_days: float = 0.0
    duty: float = 0.0
    floor: float = 0.0
    quotas: list[int] = field(default_factory=list)


def refuse_uncovered(case: PlainCase) -> None:
    """Raise for rules that the plain model does not know."""
    if any(case.tables[table] for table in NOT_COVERED_TABLES):
        raise NotImplementedError("pedigrees")
    for rule in case.tables["controls"]:
        if rule["kind"] not in ("export", "import") or rule["pedigree"]:
            raise NotImplementedError(f"control of kind {rule['kind']}")
        if rule["end_uses"] or rule["exempt_end_uses"]:
            raise NotImplementedError("end uses on a border rule")
        if rule["policy"] in ("case_by_case", "presumption_of_denial"):
            raise NotImplementedError("licences")


def in_force(case: PlainCase, rule: Row, node: Node) -> bool:
    """Is a rule in force at a node, by the latest row of its timeline?"""
    rows = [r for r in node.tables["control_status"] if r["control"] == rule["control"]]
    if not rows:
        return True
    begun = [r for r in rows if r["start"] <= node.period]
    if not begun:
        return False
    status = max(begun, key=lambda row: row["start"])["status"]
    return status == "in_force" or (status == "unknown" and case.unknown_in_force)


def hits(case: PlainCase, rule: Row, shipment: Shipment) -> bool:
    """Does a rule, while in force, hit a shipment?"""
    if shipment.origin == shipment.destination:
        return False
    tests = [
        (rule["exporters"], shipment.origin),
        (rule["destinations"], shipment.destination),
        (rule["operators"], shipment.sender),
        (rule["end_users"], shipment.receiver),
        (rule["materials"], shipment.material),
    ]
    if not all(_matches(case, selector, name) for selector, name in tests):
        return False
    return not rule["stages"] or shipment.material in _put_out(case, rule["stages"])


def _matches(case: PlainCase, selector: str, name: str) -> bool:
    return bool(case.select(selector, [name])) if selector else True


def _put_out(case: PlainCase, stages: str) -> set[str]:
    """Materials that a process or an offer of a stage puts out."""
    found = set()
    for process in case.tables["processes"]:
        if _matches(case, stages, process["stage"]):
            for recipe in case.tables["recipes"]:
                if recipe["process"] == process["process"] and recipe["quantity"] > 0:
                    found.add(recipe["material"])
    for offer in case.tables["offers"]:
        named = [part.strip() for part in offer["stages"].split(",") if part.strip()]
        if case.select(stages, named):
            found.add(offer["material"])
    return found


def judge(ground: Ground, shipment: Shipment, node: Node) -> Verdict:
    """Put all rules together: strictest, longest review, tariffs added, every quota."""
    verdict = Verdict()
    for index, rule in enumerate(node.tables["controls"]):
        if not hits(ground.case, rule, shipment) or not in_force(ground.case, rule, node):
            continue
        verdict.banned |= rule["policy"] == "prohibited"
        verdict.review_days = max(verdict.review_days, rule["review_days"])
        verdict.duty += rule["unit_cost"]
        if rule["tariff"]:
            verdict.duty += rule["tariff"] * ground.price(shipment.material, node)
        if rule["kind"] == "import":
            verdict.floor = max(verdict.floor, rule["price_floor"])
        verdict.quotas.append(index)
    return verdict


class Quotas:
    """Collects what moves under each rule, then limits it by its window."""

    def __init__(self) -> None:
        self.moved: defaultdict[tuple[int, Node], Expr] = defaultdict(Expr)

    def note(self, verdict: Verdict, node: Node, variable: int) -> None:
        """Remember a shipment under the rules that hit it."""
        for index in verdict.quotas:
            self.moved[index, node].add(variable)

    def limit(self, ground: Ground) -> None:
        """Add one row per rule, window and path."""
        for index, base in enumerate(ground.case.tables["controls"]):
            for node in ground.nodes:
                quota = node.tables["controls"][index]["quota"]
                if quota == float("inf") or not in_force(ground.case, base, node):
                    continue
                total = Expr()
                for member in window_path(ground.case, base["quota_window"], node):
                    total.add(self.moved[index, member])
                if total.terms:
                    ground.program.at_most(total, quota)


def window_path(case: PlainCase, window: str, node: Node) -> list[Node]:
    """Nodes of the path up to a node that lie in the same window as it."""
    if window == "horizon":
        return list(node.path)
    block = max(1, round(12 / case.months)) if window == "year" else 1
    number = (node.period - 1) // block
    return [member for member in node.path if (member.period - 1) // block == number]
