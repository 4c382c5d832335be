"""The parent's side of a worker process."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import time
import types
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import Any

from .child import serve
from .job import Job


class Worker:
    """A worker process, the connection to it, and what it is working on.

    Attributes:
        tasks: position -> task, in the order in which the worker takes them.
        awake: whether it listens; before, a message would wait for it.
        ready: whether it has started the job it was given.
        alone: whether its task is one that lost a worker, to which no other is added.
        heard: when it last said something or was given work [s].
        cut_short: whether the reading of a message was interrupted, so that no other can follow.
    """

    def __init__(self, *, bare: bool) -> None:
        context = multiprocessing.get_context("spawn")
        resource_tracker.ensure_running()  # the first start would do it, and let Ctrl-C through
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs,), daemon=True)
        with _no_interrupt(), _no_main_module(bare):
            self._process.start()
        theirs.close()
        self.tasks: dict[int, Any] = {}
        self.awake = self.ready = self.alone = self.cut_short = False
        self.heard = 0.0
        self._job: Job | None = None

    def give(
        self, job: Job, tasks: list[tuple[int, Any]], blob: bytes, *, alone: bool = False
    ) -> None:
        """Send tasks, and the job first if the worker does not hold it.

        Raises:
            OSError: the worker is gone; the tasks count as its own all the same.
        """
        if not self.tasks:
            self.heard = time.perf_counter()
        self.alone = alone
        self.tasks.update(tasks)
        if self._job is not job:
            held = self._job is not None and self._job.token == job.token
            self.connection.send(("job", job.token, b"" if held else job.setup, job.work))
            self.ready = False
            self._job = job
        self.connection.send(("tasks", [position for position, _ in tasks], blob))

    def said(self) -> tuple[Any, ...]:
        """The next thing that it says.

        Raises:
            EOFError, OSError: the worker is gone.
        """
        self.cut_short = True
        message: tuple[Any, ...] = self.connection.recv()
        self.cut_short = False
        return message

    def strike_off(self, positions: list[int]) -> list[tuple[int, Any]]:
        """Tasks that are no longer its own."""
        self.heard = time.perf_counter()
        return [(position, self.tasks.pop(position)) for position in positions]

    def end(self) -> str:
        """End the process at once and say how it ended."""
        self.connection.close()
        self._process.join(0.05)  # one that died by itself has its own cause to tell
        self._process.kill()
        self._process.join()
        code = self._process.exitcode or 0
        self._process.close()
        if code >= 0:
            return f"ended (exit code {code})"
        note = ", perhaps for lack of memory" if code == -9 else ""
        return f"was killed (signal {-code}{note})"


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Start a process that Ctrl-C does not reach; a Ctrl-C of this moment comes afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _no_main_module(bare: bool) -> Iterator[None]:
    """Start a process that does not import the program's main module, with all that it imports.

    Without this a script would need the usual guard, and each worker would load pandas and Pyomo
    because the script did.
    """
    main = sys.modules["__main__"]
    if bare:
        sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
