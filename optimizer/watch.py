"""Look after HiGHS while it runs: tell how far it is, and stop it when Ctrl-C asks."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np

from .outcomes import Progress


@dataclass
class Watch:
    """What happens while HiGHS runs."""

    started: float = field(default_factory=time.perf_counter)
    stop: bool = False
    shown: float = 0.0

    def elapsed(self) -> float:
        """Seconds since it began."""
        return time.perf_counter() - self.started

    def callback(self, progress: Progress | None) -> Any:
        """What HiGHS calls now and then."""
        kinds = highspy.cb.HighsCallbackType

        def call(kind: Any, _message: str, data: Any, reply: Any, _user: Any) -> None:
            if kind in stops() and self.stop:
                reply.user_interrupt = True
            if progress and kind == kinds.kCallbackMipInterrupt:
                elapsed = self.elapsed()
                if elapsed - self.shown >= 0.5:
                    self.shown = elapsed
                    best, bound, gap = data.mip_primal_bound, data.mip_dual_bound, data.mip_gap
                    progress(elapsed, number(best), number(bound), number(gap))

        return call


def stops() -> tuple[Any, ...]:
    """Kinds of callbacks at which HiGHS can be stopped."""
    kinds = highspy.cb.HighsCallbackType
    return (
        kinds.kCallbackMipInterrupt,
        kinds.kCallbackSimplexInterrupt,
        kinds.kCallbackIpmInterrupt,
    )


def number(value: float) -> float | None:
    """A number of HiGHS, None where it stands for infinity."""
    return float(value) if np.isfinite(value) and abs(value) < 1e300 else None


@contextmanager
def interruptible(watch: Watch) -> Iterator[None]:
    """Let Ctrl-C stop the solve and keep the best plan; a second one interrupts for good."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: Any) -> None:
        if watch.stop:
            raise KeyboardInterrupt
        watch.stop = True

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
