"""Cases as one JSON file.

Its form: ``{"case": {...}, "solve": {...}, "<table>": [{column: value}, ...]}``.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from ..models.case import TABLES, Case
from ..models.problems import quote
from .cells import plain_rows, plain_settings
from .files import UnsafeFileError, read_text, replacing
from .raw import SETTINGS, RawCase, RawTable, unknown_table


class _RepeatedKeyError(ValueError):
    pass


def read_json(path: Path) -> RawCase:
    """The cells of a JSON case."""
    raw = RawCase()
    try:
        content = json.loads(
            read_text(path),
            parse_float=_float,
            parse_constant=str,
            object_pairs_hook=_without_repeats,
        )
    except UnsafeFileError as error:
        raw.complain(str(error), place=path.name)
        return raw
    except (ValueError, RecursionError) as error:
        why = "too deeply nested" if isinstance(error, RecursionError) else str(error)
        raw.complain(f"is not valid JSON: {why}", place=path.name)
        return raw
    if not isinstance(content, dict):
        raw.complain(
            "is not a case: the outermost value must be an object",
            place=path.name,
            remedy='e.g. {"case": {"name": "mine", "periods": 4}, "materials": [...]}',
        )
        return raw
    for key, value in content.items():
        if key in SETTINGS:
            _take_settings(raw, key, value)
        elif key in TABLES:
            _take_table(raw, key, value)
        else:
            unknown_table(raw, key, path.name)
    return raw


def _float(text: str) -> float | str:
    """A number, or its text where it is too large to hold, so that it can be told."""
    number = float(text)
    return number if math.isfinite(number) else text


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        seen: set[str] = set()
        repeated = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # add() returns None on purpose
        raise _RepeatedKeyError(f"the key {quote(repeated)} occurs twice in one object")
    return content


def _take_settings(raw: RawCase, section: str, value: Any) -> None:
    if isinstance(value, dict):
        raw.settings[section] = value
    elif value is not None:
        raw.complain(f"{quote(section)} must be an object of keys and values", table=section)


def _take_table(raw: RawCase, name: str, value: Any) -> None:
    if value is None:
        return
    if not isinstance(value, list):
        raw.unreadable.add(name)
        raw.complain(
            "must be a list of rows", table=name, remedy='e.g. [{"material": "ndpr_oxide"}]'
        )
        return
    seen: dict[str, None] = {}
    for row in value:
        if isinstance(row, dict):
            seen.update(dict.fromkeys(row))
    table = RawTable(list(seen))
    for number, row in enumerate(value, start=1):
        if not isinstance(row, dict):
            raw.complain(
                f"{quote(row)} is not a row",
                table=name,
                row=number,
                remedy="a row is an object {column: value}",
            )
            row = {}  # noqa: PLW2901  # keeps the numbers of the rows after it
        table.rows.append([_scalar(row.get(column)) for column in table.columns])
        table.lines.append(number)
    raw.tables[name] = table


def _scalar(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    return value


def write_json(case: Case, path: Path) -> None:
    """Write a case as JSON, one row of a table on a line; no limit is the text 'inf'."""
    parts = [
        f"{json.dumps(section)}: {json.dumps(values, ensure_ascii=False, allow_nan=False)}"
        for section, values in plain_settings(case).items()
    ]
    for name in TABLES:
        header, rows = plain_rows(case, name)
        lines = [
            json.dumps(
                {key: cell for key, cell in zip(header, row, strict=True) if cell is not None},
                ensure_ascii=False,
                allow_nan=False,
            )
            for row in rows
        ]
        if lines:
            parts.append(f"{json.dumps(name)}: [\n  " + ",\n  ".join(lines) + "\n]")
    with replacing(path) as part:
        part.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8", newline="\n")
