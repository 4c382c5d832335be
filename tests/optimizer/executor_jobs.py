"""Work for the tests of executors: it imports next to nothing, as a worker does."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

STARTED: list[int] = []


def start(setup: int) -> dict[str, int]:
    STARTED.append(setup)
    return {"setup": setup}


def refuse(setup: str) -> None:
    raise ValueError(f"no such {setup}")


def die(setup: Any) -> None:
    os._exit(7)


def multiply(state: dict[str, int], task: int) -> int:
    return state["setup"] * task


def multiply_unless_negative(state: dict[str, int], task: int) -> int:
    if task < 0:
        raise ValueError(f"{task} is negative")
    return state["setup"] * task


def started_here(state: dict[str, int], task: int) -> tuple[int, int, int]:
    """Process and thread, and how often ``start`` was called in the process."""
    time.sleep(0.01)
    return os.getpid(), threading.get_ident(), len(STARTED)


def modules(state: object, task: int) -> list[str]:
    return sorted(sys.modules)


def sleep(state: object, seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def sleep_where(state: object, seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def process(state: object, task: int) -> int:
    return os.getpid()


def unsendable(state: object, task: int) -> Any:
    return threading.Lock() if task == 1 else task


def shout(state: object, task: int) -> int:
    os.write(1, b"a worker's words\n")
    time.sleep(0.01)
    return os.getpid()


def setups_held() -> int:
    """How many setups this worker of a cluster has states of."""
    from secondsource.optimizer.executors import remote  # noqa: PLC0415  # a worker's copy

    return len(remote._states)


def kill_when_told(state: object, task: tuple[int, str]) -> int:
    """Be killed at the task 3: once if there is a file to remember it in, else always."""
    number, memory = task
    if number == 3 and not (memory and Path(memory).exists()):
        if memory:
            Path(memory).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number
