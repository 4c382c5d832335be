"""Serial, local processes and a real Dask cluster: the same results in the same order."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import secondsource.optimizer.solve  # noqa: F401  # a program that has imported everything
from secondsource.optimizer.executors import (
    Executor,
    ExecutorError,
    Failed,
    in_order,
    open_executor,
)
from secondsource.optimizer.executors.lookahead import Pace
from secondsource.optimizer.executors.versions import compare_versions

from . import executor_jobs as jobs
from .dask_cluster import TESTS, dask_cluster

KINDS = ("serial", "processes", "dask")
AFAR = ("processes", "dask")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the scheduler of two worker processes."""
    pytest.importorskip("distributed", reason="Dask is not installed (extra 'dask')")
    with dask_cluster(tmp_path_factory.mktemp("dask")) as found:
        yield found


@pytest.fixture
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    """An executor of the parametrised kind, with two workers."""
    with opened(request, request.param) as found:
        yield found


def opened(request: pytest.FixtureRequest, kind: Any) -> AbstractContextManager[Executor]:
    if kind == "dask":
        return open_executor("dask", address=request.getfixturevalue("address"))
    return open_executor(kind, workers=2 if kind == "processes" else None)


each = pytest.mark.parametrize("executor", KINDS, indirect=True)
each_afar = pytest.mark.parametrize("executor", AFAR, indirect=True)


@each
@pytest.mark.parametrize("number", [0, 1, 2, 777])
def test_results_in_order_are_those_of_a_loop(executor: Executor, number: int) -> None:
    found = list(in_order(executor.run(jobs.start, jobs.multiply, 3, range(number))))
    assert found == [3 * task for task in range(number)]


@each
def test_every_task_is_done_once(executor: Executor) -> None:
    found = dict(executor.run(jobs.start, jobs.multiply, 2, range(100)))
    assert Counter(found) == Counter({task: 2 * task for task in range(100)})


@each
def test_an_exception_is_a_result_and_the_rest_go_on(executor: Executor) -> None:
    tasks = [1, -2, 3]
    found = list(in_order(executor.run(jobs.start, jobs.multiply_unless_negative, 10, tasks)))
    assert found == [10, Failed("ValueError: -2 is negative"), 30]
    assert "multiply_unless_negative" in found[1].trace


@each
def test_work_that_cannot_start_says_why(executor: Executor) -> None:
    with pytest.raises(ExecutorError, match="cannot start: ValueError: no such mine"):
        list(executor.run(jobs.refuse, jobs.multiply, "mine", [1]))
    assert list(executor.run(jobs.start, jobs.multiply, 2, [4])) == [(0, 8)]


@each_afar
def test_start_once_per_worker_and_setup(executor: Executor) -> None:
    def starts(setup: int) -> dict[int, int]:
        found = list(executor.run(jobs.start, jobs.started_here, setup, range(30)))
        highest: dict[int, int] = {}
        for _, (process, _, times) in found:
            highest[process] = max(times, highest.get(process, 0))
        return highest

    first: dict[int, int] = {}
    while len(first) < 2:  # on a busy machine one worker may be through before the other is there
        first |= starts(5)
    assert starts(5).items() <= first.items()
    assert starts(6).items() <= {process: times + 1 for process, times in first.items()}.items()


@each
def test_an_endless_iterable_is_taken_bit_by_bit(executor: Executor) -> None:
    taken = 0

    def tasks() -> Iterator[float]:
        nonlocal taken
        while True:
            taken += 1
            yield 0.02

    results = executor.run(jobs.start, jobs.sleep, 1, tasks())
    assert len(list(itertools.islice(results, 20))) == 20
    assert taken <= 200
    results.close()  # type: ignore[attr-defined]  # it is a generator
    assert list(executor.run(jobs.start, jobs.multiply, 3, [1])) == [(0, 3)]


@each
def test_tasks_are_made_while_workers_work(executor: Executor) -> None:
    """The tenth task is made only after the first result has arrived."""
    arrived: list[int] = []

    def tasks() -> Iterator[int]:
        for task in range(20):
            until = time.monotonic() + 30
            while task == 10 and not arrived and time.monotonic() < until:
                yield 0
            yield task

    for position, _ in executor.run(jobs.start, jobs.multiply, 1, tasks()):
        arrived.append(position)
    assert len(arrived) < 2000


@each
def test_an_error_in_making_tasks_ends_the_run_only(executor: Executor) -> None:
    def tasks() -> Iterator[int]:
        yield 1
        raise KeyError("no more")

    with pytest.raises(KeyError, match="no more"):
        list(executor.run(jobs.start, jobs.multiply, 3, tasks()))
    assert list(executor.run(jobs.start, jobs.multiply, 3, [2])) == [(0, 6)]


@each_afar
def test_what_cannot_travel_is_said(executor: Executor) -> None:
    found = dict(executor.run(jobs.start, jobs.unsendable, 1, range(3)))
    assert (found[0], found[2]) == (0, 2)
    assert "cannot be sent back" in found[1].message
    found = dict(executor.run(jobs.start, jobs.multiply, 1, [1, lambda: 2, 3]))
    assert (found[0], found[2]) == (1, 3)
    assert "the task cannot be sent" in found[1].message
    with pytest.raises(ValueError, match="functions of a module and plain data"):
        list(executor.run(jobs.start, lambda state, task: task, 1, [1]))


@each_afar
def test_a_worker_imports_only_what_its_work_needs(executor: Executor) -> None:
    (_, found), *_ = executor.run(jobs.start, jobs.modules, 1, [1])
    assert "secondsource.optimizer.executors.protocol" in found
    heavy = {"pyomo", "highspy", "pandas", "pydantic", "scipy", "secondsource.models"}
    assert not heavy & set(found)


@pytest.mark.parametrize(
    "executor", ["processes", pytest.param("dask", marks=pytest.mark.slow)], indirect=True
)
def test_a_killed_worker_is_replaced_and_its_task_tried_again(
    executor: Executor, tmp_path: Path
) -> None:
    once = [(task, str(tmp_path / "killed")) for task in range(6)]
    assert list(in_order(executor.run(jobs.start, jobs.kill_when_told, 1, once))) == [*range(6)]
    always = [(task, "") for task in range(6)]
    found = list(in_order(executor.run(jobs.start, jobs.kill_when_told, 1, always)))
    assert "worker" in found[3].message
    assert [*found[:3], *found[4:]] == [0, 1, 2, 4, 5]


def test_workers_that_die_as_they_start_are_not_tried_for_ever() -> None:
    with (
        open_executor("processes", workers=2) as executor,
        pytest.raises(ExecutorError, match=r"ended \(exit code 7\) before it could start"),
    ):
        list(executor.run(jobs.die, jobs.multiply, 1, range(9)))


def test_workers_killed_at_rest_are_replaced() -> None:
    with open_executor("processes", workers=2) as executor:
        processes = {pid for _, pid in executor.run(jobs.start, jobs.process, 1, range(9))}
        for process in processes:
            os.kill(process, signal.SIGKILL)
        found = {pid for _, pid in executor.run(jobs.start, jobs.process, 1, range(9))}
        assert found and not found & processes
    assert not any(alive(process) for process in found)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


PROGRAM = """
# A script without the usual guard: workers do not import it.
import pyomo.environ
from optimizer import executor_jobs as jobs
from secondsource.optimizer.executors import open_executor

workers, done = set(), 0
try:
    with open_executor("processes", workers=2) as executor:
        for _, process in executor.run(jobs.start, jobs.shout, 1, range(200)):
            workers.add(process)
        for _ in executor.run(jobs.start, jobs.sleep, 1, [0.0, 0.0] + [60.0] * 9):
            done += 1
            if done == 2:
                print(*workers, flush=True)
except KeyboardInterrupt:
    print("stopped after", done)
"""


@pytest.fixture
def program(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A program, in a process group of its own, whose two workers sleep for a minute."""
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    running = subprocess.Popen(
        [sys.executable, str(script)],
        env=os.environ | {"PYTHONPATH": str(TESTS)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    yield running
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGKILL)
    running.communicate()


def workers_of(program: subprocess.Popen[str]) -> list[int]:
    """Its workers, once they are at work."""
    assert program.stdout is not None
    return [int(process) for process in program.stdout.readline().split()]


def gone(processes: list[int], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while any(alive(process) for process in processes) and time.monotonic() < until:
        time.sleep(0.02)
    return not any(alive(process) for process in processes)


def test_ctrl_c_ends_the_workers_at_once_and_quietly(program: subprocess.Popen[str]) -> None:
    """The terminal interrupts the workers too; what they print is kept off standard output."""
    workers = workers_of(program)
    os.killpg(program.pid, signal.SIGINT)
    began = time.monotonic()
    output, errors = program.communicate(timeout=30)
    assert time.monotonic() - began < 20
    assert output == "stopped after 2\n"
    assert set(errors.splitlines()) == {"a worker's words"}
    assert program.returncode == 0
    assert len(workers) == 2
    assert gone(workers)


def test_workers_do_not_outlive_a_killed_program(program: subprocess.Popen[str]) -> None:
    workers = workers_of(program)
    program.kill()
    assert len(workers) == 2
    assert gone(workers)


def test_functions_of_a_script_work_too(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from secondsource.optimizer.executors import open_executor\n"
        "def start(setup): return setup\n"
        "def work(state, task): return state + task\n"
        "if __name__ == '__main__':\n"
        "    with open_executor('processes', workers=1) as executor:\n"
        "        print(*executor.run(start, work, 10, [1, 2]))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert done.stdout == "(0, 11) (1, 12)\n"


def test_a_cluster_forgets_a_setup_at_the_end(address: str) -> None:
    from distributed import Client  # noqa: PLC0415  # an extra

    with Client(address, set_as_default=False) as client:
        with open_executor("dask", address=address) as executor:
            list(executor.run(jobs.start, jobs.multiply, 77, range(50)))
            assert any(client.run(jobs.setups_held).values())
        assert not any(client.run(jobs.setups_held).values())


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("threads", {}, "'threads' is unknown; serial, processes and dask are there"),
        ("serial", {"workers": 2}, "a number of workers is for the executor 'processes'"),
        ("processes", {"workers": 0}, "give 1 or more"),
        ("processes", {"address": "tcp://127.0.0.1:1"}, "an address is for the executor 'dask'"),
        ("dask", {}, "needs the address of a scheduler"),
    ],
)
def test_wrong_arguments_are_said(name: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message), open_executor(name, **options):
        pass


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(ValueError, match=r'pip install "secondsource\[dask\]"'),
        open_executor("dask", address="tcp://127.0.0.1:8786"),
    ):
        pass


def test_where_nobody_listens_that_is_said() -> None:
    pytest.importorskip("distributed", reason="Dask is not installed (extra 'dask')")
    from secondsource.optimizer.executors.cluster import connected  # noqa: PLC0415  # an extra

    with socket.socket() as taken:  # bound, and nobody accepts
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with (
            pytest.raises(ConnectionError, match=f"no Dask scheduler answers at {address}"),
            connected(address, timeout=1),
        ):
            pass


def test_a_cluster_with_other_versions_is_refused() -> None:
    here = {"secondsource": "1.2.0", "highspy": "1.15.1", "python": "3.11.7.f", "numpy": "2.4.6"}
    near = here | {"python": "3.11.9.f", "numpy": "2.1.0"}

    def found(*workers: dict[str, Any]) -> dict[str, Any]:
        described = {f"tcp://{at}": {"packages": worker} for at, worker in enumerate(workers)}
        return {"client": {"packages": here}, "workers": described}

    compare_versions(found(here, near))
    other = here | {"secondsource": None, "highspy": "1.14.0", "python": "3.12.1.f"}
    with pytest.raises(ValueError, match="install the same ones") as caught:
        compare_versions(found(here, other))
    assert str(caught.value).splitlines()[1:] == [
        "- worker tcp://1 has secondsource not at all, here it is 1.2.0",
        "- worker tcp://1 has highspy 1.14.0, here it is 1.15.1",
        "- worker tcp://1 has python 3.12, here it is 3.11",
    ]


def test_cheap_tasks_travel_many_at_a_time_and_dear_ones_alone() -> None:
    cheap, dear = Pace(0.05), Pace(0.05)
    sizes = []
    for _ in range(10):
        sizes.append(cheap.size)
        cheap.saw(cheap.size, cheap.size * 0.001)
        dear.saw(dear.size, dear.size * 2.0)
    assert sizes == [1, 2, 4, 8, 16, 32, 50, 50, 50, 50]
    assert dear.size == 1
    for _ in range(20):
        cheap.saw(cheap.size, cheap.size * 2.0)
    assert cheap.size == 1


@each_afar
def test_dear_tasks_behind_cheap_ones_are_shared_out(executor: Executor) -> None:
    """A hundred cheap ones make chunks large; the eight dear ones at the end go to both workers."""
    tasks = [0.0] * 100 + [0.4] * 8
    found = list(executor.run(jobs.start, jobs.sleep_where, 1, tasks))
    dear = Counter(process for position, process in found if position >= 100)
    assert len(found) == 108
    assert len(dear) == 2
    assert max(dear.values()) <= 6


def test_a_result_does_not_wait_for_a_long_task_behind_it() -> None:
    with open_executor("processes", workers=1) as executor:
        began = time.monotonic()
        for position, _ in executor.run(jobs.start, jobs.sleep, 1, [0.0] * 150 + [20.0]):
            if position == 149:
                break
        assert time.monotonic() - began < 10


@each_afar
def test_nothing_but_a_task_that_cannot_travel(executor: Executor) -> None:
    ((position, found),) = executor.run(jobs.start, jobs.multiply, 1, [lambda: 2])
    assert position == 0
    assert isinstance(found, Failed)
