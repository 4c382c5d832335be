"""The assumptions: every figure of the case with its source, its date and how good it is."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ...models.case import TABLES, UNIQUE, Case, columns
from ..terminal import amount
from .look import BLUE, GREY, ORANGE, RED, axis, figure, hatched, names_axis
from .parts import Cell, Chart, Column, Section, Table
from .results import Result
from .words import lines, several, share

QUALITY = {
    "reported": (BLUE, ""), "estimated": (ORANGE, "/"), "illustrative": (RED, "x"),
    "not stated": (GREY, "."),
}  # fmt: skip
ABOUT = ("source", "source_date", "confidence", "note")
SETTINGS = {
    "discount_rate": "Discount rate a year", "capital_rate": "Cost of capital tied up, a year",
    "shortage_days": "Days that a unit never delivered counts as", "cvar_level": "Level of CVaR",
    "months_per_period": "Months in a period", "decide_every": "Periods between decisions",
    "unknown_controls": "Rules in an unknown state are taken as",
}  # fmt: skip


def assumptions(case: Case) -> Section:
    """All rows of the case's tables, and how much of it is illustrative."""
    rows: list[tuple[Cell, ...]] = []
    counts: dict[str, Counter[str]] = {}
    for name in TABLES:
        for number, row in enumerate(case.rows(name), start=1):
            quality = row.confidence or "not stated"
            counts.setdefault(name, Counter())[quality] += 1
            rows.append(
                (name, row_name(name, row, number), _figures(name, row), quality, row.source or "",
                 row.source_date or "", row.note or "")
            )  # fmt: skip
    total = sum(counts.values(), Counter())
    every = sum(total.values()) or 1
    summary = "; ".join(
        f"{several(total[quality], 'row')} {quality} ({share(total[quality] / every)})"
        for quality in QUALITY if total[quality]
    )  # fmt: skip
    table = Table(
        "Every row of the case",
        (Column("Table"), Column("Row"), Column("Figures"), Column("Quality", "confidence"),
         Column("Source", "source"), Column("Date"), Column("Note")),
        rows,
    )  # fmt: skip
    chart = Chart(
        "quality", "How good the figures are, by table", f"{summary}.", _drawn(counts),
        Table(
            "Rows of each table by quality",
            (Column("Table"), *(Column(name, "number") for name in QUALITY)),
            [(name, *(found[quality] for quality in QUALITY)) for name, found in counts.items()],
        ),
        height=150 + 24 * len(counts),
    )  # fmt: skip
    settings = Table(
        "Settings", (Column("Setting"), Column("Value")),
        [(words, str(getattr(case.case, name)).replace("_", " "))
         for name, words in SETTINGS.items()],
    )  # fmt: skip
    parts = (
        "Illustrative figures were chosen for the example and stand for no real firm or market; "
        "estimated ones were derived from sources; reported ones were published.",
        chart, table, settings,
    )  # fmt: skip
    return Section("assumptions", "Assumptions", parts)


def row_name(name: str, row: Any, number: int) -> str:
    """What a row is called: its name, or its first cells."""
    keys = UNIQUE.get(name)
    fields = columns(type(row))
    alias = {(field.alias or key): key for key, field in type(row).model_fields.items()}
    first = keys or tuple(column for column in list(fields)[:8] if column not in ABOUT)
    told = [str(getattr(row, alias[column])) for column in first
            if getattr(row, alias[column]) not in (None, "")]  # fmt: skip
    return ", ".join(told[:4]) or f"row {number}"


def _figures(name: str, row: Any) -> str:
    """The cells of a row that say something: 'price 72,000, capacity 60'."""
    told = []
    skip = {*ABOUT, *UNIQUE.get(name, ()), "name", "title"}
    for key in type(row).model_fields:
        if key not in row.model_fields_set or key in skip:
            continue
        value = getattr(row, key)
        plain = isinstance(value, (int, float)) and not isinstance(value, bool)
        if value is not None:
            label = (type(row).model_fields[key].alias or key).replace("_", " ")
            told.append(f"{label} {amount(float(value)) if plain else value}")
    return ", ".join(told)


def _drawn(counts: dict[str, Counter[str]]) -> dict[str, Any]:
    names = list(counts)
    data = [
        {
            "type": "bar", "orientation": "h", "name": quality, "y": list(range(len(names))),
            "x": [counts[name][quality] for name in names], "hoverinfo": "text",
            "hovertext": [lines(name, f"{counts[name][quality]} {quality}") for name in names],
            "marker": hatched(paint, pattern),
        }
        for quality, (paint, pattern) in QUALITY.items()
        if any(found[quality] for found in counts.values())
    ]  # fmt: skip
    labels = [name.replace("_", " ") for name in names]
    return figure(data, barmode="stack", xaxis=axis("rows"), yaxis=names_axis(labels, down=True))


def method(results: list[Result]) -> Section:
    """How it was computed: versions, options, the hash of the input."""
    rows: list[tuple[Cell, ...]] = []
    for result in results:
        options = result.manifest.get("options") or {}
        versions = result.manifest.get("versions") or {}
        told = {
            "status": result.summary.get("status"),
            "gap": result.summary.get("gap"),
            "scenarios": ", ".join(map(str, result.summary.get("scenarios") or [])),
            **{f"option {name.replace('_', ' ')}": _plain(value) for name, value in options.items()
               if value not in (None, [], {}, "")},
            "case (SHA-256)": result.manifest.get("input_sha256"),
            **{f"version of {name}": value for name, value in versions.items()},
        }  # fmt: skip
        rows += [(result.name, name, str(value)) for name, value in told.items()
                 if value not in (None, "")]  # fmt: skip
    table = Table(
        "How the results were computed", (Column("Result"), Column("What"), Column("Value")), rows
    )
    return Section("method", "Method", (table,))


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {one}" for key, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
