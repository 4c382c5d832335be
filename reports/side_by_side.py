"""``secondsource.compare``: plans side by side, from run folders or from results at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..datasets.runs import read_plan
from ..models.case import Case
from ..models.comparison import ComparedPlan, Comparison
from ..models.plan import Solution
from .compare import compare_plans

Source = str | Path | ComparedPlan | tuple[Case, Solution]
"""A run folder, a plan with its name, or a case with its solution."""


def compare(plans: Mapping[str, Source] | Sequence[Source]) -> Comparison:
    """Compare plans with the first of them.

    Args:
        plans: run folders, or name -> run folder or (case, solution). Unnamed plans are called
            after their folders, or 'plan 1', 'plan 2', ...

    Returns:
        Costs bridged by category and by decision, decisions that differ, lead time and exposure,
        and notes on what cannot be compared.

    Raises:
        ValueError: fewer than two plans, two of one name, or one that ended without a plan.
        CaseError: a folder is no run folder.
    """
    if isinstance(plans, Mapping):
        return compare_plans([_plan(source, name) for name, source in plans.items()])
    return compare_plans([_plan(source, None, at) for at, source in enumerate(plans, start=1)])


def _plan(source: Source, name: str | None, number: int = 0) -> ComparedPlan:
    if isinstance(source, ComparedPlan):
        return source
    if isinstance(source, tuple):
        case, found = source
        called = name or f"plan {number}"
        scenarios = tuple(case.solve.scenarios)
        return ComparedPlan(called, case, found.tables, found.objectives, found.costs, scenarios)
    return read_plan(source, name)
