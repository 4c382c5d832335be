"""How far a sweep is: a bar with the time left on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from .progress import EVERY, duration

if TYPE_CHECKING:
    from ..optimizer.sweep.points import Tally


class SweepProgress:
    """Progress on stderr while the ``with`` block runs."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._started = self._told = time.monotonic()

    def __enter__(self) -> SweepProgress:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        console = Console(stderr=True)
        if console.is_terminal:
            self._bar = Progress(
                TextColumn("solves"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("left"),
                TimeRemainingColumn(),
                TextColumn("{task.description}   (Ctrl-C keeps what is done)"),
                console=console,
                transient=True,
            )
            self._task = self._bar.add_task("", total=None)
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, tally: Tally) -> None:
        """Show how far it is."""
        if self._bar is not None:
            self._bar.update(
                self._task, total=tally.asked, completed=tally.done, description=_states(tally)
            )
            return
        now = time.monotonic()
        if now - self._told >= EVERY and tally.done < tally.asked:
            self._told = now
            fresh = tally.done - tally.found
            left = (now - self._started) / fresh * (tally.asked - tally.done) if fresh else None
            about = "" if left is None else f", about {duration(left)} left"
            states = f" ({_states(tally)})" if _states(tally) else ""
            click.echo(f"{tally.done:,} of {tally.asked:,} solves done{states}{about}", err=True)


def _states(tally: Tally) -> str:
    told = (("infeasible", "without a plan"), ("failed", "failed"))
    return ", ".join(
        f"{tally.states[state]:,} {words}" for state, words in told if state in tally.states
    )
