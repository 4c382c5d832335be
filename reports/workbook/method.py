"""How the results were computed: status, options, versions, the hash of the input."""

from __future__ import annotations

from collections.abc import Sequence

from ..page.assumptions import method
from ..page.parts import Table
from ..page.results import Result
from .sheets import Book, Column


def write_method(book: Book, results: Sequence[Result]) -> None:
    """Write what somebody needs to compute the results again."""
    [table] = [part for part in method(list(results)).parts if isinstance(part, Table)]
    sheet = book.sheet("Method", colour="#A6A6A6")
    sheet.table([Column(column.title) for column in table.columns], table.rows, keep=2)
