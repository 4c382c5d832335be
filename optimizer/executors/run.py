"""One run: tasks go out in chunks as futures, and what has arrived is handed out."""

from __future__ import annotations

import pickle
import queue
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .job import Job
from .lookahead import Pace, Source
from .protocol import ExecutorError, Failed

IN_FLIGHT = 2
"""Chunks per worker that are under way or wait for it."""


@dataclass(frozen=True, eq=False)
class Flight:
    """Packed tasks under way; a suspect is a single one that lost its worker before."""

    future: Any
    tasks: list[tuple[int, bytes]]
    place: Any
    suspect: bool


class Run(ABC):
    """What is under way and what has arrived; subclasses know the workers.

    The tasks of a lost worker are tried once more, each alone; one that is lost again is Failed.
    """

    def __init__(self, job: Job, source: Source[Any], slots: int, aim: float) -> None:
        self.job, self.source, self.slots, self.pace = job, source, slots, Pace(aim)
        self.flying: set[Flight] = set()
        self.finished: queue.SimpleQueue[Flight] = queue.SimpleQueue()
        self.suspects: deque[tuple[int, bytes]] = deque()
        self.returned: deque[tuple[int, bytes]] = deque()
        self.arrived: deque[tuple[int, Any]] = deque()

    @abstractmethod
    def place(self, *, alone: bool) -> Any:
        """Where a chunk, or a suspect ``alone``, can go now; None if nowhere."""

    @abstractmethod
    def submit(self, place: Any, tasks: bytes) -> Any:
        """Future of a chunk: of :func:`remote.work_through`."""

    @abstractmethod
    def lost(self, flight: Flight, error: Exception) -> str:
        """What to say of a task if this is the second time that it lost its worker.

        Raises:
            ConnectionError: the cluster is gone.
            ExecutorError: the workers cannot run this at all.
        """

    @abstractmethod
    def check(self) -> None:
        """Look after the workers when nothing has arrived for a while.

        Raises:
            ConnectionError: the cluster is gone.
        """

    @abstractmethod
    def stop(self) -> None:
        """Drop what is under way."""

    def results(self) -> Iterator[tuple[int, Any]]:
        """Keep the workers busy and hand out what arrives, until there is nothing left."""
        while True:
            ahead = IN_FLIGHT * self.slots * self.pace.size
            hungry = not self.source.dry and len(self.source.ready) < ahead
            if hungry:
                self.source.pull(ahead)
            self._send()
            waiting = self.suspects or self.returned or self.source.ready or not self.source.dry
            if not waiting and not any(flight.tasks for flight in self.flying):
                yield from self.arrived
                return
            if self.flying:
                self._collect(wait=not hungry and not self.arrived)
            while self.arrived:
                yield self.arrived.popleft()

    def _send(self) -> None:
        while self.suspects and (place := self.place(alone=True)) is not None:
            self.fly([self.suspects.popleft()], place, suspect=True)
        while (self.returned or self.source.ready) and (
            place := self.place(alone=False)
        ) is not None:
            if self.returned:
                chunk = [self.returned.popleft()]
            else:
                chunk = self._packed(self.source.take(self.pace.size))
            if chunk:
                self.fly(chunk, place)

    def fly(self, tasks: list[tuple[int, bytes]], place: Any, *, suspect: bool = False) -> None:
        """Send a chunk on its way."""
        future = self.submit(place, pickle.dumps(tasks, pickle.HIGHEST_PROTOCOL))
        flight = Flight(future, tasks, place, suspect)
        self.flying.add(flight)
        future.add_done_callback(lambda _: self.finished.put(flight))

    def _packed(self, tasks: list[tuple[int, Any]]) -> list[tuple[int, bytes]]:
        """Tasks as bytes; one that cannot travel has failed."""
        chunk = []
        for position, task in tasks:
            try:
                chunk.append((position, pickle.dumps(task, pickle.HIGHEST_PROTOCOL)))
            except Exception as error:
                self.arrived.append((position, Failed(f"the task cannot be sent: {error}")))
        return chunk

    def _collect(self, *, wait: bool) -> None:
        """Take what is finished; with ``wait``, wait a moment for something."""
        try:
            self._take(self.finished.get(timeout=1.0 if wait else 0.0))
        except queue.Empty:
            if wait:
                self.check()
            return
        while not self.finished.empty():
            self._take(self.finished.get())

    def salvage(self) -> None:
        """Take what has arrived already, after Ctrl-C."""
        with suppress(Exception):  # what is broken now is lost, as the program ends
            while not self.finished.empty():
                self._take(self.finished.get())

    def _take(self, flight: Flight) -> None:
        self.flying.remove(flight)
        try:
            wrong, packed, seconds = flight.future.result()
        except Exception as error:
            message = self.lost(flight, error)
            if flight.suspect:
                self.arrived.append((flight.tasks[0][0], Failed(message)))
            else:
                self.suspects.extend(flight.tasks)
            return
        if wrong not in ("", "goes on"):
            raise ExecutorError(f"the work cannot start: {wrong}")
        results = pickle.loads(packed)
        if results:
            self.pace.saw(len(results), seconds)
        self.arrived.extend(results)
        done = {position for position, _ in results}
        rest = [task for task in flight.tasks if task[0] not in done]
        if wrong:
            self.fly(rest, flight.place, suspect=flight.suspect)
        else:
            self.returned.extend(rest)
