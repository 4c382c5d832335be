"""docs/case-format.md says what the models say."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from secondsource.models.case import TABLES, columns

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("page", DOCS / "build_case_format.py")
    assert spec is not None
    assert spec.loader is not None
    builder = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(builder)
    page = (DOCS / "case-format.md").read_text(encoding="utf-8")
    assert page == builder.render(page), "run python docs/build_case_format.py"


def test_every_column_says_what_it_means() -> None:
    for model in TABLES.values():
        for name, field in columns(model).items():
            assert field.description, name
