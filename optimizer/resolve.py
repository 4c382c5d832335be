"""Solve one model again and again with other numbers: what a worker of a sweep runs.

Everything here needs arrays, numpy and HiGHS only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ..models.plan import SolveStatus
from .arrays import Arrays
from .highs import MANY_COLUMNS, Options, Session, relative_gap
from .lexicographic import lexicographic
from .patches import Patch, patched, same_shape
from .starts import Start, nearest
from .targets import measurable, value_of
from .tree import FloatArray, IntArray

ITERATIONS = 3000
"""Steps of the simplex method that a start from a known basis may take.

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

    A linear model starts from the basis of the base's optimum, and in a chain of neighbours from
    the nearest solved so far; a mixed-integer one starts from nothing. What was solved before a
    point, or before its chain, never matters, so that any worker gives the same answer.
    """

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.session = Session(setup.arrays, setup.minimise[0])
        for name in (*setup.caps, *setup.minimise[:-1]):
            self.session.cap(name, setup.caps.get(name, np.inf))
        self.linear = not bool(setup.arrays.integer.any())
        self._starts: list[Start] = []
        self._last: Start | None = None
        self.searched = False
        self._shortcut = None if self.linear or len(setup.minimise) > 1 else Shortcut(setup)

    def solve(self, change: Patch | Arrays | None = None) -> Answer:
        """Solve the base with a patch on it, other arrays, or the base itself.

        Raises:
            SolverError: HiGHS refused or failed.
        """
        self.begin()
        return self.go_on(change)

    def chain(self, changes: Iterable[Patch | Arrays | None]) -> Iterator[Answer]:
        """Solve neighbours one after the other, each as :meth:`solve` does; Ctrl-C ends the chain.

        The optimum of a point does not depend on its neighbours, but of several equally good plans
        another one may be found.

        Raises:
            SolverError: HiGHS refused or failed.
        """
        self.begin()
        for change in changes:
            yield self.go_on(change)
            if self.interrupted:
                return

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C ended the last solve."""
        inner = self._shortcut is not None and self._shortcut.relaxed.interrupted
        return self.session.interrupted or inner

    def begin(self) -> None:
        """Forget the points solved so far; only the base's basis stays."""
        del self._starts[1:]
        self._last = None
        if self._shortcut is not None:
            self._shortcut.relaxed.begin()

    def go_on(self, change: Patch | Arrays | None = None) -> Answer:
        """Solve a neighbour of the points solved since :meth:`begin`.

        Raises:
            SolverError: HiGHS refused or failed.
        """
        arrays = _target(self.setup.arrays, change)
        if isinstance(change, Arrays) and not same_shape(self.setup.arrays, change):
            return Resolver(replace(self.setup, arrays=arrays)).solve()
        if self._shortcut is not None and change is not None:
            answer = self._shortcut.solve(arrays)
            if answer is not None:
                self.searched = False
                return answer
        self.searched = not self.linear
        before = self.session.seconds
        self.session.renew(self.setup.minimise[0], self.setup.caps)
        if self.linear and change is not None:
            self._approach(arrays)
        self.session.update(arrays)
        answer = self._answer(arrays)
        if self.linear and change is not None:
            self._remember(arrays, answer)
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
        """Bring the nearest basis near the optimum of other arrays.

        Sides and bounds first, which leaves a basis dual feasible, for the dual simplex method;
        then costs, which leave it primal feasible, for the primal one.
        """
        session, last = self.session, self._last
        self._last = None
        if not self._starts:
            session.update(self.setup.arrays)
            session.solve(self.setup.options)
            self._starts.append(Start(self.setup.arrays, session.basis()))
        start = nearest(self._starts, arrays)
        if not start.basis.valid:
            return
        if start is not last:
            session.update(start.arrays)
            session.set_basis(start.basis)
        sides = replace(arrays, objectives=start.arrays.objectives, offsets=start.arrays.offsets)
        for step, dual in ((sides, True), (arrays, False)):
            patch = session.update(step)
            if patch is None or not patch.size:
                continue
            if not session.simplex(self.setup.options, dual=dual, iterations=ITERATIONS):
                if arrays.matrix.shape[1] >= MANY_COLUMNS:
                    session.forget()
                return

    def _remember(self, arrays: Arrays, answer: Answer) -> None:
        """Keep the basis of an optimum for the neighbours to come."""
        if answer.status != SolveStatus.OPTIMAL or len(self.setup.minimise) > 1:
            return  # of several objectives the last one's basis is no good for the first
        basis = self.session.basis()
        if basis.valid:
            self._last = Start(arrays, basis)
            self._starts.append(self._last)


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
        self.relaxed = Resolver(replace(setup, arrays=_relaxed(setup.arrays)))
        self._works: bool | None = None
        self._kept: FloatArray | None = None

    def solve(self, arrays: Arrays) -> Answer | None:
        """The optimum, proven within the gap; None where only a search can tell."""
        if self._works is None:
            self._works = few_whole(self.base) and self._try(self.base) is not None
            self.relaxed.begin()
        return self._try(arrays) if self._works else None

    def _try(self, arrays: Arrays) -> Answer | None:
        relaxed = self.relaxed.go_on(_relaxed(arrays))
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
        fixed = self.relaxed.go_on(_held(_relaxed(arrays), self.whole, held))
        if fixed.objective is None or relaxed.objective is None:
            return None
        gap = relative_gap(fixed.objective, min(relaxed.objective, fixed.objective))
        if gap is None or gap > max(self.gap, EXACT):
            return None
        seconds = relaxed.seconds + fixed.seconds
        bound = min(relaxed.objective, fixed.objective)
        return replace(fixed, bound=bound, gap=gap, seconds=seconds)


def few_whole(arrays: Arrays) -> bool:
    """Whether so few whole numbers are free that a relaxation may do."""
    free = arrays.integer & (arrays.lower < arrays.upper)
    return int(free.sum()) * MANY_FREE <= len(arrays.lower)


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
