"""What every executor does, and how a result or a failure travels."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")
State = TypeVar("State")


class ExecutorError(RuntimeError):
    """The workers cannot work at all: they do not start, or none is left."""


@dataclass(frozen=True)
class Failed:
    """The result of a task whose work raised an exception or whose worker was lost, twice.

    Attributes:
        message: what happened, for people.
        trace: the traceback where there is one, for a log; it does not count in comparisons.
    """

    message: str
    trace: str = field(default="", compare=False, repr=False)


class Executor(Protocol):
    """Works through tasks, each once."""

    @property
    def workers(self) -> int:
        """How many tasks are worked on at the same time."""

    def run(
        self,
        start: Callable[[S], State],
        work: Callable[[State, T], R],
        setup: S,
        tasks: Iterable[T],
    ) -> Iterator[tuple[int, R | Failed]]:
        """Position of each task, from 0, and its result, as they are completed.

        Tasks are taken from their iterable in this thread, while workers work, and never more than
        a few chunks ahead of the results that were taken: an endless iterable is fine. One run
        at a time; leaving it early drops what is under way.

        Args:
            start: makes a worker's state of the setup, once per worker and setup.
            work: makes a result of the state and a task; an exception becomes a :class:`Failed`.
            setup: plain data, the same for all tasks.
            tasks: plain data each.

        Raises:
            ExecutorError: the workers cannot start, or ``start`` raised an exception.
            ConnectionError: the cluster is lost.
            KeyboardInterrupt: Ctrl-C, once the workers are gone and what they had completed is
                handed out.
        """


def attempt(work: Callable[[State, T], R], state: State, task: T) -> R | Failed:
    """Result of a task, or why there is none."""
    try:
        return work(state, task)
    except Exception as error:  # a task that fails costs nobody the others
        return failure(error)


def failure(error: BaseException) -> Failed:
    """An exception as a result."""
    return Failed(described(error), "".join(traceback.format_exception(error)))


def described(error: BaseException) -> str:
    """An exception in one line."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def packed(results: list[tuple[int, Any]]) -> bytes:
    """Results as bytes; one that cannot travel becomes a :class:`Failed`."""
    try:
        return pickle.dumps(results, pickle.HIGHEST_PROTOCOL)
    except Exception:  # what is pickled may raise anything; the one at fault is told below
        return pickle.dumps([(at, _portable(result)) for at, result in results])


def _portable(result: Any) -> Any:
    try:
        pickle.dumps(result)
    except Exception as error:
        return Failed(f"the result cannot be sent back: {described(error)}")
    return result


def in_order(results: Iterable[tuple[int, R]]) -> Iterator[R]:
    """Results in the order of their tasks, each as soon as all before it are there."""
    waiting: dict[int, R] = {}
    following = 0
    for position, result in results:
        waiting[position] = result
        while following in waiting:
            yield waiting.pop(following)
            following += 1
