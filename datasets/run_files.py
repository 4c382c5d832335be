"""The small files of a run folder: summary and manifest, and cells of CSV that no one runs."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import platform, python_version
from typing import Any

PACKAGES = ("secondsource", "pyomo", "highspy", "numpy", "pandas", "pydantic", "scipy")


def without_formulas(cell: Any) -> Any:
    """Keep text that a spreadsheet would run as a formula from being one."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@") else cell


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write an object as JSON, and see to it that it is on the disk.

    Raises:
        ValueError: some number is not finite.
        OSError: the file cannot be written.
    """
    with path.open("w", encoding="utf-8") as file:
        json.dump(content, file, indent=1, ensure_ascii=False, allow_nan=False)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())


def manifest_of(case_file: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """What ``manifest.json`` holds: versions, options and the hash of the input."""
    return {
        "input_sha256": hashlib.sha256(case_file.read_bytes()).hexdigest(),
        "options": dict(options),
        "versions": {"python": python_version(), **{name: _version(name) for name in PACKAGES}},
        "platform": platform(),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
