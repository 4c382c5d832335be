"""Checks of lanes: they join something, and what they share covers them."""

from __future__ import annotations

from itertools import product

from ..models.network_rows import Lane
from ..models.problems import quote
from .check_context import Context

_SHARED = {"capacity": float("inf"), "open_cost": 0.0, "min_load": 0.0}


def check_for_pointless_lanes(context: Context) -> None:
    """Lane rows that join no two different sites."""
    for number, row in context.sound("lanes"):
        starts = context.select("place", row.from_)
        ends = context.select("place", row.to)
        if len(starts) == 1 and starts == ends:
            context.error(
                "lanes",
                number,
                "to",
                f"from and to select the same single site {quote(next(iter(starts)))}",
                value=row.to,
                remedy="choose another site at one end",
            )
        if row.min_load > row.capacity * (1 + 1e-9) and ("lanes", "capacity") not in (
            context.changed
        ):
            context.warn(
                "lanes",
                number,
                "min_load",
                f"{row.min_load:g} is above capacity {row.capacity:g}, so nothing can move",
                value=row.min_load,
                remedy="lower it, or raise capacity",
            )


def check_for_broken_shares(context: Context) -> None:
    """Rows that share another's capacity: it exists, shares nothing itself, covers every pair."""
    rows = {row.lane: row for _, row in context.sound("lanes")}
    for number, row in context.sound("lanes"):
        if row.shares is None or row.shares not in rows:
            continue
        owner = rows[row.shares]
        if owner is row:
            context.error(
                "lanes",
                number,
                "shares",
                "a row cannot share with itself",
                value=row.shares,
                remedy="leave it blank",
            )
            continue
        if owner.shares is not None:
            context.error(
                "lanes",
                number,
                "shares",
                f"{quote(row.shares)} itself shares with {quote(owner.shares)}",
                value=row.shares,
                remedy=f"name {owner.shares} instead; no chains",
            )
            continue
        _check_cover(context, number, row, owner)
        for column, default in _SHARED.items():
            if getattr(row, column) != default:
                context.warn(
                    "lanes",
                    number,
                    column,
                    f"has no effect, because the row shares that of {quote(row.shares)}",
                    value=getattr(row, column),
                    remedy="leave it blank",
                )


def _check_cover(context: Context, number: int, row: Lane, owner: Lane) -> None:
    starts, ends = context.select("place", row.from_), context.select("place", row.to)
    its_starts = context.select("place", owner.from_)
    its_ends = context.select("place", owner.to)
    if starts <= its_starts and ends <= its_ends:
        return
    for start, end in product(sorted(starts), sorted(ends)):
        if start != end and not (start in its_starts and end in its_ends):
            context.error(
                "lanes",
                number,
                "shares",
                f"{quote(owner.lane)} does not cover {quote(start)} to {quote(end)}",
                value=owner.lane,
                remedy="widen its from and to, or narrow this row's",
            )
            return
