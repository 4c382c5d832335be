"""One objective after the other, each plan free of the tolerance on whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..models.plan import SolveStatus
from .arrays import Arrays
from .highs import Options, Outcome, Session, SolverError, relative_gap
from .polish import polished
from .ratio import least_ratio
from .targets import RATIOS, value_of
from .tree import FloatArray

__all__ = ["least", "lexicographic", "value_of"]


def lexicographic(
    session: Session, arrays: Arrays, minimise: Sequence[str], options: Options
) -> tuple[Outcome, FloatArray | None, str]:
    """Minimise one objective after the other, each held at its best value.

    A later objective may not give away more of an earlier one than rounding needs.

    Returns:
        The outcome, the plan, and the objective they are about: the last one reached.
    """
    spent = 0.0
    outcome, point, name = None, None, minimise[0]
    for position, name in enumerate(minimise):
        if position:
            assert point is not None
            best = value_of(arrays, minimise[position - 1], point)
            session.cap(minimise[position - 1], best + 1e-9 * max(1.0, abs(best)))
            session.minimise(name)
            session.start_from(point)
        left = None if options.time_limit is None else max(options.time_limit - spent, 0.01)
        found, clean = least(
            session,
            arrays,
            name,
            replace(options, time_limit=left),
            None if "cost" in minimise else "cost",
        )
        spent += found.seconds
        if found.point is None:
            if outcome is None or outcome.point is None:
                return replace(found, seconds=spent), None, name
            value = value_of(arrays, name, outcome.point)
            kept = replace(outcome, status=SolveStatus.FEASIBLE, objective=value, bound=found.bound)
            gap = relative_gap(value, found.bound)
            return replace(kept, gap=gap, seconds=spent), point, name
        point, outcome = clean, found
        if session.interrupted and position + 1 < len(minimise):
            outcome = replace(found, status=SolveStatus.FEASIBLE)
        if outcome.status != SolveStatus.OPTIMAL:
            break
    assert outcome is not None
    return replace(outcome, seconds=spent), point, name


def least(
    session: Session, arrays: Arrays, target: str, options: Options, then: str | None
) -> tuple[Outcome, FloatArray | None]:
    """The least value of what the session minimises, in terms of the target, and its clean plan.

    With ``then``, of all plans as good for the same whole numbers it is the best in that too.
    """
    if target in RATIOS:
        return least_ratio(session, arrays, target, options, lambda o: _clean(session, o, then))
    return _clean(session, options, then)


def _clean(
    session: Session, options: Options, then: str | None
) -> tuple[Outcome, FloatArray | None]:
    """Solve, and free the plan of the tolerance on whole numbers.

    Wide bounds times that tolerance can let amounts slip past a decision not taken; such a plan
    is solved again under a tighter one.
    """
    spent = 0.0
    for attempt in range(2):
        found = session.solve(options)
        found = replace(found, seconds=found.seconds + spent)
        if found.point is None:
            return found, None
        clean = polished(session, found.point, then)
        if clean is not None:
            return found, clean
        if not attempt:
            spent = found.seconds
            session.tighten()
            if options.time_limit is not None:
                options = replace(options, time_limit=max(options.time_limit - spent, 0.01))
    raise SolverError(
        "the plan leans on numerical tolerance: bounds on yes/no decisions are too wide. Give "
        "capacities to offers, lanes and plants that have none"
    )
