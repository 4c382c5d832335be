"""The page: sections put together, written as one HTML file that loads nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from ...datasets.files import replacing
from .parts import Cell, Chart, Column, Figures, Points, Section, Table
from .words import shown

NUMERIC = ("number", "money", "share")
FIRST = 25
"""Rows that a table shows at once (as in page.js)."""
_HERE = Path(__file__).parent
_LINK = re.compile(r"(https?://[^\s<>\"']+)(.*)", re.DOTALL)


@dataclass(frozen=True)
class Shown:
    """A cell as the page writes it: its text, the number it sorts by, its links."""

    text: str
    sort: float | None
    links: Sequence[tuple[str, str]] = ()


def write_page(
    path: Path,
    title: str,
    subtitle: str,
    made_from: str,
    currency: str,
    sections: Sequence[Section],
) -> None:
    """Write the page.

    Args:
        path: the file; an earlier one is replaced, whole or not at all.
        title: heading of the page.
        subtitle: a line below it.
        made_from: what it was made of, for the footer.
        currency: of all money.
        sections: in order.

    Raises:
        OSError: it cannot be written.
    """
    text = page(title, subtitle, made_from, currency, sections)
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8")


def page(
    title: str, subtitle: str, made_from: str, currency: str, sections: Sequence[Section]
) -> str:
    """The page as text."""
    figures: dict[str, Any] = {}
    told = [_section(section, currency, figures) for section in sections]
    script, plotly = (_HERE / "page.js").read_text(encoding="utf-8"), get_plotlyjs()
    return _template().render(
        title=title,
        subtitle=subtitle,
        made_from=made_from,
        sections=told,
        numeric=NUMERIC,
        version=version("secondsource"),
        script_hashes=Markup(" ".join(_hash(text) for text in (plotly, script))),
        style=Markup((_HERE / "page.css").read_text(encoding="utf-8")),
        charts=Markup(_json(figures)),
        plotly=Markup(plotly),
        script=Markup(script),
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("page.html.j2")


def _hash(script: str) -> str:
    """What the content-security policy calls a script: only these two can ever run."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _json(content: Any) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(_finite(content), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _finite(value: Any) -> Any:
    """Numbers that JSON has; what is none is a gap in a chart."""
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _section(section: Section, currency: str, figures: dict[str, Any]) -> dict[str, Any]:
    parts: list[dict[str, Any]] = []
    for number, part in enumerate(section.parts):
        name = f"{section.name}-{number}"
        if isinstance(part, str):
            parts.append({"kind": "text", "text": part})
        elif isinstance(part, Figures):
            parts.append({"kind": "figures", "figures": part.items})
        elif isinstance(part, Points):
            parts.append({"kind": "points", "points": part.items})
        elif isinstance(part, Chart):
            parts.append(_chart(part, f"{section.name}-{part.name}", currency, figures))
        else:
            parts.append({"kind": "table", **_table(part, f"{name}-table", currency)})
    return {"id": section.name, "title": section.title, "parts": parts}


def _chart(part: Chart, name: str, currency: str, figures: dict[str, Any]) -> dict[str, Any]:
    figures[name] = part.figure
    return {
        "kind": "chart", "id": name, "title": part.title, "summary": part.summary,
        "height": part.height, "open": part.wide_open,
        "own": _table(part.table, f"{name}-table", currency),
    }  # fmt: skip


def _table(table: Table, name: str, currency: str) -> dict[str, Any]:
    rows = [
        [_cell(cell, column, currency) for cell, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    ]
    return {
        "id": name, "table": table, "first": rows[:FIRST], "more": rows[FIRST:], "total": len(rows)
    }  # fmt: skip


def _cell(cell: Cell, column: Column, currency: str) -> Shown:
    text = shown(cell, column.kind, currency)
    number = isinstance(cell, (int, float)) and not isinstance(cell, bool) and text != ""
    links = _links(text) if column.kind == "source" else ()
    return Shown(text, float(cell) if number and cell is not None else None, links)


def _links(text: str) -> list[tuple[str, str]]:
    """Sources one by one: (address, what follows it), the address '' where there is none."""
    found = []
    for part in filter(None, (one.strip() for one in text.split(" ; "))):
        match = _LINK.fullmatch(part)
        found.append((match[1], match[2]) if match else ("", part))
    return found
