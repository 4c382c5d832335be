"""Export, re-export and import rules on a shipment, and the ways in which it may cross."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import product

from .ground import Ground
from .licences import Key, Licences
from .linear import Expr
from .marks import CLEAN, Marks, Outlet, outlets
from .reader import PlainCase, Row
from .rules import LICENSED, in_force, is_about
from .tree import Node

BORDER_KINDS = ("export", "reexport", "import")


@dataclass(frozen=True)
class Shipment:
    """What crosses a border: from whom, to whom, what, and the marks it leaves with."""

    material: str
    origin: str
    destination: str
    sender: str
    receiver: str
    marks: Marks

    @classmethod
    def by_lane(
        cls, case: PlainCase, start: str, end: str, material: str, marks: Marks
    ) -> Shipment:
        """What moves on a lane."""
        return cls(
            material, case.country(start), case.country(end), case.operator(start),
            case.operator(end), marks,
        )  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """What a shipper may do about one rule: comply, or move under the rule's mark."""

    rule: int
    complies: bool
    marks: Marks = CLEAN
    end_use: str = ""


@dataclass(frozen=True)
class Way:
    """One way to move: what it takes, what it costs per unit, and the marks it adds."""

    marks: Marks = CLEAN
    review_days: float = 0.0
    counted_days: float = 0.0
    duty: float = 0.0
    fee: float = 0.0
    complied: tuple[int, ...] = ()
    licences: tuple[tuple[int, str], ...] = ()


def targets(case: PlainCase, rule: Row, receiver: str) -> list[Outlet] | None:
    """The outlets that a rule is about; None where it is about the whole shipment."""
    whole = case.picks(rule["end_users"], receiver)
    if whole and not rule["end_uses"] and not rule["exempt_end_uses"]:
        return None
    found = []
    for outlet in outlets(case):
        meant = case.picks(rule["end_uses"], outlet.end_use)
        exempt = rule["exempt_end_uses"] and case.picks(rule["exempt_end_uses"], outlet.end_use)
        named = whole or case.picks(rule["end_users"], outlet.end_user)
        if meant and not exempt and named:
            found.append(outlet)
    return found


def hits(case: PlainCase, rule: Row, shipment: Shipment) -> bool:
    """Does a rule, while in force, hit a shipment?"""
    if rule["kind"] not in BORDER_KINDS or shipment.origin == shipment.destination:
        return False
    tests = [
        (rule["exporters"], shipment.origin),
        (rule["destinations"], shipment.destination),
        (rule["operators"], shipment.sender),
    ]
    if not all(case.picks(selector, name) for selector, name in tests):
        return False
    if rule["pedigree"] and rule["pedigree"] not in shipment.marks:
        return False
    own = rule["jurisdiction"] and case.picks(rule["jurisdiction"], shipment.origin)
    if rule["kind"] == "reexport" and own:
        return False
    return is_about(case, rule, shipment.material) and targets(case, rule, shipment.receiver) != []


def _rules_on(ground: Ground, shipment: Shipment, node: Node) -> list[int]:
    """Positions of the rules in force that hit a shipment."""
    return [
        index
        for index, rule in enumerate(ground.case.tables["controls"])
        if in_force(ground.case, rule, node) and hits(ground.case, rule, shipment)
    ]


def price_floor(ground: Ground, shipment: Shipment, node: Node) -> float:
    """The least price of what is bought, whatever the way it moves."""
    floor = 0.0
    for index in _rules_on(ground, shipment, node):
        rule = node.tables["controls"][index]
        if rule["kind"] == "import":
            floor = max(floor, rule["price_floor"] or 0.0)
    return floor


def find_ways(ground: Ground, shipment: Shipment, node: Node) -> list[Way]:
    """Every way in which a shipment may move; none where it is banned.

    What moves under a licence must be left with an outlet.
    """
    hit = _rules_on(ground, shipment, node)
    choices = [_choices(ground.case, index, shipment.receiver) for index in hit]
    ways = [_way(ground, shipment, node, combination) for combination in product(*choices)]
    everything = {outlet.mark for outlet in outlets(ground.case)}
    return [w for w in ways if not w.licences or everything - w.marks - shipment.marks]


def _choices(case: PlainCase, index: int, receiver: str) -> list[Choice]:
    rule = case.tables["controls"][index]
    about = targets(case, rule, receiver)
    choices = []
    if about is not None:
        choices.append(Choice(index, False, frozenset(outlet.mark for outlet in about)))
    else:
        about = outlets(case)
    if rule["policy"] in LICENSED:
        for end_use in dict.fromkeys(outlet.end_use for outlet in about):
            others = frozenset(outlet.mark for outlet in about if outlet.end_use != end_use)
            choices.append(Choice(index, True, others, end_use))
    elif rule["policy"] != "prohibited":
        choices.append(Choice(index, True))
    return choices


def _way(ground: Ground, shipment: Shipment, node: Node, choices: tuple[Choice, ...]) -> Way:
    """Put the choices together: marks and charges add, the longest review counts."""
    marks: set[str] = set()
    review = counted = duty = fee = 0.0
    complied, licences = [], []
    for choice in choices:
        marks |= choice.marks
        if not choice.complies:
            continue
        rule = node.tables["controls"][choice.rule]
        complied.append(choice.rule)
        fee += rule["unit_cost"]
        if rule["tariff"]:
            duty += rule["tariff"] * ground.price(shipment.material, node)
        counted = max(counted, rule["review_days"])
        if rule["policy"] in LICENSED:
            licences.append((choice.rule, choice.end_use))
        else:
            review = max(review, rule["review_days"])
    return Way(
        frozenset(marks), review, counted, duty, fee, tuple(complied), tuple(licences)
    )  # fmt: skip


class Ledger:
    """Writes down what moves under each rule, then limits it by quotas and licences."""

    def __init__(self) -> None:
        self.moved: defaultdict[tuple[int, Node], Expr] = defaultdict(Expr)
        self.licences = Licences()

    def note(self, shipment: Shipment, way: Way, node: Node, variable: int) -> None:
        """Remember what moves one way, under the rules it complies with."""
        for index in way.complied:
            self.moved[index, node].add(variable)
        for index, end_use in way.licences:
            key = Key(index, shipment.origin, shipment.destination, end_use)
            self.licences.note(key, node, variable)

    def limit(self, ground: Ground) -> None:
        """Add the quotas (one row per rule, window and path) and the licences."""
        for index, base in enumerate(ground.case.tables["controls"]):
            for node in ground.nodes:
                quota = node.tables["controls"][index]["quota"]
                last = ends_window(ground.case, base["quota_window"], node)
                if quota == float("inf") or not last:
                    continue
                total = Expr()
                for member in window_path(ground.case, base["quota_window"], node):
                    total.add(self.moved[index, member])
                if total.terms:
                    ground.program.at_most(total, quota)
        self.licences.limit(ground)


def ends_window(case: PlainCase, window: str, node: Node) -> bool:
    """Is a node the last of its window? The quota of a window is that of its last node."""
    block = max(1, round(12 / case.months)) if window == "year" else 1
    return node.last or (window != "horizon" and node.period % block == 0)


def window_path(case: PlainCase, window: str, node: Node) -> list[Node]:
    """Nodes of the path up to a node that lie in the same window as it."""
    if window == "horizon":
        return list(node.path)
    block = max(1, round(12 / case.months)) if window == "year" else 1
    number = (node.period - 1) // block
    return [member for member in node.path if (member.period - 1) // block == number]
