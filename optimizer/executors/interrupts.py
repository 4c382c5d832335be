"""Whether Ctrl-C was pressed while HiGHS ran in this process.

A solve answers Ctrl-C by ending early with the best plan so far, and nobody else hears of it. For
one of many tasks that is no answer: it is to be left out, and the work to stop.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

MOST = 4096
"""Bytes read at once, one for each signal."""


class Interrupts:
    """Signals that arrived, whoever handled them."""

    def __init__(self, listens: int | None) -> None:
        self._listens = listens

    def seen(self) -> bool:
        """Whether there was a Ctrl-C since the last time this was asked."""
        if self._listens is None:
            return False
        try:
            return signal.SIGINT in os.read(self._listens, MOST)
        except BlockingIOError:
            return False


@contextmanager
def interrupts() -> Iterator[Interrupts]:
    """Listen for the length of a ``with`` block; in vain outside the main thread."""
    if threading.current_thread() is not threading.main_thread() or os.name != "posix":
        yield Interrupts(None)
        return
    listens, tells = os.pipe()
    os.set_blocking(listens, False)
    os.set_blocking(tells, False)
    before = signal.set_wakeup_fd(tells, warn_on_full_buffer=False)
    try:
        yield Interrupts(listens)
    finally:
        signal.set_wakeup_fd(before)
        os.close(listens)
        os.close(tells)
