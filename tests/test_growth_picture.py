"""The picture of growth shows what was measured, and what was measured keeps its promises."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

DOCS = Path(__file__).resolve().parent.parent / "docs"


def builder() -> ModuleType:
    """docs/build_growth_picture.py as a module."""
    path = DOCS / "build_growth_picture.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module


def test_the_picture_is_drawn_from_the_measurements() -> None:
    growth = builder()
    drawn = (DOCS / "growth.svg").read_text(encoding="utf-8")
    assert drawn == growth.picture(growth.read()), "run python docs/build_growth_picture.py"


def test_two_million_variables_take_4_gb_and_three_times_linopy_at_most() -> None:
    growth = builder()
    rows = growth.read()
    ours, linopy = (
        dict(growth.sums(rows, way, growth.BUILDING)) for way in ("secondsource", "linopy")
    )
    largest = max(ours)
    assert largest > 2e6 and max(linopy) == largest
    assert ours[largest] <= 3 * linopy[largest]
    assert dict(growth.peaks(rows, "secondsource"))[largest] <= 4.0
