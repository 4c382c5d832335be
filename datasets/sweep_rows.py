"""The rows of a sweep over a list of points: inline, or in a CSV file beside the sweep's file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ..models.problems import Problem, quote
from ..models.sweep import Input, Setting, SweepSettings, Value
from .files import UnsafeFileError, read_text
from .folder import csv_table
from .nearest import did_you_mean
from .raw import RawCase

_VALUE: TypeAdapter[Any] = TypeAdapter(Value)
Rows = list[tuple[Setting, ...]]


def rows_of(
    settings: SweepSettings, inputs: list[Input], folder: Path | None, problems: list[Problem]
) -> Rows:
    """The points of a list; what is wrong with them is added to ``problems``.

    A row is a list of values in the order of the inputs, or a table of input and value. What a row
    leaves out, or leaves blank, stays as the case has it. A file must lie in ``folder``, if given.
    """
    names = [one.name for one in inputs]
    if settings.file is not None and settings.rows is None:
        return _of_file(settings.file, names, folder, problems)
    if settings.rows is None or settings.file is not None:
        message = "a list needs rows or a file" + (", not both" if settings.rows else "")
        remedy = f"e.g. rows = [[{', '.join('1' for _ in names)}]], or file = 'points.csv'"
        _complain(problems, message, "[sweep] rows", remedy=remedy)
        return []
    found = []
    for number, row in enumerate(settings.rows, start=1):
        cells = _by_name(row, names, number, problems)
        if cells is not None:
            found.append(_settings(cells, number, problems))
    return found


def _complain(problems: list[Problem], message: str, column: str, **more: Any) -> None:
    problems.append(Problem("error", message, column=column, **more))


def _by_name(row: Any, names: list[str], number: int, problems: list[Problem]) -> list[Any] | None:
    """The cells of a row in the order of the inputs, None if it is no row."""
    if isinstance(row, dict):
        strangers = [key for key in row if key not in names]
        for key in strangers:
            _complain(
                problems, f"row {number}: {quote(key)} is no input", "[sweep] rows",
                remedy=did_you_mean(str(key), names) or f"the inputs are {', '.join(names)}",
            )  # fmt: skip
        return None if strangers else [row.get(name) for name in names]
    if isinstance(row, list) and len(row) == len(names):
        return row
    what = f"has {len(row)} values" if isinstance(row, list) else f"{quote(row)} is no row"
    _complain(
        problems, f"row {number}: {what}", "[sweep] rows",
        remedy=f"a row has {len(names)} values ({', '.join(names)}), or is {{name = value}}",
    )  # fmt: skip
    return None


def _settings(
    cells: list[Any], number: int, problems: list[Problem], place: str = ""
) -> tuple[Setting, ...]:
    found: list[Setting] = []
    for cell in cells:
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            found.append(None)
            continue
        try:
            found.append(_VALUE.validate_python(cell))
        except ValidationError as error:
            found.append(None)
            reason = error.errors()[0]["msg"]
            column = "[sweep] file" if place else "[sweep] rows"
            message = f"row {number}: {quote(cell)} {reason}"
            _complain(problems, message, column, place=place)
    return tuple(found)


def _of_file(name: str, names: list[str], folder: Path | None, problems: list[Problem]) -> Rows:
    path = Path(name) if folder is None else folder / name
    if folder is not None and not path.resolve().is_relative_to(folder.resolve()):
        _complain(
            problems, f"{quote(name)} lies outside the folder of the sweep file", "[sweep] file",
            remedy="move it beside the sweep file",
        )  # fmt: skip
        return []
    try:
        text = read_text(path, folder)
    except UnsafeFileError as error:
        _complain(problems, f"{quote(name)} {error}", "[sweep] file", remedy="name a CSV file")
        return []
    raw = RawCase()
    table = csv_table(raw, "rows", path.name, text)
    problems += raw.problems
    if table is None or not table.rows:
        _complain(problems, f"{quote(name)} has no rows", "[sweep] file")
        return []
    for column in table.columns:
        if column not in names:
            _complain(
                problems, f"{quote(column)} is no input", "[sweep] file", place=path.name,
                remedy=did_you_mean(column, names) or f"the inputs are {', '.join(names)}",
            )  # fmt: skip
    where = {name: position for position, name in enumerate(table.columns)}
    return [
        _settings(
            [row[where[name]] if name in where else None for name in names],
            number, problems, table.place(number),
        )
        for number, row in enumerate(table.rows, start=1)
    ]  # fmt: skip
