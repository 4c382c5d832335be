"""Rows of the tables that say what rules hold and what may differ: controls, policies, futures."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator

from .fields import (
    Keyword,
    Limit,
    Moment,
    Name,
    Number,
    Period,
    Row,
    Selector,
    Text,
    Whole,
    column,
    number_or_text,
)

ControlKind = Literal["export", "reexport", "import", "procurement", "technology", "service"]
ControlPolicy = Literal[
    "free", "general_licence", "case_by_case", "presumption_of_denial", "prohibited"
]
ControlState = Literal["announced", "in_force", "suspended", "repealed", "unknown"]
PolicyKind = Literal[
    "max_share",
    "min_share",
    "max_quantity",
    "min_quantity",
    "max_throughput",
    "min_suppliers",
    "max_suppliers",
    "max_open",
    "min_open",
    "max_lanes",
    "capital_budget",
    "recycled_share",
    "min_cover_days",
]
Window = Literal["period", "year", "horizon"]


class Group(Row):
    """A member of a named group of names, countries or other groups."""

    group: Name = column(..., "Name of the group")
    member: Name = column(..., "A name, a country code or another group")


class Pedigree(Row):
    """A yes/no mark of provenance that sticks to materials."""

    pedigree: Name = column(..., "Name of the mark")
    countries: Selector | None = column(None, "Where the stage puts it on", selects="country")
    stages: Selector | None = column(None, "Stages that put it on", selects="stage")
    technologies: Selector | None = column(
        None, "Technologies whose plants put it on all they make", selects="technologies"
    )
    materials: Selector | None = column(
        None, "What it can stick to (blank: all)", selects="materials"
    )
    min_value_share: Number = column(
        0.0, "Share of value at which marked inputs mark the output", unit="1", ge=0, le=1
    )
    reset_by: Selector | None = column(None, "Processes that wash it off", selects="processes")


class Control(Row):
    """A rule of a government about goods, technology, services or purchases."""

    control: Name = column(..., "Short name of the rule")
    authority: Text | None = column(None, "Who issued it")
    jurisdiction: Selector | None = column(None, "Countries whose rule it is", selects="country")
    title: Text | None = column(None, "Title for people")
    kind: Annotated[ControlKind, Keyword] = column(..., "What kind of act it is about")
    exporters: Selector | None = column(None, "Countries of dispatch", selects="country")
    operators: Selector | None = column(
        None, "Operators of the dispatching site", selects="operator"
    )
    destinations: Selector | None = column(None, "Countries of arrival", selects="country")
    materials: Selector | None = column(None, "Materials", selects="materials")
    stages: Selector | None = column(None, "Stages the goods come out of", selects="stage")
    technologies: Selector | None = column(None, "Technologies", selects="technologies")
    pedigree: Name | None = column(None, "Mark the goods carry", refers="pedigrees")
    end_uses: Selector | None = column(None, "End uses", selects="end_use")
    end_users: Selector | None = column(None, "Operators of the receiving site", selects="end_user")
    exempt_end_uses: Selector | None = column(None, "End uses it leaves out", selects="end_use")
    policy: Annotated[ControlPolicy, Keyword] = column("free", "How strict it is")
    review_days: Number = column(0.0, "Duration of a review", unit="days", ge=0)
    quota: Limit | None = column(None, "Most it lets pass", unit="unit/window", ge=0)
    quota_window: Annotated[Window, Keyword] = column("period", "Window of the quota")
    validity_periods: Whole | None = column(
        None,
        "Periods a licence holds (blank: to the horizon)",
        unit="periods",
        ge=1,
        structural=True,
    )
    cost: Number = column(0.0, "Per application", unit="money", ge=0)
    unit_cost: Number = column(0.0, "Per unit that moves under it", unit="money/unit", ge=0)
    tariff: Number = column(0.0, "Share of the material's price", unit="1", ge=0)
    price_floor: Number | None = column(
        None, "Least price of what is bought", unit="money/unit", ge=0
    )
    uptime: Number | None = column(
        None, "Part of capacity left without licensed services", unit="1", ge=0, le=1
    )


class ControlStatus(Row):
    """From when on a rule is in which state."""

    control: Name = column(..., "Rule", refers="controls")
    start: Period | None = column(None, "First period of the state", structural=True)
    status: Annotated[ControlState, Keyword] = column(..., "State from then on")
    approval: Number | None = column(
        None, "Part of what is applied for that is approved", unit="1", ge=0, le=1
    )


class Policy(Row):
    """A limit that the buyer or a lawmaker sets on the whole plan."""

    policy: Name = column(..., "Short name")
    kind: Annotated[PolicyKind, Keyword] = column(..., "What it limits")
    materials: Selector | None = column(None, "Materials it is about", selects="materials")
    stages: Selector | None = column(None, "Stages it is about", selects="stage")
    countries: Selector | None = column(None, "Countries in its scope", selects="country")
    operators: Selector | None = column(None, "Operators in its scope", selects="operator")
    suppliers: Selector | None = column(None, "Suppliers in its scope", selects="supplier")
    sites: Selector | None = column(None, "Sites in its scope", selects="place")
    each: Annotated[Literal["country", "operator", "supplier", "site"], Keyword] | None = column(
        None, "Binds every one of these separately"
    )
    value: Number = column(..., "The limit (shares: a fraction)")
    count_from: Number = column(
        0.05, "Share of supply from which a supplier counts", unit="1", ge=0, le=1
    )
    window: Annotated[Window, Keyword] | None = column(
        None, "Over which time it binds (blank: period; capital_budget: horizon)"
    )
    start: Period | None = column(None, "First period it binds", structural=True)
    end: Moment | None = column(None, "Last period it binds", structural=True)
    penalty: Number | None = column(
        None, "Cost per unit beyond the limit (blank: hard)", unit="money/unit", ge=0
    )

    @property
    def span(self) -> Window:
        """The window it binds over, by its kind where the cell is blank."""
        return self.window or ("horizon" if self.kind == "capital_budget" else "period")


class Scenario(Row):
    """A possible future."""

    scenario: Name = column(..., "Short name")
    probability: Number | None = column(None, "Of the whole scenario", unit="1", ge=0, le=1)
    parent: Name | None = column(None, "Scenario it shares its beginning with", refers="scenarios")
    branches_at: Period | None = column(None, "First period that is its own", structural=True)
    title: Text | None = column(None, "Title for people")


class Change(Row):
    """A value that differs from the table, in some periods or in one scenario."""

    scenario: Name | None = column(None, "Scenario (blank: all)", refers="scenarios")
    table: Text = column(..., "Table to change")
    key: Selector = column(
        "*", "Rows to change: a selector on the first column, or column=selector;..."
    )
    field: Text = column(..., "Column to change")
    start: Period | None = column(None, "First period", structural=True)
    end: Period | None = column(None, "Last period", structural=True)
    op: Annotated[Literal["set", "multiply", "add"], Keyword] = column("set", "How")
    value: Annotated[float | str, BeforeValidator(number_or_text)] = column(
        ..., "New value, factor or addend"
    )
