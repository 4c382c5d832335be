"""Cases as a folder: ``case.toml`` and one CSV file for each table that has rows."""

from __future__ import annotations

import csv
import io
import tomllib
from pathlib import Path
from typing import Any

import tomli_w

from ..models.case import TABLES, Case
from ..models.problems import quote
from .cells import plain_rows, plain_settings, text_of
from .files import UnsafeFileError, read_text, replacing
from .nearest import did_you_mean
from .raw import SETTINGS, RawCase, RawTable, tidy_header, unknown_table

CASE_FILE = "case.toml"


def read_folder(folder: Path) -> RawCase:
    """The cells of a case's folder. Files other than case.toml and CSV tables are left alone."""
    raw = RawCase()
    _read_toml(raw, folder)
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() != ".csv" or path.name.startswith("."):
            continue
        if path.stem not in TABLES:
            unknown_table(raw, path.stem, path.name)
            continue
        try:
            text = read_text(path, folder)
        except UnsafeFileError as error:
            raw.unreadable.add(path.stem)
            raw.complain(str(error), place=path.name)
            continue
        table = csv_table(raw, path.stem, path.name, text)
        if table is not None:
            raw.tables[path.stem] = table
    return raw


def _read_toml(raw: RawCase, folder: Path) -> None:
    raw.unreadable.add("case")
    if not (folder / CASE_FILE).exists():
        raw.complain(
            "there is no case.toml in the folder",
            place=CASE_FILE,
            remedy="add one with at least [case], name and periods; 'secondsource new' writes one",
        )
        return
    try:
        content = tomllib.loads(read_text(folder / CASE_FILE, folder))
    except UnsafeFileError as error:
        raw.complain(str(error), place=CASE_FILE)
        return
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        why = "too deeply nested" if isinstance(error, RecursionError) else str(error)
        raw.complain(
            f"is not valid TOML: {why}",
            place=CASE_FILE,
            remedy='text stands in quotes, e.g. start = "2027-01"',
        )
        return
    raw.unreadable.discard("case")
    take_settings(raw, content, CASE_FILE)


def take_settings(raw: RawCase, content: dict[str, Any], file: str) -> None:
    """Keep the sections [case] and [solve] of a parsed file and complain about any other."""
    for section, values in content.items():
        if section not in SETTINGS:
            stray = not isinstance(values, dict)
            raw.complain(
                f"{quote(section)} is not a section of {file}",
                place=file,
                value=section,
                remedy=did_you_mean(section, SETTINGS)
                or ("settings stand under [case] or [solve]" if stray else "remove it"),
            )
        elif not isinstance(values, dict):
            raw.complain(f"[{section}] must be a section of keys and values", place=file)
        else:
            raw.settings[section] = values


def csv_table(raw: RawCase, name: str, file: str, text: str) -> RawTable | None:
    """The cells of a CSV table; None where there are none, and what is wrong told to ``raw``.

    Args:
        raw: what complaints go to.
        name: of the table.
        file: name of the file, for messages.
        text: all of it; commas, semicolons or tabs stand between the cells.
    """
    first = text.split("\n", 1)[0]
    marks = {mark: first.count(mark) for mark in (",", ";", "\t")}
    delimiter = max(marks, key=lambda mark: marks[mark])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    table: RawTable | None = None
    line = 1
    try:
        for cells in reader:
            start, line = line, reader.line_num + 1
            values = [cell.strip() or None for cell in cells]
            if not any(values):
                continue
            if table is None:
                table = RawTable(tidy_header(raw, name, list(values), file), file=file)
            else:
                _add_row(raw, name, table, values, start)
    except csv.Error as error:
        raw.unreadable.add(name)
        raw.complain(f"is not a CSV table: {error}", place=f"{file} line {line}")
    return table


def _add_row(raw: RawCase, name: str, table: RawTable, values: list[str | None], line: int) -> None:
    width = len(table.columns)
    extra = [value for value in values[width:] if value]
    nameless = [value for value, column in zip(values, table.columns, strict=False) if not column]
    table.rows.append([*values[:width], *[None] * (width - len(values))])
    table.lines.append(line)
    if extra or any(nameless):
        raw.complain(
            f"{quote((extra or [value for value in nameless if value])[0])} stands in no column",
            table=name,
            row=len(table.rows),
            place=f"{table.file} line {line}",
            remedy='a cell that holds a comma stands in double quotes, e.g. "Nd,Pr"',
        )


def write_folder(case: Case, folder: Path) -> None:
    """Write a case as a folder; tables of an older case in it that have no rows now are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / CASE_FILE) as part:
        part.write_text(tomli_w.dumps(plain_settings(case)), encoding="utf-8", newline="\n")
    for name in TABLES:
        path = folder / f"{name}.csv"
        header, rows = plain_rows(case, name)
        if not rows:
            path.unlink(missing_ok=True)
            continue
        with replacing(path) as part, part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows([text_of(cell) for cell in row] for row in rows)
