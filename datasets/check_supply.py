"""Checks of offers and their tiers."""

from __future__ import annotations

import math

from ..models.problems import quote
from .check_context import Context


def check_for_unused_tiers(context: Context) -> None:
    """Tiers without a discount, a discount without tiers, tiers that never apply (warnings)."""
    offers = {row.offer: row for _, row in context.rows("offers")}
    tiered = {row.offer for row in context.case.offer_tiers}
    told: set[str] = set()
    for number, row in context.rows("offer_tiers"):
        offer = offers.get(row.offer)
        if offer is None:
            continue
        if offer.discount == "none" and row.offer not in told:
            told.add(row.offer)
            context.warn(
                "offer_tiers",
                number,
                "offer",
                f"offer {quote(row.offer)} has tiers, but its discount is none, so they do not "
                "apply",
                value=row.offer,
                remedy="set offers.discount to incremental or all_units",
            )
        if row.from_quantity == 0:
            context.warn(
                "offer_tiers",
                number,
                "from_quantity",
                "a tier from 0 leaves nothing to the offer's own price",
                value=0,
                remedy="put its price into offers.price and remove the tier",
            )
        elif row.from_quantity > offer.capacity and ("offers", "capacity") not in context.changed:
            context.warn(
                "offer_tiers",
                number,
                "from_quantity",
                f"{row.from_quantity:g} is above the offer's capacity {offer.capacity:g}, so the "
                "tier never applies",
                value=row.from_quantity,
                remedy="lower it, or raise offers.capacity",
            )
    for number, offer in context.rows("offers"):
        missing = offer.discount != "none" and offer.offer not in tiered
        if missing and "offer_tiers" not in context.lost:
            context.warn(
                "offers",
                number,
                "discount",
                f"there are no tiers of {quote(offer.offer)} for its {offer.discount} discount",
                value=offer.discount,
                remedy="add rows to offer_tiers, or set discount to none",
            )


def check_for_impossible_orders(context: Context) -> None:
    """Minima above capacity, and offers that come too late (warnings)."""
    periods = context.case.case.periods
    for number, row in context.rows("offers"):
        if ("offers", "capacity") not in context.changed:
            for column, what in (
                ("min_order", "so nothing can ever be ordered"),
                ("min_take", "so only the capacity is taken"),
                ("commit_quantity", "so only the capacity is committed"),
            ):
                value = getattr(row, column)
                if value > row.capacity * (1 + 1e-9):
                    context.warn(
                        "offers",
                        number,
                        column,
                        f"{value:g} is above capacity {row.capacity:g}, {what}",
                        value=value,
                        remedy="lower it, or raise capacity",
                    )
        if row.qualification_periods >= periods:
            context.warn(
                "offers",
                number,
                "qualification_periods",
                f"{row.qualification_periods} periods of qualification leave none of {periods} to "
                "order in",
                value=row.qualification_periods,
                remedy="shorten it, or lengthen the horizon",
            )
        if row.commit_quantity > 0 and row.contract_periods == 0:
            context.warn(
                "offers",
                number,
                "commit_quantity",
                "has no effect without contract_periods",
                value=row.commit_quantity,
                remedy="give contract_periods, or use min_take",
            )


def check_for_huge_numbers(context: Context) -> None:
    """Limits so large that a solver's arithmetic suffers (warnings)."""
    limited = {
        "offers": ("capacity", "price"),
        "plants": ("capacity", "open_cost"),
        "lanes": ("capacity", "cost"),
        "stockpiles": ("capacity",),
        "disposal": ("capacity",),
        "demand": ("quantity", "shortage_cost"),
    }
    for table, names in limited.items():
        for name in names:
            for number, row in context.rows(table):
                value = getattr(row, name)
                if value is not None and 1e13 <= abs(value) < math.inf:
                    context.warn(
                        table,
                        number,
                        name,
                        f"{value:g} is too large for exact arithmetic",
                        value=value,
                        remedy="leave it blank for no limit" if name == "capacity" else "lower it",
                    )
