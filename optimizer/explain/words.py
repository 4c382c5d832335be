"""Names, amounts and times of a case, as its owner says them."""

from __future__ import annotations

import math

from ...models.case import Case
from ...models.names import CaseNames
from .requirements import Requirement

POLICIES = {
    "max_share": "at most {value} of {scope}",
    "min_share": "at least {value} of {scope}",
    "max_quantity": "at most {value} of {scope}",
    "min_quantity": "at least {value} of {scope}",
    "max_throughput": "at most {value} passing through {scope}",
    "min_suppliers": "at least {value} suppliers of {scope}",
    "max_suppliers": "at most {value} suppliers of {scope}",
    "max_open": "at most {value} new plants in {scope}",
    "min_open": "at least {value} new plants in {scope}",
    "max_lanes": "at most {value} lanes out of {scope}",
    "capital_budget": "at most {value} to spend on {scope}",
    "recycled_share": "at least {value} of {scope} recycled",
    "min_cover_days": "at least {value} of cover of {scope}",
}
"""What policies ask for."""
POLICY_UNITS = {
    "max_share": "percentage point", "min_share": "percentage point",
    "recycled_share": "percentage point", "min_cover_days": "day", "capital_budget": "money",
    "max_quantity": "unit", "min_quantity": "unit", "max_throughput": "unit",
}  # fmt: skip
"""Units of their values; others count things."""
THINGS = {
    "offers": "offer {offer}", "plants": "plant {plant}", "expansions": "plant {plant}",
    "lanes": "lane {lane}", "stockpiles": "the store of {material} at {site}",
    "disposal": "the way out for {material} at {site}",
    "returns": "the {material} that comes back to {site} from {from_site}",
    "policies": "policy {policy}", "controls": "rule {control}",
}  # fmt: skip
"""What rows are called."""


def amount(value: float) -> str:
    """A number as people read it: 1,234 or 12.3 or 0.046."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "no limit"
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    text = f"{value:.4g}" if size >= 0.1 else f"{value:.2g}"
    return f"{float(text):g}"


def listed(parts: list[str], last: str = "and") -> str:
    """'a, b and c'."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


class Words:
    """Names and amounts of a case as its owner says them."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.names = CaseNames(case)
        self.units = {row.material: row.unit for row in case.materials}
        months = case.case.months_per_period
        usual = {1: "month", 3: "quarter", 6: "half-year", 12: "year"}
        self.period = usual.get(int(months), "period") if months == int(months) else "period"

    def span(self, periods: list[int]) -> str:
        """'2027-Q1 to 2027-Q3', with gaps shown."""
        parts: list[str] = []
        ordered = sorted(set(periods))
        start = 0
        for at in range(1, len(ordered) + 1):
            if at == len(ordered) or ordered[at] != ordered[at - 1] + 1:
                first, last = self.when(ordered[start]), self.when(ordered[at - 1])
                parts.append(first if first == last else f"{first} to {last}")
                start = at
        if len(parts) > 3:
            return (
                f"{len(ordered)} {self.period}s between {self.when(ordered[0])} and "
                + self.when(ordered[-1])
            )
        return listed(parts)

    def when(self, period: int) -> str:
        """A period's name; a number says what it numbers."""
        label = self.case.period_label(period)
        return f"{self.period} {label}" if label.isdigit() and len(label) < 4 else label

    def periods(self, number: int) -> str:
        """'2 quarters'."""
        return f"{number} {self.period}{'' if number == 1 else 's'}"

    def material(self, name: str) -> str:
        """What a material is called."""
        return name

    def quantity(self, value: float, material: str) -> str:
        """'41 t'."""
        return f"{amount(value)} {self.units.get(material, '')}".strip()

    def demand(self, row: int) -> str:
        """'defence demand for SmCo magnets at Wichita'."""
        own = self.case.demand[row]
        text = f"{own.end_use} demand for {own.material} at {own.site}"
        alike = [
            other for other in self.case.demand
            if (other.end_use, other.material, other.site) == (own.end_use, own.material, own.site)
        ]  # fmt: skip
        if len(alike) < 2:
            return text
        first, last = (self.case.period(own.start, 1),
                       self.case.period(own.end, self.case.case.periods))  # fmt: skip
        spans = {(self.case.period(other.start, 1), other.end) for other in alike}
        if own.end_user and len({other.end_user for other in alike}) > 1:
            text += f" by {own.end_user}"
        if len(spans) > 1:
            text += f" ({self.when(first)} to {self.when(min(last, self.case.case.periods))})"
        return text

    def thing(self, table: str, row: int) -> str:
        """What a row is called, with the word for what it is."""
        if table == "demand":
            return self.demand(row)
        return THINGS[table].format_map(dict(self.case.rows(table)[row]))

    def unit(self, one: Requirement) -> str:
        """Unit of a number, with 'a quarter' where it is one of each period."""
        own = self.case.rows(one.table)[one.row]
        each = "" if one.table == "stockpiles" else f" a {self.period}"
        if one.table == "plants":
            outputs = [
                row.material for row in self.case.recipes
                if row.process == own.process and row.quantity > 0
            ]  # fmt: skip
            unit = self.units.get(outputs[0], "") if outputs else ""
            return f" {unit}{each}"
        if one.table in ("offers", "stockpiles", "disposal", "demand"):
            return f" {self.units.get(own.material, '')}{each}"
        if one.table == "lanes":
            units = set(self.units.values())
            return f" {units.pop()}{each}" if len(units) == 1 else each
        return ""

    def policy(self, row: int) -> str:
        """What a policy asks for: 'at most 40 % of NdPr oxide from CN'."""
        own = self.case.policies[row]
        return POLICIES[own.kind].format(
            value=self.policy_value(row, own.value), scope=self._scope(row)
        )

    def policy_value(self, row: int, value: float) -> str:
        """A value of a policy with its unit."""
        own = self.case.policies[row]
        if own.kind in ("max_share", "min_share", "recycled_share"):
            return f"{amount(round(100 * value, 4))} %"
        if own.kind == "min_cover_days":
            return f"{amount(value)} days"
        if own.kind == "capital_budget":
            return f"{amount(value)} {self.case.case.currency}"
        if own.kind in ("max_quantity", "min_quantity", "max_throughput"):
            units = set(self.units.values())
            return f"{amount(value)} {units.pop()}" if len(units) == 1 else amount(value)
        return amount(value)

    def _scope(self, row: int) -> str:
        own = self.case.policies[row]
        what = own.materials or own.stages
        if own.kind == "capital_budget":
            return "building, expanding and qualifying"
        text = "all materials" if what in (None, "*") else str(what).replace(",", ", ")
        if own.kind in ("max_throughput", "max_lanes", "max_open", "min_open"):
            where = own.sites or own.countries
            text = "all sites" if where in (None, "*") else str(where).replace(",", ", ")
        parts = [own.countries, own.operators, own.suppliers, own.sites]
        narrowed = [str(part).replace(",", ", ") for part in parts if part and part != text]
        if narrowed:
            text += f" from {listed(narrowed)}"
        if own.each:
            text += f" from any one {own.each}"
        return text

    def rule(self, row: int) -> str:
        """A rule with its title."""
        own = self.case.controls[row]
        return f"rule {own.control}" + (f" ({own.title})" if own.title else "")

    def limit(self, table: str, row: int, column: str) -> str:
        """What a number of a row limits, as part of a sentence about one more of it."""
        name = self.thing(table, row)
        if table == "policies":
            return f"policy {self.case.policies[row].policy} ({self.policy(row)})"
        if table == "controls":
            return f"quota of {self.rule(row)}"
        return {
            "capacity": f"capacity of {name}",
            "min_take": f"least that must be taken from {name}",
            "commit_quantity": f"quantity committed to {name}",
            "min_order": f"least order of {name}",
            "min_activity": f"least run of {name}",
            "min_load": f"least load of {name}",
            "min_level": f"safety stock in {name}",
            "min_cover_days": f"days of cover in {name}",
            "final_level": f"stock left at the end in {name}",
            "quantity": name,
        }[column]

    def unit_of(self, table: str, row: int, column: str) -> str:
        """Unit of a number of a row."""
        own = self.case.rows(table)[row]
        if table == "policies":
            unit = POLICY_UNITS.get(own.kind, "")
            return self.case.case.currency if unit == "money" else unit
        units = set(self.units.values())
        materials = [getattr(own, "material", None)]
        if table == "plants":
            materials = [r.material for r in self.case.recipes
                         if r.process == own.process and r.quantity > 0]  # fmt: skip
        elif table in ("lanes", "controls"):
            return units.pop() if len(units) == 1 else "unit"
        if column == "min_cover_days":
            return "day"
        return self.units.get(str(materials[0]), "unit") if materials else "unit"
