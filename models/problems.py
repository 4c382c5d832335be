"""What can be wrong with a case, and how it is told: where, what, and what would mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["error", "warning"]
SETTINGS = ("case", "solve")
_LONGEST_QUOTE = 60


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, or looks wrong, with a case.

    Attributes:
        level: 'error' where the case cannot be read or means nothing, else 'warning'.
        message: what is wrong, the value included.
        table: table, or 'case' or 'solve' for settings; '' for the whole case.
        row: number of the data row in its table, from 1.
        column: column, or the name of a setting.
        value: what was found there.
        remedy: what would mend it.
        place: file and line, or sheet and cell, as in 'offers!F14'.
    """

    level: Level
    message: str
    table: str = ""
    row: int | None = None
    column: str = ""
    value: Any = None
    remedy: str = ""
    place: str = ""

    @property
    def where(self) -> str:
        """Place in planners' words: 'offers row 14, lead_days' or '[case] periods'."""
        if self.table in SETTINGS:
            return f"[{self.table}] {self.column}".strip()
        parts = [self.table or ("" if self.column else self.place)]
        if self.row is not None:
            parts[0] += f" row {self.row}"
        return ", ".join(part for part in (*parts, self.column) if part)

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        if self.remedy:
            text += f"; {self.remedy}"
        if self.place and self.place not in text:
            text += f" ({self.place})"
        return text

    def as_dict(self) -> dict[str, Any]:
        """The problem as plain values for JSON."""
        plain = isinstance(self.value, (str, int, bool, type(None)))
        return {
            "level": self.level,
            "table": self.table,
            "row": self.row,
            "column": self.column,
            "value": self.value if plain else str(self.value),
            "message": self.message,
            "remedy": self.remedy,
            "place": self.place,
        }


class CaseError(Exception):
    """A case that cannot be read, or means nothing. ``problems`` holds all that was found."""

    def __init__(self, problems: Sequence[Problem], name: str = "") -> None:
        self.problems = list(problems)
        self.name = name
        super().__init__(format_problems(self.problems, name))


def quote(value: Any) -> str:
    """A value as messages show it: text in quotes and cut short, numbers as they are."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        text = str(value)
        if len(text) > _LONGEST_QUOTE:
            text = text[: _LONGEST_QUOTE - 3] + "..."
        shown = "".join(mark if mark.isprintable() else repr(mark)[1:-1] for mark in text)
        return f'"{shown}"'
    text = str(value)
    if isinstance(value, float) and float(f"{value:g}") == value:
        text = f"{value:g}"
    return text if len(text) <= _LONGEST_QUOTE else text[:20] + "..."


def counted(number: int, word: str) -> str:
    """'1 error', '2 errors'."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def format_problems(problems: Iterable[Problem], name: str = "", limit: int | None = 40) -> str:
    """All problems, errors first, one a line, under a line that counts them.

    Args:
        problems: what was found.
        name: name of the case for the first line.
        limit: most problems to list; None for all.
    """
    ordered = sorted(problems, key=lambda problem: problem.level)
    errors = sum(problem.level == "error" for problem in ordered)
    counts = [counted(errors, "error")] if errors else []
    if warnings := len(ordered) - errors:
        counts.append(counted(warnings, "warning"))
    lines = [f"{name + ': ' if name else ''}{' and '.join(counts) or 'no problems'}"]
    shown = ordered if limit is None else ordered[:limit]
    lines += [f"  {problem.level}: {problem}" for problem in shown]
    if len(shown) < len(ordered):
        lines.append(f"  ... and {len(ordered) - len(shown)} more")
    return "\n".join(lines)
