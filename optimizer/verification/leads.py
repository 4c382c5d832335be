"""What the rules say about each order and shipment of a plan, and how long it is under way."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from .borders import Borders, Verdict
from .reading import FloatArray, IntArray, Reading
from .tables import Plan


class Leads:
    """Verdicts and lead times of the plan's orders and shipments, row by row."""

    def __init__(self, reading: Reading, plan: Plan) -> None:
        self.reading = reading
        self.plan = plan
        self.borders = Borders(reading)

    @cached_property
    def orders(self) -> Verdict:
        """Verdict on each row of orders."""
        table = self.plan.orders
        rows = table["position"].to_numpy(dtype=np.int64)
        moves = self.borders.offer_moves(rows, table["node"].to_numpy(dtype=np.int64))
        return self.borders.judge(moves.assign(marks=table["marks"]))

    @cached_property
    def shipments(self) -> Verdict:
        """Verdict on each row of shipments."""
        return self.borders.judge(self.borders.lane_moves(self.plan.shipments))

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
