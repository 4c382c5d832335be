"""An existing Dask cluster: tasks go to its scheduler, bytes are all that travels."""

from __future__ import annotations

import importlib
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from . import remote
from .afar import Afar
from .job import Job
from .lookahead import Source
from .protocol import ExecutorError, described
from .run import IN_FLIGHT, Flight, Run
from .versions import compare_versions

AIM = 0.25
"""Seconds of work in a chunk: a hundred times what a task costs Dask's scheduler."""
ANSWER = 10.0
"""Seconds in which a scheduler must answer."""
PATIENCE = 60.0
"""Seconds to wait for a worker when there is none."""


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
            cluster.close()
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


class Cluster(Afar):
    """Works through tasks on a Dask cluster.

    A setup travels once to every worker, which keeps its state until another one comes or the end.
    Dask itself tries the chunk of a lost worker again elsewhere; only one that loses several
    workers counts as lost.
    """

    def __init__(self, client: Any, address: str) -> None:
        self.client = client
        self.address = address
        self._held: tuple[str, Any] | None = None

    @property
    def workers(self) -> int:
        """Threads of the cluster's workers."""
        return sum(self.client.nthreads().values())

    def _run_of(self, job: Job, source: Source[Any]) -> Run:
        if job.in_main:
            raise ValueError(
                "start and work must live in a module that the cluster's workers can import, "
                "not in the program's main file"
            )
        return _Run(job, source, self, self._setup_of(job))

    def _setup_of(self, job: Job) -> Any:
        """The job's setup on the cluster; each worker fetches it once."""
        if self._held is None or self._held[0] != job.token:
            self.close()
            # A task, not scattered data: Dask brings it back when the workers that had it are lost.
            with _large_tasks():
                self._held = (job.token, self.client.submit(remote.hold, job.setup, pure=False))
        return self._held[1]

    def close(self) -> None:
        """Have the workers drop the setup and its states."""
        if self._held is None:
            return
        (token, future), self._held = self._held, None
        with suppress(Exception):  # a lost cluster holds nothing any more
            future.release()
            self.client.run(remote.forget, token, on_error="ignore")


def _large_tasks() -> Any:
    """Say nothing of a setup or a task that is large: there is no smaller way to send it."""
    return importlib.import_module("dask.config").set(
        {"distributed.admin.large-graph-warning-threshold": "1 TB"}
    )


class _Run(Run):
    """A run on a cluster, whose scheduler knows who does what."""

    def __init__(self, job: Job, source: Source[Any], cluster: Cluster, setup: Any) -> None:
        super().__init__(job, source, max(cluster.workers, 1), AIM)
        self.cluster, self.client, self.setup = cluster, cluster.client, setup
        self.seen = time.perf_counter()

    def place(self, *, alone: bool) -> Any:
        """Anywhere, while it is not too much; suspects come one at a time."""
        if alone and any(flight.suspect for flight in self.flying):
            return None
        return self.client if len(self.flying) < IN_FLIGHT * self.slots else None

    def submit(self, place: Any, tasks: bytes) -> Any:
        """Future of a chunk."""
        token, work = self.job.token, self.job.work
        with _large_tasks():
            return place.submit(remote.work_through, token, self.setup, work, tasks, pure=False)

    def lost(self, flight: Flight, error: Exception) -> str:
        """See :meth:`Run.lost`."""
        kind = type(error).__name__
        if "Cancelled" in kind:  # the results were lost with their worker before they were fetched
            self.check()
        elif kind != "KilledWorker":
            raise ExecutorError(f"the cluster cannot work: {described(error)}") from error
        return "the worker was lost each time it worked on this"

    def check(self) -> None:
        """Notice workers that come and go.

        Raises:
            ConnectionError: the scheduler is gone, or no worker has come back in time.
        """
        address = self.cluster.address
        try:
            slots = self.cluster.workers
        except Exception as error:
            raise ConnectionError(f"lost the Dask scheduler at {address}") from error
        if slots:
            self.slots, self.seen = slots, time.perf_counter()
        elif time.perf_counter() - self.seen > PATIENCE:
            raise ConnectionError(f"the Dask scheduler at {address} has no workers left")

    def stop(self) -> None:
        """Cancel what is under way."""
        flying, self.flying = [flight.future for flight in self.flying], set()
        with suppress(Exception):  # a lost cluster has nothing under way
            if flying:
                self.client.cancel(flying)
