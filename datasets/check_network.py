"""Checks of the network as a whole (warnings): what reaches a demand, what can leave a site."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..models.problems import quote
from .check_context import Context

_NETWORK = (
    "materials",
    "sites",
    "offers",
    "processes",
    "recipes",
    "plants",
    "lanes",
    "stockpiles",
    "in_transit",
    "returns",
    "groups",
)


class Flows:
    """Which materials could be at which sites, once lanes and plants have done all they can."""

    def __init__(self, context: Context) -> None:
        self.lanes = [
            (
                context.select("place", row.from_),
                context.select("place", row.to),
                context.select("materials", row.material),
            )
            for _, row in context.sound("lanes")
            if row.capacity > 0 or ("lanes", "capacity") in context.changed
        ]
        self.inputs: dict[str, list[str]] = {}
        self.outputs: dict[str, list[str]] = {}
        for row in context.case.recipes:
            side = self.inputs if row.quantity < 0 else self.outputs
            if row.quantity != 0:
                side.setdefault(row.process, []).append(row.material)
        self.plants = [(row.site, row.process) for _, row in context.sound("plants")]
        self.returns = [row for _, row in context.sound("returns") if row.share > 0]
        self.at: dict[str, set[str]] = {}
        self._spread(context)

    def _add(self, material: str, sites: set[str] | frozenset[str]) -> bool:
        known = self.at.setdefault(material, set())
        before = len(known)
        known |= sites
        return len(known) > before

    def _spread(self, context: Context) -> None:
        for site, material in _sources(context):
            self._add(material, {site})
        demanded = {(row.site, row.material) for row in context.case.demand}
        grown = True
        while grown:
            grown = False
            for starts, ends, materials in self.lanes:
                for material in materials:
                    known = self.at.get(material)
                    if known and not starts.isdisjoint(known):
                        grown |= self._add(material, ends)
            for site, process in self.plants:
                inputs = self.inputs.get(process, [])
                if all(site in self.at.get(material, ()) for material in inputs):
                    for material in self.outputs.get(process, []):
                        grown |= self._add(material, {site})
            for row in self.returns:
                delivered = (row.from_site, row.from_material) in demanded
                if delivered and row.from_site in self.at.get(row.from_material, ()):
                    grown |= self._add(row.material, {row.site})


def _sources(context: Context) -> Iterator[tuple[str, str]]:
    """Sites and materials that are there without lanes or plants."""
    for _, row in context.sound("offers"):
        if row.capacity > 0 or ("offers", "capacity") in context.changed:
            yield row.site, row.material
    for _, row in context.sound("in_transit"):
        yield row.site, row.material
    for _, row in context.sound("stockpiles"):
        if row.initial > 0:
            yield row.site, row.material


def check_for_unreachable_demand(context: Context) -> None:
    """Demand that nothing can reach, over any lane and any plant, opened or not."""
    if context.doubtful(*_NETWORK):
        return
    flows = Flows(context)
    for number, row in context.sound("demand"):
        if row.quantity == 0 and ("demand", "quantity") not in context.changed:
            continue
        if row.site not in flows.at.get(row.material, ()):
            known = flows.at.get(row.material)
            where = "it reaches only " + ", ".join(sorted(known)[:4]) if known else ""
            hard = "so no plan exists" if row.shortage_cost is None else "so all of it is short"
            context.warn(
                "demand",
                number,
                "material",
                f"no {quote(row.material)} can reach {quote(row.site)}, {hard}",
                value=row.material,
                remedy=where or "add an offer, a plant or a lane that leads there",
            )


def check_for_demand_beyond_capacity(context: Context) -> None:
    """Demand that must be met and exceeds all there could be of its material."""
    touched = {table for table, _ in context.changed} & {
        "offers",
        "demand",
        "plants",
        "recipes",
        "expansions",
    }
    if touched or context.doubtful(*_NETWORK, "demand", "expansions"):
        return
    periods = context.case.case.periods
    wanted: dict[str, float] = {}
    first: dict[str, int] = {}
    for number, row in context.sound("demand"):
        if row.shortage_cost is None and row.quantity > 0:
            wanted[row.material] = wanted.get(row.material, 0.0) + row.quantity * _length(
                context, row, periods
            )
            first.setdefault(row.material, number)
    if not wanted:
        return
    supply = _most_supply(context, periods)
    for material, quantity in wanted.items():
        most = supply.get(material, 0.0)
        if 0 < most < quantity * (1 - 1e-9):
            context.warn(
                "demand",
                first[material],
                "quantity",
                f"{quantity:g} of {quote(material)} must be met over the horizon, and all "
                f"offers, plants and stocks give at most {most:g}",
                value=quantity,
                remedy="add supply, or give demand a shortage_cost",
            )


def _length(context: Context, row: object, periods: int) -> int:
    first, last = context.window(row)
    return max(0, min(last, periods) - max(first, 1) + 1)


def _most_supply(context: Context, periods: int) -> dict[str, float]:
    supply: dict[str, float] = {}

    def add(material: str, quantity: float) -> None:
        supply[material] = supply.get(material, 0.0) + quantity

    for _, row in context.sound("offers"):
        add(
            row.material, row.capacity * length if (length := _length(context, row, periods)) else 0
        )
    for _, row in context.sound("stockpiles"):
        add(row.material, row.initial)
    for _, row in context.sound("in_transit"):
        add(row.material, row.quantity)
    for _, row in context.sound("returns"):
        add(row.material, math.inf)
    modules: dict[str, float] = {}
    for _, row in context.sound("expansions"):
        size = row.module_capacity * row.max_modules if row.module_capacity else 0.0
        modules[row.plant] = modules.get(row.plant, 0.0) + size
    recipes: dict[str, list[tuple[str, float]]] = {}
    for row in context.case.recipes:
        recipes.setdefault(row.process, []).append((row.material, row.quantity))
    for _, row in context.sound("plants"):
        length = _length(context, row, periods)
        activity = (row.capacity + modules.get(row.plant, 0.0)) * length if length else 0.0
        for material, quantity in recipes.get(row.process, []):
            if quantity > 0 and activity > 0:
                add(material, activity * quantity)
    return supply


def check_for_dead_ends(context: Context) -> None:
    """By-products, returns and forced takes that have no way out of their site."""
    if context.doubtful(*_NETWORK, "demand", "disposal"):
        return
    flows = Flows(context)
    leaving = _outlets(context, flows)
    for table, number, column, site, material, what in _forced(context, flows):
        if site not in leaving.get(material, ()):
            context.warn(
                table,
                number,
                column,
                f"{quote(material)} {what} {quote(site)} has no way out",
                value=material,
                remedy="add a row to disposal or stockpiles, or a lane that takes it away",
            )


def _outlets(context: Context, flows: Flows) -> dict[str, set[str]]:
    """Material -> sites where something can be done with it."""
    leaving: dict[str, set[str]] = {}
    for starts, ends, materials in flows.lanes:
        if starts == ends and len(ends) == 1:
            continue
        for material in materials:
            leaving.setdefault(material, set()).update(starts)
    for table in ("demand", "disposal", "stockpiles"):
        for _, row in context.sound(table):
            leaving.setdefault(row.material, set()).add(row.site)
    for site, process in flows.plants:
        for material in flows.inputs.get(process, []):
            leaving.setdefault(material, set()).add(site)
    return leaving


def _forced(context: Context, flows: Flows) -> Iterator[tuple[str, int, str, str, str, str]]:
    """What appears at a site unasked: table, row, column, site, material, how."""
    for number, row in context.sound("plants"):
        for material in flows.outputs.get(row.process, []):
            yield "plants", number, "process", row.site, material, "made at"
    for number, row in context.sound("returns"):
        yield "returns", number, "material", row.site, row.material, "that comes back to"
    for number, row in context.sound("offers"):
        if row.min_take > 0:
            yield "offers", number, "min_take", row.site, row.material, "taken at"
    for number, row in context.sound("in_transit"):
        if row.quantity > 0:
            yield "in_transit", number, "material", row.site, row.material, "arriving at"
