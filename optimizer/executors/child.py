"""What a worker process does: take jobs and tasks from its connection, send results back.

It imports nothing heavy itself; what a job's functions need is imported when they arrive.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any

from .protocol import attempt, described, failure, packed

FLUSH = 0.05
"""Seconds between sending what is done while a chunk goes on."""
ENOUGH = 0.2
"""Seconds after which a chunk is broken off and its rest given back: its tasks were thought cheap,
and others may be idle."""


def serve(connection: Connection[Any, Any]) -> None:
    """Work until the other end of the connection is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    os.dup2(2, 1)  # the parent's standard output is for its own results
    inbox: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_receive, args=(connection, inbox), daemon=True).start()
    outbox = _Outbox(connection)
    threading.Thread(target=outbox.flush_for_ever, daemon=True).start()
    outbox.say("hello")
    _work(outbox, inbox)


def _receive(connection: Connection[Any, Any], inbox: SimpleQueue[bytes]) -> None:
    """Take messages as they come, so that the parent never waits for a worker that works."""
    try:
        while True:
            inbox.put(connection.recv_bytes())
    except (EOFError, OSError):
        os._exit(0)  # without the parent there is nobody to work for, whatever is under way


class _Outbox:
    """Results on their way, sent by whoever comes first: the end of their chunk or the clock."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._results: list[tuple[int, Any]] = []
        self._seconds = 0.0

    def add(self, position: int, result: Any, seconds: float) -> None:
        """A result and what it took."""
        with self._lock:
            self._results.append((position, result))
            self._seconds += seconds

    def flush(self) -> None:
        """Send what is there."""
        with self._lock:
            if self._results:
                self._send("results", packed(self._results), self._seconds)
                self._results, self._seconds = [], 0.0

    def flush_for_ever(self) -> None:
        """Send what is there now and then, so that no result waits for a long task after it."""
        while True:
            time.sleep(FLUSH)
            self.flush()

    def say(self, *message: Any) -> None:
        """Send another message."""
        with self._lock:
            self._send(*message)

    def _send(self, *message: Any) -> None:
        try:
            self._connection.send(message)
        except OSError:
            os._exit(0)


def _work(outbox: _Outbox, inbox: SimpleQueue[bytes]) -> None:
    token, state, work = "", None, None
    while True:
        kind, *rest = pickle.loads(inbox.get())
        if kind == "tasks":
            if work is not None:
                _work_through(outbox, work, state, *rest)
            continue
        wanted, setup, function = rest
        try:
            if wanted != token:
                token, state = "", None  # frees the old state before the new one is made
                start, given = pickle.loads(setup)
                state = start(given)
                token = wanted
            work = pickle.loads(function)
        except Exception as error:
            work = None
            outbox.say("broken", described(error))
        else:
            outbox.say("ready")


def _work_through(
    outbox: _Outbox,
    work: Callable[[Any, Any], Any],
    state: Any,
    positions: list[int],
    blob: bytes,
) -> None:
    try:
        tasks = pickle.loads(blob)
    except Exception as error:
        for position in positions:
            outbox.add(position, failure(error), 0.0)
        tasks = []
    began = now = time.perf_counter()
    for done, (position, task) in enumerate(zip(positions, tasks, strict=False)):
        if now - began > ENOUGH:
            outbox.flush()
            outbox.say("back", positions[done:])
            return
        before, result = now, attempt(work, state, task)
        now = time.perf_counter()
        outbox.add(position, result, now - before)
    outbox.flush()
