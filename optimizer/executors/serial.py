"""One task after the other, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .protocol import ExecutorError, Failed, R, S, State, T, attempt, described


class Serial:
    """Works in this process; a run with the setup of the run before keeps its state."""

    workers = 1

    def __init__(self) -> None:
        self._held: tuple[Any, Any, Any] | None = None

    def run(
        self,
        start: Callable[[S], State],
        work: Callable[[State, T], R],
        setup: S,
        tasks: Iterable[T],
    ) -> Iterator[tuple[int, R | Failed]]:
        """See :meth:`secondsource.optimizer.executors.Executor.run`."""
        if self._held is None or self._held[0] is not start or self._held[1] is not setup:
            self._held = None  # frees the old state before the new one is made
            try:
                self._held = (start, setup, start(setup))
            except Exception as error:
                raise ExecutorError(f"the work cannot start: {described(error)}") from error
        state: State = self._held[2]
        for position, task in enumerate(tasks):
            yield position, attempt(work, state, task)
