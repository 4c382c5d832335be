"""Policies: what the whole plan must keep to, over windows and along every path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ...models.rule_rows import Policy
from ...models.standing import open_plants
from .decisions import Decisions
from .demand import wanted
from .lanes import lanes_in_use
from .ledger import TOLERANCE, Ledger
from .measures import Supply
from .reading import FloatArray, IntArray, Reading, pivot
from .stock import Variants
from .tables import Plan

Sum = Callable[[FloatArray], FloatArray]
Excess = tuple[str, FloatArray, FloatArray]
"""A key ('' unless the policy binds each), how far beyond the limit, and the size of it."""


@dataclass(frozen=True)
class Reported:
    """Excess over soft policies and the penalty for it. Shape (policies, nodes) each."""

    excess: FloatArray
    penalty: FloatArray


class Policies:
    """Recomputes every policy of a case from the quantities of a plan."""

    def __init__(
        self, reading: Reading, plan: Plan, decisions: Decisions, stocks: Variants, supply: Supply
    ) -> None:
        self.reading = reading
        self.plan = plan
        self.decisions = decisions
        self.supply = supply
        self.place = {row.policy: number for number, row in enumerate(reading.case.policies)}
        self.stocks = stocks.total(stocks.level)
        self.held: dict[str, tuple[float, float]] = {}
        self.carried: dict[str, dict[str, tuple[float, float]]] = {}
        for held in reading.case.carried:
            own = self.carried.setdefault(held.limit, {})
            quantity, total = own.get(held.key or "", (0.0, 0.0))
            own[held.key or ""] = quantity + held.quantity, total + held.total
        self.budget = sum(decisions.cash.values(), np.zeros(reading.size))

    def check(self, ledger: Ledger) -> dict[str, FloatArray]:
        """Check every policy, and return the penalties at each node."""
        reading, use = self.reading, self.plan.policy_use
        first, last = reading.span("policies")
        shape = (len(reading.case.policies), reading.size)
        use = use.fillna({"excess": 0.0, "penalty": 0.0})
        told = Reported(pivot(use, "excess", shape), pivot(use, "penalty", shape))
        due = Reported(np.zeros(shape), np.zeros(shape))
        size = np.ones(shape)
        for number, row in enumerate(reading.case.policies):
            windows = reading.windows(_window(row), int(first[number]), int(last[number]))
            for window, (ends, summed) in enumerate(windows):
                begun = window == 0 and first[number] <= 1 and _window(row) != "period"
                self.held = self.carried.get(row.policy, {}) if begun else {}
                limit = reading.at("policies", "value", number, ends)
                rate = reading.at("policies", "penalty", number, ends)
                hard = np.isnan(rate)
                for key, over, scale in self.excess(row, limit, ends, summed):
                    ledger.add(
                        "policy",
                        np.where(hard, np.maximum(over, 0.0), 0.0),
                        scale,
                        reading.told("policies", number, ends, *([key] if key else [])),
                    )
                    soft = np.where(hard, 0.0, np.maximum(over, 0.0))
                    due.excess[number, ends] += soft
                    due.penalty[number, ends] += soft * np.nan_to_num(rate)
                    size[number, ends] = np.maximum(size[number, ends], scale)
        self._compare(ledger, told, due, size)
        return {"penalty": due.penalty.sum(axis=0)}

    def _compare(self, ledger: Ledger, told: Reported, due: Reported, size: FloatArray) -> None:
        """Excess and penalty of soft policies as reported, against those needed."""
        reading = self.reading
        rows, nodes = (index.ravel() for index in np.indices(size.shape))
        where = reading.told("policies", rows, nodes)
        free = np.nan_to_num(reading.dense("policies", "penalty"), nan=1.0) == 0
        reported = np.where(free & (told.excess > due.excess), due.excess, told.excess)
        ledger.equal("excess", reported.ravel(), due.excess.ravel(), where, scale=size.ravel())
        rate = np.nan_to_num(reading.dense("policies", "penalty"))
        ledger.equal(
            "penalty", told.penalty.ravel(), due.penalty.ravel(), where, scale=(rate * size).ravel()
        )

    def excess(
        self, row: Policy, limit: FloatArray, ends: IntArray, summed: Sum
    ) -> Iterator[Excess]:
        """How far a policy is exceeded at each last node of its window, key by key."""
        kinds: dict[str, Callable[[], Iterator[Excess]]] = {
            "recycled_share": lambda: self._recycled(row, limit, summed),
            "max_share": lambda: self._shares(row, limit, summed),
            "min_share": lambda: self._shares(row, limit, summed),
            "max_suppliers": lambda: self._suppliers(row, limit, ends, summed),
            "min_suppliers": lambda: self._suppliers(row, limit, ends, summed),
            "min_cover_days": lambda: self._cover(row, limit, ends),
        }
        if row.kind in kinds:
            yield from kinds[row.kind]()
            return
        sign = -1.0 if row.kind in ("min_quantity", "min_open") else 1.0
        for key, found in self._measured(row, ends, summed):
            yield key, sign * (found - limit), np.maximum(found, np.abs(limit))

    def _measured(
        self, row: Policy, ends: IntArray, summed: Sum
    ) -> Iterator[tuple[str, FloatArray]]:
        """What a policy with a plain limit compares with it, at each last node of a window."""
        if row.kind in ("max_open", "min_open", "max_lanes"):
            counted = self._lanes(row) if row.kind == "max_lanes" else self._open(row)
            yield from ((key, count[ends]) for key, count in counted)
        elif row.kind == "capital_budget":
            yield "", summed(self.budget) + self._before("")
        else:
            limited = self._throughput if row.kind == "max_throughput" else self._scoped
            yield from ((key, summed(amount) + self._before(key)) for key, amount in limited(row))

    def _before(self, key: str, part: int = 0) -> float:
        """What the window held before period 1: of the scope (0), or of the total (1)."""
        return self.held.get(key, (0.0, 0.0))[part]

    def _scoped(self, row: Policy) -> Iterator[tuple[str, FloatArray]]:
        """Supply in the scope of a policy at each node, for every key it binds."""
        chosen = self.supply.of(row.materials, row.stages)
        chosen &= self.supply.within(row.countries, row.operators, row.suppliers, row.sites)
        if row.each is None:
            yield "", self.supply.flow[chosen].sum(axis=0)
        else:
            yield from zip(*self.supply.by(row.each, chosen), strict=True)

    def _shares(self, row: Policy, limit: FloatArray, summed: Sum) -> Iterator[Excess]:
        total = summed(self.supply.flow[self.supply.of(row.materials, row.stages)].sum(axis=0))
        sign = 1.0 if row.kind == "max_share" else -1.0
        for key, amount in self._scoped(row):
            whole = total + self._before(key, 1)
            yield key, sign * (summed(amount) + self._before(key) - limit * whole), whole

    def _recycled(self, row: Policy, limit: FloatArray, summed: Sum) -> Iterator[Excess]:
        every = self.supply.of(row.materials, row.stages)
        total = summed(self.supply.flow[every].sum(axis=0))
        chosen = every & self.supply.recycled(row.materials)
        chosen &= self.supply.within(row.countries, row.operators, row.suppliers, row.sites)
        if row.each is None:
            whole, own = total + self._before("", 1), self._before("")
            yield "", limit * whole - own - summed(self.supply.flow[chosen].sum(axis=0)), whole
            return
        for key, amount in zip(*self.supply.by(row.each, chosen), strict=True):
            whole = total + self._before(key, 1)
            yield key, limit * whole - self._before(key) - summed(amount), whole

    def _suppliers(
        self, row: Policy, limit: FloatArray, ends: IntArray, summed: Sum
    ) -> Iterator[Excess]:
        """Suppliers with a share of all supply in the window; the scope says who may count."""
        chosen = self.supply.of(row.materials, row.stages)
        total = summed(self.supply.flow[chosen].sum(axis=0))
        slack = TOLERANCE * np.maximum(1.0, total)
        chosen &= self.supply.within(row.countries, row.operators, row.suppliers, row.sites)
        least = self.reading.at("policies", "count_from", self.place[row.policy], ends) * total
        keys, place = [""], np.where(chosen, 0, -1)
        if row.each is not None:
            keys, place = self.supply.groups(row.each, chosen)
        for number, key in enumerate(keys):
            amount = summed(self.supply.by("supplier", place == number)[1])
            if row.kind == "max_suppliers":
                yield key, (amount > slack).sum(axis=0) - limit, np.ones_like(total)
            else:
                count = (amount >= least - slack).sum(axis=0)
                yield key, np.where(total > slack, limit - count, 0.0), np.ones_like(total)

    def _sites(self, row: Policy) -> list[str]:
        """Sites in the scope of a policy about places rather than supply."""
        reading, names = self.reading, self.reading.names
        found = []
        for site in reading.case.sites:
            inside = row.sites is None or site.site in reading.select("place", row.sites)
            if row.countries is not None:
                inside &= site.country in reading.select("country", row.countries)
            for selector in (row.operators, row.suppliers):
                if selector is not None:
                    inside &= names.operator[site.site] in reading.select("operator", selector)
            if inside:
                found.append(site.site)
        return found

    def _keyed(self, row: Policy, sites: list[str], default: str | None) -> dict[str, list[str]]:
        """Sites by the key that a policy binds."""
        names = self.reading.names
        keys: dict[str, list[str]] = {}
        for site in sites:
            kind = row.each or default
            if kind is None:
                key = ""
            elif kind == "country":
                key = names.country[site]
            else:
                key = site if kind == "site" else names.operator[site]
            keys.setdefault(key, []).append(site)
        return keys

    def _throughput(self, row: Policy) -> Iterator[tuple[str, FloatArray]]:
        """What leaves sites by lane and delivery at each node."""
        goods = self.reading.select("materials", row.materials)
        moved = self.plan.shipments.rename(columns={"from": "place"})
        served = self.plan.deliveries.rename(columns={"site": "place"})
        for key, sites in self._keyed(row, self._sites(row), None).items():
            total = np.zeros(self.reading.size)
            for table in (moved, served):
                own = table[table["place"].isin(sites) & table["material"].isin(goods)]
                total += self.reading.per_node(own["node"], own["quantity"])
            yield key, total

    def _open(self, row: Policy) -> Iterator[tuple[str, FloatArray]]:
        """Candidate plants decided up to a node and not past their end."""
        supply = self.supply
        chosen = supply.of(row.materials, row.stages) & (supply.sources["table"] == "plants")
        makers = set(supply.sources["position"][chosen])
        every = row.materials is None and row.stages is None
        sites = set(self._sites(row))
        before = open_plants(self.reading.case)
        candidates = [
            (i, plant.site)
            for i, plant in enumerate(self.reading.case.plants)
            if (plant.status == "candidate" or plant.plant in before)
            and plant.site in sites
            and (every or i in makers)
        ]
        decided = self.reading.along(self.decisions.taken["open_plant"])
        decided = decided + np.array(
            [[float(plant.plant in before)] for plant in self.reading.case.plants]
        ).reshape(-1, 1)
        last = self.reading.span("plants")[1]
        decided = np.where(self.reading.tree.period <= last[:, None], decided, 0.0)
        keys = self._keyed(row, list(dict.fromkeys(site for _, site in candidates)), None)
        for key, places in (keys or {"": []}).items():
            yield key, decided[[i for i, site in candidates if site in places]].sum(axis=0)

    def _lanes(self, row: Policy) -> Iterator[tuple[str, FloatArray]]:
        """Lanes out of each site that carry anything, rows that share a pair counted once."""
        used = lanes_in_use(self.reading, self.plan, row.materials)
        for site in self._sites(row):
            own = used[used["from"] == site]
            yield site, np.bincount(own["node"], minlength=self.reading.size).astype(float)

    def _cover(self, row: Policy, limit: FloatArray, ends: IntArray) -> Iterator[Excess]:
        """Stock of the materials at the sites, against cover of all their demand."""
        case = self.reading.case
        goods = self.reading.select("materials", row.materials)
        rows = [i for i, demand in enumerate(case.demand) if demand.material in goods]
        need = limit / self.reading.days * wanted(self.reading)[rows].sum(axis=0)[ends]
        for key, sites in (self._keyed(row, self._sites(row), None) or {"": []}).items():
            piles = [
                i for i, p in enumerate(case.stockpiles) if p.site in sites and p.material in goods
            ]
            held = self.stocks[piles].sum(axis=0)[ends]
            yield key, need - held, np.maximum(need, held)


def _window(row: Policy) -> str:
    """A budget runs over the horizon unless its row says otherwise; stocks bind at every node."""
    if row.kind in ("min_cover_days", "max_lanes"):
        return "period"
    return row.span
