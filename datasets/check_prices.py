"""Checks of what needs a price: tariffs and thresholds of value."""

from __future__ import annotations

from typing import Any

from ..models.network_rows import Recipe
from ..models.problems import quote
from ..models.row_keys import RowKeys
from ..models.selectors import SelectorError
from .check_context import Context

_BORDER = ("export", "reexport", "import")


def _unpriced(context: Context) -> set[str]:
    """Materials without a price that no change gives one."""
    missing = {row.material for row in context.case.materials if row.price is None}
    keys = RowKeys(context.case, context.names)
    for change in context.case.changes:
        if (change.table, change.field, change.op) == ("materials", "price", "set"):
            try:
                rows = keys.select("materials", change.key)
            except SelectorError:
                continue
            missing -= {context.case.materials[position].material for position in rows}
    return missing


def check_for_tariffs_without_price(context: Context) -> None:
    """A tariff is a share of the material's price, so there must be one."""
    missing = _unpriced(context)
    taxed = ("controls", "tariff") in context.changed
    if not missing or "materials" in context.lost:
        return
    crossings: dict[str, set[tuple[str, str]]] | None = None
    for number, row in context.sound("controls"):
        if row.kind not in _BORDER or (row.tariff == 0 and not taxed):
            continue
        hit = missing & _materials_of(context, row)
        if hit and row.materials in {None, "*"}:
            crossings = _crossings(context) if crossings is None else crossings
            hit = {name for name in hit if _crosses(context, row, crossings.get(name, set()))}
        if hit and row.tariff > 0:
            context.error(
                "controls",
                number,
                "tariff",
                f"a tariff needs a price, and {_listed(hit)} has none",
                value=row.tariff,
                remedy="fill in materials.price, or narrow the rule's materials",
            )


def _listed(names: set[str]) -> str:
    some = sorted(names)
    return ", ".join(quote(name) for name in some[:4]) + (" and others" if len(some) > 4 else "")


def _materials_of(context: Context, row: Any) -> frozenset[str]:
    """Materials that a border rule is about."""
    materials = context.select("materials", row.materials)
    if row.stages is None:
        return materials
    stages = context.select("stage", row.stages)
    processes = {p.process for p in context.case.processes if p.stage in stages}
    made = {r.material for r in context.case.recipes if r.process in processes and r.quantity > 0}
    offered = {
        offer.material
        for offer in context.case.offers
        if offer.stages is not None and context.select("stage", offer.stages) & stages
    }
    return materials & (made | offered)


def _crossings(context: Context) -> dict[str, set[tuple[str, str]]]:
    """Material -> pairs of countries between which a lane or an offer could move it."""
    country = context.names.country
    found: dict[str, set[tuple[str, str]]] = {}
    for _, row in context.sound("lanes"):
        starts = {country[site] for site in context.select("place", row.from_)}
        ends = {country[site] for site in context.select("place", row.to)}
        pairs = {(start, end) for start in starts for end in ends if start != end}
        for material in context.select("materials", row.material):
            found.setdefault(material, set()).update(pairs)
    for _, row in context.sound("offers"):
        if row.origin and row.site in country and row.origin != country[row.site]:
            found.setdefault(row.material, set()).add((row.origin, country[row.site]))
    return found


def _crosses(context: Context, row: Any, pairs: set[tuple[str, str]]) -> bool:
    starts = context.select("country", row.exporters)
    ends = context.select("country", row.destinations)
    return any(start in starts and end in ends for start, end in pairs)


def check_for_thresholds_without_price(context: Context) -> None:
    """A pedigree inherited above a share of value needs prices of what it may pass through."""
    missing = _unpriced(context)
    if not missing or context.doubtful("materials", "recipes", "processes", "pedigrees"):
        return
    recipes: dict[str, list[Recipe]] = {}
    for row in context.case.recipes:
        recipes.setdefault(row.process, []).append(row)
    used = {row.process for row in context.case.plants}
    for number, row in context.sound("pedigrees"):
        if row.min_value_share <= 0:
            continue
        washed = context.select("processes", row.reset_by) if row.reset_by else frozenset[str]()
        scope = context.select("materials", row.materials)
        carrying = _carriers(context, row, recipes, used - washed) & scope
        needed: set[str] = set()
        for process in used - washed:
            rows = recipes.get(process, [])
            inputs = {r.material for r in rows if r.quantity < 0 and r.material in carrying}
            outputs = {r.material for r in rows if r.quantity > 0}
            if inputs and outputs & scope:
                needed |= inputs | outputs
        if hit := needed & missing:
            context.error(
                "pedigrees",
                number,
                "min_value_share",
                f"a share of value needs prices, and {_listed(hit)} has none",
                value=row.min_value_share,
                remedy="fill in materials.price, or set min_value_share to 0",
            )


def _carriers(
    context: Context, row: Any, recipes: dict[str, list[Recipe]], processes: set[str]
) -> set[str]:
    """Materials that might carry a mark, wherever they are and whatever their value."""
    country = context.names.country
    scope = context.select("materials", row.materials)
    found = {
        given.material
        for table in ("offers", "stockpiles", "in_transit")
        for _, given in context.sound(table)
        if given.pedigrees and row.pedigree in context.select("pedigrees", given.pedigrees)
    }
    if row.countries is not None or row.stages is not None:
        countries = context.select("country", row.countries)
        stages = context.select("stage", row.stages)
        stage = {process.process: process.stage for process in context.case.processes}
        for _, offer in context.sound("offers"):
            origin = offer.origin or country.get(offer.site, "")
            done = context.select("stage", offer.stages) if offer.stages else frozenset[str]()
            if origin in countries and done & stages:
                found.add(offer.material)
        for _, plant in context.sound("plants"):
            if country.get(plant.site) in countries and stage.get(plant.process) in stages:
                found |= {r.material for r in recipes.get(plant.process, []) if r.quantity > 0}
    found &= scope
    grown = True
    while grown:
        before = len(found)
        for process in processes:
            rows = recipes.get(process, [])
            if any(r.quantity < 0 and r.material in found for r in rows):
                found |= {r.material for r in rows if r.quantity > 0} & scope
        for back in context.case.returns:
            if back.from_material in found and back.material in scope:
                found.add(back.material)
        grown = len(found) > before
    return found
