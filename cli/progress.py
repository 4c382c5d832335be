"""How far a command is, on stderr: a line that changes on a terminal, now and then one elsewhere.

Nothing is said on stdout, so that ``--json`` stays one object; nothing at all of what ends within
a moment.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Self

import click

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

EVERY = 10.0
"""Seconds between two lines where there is no terminal."""
FEW = 3
"""Things that must be done before the time left is guessed from them."""


class Progress:
    """Progress while the ``with`` block runs.

    Args:
        doing: what is done first, such as 'building the model'.
        hint: what else to tell on a terminal, such as what Ctrl-C does.
    """

    def __init__(self, doing: str, hint: str = "") -> None:
        self.text = doing
        self._hint = f"   ({hint})" if hint else ""
        self._started = time.monotonic()
        self._bar: Bar | None = None
        self._task: Any = None
        self._over = threading.Event()
        self._teller: threading.Thread | None = None

    def __enter__(self) -> Self:
        from rich.console import Console

        self._started = time.monotonic()
        console = Console(stderr=True)
        if console.is_terminal:
            from rich.markup import escape
            from rich.progress import Progress as Shown
            from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

            columns = (
                SpinnerColumn(),
                TextColumn("{task.description}", markup=False),
                TimeElapsedColumn(),
                TextColumn(escape(self._hint)),
            )
            self._bar = Shown(*columns, console=console, transient=True)
            self._task = self._bar.add_task(self.text, total=None)
            self._bar.start()
        else:
            self._teller = threading.Thread(target=self._tell, daemon=True)
            self._teller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._bar is not None:
            self._bar.stop()
        if self._teller is not None:
            self._teller.join(timeout=1.0)

    def say(self, text: str) -> None:
        """Say what is done now."""
        self.text = text
        if self._bar is not None:
            self._bar.update(self._task, description=text)

    def count(self, done: int, total: int, what: str, also: str = "") -> None:
        """Say that ``done`` of ``total`` things are done, and how long the rest may take."""
        about = ""
        if FEW <= done < total:
            left = (time.monotonic() - self._started) / done * (total - done)
            about = f", about {duration(left)} left"
        self.say(f"{done:,} of {total:,} {what}{f' ({also})' if also else ''}{about}")

    def of(self, what: str, done: int, total: int) -> None:
        """The same, in the order in which sampling tells it."""
        self.count(done, total, f"{what} done")

    def _tell(self) -> None:
        """Where there is no terminal: what is done now, every few seconds."""
        while not self._over.wait(EVERY):
            elapsed = duration(time.monotonic() - self._started)
            click.echo(f"{self.text} (after {elapsed})", err=True)


def duration(seconds: float) -> str:
    """'40 s', '12 min', '3.5 h'."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
