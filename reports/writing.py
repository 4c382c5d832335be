"""One report in one file: what it becomes is told by the file's ending."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path


def report(runs: str | Path | Sequence[str | Path], target: str | Path) -> Path:
    """Write the report of one or several result folders.

    Args:
        runs: folders of plans, frontiers, sweeps or stress tests.
        target: ``.html`` for a page, ``.xlsx`` for a workbook; an earlier file is replaced.

    Returns:
        The file.

    Raises:
        ValueError: the ending is none of these, or the results cannot stand in one report.
        CaseError: a folder holds no result.
        OSError: the file cannot be written.
    """
    folders = [runs] if isinstance(runs, (str, Path)) else list(runs)
    file = Path(target)
    if file.is_dir():
        raise ValueError(f"{file} is a folder; name a file for the report")
    kind = file.suffix.lower()
    if kind in (".html", ".htm"):
        from .page.report import write_report  # noqa: PLC0415  # a workbook needs no page

        write_report(folders, file)
    elif kind == ".xlsx" and find_spec(".workbook", __package__) is not None:
        import_module(".workbook", __package__).write_workbook(folders, file)
    else:
        raise ValueError(f"{file.name}: {kind or 'no ending'} is not a report format; {_formats()}")
    return file


def _formats() -> str:
    """The formats that there are, for an error."""
    return "name a file that ends in .html" + (
        " or .xlsx" if find_spec(".workbook", __package__) is not None else ""
    )
