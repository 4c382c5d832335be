"""mpi-sppy on three ranks finds a plan within half a per cent of the extensive form's."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from secondsource.datasets.save import save_case
from secondsource.optimizer.highs import Options
from secondsource.optimizer.solve import Request, solve

from tests.decomposition.futures import quickstart_with

BESIDE = Path(sys.executable).with_name("mpiexec")
MPIEXEC = str(BESIDE) if BESIDE.exists() else shutil.which("mpiexec")


@pytest.mark.slow
@pytest.mark.skipif(MPIEXEC is None, reason="there is no mpiexec: install an MPI, such as mpich")
@pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("mpi4py", "mpisppy")),
    reason="mpi4py and mpi-sppy are not installed: the extra mpi",
)
def test_three_ranks_come_within_half_a_per_cent_on_thirty_futures(tmp_path: Path) -> None:
    case = quickstart_with(30)
    save_case(case, tmp_path / "thirty")
    command = [str(MPIEXEC), "-n", "3", sys.executable, "-m", "secondsource.optimizer.mpi"]
    done = subprocess.run(
        [*command, str(tmp_path / "thirty"), "--iterations", "1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.strip().splitlines()[-1])
    assert found["ranks"] == 3 and found["scenarios"] == 30
    whole = solve(case, Request(options=Options(gap=4e-3), method="extensive"))
    assert whole.objective is not None and whole.bound is not None
    assert found["objective"] == pytest.approx(whole.objective, rel=5e-3)
    assert found["objective"] >= whole.bound * (1 - 1e-6)
