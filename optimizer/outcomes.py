"""How to solve, and what a solve gave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..models.plan import SolveStatus
from .tree import FloatArray

Progress = Callable[[float, float | None, float | None, float | None], None]
"""Called with elapsed seconds, best objective, bound and relative gap (None where unknown)."""


class SolverError(RuntimeError):
    """HiGHS refused an input or ended in a way that is neither an answer nor a limit."""


@dataclass(frozen=True)
class Options:
    """How to solve.

    Attributes:
        gap: relative gap at which a solve may stop.
        time_limit: seconds, None for no limit.
        threads: processor threads, None for HiGHS' own choice.
        seed: seed of random choices.
        progress: called now and then while it solves.
    """

    gap: float = 1e-4
    time_limit: float | None = None
    threads: int | None = None
    seed: int | None = None
    progress: Progress | None = None


@dataclass(frozen=True)
class Outcome:
    """What a solve gave: status, objective, bound, gap and the point (None without one)."""

    status: SolveStatus
    objective: float | None
    bound: float | None
    gap: float | None
    point: FloatArray | None
    seconds: float


def relative_gap(objective: float, bound: float | None) -> float | None:
    """|objective - bound| / |objective|, 0 where both are 0, None without a bound."""
    if bound is None:
        return None
    difference = abs(objective - bound)
    if difference <= 1e-9:
        return 0.0
    return difference / abs(objective) if objective else float("inf")
