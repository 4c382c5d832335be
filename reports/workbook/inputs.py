"""The input cells of a case, one a row, with unit, source and how good each figure is."""

from __future__ import annotations

from typing import Any

from ...models.case import TABLES, UNIQUE, Case, columns
from ...models.describe import unit_words
from ...models.fields import column_info
from ..page.assumptions import QUALITY, SETTINGS, row_name
from .sheets import Book, Cell, Column, Formula

PROVENANCE = ("source", "source_date", "confidence", "note")
TINTS = {"reported": "#E2EFDA", "estimated": "#FFF2CC", "illustrative": "#F8CBAD"}


def write_inputs(book: Book, case: Case, label: str) -> None:
    """Two sheets: how many cells of each table are how good, and every cell with its source."""
    quality = book.sheet(f"Quality of inputs{label}", colour="#70AD47")
    sheet = book.sheet(f"Inputs{label}", colour="#70AD47")
    rows = _rows(case)
    bottom = sheet.table(
        [
            Column("Table"), Column("Row", "whole", "Number of the row in its table"),
            Column("Name"), Column("Column"), Column("Value", "number"), Column("Unit"),
            Column("Confidence", note="reported: published; estimated: derived from sources; "
                   "illustrative: chosen for the example, stands for no real firm or market"),
            Column("Source"), Column("Date"), Column("Note"),
        ], rows, keep=4,
    )  # fmt: skip
    sheet.own.set_column(4, 4, 16)
    for words, colour in TINTS.items():
        sheet.own.conditional_format(
            1, 6, bottom - 1, 6,
            {"type": "cell", "criteria": "==", "value": f'"{words}"',
             "format": book.book.add_format({"bg_color": colour})},
        )  # fmt: skip
    names = list(dict.fromkeys(str(row[0]) for row in rows))
    levels = [*QUALITY]
    quality.head("How good the inputs are", "Number of input cells by table; see the next sheet")
    for at, words in enumerate(("Table", *levels)):
        quality.put(3, at, words, "header")
    spans = [sheet.span((1, column), (bottom - 1, column)) for column in (0, 6)]
    for line, name in enumerate(names, start=4):
        quality.put(line, 0, name)
        for at, level in enumerate(levels, start=1):
            count = sum(row[0] == name and row[6] == level for row in rows)
            text = f"=COUNTIFS({spans[0]},$A{line + 1},{spans[1]},{chr(65 + at)}$4)"
            quality.put(line, at, Formula(text, count), kind="whole")
    quality.own.set_column(0, 0, 22)
    quality.own.set_column(1, 4, 13)
    _draw(book, quality, len(names), levels)


def _draw(book: Book, quality: Any, count: int, levels: list[str]) -> None:
    chart = book.chart("bar", "Input cells by quality", "stacked")
    for at, (level, colour) in enumerate(
        zip(levels, ("#2E75B6", "#FFC000", "#C00000", "#A5A5A5"), strict=True), start=1
    ):
        chart.add_series({
            "name": level, "categories": f"={quality.span((4, 0), (3 + count, 0))}",
            "values": f"={quality.span((4, at), (3 + count, at))}", "fill": {"color": colour},
            "gap": 30,
        })  # fmt: skip
    chart.set_y_axis({"reverse": True})
    chart.set_size({"width": 640, "height": 140 + 26 * count})
    quality.own.insert_chart(3, 6, chart, {"description": "Input cells by quality and table"})


def _rows(case: Case) -> list[list[Cell]]:
    """Every cell that says something, settings first."""
    rows: list[list[Cell]] = [
        [
            "settings",
            None,
            words,
            name,
            _plain(getattr(case.case, name)),
            "",
            "not stated",
            "",
            "",
            "",
        ]
        for name, words in SETTINGS.items()
    ]
    for table in TABLES:
        fields = columns(TABLES[table])
        skip = {*PROVENANCE, *UNIQUE.get(table, ())}
        for number, row in enumerate(case.rows(table), start=1):
            given = [
                name for name in fields
                if name not in skip and getattr(row, _attribute(name)) not in (None, "")
                and _attribute(name) in row.model_fields_set
            ]  # fmt: skip
            for name in given:
                unit = unit_words(column_info(fields[name]).unit, case.case.currency)
                rows.append(
                    [
                        table, number, row_name(table, row, number), name,
                        _plain(getattr(row, _attribute(name))), unit,
                        row.confidence or "not stated", row.source, row.source_date, row.note,
                    ]
                )  # fmt: skip
    return rows


def _attribute(column: str) -> str:
    return "from_" if column == "from" else column


def _plain(value: Any) -> Cell:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if isinstance(value, (int, float, str)) or value is None else str(value)
