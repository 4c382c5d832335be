"""Read a case in JSON form: defaults, numbers, periods, groups and selectors.

Nothing here knows about mathematics. Every table becomes a list of rows with all its
columns: numbers as floats (None where the format leaves a blank meaning of its own),
texts as strings ("" where blank), ``start`` and ``end`` as whole periods.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

Row = dict[str, Any]
INF = math.inf

# Number columns with their defaults. None: a blank means something else than a number.
NUMBERS: dict[str, dict[str, float | None]] = {
    "materials": {"price": None},
    "sites": {"latitude": None, "longitude": None},
    "offers": {
        "price": 0, "capacity": INF, "min_order": 0, "min_take": 0, "order_cost": 0,
        "select_cost": 0, "qualification_periods": 0, "contract_periods": 0,
        "commit_quantity": 0, "lead_days": 0,
    },
    "offer_tiers": {"from_quantity": 0, "price": 0},
    "processes": {},
    "recipes": {"quantity": 0},
    "plants": {
        "capacity": INF, "open_cost": 0, "build_periods": 0, "fixed_cost": 0, "run_cost": 0,
        "variable_cost": 0, "min_activity": 0, "lead_days": 0,
    },
    "expansions": {
        "module_capacity": 0, "module_cost": 0, "max_modules": INF, "build_periods": 0,
        "fixed_cost": 0,
    },
    "lanes": {"cost": 0, "capacity": INF, "lead_days": 0, "open_cost": 0, "min_load": 0},
    "demand": {"quantity": 0, "price": 0, "shortage_cost": None, "backlog_cost": None},
    "returns": {"share": 0, "lag_periods": 0},
    "disposal": {"cost": 0, "capacity": INF},
    "stockpiles": {
        "initial": 0, "capacity": INF, "holding_cost": 0, "min_level": 0, "min_cover_days": 0,
        "final_level": 0, "open_cost": 0, "release_lag": 0, "decay": 0,
    },
    "in_transit": {"quantity": 0},
    "technologies": {"uptime_without_services": 1},
    "groups": {},
    "pedigrees": {"min_value_share": 0},
    "controls": {
        "review_days": 0, "quota": INF, "validity_periods": None, "cost": 0, "unit_cost": 0,
        "tariff": 0, "price_floor": 0, "uptime": None,
    },
    "control_status": {"approval": None},
    "policies": {"value": 0, "count_from": 0.05, "penalty": None},
    "scenarios": {"probability": None, "branches_at": None},
    "changes": {},
}  # fmt: skip

TEXTS: dict[str, dict[str, str]] = {
    "materials": {"material": ""},
    "sites": {"site": "", "operator": "", "country": ""},
    "offers": {"offer": "", "site": "", "material": "", "supplier": "", "discount": "none",
               "origin": "", "stages": "", "pedigrees": ""},
    "offer_tiers": {"offer": ""},
    "processes": {"process": "", "stage": "other"},
    "recipes": {"process": "", "material": ""},
    "plants": {"plant": "", "site": "", "process": "", "status": "existing", "technology": ""},
    "expansions": {"plant": "", "continuous": "no", "technology": ""},
    "lanes": {"lane": "", "from": "*", "to": "*", "material": "*", "shares": ""},
    "demand": {"site": "", "material": "", "end_use": "civil", "end_user": ""},
    "returns": {"site": "", "material": "", "from_site": "", "from_material": ""},
    "disposal": {"site": "", "material": ""},
    "stockpiles": {"site": "", "material": "", "cover_of": "", "pedigrees": ""},
    "in_transit": {"site": "", "material": "", "pedigrees": ""},
    "technologies": {"technology": "", "origin": "", "needs_services": "no"},
    "groups": {"group": "", "member": ""},
    "pedigrees": {"pedigree": "", "countries": "", "stages": "", "technologies": "",
                  "materials": "", "reset_by": ""},
    "controls": {"control": "", "kind": "", "jurisdiction": "", "exporters": "", "operators": "",
                 "destinations": "", "materials": "", "stages": "", "technologies": "",
                 "pedigree": "", "end_uses": "", "end_users": "", "exempt_end_uses": "",
                 "policy": "free", "quota_window": "period"},
    "control_status": {"control": "", "status": ""},
    "policies": {"policy": "", "kind": "", "materials": "", "stages": "", "countries": "",
                 "operators": "", "suppliers": "", "sites": "", "each": "", "window": ""},
    "scenarios": {"scenario": "", "parent": ""},
    "changes": {"scenario": "", "table": "", "key": "*", "field": "", "op": "set"},
}  # fmt: skip

STAGES = ["mining", "separation", "metal", "alloy", "magnet", "recycling", "other"]
WINDOWED = {"offers", "plants", "lanes", "demand", "policies", "changes"}


@dataclass(frozen=True)
class PlainCase:
    """One case: its settings and its base tables, before any change is applied."""

    periods: int
    months: float
    discount_rate: float
    capital_rate: float
    shortage_days: float
    decide_every: int
    start: str
    unknown_in_force: bool
    chosen_scenarios: list[str]
    tables: dict[str, list[Row]]
    groups: dict[str, list[str]] = field(default_factory=dict)

    @property
    def period_days(self) -> float:
        """Days in a period."""
        return self.months * 30.4375

    def discount(self, period: int) -> float:
        """Worth, in money of period 1, of one unit of cash in ``period``."""
        return float((1 + self.discount_rate) ** (-(period - 1) * self.months / 12))

    def lag(self, days: float) -> int:
        """Whole periods between dispatch and arrival for a lead time in days."""
        return math.floor(days / self.period_days + 0.5 + 1e-9)

    def names(self, table: str, column: str) -> list[str]:
        """Distinct values of a column in order of appearance."""
        return list(dict.fromkeys(str(row[column]) for row in self.tables[table]))

    def country(self, site: str) -> str:
        """Country of a site."""
        return next(str(r["country"]) for r in self.tables["sites"] if r["site"] == site)

    def operator(self, site: str) -> str:
        """Operator of a site."""
        return next(str(r["operator"]) for r in self.tables["sites"] if r["site"] == site)

    def stage(self, process: str) -> str:
        """Stage of a process."""
        rows = self.tables["processes"]
        return next(str(r["stage"]) for r in rows if r["process"] == process)

    def offer_stages(self, offer: Row) -> list[str]:
        """Stages that an offer's goods have passed, as it says; none where it says nothing."""
        return self.select(offer["stages"], STAGES) if offer["stages"] else []

    def base_price(self, material: str) -> float:
        """A material's price in the table itself, before changes; 0 where it has none."""
        rows = self.tables["materials"]
        return next(float(r["price"] or 0.0) for r in rows if r["material"] == material)

    def expansion_technology(self, row: Row) -> str:
        """Technology of an expansion: its own, else that of its plant."""
        plants = self.tables["plants"]
        own = next(str(r["technology"]) for r in plants if r["plant"] == row["plant"])
        return str(row["technology"]) or own

    def picks(self, selector: str, name: str) -> bool:
        """Does a selector pick a name? A blank one picks any; a blank name only that does."""
        if not selector or not name:
            return not selector
        return bool(self.select(selector, [name]))

    def select(self, selector: str, names: list[str]) -> list[str]:
        """Names that a selector hits; a blank selector hits them all."""
        if selector in ("", "*"):
            return list(names)
        if selector in names:
            return [selector]
        parts = [part.strip() for part in selector.split(",")]
        wanted: set[str] = set()
        unwanted: set[str] = set()
        for part in parts:
            (unwanted if part.startswith("!") else wanted).update(
                self._hits(part.removeprefix("!"), names)
            )
        return [name for name in names if name in wanted - unwanted]

    def _hits(self, part: str, names: list[str]) -> set[str]:
        if part in names:
            return {part}
        if part.startswith("@"):
            countries = {part[1:], *self._members(part[1:])}
            return {r["site"] for r in self.tables["sites"] if r["country"] in countries}
        if part in self.groups:
            return set(self._members(part)) & set(names)
        pattern = ".*".join(re.escape(piece) for piece in part.split("*"))
        return {name for name in names if re.fullmatch(pattern, name)}

    def _members(self, group: str) -> list[str]:
        found: list[str] = []
        for member in self.groups.get(group, []):
            found += self._members(member) if member in self.groups else [member]
        return found


def number(value: Any, default: float | None) -> float | None:
    """Read a number, a fraction such as ``1/3``, ``inf`` or a blank."""
    if value is None or value == "":
        return default
    if isinstance(value, str):
        return INF if value.strip() == "inf" else float(Fraction(value.strip()))
    return float(value)


def period_of(value: Any, default: int, start: str, months: float) -> int:
    """Read a period: a whole number, or a date ``YYYY-MM`` inside it."""
    if value is None or value == "":
        return default
    if isinstance(value, str) and "-" in value:
        year, month = (int(part) for part in value.split("-"))
        first_year, first_month = (int(part) for part in start.split("-"))
        return int(((year - first_year) * 12 + month - first_month) // months) + 1
    return int(value)


def read_case(data: dict[str, Any]) -> PlainCase:
    """Apply the format's defaults to a case given as its JSON object."""
    head = data.get("case", {})
    months = number(head.get("months_per_period"), 3) or 3.0
    start = str(head.get("start") or "")
    periods = int(head["periods"])
    tables: dict[str, list[Row]] = {}
    for table in NUMBERS:
        tables[table] = [_row(table, raw, periods, start, months) for raw in data.get(table, [])]
    scenarios = data.get("solve", {}).get("scenarios") or []
    if isinstance(scenarios, str):
        scenarios = [] if scenarios == "all" else [s.strip() for s in scenarios.split(",")]
    groups: dict[str, list[str]] = {}
    for row in tables["groups"]:
        groups.setdefault(row["group"], []).append(row["member"])
    case = PlainCase(
        periods=periods, months=months, start=start,
        discount_rate=number(head.get("discount_rate"), 0) or 0.0,
        capital_rate=number(head.get("capital_rate"), 0) or 0.0,
        shortage_days=_given(number(head.get("shortage_days"), 365)),
        decide_every=int(head.get("decide_every") or 1),
        unknown_in_force=(head.get("unknown_controls") or "in_force") == "in_force",
        chosen_scenarios=list(scenarios), tables=tables, groups=groups,
    )  # fmt: skip
    for site in tables["sites"]:
        site["operator"] = site["operator"] or site["site"]
    for offer in tables["offers"]:
        offer["supplier"] = offer["supplier"] or case.operator(offer["site"])
        offer["origin"] = offer["origin"] or case.country(offer["site"])
    return case


def _given(value: float | None) -> float:
    assert value is not None
    return value


def _row(table: str, raw: dict[str, Any], periods: int, start: str, months: float) -> Row:
    row: Row = {}
    for column, default in NUMBERS[table].items():
        row[column] = number(raw.get(column), default)
    for column, text in TEXTS.get(table, {}).items():
        row[column] = str(raw.get(column) if raw.get(column) not in (None, "") else text)
    if table in WINDOWED:
        row["start"] = period_of(raw.get("start"), 1, start, months)
        row["end"] = period_of(raw.get("end"), periods, start, months)
    if table == "changes":
        row["has_start"] = raw.get("start") not in (None, "")
        row["value"] = raw.get("value")
    if table == "control_status":
        row["start"] = period_of(raw.get("start"), 1, start, months)
    if table == "in_transit":
        row["period"] = period_of(raw.get("period"), 1, start, months)
    return row
