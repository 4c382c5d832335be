"""One run on a Dask cluster: its chunks under way, and what has arrived."""

from __future__ import annotations

import importlib
import pickle
import queue
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from . import remote
from .job import Job
from .lookahead import Pace, Source
from .protocol import ExecutorError, Failed, described

AIM = 0.25
"""Seconds of work in a chunk: a hundred times what a task costs Dask's scheduler."""
IN_FLIGHT = 2
"""Chunks per thread of the cluster that are under way or wait for it."""
PATIENCE = 60.0
"""Seconds to wait for a worker when there is none."""


def large_tasks() -> Any:
    """Say nothing of a setup or a task that is large: there is no smaller way to send it."""
    return importlib.import_module("dask.config").set(
        {"distributed.admin.large-graph-warning-threshold": "1 TB"}
    )


@dataclass(frozen=True)
class _Chunk:
    """Packed tasks under way; a suspect is a single one that lost its workers before."""

    future: Any
    tasks: list[tuple[int, bytes]]
    suspect: bool


class Flights:
    """One run: the chunks under way and what has arrived."""

    def __init__(
        self, client: Any, address: str, job: Job, setup: Any, source: Source[Any]
    ) -> None:
        self.client, self.address = client, address
        self.job, self.setup, self.source = job, setup, source
        self.slots = max(sum(client.nthreads().values()), 1)
        self.pace = Pace(AIM)
        self.flying: dict[str, _Chunk] = {}
        self.finished: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.suspects: deque[tuple[int, bytes]] = deque()
        self.returned: deque[tuple[int, bytes]] = deque()
        self.suspect_flies = False
        self.arrived: deque[tuple[int, Any]] = deque()
        self.seen = time.perf_counter()

    def results(self) -> Iterator[tuple[int, Any]]:
        """Keep the cluster busy and hand out what arrives, until there is nothing left."""
        while True:
            ahead = IN_FLIGHT * self.slots * self.pace.size
            hungry = not self.source.dry and len(self.source.ready) < ahead
            if hungry:
                self.source.pull(ahead)
            self._submit()
            waiting = self.flying or self.suspects or self.returned or self.source.ready
            if not waiting and self.source.dry:
                yield from self.arrived
                return
            if self.flying:
                self._collect(wait=not hungry and not self.arrived)
            while self.arrived:
                yield self.arrived.popleft()

    def _submit(self) -> None:
        while len(self.flying) < IN_FLIGHT * self.slots:
            suspect = bool(self.suspects) and not self.suspect_flies
            if suspect:
                chunk = [self.suspects.popleft()]
                self.suspect_flies = True
            elif self.returned:
                chunk = [self.returned.popleft()]
            elif self.source.ready:
                chunk = self._packed(self.source.take(self.pace.size))
            else:
                return
            if not chunk:
                continue
            blob = pickle.dumps(chunk, pickle.HIGHEST_PROTOCOL)
            with large_tasks():
                future = self.client.submit(
                    remote.work_through, self.job.token, self.setup, self.job.work, blob, pure=False
                )
            self.flying[future.key] = _Chunk(future, chunk, suspect)
            future.add_done_callback(self.finished.put)

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
                self._check_cluster()
            return
        while not self.finished.empty():
            self._take(self.finished.get())

    def salvage(self) -> None:
        """Take what has arrived already, after Ctrl-C."""
        with suppress(Exception):
            while not self.finished.empty():
                self._take(self.finished.get())

    def _take(self, future: Any) -> None:
        chunk = self.flying.pop(future.key)
        self.suspect_flies &= not chunk.suspect
        try:
            kind, said, seconds = future.result()
        except Exception as error:
            self._lost(chunk, error)
            return
        if kind == "broken":
            raise ExecutorError(f"the work cannot start: {said}")
        results = pickle.loads(said)
        self.pace.saw(len(results), seconds)
        self.arrived.extend(results)
        done = {position for position, _ in results}
        self.returned.extend(task for task in chunk.tasks if task[0] not in done)

    def _lost(self, chunk: _Chunk, error: Exception) -> None:
        """A chunk without results: try its tasks one by one, or give a suspect up.

        Raises:
            ConnectionError: the scheduler is gone.
            ExecutorError: the workers cannot run this at all.
        """
        kind = type(error).__name__
        if "Cancelled" in kind:  # the results were lost with their worker before they were fetched
            self._check_cluster()
        elif kind != "KilledWorker":
            raise ExecutorError(f"the cluster cannot work: {described(error)}") from error
        if chunk.suspect:
            message = "the worker was lost each time it worked on this"
            self.arrived.append((chunk.tasks[0][0], Failed(message)))
        else:
            self.suspects.extend(chunk.tasks)

    def _check_cluster(self) -> None:
        """Notice workers that come and go.

        Raises:
            ConnectionError: the scheduler is gone, or no worker has come back in time.
        """
        try:
            slots = sum(self.client.nthreads().values())
        except Exception as error:
            raise ConnectionError(f"lost the Dask scheduler at {self.address}") from error
        if slots:
            self.slots, self.seen = slots, time.perf_counter()
        elif time.perf_counter() - self.seen > PATIENCE:
            raise ConnectionError(f"the Dask scheduler at {self.address} has no workers left")

    def stop(self) -> None:
        """Cancel what is under way."""
        flying, self.flying = [chunk.future for chunk in self.flying.values()], {}
        with suppress(Exception):  # a lost cluster has nothing under way
            if flying:
                self.client.cancel(flying)
