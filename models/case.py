"""A case: its settings and its tables. Nothing here reads, writes or solves."""

from __future__ import annotations

import html
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from .commitment_rows import Carried, Commitment, Granted
from .fields import Keyword, Name, Number, Period, Row, Text, Whole, column, comma_list
from .network_rows import (
    Demand,
    Disposal,
    Expansion,
    InTransit,
    Lane,
    Material,
    Offer,
    OfferTier,
    Plant,
    Process,
    Recipe,
    Return,
    Site,
    Stockpile,
    Technology,
)
from .rule_rows import Change, Control, ControlStatus, Group, Pedigree, Policy, Scenario

DAYS_PER_MONTH = 30.4375

TABLES: dict[str, type[Row]] = {
    "materials": Material,
    "sites": Site,
    "offers": Offer,
    "offer_tiers": OfferTier,
    "processes": Process,
    "recipes": Recipe,
    "plants": Plant,
    "expansions": Expansion,
    "lanes": Lane,
    "demand": Demand,
    "returns": Return,
    "disposal": Disposal,
    "stockpiles": Stockpile,
    "in_transit": InTransit,
    "technologies": Technology,
    "groups": Group,
    "pedigrees": Pedigree,
    "controls": Control,
    "control_status": ControlStatus,
    "policies": Policy,
    "scenarios": Scenario,
    "changes": Change,
    "commitments": Commitment,
    "carried": Carried,
    "granted": Granted,
}
"""Every table of a case, in the order of the documentation."""

UNIQUE: dict[str, tuple[str, ...]] = {
    "materials": ("material",),
    "sites": ("site",),
    "offers": ("offer",),
    "offer_tiers": ("offer", "from_quantity"),
    "processes": ("process",),
    "recipes": ("process", "material"),
    "plants": ("plant",),
    "lanes": ("lane",),
    "disposal": ("site", "material"),
    "stockpiles": ("site", "material"),
    "technologies": ("technology",),
    "groups": ("group", "member"),
    "pedigrees": ("pedigree",),
    "controls": ("control",),
    "control_status": ("control", "start"),
    "policies": ("policy",),
    "scenarios": ("scenario",),
    "carried": ("limit", "key"),
}
"""Columns that together name a row, where a second row with the same name is an error."""

Objective = Literal[
    "cost", "lead_time", "shortage", "cvar", "mean_risk", "worst_case", "regret", "concentration"
]


def columns(model: type[BaseModel]) -> dict[str, Any]:
    """Column name (as written in a file) -> pydantic field, in order."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


class CaseSettings(BaseModel):
    """``[case]``: the horizon, money and conventions of a case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name = column("case", "Short name of the case")
    title: Text | None = column(None, "Title for people")
    cvar_level: Number = column(
        0.95, "Level of the conditional value at risk", unit="1", ge=0, lt=1
    )
    risk_weight: Number = column(
        0.0,
        "Weight of the worst futures in the objective mean_risk; the rest is expected cost",
        unit="1",
        ge=0,
        le=1,
    )
    currency: Text = column("USD", "Currency of all money")
    start: Period | None = column(None, "First month, YYYY-MM (needed only if dates are used)")
    periods: Whole = column(1, "Number of periods", ge=1, le=100_000, unit="periods")
    months_per_period: Number = column(3.0, "Length of a period", unit="months", gt=0)
    discount_rate: Number = column(0.0, "Per year", unit="1/year", gt=-1)
    capital_rate: Number = column(
        0.0, "Cost of money tied up in goods, per year", unit="1/year", ge=0
    )
    shortage_days: Number = column(
        365.0, "Days that a unit never delivered counts as", unit="days", ge=0
    )
    decide_every: Whole = column(
        1, "Strategic decisions fall every so many periods", unit="periods", ge=1
    )
    periods_before: Whole = column(
        0,
        "Periods that have passed before period 1: years and decide_every count from there",
        unit="periods",
        ge=0,
    )
    unknown_controls: Annotated[Literal["in_force", "suspended"], Keyword] = column(
        "in_force", "What the status 'unknown' of a rule means"
    )


class SolveSettings(BaseModel):
    """``[solve]``: how the case is solved unless the command line says otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    minimise: Annotated[list[Objective], BeforeValidator(comma_list)] = column(
        ["cost"], "Objective, or several in lexicographic order"
    )
    gap: Number = column(1e-4, "Relative gap at which a solve may stop", unit="1", ge=0)
    time_limit_s: Number | None = column(None, "Stop after this many seconds", unit="s", gt=0)
    threads: Whole | None = column(None, "Processor threads", ge=1)
    seed: Whole | None = column(None, "Seed of the solver's random choices", ge=0)
    scenarios: Annotated[list[Text], BeforeValidator(comma_list)] = column(
        ["all"], "Scenarios to solve: all, or names"
    )
    caps: dict[Objective, Number] = column({}, "Upper limits on other objectives")


class Case(BaseModel):
    """A case: settings, and every table as a list of rows (empty where the table is absent).

    Rows keep their order; row ``i`` of a list is row ``i + 1`` in messages (the header excluded).
    Names are unique and references hold only if :func:`secondsource.datasets.check` found no error.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    case: CaseSettings = CaseSettings()
    solve: SolveSettings = SolveSettings()
    materials: list[Material] = []
    sites: list[Site] = []
    offers: list[Offer] = []
    offer_tiers: list[OfferTier] = []
    processes: list[Process] = []
    recipes: list[Recipe] = []
    plants: list[Plant] = []
    expansions: list[Expansion] = []
    lanes: list[Lane] = []
    demand: list[Demand] = []
    returns: list[Return] = []
    disposal: list[Disposal] = []
    stockpiles: list[Stockpile] = []
    in_transit: list[InTransit] = []
    technologies: list[Technology] = []
    groups: list[Group] = []
    pedigrees: list[Pedigree] = []
    controls: list[Control] = []
    control_status: list[ControlStatus] = []
    policies: list[Policy] = []
    scenarios: list[Scenario] = []
    changes: list[Change] = []
    commitments: list[Commitment] = []
    carried: list[Carried] = []
    granted: list[Granted] = []

    def __repr__(self) -> str:
        """One line: its name, horizon and size."""
        sizes = ", ".join(
            f"{len(self.rows(table))} {table}"
            for table in ("materials", "sites", "offers", "plants", "lanes", "controls")
            if self.rows(table)
        )
        horizon = f"{self.case.periods} periods from {self.period_label(1)}"
        return f"<case {self.case.name}: {horizon}{', ' if sizes else ''}{sizes}>"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """What Jupyter shows."""
        rows = "".join(
            f"<tr><td style='text-align:left'>{name}</td><td>{len(self.rows(name))}</td></tr>"
            for name in TABLES
            if self.rows(name)
        )
        title = html.escape(self.case.title or self.case.name)
        return f"<div><h4>{title}</h4><p>{html.escape(repr(self))}</p><table>{rows}</table></div>"

    def rows(self, table: str) -> list[Any]:
        """The rows of a table, by its name."""
        if table not in TABLES:
            raise KeyError(table)
        rows: list[Any] = getattr(self, table)
        return rows

    @property
    def days_per_period(self) -> float:
        """Days of a period: months x 30.4375."""
        return self.case.months_per_period * DAYS_PER_MONTH

    def period(self, value: int | str | None, default: int) -> int:
        """Number of the period that ``value`` means (an integer, or a date 'YYYY-MM' inside it).

        A date before ``start`` gives a number below 1 and one after the horizon a number above
        ``periods``, so that windows can simply be clipped. Raises ValueError for a date in a case
        without ``start``.
        """
        if value is None:
            return default
        if isinstance(value, int):
            return value
        if not isinstance(self.case.start, str):
            raise ValueError(f"{value!r} is a date, but [case] start is not given")
        months = _months(value) - _months(self.case.start)
        return int(months // self.case.months_per_period) + 1

    def period_label(self, period: int) -> str:
        """How people call a period: '2027-Q1', '2027-03', '2027' or its plain number."""
        months = self.case.months_per_period
        if not isinstance(self.case.start, str):
            return str(period)
        first = _months(self.case.start) + (period - 1) * months
        year, month = divmod(int(first), 12)
        if months == 3 and month % 3 == 0:
            return f"{year}-Q{month // 3 + 1}"
        if months == 12 and month == 0:
            return str(year)
        return f"{year}-{month + 1:02d}"


def _months(date: str) -> int:
    year, month = date.split("-")
    return int(year) * 12 + int(month) - 1
