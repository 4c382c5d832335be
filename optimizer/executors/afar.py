"""What executors with workers elsewhere have in common: one run at a time, and how it ends."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .job import Job, job_of
from .lookahead import Source
from .protocol import Failed, R, S, State, T
from .run import Run


class Afar(ABC):
    """An executor whose workers are other processes."""

    _running = False

    @abstractmethod
    def _run_of(self, job: Job, source: Source[Any]) -> Run:
        """A run with these workers."""

    @abstractmethod
    def close(self) -> None:
        """Be gone from the workers, whatever they are doing."""

    def run(
        self,
        start: Callable[[S], State],
        work: Callable[[State, T], R],
        setup: S,
        tasks: Iterable[T],
    ) -> Iterator[tuple[int, R | Failed]]:
        """See :meth:`secondsource.optimizer.executors.Executor.run`."""
        if self._running:
            raise RuntimeError("this executor is in the middle of another run")
        run = self._run_of(job_of(start, work, setup), Source(tasks))
        self._running = True
        try:
            yield from run.results()
        except KeyboardInterrupt:
            run.salvage()
            run.stop()
            self.close()
            yield from run.arrived
            raise
        finally:
            self._running = False
            run.stop()
