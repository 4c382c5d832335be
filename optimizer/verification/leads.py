"""What the rules say about each order and shipment of a plan, and how long it is under way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from .borders import Borders, Moves
from .ledger import Ledger, Where
from .marks import Marks
from .reading import BoolArray, FloatArray, IntArray, Reading
from .rules import Rules
from .tables import Plan
from .ways import Judge, Told, Verdict


@dataclass(frozen=True)
class Leg:
    """All orders, or all shipments, of a plan.

    Attributes:
        borders: the rules about what crosses a border.
        moves: the rows as moves.
        table: the plan's table.
        place: its column of the site of arrival.
        marks: its column of the marks of arrival.
        lead: lead days of the offer or lane at dispatch. Shape (rows,).
    """

    borders: Borders
    moves: Moves
    table: pd.DataFrame
    place: str
    marks: str
    lead: FloatArray

    @property
    def node(self) -> IntArray:
        """Node of dispatch of each row."""
        return self.moves.node

    @cached_property
    def quantity(self) -> FloatArray:
        """How much each row moves."""
        return self.table["quantity"].to_numpy(dtype=float)

    @cached_property
    def reached(self) -> BoolArray:
        """Outlets that can be reached from where the goods arrive. Shape (rows, outlets).

        None where nothing is kept from any.
        """
        known = self.borders.marks
        carried = self.moves.table["marks"].str.contains("!", regex=False)
        if not self.borders.marking and not carried.any():
            return np.zeros((len(self.table), len(known.outlets)), dtype=bool)
        return known.reached(self.table[self.place], self.moves.table["material"])

    @cached_property
    def verdict(self) -> Verdict:
        """What the rules say about each row."""
        told = Told(
            kept=self.borders.marks.bearing(self.table[self.marks]).outlets,
            reached=self.reached,
            licences=self.table["licences"],
            review=self.table["days"].to_numpy(dtype=float) - self.lead,
            tariff=self.table["tariff"].to_numpy(dtype=float),
            quantity=self.quantity,
        )
        return Judge(self.borders, self.moves, told).judge()

    @cached_property
    def days(self) -> FloatArray:
        """Lead days of each row, border review included."""
        return self.lead + self.verdict.review

    @property
    def lags(self) -> IntArray:
        """Periods from dispatch to arrival."""
        return self.borders.reading.lag(self.days)


class Leads:
    """Verdicts and lead times of the plan's orders and shipments."""

    def __init__(self, reading: Reading, plan: Plan, rules: Rules, marks: Marks) -> None:
        self.reading = reading
        self.plan = plan
        self.borders = Borders(reading, rules, marks)

    @cached_property
    def orders(self) -> Leg:
        """The plan's orders."""
        table = self.plan.orders
        rows, nodes = (table[column].to_numpy(dtype=np.int64) for column in ("position", "node"))
        lead = self.reading.at("offers", "lead_days", rows, nodes)
        moves = self.borders.offer_moves(rows, nodes)
        return Leg(self.borders, moves, table, "site", "marks", lead)

    @cached_property
    def shipments(self) -> Leg:
        """The plan's shipments."""
        table = self.plan.shipments
        lead = self.reading.at("lanes", "lead_days", table["position"], table["node"])
        return Leg(self.borders, self.borders.lane_moves(table), table, "to", "arrives_as", lead)


def check_leg(leg: Leg, where: Where, ledger: Ledger) -> None:
    """Bans, licences, marks, duties, days and arrival of every row; ``where`` names it."""
    verdict, table, amount = leg.verdict, leg.table, leg.quantity
    ledger.none_of("ban", np.where(verdict.banned, amount, 0.0), where)
    ledger.none_of("licence", np.where(verdict.unlicensed, amount, 0.0), where)
    ledger.add(
        "licence",
        verdict.strange.astype(float),
        1.0,
        lambda i: f"{where(i)}: licences {table['licences'].iloc[i]!r}",
    )
    ledger.none_of("marks", np.where(_marks_differ(leg), amount, 0.0), where)
    told, rules = table["rules"].to_numpy(dtype=object), verdict.rules
    ledger.add(
        "rules",
        (told != rules).astype(float),
        1.0,
        lambda i: f"{where(i)}: {told[i]!r} instead of {rules[i]!r}",
    )
    ledger.equal("tariffs", table["tariff"], amount * verdict.tariff, where)
    ledger.equal("days", table["days"], leg.days, where)
    ledger.equal("review", table["review"], verdict.waiting, where)
    arrives = leg.borders.reading.tree.period[leg.node] + leg.lags
    ledger.equal("arrival", table["arrives"], arrives, where, tolerance=1e-9)


def _marks_differ(leg: Leg) -> BoolArray:
    """Rows whose pedigrees change under way, or that lose a mark they need. Shape (rows,)."""
    known, goods = leg.borders.marks, leg.moves.table["material"]
    before = known.bearing(leg.moves.table["marks"])
    after = known.bearing(leg.table[leg.marks])
    changed = (before.pedigrees & known.sticking(goods)) != after.pedigrees
    lost = (before.outlets | leg.verdict.needed) & leg.reached & ~after.outlets
    found: BoolArray = changed.any(axis=1) | lost.any(axis=1)
    return found


def hidden_fees(leads: Leads) -> FloatArray:
    """Most that rules may have cost per unit beyond what the plan's moves tell. Shape (nodes,).

    A move that bears all marks of a rule may have complied with it at a cost all the same.
    """
    total = np.zeros(leads.reading.size)
    for leg in (leads.orders, leads.shipments):
        total += leads.reading.per_node(leg.node, leg.quantity * leg.verdict.hidden)
    return total


def check_quotas(reading: Reading, leads: Leads, ledger: Ledger) -> None:
    """All that complies with a rule must stay within its quota, window by window."""
    for number, rule in leads.borders.rows:
        limit = reading.dense("controls", "quota")[number]
        if not np.isfinite(limit).any():
            continue
        amount = np.zeros(reading.size)
        for leg in (leads.orders, leads.shipments):
            rows = leg.verdict.complied.get(number, np.zeros(0, dtype=np.int64))
            amount += reading.per_node(leg.node[rows], leg.quantity[rows])
        before = sum(row.quantity for row in reading.case.carried if row.limit == rule.control)
        windows = reading.windows(rule.quota_window, 1, reading.tree.periods)
        for window, (ends, total) in enumerate(windows):
            begun = window == 0 and rule.quota_window != "period"
            ledger.at_most(
                "quota",
                total(amount) + (before if begun else 0.0),
                np.where(np.isnan(limit[ends]), np.inf, limit[ends]),
                reading.told("controls", number, ends),
            )
