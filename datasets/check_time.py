"""Checks of periods, dates and windows."""

from __future__ import annotations

from typing import Any

from ..models.case import TABLES, columns
from ..models.describe import kind_of
from ..models.problems import quote
from .cells import attribute
from .check_context import Context


def check_for_dates_without_start(context: Context) -> None:
    """Dates in a case that does not say when period 1 begins."""
    settings = context.case.case
    if settings.start is not None and not isinstance(settings.start, str):
        context.error(
            "case",
            None,
            "start",
            f"{quote(settings.start)} is not a month",
            value=settings.start,
            remedy="the first month of period 1, e.g. 2027-01",
        )
        return
    if isinstance(settings.start, str):
        return
    for table, model in TABLES.items():
        for column in _period_columns(model):
            for number, row in context.rows(table):
                value = getattr(row, attribute(column))
                if isinstance(value, str):
                    context.error(
                        table,
                        number,
                        column,
                        f"{quote(value)} is a date, but [case] start is not given",
                        value=value,
                        remedy="set start in [case], e.g. 2027-01, or write the period's number",
                    )


def _period_columns(model: Any) -> list[str]:
    return [name for name, field in columns(model).items() if kind_of(field) == "period"]


def check_for_empty_windows(context: Context) -> None:
    """Rows that end before they start (errors) or lie outside the horizon (warnings)."""
    periods = context.case.case.periods
    for table, model in TABLES.items():
        if not {"start", "end"} <= set(columns(model)):
            continue
        for number, row in context.rows(table):
            if row.start is None and row.end is None:
                continue
            first, last = context.window(row)
            if row.start is not None and row.end is not None and first > last:
                context.error(
                    table,
                    number,
                    "start",
                    f"starts in {row.start}, after its end {row.end}",
                    value=row.start,
                    remedy="swap the two, or leave one blank",
                )
            elif first > periods or last < 1:
                column = "start" if first > periods else "end"
                context.warn(
                    table,
                    number,
                    column,
                    f"{getattr(row, column)} lies outside the horizon of {periods} periods, so "
                    "the row has no effect",
                    value=getattr(row, column),
                    remedy="mend the date, or lengthen the horizon",
                )


def check_for_goods_outside_horizon(context: Context) -> None:
    """Goods in transit that arrive before period 1 or after the horizon (warnings)."""
    periods = context.case.case.periods
    for number, row in context.rows("in_transit"):
        if not 1 <= context.period(row.period, 1) <= periods:
            context.warn(
                "in_transit",
                number,
                "period",
                f"{row.period} lies outside the horizon of {periods} periods, so the goods never "
                "arrive",
                value=row.period,
                remedy="mend the period, or put them in stockpiles.initial",
            )


def check_for_uneven_years(context: Context) -> None:
    """Yearly windows that a whole number of periods does not fill."""
    months = context.case.case.months_per_period
    per_year = 12 / months
    if min(abs(per_year - round(per_year)), abs(1 / per_year - round(1 / per_year))) < 1e-9:
        return
    yearly = [
        ("policies", "window", number)
        for number, row in context.rows("policies")
        if row.span == "year"
    ]
    yearly += [
        ("controls", "quota_window", number)
        for number, row in context.rows("controls")
        if row.quota_window == "year"
    ]
    for table, column, number in yearly:
        context.error(
            table,
            number,
            column,
            f"a year is not made of periods of {months:g} months",
            value="year",
            remedy="choose months_per_period that divide 12, or another window",
        )


def check_for_late_arrivals(context: Context) -> None:
    """Lead times longer than what is left of the horizon (warnings)."""
    periods = context.case.case.periods
    for table in ("offers", "plants", "lanes"):
        if (table, "lead_days") in context.changed:
            continue
        for number, row in context.rows(table):
            first = max(context.window(row)[0], 1)
            if table == "plants" and row.status == "candidate":
                first = max(first, 1 + row.build_periods)
            if first <= periods < first + context.lag(row.lead_days):
                context.warn(
                    table,
                    number,
                    "lead_days",
                    f"{row.lead_days:g} days are {context.lag(row.lead_days)} periods; whatever "
                    f"leaves in period {first} or later arrives after the horizon of {periods}",
                    value=row.lead_days,
                    remedy="shorten it, or lengthen the horizon",
                )
    for number, row in context.rows("controls"):
        if context.lag(row.review_days) >= periods and row.policy != "prohibited":
            context.warn(
                "controls",
                number,
                "review_days",
                f"a review of {row.review_days:g} days takes {context.lag(row.review_days)} of "
                f"{periods} periods, so nothing it covers arrives within the horizon",
                value=row.review_days,
                remedy="shorten it, or lengthen the horizon",
            )
