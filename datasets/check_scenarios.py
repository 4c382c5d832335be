"""Checks of the scenario tree: parents, branches, probabilities."""

from __future__ import annotations

from ..models.problems import quote
from .check_context import Context


def check_for_broken_branches(context: Context) -> None:
    """Scenarios with a parent branch within the horizon, and never from themselves."""
    periods = context.case.case.periods
    parents = {row.scenario: row.parent for row in context.case.scenarios}
    for number, row in context.rows("scenarios"):
        if row.parent is None:
            if row.branches_at is not None:
                context.warn(
                    "scenarios",
                    number,
                    "branches_at",
                    f"{quote(row.scenario)} has no parent to branch from",
                    value=row.branches_at,
                    remedy="name its parent, or leave branches_at blank",
                )
            continue
        if row.branches_at is None:
            context.error(
                "scenarios",
                number,
                "branches_at",
                f"{quote(row.scenario)} has a parent, so it must say when it branches",
                remedy="the first period that is its own, at least 2",
            )
        elif not 2 <= context.period(row.branches_at, 2) <= periods:
            context.error(
                "scenarios",
                number,
                "branches_at",
                f"{row.branches_at} is not within periods 2 to {periods}",
                value=row.branches_at,
                remedy="a scenario with nothing in common with others has no parent",
            )
        if _is_circular(row.scenario, parents):
            context.error(
                "scenarios",
                number,
                "parent",
                f"{quote(row.scenario)} descends from itself",
                value=row.parent,
                remedy="leave the parent of one of them blank",
            )


def _is_circular(name: str, parents: dict[str, str | None]) -> bool:
    above, seen = parents.get(name), set[str]()
    while above is not None and above not in seen:
        if above == name:
            return True
        seen.add(above)
        above = parents.get(above)
    return False


def check_for_odd_probabilities(context: Context) -> None:
    """Probabilities of whole scenarios add up to 1; a single scenario needs none."""
    rows = list(context.rows("scenarios"))
    if not rows or "scenarios" in context.lost:
        return
    blank = [number for number, row in rows if row.probability is None]
    if len(rows) == 1 and blank:
        return
    for number in blank:
        context.error(
            "scenarios",
            number,
            "probability",
            "is blank, and there is more than one scenario",
            remedy="a fraction, e.g. 0.25; together they add up to 1",
        )
    total = sum(row.probability or 0.0 for _, row in rows)
    if not blank and abs(total - 1) > 1e-6:
        context.error(
            "scenarios",
            rows[-1][0],
            "probability",
            f"the probabilities of all {len(rows)} scenarios add up to {total:g}, not to 1",
            value=rows[-1][1].probability,
            remedy="mend one of them; 1/3 is a number here",
        )


def check_for_unknown_choice(context: Context) -> None:
    """[solve] scenarios and minimise name what exists, each once."""
    known = context.known["scenarios"]
    names = context.case.solve.scenarios
    if not names:
        context.error("solve", None, "scenarios", "names no scenario", remedy="all, or names")
    for name in names:
        if name not in known and names != ["all"] and "scenarios" not in context.lost:
            context.error(
                "solve",
                None,
                "scenarios",
                f"there is no scenario {quote(name)}",
                value=name,
                remedy=context.did_you_mean(name, [*known, "all"])
                or f"all, or names of the table scenarios ({', '.join(known) or 'it is empty'})",
            )
    minimise = context.case.solve.minimise
    if not minimise:
        context.error("solve", None, "minimise", "names no objective", remedy="e.g. cost")
    for name in dict.fromkeys(minimise):
        if minimise.count(name) > 1:
            context.error(
                "solve",
                None,
                "minimise",
                f"{quote(name)} occurs more than once",
                value=name,
                remedy="name each objective once",
            )
