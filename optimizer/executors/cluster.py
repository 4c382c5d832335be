"""An existing Dask cluster: tasks go to its scheduler, bytes are all that travels."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from . import remote
from .flights import PATIENCE, Flights, large_tasks
from .job import Job, job_of
from .lookahead import Source
from .protocol import Failed, R, S, State, T
from .versions import compare_versions

ANSWER = 10.0
"""Seconds in which a scheduler must answer."""


@contextmanager
def connected(
    address: str, timeout: float = ANSWER, patience: float = PATIENCE
) -> Iterator[Cluster]:
    """A connection to a scheduler for the length of a ``with`` block.

    Args:
        address: of the scheduler.
        timeout: seconds in which it must answer.
        patience: seconds in which its first worker must be there.

    Raises:
        ValueError: Dask is not installed, or versions there and here differ.
        ConnectionError: no scheduler answers at the address, or it has no workers.
    """
    distributed = _dask()
    words = logging.getLogger("distributed.client")
    level = words.level
    words.setLevel(logging.CRITICAL)  # what it would tell of lost workers is dealt with here
    try:
        client = distributed.Client(
            address, timeout=timeout, set_as_default=False, name="secondsource"
        )
    except (OSError, ValueError) as error:
        words.setLevel(level)
        raise ConnectionError(
            f"no Dask scheduler answers at {address} ({_first_line(error)}); start one with "
            "'dask scheduler' and give the address that it prints"
        ) from error
    try:
        _await_workers(client, address, patience)
        compare_versions(client.get_versions(packages=["secondsource", "highspy"]))
        cluster = Cluster(client, address)
        try:
            yield cluster
        finally:
            cluster.forget()
    finally:
        with suppress(Exception):  # the cluster may be gone, which is then known already
            client.close(timeout=timeout)
        words.setLevel(level)


def _dask() -> Any:
    try:
        return importlib.import_module("distributed")
    except ModuleNotFoundError as error:
        raise ValueError(
            "the executor 'dask' needs Dask: pip install \"secondsource[dask]\""
        ) from error


def _await_workers(client: Any, address: str, timeout: float) -> None:
    try:
        client.wait_for_workers(1, timeout=timeout)
    except TimeoutError as error:
        raise ConnectionError(
            f"the Dask scheduler at {address} has no workers; start some with "
            f"'dask worker {address}'"
        ) from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


class Cluster:
    """Works through tasks on a Dask cluster.

    A setup travels once to every worker, which keeps its state until another one comes or the end.
    Dask itself tries the tasks of a lost worker again
    elsewhere; a chunk that loses several workers is taken apart, and the task to blame is Failed.
    """

    def __init__(self, client: Any, address: str) -> None:
        self.client = client
        self.address = address
        self._running = False
        self._held: tuple[str, Any] | None = None

    @property
    def workers(self) -> int:
        """Threads of the cluster's workers."""
        return sum(self.client.nthreads().values())

    def run(
        self,
        start: Callable[[S], State],
        work: Callable[[State, T], R],
        setup: S,
        tasks: Iterable[T],
    ) -> Iterator[tuple[int, R | Failed]]:
        """See :meth:`secondsource.optimizer.executors.Executor.run`."""
        if self._running:
            raise RuntimeError("this executor is in the middle of another run")
        job = job_of(start, work, setup)
        if job.in_main:
            raise ValueError(
                "start and work must live in a module that the cluster's workers can import, "
                "not in the program's main file"
            )
        run = Flights(self.client, self.address, job, self._setup_of(job), Source(tasks))
        self._running = True
        try:
            yield from run.results()
        except KeyboardInterrupt:
            run.salvage()
            run.stop()
            yield from run.arrived
            raise
        finally:
            self._running = False
            run.stop()

    def _setup_of(self, job: Job) -> Any:
        """The job's setup on the cluster; each worker fetches it once."""
        if self._held is None or self._held[0] != job.token:
            self.forget()
            # A task, not scattered data: Dask brings it back when the workers that had it are lost.
            with large_tasks():
                self._held = (job.token, self.client.submit(remote.hold, job.setup, pure=False))
        return self._held[1]

    def forget(self) -> None:
        """Have the workers drop the setup and its states."""
        if self._held is None:
            return
        (token, future), self._held = self._held, None
        with suppress(Exception):  # a lost cluster holds nothing any more
            future.release()
            self.client.run(remote.forget, token, on_error="ignore")
