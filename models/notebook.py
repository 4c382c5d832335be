"""How results show themselves: a line, a few lines, or a table in a notebook.

Every result that people handle gives a :class:`Page`; what it looks like is decided here alone.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

MOST_ROWS = 12
"""Rows of a table that a notebook shows; the whole is in the result."""


@dataclass(frozen=True)
class Page:
    """What a result says of itself.

    Attributes:
        title: what it is, in a word or a few.
        facts: (what, how much), the most important first.
        tables: (caption, table); only a notebook shows them.
        more: how to get at the rest.
    """

    title: str
    facts: Sequence[tuple[str, str]] = ()
    tables: Sequence[tuple[str, pd.DataFrame]] = ()
    more: str = field(default="")


class Shown:
    """Gives a result its ``repr``, ``str`` and HTML, all from its page."""

    def page(self) -> Page:
        """What the result says of itself."""
        raise NotImplementedError

    def __repr__(self) -> str:
        """One line: what it is, and its most important facts."""
        page = self.page()
        told = ", ".join(f"{what} {value}" for what, value in page.facts[:3])
        return f"<{page.title}{': ' if told else ''}{told}>"

    def __str__(self) -> str:
        """A few lines: every fact."""
        page = self.page()
        width = max((len(what) for what, _ in page.facts), default=0)
        return "\n".join([page.title, *(f"  {what:<{width}}  {v}" for what, v in page.facts)])

    def _repr_html_(self) -> str:
        """What Jupyter shows; names are escaped."""
        page = self.page()
        rows = "".join(
            f"<tr><th style='text-align:left'>{html.escape(what)}</th>"
            f"<td style='text-align:left'>{html.escape(value)}</td></tr>"
            for what, value in page.facts
        )
        parts = [f"<h4>{html.escape(page.title)}</h4>", f"<table>{rows}</table>"]
        for caption, table in page.tables:
            if not table.empty:
                parts.append(_table(caption, table))
        if page.more:
            parts.append(f"<p><small>{html.escape(page.more)}</small></p>")
        return f"<div>{''.join(parts)}</div>"


def _table(caption: str, table: pd.DataFrame) -> str:
    """A table as HTML, its first rows, every cell and column name escaped."""
    body = table.head(MOST_ROWS).to_html(
        index=False, escape=True, border=0, float_format=number, na_rep="", notebook=False
    )
    left = len(table) - MOST_ROWS
    more = f"<p><small>... and {left} more rows</small></p>" if left > 0 else ""
    return f"<h5>{html.escape(caption)}</h5>{body}{more}"


def number(value: float | None) -> str:
    """A number as people read it: 1,234 or 12.3 or 0.046; '?' for none."""
    if value is None or value != value:  # noqa: PLR0124  # NaN
        return "?"
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:,.3g}"


def percent(value: float | None) -> str:
    """A fraction as a percentage; '?' for none."""
    return "?" if value is None else f"{100 * value:.3g} %"
