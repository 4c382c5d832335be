"""A case's folder as a thing that can be spoiled, one cell or file at a time."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from secondsource.datasets.bundled import bundled_path

Edit = Callable[[Path], None]


@dataclass(frozen=True)
class Corruption:
    """What is spoiled in the quickstart case, and what `check` must say about it.

    ``where`` is the place as people read it; ``says`` are pieces of the message and its remedy.
    """

    name: str
    edits: tuple[Edit, ...]
    where: str
    says: tuple[str, ...]


def spoil(folder: Path, corruption: Corruption) -> Path:
    """Write the quickstart case to ``folder`` and spoil it."""
    shutil.copytree(bundled_path("quickstart"), folder)
    for edit in corruption.edits:
        edit(folder)
    return folder


def _read(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def _write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def cell(table: str, row: int, column: str, value: str) -> Edit:
    """Put ``value`` into a cell, adding the column where the table has none."""

    def edit(folder: Path) -> None:
        rows = _read(folder / f"{table}.csv")
        if column not in rows[0]:
            rows[0].append(column)
            for other in rows[1:]:
                other.append("")
        rows[row][rows[0].index(column)] = value
        _write(folder / f"{table}.csv", rows)

    return edit


def add(table: str, /, **cells: str) -> Edit:
    """Append a row, making the table or columns where there are none ('from_' is 'from')."""

    def edit(folder: Path) -> None:
        path = folder / f"{table}.csv"
        named = {name.rstrip("_"): value for name, value in cells.items()}
        rows = _read(path) if path.exists() else [list(named)]
        for name in named:
            if name not in rows[0]:
                rows[0].append(name)
                for other in rows[1:]:
                    other.append("")
        rows.append([named.get(name, "") for name in rows[0]])
        _write(path, rows)

    return edit


def rename_column(table: str, old: str, new: str) -> Edit:
    """Call a column something else."""

    def edit(folder: Path) -> None:
        rows = _read(folder / f"{table}.csv")
        rows[0][rows[0].index(old)] = new
        _write(folder / f"{table}.csv", rows)

    return edit


def drop_column(table: str, column: str) -> Edit:
    """Take a column out."""

    def edit(folder: Path) -> None:
        rows = _read(folder / f"{table}.csv")
        at = rows[0].index(column)
        _write(folder / f"{table}.csv", [row[:at] + row[at + 1 :] for row in rows])

    return edit


def replace(file: str, old: str, new: str) -> Edit:
    """Replace a piece of a file's text."""

    def edit(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text, f"{file} no longer holds {old!r}"
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def delete(file: str) -> Edit:
    """Delete a file."""
    return lambda folder: (folder / file).unlink()


def write(file: str, content: str | bytes) -> Edit:
    """Write a file anew."""

    def edit(folder: Path) -> None:
        data = content.encode() if isinstance(content, str) else content
        (folder / file).write_bytes(data)

    return edit
