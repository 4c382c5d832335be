"""Local worker processes, fed so that they neither wait nor hoard."""

from __future__ import annotations

import os
import pickle
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import wait
from typing import Any

from .job import Job, job_of
from .lookahead import Pace, Source
from .protocol import ExecutorError, Failed, R, S, State, T
from .worker import Worker

AIM = 0.05
"""Seconds of work in a chunk: a hundred times what sending it costs."""


class Processes:
    """Worker processes that start when there is work for them and stay until the end.

    A worker imports what the job's functions need and nothing else, not even the program's main
    module (unless a function lives there). The tasks of a worker that is lost are tried once more,
    each alone; a task that loses its worker again is Failed.
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or _processors()
        self._limit = self.workers
        self._crew: list[Worker] = []
        self._running = False

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
        run = _Run(self._crew, self._limit, job_of(start, work, setup), Source(tasks))
        self._running = True
        try:
            yield from run.results()
        except KeyboardInterrupt:
            run.salvage()
            self.close()
            yield from run.arrived
            raise
        finally:
            self._running = False
            for worker in [worker for worker in self._crew if worker.tasks]:
                worker.end()
                self._crew.remove(worker)

    def close(self) -> None:
        """End the workers, whatever they are doing."""
        while self._crew:
            self._crew.pop().end()


def _processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Run:
    """One run: who works on what, and what has arrived."""

    def __init__(self, crew: list[Worker], limit: int, job: Job, source: Source[Any]) -> None:
        self.crew, self.limit, self.job, self.source = crew, limit, job, source
        self.pace = Pace(AIM)
        self.arrived: deque[tuple[int, Any]] = deque()
        self.suspects: deque[tuple[int, Any]] = deque()
        self.lost_once: set[int] = set()
        self.away = 0.0

    def results(self) -> Iterator[tuple[int, Any]]:
        """Feed the workers and hand out what arrives, until there is nothing left."""
        left = time.perf_counter()
        while True:
            self._feed()
            busy = any(worker.tasks for worker in self.crew)
            waiting = busy or self.suspects or self.source.ready or self.arrived
            if not waiting and self.source.dry:
                return
            ahead = 2 * self.limit * self.pace.size
            hungry = not self.source.dry and len(self.source.ready) < ahead
            if hungry:
                self.source.pull(ahead)
            self.away = max(time.perf_counter() - left, 0.8 * self.away)
            self.collect(0 if hungry else None)
            left = time.perf_counter()
            while self.arrived:
                yield self.arrived.popleft()

    def _feed(self) -> None:
        """Give tasks to all who should have more, and start workers while tasks wait."""
        waiting = len(self.suspects) + len(self.source.ready)
        idle = sum(not worker.tasks for worker in self.crew)
        while waiting > idle and len(self.crew) < self.limit:
            self.crew.append(Worker(bare=not self.job.in_main))
            idle += 1
        for worker in sorted(self.crew, key=lambda worker: len(worker.tasks)):
            if not worker.awake:
                continue
            if not worker.tasks and self.suspects:
                self._send(worker, [self.suspects.popleft()], alone=True)
            elif not worker.tasks or self._wants_more(worker):
                self._send(worker, self.source.take(self.pace.size))

    def _wants_more(self, worker: Worker) -> bool:
        """Whether a worker may run dry before it can be looked after again."""
        each = self.pace.seconds_each
        chunk_ready = self.source.dry or len(self.source.ready) >= self.pace.size
        if worker.alone or each is None or not chunk_ready:
            return False
        left = len(worker.tasks) * each - (time.perf_counter() - worker.heard)
        return left < max(AIM, 2 * self.away)

    def _send(self, worker: Worker, tasks: list[tuple[int, Any]], *, alone: bool = False) -> None:
        if not tasks:
            return
        try:
            blob = pickle.dumps([task for _, task in tasks], pickle.HIGHEST_PROTOCOL)
        except Exception as error:
            self._send_each(worker, tasks, error, alone=alone)
            return
        try:
            worker.give(self.job, tasks, blob, alone=alone)
        except OSError:
            self._bury(worker)

    def _send_each(
        self, worker: Worker, tasks: list[tuple[int, Any]], error: Exception, *, alone: bool
    ) -> None:
        """Of tasks that cannot travel together, send those that can."""
        if len(tasks) == 1:
            self.arrived.append((tasks[0][0], Failed(f"the task cannot be sent: {error}")))
            return
        for task in tasks:
            if worker in self.crew:
                self._send(worker, [task], alone=alone)
            else:  # it was found lost just now
                self.source.give_back([task])

    def collect(self, timeout: float | None) -> None:
        """Take what the workers say, waiting for the first word at most ``timeout`` seconds."""
        speaking: dict[Any, Worker] = {worker.connection: worker for worker in self.crew}
        if not speaking:
            return
        for connection in wait(list(speaking), 0 if self.arrived else timeout):
            try:
                self._hear(speaking[connection], *speaking[connection].said())
            except (EOFError, OSError):
                self._bury(speaking[connection])

    def salvage(self) -> None:
        """Take what has arrived already, after Ctrl-C."""
        for worker in self.crew:
            with suppress(Exception):
                while not worker.cut_short and worker.connection.poll():
                    self._hear(worker, *worker.said())

    def _hear(self, worker: Worker, kind: str, *said: Any) -> None:
        if kind == "hello":
            worker.awake = True
        elif kind == "ready":
            worker.ready = True
        elif kind == "broken":
            raise ExecutorError(f"the work cannot start: {said[0]}")
        elif kind == "back":
            self.source.give_back(worker.strike_off(said[0]))
        else:
            results = pickle.loads(said[0])
            worker.strike_off([position for position, _ in results])
            self.pace.saw(len(results), said[1])
            self.arrived.extend(results)

    def _bury(self, worker: Worker) -> None:
        """Have the tasks of a lost worker tried again, or give them up.

        Raises:
            ExecutorError: no worker is left that could start.
        """
        self.crew.remove(worker)
        cause = worker.end()
        if not worker.ready:
            self.limit -= 1
            if not self.limit:
                raise ExecutorError(f"a worker process {cause} before it could start its work")
        for position, task in worker.tasks.items():
            if position in self.lost_once:
                message = f"the worker process {cause} twice while it worked on this"
                self.arrived.append((position, Failed(message)))
            else:
                self.lost_once.add(position)
                self.suspects.append((position, task))
        worker.tasks.clear()
