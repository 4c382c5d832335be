"""Checks of stockpiles and of what comes back."""

from __future__ import annotations

from ..models.problems import quote
from .check_context import Context


def check_for_impossible_levels(context: Context) -> None:
    """Stock levels that the capacity cannot hold (warnings)."""
    if ("stockpiles", "capacity") in context.changed:
        return
    for number, row in context.rows("stockpiles"):
        for column in ("min_level", "final_level"):
            value = getattr(row, column)
            if value > row.capacity * (1 + 1e-9):
                context.warn(
                    "stockpiles",
                    number,
                    column,
                    f"{value:g} is above capacity {row.capacity:g}, which no plan can meet",
                    value=value,
                    remedy="lower it, or raise capacity",
                )


def check_for_cover_of_nothing(context: Context) -> None:
    """Cover of materials that nobody demands (warnings)."""
    if context.doubtful("demand", "stockpiles"):
        return
    demanded = {row.material for row in context.case.demand}
    for number, row in context.sound("stockpiles"):
        if row.min_cover_days <= 0 and row.cover_of is None:
            continue
        covered = context.select("materials", row.cover_of or row.material)
        if not covered & demanded:
            column = "min_cover_days" if row.cover_of is None else "cover_of"
            context.warn(
                "stockpiles",
                number,
                column,
                f"nobody demands {', '.join(sorted(covered)[:4])}, so the cover is always 0",
                value=getattr(row, column),
                remedy="name demanded materials in cover_of",
            )


def check_for_odd_returns(context: Context) -> None:
    """More back than was delivered, from nowhere, or after the horizon (warnings)."""
    periods = context.case.case.periods
    delivered = {(row.site, row.material) for row in context.case.demand}
    for number, row in context.sound("returns"):
        if row.share > 1:
            context.warn(
                "returns",
                number,
                "share",
                f"{row.share:g} is more than all of what was delivered",
                value=row.share,
                remedy="a fraction, e.g. 0.25, unless the units of the two materials differ",
            )
        if (row.from_site, row.from_material) not in delivered and not context.doubtful("demand"):
            context.warn(
                "returns",
                number,
                "from_material",
                f"no {quote(row.from_material)} is demanded at {quote(row.from_site)}, so nothing "
                "comes back",
                value=row.from_material,
                remedy="name a site and material of the table demand",
            )
        if row.lag_periods >= periods:
            context.warn(
                "returns",
                number,
                "lag_periods",
                f"after {row.lag_periods} periods nothing comes back within the horizon of "
                f"{periods}",
                value=row.lag_periods,
                remedy="shorten it, or lengthen the horizon",
            )
