"""Whether a cluster's workers would give the answers that this program gives."""

from __future__ import annotations

from typing import Any


def compare_versions(found: dict[str, Any]) -> None:
    """Refuse a cluster whose workers would answer otherwise.

    secondsource and HiGHS must be the same to the last digit, for other versions may find another
    of several equal plans; Python to the second, NumPy to the first, or data may not be read.

    Args:
        found: what ``distributed.Client.get_versions`` says of the packages here and there.

    Raises:
        ValueError: all differences, by worker.
    """
    here = _shortened(found["client"]["packages"])
    lines = []
    for address, worker in sorted(found["workers"].items()):
        there = _shortened(worker["packages"])
        lines += [
            f"- worker {address} has {name} {there[name] or 'not at all'}, here it is {version}"
            for name, version in here.items()
            if there[name] != version
        ]
    if lines:
        raise ValueError(
            "the Dask workers do not have the versions of this program; install the same ones:\n"
            + "\n".join(lines)
        )


def _shortened(packages: dict[str, str | None]) -> dict[str, str | None]:
    """The part of each version that must be the same."""

    def first(name: str, parts: int) -> str | None:
        version = packages.get(name)
        return version and ".".join(version.split(".")[:parts])

    return {
        "secondsource": packages.get("secondsource"),
        "highspy": packages.get("highspy"),
        "python": first("python", 2),
        "numpy": first("numpy", 1),
    }
