"""A run's functions and setup as bytes, made once however many workers there are."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .protocol import S, State


@dataclass(frozen=True)
class Job:
    """What a worker needs before its first task.

    Attributes:
        setup: the pickled pair of ``start`` and its setup.
        work: the pickled function for each task.
        token: same token, same start and setup; a worker that holds it need not start again.
        in_main: whether a function lives in the program's main module.
    """

    setup: bytes
    work: bytes
    token: str
    in_main: bool


def job_of(start: Callable[[S], State], work: Callable[..., Any], setup: S) -> Job:
    """The job of a run.

    Raises:
        ValueError: a function or the setup cannot travel.
    """
    try:
        packed = pickle.dumps((start, setup), pickle.HIGHEST_PROTOCOL)
        function = pickle.dumps(work)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise ValueError(
            f"start, work and setup must be functions of a module and plain data: {error}"
        ) from error
    token = hashlib.blake2b(packed, digest_size=16).hexdigest()
    return Job(packed, function, token, "__main__" in (start.__module__, work.__module__))
