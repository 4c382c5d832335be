"""Options of the test run: a sample of the slow tests, another one for every seed."""

from __future__ import annotations

import hashlib
import signal

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("slow tests")
    group.addoption("--slow-sample", type=int, default=0, help="run only so many of the slow tests")
    group.addoption("--slow-seed", default="", help="which of them: any text, such as a commit")


def pytest_configure(config: pytest.Config) -> None:
    """Ctrl-C is heard, also where a shell started the run in the background, deaf to it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    size, seed = config.getoption("--slow-sample"), config.getoption("--slow-seed")
    if not size:
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    drawn = sorted(
        slow, key=lambda item: hashlib.sha256(f"{seed}{item.nodeid}".encode()).hexdigest()
    )
    kept = set(drawn[:size])
    items[:] = [item for item in items if item in kept or item not in slow]
