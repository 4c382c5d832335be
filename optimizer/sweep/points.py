"""Working through the points of a sweep: those in the ledger are there, the rest are solved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from ...datasets.ledger import AT_ONCE, Ledger
from ...models.sweep import Sweep
from ...models.sweep_results import Outcome
from ..designs import Point
from ..executors import Executor, Failed
from ..executors.crew import Crew
from ..executors.interrupts import interrupts
from .keys import Keys
from .order import by_nearness
from .study import Study, Task
from .work import Solved, start, work


@dataclass
class Tally:
    """How far a sweep is.

    Attributes:
        asked: different points to solve, those in the ledger included.
        found: how many of them were in the ledger.
        done: how many are done, the found ones included.
        states: state -> how many of those done.
    """

    asked: int = 0
    found: int = 0
    done: int = 0
    states: dict[str, int] = field(default_factory=dict)

    def count(self, status: str) -> None:
        """Count a point that is done."""
        self.done += 1
        self.states[status] = self.states.get(status, 0) + 1


Numbered = tuple[int, Point]
"""A point and its place among the different points of a sweep; 0 is the base."""


def _row(length: int) -> Callable[[Numbered], int]:
    """Number of the row that a point belongs to, whichever points are missing; 0 the base's."""
    return lambda numbered: (numbered[0] + length - 1) // length


Progress = Callable[[Tally], None]
"""Called after each point."""


class Points:
    """The points of a sweep, solved once each. A point is a value for each input.

    Args:
        asked: the sweep, which says what a point changes.
        study: the case that it changes.
        keys: keys of what points change.
        ledger: where their answers are.
        progress: told after each.
    """

    def __init__(
        self,
        asked: Sweep,
        study: Study,
        keys: Keys,
        ledger: Ledger,
        progress: Progress | None = None,
    ) -> None:
        self.asked, self.study, self.keys, self.ledger = asked, study, keys, ledger
        self.progress = progress
        self.tally = Tally()

    def _key(self, point: Point) -> str:
        return self.keys.of(self.asked.changes(point))

    def known(self, points: Sequence[Point]) -> Iterator[Outcome | None]:
        """The answer that is in the ledger for each point, in order; None where there is none."""
        for first in range(0, len(points), AT_ONCE // 2):
            some = [
                (self.keys.of(changes), self.keys.limited(changes))
                for changes in map(self.asked.changes, points[first : first + AT_ONCE // 2])
            ]
            found = self.ledger.find(key for pair in some for key in pair)
            for settled, limited in some:
                plain = found.get(settled) or found.get(limited)
                yield None if plain is None else Outcome.from_json(plain)

    def forget_failed(self, points: Sequence[Point]) -> None:
        """Take failed points out of the ledger."""
        failed = [
            self._key(point)
            for point, outcome in zip(points, self.known(points), strict=True)
            if outcome is not None and outcome.status == "failed"
        ]
        self.ledger.forget(failed)

    def solve(
        self,
        points: Sequence[Point],
        crew: Crew,
        limit: int | None = None,
    ) -> bool:
        """Solve the base and every point that is not in the ledger.

        Args:
            points: all of them.
            crew: who solves.
            limit: most points to solve now.

        Returns:
            Whether all are done; False after Ctrl-C.

        Raises:
            ValueError: the base cannot be built, or the ledger not be written.
            ExecutorError, ConnectionError: see :meth:`Executor.run`.
        """
        base = self.asked.base
        different = self._different(points)
        missing: list[Numbered] = []
        for number, (point, outcome) in enumerate(
            zip(different.values(), self.known(list(different.values())), strict=True)
        ):
            if outcome is None:
                missing.append((number, point))
            else:
                self.tally.count(outcome.status)
        self.tally.asked, self.tally.found = len(different), self.tally.done
        self._tell()
        if limit is not None:
            missing = missing[: limit + (missing[:1] == [(0, base)])]
        complete = self.tally.found + len(missing) == len(different)
        try:
            if missing:
                self._solve_missing(missing, crew)
        except KeyboardInterrupt:
            complete = False
        finally:
            self.ledger.flush()
        return complete

    def _different(self, points: Sequence[Point]) -> dict[str, Point]:
        """The base and all different points by key, neighbours next to each other."""
        found = {self._key(point): point for point in (self.asked.base, *points)}
        keys, different = list(found), list(found.values())
        order = by_nearness(different[0], different[1:])
        return {keys[0]: different[0]} | {keys[at + 1]: different[at + 1] for at in order}

    def _solve_missing(self, missing: Sequence[Numbered], crew: Crew) -> None:
        """Solve points with whom is asked; else the base here, which tells who suits the rest."""
        asked = crew.asked()
        if asked is None:
            with Crew("serial").called() as here:
                if missing[0][0] == 0:
                    self._run(here, missing[:1])
                    missing = missing[1:]
                base = next(self.known([self.asked.base]))
                asked = crew.suited(len(missing), base.seconds if base else 0.0)
                if asked.executor == "serial":
                    self._run(here, missing)
                    return
        with asked.called() as executor:
            self._run(executor, missing)

    def _run(self, executor: Executor, missing: Sequence[Numbered]) -> None:
        """Solve neighbours in a row, and those of a row whose worker was lost each alone."""
        length = self.study.in_a_row
        rows = [list(row) for _, row in groupby(missing, _row(length))]
        lost: list[tuple[Point, str]] = []
        while rows:
            rows, more = self._run_rows(executor, rows)
            lost += more
        if length > 1:
            _, lost = self._run_rows(executor, [[(0, point)] for point, _ in lost])
        for point, message in lost:
            self._record(point, Outcome("failed", reason=message))

    def _run_rows(
        self, executor: Executor, rows: Sequence[Sequence[Numbered]]
    ) -> tuple[list[list[Numbered]], list[tuple[Point, str]]]:
        """Solve rows; what is left of some, and the points of those whose worker was lost."""
        handed: list[list[tuple[Point, Task]]] = []
        left: list[list[Numbered]] = []
        lost: list[tuple[Point, str]] = []
        with interrupts() as heard:
            results = executor.run(start, work, self.study.setup, self._tasks(rows, handed))
            for position, result in results:
                row = handed[position]
                handed[position] = []  # lets go of its arrays
                stop = heard.seen()
                if isinstance(result, Failed):
                    lost += [(point, result.message) for point, _ in row]
                else:
                    self._take(row, result, stop=stop)
                    left += [[(0, point) for point, _ in row[len(result) :]]]
                if stop:
                    raise KeyboardInterrupt
        return [row for row in left if row], lost

    def _take(
        self, row: list[tuple[Point, Task]], found: Sequence[Solved | Failed], *, stop: bool
    ) -> None:
        """Record what was found of the first points of a row."""
        for (point, task), one in zip(row, found, strict=False):
            if isinstance(one, Failed):
                self._record(point, Outcome("failed", reason=one.message))
                continue
            outcome = self.study.outcome(one, task.pairs)
            if outcome.settled or not stop:
                self._record(point, outcome)
        if len(found) > 1:
            self.ledger.flush()

    def _tasks(
        self, rows: Sequence[Sequence[Numbered]], handed: list[list[tuple[Point, Task]]]
    ) -> Iterator[Any]:
        """What travels for each row, which is noted in ``handed`` in the same order."""
        for row in rows:
            built = [(point, task) for _, point in row if (task := self._task(point)) is not None]
            if built:
                handed.append(built)
                yield [task.change for _, task in built]

    def _task(self, point: Point) -> Task | None:
        """A point ready to be solved; None where somebody else was faster, or it has failed."""
        if (already := next(self.known([point]))) is not None:
            self._count(already)
            return None
        try:
            return self.study.task(self.asked.changes(point))
        except ValueError as error:
            self._record(point, Outcome("failed", reason=str(error)))
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"  # a fault of ours costs one point
            self._record(point, Outcome("failed", reason=reason))
        return None

    def _record(self, point: Point, outcome: Outcome) -> None:
        changes = self.asked.changes(point)
        key = self.keys.of(changes) if outcome.settled else self.keys.limited(changes)
        self.ledger.record(key, outcome.as_json())
        self._count(outcome)

    def _count(self, outcome: Outcome) -> None:
        self.tally.count(outcome.status)
        self._tell()

    def _tell(self) -> None:
        if self.progress is not None:
            self.progress(self.tally)

    def why(self, point: Point) -> list[str]:
        """Why a point has no plan, found once and kept in the ledger."""
        key = "why " + self._key(point)
        told = self.ledger.find([key]).get(key)
        if told is None:
            told = {"lines": self.study.diagnosed(self.asked.changes(point))}
            self.ledger.record(key, told)
        return [str(line) for line in told["lines"]]
