"""The Python API: its page runs as it stands, and results show themselves."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import secondsource as ss
from secondsource.models.notebook import MOST_ROWS, Page, Shown

DOCS = Path(__file__).parent.parent / "docs"


@pytest.fixture(scope="module")
def session() -> dict[str, Any]:
    """The names that are left after the page's examples have run, in order."""
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "python.md").read_text(), re.DOTALL)
    assert len(blocks) >= 7
    names: dict[str, Any] = {}
    for number, block in enumerate(blocks, start=1):
        exec(compile(block, f"python.md, example {number}", "exec"), names)  # our page
    return names


def test_the_page_names_every_function_of_the_api_that_is_a_command() -> None:
    page = (DOCS / "python.md").read_text()
    for name in (
        "load_case",
        "solve",
        "frontier",
        "sweep",
        "stress",
        "explain",
        "compare",
        "verify",
    ):
        assert f"`{name}" in page or f"ss.{name}" in page
        assert callable(getattr(ss, name))
    assert ss.verify is ss.verify_plan


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("plan", "plan, optimal"),
        ("both", "comparison"),
        ("close", "plan close to an old one"),
        ("front", "frontier of cost / lead time"),
        ("check", "verification"),
    ],
)
def test_results_print_short_and_show_as_html(
    session: dict[str, Any], name: str, title: str
) -> None:
    result = session[name]
    assert repr(result).startswith(f"<{title}")
    assert "\n" not in repr(result)
    assert len(repr(result)) < 200
    assert 2 <= str(result).count("\n") < 25
    page = result._repr_html_()
    assert title in page
    assert page.count("<table") >= 2


def test_a_case_prints_its_size_not_its_rows(session: dict[str, Any]) -> None:
    case = session["case"]
    assert repr(case) == str(case)
    assert "8 periods from 2027-Q1" in repr(case)
    assert "8 offers" in repr(case)
    assert len(repr(case)) < 200
    assert "<table>" in case._repr_html_()


def test_names_are_escaped_in_html() -> None:
    class Odd(Shown):
        def page(self) -> Page:
            table = pd.DataFrame({"<b>": ["<script>alert(1)</script>"] * (MOST_ROWS + 3)})
            return Page("<i>", [("<u>", "<s>")], [("<h1>", table)], "<q>")

    page = Odd()._repr_html_()
    for tag in ("<script", "<b>", "<i>", "<u>", "<s>", "<h1>", "<q>"):
        assert tag not in page
    assert "&lt;script&gt;" in page
    assert "3 more rows" in page


def test_a_case_with_an_odd_title_is_escaped() -> None:
    settings = ss.Case().case.model_copy(update={"title": "<script>x</script>", "name": "a<b"})
    page = ss.Case(case=settings)._repr_html_()
    assert "<script" not in page
    assert "a<b" not in page
