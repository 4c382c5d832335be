"""How long do the commands take before they do anything?

Run ``python -m benchmarks.startup`` from the repository root. Every command runs in turn with
``import click``, several times; what counts is the ratio of the medians of CPU time.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

REPEATS = 7
PYTHON = [sys.executable, "-c"]
RUN = "from secondsource.cli.main import main; main({arguments})"
COMMANDS = {
    "import click": "import click",
    "secondsource --help": RUN.format(arguments=["--help"]),
    "secondsource solve --help": RUN.format(arguments=["solve", "--help"]),
    "secondsource check quickstart": RUN.format(arguments=["check", "quickstart"]),
    "secondsource solve quickstart --gap 0.01": RUN.format(
        arguments=["solve", "quickstart", "--gap", "0.01"]
    ),
}


def cpu_seconds(statement: str, folder: Path) -> float:
    """CPU seconds of a fresh Python that runs a statement."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*PYTHON, statement], cwd=folder, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        runs: dict[str, list[float]] = {name: [] for name in COMMANDS}
        for _ in range(REPEATS):
            for name, statement in COMMANDS.items():
                runs[name].append(cpu_seconds(statement, Path(folder)))
    medians = {name: statistics.median(seconds) for name, seconds in runs.items()}
    print("| command | CPU s | x import click |\n| --- | ---: | ---: |")
    for name, seconds in medians.items():
        print(f"| {name} | {seconds:.2f} | {seconds / medians['import click']:.1f} |")


if __name__ == "__main__":
    main()
