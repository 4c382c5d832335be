"""Checks of pedigrees: something puts them on, they can stick, and their thresholds have prices."""

from __future__ import annotations

from functools import cached_property

from ..models.network_rows import Recipe
from ..models.problems import quote
from ..models.rule_rows import Pedigree
from .check_context import Context

_MARKED = ("offers", "stockpiles", "in_transit")
"""Tables with a column ``pedigrees``."""
_SOURCES = (*_MARKED, "sites", "plants", "processes", "recipes", "expansions", "pedigrees")


class Marks:
    """Where the pedigrees of a case come from, and which materials they could be on."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.stage = {row.process: row.stage for row in context.case.processes}
        self.recipes: dict[str, list[Recipe]] = {}
        for row in context.case.recipes:
            self.recipes.setdefault(row.process, []).append(row)

    @cached_property
    def used(self) -> set[str]:
        """Processes that some plant runs."""
        return {row.process for row in self.context.case.plants}

    @cached_property
    def _technologies(self) -> dict[str, set[str]]:
        """Plant -> technologies of it and its expansions."""
        found: dict[str, set[str]] = {}
        for table in ("plants", "expansions"):
            for _, row in self.context.sound(table):
                if row.technology is not None:
                    found.setdefault(row.plant, set()).add(row.technology)
        return found

    def scope(self, row: Pedigree) -> frozenset[str]:
        """Materials that a pedigree can stick to."""
        return self.context.select("materials", row.materials)

    def inheriting(self, row: Pedigree) -> set[str]:
        """Processes whose outputs can carry a pedigree."""
        washed = self.context.select("processes", row.reset_by) if row.reset_by else frozenset()
        return self.used - washed

    def sources(self, row: Pedigree) -> set[str]:
        """Materials that get a pedigree without inheriting it, if it can stick to them."""
        context = self.context
        found = {
            given.material
            for table in _MARKED
            for _, given in context.sound(table)
            if given.pedigrees and row.pedigree in context.select("pedigrees", given.pedigrees)
        }
        for _, offer in context.sound("offers"):
            origin = offer.origin or context.names.country.get(offer.site, "")
            done = context.select("stage", offer.stages) if offer.stages else frozenset()
            if self._is_put_on(row, origin, done):
                found.add(offer.material)
        processes = self.inheriting(row)
        chosen = context.select("technologies", row.technologies) if row.technologies else set()
        for _, plant in context.sound("plants"):
            country = context.names.country.get(plant.site, "")
            done = frozenset({self.stage.get(plant.process, "")})
            by_technology = not self._technologies.get(plant.plant, set()).isdisjoint(chosen)
            if plant.process in processes and (
                by_technology or self._is_put_on(row, country, done)
            ):
                found |= self._outputs(plant.process)
        return found

    def _is_put_on(self, row: Pedigree, country: str, stages: frozenset[str]) -> bool:
        """Whether stages done in a country put a pedigree on."""
        if row.countries is None and row.stages is None:
            return False
        if row.countries is not None and country not in self.context.select(
            "country", row.countries
        ):
            return False
        return row.stages is None or bool(stages & self.context.select("stage", row.stages))

    def carriers(self, row: Pedigree) -> set[str]:
        """Materials that might carry a pedigree, wherever they are and whatever their value."""
        scope, processes = self.scope(row), self.inheriting(row)
        found = self.sources(row) & scope
        grown = bool(found)
        while grown:
            before = len(found)
            for process in processes:
                if not self._inputs(process).isdisjoint(found):
                    found |= self._outputs(process) & scope
            for back in self.context.case.returns:
                if back.from_material in found and back.material in scope:
                    found.add(back.material)
            grown = len(found) > before
        return found

    def weighed(self, row: Pedigree) -> set[str]:
        """Materials whose value decides whether an output inherits a pedigree."""
        carrying, scope = self.carriers(row), self.scope(row)
        needed: set[str] = set()
        for process in self.inheriting(row):
            drawn, made = self._inputs(process) & carrying, self._outputs(process)
            if drawn and made & scope:
                needed |= drawn | made
        return needed

    def _inputs(self, process: str) -> set[str]:
        return {row.material for row in self.recipes.get(process, []) if row.quantity < 0}

    def _outputs(self, process: str) -> set[str]:
        return {row.material for row in self.recipes.get(process, []) if row.quantity > 0}


def check_for_marks_that_cannot_stick(context: Context) -> None:
    """Rows that give goods a pedigree which cannot be on their material (warnings)."""
    if context.doubtful("materials", "pedigrees"):
        return
    scopes = {
        row.pedigree: context.select("materials", row.materials)
        for row in context.case.pedigrees
        if row.materials is not None
    }
    for table in _MARKED if scopes else ():
        for number, row in context.sound(table):
            if not row.pedigrees:
                continue
            chosen = context.select("pedigrees", row.pedigrees)
            lost = {name for name in chosen if row.material not in scopes.get(name, {row.material})}
            named = {part.strip() for part in row.pedigrees.split(",")}
            told = sorted(lost if lost == chosen else lost & named)
            if told:
                context.warn(
                    table,
                    number,
                    "pedigrees",
                    f"pedigree {quote(told[0])} cannot stick to {quote(row.material)}, so these "
                    "goods go without it",
                    value=row.pedigrees,
                    remedy="add the material to pedigrees.materials, or take the pedigree out here",
                )


def check_for_marks_without_source(context: Context) -> None:
    """Pedigrees that nothing can ever carry (warnings)."""
    if not context.case.pedigrees or context.doubtful(*_SOURCES, "materials", "technologies"):
        return
    marks = Marks(context)
    for number, row in context.sound("pedigrees"):
        if marks.carriers(row):
            continue
        if row.countries or row.stages or row.technologies:
            what = "no offer and no plant of the case puts it on anything it can stick to"
            remedy = "check its countries, stages, technologies, materials and reset_by"
        else:
            what = "it has no countries, stages or technologies, and no row names it"
            remedy = f"fill one of them in, or name it in pedigrees of {', '.join(_MARKED)}"
        context.warn(
            "pedigrees",
            number,
            "pedigree",
            f"nothing ever carries {quote(row.pedigree)}: {what}",
            value=row.pedigree,
            remedy=remedy,
        )


def check_for_thresholds_without_price(context: Context) -> None:
    """A pedigree inherited above a share of value needs prices of what it may pass through."""
    missing = {row.material for row in context.case.materials if row.price is None}
    if not missing or context.doubtful("materials", *_SOURCES):
        return
    marks = Marks(context)
    for number, row in context.sound("pedigrees"):
        if row.min_value_share > 0 and (hit := marks.weighed(row) & missing):
            context.error(
                "pedigrees",
                number,
                "min_value_share",
                f"a share of value needs prices, and {without_price(hit)}",
                value=row.min_value_share,
                remedy="fill in materials.price (changes do not count), or set min_value_share "
                "to 0",
            )


def without_price(names: set[str]) -> str:
    """'"a", "b" and others have none'."""
    some = [quote(name) for name in sorted(names)]
    more = " and others" if len(some) > 4 else ""
    return f"{', '.join(some[:4])}{more} {'has' if len(some) == 1 else 'have'} none"
