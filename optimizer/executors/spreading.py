"""Tasks through the executor that is asked for, or through the one that suits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from .cores import usable_cores
from .crew import WORTH, Crew
from .interrupts import interrupts
from .protocol import Failed, R, S, State, T, in_order


def spread(
    start: Callable[[S], State],
    work: Callable[[State, T], R],
    setup: S,
    tasks: Iterable[T],
    crew: Crew,
    first: int,
    count: int,
) -> Iterator[R | Failed]:
    """Results of tasks in their order; those of the first few tell whether workers save time.

    Args:
        start: see :meth:`secondsource.optimizer.executors.Executor.run`.
        work: likewise.
        setup: likewise.
        tasks: all of them; taken as they are needed.
        crew: who is asked for.
        first: how many tasks are tried here where nobody is asked for.
        count: how many tasks there are.

    Raises:
        ExecutorError: the workers cannot start.
        ConnectionError: the cluster is lost.
        KeyboardInterrupt: Ctrl-C.
    """
    asked = crew.asked()
    if asked is not None:
        yield from _through(asked, start, work, setup, tasks)
        return
    began = time.perf_counter()
    each = iter(tasks)
    yield from _through(Crew("serial"), start, work, setup, islice(each, first))
    if count <= first:
        return
    seconds = (time.perf_counter() - began) / first * (count - first)
    here = seconds < 2 * WORTH or usable_cores() < 2
    yield from _through(Crew("serial" if here else "processes"), start, work, setup, each)


def _through(
    crew: Crew,
    start: Callable[[S], State],
    work: Callable[[State, T], R],
    setup: S,
    tasks: Iterable[T],
) -> Iterator[R | Failed]:
    with crew.called() as executor, interrupts() as heard:
        for result in in_order(executor.run(start, work, setup, tasks)):
            if heard.seen():
                raise KeyboardInterrupt
            yield result
