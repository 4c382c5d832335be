"""`secondsource datasets` and the tab key: what comes with the package, by name and by size."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from commands import run
from secondsource.cli.datasets import TEACHES
from secondsource.datasets.bundled import bundled_names
from secondsource.datasets.load import load_case


def test_every_bundled_case_is_listed_with_its_size_and_use() -> None:
    found = {about["name"]: about for about in run("datasets", "--json").json["datasets"]}
    assert set(found) == set(bundled_names()) <= set(TEACHES)
    for name, about in found.items():
        case = load_case(name)
        assert about["sites"] == len(case.sites)
        assert about["offers"] == len(case.offers)
        assert about["periods"] == case.case.periods
        assert about["scenarios"] == max(len(case.scenarios), 1)
        assert about["rules"] == len(case.controls)
        assert len(about["teaches"]) > 60


def test_people_see_the_same_as_a_table() -> None:
    told = run("datasets")
    rows = {line.split()[0]: line.split()[1:] for line in told.stdout.splitlines() if line.strip()}
    assert rows["quickstart"][:2] == ["7", "8"]
    assert "what stock, scrap" in told.stdout


def completed(*words: str) -> list[str]:
    """What the tab key offers after these words, as 'type,value'."""
    line = {
        "_SECONDSOURCE_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }
    code = "from secondsource.cli.main import cli; cli(prog_name='secondsource')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **line},
        check=False,
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("secondsource", "so"), "plain,solve"),
        (("secondsource", "solve", "quick"), "plain,quickstart"),
        (("secondsource", "stress", "nd"), "plain,ndfeb"),
        (("secondsource", "solve", "ndfeb", "--time"), "plain,--time-limit"),
        (("secondsource", "schema", "offer_"), "plain,offer_tiers"),
        (("secondsource", "new", "mine", "--from", "q"), "plain,quickstart"),
    ],
)
def test_the_tab_key_completes_commands_cases_options_and_tables(
    words: tuple[str, ...], offered: str
) -> None:
    assert offered in completed(*words)


def test_where_a_case_is_asked_for_files_are_offered_too() -> None:
    assert "file,my-" in completed("secondsource", "check", "my-")


def test_the_version_is_told() -> None:
    assert run("--version").stdout.startswith("secondsource, version ")
