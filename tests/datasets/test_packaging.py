"""Every bundled case goes into the wheel, which lists each folder of data by name."""

from __future__ import annotations

import tomllib
from pathlib import Path

from secondsource.datasets.bundled import bundled_names

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_each_bundled_case_is_listed() -> None:
    setuptools = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["tool"]["setuptools"]
    folders = {f"secondsource.datasets.bundled.{name}" for name in bundled_names()}
    assert folders <= set(setuptools["packages"])
    assert folders == {name for name in setuptools["package-data"] if ".bundled" in name}
