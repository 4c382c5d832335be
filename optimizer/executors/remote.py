"""What runs on every worker: it keeps a state for each setup and works through chunks.

A worker of a cluster may have several threads; each has a state of its own, since a loaded solver
serves one thread at a time.
"""

from __future__ import annotations

import pickle
import threading
import time
from collections import OrderedDict
from collections.abc import MutableSequence
from typing import Any

from .protocol import attempt, described, failure, packed

Reply = tuple[str, bytes, float]
"""What is wrong ("": nothing; "goes on": a local worker is still at it), packed results, and the
seconds of their work."""
ENOUGH = 0.5
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
        tasks: pickled list of (position, pickled task).
    """
    began = time.perf_counter()
    results: list[tuple[int, Any]] = []
    wrong = work_on(token, setup, work, pickle.loads(tasks), results)
    return reply(wrong, results, began)


def reply(wrong: str, results: list[tuple[int, Any]], began: float) -> Reply:
    """What to send back."""
    return wrong, packed(results), time.perf_counter() - began


def work_on(
    token: str,
    setup: bytes,
    work: bytes,
    tasks: list[tuple[int, bytes]],
    results: MutableSequence[tuple[int, Any]],
) -> str:
    """Add results one by one; what is wrong if the work cannot start."""
    try:
        state = _state_of(token, setup)
        function = pickle.loads(work)
    except (Exception, SystemExit) as error:
        return described(error)
    began = time.perf_counter()
    for position, task in tasks:
        if time.perf_counter() - began > ENOUGH:
            break
        try:
            results.append((position, attempt(function, state, pickle.loads(task))))
        except (Exception, SystemExit) as error:  # the first: a task of a module that is not here
            results.append((position, failure(error)))
    return ""


def forget(token: str) -> None:
    """Drop the states of a setup."""
    with _lock:
        _states.pop(token, None)


def keep_only(token: str) -> None:
    """Drop the states of all other setups."""
    for other in set(_states) - {token}:
        forget(other)


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
