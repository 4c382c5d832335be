"""Every check of a case, in order. All of them run, so that all problems are told at once."""

from __future__ import annotations

from collections.abc import Callable

from ..models.case import TABLES, Case
from ..models.problems import Problem
from . import (
    check_changes,
    check_commitments,
    check_granted,
    check_lanes,
    check_names,
    check_network,
    check_pedigrees,
    check_plants,
    check_prices,
    check_reach,
    check_recipes,
    check_rules,
    check_scenarios,
    check_selectors,
    check_stock,
    check_supply,
    check_time,
)
from .check_context import Context
from .parse import Parsed

CHECKS: tuple[Callable[[Context], None], ...] = (
    check_names.check_for_circular_groups,
    check_names.check_for_missing_tables,
    check_names.check_for_duplicates,
    check_names.check_for_unknown_references,
    check_selectors.check_for_empty_selectors,
    check_names.check_for_odd_groups,
    check_names.check_for_unknown_countries,
    check_time.check_for_dates_without_start,
    check_time.check_for_empty_windows,
    check_time.check_for_goods_outside_horizon,
    check_time.check_for_uneven_years,
    check_time.check_for_late_arrivals,
    check_scenarios.check_for_broken_branches,
    check_scenarios.check_for_odd_probabilities,
    check_scenarios.check_for_unknown_choice,
    check_changes.check_for_bad_changes,
    check_supply.check_for_unused_tiers,
    check_supply.check_for_impossible_orders,
    check_supply.check_for_huge_numbers,
    check_plants.check_for_idle_plants,
    check_plants.check_for_empty_recipes,
    check_plants.check_for_useless_modules,
    check_plants.check_for_odd_technologies,
    check_recipes.check_for_perpetual_motion,
    check_lanes.check_for_pointless_lanes,
    check_lanes.check_for_broken_shares,
    check_stock.check_for_impossible_levels,
    check_stock.check_for_cover_of_nothing,
    check_stock.check_for_odd_returns,
    check_rules.check_for_incomplete_controls,
    check_rules.check_for_idle_columns,
    check_rules.check_for_toothless_controls,
    check_rules.check_for_odd_policies,
    check_prices.check_for_tariffs_without_price,
    check_pedigrees.check_for_marks_that_cannot_stick,
    check_pedigrees.check_for_marks_without_source,
    check_pedigrees.check_for_thresholds_without_price,
    check_reach.check_for_rules_that_hit_nothing,
    check_reach.check_for_services_without_effect,
    check_network.check_for_unreachable_demand,
    check_network.check_for_demand_beyond_capacity,
    check_network.check_for_dead_ends,
    check_commitments.check_for_unknown_commitments,
    check_commitments.check_for_untimely_commitments,
    check_commitments.check_for_needless_commitments,
    check_commitments.check_for_excessive_commitments,
    check_commitments.check_for_odd_carries,
    check_granted.check_for_odd_licences,
    check_granted.check_for_licences_at_once,
    check_granted.check_for_unknown_outlets,
)
"""References come first: later checks leave out the rows that refer to nothing."""


def check_case(case: Case) -> list[Problem]:
    """Every problem of a case, errors and warnings, wherever the case came from."""
    numbers = {table: list(range(1, len(case.rows(table)) + 1)) for table in TABLES}
    return check_parsed(Parsed(case, numbers=numbers))


def check_parsed(parsed: Parsed) -> list[Problem]:
    """Problems of a case as far as it was understood (those of its cells are in ``parsed``)."""
    unreadable = any(not (problem.table or problem.column) for problem in parsed.problems)
    if unreadable and not (parsed.case.materials or parsed.case.sites):
        return []  # nothing was read, and that has been told
    context = Context(parsed)
    for check in CHECKS:
        check(context)
    return context.problems
