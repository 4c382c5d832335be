"""Loading a case from wherever it lies: a folder, a workbook, a JSON file, or the package."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..models.case import Case
from ..models.problems import CaseError, Problem, quote
from .bundled import bundled_names, bundled_path
from .checks import check_parsed
from .folder import read_folder
from .json_file import read_json
from .nearest import did_you_mean
from .parse import parse
from .raw import RawCase
from .workbook_in import read_workbook


def load_case(source: str | Path) -> Case:
    """The case at a path or of a bundled name, once everything in it has been checked.

    Args:
        source: a folder, an .xlsx or .json file, or the name of a bundled case.

    Raises:
        CaseError: with every problem found, if one of them is an error.
    """
    case, problems = read_case(source)
    if case is None:
        raise CaseError(problems, str(source))
    return case


def read_case(source: str | Path) -> tuple[Case | None, list[Problem]]:
    """The case (None if it has errors) and every problem found, warnings included."""
    raw = read_raw(source)
    parsed = parse(raw)
    problems = [*parsed.problems, *check_parsed(parsed)]
    problems = [
        problem if problem.place else replace(problem, place=raw.place(problem))
        for problem in problems
    ]
    failed = any(problem.level == "error" for problem in problems)
    return (None if failed else parsed.case), problems


def read_raw(source: str | Path) -> RawCase:
    """The cells of a case, uninterpreted; a missing file is a problem like any other."""
    path = Path(source)
    try:
        if not path.exists() and str(source) in bundled_names():
            path = bundled_path(str(source))
        if path.is_dir():
            return read_folder(path)
        if path.suffix.lower() == ".xlsx" and path.exists():
            return read_workbook(path)
        if path.suffix.lower() == ".json" and path.exists():
            return read_json(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return _nothing(f"{quote(source)} cannot be read: {reason}")
    if path.exists():
        return _nothing(
            f"{quote(source)} is not a case",
            "a case is a folder with case.toml, an .xlsx workbook or a .json file",
        )
    names = bundled_names()
    hint = did_you_mean(str(source), names)
    return _nothing(
        f"there is no file, folder or bundled case {quote(source)}",
        hint or (f"the bundled cases are {', '.join(names)}" if names else ""),
    )


def _nothing(message: str, remedy: str = "") -> RawCase:
    raw = RawCase()
    raw.complain(message, remedy=remedy)
    return raw
