"""The answer to a question about a case's rules, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...models.case import Case
from ..controls import Regime
from ..network.frame import Frame
from ..network.moves import build_movements
from ..network.reach import process_io
from ..tree import build_tree
from .asked import Asked, Question, understand
from .history import states
from .lines import Line, joined
from .nothing import nothing, remarks_on
from .plants import Plants
from .purchases import purchases
from .shipments import Shipments, anything_goes, crossings, selected
from .spells import Spell, spells
from .verdicts import Verdicts

COLUMNS = {
    "line": "number of the line; a line has one row for each spell",
    "about": "shipment, building, services or purchase",
    "exporter": "country of dispatch; of the technology; '' for purchases",
    "destinations": "countries of arrival; of the plants; of the buyers",
    "materials": "what moves, is made, or is bought",
    "carrying": "pedigrees that the goods carry for the verdict to hold",
    "free_of": "pedigrees that they do not carry, where other goods of the kind could",
    "end_uses": "what the goods are for; none for whatever end use",
    "end_users": "whom they are for; none for all of the end use",
    "technology": "technology of the plants",
    "scenarios": "scenarios in which the spell comes",
    "first": "first period of the spell",
    "last": "last period of the spell",
    "begins": "label of the first period",
    "ends": "label of the last period",
    "verdict": "one of VERDICTS",
    "whole": "prohibited: whether nothing moves, or only nothing for these end uses",
    "days": "days of review that the shipment or decision itself waits",
    "licences": "licences needed, as applied for in the spell: control, review_days, usable_after "
    "(periods), approval, validity_periods, cost of each",
    "tariff": "duties, a share of the price",
    "unit_cost": "cost per unit that moves",
    "price_floor": "least price per unit bought, None without one",
    "quotas": "quotas: control, quantity, window of each",
    "kept_from": "end uses (use=end user where not all) that the goods are kept from afterwards",
    "kept_by": "rules that keep them from those by what they say of those end uses",
    "kept_before": "some or all: goods that an earlier border keeps from the end uses, '' for none",
    "refused_by": "procurement rules by which buyers at the end refuse some or all of the goods",
    "uptime": "services: part of capacity left without a licence, None where no rule is in force",
    "wait_periods": "building: periods that it waits for reviews",
    "rules": "rules in force that make the verdict",
    "unknown": "those of them whose status is unknown and taken as in force",
    "also": "further rules in force that are about it, but change nothing",
    "not_in_force": "rules about it that are not in force in the spell: control, status of each",
    "from_sites": "sites of dispatch",
    "to_sites": "sites of arrival, of the plants, of the buyers",
    "plants": "plants built or run; '(modules)' where it is about adding some",
    "lanes": "lanes covered: lane, from, to of each",
    "offers": "offers covered",
}
"""Columns of the rulings. Several values of a cell are a list."""

RULE_COLUMNS = (
    "control", "authority", "jurisdiction", "title", "kind", "policy", "pedigree", "end_uses",
    "exempt_end_uses", "end_users", "source", "source_date", "confidence", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What there is to say to a question.

    Attributes:
        rulings: a row for each line and spell, see ``COLUMNS``.
        rules: the rules that concern them, one row each with its sources.
        states: their states over time, see ``RULE_STATES``; the whole horizon.
        scenarios: scenarios looked at.
        first, last: periods asked about.
        remarks: what a reader should know besides.
    """

    rulings: pd.DataFrame
    rules: pd.DataFrame
    states: pd.DataFrame
    scenarios: tuple[str, ...]
    first: int
    last: int
    remarks: list[str]


def rulings(
    case: Case, question: Question | None = None, scenarios: Sequence[str] | None = None
) -> pd.DataFrame:
    """Which rule hits what, when, and why: a row for each line and spell, see ``COLUMNS``.

    Args:
        case: a checked case.
        question: what is asked; everything by default.
        scenarios: scenarios to look at; by default those of ``[solve] scenarios``.

    Raises:
        ValueError: a selector of the question hits nothing, or nothing moves as asked.
    """
    return answer(case, question, scenarios).rulings


def answer(
    case: Case, question: Question | None = None, scenarios: Sequence[str] | None = None
) -> Answer:
    """Answer a question about the rules of a case. Arguments and errors as in :func:`rulings`."""
    question = question or Question()
    tree = build_tree(case, list(scenarios or case.solve.scenarios))
    frame = Frame.of(case, tree)
    asked = understand(case, frame.names, question)
    io = process_io(frame)
    movements = build_movements(frame, io)
    regime = movements.regime
    nodes = np.flatnonzero((tree.period >= asked.first) & (tree.period <= asked.last))
    verdicts = Verdicts(frame, regime, nodes)
    every = crossings(frame, movements)
    chosen = selected(every, asked)
    unruled = anything_goes(frame, io, movements) if regime.asked_pedigrees else movements
    shipments = Shipments(frame, movements, unruled, verdicts, asked.outlets)
    plants = Plants(frame, regime, verdicts, asked)
    groups = [
        shipments.lines(chosen),
        list(plants.building()),
        list(plants.running()),
        list(purchases(frame, regime, verdicts, asked)),
    ]
    if not any(groups) and question.narrow:
        raise ValueError(nothing(frame, asked, question, len(chosen.number), every))
    lines = [
        line
        for number, group in enumerate(groups)
        for line in (group if question.each and not number else joined(group, verdicts))
        if line.changes() or not question.changes_only
    ]
    lines = _ordered(lines, case)
    table = _table(case, regime, verdicts, lines, asked)
    cited = _cited(case, table, question)
    remarks = remarks_on(shipments.left_out, bool(groups[0]), question, asked, frame, every)
    return Answer(
        table,
        _rules(case, cited),
        states(case, tree, regime.values, cited),
        tree.scenarios,
        asked.first,
        asked.last,
        remarks,
    )


def _ordered(lines: list[Line], case: Case) -> list[Line]:
    """Lines in the order of countries and materials."""
    material = {row.material: at for at, row in enumerate(case.materials)}
    sections = ("shipment", "building", "services", "purchase")

    def key(line: Line) -> tuple[object, ...]:
        line.destinations.sort()
        line.materials.sort(key=material.__getitem__)
        where = [material[name] for name in line.materials]
        return sections.index(line.about), line.exporter, line.destinations, where, line.to_sites

    return sorted(lines, key=key)


def _table(
    case: Case, regime: Regime, verdicts: Verdicts, lines: list[Line], asked: Asked
) -> pd.DataFrame:
    """A row for each spell of each line."""
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(lines, start=1):
        found = spells(regime.tree, line.codes, asked.first, asked.last)
        rows += [_row(case, regime, verdicts, number, line, spell) for spell in found]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def _row(
    case: Case, regime: Regime, verdicts: Verdicts, number: int, line: Line, spell: Spell
) -> dict[str, Any]:
    verdict, names = verdicts.found[spell.code], [row.control for row in case.controls]
    tree, state = regime.tree, regime.states[:, spell.node]
    members = [tree.scenarios.index(name) for name in spell.scenarios]
    nodes = np.unique(tree.paths[members, spell.first - 1 : spell.last])
    made = [*verdict.rules, *verdict.kept_by]
    active = {at for at in line.rules if regime.in_force[at, nodes].any()} - set(made)
    idle = line.rules - active - set(made)
    silent = verdict.verdict == "prohibited"
    return {
        "line": number,
        "about": line.about,
        "exporter": line.exporter,
        "destinations": line.destinations,
        "materials": line.materials,
        "carrying": list(line.carrying),
        "free_of": list(line.free_of),
        "end_uses": list(line.end_uses),
        "end_users": list(line.end_users),
        "technology": line.technology,
        "scenarios": list(spell.scenarios),
        "first": spell.first,
        "last": spell.last,
        "begins": case.period_label(spell.first),
        "ends": case.period_label(spell.last),
        "verdict": verdict.verdict,
        "whole": verdict.whole,
        "days": verdict.days,
        "licences": [asdict(licence) for licence in verdict.licences],
        "tariff": verdict.tariff,
        "unit_cost": verdict.unit_cost,
        "price_floor": verdict.price_floor,
        "quotas": [
            {"control": control, "quantity": quantity, "window": window}
            for control, quantity, window in verdict.quotas
        ],
        "kept_from": list(verdict.kept_from),
        "kept_by": [names[at] for at in verdict.kept_by],
        "kept_before": line.kept_before,
        "refused_by": [
            {"control": names[at], "pedigree": case.controls[at].pedigree, "goods": goods}
            for at, goods in sorted(line.refused.items())
        ],
        "uptime": verdict.uptime,
        "wait_periods": verdict.wait_periods,
        "rules": [names[at] for at in verdict.rules],
        "unknown": [names[at] for at in made if (regime.states[at, nodes] == "unknown").any()],
        "also": [names[at] for at in sorted(active)],
        "not_in_force": [
            {"control": names[at], "status": str(state[at])} for at in sorted(idle) if not silent
        ],
        "from_sites": line.from_sites,
        "to_sites": line.to_sites,
        "plants": line.plants,
        "lanes": [dict(zip(("lane", "from", "to"), lane, strict=True)) for lane in line.lanes],
        "offers": line.offers,
    }


def _cited(case: Case, table: pd.DataFrame, question: Question) -> list[int]:
    """Rules that rulings name; all of the case where nothing is left out."""
    if not question.narrow and not question.changes_only:
        return list(range(len(case.controls)))
    named: set[str] = set()
    for column in ("rules", "kept_by", "also"):
        named.update(name for cell in table[column] for name in cell)
    for column in ("not_in_force", "refused_by"):
        named.update(one["control"] for cell in table[column] for one in cell)
    return [at for at, row in enumerate(case.controls) if row.control in named]


def _rules(case: Case, cited: list[int]) -> pd.DataFrame:
    rows = [{column: getattr(case.controls[at], column) for column in RULE_COLUMNS} for at in cited]
    return pd.DataFrame(rows, columns=list(RULE_COLUMNS), dtype=object)
