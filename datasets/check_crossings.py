"""What could cross a border, and which of it a rule is about."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from .check_context import Context

BORDER = ("export", "reexport", "import")
"""Kinds of rule that are about goods crossing a border."""

Countries = frozenset[str]


class Crossings:
    """Between which countries lanes and offers could carry which materials."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._moves = list(dict.fromkeys([*self._offers(), *self._lanes()]))

    def _offers(self) -> list[tuple[Countries, Countries, frozenset[str]]]:
        country = self.context.names.country
        return [
            (frozenset({row.origin}), frozenset({country[row.site]}), frozenset({row.material}))
            for _, row in self.context.sound("offers")
            if row.origin and row.site in country
        ]

    def _lanes(self) -> list[tuple[Countries, Countries, frozenset[str]]]:
        country = self.context.names.country
        ends: dict[str, Countries] = {}
        found = []
        for _, row in self.context.sound("lanes"):
            for selector in (row.from_, row.to):
                if selector not in ends:
                    sites = self.context.select("place", selector)
                    ends[selector] = frozenset(country[site] for site in sites)
            materials = self.context.select("materials", row.material)
            found.append((ends[row.from_], ends[row.to], materials))
        return found

    def any_of(self, rule: Any, materials: Collection[str] | None = None) -> bool:
        """Whether one of the materials (None: anything) could cross a border of a rule."""
        context = self.context
        exporters = context.select("country", rule.exporters)
        if rule.kind == "reexport" and rule.jurisdiction is not None:
            exporters -= context.select("country", rule.jurisdiction)
        destinations = context.select("country", rule.destinations)
        for near, far, carried in self._moves:
            if materials is not None and carried.isdisjoint(materials):
                continue
            starts, ends = near & exporters, far & destinations
            if starts and ends and len(starts | ends) > 1:
                return True
        return False


def goods_of(context: Context, rule: Any) -> frozenset[str]:
    """Materials that a rule's materials and stages name."""
    materials = context.select("materials", rule.materials)
    if rule.stages is None:
        return materials
    stages = context.select("stage", rule.stages)
    processes = {p.process for p in context.case.processes if p.stage in stages}
    made = {r.material for r in context.case.recipes if r.process in processes and r.quantity > 0}
    offered = {
        offer.material
        for offer in context.case.offers
        if offer.stages is not None and context.select("stage", offer.stages) & stages
    }
    return materials & (made | offered)
