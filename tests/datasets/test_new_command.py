"""`secondsource new`: a bundled case as the start of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from secondsource.cli.check import check
from secondsource.cli.new import new
from secondsource.datasets.bundled import bundled_names
from secondsource.datasets.load import load_case


@pytest.mark.parametrize("name", ["mine", "mine.xlsx", "mine.json", "v1.2"])
def test_new_writes_what_check_accepts(name: str, tmp_path: Path) -> None:
    target = tmp_path / name
    result = CliRunner().invoke(new, [str(target)])
    assert result.exit_code == 0, result.output
    assert f"secondsource solve {target}" in result.stderr
    assert load_case(target) == load_case("quickstart")
    assert CliRunner().invoke(check, [str(target)]).exit_code == 0


def test_a_folder_keeps_the_comments_and_the_readme(tmp_path: Path) -> None:
    CliRunner().invoke(new, [str(tmp_path / "mine")])
    assert (tmp_path / "mine" / "README.md").exists()


def test_nothing_is_overwritten_without_force(tmp_path: Path) -> None:
    (tmp_path / "scenarios.csv").write_text("scenario\nmine\n")
    result = CliRunner().invoke(new, [str(tmp_path)])
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert (tmp_path / "scenarios.csv").exists()
    assert CliRunner().invoke(new, [str(tmp_path), "--force"]).exit_code == 0
    assert load_case(tmp_path) == load_case("quickstart")


def test_unknown_names_and_suffixes_are_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(new, [str(tmp_path / "mine"), "--from", "nothing"])
    assert result.exit_code == 2
    assert "there are " + ", ".join(bundled_names()) in result.stderr.replace("\n", " ")
    result = CliRunner().invoke(new, [str(tmp_path / "mine.xls")])
    assert result.exit_code == 2
    assert "use a folder, .xlsx or .json" in result.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", bundled_names())
def test_every_bundled_case_is_without_errors(name: str) -> None:
    load_case(name)
