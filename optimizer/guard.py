"""Guard rails: refuse what will not fit, and warn of numbers that are far apart."""

from __future__ import annotations

import numpy as np

from ..models.case import Case

BYTES_PER_VARIABLE = 3000
"""Memory of the whole pipeline per variable, measured (docs/performance.md)."""
MOST_VARIABLES = 4_000_000
WIDEST = 1e9

MONEY = (
    ("offers", "price"),
    ("offer_tiers", "price"),
    ("plants", "variable_cost"),
    ("lanes", "cost"),
    ("demand", "price"),
    ("demand", "shortage_cost"),
    ("demand", "backlog_cost"),
    ("stockpiles", "holding_cost"),
    ("disposal", "cost"),
    ("policies", "penalty"),
)
AMOUNTS = (
    ("offers", "capacity"),
    ("offers", "min_order"),
    ("offers", "min_take"),
    ("recipes", "quantity"),
    ("plants", "capacity"),
    ("plants", "min_activity"),
    ("expansions", "module_capacity"),
    ("lanes", "capacity"),
    ("lanes", "min_load"),
    ("demand", "quantity"),
    ("returns", "share"),
    ("stockpiles", "capacity"),
    ("stockpiles", "initial"),
)


class TooLargeError(ValueError):
    """A case whose model would not fit; ``--force`` builds it all the same."""


def refuse_if_too_large(variables: int, what: str, *, force: bool = False) -> None:
    """Raise TooLargeError if a model of so many variables is past the limit.

    Args:
        variables: estimated number of variables.
        what: the part of the case that makes most of them, for the message.
        force: build it all the same.
    """
    if force or variables <= MOST_VARIABLES:
        return
    gigabytes = variables * BYTES_PER_VARIABLE / 1e9
    raise TooLargeError(
        f"the case would need about {variables:,} variables and {gigabytes:.0f} GB of memory, most "
        f"of it for {what}; the limit is {MOST_VARIABLES:,}. Narrow the selectors, lengthen the "
        "periods or solve fewer scenarios; --force tries all the same"
    )


def wide_numbers(case: Case) -> list[str]:
    """Warnings that name the table entries whose numbers lie more than 1e9 apart."""
    warnings = []
    for what, places in (("money per unit", MONEY), ("quantities", AMOUNTS)):
        found: list[tuple[float, str]] = []
        for table, column in places:
            for number, row in enumerate(case.rows(table), start=1):
                value = getattr(row, column)
                if value is not None and value != 0 and np.isfinite(value):
                    found.append((abs(value), f"{table} row {number}, {column} ({value:g})"))
        if not found:
            continue
        (low, low_place), (high, high_place) = min(found), max(found)
        if high > WIDEST * low:
            warnings.append(
                f"{what} lie {high / low:.0e} apart, more than {WIDEST:.0e}: from {low_place} to "
                f"{high_place}; the solver may lose the small one. Check the units"
            )
    return warnings
