"""Why a case has no plan, in lines: what `solve` and sweeps tell of a case without one."""

from __future__ import annotations

from ..models.case import Case
from .explain.no_plan import explain_no_plan
from .solve import Request


def explain_infeasible(case: Case, request: Request) -> list[str]:
    """Say what stands against a plan of an infeasible case, the cause first, then mends.

    Args:
        case: a checked case without a plan.
        request: what was asked for.
    """
    found = explain_no_plan(case, request)
    if found is None:
        return ["a plan was found on a second look; solve again with more time"]
    return found.lines()
