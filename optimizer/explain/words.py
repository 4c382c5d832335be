"""Requirements and what would mend them, in the words of those who read a case."""

from __future__ import annotations

import math
from typing import Any

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
OBJECTIVES = {
    "cost": ("the cost", ""), "lead_time": ("the lead time", " days"),
    "shortage": ("what is never delivered", ""), "cvar": ("the cost of the worst scenarios", ""),
    "concentration": ("the share of the largest country", ""),
}  # fmt: skip
MOST = {"offers": "sells", "plants": "makes", "lanes": "carries", "stockpiles": "holds"}
"""What a row does no more of than its capacity."""
DECISIONS = {
    "select": "qualifying {name}", "sign": "a contract for {name}", "open": "building {name}",
    "modules": "expanding {name}", "lane_open": "opening {name}", "stock_open": "opening {name}",
}  # fmt: skip


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
            return f"{len(ordered)} {self.period}s between {self.when(ordered[0])} and " + self.when(
                ordered[-1]
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
        own = self.case.rows(table)[row]
        if table == "offers":
            return f"offer {own.offer}"
        if table in ("plants", "expansions"):
            return f"plant {own.plant}"
        if table == "lanes":
            return f"lane {own.lane}"
        if table == "stockpiles":
            return f"the store of {own.material} at {own.site}"
        if table == "disposal":
            return f"the way out for {own.material} at {own.site}"
        if table == "returns":
            return f"the {own.material} that comes back to {own.site} from {own.from_site}"
        if table == "policies":
            return f"policy {own.policy}"
        if table == "controls":
            return f"rule {own.control}"
        return self.demand(row)

    def _unit(self, one: Requirement) -> str:
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

    def kept(self, family: str, thing: int, pairs: Any = None) -> str:
        """A decision of an earlier plan."""
        tables = {"select": "offers", "sign": "offers", "open": "plants", "modules": "expansions",
                  "lane_open": "lanes", "stock_open": "stockpiles"}  # fmt: skip
        row = int(pairs.row[thing]) if family == "lane_open" and pairs is not None else thing
        return DECISIONS[family].format(name=self.thing(tables[family], row))

    def requirement(self, one: Requirement) -> str:
        """A requirement as a thing that stands against others."""
        if one.group == "cap":
            name, unit = OBJECTIVES[one.more[0]]
            return f"the cap that {name} is at most {amount(one.more[1])}{unit}"
        if one.group == "kept":
            return f"what the earlier plan decided about {self.kept(*one.more)}"
        if one.group == "outlets":
            return f"{one.more[1]} at {one.more[0]} has no way out"
        if one.group == "lanes":
            return f"no lane that brings {one.more[1]} to {one.more[0]}"
        if one.group == "decide":
            every = self.periods(self.case.case.decide_every)
            return f"decisions can be taken only every {every}"
        if one.group == "rules":
            return self.rule(one.row)
        if one.group == "policies":
            return f"policy {self.case.policies[one.row].policy} ({self.policy(one.row)})"
        value = getattr(self.case.rows(one.table)[one.row], one.field)
        name, unit = self.thing(one.table, one.row), self._unit(one)
        if one.group == "windows":
            own = self.case.period(value, 1)
            return f"{name} is closed " + (
                f"before {self.when(own)}" if one.field == "start" else f"after {self.when(own)}"
            )
        number = f"{amount(value)}{unit}"
        return {
            "quantity": f"{name} of {number}",
            "capacity": f"{name} {MOST.get(one.table, 'takes')} no more than {number}",
            "max_modules": f"{name} can be given no more than {amount(value)} modules",
            "min_order": f"{name} sells no less than {number} at a time",
            "min_activity": f"{name} runs at no less than {number}",
            "min_load": f"{name} carries no less than {number} when used",
            "min_take": f"{name} must be taken: {number}",
            "commit_quantity": f"a contract for {name} commits to {number}",
            "share": f"{name}: {amount(100 * value) if isinstance(value, float) else value} % of "
            "what was delivered",
            "min_level": f"{name} must hold at least {number}",
            "min_cover_days": f"{name} must hold {amount(value)} days of cover",
            "final_level": f"{name} must hold {number} at the end",
            "initial": f"{name} holds {number} at the start",
            "lead_days": f"{name} takes {amount(value)} days to deliver",
            "qualification_periods": f"{name} takes {self.periods(int(value))} to qualify",
            "build_periods": f"{name} takes {self.periods(int(value))} to build",
            "release_lag": f"{name} gives back what is taken {self.periods(int(value))} later",
        }[one.field]

    def mend(self, one: Requirement, give: float | None) -> str:
        """What would mend it: 'offer X selling 41 t a quarter more (61 instead of 20)'."""
        if one.group == "cap":
            name, unit = OBJECTIVES[one.more[0]]
            new = "" if give is None else f" of at least {amount(give)}{unit}"
            return f"a cap on {name}{new} instead of {amount(one.more[1])}{unit}"
        if one.group == "kept":
            return f"deciding anew about {self.kept(*one.more)}"
        if one.group == "outlets":
            return f"a way out for {one.more[1]} at {one.more[0]}"
        if one.group == "lanes":
            return f"a lane that brings {one.more[1]} to {one.more[0]}"
        if one.group == "decide":
            return f"taking decisions in any {self.period}"
        if one.group == "rules":
            return f"{self.rule(one.row)} not being in force"
        if one.group == "policies":
            policy = self.case.policies[one.row]
            value = policy.value + (0.0 if give is None else give)
            return (
                f"policy {policy.policy} asking for {self.policy_value(one.row, value)} instead of "
                f"{self.policy_value(one.row, policy.value)}"
            )
        value = getattr(self.case.rows(one.table)[one.row], one.field)
        name, unit = self.thing(one.table, one.row), self._unit(one)
        give = 0.0 if give is None else give
        if one.group == "windows":
            own = self.case.period(value, 1) + int(give)
            verb = "opening" if one.field == "start" else "staying open until"
            sooner = f" ({self.periods(abs(int(give)))} {'sooner' if give < 0 else 'longer'})"
            return f"{name} {verb} {'in ' if one.field == 'start' else ''}{self.when(own)}{sooner}"
        if one.group == "times":
            if one.field == "lead_days":
                return f"{name} taking {amount(value + give)} days instead of {amount(value)}"
            what = {"qualification_periods": "to qualify", "build_periods": "to build"}
            return (
                f"{name} taking {self.periods(int(value + give))} {what.get(one.field, '')} "
                f"instead of {int(value)}"
            ).replace("  ", " ")
        if one.field == "initial":
            return f"{amount(give)}{unit} more in {name} at the start"
        if one.group == "limits":
            now = "" if math.isinf(value) else f" ({amount(value + give)} instead of "
            now += "" if math.isinf(value) else f"{amount(value)})"
            unit = " modules" if one.field == "max_modules" else unit
            return f"{amount(give)}{unit} more of {name}{now}"
        left = f"{amount(max(value + give, 0.0))} instead of {amount(value)}{unit}"
        return {
            "min_order": f"{name} selling as little as {left} at a time",
            "min_activity": f"{name} running at as little as {left}",
            "min_load": f"{name} carrying as little as {left}",
            "min_take": f"having to take {left} from {name}",
            "commit_quantity": f"a commitment of {left} to {name}",
            "share": f"less coming back: {amount(100 * (value + give))} % instead of "
            f"{amount(100 * value)} % of {name}",
            "min_level": f"holding at least {left} in {name}",
            "final_level": f"ending with {left} in {name}",
            "min_cover_days": f"{amount(max(value + give, 0.0))} instead of {amount(value)} days "
            f"of cover in {name}",
            "quantity": f"{name} of {left}",
        }[one.field]

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
        if table == "policies":
            kind = self.case.policies[row].kind
            if kind in ("max_share", "min_share", "recycled_share"):
                return "percentage point"
            if kind == "min_cover_days":
                return "day"
            if kind == "capital_budget":
                return self.case.case.currency
            return "unit" if kind in ("max_quantity", "min_quantity", "max_throughput") else ""
        if column == "min_cover_days":
            return "day"
        own = self.case.rows(table)[row]
        if table == "plants":
            found = [r.material for r in self.case.recipes
                     if r.process == own.process and r.quantity > 0]  # fmt: skip
            return self.units.get(found[0], "unit") if found else "unit"
        if table in ("lanes", "controls"):
            units = set(self.units.values())
            return units.pop() if len(units) == 1 else "unit"
        return self.units.get(own.material, "unit")
