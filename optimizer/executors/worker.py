"""What runs in a local worker process: as on a cluster, but a long task holds up no results."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from . import remote

LONG = 0.2
"""Seconds after which the results of a chunk are sent while it goes on."""

_lane = ThreadPoolExecutor(1)
_under_way: dict[int, tuple[Future[str], deque[tuple[int, Any]]]] = {}


def settle(lifeline: Connection[Any, Any]) -> None:
    """Be a worker process: quiet, deaf to Ctrl-C, and gone when its program is.

    Args:
        lifeline: on which nothing comes but its end.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the program's to handle
    if "fork" in multiprocessing.get_all_start_methods():
        # a lock made on import (Pyomo's) then has no name to leave behind, of which Python warns
        multiprocessing.set_start_method("fork", force=True)
    os.dup2(2, 1)  # the program's standard output is for its own results
    threading.Thread(target=_watch, args=(lifeline,), daemon=True).start()


def _watch(lifeline: Connection[Any, Any]) -> None:
    with suppress(EOFError, OSError):
        lifeline.recv_bytes()
    os._exit(0)  # without the program there is nobody to work for, whatever is under way


def work_through(token: str, setup: bytes, work: bytes, tasks: bytes) -> remote.Reply:
    """See :func:`remote.work_through`; a chunk that goes on is known by its last task."""
    began = time.perf_counter()
    chunk = pickle.loads(tasks)
    name = chunk[-1][0] if chunk else -1
    if name not in _under_way:
        remote.keep_only(token)
        results: deque[tuple[int, Any]] = deque()
        _under_way[name] = (
            _lane.submit(remote.work_on, token, setup, work, chunk, results),
            results,
        )
    future, results = _under_way[name]
    while not wait([future], LONG).done and not results:
        pass
    goes_on = not future.done()  # asked before its results are taken: none is forgotten
    taken = [results.popleft() for _ in range(len(results))]
    if goes_on:
        return remote.reply("goes on", taken, began)
    del _under_way[name]
    return remote.reply(future.result(), taken, began)
