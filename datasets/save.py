"""Writing a case as a folder, a workbook or a JSON file."""

from __future__ import annotations

from pathlib import Path

from ..models.case import Case
from .folder import write_folder
from .json_file import write_json
from .workbook_out import write_workbook

FILE_SUFFIXES = frozenset(
    {".xlsx", ".json", ".xls", ".xlsm", ".xlsb", ".ods", ".csv", ".toml", ".zip", ".parquet"}
)
"""Suffixes of files: a case goes into the first two, and none of them is a folder's name."""


def save_case(case: Case, path: str | Path) -> Path:
    """Write ``case`` where ``path`` says: .xlsx a workbook, .json a JSON file, else a folder.

    All three can be read back to an equal case. Returns the path.

    Raises:
        ValueError: the suffix is that of another kind of file, such as .xls or .csv.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix == ".xlsx":
        write_workbook(case, target)
    elif suffix == ".json":
        write_json(case, target)
    elif suffix in FILE_SUFFIXES:
        raise ValueError(f"cannot write a case as {suffix}; use a folder, .xlsx or .json")
    else:
        write_folder(case, target)
    return target
