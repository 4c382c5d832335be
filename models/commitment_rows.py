"""Rows of the tables that say what was decided already, and what running windows already hold."""

from __future__ import annotations

from typing import Annotated, Literal

from .fields import Keyword, Moment, Name, Number, Period, Row, Text, Whole, column

DecisionKind = Literal[
    "select_offer", "sign_contract", "open_plant", "add_modules", "open_lane", "open_stockpile"
]


class Commitment(Row):
    """A strategic decision that is taken already: rows of a plan's decisions can be pasted."""

    period: Moment = column(
        ..., "When: a period, a month, or 0, -1, ... for periods before the first", structural=True
    )
    decision: Annotated[DecisionKind, Keyword] = column(..., "What was decided")
    name: Name = column(..., "Offer, plant, lane row, or site of a stockpile")
    row: Whole | None = column(
        None, "Row of expansions, where a plant has several", ge=1, structural=True
    )
    from_: Name | None = column(None, "Lane: site of dispatch", alias="from")
    to: Name | None = column(None, "Lane: site of arrival")
    material: Name | None = column(None, "Stockpile: what it stores")
    quantity: Number = column(
        1.0, "1, or the number of modules; 0: decided against", ge=0, structural=True
    )
    effective: Moment | None = column(
        None,
        "First period of use of what was decided before period 1 (blank: by the case's own times)",
        structural=True,
    )
    scenario: Name | None = column(None, "Scenario (blank: all)", refers="scenarios")
    node: Whole | None = column(None, "As in a plan's table; not read", structural=True)
    label: Text | None = column(None, "As in a plan's table; not read")
    cost: Number | None = column(None, "As in a plan's table; not read", structural=True)


class Carried(Row):
    """What a window that began before period 1 already holds of what a limit is about."""

    limit: Name = column(..., "Policy, or control with a quota")
    key: Text | None = column(
        None, "Country, operator, supplier or site, where the policy binds each"
    )
    quantity: Number = column(
        ..., "Supply, throughput or money in scope so far", unit="unit", structural=True
    )
    total: Number = column(
        0.0, "All supply so far, of which a share is limited", unit="unit", structural=True
    )


class Granted(Row):
    """A licence granted before period 1 that can still be used, for goods or for services."""

    control: Name = column(..., "Rule it is a licence of", refers="controls")
    exporter: Text | None = column(None, "Goods: country of dispatch", pattern=r"^[A-Z]{2}$")
    destination: Text | None = column(None, "Goods: country of arrival", pattern=r"^[A-Z]{2}$")
    end_use: Name | None = column(None, "Goods: end use it was given for")
    plant: Name | None = column(None, "Services: plant it is for", refers="plants")
    quantity: Number = column(
        0.0, "Goods: what may still move under it in all", unit="unit", ge=0, structural=True
    )
    approval: Number = column(
        1.0, "Services: part of what they lift that is approved", ge=0, le=1, structural=True
    )
    start: Period | None = column(None, "First period it can be used", structural=True)
    end: Moment | None = column(
        None, "Last period it can be used (blank: to the horizon)", structural=True
    )
