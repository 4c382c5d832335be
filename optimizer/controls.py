"""Which export-control rule hits what, when, and why: a pure function of a case.

A move is a flow on a lane between two countries, or an offer whose goods come from another country
than its site's. Moves that look the same to every rule (countries, operators, material) form one
class, so that verdicts are worked out once for each class and node.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..models.case import Case
from ..models.names import CaseNames
from ..models.rule_rows import Control
from .tree import FloatArray, IntArray, Tree
from .values import Values

BoolArray = NDArray[np.bool_]
BORDER_KINDS = ("export", "import")
STRICTEST = ("free", "general_licence", "case_by_case", "presumption_of_denial", "prohibited")


class UnsupportedRuleError(ValueError):
    """A rule that this version cannot represent; leaving it out would give a wrong plan."""


@dataclass(frozen=True)
class Moves:
    """Moves as positions in lists of names. All arrays have shape (moves,)."""

    exporter: IntArray
    destination: IntArray
    sender: IntArray
    receiver: IntArray
    material: IntArray
    countries: list[str]
    operators: list[str]
    materials: list[str]


@dataclass
class Verdicts:
    """What the rules say about each class of moves at each node.

    Attributes:
        of_move: class of each move. Shape (moves,).
        banned: nothing moves. Shape (classes, nodes).
        review_days: days added to the lead time. Shape (classes, nodes).
        tariff: sum of duties as a share of the price. Shape (classes, nodes).
        unit_cost: cost per unit under the rules. Shape (classes, nodes).
        price_floor: least price of what is bought. Shape (classes, nodes).
        hits: rule -> whether it is about a class at all. Shape (classes,) each.
        in_force: rule -> whether it is in force at a node. Shape (nodes,) each.
    """

    of_move: IntArray
    banned: BoolArray
    review_days: FloatArray
    tariff: FloatArray
    unit_cost: FloatArray
    price_floor: FloatArray
    hits: dict[str, BoolArray] = field(default_factory=dict)
    in_force: dict[str, BoolArray] = field(default_factory=dict)


def rule_in_force(case: Case, tree: Tree, values: Values) -> dict[str, BoolArray]:
    """Whether each rule is in force at each node. Shape (nodes,) for every rule.

    A rule without status rows is in force throughout; before its first row it is not in force;
    'unknown' means what ``case.unknown_controls`` says.
    """
    counts = {"in_force"} | ({"unknown"} if case.case.unknown_controls == "in_force" else set())
    rows: dict[str, list[int]] = {}
    for position, row in enumerate(case.control_status):
        rows.setdefault(row.control, []).append(position)
    status = values.status() if case.control_status else None
    result = {}
    for control in case.controls:
        if control.control not in rows or status is None:
            result[control.control] = np.ones(tree.size, dtype=bool)
            continue
        state = np.full(tree.size, "announced", dtype=object)
        timeline = sorted(
            rows[control.control], key=lambda at: case.period(case.control_status[at].start, 1)
        )
        for position in timeline:
            since = case.period(case.control_status[position].start, 1)
            later = tree.period >= since
            state[later] = status[position, later]
        result[control.control] = np.array([value in counts for value in state])
    return result


def materials_of_stages(case: Case, names: CaseNames, selector: str) -> set[str]:
    """Materials that a process or an offer of the selected stages puts out."""
    stages = set(names.of("stage").select(selector))
    made_by = {row.process: row.stage for row in case.processes}
    found = {
        row.material for row in case.recipes if row.quantity > 0 and made_by[row.process] in stages
    }
    for offer in case.offers:
        if offer.stages and stages & set(names.of("stage").select(offer.stages)):
            found.add(offer.material)
    return found


def refuse_unsupported(case: Case) -> None:
    """Raise UnsupportedRuleError for rules that need licences, technologies or pedigrees."""
    for number, rule in enumerate(case.controls, start=1):
        where = f"controls row {number} ({rule.control})"
        if rule.kind not in BORDER_KINDS:
            raise UnsupportedRuleError(
                f"{where}, kind: '{rule.kind}' rules are not supported yet; remove the row"
            )
        if rule.policy in ("case_by_case", "presumption_of_denial"):
            raise UnsupportedRuleError(
                f"{where}, policy: '{rule.policy}' needs licences, which are not supported yet; "
                "use general_licence with review_days, or prohibited"
            )
        for column in ("end_uses", "exempt_end_uses", "pedigree"):
            if getattr(rule, column):
                raise UnsupportedRuleError(f"{where}, {column}: not supported yet; leave it blank")
    for table in ("pedigrees",):
        if case.rows(table):
            raise UnsupportedRuleError(f"{table}: not supported yet; remove the rows")


def judge(case: Case, tree: Tree, values: Values, names: CaseNames, moves: Moves) -> Verdicts:
    """Work out what the rules say about every move at every node.

    Several rules on one move: the strictest policy counts, tariffs and unit costs add, the longest
    review counts (quotas bind one by one and are left to the formulation).
    """
    refuse_unsupported(case)
    key = np.column_stack(
        [moves.exporter, moves.destination, moves.sender, moves.receiver, moves.material]
    )
    classes, of_move = np.unique(key, axis=0, return_inverse=True)
    shape = (len(classes), tree.size)
    verdicts = Verdicts(
        of_move=of_move.reshape(-1),
        banned=np.zeros(shape, dtype=bool),
        review_days=np.zeros(shape),
        tariff=np.zeros(shape),
        unit_cost=np.zeros(shape),
        price_floor=np.full(shape, -np.inf),
        in_force=rule_in_force(case, tree, values),
    )
    for position, rule in enumerate(case.controls):
        hit = _hits(case, names, rule, classes, moves)
        verdicts.hits[rule.control] = hit
        force = verdicts.in_force[rule.control]
        if not hit.any() or not force.any():
            continue
        cell = np.ix_(np.flatnonzero(hit), np.flatnonzero(force))
        numbers = {
            column: values.array("controls", column)[position][force]
            for column in ("review_days", "tariff", "unit_cost", "price_floor")
        }
        if rule.policy == "prohibited":
            verdicts.banned[cell] = True
        verdicts.review_days[cell] = np.maximum(verdicts.review_days[cell], numbers["review_days"])
        verdicts.tariff[cell] += numbers["tariff"]
        verdicts.unit_cost[cell] += numbers["unit_cost"]
        if rule.kind == "import":
            floor = np.where(np.isnan(numbers["price_floor"]), -np.inf, numbers["price_floor"])
            verdicts.price_floor[cell] = np.maximum(verdicts.price_floor[cell], floor)
    return verdicts


def _hits(
    case: Case, names: CaseNames, rule: Control, classes: IntArray, moves: Moves
) -> BoolArray:
    """Whether a rule is about each class of moves. Shape (classes,)."""
    exporter, destination, sender, receiver, material = classes.T
    hit = exporter != destination
    if rule.exporters:
        hit &= _is_in(exporter, moves.countries, names.of("country").select(rule.exporters))
    if rule.destinations:
        hit &= _is_in(destination, moves.countries, names.of("country").select(rule.destinations))
    if rule.operators:
        hit &= _is_in(sender, moves.operators, names.of("operator").select(rule.operators))
    if rule.end_users:
        hit &= _is_in(receiver, moves.operators, names.of("end_user").select(rule.end_users))
    if rule.materials:
        hit &= _is_in(material, moves.materials, names.of("materials").select(rule.materials))
    if rule.stages:
        hit &= _is_in(material, moves.materials, materials_of_stages(case, names, rule.stages))
    return np.asarray(hit)


def _is_in(positions: IntArray, labels: list[str], chosen: list[str] | set[str]) -> BoolArray:
    wanted = set(chosen)
    return np.array([label in wanted for label in labels], dtype=bool)[positions]
