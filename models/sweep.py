"""What a sweep asks: which inputs to vary, over which values, in which design.

An input names numbers of a case in the language of ``changes``: a table, a key that picks rows, a
column, and how the value is applied. A point of the sweep gives each input a value, or leaves it as
the case has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from .case import Objective
from .fields import (
    Keyword,
    Name,
    Number,
    Period,
    Selector,
    Text,
    Whole,
    YesNo,
    column,
    comma_list,
    number_or_text,
)
from .rule_rows import Change

DesignName = Literal["grid", "list", "one_at_a_time", "latin_hypercube", "sobol"]
DistributionName = Literal["uniform", "loguniform", "triangular", "normal", "lognormal"]
SAMPLES: tuple[DesignName, ...] = ("latin_hypercube", "sobol")
"""Designs that draw their points."""
MOST_POINTS = 100_000
"""Points of the largest sweep that runs without being forced."""

Setting = float | str | None
"""Value of an input at a point; None leaves the input as the case has it."""

RESERVED = frozenset(
    {
        "point", "status", "reason", "objective", "bound", "gap", "seconds", "changed", "decisions",
        "cost", "lead_time", "shortage", "cvar", "mean_risk", "worst_case", "concentration",
    }
)  # fmt: skip
"""Columns of the table of points, which no input may be named like."""


def _value(value: Any) -> Any:
    """A number, or text; nothing else is a value."""
    if isinstance(value, (list, dict)) or value is None:
        raise PydanticCustomError("text", "is neither a number nor text")
    return number_or_text(value)


Value = Annotated[float | str, BeforeValidator(_value)]
"""A number ('1/3' and 'inf' are numbers too), or text such as the status of a rule."""


def shown(value: Setting) -> str:
    """A value as people write it: '120', '0.8', 'suspended', '' for as in the case."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return "" if value is None else value


class Input(BaseModel):
    """Something to vary: numbers of the case, and the values they take."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name = column(..., "What the input is called in the results")
    table: Text = column(..., "Table to change")
    key: Selector = column(
        "*", "Rows to change: a selector on the first column, or column=selector;..."
    )
    field: Text = column(..., "Column to change")
    op: Annotated[Literal["set", "multiply", "add"], Keyword] = column("set", "How")
    scenario: Name | None = column(None, "Scenario (blank: all)")
    start: Period | None = column(None, "First period")
    end: Period | None = column(None, "Last period")
    values: list[Value] | None = column(None, "Values to try")
    low: Number | None = column(None, "Least value")
    high: Number | None = column(None, "Largest value")
    steps: Whole | None = column(
        None, "In a grid: how many values from low to high", ge=2, le=MOST_POINTS
    )
    base: Value | None = column(None, "Value in the base plan (blank: as the case has it)")
    distribution: Annotated[DistributionName, Keyword] | None = column(
        None, "In samples: how values are spread (blank: evenly from low to high)"
    )
    mean: Number | None = column(None, "Mean of a normal or lognormal distribution")
    deviation: Number | None = column(
        None, "Standard deviation of a normal or lognormal distribution", gt=0
    )
    mode: Number | None = column(None, "Likeliest value of a triangular distribution")

    def change(self, value: float | str) -> Change:
        """The row of ``changes`` that gives the input a value."""
        return Change(
            scenario=self.scenario, table=self.table, key=self.key, field=self.field,
            start=self.start, end=self.end, op=self.op, value=value,
        )  # fmt: skip

    def trials(self) -> list[float | str]:
        """The values written in the file, low before high, the base left out."""
        if self.values is not None:
            return list(self.values)
        low, high = self.low, self.high
        if self.steps is not None and low is not None and high is not None:
            step = (high - low) / (self.steps - 1)
            return [*(low + step * number for number in range(self.steps - 1)), high]
        return [value for value in (low, high) if value is not None]


class SweepSolve(BaseModel):
    """``[solve]`` of a sweep: how each point is solved; blank is what the case says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    minimise: Annotated[list[Objective], BeforeValidator(comma_list)] | None = column(
        None, "Objective, or several in lexicographic order"
    )
    caps: dict[Objective, Number] | None = column(None, "Upper limits on objectives")
    scenarios: Annotated[list[Text], BeforeValidator(comma_list)] | None = column(
        None, "Scenarios to solve: all, or names"
    )
    gap: Number | None = column(
        None, "Relative gap at which a point is solved well enough", unit="1", ge=0
    )
    time_limit_s: Number | None = column(None, "For each point", unit="s", gt=0)
    threads: Whole | None = column(None, "Processor threads of each solve", ge=1)
    seed: Whole | None = column(None, "Seed of the solver's random choices", ge=0)
    keep_decisions: Text | None = column(None, "Run folder whose decisions are kept at every point")


class SweepSettings(BaseModel):
    """``[sweep]``: the design."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    design: Annotated[DesignName, Keyword] = column(..., "How points are chosen")
    points: Whole | None = column(None, "Points of a sample", ge=1, le=10**9)
    seed: Whole = column(0, "Seed of a sample", ge=0)
    indices: YesNo = column(False, "Sobol indices: which input the spread comes from")
    second_order: YesNo = column(False, "Indices of pairs of inputs too")
    file: Text | None = column(None, "CSV file of a list, in the folder of the sweep file")
    rows: list[Any] | None = column(None, "Rows of a list: values, or {name = value}")


class Sweep(BaseModel):
    """A sweep: its design, its inputs, and how each point is solved.

    ``rows`` are the points of a list, one value (None: as the case has it) for each input.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sweep: SweepSettings
    solve: SweepSolve = SweepSolve()
    inputs: list[Input]
    rows: list[tuple[Setting, ...]] = []

    def count(self) -> int:
        """How many points the design has, without making them."""
        design, inputs = self.sweep.design, self.inputs
        if design == "list":
            return len(self.rows)
        if design == "grid":
            return prod(len(one.trials()) for one in inputs)
        if design == "one_at_a_time":
            return sum(len(one.trials()) for one in inputs)
        points = self.sweep.points or 0
        if not self.sweep.indices:
            return points
        return points * (2 * len(inputs) + 2 if self.sweep.second_order else len(inputs) + 2)

    def changes(self, point: Sequence[Setting]) -> list[Change]:
        """The rows of ``changes`` of a point, in the order of the inputs."""
        return [
            one.change(value)
            for one, value in zip(self.inputs, point, strict=True)
            if value is not None
        ]

    @property
    def base(self) -> tuple[Setting, ...]:
        """The base that points are compared with: each input's ``base``, else as in the case."""
        return tuple(one.base for one in self.inputs)
