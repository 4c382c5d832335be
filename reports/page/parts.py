"""What a page is made of: sections with text, charts and tables. Nothing here knows HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["text", "number", "money", "share", "confidence", "source"]
Cell = str | float | int | None
Figure = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        title: its header, with the unit where numbers need one.
        kind: how its cells are written and sorted; 'share' holds fractions.
    """

    title: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Table:
    """A table that people can sort and filter.

    Attributes:
        caption: what it shows.
        columns: of the cells of each row, in order.
        rows: raw values; None is blank.
        note: what a reader should know besides.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart with the table of its numbers.

    Attributes:
        name: short, unique in its section; part of the chart's id.
        title: what it shows.
        summary: what a reader who cannot see it should learn from it.
        figure: 'data' and 'layout' as Plotly reads them; every text in it is escaped.
        table: its numbers.
        height: pixels.
        wide_open: whether its table is shown at once.
    """

    name: str
    title: str
    summary: str
    figure: Figure
    table: Table
    height: int = 380
    wide_open: bool = False


@dataclass(frozen=True)
class Figures:
    """The few figures that a reader should take home: (name, value, explanation)."""

    items: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Points:
    """A short list of sentences."""

    items: Sequence[str]


@dataclass(frozen=True)
class Section:
    """A section of the page.

    Attributes:
        name: short, unique on the page; its id.
        title: heading.
        parts: paragraphs (plain text), figures, lists, charts and tables, in order.
    """

    name: str
    title: str
    parts: Sequence[str | Figures | Points | Chart | Table] = field(default_factory=tuple)
