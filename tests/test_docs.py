"""Pages made from the code are up to date, and the README's promises hold."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent


def script(name: str) -> ModuleType:
    """A script of docs/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_formulation_page_is_what_the_docstrings_say() -> None:
    """docs/formulation.md was made from the code as it is."""
    page = (ROOT / "docs" / "formulation.md").read_text(encoding="utf-8")
    assert page == script("build_formulation").render(), "run python docs/build_formulation.py"


def test_every_rule_of_the_formulation_is_explained() -> None:
    """No rule stands on the page without a meaning."""
    page = (ROOT / "docs" / "formulation.md").read_text(encoding="utf-8")
    rules = re.findall(r"^\| `(\w+)` \| (.*) \|$", page, flags=re.MULTILINE)
    assert len(rules) > 40
    assert all(len(meaning) > 10 for _, meaning in rules)


def test_readme_has_exactly_two_setup_commands() -> None:
    """One command runs the main job on a fresh machine, one runs the tests."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", readme, flags=re.MULTILINE | re.DOTALL)
    setups = [block for block in blocks if "-m venv" in block]
    assert len(setups) == 2
    assert "secondsource solve ndfeb" in setups[0]
    assert "pytest" in setups[1]


def test_pictures_and_links_of_the_readme_exist() -> None:
    """No link of the README leads nowhere."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", readme):
        if not target.startswith("http"):
            assert (ROOT / target).is_file(), target
