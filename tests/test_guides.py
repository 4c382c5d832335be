"""Every example of the guides runs exactly as it is written, and the site builds."""

from __future__ import annotations

from pathlib import Path

import pytest
from guide_pages import Reader, first_missing

DOCS = Path(__file__).resolve().parent.parent / "docs"
LONG = pytest.mark.slow


@pytest.mark.parametrize(
    ("name", "examples"),
    [
        pytest.param("tutorial", 18, marks=LONG),
        pytest.param("planners", 8, marks=LONG),
        ("scripting", 13),
        pytest.param("add-a-rule", 5, marks=LONG),
        ("add-a-family", 1),
    ],
)
def test_the_examples_of_a_guide_run_as_written(name: str, examples: int, tmp_path: Path) -> None:
    ran = Reader(tmp_path).follow(DOCS / f"{name}.md")
    assert ran == examples, "counted by hand: none is skipped unseen"


def test_an_output_must_have_the_lines_in_order_and_whole() -> None:
    said = "plan costs 39.22 m\nwritten   to here (0.1 s)\nbye\n"
    assert first_missing("plan … m\nwritten to here …\n", said) is None
    assert first_missing("bye\nplan …\n", said) == "plan …"
    assert first_missing("plan costs 39.2\n", said) == "plan costs 39.2"
