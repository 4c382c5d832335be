"""Pyomo kept from saying on standard output what an exception says anyway."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_pyomo() -> Iterator[None]:
    """Keep Pyomo's logger quiet: errors, and Ctrl-C, arrive as exceptions all the same."""
    logger = logging.getLogger("pyomo")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)
