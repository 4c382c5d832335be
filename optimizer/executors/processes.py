"""Local worker processes: loky starts, feeds and ends them."""

from __future__ import annotations

import re
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import Any

from loky import BrokenProcessPool, ProcessPoolExecutor
from loky.backend import get_context

from . import worker
from .afar import Afar
from .cores import usable_cores
from .job import Job
from .lookahead import Source
from .protocol import ExecutorError, described
from .run import IN_FLIGHT, Flight, Run

AIM = 0.1
"""Seconds of work in a chunk: a hundred times what sending it costs."""
KEEP = {"LOKY_MAX_MEMORY_LEAK_SIZE": "1e18"}
"""Workers that grow are not replaced: what they have grown by is the state they are to keep."""


class Processes(Afar):
    """Worker processes that start when there is work for them and stay until the end.

    A worker imports what the job's functions need and nothing else, not even the program's main
    module (unless a function lives there).
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or usable_cores()
        self._crew: list[Hand] = []

    def _run_of(self, job: Job, source: Source[Any]) -> Run:
        return _Run(job, source, self._crew, self.workers)

    def close(self) -> None:
        """End the workers, whatever they are doing."""
        while self._crew:
            self._crew.pop().end()


class Hand:
    """One worker: a pool of one process, so that it is known who does what and who was lost.

    Attributes:
        asked: the job that it was last asked to start.
        ready: the last job that it has started.
        token: of the setup whose state it is known to keep.
    """

    def __init__(self, *, main: bool) -> None:
        context = get_context("loky_init_main" if main else "loky")
        here, self._lifeline = context.Pipe(duplex=False)  # closes when this process is gone
        self._pool = ProcessPoolExecutor(
            1, context=context, initializer=worker.settle, initargs=(here,), env=KEEP
        )
        self.asked: Job | None = None
        self.ready: Job | None = None
        self.token = ""

    def submit(self, job: Job, tasks: bytes) -> Future[Any]:
        """Future of a chunk, whose setup travels only if it must; the first starts the process."""
        setup = b"" if self.token == job.token else job.setup
        self.asked, self.token = job, "" if setup else job.token
        with _no_interrupt():
            try:
                future: Future[Any] = self._pool.submit(
                    worker.work_through, job.token, setup, job.work, tasks
                )
            except BrokenProcessPool as error:
                future = Future()
                future.set_exception(error)
        future.add_done_callback(lambda _: self._started(job, future))
        return future

    def _started(self, job: Job, future: Future[Any]) -> None:
        if self.asked is job and not future.exception() and future.result()[0] in ("", "goes on"):
            self.ready, self.token = job, job.token

    def end(self) -> None:
        """End the process at once."""
        self._pool.shutdown(kill_workers=True)
        self._lifeline.close()


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Start a process that Ctrl-C does not reach; a Ctrl-C of this moment comes afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # the first start would do it, and let Ctrl-C through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Run(Run):
    """A run with local processes; each starts the job with an empty chunk."""

    def __init__(self, job: Job, source: Source[Any], crew: list[Hand], limit: int) -> None:
        super().__init__(job, source, limit, AIM)
        self.crew = crew

    def place(self, *, alone: bool) -> Hand | None:
        """The worker that has least to do; to one with a suspect no other task is added."""
        self._call_up()
        load: Counter[Hand] = Counter()
        for flight in self.flying:
            load[flight.place] += IN_FLIGHT if flight.suspect else 1
        able = (hand for hand in self.crew if hand.ready is self.job)
        hand = min(able, key=load.__getitem__, default=None)
        return hand if hand and load[hand] < (1 if alone else IN_FLIGHT) else None

    def _call_up(self) -> None:
        """Have workers start the job, and more workers start, while tasks wait for them."""
        waiting = len(self.suspects) + len(self.returned) + len(self.source.ready)
        busy = {flight.place for flight in self.flying if flight.tasks}
        waiting -= sum(hand.asked is self.job and hand not in busy for hand in self.crew)
        others = [hand for hand in self.crew if hand.asked is not self.job]
        for _ in range(min(waiting, len(others) + self.slots - len(self.crew))):
            if not others:
                self.crew.append(Hand(main=self.job.in_main))
            self.fly([], others.pop() if others else self.crew[-1])

    def submit(self, place: Hand, tasks: bytes) -> Future[Any]:
        """Future of a chunk."""
        return place.submit(self.job, tasks)

    def check(self) -> None:
        """Nothing: a worker that is lost is heard of."""

    def lost(self, flight: Flight, error: Exception) -> str:
        """See :meth:`Run.lost`; a worker that never started anything is not replaced."""
        if not isinstance(error, BrokenProcessPool):
            raise ExecutorError(f"the workers cannot work: {described(error)}") from error
        hand, cause = flight.place, _cause(error)
        if hand in self.crew:
            self.crew.remove(hand)
            hand.end()
            if hand.ready is None:
                self.slots -= 1
                if not self.slots:
                    raise ExecutorError(f"a worker process {cause} before it could start its work")
        return f"the worker process {cause} twice while it worked on this"

    def stop(self) -> None:
        """End those who are in the middle of tasks."""
        for hand in {flight.place for flight in self.flying if flight.tasks}:
            if hand in self.crew:
                self.crew.remove(hand)
                hand.end()
        self.flying.clear()


def _cause(error: BrokenProcessPool) -> str:
    """How the process of a pool ended, which loky tells in words only."""
    found = re.search(r"[A-Z]+\((-?\d+)\)", str(error))
    if found is None:
        return "was lost"
    code = int(found[1])
    if code >= 0:
        return f"ended (exit code {code})"
    note = ", perhaps for lack of memory" if code == -9 else ""
    return f"was killed (signal {-code}{note})"
