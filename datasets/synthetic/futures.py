"""What may come: growth of demand, and scenarios in which rules tighten or fall away."""

from __future__ import annotations

from typing import Any

from ...models.rule_rows import Change, Scenario
from .drawn import drawn_futures
from .figures import ordinals, table
from .market import GROWTH
from .rules import KNOW_HOW, LICENCES, QUOTA, REACH, SERVICES, Rules
from .size import Size

_TITLES = {
    "steady": "Things go on as they are",
    "squeeze": "What was announced comes into force, and licences become rare",
    "thaw": "Controls are suspended and demand picks up",
}
_CHANCE = {1: (1.0,), 2: (0.7, 0.3), 3: (0.6, 0.25, 0.15)}
_PERIODS_PER_YEAR = 4


def build_scenarios(size: Size) -> list[Scenario]:
    """Futures that branch from the first; none where there is only one.

    The first three have a name and a meaning; where there are more, all are equally probable and
    those beyond the third are drawn.
    """
    if size.futures == 1:
        return []
    names = _names(size)
    later = [None] + [names[0]] * (size.futures - 1)
    return table(
        Scenario,
        scenario=names,
        probability=list(_CHANCE.get(size.futures, (1 / size.futures,) * size.futures)),
        parent=later,
        branches_at=[None if parent is None else size.branches_at for parent in later],
        title=[_TITLES.get(name, "Rules, demand, prices and outages as drawn") for name in names],
    )


def _names(size: Size) -> list[str]:
    return [*_TITLES, *(f"future-{number}" for number in ordinals(size.futures)[3:])][
        : size.futures
    ]


def build_changes(size: Size, rules: Rules, uses: list[str], offers: list[str]) -> list[Change]:
    """Demand that grows from year to year, and what each future alters."""
    rows: list[dict[str, Any]] = [
        {
            "table": "demand",
            "key": f"end_use={use}",
            "field": "quantity",
            "start": start,
            "op": "multiply",
            "value": GROWTH[use],
        }
        for start in range(1 + _PERIODS_PER_YEAR, size.periods + 1, _PERIODS_PER_YEAR)
        for use in uses
        if use in GROWTH
    ]
    there = {row.control for row in rules.controls}
    if size.futures > 1:
        rows += _changes("squeeze", there, "in_force", (KNOW_HOW, SERVICES, REACH, QUOTA))
        if LICENCES in there:
            rows.append(_change("squeeze", "control_status", LICENCES, "approval", 0.5))
        if QUOTA in there:
            rows.append(_change("squeeze", "controls", QUOTA, "quota", 0.5))
    if size.futures > 2:
        rows += _changes("thaw", there, "suspended", (LICENCES, QUOTA, KNOW_HOW))
        rows.append(_change("thaw", "demand", "*", "quantity", 1.08))
    rows += drawn_futures(size, _names(size)[3:], there, offers, uses)
    return [row for each in rows for row in table(Change, **{k: [v] for k, v in each.items()})]


def _changes(
    scenario: str, there: set[str], status: str, controls: tuple[str, ...]
) -> list[dict[str, Any]]:
    return [
        {
            "scenario": scenario,
            "table": "control_status",
            "key": control,
            "field": "status",
            "value": status,
        }
        for control in controls
        if control in there
    ]


def _change(scenario: str, where: str, key: str, field: str, factor: float) -> dict[str, Any]:
    return {
        "scenario": scenario,
        "table": where,
        "key": key,
        "field": field,
        "op": "multiply",
        "value": factor,
    }
