"""A Dask scheduler with two worker processes, started for tests on free ports of this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent


@contextmanager
def dask_cluster(folder: Path) -> Iterator[str]:
    """Address of the scheduler; workers that are lost come back, and a task may lose only one."""
    found = folder / "scheduler.json"
    scheduler = _started(folder, "dask_scheduler", "--port", "0", "--scheduler-file", found.name)
    workers = []
    try:
        for _ in range(600):
            if found.exists() and found.read_text().strip():
                break
            time.sleep(0.05)
        address = json.loads(found.read_text())["address"]
        workers = [
            _started(folder, "dask_worker", address, "--nthreads", "1", "--local-directory", ".")
            for _ in range(2)
        ]
        yield address
    finally:
        for process in (*workers, scheduler):
            process.terminate()
        for process in (*workers, scheduler):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _started(folder: Path, program: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A program of Dask that imports what tests do."""
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            f"distributed.cli.{program}",
            "--host",
            "127.0.0.1",
            "--no-dashboard",
            *arguments,
        ],
        cwd=folder,
        env=os.environ
        | {
            "PYTHONPATH": str(TESTS),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
