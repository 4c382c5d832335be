"""What a worker of the benchmarks runs: a resolver, and its answers without the plans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from secondsource.optimizer.patches import Patch, difference
from secondsource.optimizer.resolve import Answer, Resolver, Setup


@dataclass(frozen=True)
class Found:
    """Optimum of a point, its relative gap, and seconds in HiGHS."""

    objective: float | None
    gap: float | None
    seconds: float


def start(setup: Setup) -> Resolver:
    """A resolver that has solved the base, so that it counts for none of the points."""
    resolver = Resolver(setup)
    resolver.solve(difference(setup.arrays, setup.arrays))
    return resolver


def answers(resolver: Resolver, row: Iterable[Patch]) -> Iterator[Answer]:
    """Answers to the points of a row."""
    return resolver.chain(row)


def work(resolver: Resolver, row: list[Patch]) -> list[Found]:
    """What there is to say of the points of a row."""
    return [
        Found(answer.objective, answer.gap, answer.seconds) for answer in answers(resolver, row)
    ]
