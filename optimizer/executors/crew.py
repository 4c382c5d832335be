"""Who solves where nobody, or nobody in particular, is asked for."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from . import Executor, Name, open_executor
from .cores import usable_cores

WORTH = 4.0
"""Seconds of solving from which starting worker processes pays (they take about one)."""
FEW = 8
"""Tasks for which nobody else is called."""


@dataclass(frozen=True)
class Crew:
    """Who solves: an executor by name (None: whatever suits), its workers or its address."""

    executor: Name | None = None
    workers: int | None = None
    address: str | None = None

    def asked(self) -> Crew | None:
        """Who is asked for; None if nobody in particular."""
        if self.executor is not None:
            return self
        if self.address is not None:
            return Crew("dask", self.workers, self.address)
        if self.workers is not None:
            return Crew("processes", self.workers) if self.workers > 1 else Crew("serial")
        return None

    def suited(self, tasks: int, seconds: float) -> Crew:
        """Who suits: processes where they save time, else this process.

        Args:
            tasks: how many there are.
            seconds: that one takes.
        """
        many = tasks >= FEW and tasks * seconds >= WORTH and usable_cores() > 1
        return Crew("processes" if many else "serial")

    def called(self) -> AbstractContextManager[Executor]:
        """The executor for the length of a ``with`` block; serial where none is named.

        Raises:
            ValueError, ConnectionError: see :func:`.open_executor`.
        """
        name = self.executor or "serial"
        return open_executor(name, workers=self.workers, address=self.address)
