"""How far sampling is: a line that changes on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from typing import Any

import click

EVERY = 10.0
"""Seconds between two lines where there is no terminal."""


class SamplingProgress:
    """Progress on stderr while the ``with`` block runs."""

    def __init__(self) -> None:
        self._status: Any = None
        self._told = time.monotonic()

    def __enter__(self) -> SamplingProgress:
        from rich.console import Console

        console = Console(stderr=True)
        if console.is_terminal:
            self._status = console.status("drawing futures")
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()

    def show(self, what: str, done: int, of: int) -> None:
        """Show how far it is."""
        text = f"{done:,} of {of:,} {what} done"
        if self._status is not None:
            self._status.update(text)
            return
        now = time.monotonic()
        if now - self._told >= EVERY:
            self._told = now
            click.echo(text, err=True)
