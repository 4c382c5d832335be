"""What is uncertain about a case: distributions of its numbers, events, and when futures part.

A draw names numbers of a case in the language of ``changes`` (table, key, field, op) and says how
they are distributed. An event happens or not, and holds for a while. Both differ between futures
from a common period on, so that what is decided before it is decided once for all of them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from .fields import Keyword, Name, Number, Period, Selector, Text, Whole, column
from .sweep import Value

Method = Literal["latin_hypercube", "monte_carlo"]
Distribution = Literal[
    "uniform", "loguniform", "triangular", "pert", "beta", "normal", "lognormal", "discrete",
    "empirical",
]  # fmt: skip
PARAMETERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "uniform": (("low", "high"), ()),
    "loguniform": (("low", "high"), ()),
    "triangular": (("low", "mode", "high"), ()),
    "pert": (("low", "mode", "high"), ()),
    "beta": (("alpha", "beta"), ("low", "high")),
    "normal": (("mean", "deviation"), ("low", "high")),
    "lognormal": (("mean", "deviation"), ("low", "high")),
    "discrete": (("values", "probabilities"), ()),
    "empirical": (("values",), ()),
}
"""Distribution -> parameters that it needs, and parameters that it may have."""
DRAWN = "drawn by secondsource sample"
"""Source of the rows that sampling adds to a case, by which they are known again."""
MOST_SCENARIOS = 100_000
"""Futures of the largest sample."""
RESERVED = frozenset(
    {"sample", "scenario", "probability", "status", "cost", "lead_time", "shortage", "seconds"}
)
"""Columns of the tables of samples, which nothing drawn may be named like."""


class When(BaseModel):
    """When something that is drawn begins: in one of some periods, each as likely as it says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name = column(..., "What it is called in the results")
    starts: list[Period] | None = column(None, "Periods one of which it begins in")
    starts_probabilities: list[Number] | None = column(
        None, "How likely each of them is (blank: all alike)", unit="1"
    )

    def first(self) -> list[Period]:
        """The periods that it may begin in; empty for as soon as futures part."""
        return list(self.starts or [])


class Draw(When):
    """A number, or a rule's status, that is drawn once for each future."""

    table: Text = column(..., "Table to change")
    key: Selector = column("*", "Rows to change: a selector on the first column, or column=...;...")
    field: Text = column(..., "Column to change")
    op: Annotated[Literal["set", "multiply", "add"], Keyword] = column("set", "How")
    start: Period | None = column(None, "First period it holds (blank: when futures part)")
    end: Period | None = column(None, "Last period it holds (blank: to the horizon)")
    distribution: Annotated[Distribution, Keyword] = column(..., "How it is distributed")
    low: Number | None = column(None, "Least value")
    mode: Number | None = column(None, "Likeliest value")
    high: Number | None = column(None, "Largest value")
    mean: Number | None = column(None, "Mean, before it is cut at low and high")
    deviation: Number | None = column(None, "Standard deviation, likewise", gt=0)
    alpha: Number | None = column(None, "First shape of a beta distribution", gt=0)
    beta: Number | None = column(None, "Second shape of a beta distribution", gt=0)
    values: list[Value] | None = column(None, "The values it may take")
    probabilities: list[Annotated[Number, Field(ge=0, le=1)]] | None = column(
        None, "How likely each of them is", unit="1"
    )


class Event(When):
    """Something that happens in some futures, from a period on and for a while."""

    probability: Number = column(..., "That it happens", unit="1", ge=0, le=1)
    site: Selector | None = column(
        None, "Site that is out: nothing is bought, made or shipped out there"
    )
    table: Text | None = column(None, "Table to change, where it is no outage of a site")
    key: Selector = column("*", "Rows to change")
    field: Text | None = column(None, "Column to change")
    op: Annotated[Literal["set", "multiply", "add"], Keyword] = column("set", "How")
    value: Value | None = column(None, "The value while it lasts")
    lasts: list[Whole] | None = column(None, "How many periods it may last (blank: to the horizon)")
    lasts_probabilities: list[Number] | None = column(
        None, "How likely each of them is (blank: all alike)", unit="1"
    )


class Correlation(BaseModel):
    """Draws, or events, that rise and fall together."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    draws: list[Name] = column(..., "Names of draws and events, each pair of which it is about")
    rank: Number = column(..., "Rank correlation (Spearman)", unit="1", gt=-1, lt=1)


class SampleSettings(BaseModel):
    """``[sample]``: when futures part, and how they are drawn."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_: Period = column(2, "First period in which futures differ")
    method: Annotated[Method, Keyword] = column("latin_hypercube", "How futures are drawn")
    scenario: Name | None = column(
        None, "Future of the case that is varied, where the case has several"
    )


class Draws(BaseModel):
    """Everything that is uncertain about a case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sample: SampleSettings = SampleSettings()
    draws: list[Draw] = []
    events: list[Event] = []
    correlations: list[Correlation] = []

    @property
    def names(self) -> list[str]:
        """Names of all that is drawn, draws before events."""
        return [one.name for one in (*self.draws, *self.events)]
