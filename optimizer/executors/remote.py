"""What runs on the workers of a cluster: it keeps a state for each setup and works through chunks.

A worker may have several threads; each has a state of its own, since a loaded solver serves one
thread at a time.
"""

from __future__ import annotations

import pickle
import threading
import time
from collections import OrderedDict
from typing import Any, Literal

from .protocol import attempt, described, failure, packed

Reply = tuple[Literal["done", "broken"], Any, float]
"""What became of a chunk, its packed results or what is wrong, and the seconds of its work."""
ENOUGH = 1.0
"""Seconds after which a chunk is broken off: its tasks were thought cheap, and others may be idle.
"""

MOST_SETUPS = 4
"""Setups whose states a worker keeps; beyond, the one unused for longest is dropped.

A program that ended without a word leaves its states behind, and others share the cluster.
"""

_states: OrderedDict[str, dict[int, Any]] = OrderedDict()
_lock = threading.Lock()


def hold(setup: bytes) -> bytes:
    """The setup itself: a task of its own, so that the cluster can bring it back."""
    return setup


def work_through(token: str, setup: bytes, work: bytes, tasks: bytes) -> Reply:
    """Results of a chunk of tasks, perhaps only of the first ones.

    Args:
        token: same token, same setup.
        setup: pickled (start, setup).
        work: pickled function for each task.
        tasks: pickled list of (position, task).
    """
    try:
        state = _state_of(token, setup)
        function = pickle.loads(work)
    except Exception as error:
        return "broken", described(error), 0.0
    began = time.perf_counter()
    results: list[tuple[int, Any]] = []
    for position, task in pickle.loads(tasks):
        if time.perf_counter() - began > ENOUGH:
            break
        try:
            results.append((position, attempt(function, state, pickle.loads(task))))
        except Exception as error:  # a task of a module that is not here
            results.append((position, failure(error)))
    return "done", packed(results), time.perf_counter() - began


def forget(token: str) -> None:
    """Drop the states of a setup."""
    with _lock:
        _states.pop(token, None)


def _state_of(token: str, setup: bytes) -> Any:
    """State of this thread for a setup, made when first needed."""
    thread = threading.get_ident()
    with _lock:
        held = _states.setdefault(token, {})
        _states.move_to_end(token)
        while len(_states) > MOST_SETUPS:
            _states.popitem(last=False)
    if thread not in held:
        start, given = pickle.loads(setup)
        held[thread] = start(given)
    return held[thread]
