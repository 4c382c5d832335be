"""The cases that come with the package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def _home() -> Path:
    return Path(str(files(__package__).joinpath("bundled")))


def bundled_names() -> list[str]:
    """Names of the bundled cases, in alphabetical order."""
    home = _home()
    if not home.is_dir():
        return []
    return sorted(path.name for path in home.iterdir() if (path / "case.toml").is_file())


def bundled_path(name: str) -> Path:
    """Folder of a bundled case.

    Raises:
        KeyError: there is no bundled case of that name.
    """
    if name not in bundled_names():
        raise KeyError(name)
    return _home() / name
