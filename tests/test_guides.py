"""Every example of the guides runs exactly as it is written, and the site builds."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from guide_pages import Reader, first_missing
from mkdocs.commands.build import build
from mkdocs.config import load_config
from secondsource.cli.completion import cases
from secondsource.cli.main import cli

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
LONG = pytest.mark.slow


@pytest.mark.parametrize(
    ("name", "examples"),
    [
        pytest.param("tutorial", 18, marks=LONG),
        pytest.param("planners", 8, marks=LONG),
        pytest.param("finance", 6, marks=LONG),
        pytest.param("scripting", 13, marks=LONG),
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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages as a site; a warning, such as a link that leads nowhere, is an error."""
    folder = tmp_path_factory.mktemp("site")
    config = load_config(str(ROOT / "mkdocs.yml"), strict=True, site_dir=str(folder))
    config.plugins.on_startup(command="build", dirty=False)
    build(config)
    config.plugins.on_shutdown()
    return folder


def test_every_page_of_the_docs_is_in_the_site(site: Path) -> None:
    assert {page.stem for page in DOCS.glob("*.md")} <= {page.stem for page in site.glob("*.html")}
    assert not list(site.rglob("*.py"))


def test_reading_the_site_asks_no_other_host(site: Path) -> None:
    """Whatever a browser loads by itself is a file of the site; links are for people to follow."""
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        text = page.read_text(encoding="utf-8")
        tags = re.findall(r"<(?:script|link|img|iframe|source|video|object|embed)\b[^>]*>", text)
        asked = [at for tag in tags for at in re.findall(r'(?:src|href|data)="([^"]*)"', tag)]
        assert asked and not [at for at in asked if re.match(r"(?:\w+:)?//", at)], page.name
    for sheet in site.rglob("*.css"):
        assert not re.findall(r"(?:url\(|@import)\s*['\"]?(?:\w+:)?//", sheet.read_text("utf-8"))


def test_mathematics_reads_as_text(site: Path) -> None:
    text = (site / "formulation.html").read_text(encoding="utf-8")
    assert "$$" not in text and "Σ_{ORDERED} buy" in text and "≤" in text
    assert not re.findall(r"\\[A-Za-z]+", text), "a command of TeX without its character"


def test_every_command_that_takes_a_case_offers_the_bundled_ones_to_the_tab_key() -> None:
    assert isinstance(cli, click.Group)
    context = click.Context(cli)
    taken = [
        (name, parameter)
        for name in cli.list_commands(context)
        for parameter in cli.get_command(context, name).params
        if isinstance(parameter, click.Argument) and "CASE" in parameter.make_metavar(context)
    ]
    assert len(taken) >= 10
    for name, parameter in taken:
        assert parameter._custom_shell_complete is cases, name
