"""The one seam through which everything that solves many times runs: here, beside, or elsewhere.

``serial`` works in this process, ``processes`` in local worker processes, ``dask`` on an existing
Dask cluster. All three take the same functions and tasks and give the same results::

    with open_executor("processes", workers=2) as executor:
        for result in in_order(executor.run(start, work, setup, tasks)):
            ...

``start(setup)`` makes what a worker keeps (a loaded model, say), once per worker and setup;
``work(state, task)`` is called for each task. Both are functions of a module, and setup, tasks and
results are plain data and arrays: what travels is small, and no model does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from .protocol import Executor, ExecutorError, Failed, in_order
from .serial import Serial

__all__ = ["Executor", "ExecutorError", "Failed", "Name", "in_order", "open_executor"]

Name = Literal["serial", "processes", "dask"]


@contextmanager
def open_executor(
    name: Name, *, workers: int | None = None, address: str | None = None
) -> Iterator[Executor]:
    """An executor for the length of a ``with`` block, at whose end its workers are gone.

    Args:
        name: serial, processes or dask.
        workers: worker processes of ``processes``; None for one per processor.
        address: of the Dask scheduler, such as ``tcp://127.0.0.1:8786``.

    Raises:
        ValueError: an argument that the executor has no use for or lacks, Dask is not installed,
            or the cluster's versions are not these.
        ConnectionError: no scheduler answers there, or it has no workers.
    """
    if name not in ("serial", "processes", "dask"):
        raise ValueError(f"executor {name!r} is unknown; serial, processes and dask are there")
    if workers is not None and name != "processes":
        raise ValueError(f"a number of workers is for the executor 'processes', not for {name!r}")
    if workers is not None and workers < 1:
        raise ValueError(f"{workers} worker processes cannot work; give 1 or more")
    if (address is None) == (name == "dask"):
        raise ValueError(
            "the executor 'dask' needs the address of a scheduler, such as tcp://127.0.0.1:8786"
            if name == "dask"
            else f"an address is for the executor 'dask', not for {name!r}"
        )
    if name == "serial":
        yield Serial()
    elif name == "processes":
        from .processes import Processes  # noqa: PLC0415  # only those who ask for it pay for it

        crew = Processes(workers)
        try:
            yield crew
        finally:
            crew.close()
    else:
        from .cluster import connected  # noqa: PLC0415  # Dask is an extra

        assert address is not None
        with connected(address) as cluster:
            yield cluster
