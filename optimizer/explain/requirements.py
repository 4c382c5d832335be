"""What of a case could give where it has no plan: every requirement, and how to give it up."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ...models.case import Case
from ...models.rule_rows import Change
from .edits import Edit, RowNames

LIMITS = {
    "offers": ("capacity",),
    "plants": ("capacity",),
    "expansions": ("max_modules",),
    "lanes": ("capacity",),
    "stockpiles": ("capacity",),
    "disposal": ("capacity",),
}
"""Most of something."""
SIZES = {"offers": ("min_order",), "plants": ("min_activity",), "lanes": ("min_load",)}
"""Least of something where there is any of it."""
TAKEN = {"offers": ("min_take", "commit_quantity"), "returns": ("share",)}
"""What comes in whether it is needed or not."""
LEVELS = {"stockpiles": ("min_level", "min_cover_days", "final_level")}
"""Least that is held."""
DAYS = {"offers": ("lead_days",), "plants": ("lead_days",), "lanes": ("lead_days",)}
"""Times that can be changed in `changes`."""
PERIODS = {
    "offers": ("qualification_periods",),
    "plants": ("build_periods",),
    "expansions": ("build_periods",),
    "stockpiles": ("release_lag",),
}
"""Times that are part of the structure."""
WINDOWS = ("offers", "plants", "lanes")
"""Tables whose rows are open from `start` to `end`."""
LEAST_POLICIES = (
    "min_share", "min_quantity", "min_suppliers", "min_open", "recycled_share", "min_cover_days",
)  # fmt: skip
COUNTS = ("min_suppliers", "max_suppliers", "max_open", "min_open", "max_lanes")
"""Policies whose value is a number of things."""
GROUPS = (
    "cap", "kept", "policies", "levels", "taken", "sizes", "rules", "windows", "times", "limits",
    "decide", "demand", "outlets", "stock", "lanes",
)  # fmt: skip
"""Kinds of requirements, those first that a reader would rather hear of as a cause."""


@dataclass(frozen=True)
class Requirement:
    """Something that a plan must respect and that somebody could loosen.

    Attributes:
        group: what kind it is, see GROUPS.
        table: of its row; 'solve' for a cap, 'decisions' for a kept decision.
        row: position of the row, from 0.
        field: column; '' where the row as a whole is meant.
        more: what else names it: an objective, a decision, the cells of a row that is lacking.
    """

    group: str
    table: str
    row: int
    field: str = ""
    more: tuple[Any, ...] = ()

    @property
    def least(self) -> bool:
        """Whether it is a minimum, which gives by going down."""
        return self.group in ("levels", "taken", "sizes", "demand") or self.more == ("least",)


def requirements_of(case: Case) -> list[Requirement]:
    """Every requirement of a case that could be loosened, by group."""
    found = [*_numbers(case), *_windows(case), *_whole(case), *_lacking(case)]
    return sorted(found, key=lambda one: GROUPS.index(one.group))


def _numbers(case: Case) -> Iterator[Requirement]:
    for at, _ in enumerate(case.demand):
        yield Requirement("demand", "demand", at, "quantity")
    for at, policy in enumerate(case.policies):
        side = "least" if policy.kind in LEAST_POLICIES else "most"
        yield Requirement("policies", "policies", at, "value", (side,))
    tables = (
        ("levels", LEVELS), ("taken", TAKEN), ("sizes", SIZES), ("limits", LIMITS), ("times", DAYS),
        ("times", PERIODS),
    )  # fmt: skip
    for group, fields in tables:
        for table, names in fields.items():
            for at, row in enumerate(case.rows(table)):
                for name in names:
                    if _binds(case, group, table, name, getattr(row, name)):
                        yield Requirement(group, table, at, name)
    for at, pile in enumerate(case.stockpiles):
        if pile.capacity > 0:
            yield Requirement("stock", "stockpiles", at, "initial")


def _binds(case: Case, group: str, table: str, name: str, value: Any) -> bool:
    """Whether a number could stand against a plan at all."""
    changed = any(row.table == table and row.field == name for row in case.changes)
    if group == "limits":
        return changed or not math.isinf(value)
    return changed or bool(value)


def _windows(case: Case) -> Iterator[Requirement]:
    for table in WINDOWS:
        for at, row in enumerate(case.rows(table)):
            if case.period(row.start, 1) > 1:
                yield Requirement("windows", table, at, "start")
            if case.period(row.end, case.case.periods) < case.case.periods:
                yield Requirement("windows", table, at, "end")


def _whole(case: Case) -> Iterator[Requirement]:
    for at, _ in enumerate(case.controls):
        yield Requirement("rules", "controls", at)
    if case.case.decide_every > 1:
        yield Requirement("decide", "case", 0, "decide_every")


def _lacking(case: Case) -> Iterator[Requirement]:
    """Ways out, and ways to those who need something, that the case has no rows for."""
    known = {(row.site, row.material) for row in case.disposal}
    for site in case.sites:
        for material in case.materials:
            if (site.site, material.material) not in known:
                yield Requirement("outlets", "disposal", -1, "", (site.site, material.material))
    wanted = {(row.site, row.material): None for row in case.demand}
    if len(case.sites) > 1:
        for site_name, material_name in wanted:
            yield Requirement("lanes", "lanes", -1, "", (site_name, material_name))


class Loosening:
    """Edits that give requirements up, entirely or in part."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.names = RowNames(case)
        self.large = _large(case)

    def entirely(self, one: Requirement) -> list[Edit]:
        """Edits that make a requirement no requirement at all."""
        if one.group == "rules":
            return self.rule_off(one.row)
        if one.group in ("windows", "outlets", "lanes", "decide", "times"):
            return self.by(one, math.inf)
        if one.group == "demand" and self.case.demand[one.row].shortage_cost is None:
            return [Edit("set", "demand", one.row, "shortage_cost", 1.0)]  # still a way out
        if one.least:
            return [self.names.change(one.table, one.row, one.field, "set", 0.0)]
        if one.field == "initial":
            return self.by(one, self.large)
        value = self.large
        if one.table == "policies" and self.case.policies[one.row].kind == "max_share":
            value = 1.0
        return [self.names.change(one.table, one.row, one.field, "set", value)]

    def by(self, one: Requirement, amount: float) -> list[Edit]:
        """Edits that loosen a requirement by an amount.

        Of a limit it is added to it; of a minimum it is the part that is given up; of times and
        opening times it is periods, and of counted things their number.
        """
        table, row, field = one.table, one.row, one.field
        special: dict[str, Callable[[], list[Edit]]] = {
            "windows": lambda: [Edit("set", table, row, field, self._shifted(one, amount))],
            "outlets": lambda: [self._outlet(one)],
            "lanes": lambda: [self._lane(one)],
            "decide": lambda: [Edit("set", "case", 0, field, 1)],
            "times": lambda: self._sooner(one, amount),
            "stock": lambda: [self._stocked(one, amount)],
        }
        if one.group in special:
            return special[one.group]()
        if one.least and not self.whole(one):
            return [self.names.change(table, row, field, "multiply", 1.0 - amount)]
        more = -amount if one.least else amount
        return [self.names.change(table, row, field, "add", more)]

    def _outlet(self, one: Requirement) -> Edit:
        site, material = one.more
        return Edit("add", "disposal", -1, "", {"site": site, "material": material})

    def _lane(self, one: Requirement) -> Edit:
        site, material = one.more
        name = f"new lane to {site} for {material}"
        cells = {"lane": name, "from": "*", "to": site, "material": material}
        return Edit("add", "lanes", -1, "", cells)

    def _stocked(self, one: Requirement, amount: float) -> Edit:
        value = getattr(self.case.rows(one.table)[one.row], one.field) + amount
        return Edit("set", one.table, one.row, one.field, value)

    def _shifted(self, one: Requirement, periods: float) -> int:
        """A start so many periods sooner, or an end so many later."""
        case = self.case
        own = getattr(case.rows(one.table)[one.row], one.field)
        if one.field == "start":
            return max(1, int(case.period(own, 1) - min(periods, 1e6)))
        last = case.case.periods
        return min(last, int(case.period(own, last) + min(periods, 1e6)))

    def _sooner(self, one: Requirement, periods: float) -> list[Edit]:
        """A time that is so many periods shorter."""
        value = getattr(self.case.rows(one.table)[one.row], one.field)
        if one.field != "lead_days":
            return [Edit("set", one.table, one.row, one.field, int(max(0, value - periods)))]
        length = self.case.days_per_period
        lag = math.floor(value / length + 0.5)
        left = lag - periods
        days = max(0.0, math.ceil((left + 0.5) * length) - 1) if left >= 0 else 0.0
        days = min(days, value) if left > 0 else min(days, value, math.ceil(0.5 * length) - 1)
        days = 0.0 if math.isinf(periods) else days
        return [self.names.change(one.table, one.row, one.field, "set", float(days))]

    def rule_off(self, row: int) -> list[Edit]:
        """Edits after which a rule is never in force."""
        name = self.case.controls[row].control
        if any(status.control == name for status in self.case.control_status):
            change = Change(
                table="control_status", key=f"control={name}", field="status", value="repealed"
            )
            return [Edit("change", "controls", row, "status", "repealed", change)]
        cells = {"control": name, "start": 1, "status": "repealed"}
        return [Edit("add", "control_status", -1, "", cells)]

    def whole(self, one: Requirement) -> bool:
        """Whether a requirement gives in whole steps."""
        if one.group in ("windows", "times"):
            return True
        if one.table == "policies":
            return self.case.policies[one.row].kind in COUNTS
        return one.field == "max_modules"

    def steps(self, one: Requirement) -> int:
        """Most whole steps by which a requirement can give."""
        case = self.case
        if one.group == "windows":
            own = getattr(case.rows(one.table)[one.row], one.field)
            last = case.case.periods
            at = int(case.period(own, 1))
            return at - 1 if one.field == "start" else last - at
        if one.group == "times":
            value = getattr(case.rows(one.table)[one.row], one.field)
            if one.field != "lead_days":
                return int(value)
            return math.floor(float(value) / case.days_per_period + 0.5)
        if one.least:
            return int(case.policies[one.row].value)
        return 1000


def _large(case: Case) -> float:
    """An amount that is more than a case can need of anything."""
    total = 1.0
    for row in case.demand:
        total += row.quantity
    for offer in case.offers:
        total += offer.min_take + offer.commit_quantity + offer.min_order
    for pile in case.stockpiles:
        total += pile.min_level + pile.final_level + pile.initial
    for plant in case.plants:
        total += plant.min_activity
    for arrival in case.in_transit:
        total += arrival.quantity
    for change in case.changes:
        if change.field in ("quantity", "min_level", "min_take") and change.op == "set":
            total += abs(float(change.value)) if isinstance(change.value, float) else 0.0
    return 100.0 * total
