"""What a worker of the benchmarks runs: a resolver, and its answer to a point without the plan."""

from __future__ import annotations

from dataclasses import dataclass

from secondsource.optimizer.patches import Patch
from secondsource.optimizer.resolve import Resolver, Setup


@dataclass(frozen=True)
class Found:
    """Optimum of a point, its relative gap, and seconds in HiGHS."""

    objective: float | None
    gap: float | None
    seconds: float


def start(setup: Setup) -> Resolver:
    """A resolver that has solved the base, so that it counts for none of the points."""
    resolver = Resolver(setup)
    resolver.solve()
    return resolver


def work(resolver: Resolver, patch: Patch) -> Found:
    """The answer to a patch."""
    answer = resolver.solve(patch)
    return Found(answer.objective, answer.gap, answer.seconds)
