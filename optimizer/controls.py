"""Which export-control rule hits what, when, and how goods may move all the same.

A pure function of a case. A move is a flow on a lane between two countries, or an offer whose goods
come from another country than its site's. Moves that look the same to every rule form one *class*;
the rules that are in force for a class at a node form its *signature*, and every signature has the
*ways* in which goods may move, see :mod:`.ways`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..models.case import Case
from ..models.names import CaseNames
from ..models.rule_rows import Control
from .marks import Marks
from .tree import FloatArray, IntArray, Tree
from .values import Values
from .ways import FREE, Hit, Way, ways_under

BoolArray = NDArray[np.bool_]
BORDER_KINDS = ("export", "reexport", "import")
LICENSED = ("case_by_case", "presumption_of_denial")
NONE, WHOLE, BY_USE, BY_USER = range(4)
"""How a rule is about a move: not at all; wholly; as far as it ends in its end uses or users."""


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


Signature = tuple[tuple[int, int], ...]


def rule_states(case: Case, tree: Tree, values: Values) -> NDArray[np.object_]:
    """State of each rule at each node: a status, or 'none' before its first row.

    A rule without status rows is 'in_force' throughout. Shape (rules, nodes).
    """
    state = np.full((len(case.controls), tree.size), "in_force", dtype=object)
    if not case.control_status:
        return state
    status = values.status()
    for number, rows in _timelines(case).items():
        if rows:
            state[number] = "none"
        for position in rows:
            later = tree.period >= case.period(case.control_status[position].start, 1)
            state[number, later] = status[position, later]
    return state


def _timelines(case: Case) -> dict[int, list[int]]:
    """Rows of `control_status` of each rule, in order of time."""
    number = {row.control: at for at, row in enumerate(case.controls)}
    rows: dict[int, list[int]] = {at: [] for at in range(len(case.controls))}
    for position, row in enumerate(case.control_status):
        rows[number[row.control]].append(position)
    for own in rows.values():
        own.sort(key=lambda at: case.period(case.control_status[at].start, 1))
    return rows


def approvals(case: Case, tree: Tree, values: Values) -> FloatArray:
    """Part of what is applied for that is approved, by node of application. Shape (rules, nodes).

    The latest status row says it; else everything case by case, nothing where denial is presumed.
    """
    usual = [0.0 if row.policy == "presumption_of_denial" else 1.0 for row in case.controls]
    approval = np.repeat(np.array(usual)[:, None], tree.size, axis=1)
    if not case.control_status:
        return approval
    given = values.array("control_status", "approval")
    for number, rows in _timelines(case).items():
        for position in rows:
            later = tree.period >= case.period(case.control_status[position].start, 1)
            told = np.where(np.isnan(given[position]), usual[number], given[position])
            approval[number, later] = told[later]
    return approval


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


def uses_named(names: CaseNames, rule: Control) -> list[str] | None:
    """End uses that a rule names, None where it names none."""
    known = names.of("end_use")
    if rule.exempt_end_uses is not None:
        exempt = set(known.select(rule.exempt_end_uses))
        return [use for use in known.universe if use not in exempt]
    return None if rule.end_uses is None else known.select(rule.end_uses)


class Regime:
    """The rules of a case on a tree.

    Attributes:
        in_force: whether each rule is in force at each node. Shape (rules, nodes).
        approval: part approved of what is applied for at each node. Shape (rules, nodes).
    """

    def __init__(
        self, case: Case, tree: Tree, values: Values, names: CaseNames, marks: Marks
    ) -> None:
        self.case, self.tree, self.values, self.names, self.marks = (
            case, tree, values, names, marks,
        )  # fmt: skip
        counts = ["in_force"] + ["unknown"] * (case.case.unknown_controls == "in_force")
        self.states = rule_states(case, tree, values)
        self.in_force: BoolArray = np.isin(self.states, counts)
        self.approval = approvals(case, tree, values)
        self._signatures: dict[Signature, int] = {(): 0}
        self.ways: list[tuple[Way, ...]] = [(FREE,)]
        self._by_class: dict[tuple[int, int], IntArray] = {}
        self._codes: list[tuple[int, ...]] = []
        self._class: dict[tuple[int, ...], int] = {}

    @cached_property
    def licensed(self) -> BoolArray:
        """Whether complying with each rule needs a licence. Shape (rules,)."""
        return np.array([row.policy in LICENSED for row in self.case.controls], dtype=bool)

    @cached_property
    def burdens(self) -> BoolArray:
        """Whether complying with each rule ever costs, delays or limits. Shape (rules,)."""
        values = self.values
        burden = self.licensed.copy()
        for column in ("review_days", "tariff", "unit_cost"):
            burden |= np.asarray(values.compact("controls", column).max(axis=1, initial=0.0) > 0)
        return burden | np.isfinite(values.compact("controls", "quota")).any(axis=1)

    @cached_property
    def keeps_from(self) -> bool:
        """Whether any goods can bear a destination mark: at first, or by a rule."""
        if any(row.kept_from for row in self.case.stockpiles):
            return True
        if any(row.kept_from for row in self.case.in_transit):
            return True
        for at, rule in enumerate(self.case.controls):
            if rule.kind not in BORDER_KINDS or not self.in_force[at].any():
                continue
            named = (
                rule.end_uses or rule.exempt_end_uses or (rule.end_users and self._targets[at][1])
            )
            if named and (rule.policy == "prohibited" or self.burdens[at]):
                return True
            if self.licensed[at] and len(self.marks.uses) > 1:
                return True
        return False

    @cached_property
    def _targets(self) -> list[tuple[int, int]]:
        """Outlets each rule is about: by its end uses, and by its end users. Length rules."""
        targets = []
        for rule in self.case.controls:
            uses = uses_named(self.names, rule)
            by_use = self.marks.outlets_of(uses)
            users = self.names.of("end_user").select(rule.end_users) if rule.end_users else []
            targets.append((by_use, self.marks.outlets_of(uses, users)))
        return targets

    def buyers(self, rule: int) -> list[bool]:
        """Whether a procurement rule is about each demand row."""
        row, names, case = self.case.controls[rule], self.names, self.case
        uses = uses_named(names, row)

        def picks(selector: str | None, kind: str, name: str) -> bool:
            return not selector or name in names.of(kind).select(selector)

        staged = materials_of_stages(case, names, row.stages) if row.stages else None
        return [
            picks(row.destinations, "country", names.country[want.site])
            and (uses is None or want.end_use in uses)
            and picks(row.end_users, "end_user", want.end_user or names.operator[want.site])
            and picks(row.materials, "materials", want.material)
            and (staged is None or want.material in staged)
            for want in case.demand
        ]

    @cached_property
    def _asked_pedigree(self) -> list[int]:
        """Bit of the pedigree that each rule asks for, 0 for none. Length rules."""
        return [
            self.marks.pedigree(row.pedigree) if row.pedigree else 0 for row in self.case.controls
        ]

    @cached_property
    def asked_pedigrees(self) -> int:
        """Bits of all pedigrees that border rules ask for."""
        bits = 0
        for rule, bit in zip(self.case.controls, self._asked_pedigree, strict=True):
            bits |= bit if rule.kind in BORDER_KINDS else 0
        return bits

    def classes(self, moves: Moves) -> IntArray:
        """Class of each move. Shape (moves,)."""
        rules = [at for at, row in enumerate(self.case.controls) if row.kind in BORDER_KINDS]
        codes = np.zeros((len(moves.material), len(self.case.controls)), dtype=np.uint8)
        for at in rules:
            codes[:, at] = self._code(at, moves)
        unique, of_move = np.unique(codes, axis=0, return_inverse=True)
        known = np.zeros(len(unique), dtype=np.int64)
        for position, row in enumerate(unique.tolist()):
            key = tuple(row)
            if key not in self._class:
                self._class[key] = len(self._codes)
                self._codes.append(key)
            known[position] = self._class[key]
        return known[of_move.reshape(-1)]

    def _code(self, at: int, moves: Moves) -> NDArray[np.uint8]:
        """How a rule is about each move, whatever its date and the goods' pedigrees."""
        rule = self.case.controls[at]
        country, names = self.names.of("country"), self.names

        def among(positions: IntArray, labels: list[str], chosen: set[str]) -> BoolArray:
            return np.array([label in chosen for label in labels], dtype=bool)[positions]

        hit = moves.exporter != moves.destination
        if rule.exporters:
            hit &= among(moves.exporter, moves.countries, set(country.select(rule.exporters)))
        if rule.destinations:
            hit &= among(moves.destination, moves.countries, set(country.select(rule.destinations)))
        if rule.kind == "reexport" and rule.jurisdiction:
            hit &= ~among(moves.exporter, moves.countries, set(country.select(rule.jurisdiction)))
        if rule.operators:
            chosen = set(names.of("operator").select(rule.operators))
            hit &= among(moves.sender, moves.operators, chosen)
        if rule.materials:
            chosen = set(names.of("materials").select(rule.materials))
            hit &= among(moves.material, moves.materials, chosen)
        if rule.stages:
            chosen = materials_of_stages(self.case, names, rule.stages)
            hit &= among(moves.material, moves.materials, chosen)
        named = rule.end_uses is not None or rule.exempt_end_uses is not None
        code = np.where(hit, BY_USE if named else WHOLE, NONE)
        by_use, by_user = self._targets[at]
        if named and not by_use:
            code[:] = NONE
        if rule.end_users:
            chosen = set(names.of("end_user").select(rule.end_users))
            received = among(moves.receiver, moves.operators, chosen)
            code = np.where(hit & ~received, BY_USER if by_user else NONE, code)
        return code.astype(np.uint8)

    def about(self, number: int, marks: int) -> Signature:
        """Rules that are about a class of goods with some marks, at whatever date."""
        return tuple(
            (at, code)
            for at, code in enumerate(self._codes[number])
            if code and not self._asked_pedigree[at] & ~marks
        )

    def signatures(self, number: int, marks: int) -> IntArray:
        """Signature of a class of goods with some marks at each node. Shape (nodes,)."""
        key = number, marks & self.asked_pedigrees
        if key not in self._by_class:
            about = self.about(*key)
            rules = [at for at, _ in about]
            found, of_node = np.unique(self.in_force[rules], axis=1, return_inverse=True)
            numbers = [
                self._number(
                    tuple(rule for rule, active in zip(about, column, strict=True) if active)
                )
                for column in found.T
            ]
            self._by_class[key] = np.array(numbers, dtype=np.int64)[of_node.reshape(-1)]
        return self._by_class[key]

    def _number(self, signature: Signature) -> int:
        if signature not in self._signatures:
            self._signatures[signature] = len(self.ways)
            hits = [self._hit(at, code) for at, code in signature]
            self.ways.append(ways_under(hits, self.marks))
        return self._signatures[signature]

    def targets(self, at: int, code: int) -> int:
        """Outlets that a rule is about, by how it is about a class (all where wholly)."""
        return self.marks.destinations if code == WHOLE else self._targets[at][code - BY_USE]

    def _hit(self, at: int, code: int) -> Hit:
        """A rule as it is about goods."""
        targets = None if code == WHOLE else self.targets(at, code)
        prohibited = self.case.controls[at].policy == "prohibited"
        return Hit(at, targets, prohibited, bool(self.licensed[at]), bool(self.burdens[at]))

    def offered(self, way: Way, marks: int) -> bool:
        """Whether goods with some marks may go a way: a licence must leave them an outlet."""
        kept = (marks | way.adds) & self.marks.destinations
        return not way.licences or kept != self.marks.destinations
