"""Checks of plants, processes, expansions and technologies."""

from __future__ import annotations

from ..models.problems import quote
from .check_context import Context


def check_for_idle_plants(context: Context) -> None:
    """Plants that can never run, or do nothing when they do (warnings)."""
    periods = context.case.case.periods
    with_recipe = {row.process for row in context.case.recipes}
    expanded = {row.plant for row in context.case.expansions}
    for number, row in context.sound("plants"):
        if row.process not in with_recipe and "recipes" not in context.lost:
            context.warn(
                "plants",
                number,
                "process",
                f"process {quote(row.process)} has no recipe, so the plant does nothing",
                value=row.process,
                remedy="add its inputs and outputs to recipes",
            )
        too_small = row.min_activity > row.capacity * (1 + 1e-9) and row.plant not in expanded
        if too_small and ("plants", "capacity") not in context.changed:
            context.warn(
                "plants",
                number,
                "min_activity",
                f"{row.min_activity:g} is above capacity {row.capacity:g}, so the plant never runs",
                value=row.min_activity,
                remedy="lower it, or raise capacity",
            )
        if row.status == "existing":
            _check_existing(context, number, row)
        elif row.build_periods >= periods:
            context.warn(
                "plants",
                number,
                "build_periods",
                f"{row.build_periods} periods of building leave none of {periods} to run in",
                value=row.build_periods,
                remedy="shorten it, or lengthen the horizon",
            )


def _check_existing(context: Context, number: int, row: object) -> None:
    for column in ("build_periods", "open_cost"):
        value = getattr(row, column)
        if value:
            context.warn(
                "plants",
                number,
                column,
                f"{value:g} has no effect on an existing plant",
                value=value,
                remedy="set status to candidate if it is yet to be opened, or leave it blank",
            )


def check_for_empty_recipes(context: Context) -> None:
    """Recipe rows with quantity 0 (warnings)."""
    if ("recipes", "quantity") in context.changed:
        return
    for number, row in context.rows("recipes"):
        if row.quantity == 0:
            context.warn(
                "recipes",
                number,
                "quantity",
                "a quantity of 0 is neither an input nor an output",
                value=0,
                remedy="negative for an input, positive for an output",
            )


def check_for_useless_modules(context: Context) -> None:
    """Modules that come after the horizon (warnings)."""
    periods = context.case.case.periods
    for number, row in context.rows("expansions"):
        if row.build_periods >= periods:
            context.warn(
                "expansions",
                number,
                "build_periods",
                f"{row.build_periods} periods of building leave none of {periods} to use it in",
                value=row.build_periods,
                remedy="shorten it, or lengthen the horizon",
            )


def check_for_odd_technologies(context: Context) -> None:
    """Uptime without services of a technology that needs none (warning)."""
    for number, row in context.rows("technologies"):
        if row.uptime_without_services < 1 and not row.needs_services:
            context.warn(
                "technologies",
                number,
                "uptime_without_services",
                f"{row.uptime_without_services:g} has no effect, because needs_services is no",
                value=row.uptime_without_services,
                remedy="set needs_services to yes",
            )
