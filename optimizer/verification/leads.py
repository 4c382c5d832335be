"""What the rules say about each order and shipment of a plan, and how long it is under way."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from .borders import Borders, Moves, Verdict
from .ledger import Ledger
from .reading import FloatArray, IntArray, Reading
from .tables import Plan


class Leads:
    """Verdicts and lead times of the plan's orders and shipments, row by row."""

    def __init__(self, reading: Reading, plan: Plan) -> None:
        self.reading = reading
        self.plan = plan
        self.borders = Borders(reading)

    @cached_property
    def bought(self) -> Moves:
        """Each row of orders as a move."""
        table = self.plan.orders
        rows, nodes = (table[column].to_numpy(dtype=np.int64) for column in ("position", "node"))
        return self.borders.offer_moves(rows, nodes, table["marks"])

    @cached_property
    def moved(self) -> Moves:
        """Each row of shipments as a move."""
        return self.borders.lane_moves(self.plan.shipments)

    @cached_property
    def orders(self) -> Verdict:
        """Verdict on each row of orders."""
        return self.borders.judge(self.bought)

    @cached_property
    def shipments(self) -> Verdict:
        """Verdict on each row of shipments."""
        return self.borders.judge(self.moved)

    @cached_property
    def order_days(self) -> FloatArray:
        """Lead days of each row of orders, border review included."""
        table = self.plan.orders
        lead = self.reading.at("offers", "lead_days", table["position"], table["node"])
        return lead + self.orders.review

    @cached_property
    def shipment_days(self) -> FloatArray:
        """Lead days of each row of shipments, border review included."""
        table = self.plan.shipments
        lead = self.reading.at("lanes", "lead_days", table["position"], table["node"])
        return lead + self.shipments.review

    @property
    def order_lags(self) -> IntArray:
        """Periods from order to arrival."""
        return self.reading.lag(self.order_days)

    @property
    def shipment_lags(self) -> IntArray:
        """Periods from dispatch to arrival."""
        return self.reading.lag(self.shipment_days)


def check_quotas(reading: Reading, leads: Leads, ledger: Ledger) -> None:
    """All that a rule hits together must stay within its quota, window by window."""
    plan, borders = leads.plan, leads.borders
    for number, rule in borders.rules:
        limit = reading.dense("controls", "quota")[number]
        if not np.isfinite(limit).any():
            continue
        amount = np.zeros(reading.size)
        for moves, table in ((leads.bought, plan.orders), (leads.moved, plan.shipments)):
            hit = borders.hits(number, rule, moves)
            amount += reading.per_node(
                moves.node[hit], table["quantity"].to_numpy(dtype=float)[hit]
            )
        for ends, total in reading.windows(rule.quota_window, 1, reading.tree.periods):
            ledger.at_most(
                "quota",
                total(amount),
                np.where(np.isnan(limit[ends]), np.inf, limit[ends]),
                reading.told("controls", number, ends),
            )
