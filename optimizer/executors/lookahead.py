"""How far ahead tasks are taken, and how many are sent at a time."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from typing import Generic

from .protocol import T

MOST_AT_ONCE = 1000
PULLING = 0.005
"""Seconds for which tasks are taken before workers are looked after again."""


class Pace:
    """Size of a chunk: about ``aim`` seconds of work.

    Cheap tasks travel many at a time, so that sending them costs little; dear ones travel alone,
    so that workers end at about the same time.
    """

    def __init__(self, aim: float) -> None:
        self.aim = aim
        self.size = 1
        self.seconds_each: float | None = None

    def saw(self, tasks: int, seconds: float) -> None:
        """Learn from so many tasks that took so many seconds of a worker."""
        each = max(seconds / max(tasks, 1), 1e-7)
        known = self.seconds_each
        self.seconds_each = each if known is None else 0.5 * known + 0.5 * each
        # At most doubled: the first tasks may be the cheap ones.
        self.size = int(min(max(self.aim / self.seconds_each, 1), 2 * self.size, MOST_AT_ONCE))


class Source(Generic[T]):
    """Numbered tasks, taken from their iterable a bounded number ahead."""

    def __init__(self, tasks: Iterable[T]) -> None:
        self._tasks = iter(tasks)
        self._next = 0
        self.ready: deque[tuple[int, T]] = deque()
        self.dry = False

    def pull(self, limit: int) -> None:
        """Take tasks until ``limit`` are ready or a moment has passed; at least one if any."""
        until = time.perf_counter() + PULLING
        while len(self.ready) < limit and not self.dry:
            try:
                task = next(self._tasks)
            except StopIteration:
                self.dry = True
                return
            self.ready.append((self._next, task))
            self._next += 1
            if time.perf_counter() >= until:
                return

    def take(self, size: int) -> list[tuple[int, T]]:
        """The next tasks that are ready, at most ``size``."""
        return [self.ready.popleft() for _ in range(min(size, len(self.ready)))]
