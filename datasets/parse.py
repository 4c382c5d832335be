"""From cells to a case: every cell that cannot be understood is told, and the rest goes on.

A row with a bad cell is kept for the checks that follow, with the default in that cell, so that one
slip does not hide others. A row that has lost a name it needs is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from ..models.case import TABLES, Case, CaseSettings, SolveSettings, columns
from ..models.describe import choices, kind_of
from ..models.fields import Row
from ..models.problems import Problem, quote
from ..models.row_keys import PROVENANCE
from .nearest import did_you_mean
from .raw import RawCase, RawTable
from .wording import explain


@dataclass
class Parsed:
    """A case as far as it could be understood.

    Attributes:
        case: what was understood.
        problems: what was not.
        numbers: table -> number in the file of each row of ``case``, from 1.
        bad_cells: (table, row number, column) replaced by a default.
        lost: tables of which rows had to be left out.
    """

    case: Case
    problems: list[Problem] = field(default_factory=list)
    numbers: dict[str, list[int]] = field(default_factory=dict)
    bad_cells: set[tuple[str, int, str]] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)


def parse(raw: RawCase) -> Parsed:
    """Understand a raw case as far as possible."""
    parsed = Parsed(Case(), list(raw.problems), lost=set(raw.unreadable))
    content: dict[str, Any] = {
        "case": _forgiving(raw, parsed, _settings(raw, parsed, "case", CaseSettings)),
        "solve": _settings(raw, parsed, "solve", SolveSettings),
    }
    currency = content["case"].currency
    for name, table in raw.tables.items():
        content[name] = _table(name, table, parsed, currency)
    parsed.case = Case(**content)
    return parsed


def _settings(raw: RawCase, parsed: Parsed, section: str, model: type[Any]) -> Any:
    values = {
        key: value
        for key, value in raw.settings.get(section, {}).items()
        if value is not None and value != ""
    }
    for key in [key for key in values if key not in model.model_fields]:
        parsed.problems.append(
            Problem(
                "error",
                f"{quote(key)} is not a setting of [{section}]",
                table=section,
                column=str(key),
                value=values.pop(key),
                remedy=did_you_mean(str(key), model.model_fields) or "remove it",
            )
        )
    try:
        return model.model_validate(values)
    except ValidationError as error:
        for detail in error.errors():
            key = str(detail["loc"][0])
            label = ".".join(
                part for part in detail["loc"] if isinstance(part, str) and part != "[key]"
            )
            parsed.problems.append(explain(detail, model.model_fields[key], section, column=label))
            values.pop(key, None)
        return model.model_validate(values)


def _forgiving(raw: RawCase, parsed: Parsed, settings: CaseSettings) -> CaseSettings:
    """Settings for the checks that follow, where those of the file could not be read.

    A horizon without end and a first month before any date keep every row of the tables from being
    blamed for what is wrong in one setting.
    """
    wrong = {problem.column for problem in parsed.problems if problem.table == "case"}
    if "case" not in raw.unreadable and not wrong:
        return settings
    given = raw.settings.get("case", {})
    stray = "case" in raw.unreadable or any(name not in CaseSettings.model_fields for name in wrong)
    stand_in: dict[str, Any] = {}
    if "periods" in wrong or (stray and "periods" not in given):
        stand_in["periods"] = 100_000
    if "start" in wrong or (stray and "start" not in given):
        stand_in["start"] = "0001-01"
    return settings.model_copy(update=stand_in)


def _table(name: str, table: RawTable, parsed: Parsed, currency: str) -> list[Row]:
    model = TABLES[name]
    fields = columns(model)
    _check_header(name, table, fields, parsed.problems)
    kept = [(i, column) for i, column in enumerate(table.columns) if column in fields]
    rows: list[Row] = []
    numbers = parsed.numbers.setdefault(name, [])
    for number, cells in enumerate(table.rows, start=1):
        data = {column: cells[i] for i, column in kept if i < len(cells)}
        try:
            row = model.model_validate(data)
        except ValidationError as error:
            mended = _mend(_Broken(name, table, number, data, error, currency), parsed)
            if mended is None:
                parsed.lost.add(name)
                continue
            row = mended
        rows.append(row)
        numbers.append(number)
    return rows


def _check_header(
    name: str, table: RawTable, fields: dict[str, Any], problems: list[Problem]
) -> None:
    for column in table.columns:
        if column and column not in fields:
            own = [known for known in fields if known not in PROVENANCE]
            hint = did_you_mean(column, fields)
            problems.append(
                Problem(
                    "error",
                    f"{quote(column)} is not a column of {name}",
                    table=name,
                    column=column,
                    value=column,
                    remedy=hint or f"the columns are {', '.join(own)}",
                    place=table.place(None, column) or table.file,
                )
            )
    for column, field_ in fields.items():
        if field_.is_required() and table.rows and column not in table.columns:
            problems.append(
                Problem(
                    "error",
                    f"the column {quote(column)} is missing",
                    table=name,
                    column=column,
                    remedy=f"add it: {field_.description}",
                    place=table.place(None, column) or table.file,
                )
            )


@dataclass(frozen=True)
class _Broken:
    """A row that could not be understood as it stands."""

    name: str
    table: RawTable
    number: int
    data: dict[str, Any]
    error: ValidationError
    currency: str


def _mend(broken: _Broken, parsed: Parsed) -> Row | None:
    """Tell what is wrong with a row, and make it anew with defaults; None if that is impossible."""
    model = TABLES[broken.name]
    fields = columns(model)
    data = dict(broken.data)
    lost = False
    for detail in broken.error.errors():
        column = str(detail["loc"][0])
        cell = (broken.name, broken.number, column)
        if cell in parsed.bad_cells:
            continue
        parsed.bad_cells.add(cell)
        data.pop(column, None)
        if column in broken.table.columns:  # else told once for the table
            problem = explain(
                detail,
                fields[column],
                broken.name,
                row=broken.number,
                column=column,
                currency=broken.currency,
            )
            parsed.problems.append(problem)
        if fields[column].is_required():
            data[column] = _placeholder(fields[column])
            lost = lost or data[column] is None
    try:
        return None if lost else model.model_validate(data)
    except ValidationError:
        return None


def _placeholder(field_: Any) -> Any:
    words = choices(field_.annotation)
    if words:
        return words[0]
    return 1 if kind_of(field_) in {"number", "whole number", "period"} else None
