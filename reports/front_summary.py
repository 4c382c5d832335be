"""What is told of a frontier, whoever asks: a command, a folder, a report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from ..models.case import Case
from .changes import changes_between, shifts_between


@runtime_checkable
class TradedOff(Protocol):
    """What ``frontier`` gives, as far as it is reported."""

    @property
    def asked(self) -> Any:
        """What was asked for: targets, scenarios, exact, caps."""

    @property
    def status(self) -> Any:
        """How the search ended."""

    @property
    def points(self) -> Sequence[Any]:
        """Plans by rising first target."""

    @property
    def solves(self) -> int:
        """How many programs were solved."""

    @property
    def seconds(self) -> float:
        """How long the search took."""

    @property
    def build_seconds(self) -> float:
        """Time from the case to the arrays."""


def front_summary(case: Case, front: TradedOff) -> dict[str, Any]:
    """What ``summary.json`` and ``frontier --json`` hold; ``run`` is filled in when written.

    Args:
        case: that was solved.
        front: what was found.
    """
    asked, before = front.asked, None
    points: list[dict[str, Any]] = []
    for point in front.points:
        tables = point.solution.tables
        points.append(
            {
                "objectives": point.solution.objectives,
                "bounds": point.bounds,
                "gap": point.gap,
                "run": None,
                "knee": point.knee,
                "supported": point.supported,
                "joined": point.joined,
                "costs": point.solution.costs,
                "changes": [] if before is None else changes_between(before, tables),
                "shifts": [] if before is None else shifts_between(case, before, tables),
            }
        )
        before = tables
    return {
        "case": case.case.name,
        "title": case.case.title,
        "currency": case.case.currency,
        "status": front.status.value,
        "scenarios": list(asked.scenarios),
        "trade_off": list(asked.targets),
        "exact": asked.exact,
        "caps": asked.caps,
        "points": points,
        "solves": front.solves,
        "search_seconds": round(front.seconds, 6),
        "build_seconds": round(front.build_seconds, 6),
    }
