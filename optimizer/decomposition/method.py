"""The multi-cut L-shaped method: cuts at the relaxation's root, then with whole numbers.

At the root the cuts are asked for at a point between the master's answer and the best trunk so far
(in-out separation, Ben-Ameur and Neto 2007), which takes a few rounds where the plain method takes
many. Then the master is solved with the trunk's whole numbers. Its bound is one of the whole model,
since blocks are relaxed in it; a plan comes from solving every block with whole numbers for the
master's trunk. What lies between the two is the gap.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import numpy as np

from ...models.plan import SolveStatus
from ..executors import Executor
from ..outcomes import Options, Outcome, relative_gap
from ..tree import FloatArray
from .block import Cut, Relaxed, seconds_left
from .crew import Crew
from .master import Found, Master
from .split import Split
from .whole import Whole

INWARD = 0.5
"""How far the point of separation goes from the best trunk to the master's answer."""
ROOT = 0.1
"""Share of the gap asked for to which the relaxation is solved."""
MASTER = 0.25
"""Share of the gap asked for to which the master is solved with whole numbers."""
GIVEN_AWAY = 0.7
"""Share of what the gap leaves free that the searches in blocks may give away."""
HARDEST = 3
"""Futures that are asked alone while no trunk is known that is possible for all."""
SETTLED = 0.5
"""Share of the gap asked for that may lie between the master and its blocks' relaxations when
searches in blocks begin: before, another round of the master does more."""
LEAST_BATCH = 8
"""Blocks that are searched at once, at least."""
ROOT_TIME, MASTER_TIME = 0.4, 0.5
"""Share of a time limit for the root, and of what is left for a master while there is no plan."""
MOST_ROOT_ROUNDS, MOST_ROUNDS = 300, 60
PATIENCE = 3
"""Rounds without a better plan or bound after which the whole numbers of blocks are at fault."""


@dataclass
class Best:
    """The best plan so far and what is proven.

    Attributes:
        value: of the plan, infinite without one.
        bound: on every plan.
        trunk, parts: the plan.
    """

    value: float = np.inf
    bound: float = -np.inf
    trunk: FloatArray | None = None
    parts: list[FloatArray] = field(default_factory=list)

    def gap(self) -> float:
        """Relative gap, infinite without a plan or bound."""
        if not np.isfinite(self.value) or not np.isfinite(self.bound):
            return np.inf
        gap = relative_gap(self.value, min(self.bound, self.value))
        assert gap is not None
        return gap


@dataclass(frozen=True)
class Asked:
    """What the blocks' relaxations say of a trunk: its value, infinite where it is impossible."""

    value: float
    answers: list[Relaxed]

    def impossible(self) -> bool:
        """Whether some block has no plan for the trunk."""
        return any(one.value == np.inf for one in self.answers)


class Decomposition:
    """One run of the method.

    Args:
        split: trunk and blocks.
        executor: who solves the blocks.
        options: gap, time limit, threads, progress.

    Attributes:
        interrupted: whether Ctrl-C ended the run.
    """

    def __init__(self, split: Split, executor: Executor, options: Options) -> None:
        self.split, self.options = split, options
        self.began = time.monotonic()
        limit = np.inf if options.time_limit is None else options.time_limit
        self.crew = Crew(split, executor, self.began + limit)
        self.weights = np.array([one.weight for one in split.blocks])
        self.master = Master(split, int(np.argmax(self.weights)))
        self.best = Best()
        self.whole_blocks = any(bool(one.integer.any()) for one in split.blocks)
        self.interrupted = False

    def run(self) -> tuple[Outcome, FloatArray | None]:
        """The outcome and the best plan, a point of the extensive form; see :class:`Outcome`."""
        try:
            status = self._root() or self._whole()
        except KeyboardInterrupt:
            self.interrupted, status = True, SolveStatus.FEASIBLE
        seconds = time.monotonic() - self.began
        best = self.best
        bound = best.bound if np.isfinite(best.bound) else None
        if best.trunk is None:
            if status in (SolveStatus.INFEASIBLE, SolveStatus.UNBOUNDED):
                return Outcome(status, None, None, None, None, seconds), None
            return Outcome(SolveStatus.NO_SOLUTION, None, bound, None, None, seconds), None
        point = self.split.point(best.trunk, best.parts)
        gap = best.gap() if bound is not None else None
        found = SolveStatus.OPTIMAL if best.gap() <= self.options.gap else SolveStatus.FEASIBLE
        return Outcome(found, best.value, bound, gap, point, seconds), point

    def _root(self) -> SolveStatus | None:
        """Cuts at the root of the relaxation; a status where nothing more is to be done."""
        inner, least = None, np.inf
        hardest: list[int] = []
        for _ in range(MOST_ROOT_ROUNDS):
            found = self.master.relaxation(seconds_left(self.crew.deadline))
            if found.status != SolveStatus.OPTIMAL:
                return found.status
            assert found.trunk is not None
            self._prove(found.bound)
            outer = found.trunk
            if np.isfinite(least) and self._near(least, found.bound, ROOT):
                return None
            trunk = outer if inner is None else INWARD * outer + (1 - INWARD) * inner
            if hardest and (some := self._ask(trunk, hardest)) is not None and some.impossible():
                continue
            asked = self._ask(trunk)
            if asked is None:
                return SolveStatus.INFEASIBLE
            hardest = self._hardest(trunk, asked.answers) if inner is None else []
            if asked.value < least:
                inner, least = trunk, asked.value
            if self.crew.over():
                return SolveStatus.NO_SOLUTION
            if np.isfinite(least) and self._spent() >= ROOT_TIME:
                return None
        return None

    def _spent(self) -> float:
        """Share of the time limit that is gone."""
        limit = self.options.time_limit
        return 0.0 if limit is None else (time.monotonic() - self.began) / limit

    def _hardest(self, trunk: FloatArray, answers: list[Relaxed]) -> list[int]:
        """The futures to which a trunk does most wrong.

        A trunk that they can live with, the others mostly can as well, so that only they are
        asked until there is one.
        """
        wrong = np.zeros(len(answers))
        for at, (one, block) in enumerate(zip(answers, self.split.blocks, strict=True)):
            if one.value == np.inf and one.cut is not None:
                wrong[at] = one.cut.at(trunk[block.link])
        order = np.argsort(-wrong, kind="stable")[:HARDEST]
        return [int(at) for at in order if wrong[at] > 0.0]

    def _near(self, value: float, bound: float, share: float) -> bool:
        """Whether a value and a bound are as near as a share of the gap asked for."""
        return value - bound <= share * self.options.gap * abs(value) + 1e-9 * max(1.0, abs(value))

    def _ask(self, trunk: FloatArray, which: list[int] | None = None) -> Asked | None:
        """The relaxations at a trunk, whose cuts the master takes; None if one never has a plan.

        Of some blocks only, where they are named; their value is then not the whole's.
        """
        answers = self.crew.relaxed(trunk, which)
        if not all(one.possible for one in answers):
            return None
        for at, one in zip(which or range(len(answers)), answers, strict=True):
            if one.cut is not None:
                self.master.add(at, one.cut, violation=one.value == np.inf)
        if which is not None:
            return Asked(np.nan, answers)
        known = [np.nan if one.value is None else one.value for one in answers]
        value = self._total(trunk, np.array(known))
        self._show()
        return Asked(np.inf if np.isnan(value) else value, answers)

    def _total(self, trunk: FloatArray, values: FloatArray) -> float:
        own = float(self.split.trunk.cost @ trunk)
        return self.split.offset + own + float(self.weights @ values)

    def _whole(self) -> SolveStatus:
        """The master with whole numbers, until the gap is closed or nothing moves any more."""
        stuck, start = 0, None
        tried: set[bytes] = set()
        for _ in range(MOST_ROUNDS):
            before = self.best.value, self.best.bound
            found = self._solve_master(start)
            if found.status == SolveStatus.INFEASIBLE:
                return SolveStatus.INFEASIBLE
            self._prove(found.bound)
            if found.trunk is None:
                return found.status
            again = start is not None and bool(np.isclose(start, found.trunk).all())
            start = found.trunk
            asked = self._ask(found.trunk)
            if asked is None:
                return SolveStatus.INFEASIBLE
            if np.isfinite(asked.value):
                self._try(found.trunk, asked, tried, stuck=stuck > 0)
            if self._done() or self.crew.over():
                break
            moved = self._moved(*before) if np.isfinite(self.best.value) else not again
            stuck = 0 if moved else stuck + 1
            if stuck >= PATIENCE:
                break
        return SolveStatus.FEASIBLE

    def _moved(self, value: float, bound: float) -> bool:
        """Whether plan or bound are better than before."""
        step = 0.02 * self.options.gap * abs(self.best.value)
        return self.best.value < value - step or self.best.bound > bound + step

    def _solve_master(self, start: FloatArray | None) -> Found:
        left = seconds_left(self.crew.deadline)
        if not np.isfinite(self.best.value):
            left *= MASTER_TIME
        options = replace(
            self.options,
            gap=MASTER * self.options.gap,
            time_limit=None if left == np.inf else left,
            progress=None,
        )
        return self.master.whole(options, start)

    def _try(self, trunk: FloatArray, asked: Asked, tried: set[bytes], *, stuck: bool) -> None:
        """Plans for a trunk: a dive in every block, and searches and lifted cuts where they pay.

        That is where the master's estimate is near to what the blocks cost, or does not get nearer.
        """
        found = self.crew.dived(trunk)
        self._keep(trunk, found)
        wanting = asked.value - self.best.bound
        free = self.options.gap * abs(asked.value) - wanting
        settled = stuck or wanting <= SETTLED * self.options.gap * abs(asked.value)
        idle = not self.whole_blocks or self._done() or self.crew.over()
        if idle or not (settled or not np.isfinite(self.best.value)):
            return
        if free >= 0 or not np.isfinite(self.best.value):
            free = free if free >= 0 else 0.25 * self.options.gap * abs(asked.value)
            self._search(trunk, asked, found, GIVEN_AWAY * free)
        key = np.round(trunk, 6).tobytes()
        if not self._done() and key not in tried and not self.crew.over():
            tried.add(key)
            self._lift([one.cut for one in asked.answers if one.cut is not None])

    def _search(self, trunk: FloatArray, asked: Asked, found: list[Whole], budget: float) -> None:
        """Search where the dives lost most, until they all lose no more than a budget together."""
        relaxed = np.array([one.value for one in asked.answers], dtype=float)
        mixed = np.array([bool(one.integer.any()) for one in self.split.blocks])
        while True:
            value = np.array([one.value for one in found])
            loss = self.weights * (value - relaxed)
            order = [at for at in np.argsort(-loss, kind="stable").tolist() if mixed[at]]
            if loss.sum() <= budget or not order or self.crew.over():
                break
            batch = order[: max(LEAST_BATCH, len(loss) // 8)]
            mixed[batch] = False
            better = self.crew.searched(trunk, batch, relaxed + budget, found)
            for at, one in zip(batch, better, strict=True):
                found[at] = one
            if not all(np.isfinite(one.value) for one in better):
                break
        self._keep(trunk, found)

    def _keep(self, trunk: FloatArray, found: list[Whole]) -> None:
        """Remember a plan that is better than the best so far."""
        parts = [one.point for one in found if one.point is not None]
        value = self._total(trunk, np.array([one.value for one in found]))
        if len(parts) == len(found) and value < self.best.value:
            self.best = Best(value, self.best.bound, trunk, parts)
        self._show()

    def _lift(self, cuts: list[Cut]) -> None:
        for at, cut in enumerate(self.crew.lifted(cuts)):
            if cut is not None:
                self.master.add(at, cut, violation=False)

    def _prove(self, bound: float) -> None:
        self.best.bound = max(self.best.bound, bound)

    def _done(self) -> bool:
        return self.best.gap() <= self.options.gap

    def _show(self) -> None:
        if self.options.progress is None:
            return
        best = self.best
        value = best.value if np.isfinite(best.value) else None
        bound = best.bound if np.isfinite(best.bound) else None
        gap = best.gap() if value is not None and bound is not None else None
        self.options.progress(time.monotonic() - self.began, value, bound, gap)
