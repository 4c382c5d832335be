"""Minimise one objective under limits on the others, again and again in one session."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...models.plan import SolveStatus
from ..arrays import Arrays
from ..highs import Options, Session, SolverError
from ..lexicographic import least
from ..targets import RATIOS, value_of
from ..tree import FloatArray

Limits = Mapping[int, float]
"""Position of a target -> its upper limit."""
WEIGHTED = "weighted"
SLACKS = (1e-11, 1e-9, 1e-7)
"""How much of an earlier objective, relatively, a later one may give away for rounding.

Tried one after the other; a mixed-integer model begins with the second.
"""


class StoppedError(Exception):
    """Time ran out, or somebody stopped the search.

    Attributes:
        plan: the best plan of the solve that was stopped; None without one.
    """

    def __init__(self, plan: FloatArray | None = None) -> None:
        super().__init__("stopped")
        self.plan = plan


class UnboundedTargetError(ValueError):
    """An objective that can fall without limit has no front."""


@dataclass(frozen=True)
class Found:
    """An efficient plan.

    Attributes:
        plan: the plan. Shape (columns,).
        values: value of each target. Shape (targets,).
        bounds: least value that each target can have in any plan in which the others are at most
            as here. Shape (targets,).
    """

    plan: FloatArray
    values: FloatArray
    bounds: FloatArray


class Search:
    """Arrays in one session; only sides of rows and costs change from solve to solve.

    Objectives with small numbers are multiplied by a power of two, because HiGHS takes
    differences below a millionth for none.

    Args:
        arrays: with everything the targets need.
        targets: names of two or more objectives.
        caps: upper limits that every plan keeps.
        options: gap, threads, seed; the time limit is that of the whole search.
    """

    def __init__(
        self, arrays: Arrays, targets: Sequence[str], caps: Mapping[str, float], options: Options
    ) -> None:
        self.arrays, self.targets = arrays, tuple(targets)
        self.mixed = bool(arrays.integer.any())
        self.solves = 0
        self.scale = {name: _scale(arrays, name) for name in {*targets, *caps}}
        self.session = Session(_scaled(arrays, self.scale), self.targets[0])
        self.options = options
        self.caps = dict(caps)
        self._until = np.inf
        if options.time_limit is not None:
            self._until = time.perf_counter() + options.time_limit
        self._limits: dict[str, float] = {}
        for name, limit in caps.items():
            self._limit(name, limit)

    def values(self, plan: FloatArray) -> FloatArray:
        """Value of each target. Shape (targets,)."""
        return np.array([value_of(self.arrays, name, plan) for name in self.targets])

    def left(self) -> float | None:
        """Seconds that are left, None without a limit.

        Raises:
            StoppedError: none are.
        """
        left = self._until - time.perf_counter()
        if left <= 0:
            raise StoppedError
        return left if np.isfinite(left) else None

    def least(
        self, target: int, limits: Limits, start: FloatArray | None = None, then: str | None = None
    ) -> tuple[FloatArray, float] | None:
        """The plan with the least of a target within limits, and a bound on it; None if none is.

        Args:
            target: its position.
            limits: on other targets.
            start: a plan to start from.
            then: an objective of the arrays that chooses among plans with the same whole numbers.

        Raises:
            StoppedError: before an optimum was proven.
            UnboundedTargetError: there is no least.
        """
        self._keep(limits)
        name = self.targets[target]
        self.session.minimise(name)
        return self._run(name, start, then)

    def least_sum(
        self,
        weights: FloatArray,
        limits: Limits,
        start: FloatArray | None = None,
        gap: float | None = None,
    ) -> tuple[FloatArray, float] | None:
        """The plan with the least weighted sum of linear targets within limits, and a bound on it.

        Args:
            weights: of the targets. Shape (targets,).
            limits: on the targets.
            start: a plan to start from.
            gap: relative gap at which to stop; None for that of the options.

        Raises:
            StoppedError: before an optimum was proven.
        """
        self._keep(limits)
        arrays = self.session.arrays
        pairs = list(zip(weights, self.targets, strict=True))
        costs = sum(weight / self.scale[n] * arrays.objectives[n] for weight, n in pairs)
        offset = sum(weight / self.scale[n] * arrays.offsets[n] for weight, n in pairs)
        self.session.arrays = replace(
            arrays,
            objectives={**arrays.objectives, WEIGHTED: np.asarray(costs)},
            offsets={**arrays.offsets, WEIGHTED: float(offset)},
        )
        self.session.minimise(WEIGHTED)
        return self._run(WEIGHTED, start, None, gap)

    def efficient(
        self,
        order: Sequence[int],
        limits: Limits,
        start: FloatArray | None = None,
        done: tuple[FloatArray, float] | None = None,
    ) -> Found | None:
        """The lexicographically least plan within limits on the targets; None if none is.

        Every target is in the order, so that no plan is better in one and as good in the rest.

        Args:
            order: positions of the targets.
            limits: on the targets.
            start: a plan to start from.
            done: what :meth:`least` gave for the first of the order, if that is known.

        Raises:
            StoppedError: before all of them were minimised.
        """
        found = done or self.least(order[0], limits, start, self.tidy(order, 0))
        if found is None:
            return None
        bounds = np.full(len(self.targets), -np.inf)
        held: dict[int, float] = {}
        for step, target in enumerate(order):
            if step:
                try:
                    found = self._next(target, limits, held, found[0], self.tidy(order, step))
                except StoppedError as stop:
                    raise StoppedError(found[0] if stop.plan is None else stop.plan) from None
            plan, bounds[target] = found
            held[target] = max(value_of(self.arrays, self.targets[target], plan), bounds[target])
        values = self.values(plan)
        return Found(plan, values, np.minimum(bounds, values))

    def _next(
        self,
        target: int,
        limits: Limits,
        held: Limits,
        plan: FloatArray,
        then: str | None,
    ) -> tuple[FloatArray, float]:
        """A further step of :meth:`efficient`, with earlier targets held at their least.

        The plan of the step before keeps to that. Where it does so only by rounding, the targets
        are held a little less tightly; and where even that is of no use, it stays, unproven.
        """
        for slack in SLACKS[self.mixed :]:
            tight = {at: best + slack * max(1.0, abs(best)) for at, best in held.items()}
            both = {at: min(limit, tight.get(at, np.inf)) for at, limit in limits.items()}
            try:
                found = self.least(target, {**tight, **both}, plan, then)
            except SolverError:
                found = None
            if found is not None:
                return found
        return plan, -np.inf

    def tidy(self, order: Sequence[int], step: int) -> str | None:
        """What chooses among equal plans of a step: the next target, at the end cost."""
        if step + 1 < len(order):
            name = self.targets[order[step + 1]]
            return name if self.mixed and name not in RATIOS else None
        return None if "cost" in self.targets else "cost"

    def _keep(self, limits: Limits) -> None:
        for at, name in enumerate(self.targets):
            self._limit(name, min(self.caps.get(name, np.inf), limits.get(at, np.inf)))

    def _limit(self, name: str, limit: float) -> None:
        """Change a cap where it differs; no row for what was never limited."""
        if self._limits.get(name, np.inf) != limit:
            self._limits[name] = limit
            self.session.cap(name, limit * self.scale[name])

    def _run(
        self, name: str, start: FloatArray | None, then: str | None, gap: float | None = None
    ) -> tuple[FloatArray, float] | None:
        gap = self.options.gap if gap is None else gap
        options = replace(self.options, gap=gap, time_limit=self.left())
        if start is not None:
            self.session.start_from(start)
            self.session.prove()
        outcome, plan = least(self.session, self.session.arrays, name, options, then)
        self.solves += 1
        if self.session.interrupted:
            self._until = -np.inf
        if outcome.status == SolveStatus.INFEASIBLE:
            return None
        if outcome.status == SolveStatus.UNBOUNDED:
            raise UnboundedTargetError(
                f"{name} can fall without limit, so that it has no front: some sale, subsidy or "
                "negative cost is endless. Give it a capacity"
            )
        if outcome.status != SolveStatus.OPTIMAL or plan is None:
            if self.session.stopped():
                raise StoppedError(plan)
            raise SolverError(f"rounding stands in the way of the least {name}")
        bound = -np.inf if outcome.bound is None else outcome.bound / self.scale.get(name, 1.0)
        return plan, bound


def _scale(arrays: Arrays, name: str) -> float:
    """Power of two that brings the mean size of an objective's small numbers to 1."""
    if name in RATIOS:
        return 1.0
    sizes = np.abs(arrays.objectives[name])
    sizes = sizes[sizes > 0]
    return float(2.0 ** max(0.0, -np.round(np.log2(sizes).mean()))) if len(sizes) else 1.0


def _scaled(arrays: Arrays, scale: Mapping[str, float]) -> Arrays:
    linear = {name: factor for name, factor in scale.items() if name not in RATIOS}
    objectives = {name: arrays.objectives[name] * factor for name, factor in linear.items()}
    offsets = {name: arrays.offsets[name] * factor for name, factor in linear.items()}
    return replace(
        arrays,
        objectives={**arrays.objectives, **objectives},
        offsets={**arrays.offsets, **offsets},
    )
