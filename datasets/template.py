"""A bundled case written out, as the start of somebody's own."""

from __future__ import annotations

from pathlib import Path

from ..models.case import TABLES
from .bundled import bundled_path
from .files import replacing
from .load import load_case
from .save import FILE_SUFFIXES, save_case


def write_template(name: str, target: Path) -> None:
    """Write a bundled case as a folder, or as .xlsx or .json by suffix.

    A folder is copied file by file, with its comments and README; tables of another case that
    lie there already are removed.

    Raises:
        KeyError: there is no bundled case of that name.
        ValueError: the suffix is that of another kind of file.
    """
    source = bundled_path(name)
    if target.suffix.lower() in FILE_SUFFIXES:
        save_case(load_case(source), target)
        return
    target.mkdir(parents=True, exist_ok=True)
    for table in TABLES:
        if not (source / f"{table}.csv").exists():
            (target / f"{table}.csv").unlink(missing_ok=True)
    for path in sorted(source.iterdir()):
        if path.is_file():
            with replacing(target / path.name) as part:
                part.write_bytes(path.read_bytes())
