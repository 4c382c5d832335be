"""Solve one model again and again with other numbers: what a worker of a sweep runs.

Everything here needs arrays, numpy and HiGHS only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..models.plan import SolveStatus
from .arrays import Arrays
from .highs import MANY_COLUMNS, Options, Session, relative_gap
from .lexicographic import lexicographic
from .patches import Patch, patched, same_shape
from .targets import measurable, value_of
from .tree import FloatArray, IntArray

ITERATIONS = 1200
"""Steps of the simplex method that a start from the base's basis may take.

Where more are needed, interior points are quicker on a large model (docs/performance.md).
"""


MANY_FREE = 50
"""A shortcut is tried where at least so many columns come on each free whole number."""
WHOLE = 1e-6
"""A number so near to a whole one counts as whole, as in HiGHS."""
EXACT = 1e-9
"""Two values so near to each other, relatively, are the same."""


@dataclass(frozen=True)
class Setup:
    """What every point of a study has in common.

    Attributes:
        arrays: the base.
        minimise: objectives in lexicographic order.
        caps: upper limits on objectives.
        options: gap, time limit of each point, threads, seed.
    """

    arrays: Arrays
    minimise: tuple[str, ...] = ("cost",)
    caps: Mapping[str, float] = field(default_factory=dict)
    options: Options = field(default_factory=Options)


@dataclass(frozen=True)
class Answer:
    """What solving a point gave.

    Attributes:
        status: as of a solve.
        objective: value of the objective minimised last; None without a plan.
        bound: its bound.
        gap: relative gap between them.
        objectives: every objective of the arrays at the plan.
        point: the plan. Shape (columns,).
        seconds: in HiGHS.
    """

    status: SolveStatus
    objective: float | None
    bound: float | None
    gap: float | None
    objectives: dict[str, float]
    point: FloatArray | None
    seconds: float


class Resolver:
    """One HiGHS object that solves a base with patches on it, one after the other.

    A linear model starts from the basis of the base's optimum, and a mixed-integer one from
    nothing: what was solved before never matters, so that any worker gives the same answer.
    """

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.session = Session(setup.arrays, setup.minimise[0])
        for name in (*setup.caps, *setup.minimise[:-1]):
            self.session.cap(name, setup.caps.get(name, np.inf))
        self.linear = not bool(setup.arrays.integer.any())
        self._basis: Any = None
        self._shortcut = None if self.linear or len(setup.minimise) > 1 else Shortcut(setup)

    def solve(self, change: Patch | Arrays | None = None) -> Answer:
        """Solve the base with a patch on it, other arrays, or the base itself.

        Raises:
            SolverError: HiGHS refused or failed.
        """
        arrays = _target(self.setup.arrays, change)
        if isinstance(change, Arrays) and not same_shape(self.setup.arrays, change):
            return Resolver(replace(self.setup, arrays=arrays)).solve()
        if self._shortcut is not None and change is not None:
            answer = self._shortcut.solve(arrays)
            if answer is not None:
                return answer
        before = self.session.seconds
        self.session.renew(self.setup.minimise[0], self.setup.caps)
        if self.linear and change is not None:
            self._approach(arrays)
        self.session.update(arrays)
        answer = self._answer(arrays)
        return replace(answer, seconds=self.session.seconds - before)

    def _answer(self, arrays: Arrays) -> Answer:
        minimise, options = self.setup.minimise, self.setup.options
        outcome, point, name = lexicographic(self.session, arrays, minimise, options)
        if point is None:
            return Answer(outcome.status, None, outcome.bound, None, {}, None, outcome.seconds)
        values = values_at(arrays, point)
        bound = outcome.bound if outcome.bound is None else min(outcome.bound, values[name])
        return Answer(
            outcome.status, values[name], bound, outcome.gap, values, point, outcome.seconds
        )

    def _approach(self, arrays: Arrays) -> None:
        """Bring the basis of the base's optimum near the optimum of other arrays.

        Sides and bounds first, which leaves a basis dual feasible, for the dual simplex method;
        then costs, which leave it primal feasible, for the primal one.
        """
        base, session = self.setup.arrays, self.session
        session.update(base)
        if self._basis is None:
            session.solve(self.setup.options)
            self._basis = session.basis()
        if not self._basis.valid:
            return
        session.set_basis(self._basis)
        sides = replace(arrays, objectives=base.objectives, offsets=base.offsets)
        for step, dual in ((sides, True), (arrays, False)):
            patch = session.update(step)
            if patch is None or not patch.size:
                continue
            if not session.simplex(self.setup.options, dual=dual, iterations=ITERATIONS):
                if arrays.matrix.shape[1] >= MANY_COLUMNS:
                    session.forget()
                return


class Shortcut:
    """Answers for a mixed-integer model whose relaxation is as good as it.

    Where few whole numbers are free (decisions kept from a plan), the relaxation often has whole
    numbers by itself, or its bound is within the gap of the best plan with the whole numbers of
    the base. Both prove a plan optimal without any search. It is worth trying where it works for
    the base.
    """

    def __init__(self, setup: Setup) -> None:
        self.gap = setup.options.gap
        self.base = setup.arrays
        self.whole = np.flatnonzero(setup.arrays.integer)
        self._relaxed = Resolver(replace(setup, arrays=_relaxed(setup.arrays)))
        self._works: bool | None = None
        self._kept: FloatArray | None = None

    def solve(self, arrays: Arrays) -> Answer | None:
        """The optimum, proven within the gap; None where only a search can tell."""
        if self._works is None:
            free = self.base.lower[self.whole] < self.base.upper[self.whole]
            few = int(free.sum()) * MANY_FREE <= len(self.base.lower)
            self._works = few and self._try(self.base) is not None
        return self._try(arrays) if self._works else None

    def _try(self, arrays: Arrays) -> Answer | None:
        relaxed = self._relaxed.solve(_relaxed(arrays))
        if relaxed.point is None:
            return relaxed if relaxed.status == SolveStatus.INFEASIBLE else None
        whole = np.round(relaxed.point[self.whole])
        off = float(np.abs(relaxed.point[self.whole] - whole).max(initial=0.0))
        near = off <= WHOLE
        if near and self._kept is None:
            self._kept = whole
        if off <= EXACT:
            return replace(relaxed, gap=0.0)
        if self._kept is None:
            return None
        held = whole if near else self._kept
        held = np.clip(held, arrays.lower[self.whole], arrays.upper[self.whole])
        fixed = self._relaxed.solve(_held(_relaxed(arrays), self.whole, held))
        if fixed.objective is None or relaxed.objective is None:
            return None
        gap = relative_gap(fixed.objective, min(relaxed.objective, fixed.objective))
        if gap is None or gap > max(self.gap, EXACT):
            return None
        seconds = relaxed.seconds + fixed.seconds
        bound = min(relaxed.objective, fixed.objective)
        return replace(fixed, bound=bound, gap=gap, seconds=seconds)


def _relaxed(arrays: Arrays) -> Arrays:
    return replace(arrays, integer=np.zeros_like(arrays.integer))


def _held(arrays: Arrays, columns: IntArray, values: FloatArray) -> Arrays:
    """Arrays with some columns held at values."""
    lower, upper = arrays.lower.copy(), arrays.upper.copy()
    lower[columns] = upper[columns] = values
    return replace(arrays, lower=lower, upper=upper)


def _target(base: Arrays, change: Patch | Arrays | None) -> Arrays:
    if change is None:
        return base
    return patched(base, change) if isinstance(change, Patch) else change


def values_at(arrays: Arrays, point: FloatArray) -> dict[str, float]:
    """Every objective that can be told at a point."""
    values = {name: value_of(arrays, name, point) for name in measurable(arrays)}
    if arrays.measures is not None:
        values["cvar"] = arrays.measures.cvar(point)
        values["worst_case"] = arrays.measures.worst_case(point)
        values["concentration"] = arrays.measures.concentration(point)
    return values
