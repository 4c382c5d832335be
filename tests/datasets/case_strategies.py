"""Random cases for hypothesis: any row that the models accept, whether or not it makes sense."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from secondsource.models.case import TABLES, Case, CaseSettings, SolveSettings, columns
from secondsource.models.describe import allows_no_limit, choices, kind_of

NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(
    [0.0, 1.0, 0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, 2.0**53, 1e22, 123456789.125]
)
FRACTIONS = st.floats(0, 1)
PERIODS = st.integers(1, 999) | st.dates().map(lambda day: f"{day.year:04d}-{day.month:02d}")
ODD_TEXTS = [
    "=1+1",
    "+49 30 123",
    "-5",
    "@SUM(A1)",
    "'quoted'",
    'a "b", c',
    "a;b",
    "line\nbreak",
    "a\tb",
    "5",
    "yes",
    "1e5",
    "inf",
    "2027-01",
    "_x0041_",
    "<b>&amp;</b>",
    "[units]",
    "null",
    "Ünïcødé 稀土 🧲",
]
TEXTS = st.sampled_from(ODD_TEXTS) | st.text(max_size=30)


def _accepted(field: Any, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values as the model keeps them; those it refuses are left out."""
    adapter: TypeAdapter[Any] = TypeAdapter(field.annotation)

    def keep(value: Any) -> Any:
        try:
            return adapter.validate_python(value)
        except ValidationError:
            return None

    return values.map(keep).filter(lambda value: value is not None and value != "")


def _values(field: Any) -> st.SearchStrategy[Any]:
    kind = kind_of(field)
    if words := choices(field.annotation):
        return st.sampled_from(words)
    if kind == "number":
        extra = st.just(math.inf) if allows_no_limit(field) else st.nothing()
        return NUMBERS | FRACTIONS | NUMBERS.map(abs) | extra
    if kind == "whole number":
        return st.integers(0, 10**6)
    if kind == "period":
        return PERIODS
    if kind == "yes or no":
        return st.booleans()
    if kind == "number or text":
        return NUMBERS | TEXTS
    return TEXTS | st.just("DE")


@st.composite
def rows(draw: st.DrawFn, table: str) -> Any:
    """A row that its model accepts."""
    data: dict[str, Any] = {}
    for name, field in columns(TABLES[table]).items():
        if field.is_required() or draw(st.integers(0, 3)) == 0:
            data[name] = draw(_accepted(field, _values(field)))
    try:
        return TABLES[table].model_validate(data)
    except ValidationError as error:
        wrong = {str(detail["loc"][0]) for detail in error.errors()}
        fields = columns(TABLES[table])
        for name in wrong:
            data.pop(name, None)
            if fields[name].is_required():
                data[name] = "DE" if kind_of(fields[name]) == "text" else 1
        return TABLES[table].model_validate(data)


SETTINGS = st.builds(
    CaseSettings,
    name=st.sampled_from(["case", "+case", "Fall 5", "5"]),
    title=st.none() | st.just("=HYPERLINK(1)"),
    start=st.none() | st.just("2027-01"),
    periods=st.integers(1, 400),
    months_per_period=st.sampled_from([1, 3, 0.5, 12]),
    discount_rate=st.floats(-0.5, 1),
    unknown_controls=st.sampled_from(["in_force", "suspended"]),
)
SOLVE = st.builds(
    SolveSettings,
    minimise=st.sampled_from([["cost"], ["lead_time"], ["cost", "shortage"]]),
    gap=st.floats(0, 1),
    threads=st.none() | st.integers(1, 8),
    time_limit_s=st.none() | st.floats(0.1, 1e6),
    scenarios=st.sampled_from([["all"], ["calm"], ["calm", "+storm"]]),
    caps=st.dictionaries(st.sampled_from(["cost", "lead_time", "cvar"]), NUMBERS, max_size=2),
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A case with a few rows in some of its tables."""
    tables = draw(st.lists(st.sampled_from(list(TABLES)), max_size=4, unique=True))
    content = {table: draw(st.lists(rows(table), min_size=1, max_size=3)) for table in tables}
    return Case(case=draw(SETTINGS), solve=draw(SOLVE), **content)
