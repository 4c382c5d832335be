"""The command line answers at once, because nothing heavy is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys

import secondsource

HEAVY = ("numpy", "pandas", "pydantic", "pyomo", "highspy", "scipy", "rich", "pyarrow")


def loaded_by(statement: str) -> set[str]:
    """Top-level modules that a fresh Python has loaded after a statement."""
    code = f"import sys\n{statement}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_help_loads_nothing_heavy() -> None:
    """Neither the group nor a command's own help imports the solver or tables."""
    for arguments in ([], ["solve", "--help"], ["check", "--help"], ["controls", "--help"]):
        loaded = loaded_by(
            "from click.testing import CliRunner\n"
            "from secondsource.cli.main import cli\n"
            f"result = CliRunner().invoke(cli, {arguments or ['--help']!r})\n"
            "assert result.exit_code == 0, result.output"
        )
        assert not loaded & set(HEAVY), arguments


def test_importing_the_package_loads_nothing_heavy() -> None:
    """The public names are loaded when first used."""
    assert not loaded_by("import secondsource") & set(HEAVY)


def test_public_names_all_exist() -> None:
    """Everything the package promises can be had."""
    for name in secondsource.__all__:
        assert getattr(secondsource, name) is not None
