"""What an outage of a site changes: capacities, as far as they are the site's own."""

from __future__ import annotations

from ...models.case import Case
from ...models.names import CaseNames
from ...models.selectors import SelectorError


class Outages:
    """Rows that an outage of sites brings to a capacity of 0.

    Args:
        case: the case.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.names = CaseNames(case)

    def of(self, selector: str) -> list[tuple[str, str]]:
        """Tables and keys of what is bought, made and shipped out at the sites.

        A row of lanes counts where all that it dispatches from is out.

        Raises:
            SelectorError: the selector picks no site.
        """
        sites = set(self.names.of("place").select(selector))
        found: list[tuple[str, str]] = []
        for table, name in (("offers", "offer"), ("plants", "plant")):
            rows = [getattr(row, name) for row in self.case.rows(table) if row.site in sites]
            found += [(table, ",".join(rows))] if rows else []
        lanes = [
            row.lane
            for row in self.case.lanes
            if row.shares is None and self._from(row.from_) <= sites
        ]
        return found + ([("lanes", ",".join(lanes))] if lanes else [])

    def left_over(self, selector: str) -> list[str]:
        """What an outage of the sites does not stop, in words."""
        sites = set(self.names.of("place").select(selector))
        plants = {row.plant for row in self.case.plants if row.site in sites}
        modules = sorted({row.plant for row in self.case.expansions if row.plant in plants})
        shared = [
            row.lane
            for row in self.case.lanes
            if self._from(row.from_) & sites
            and (row.shares is not None or not self._from(row.from_) <= sites)
        ]
        told = [f"modules added to {', '.join(modules)} go on running"] if modules else []
        if shared:
            told.append(f"lanes {', '.join(shared)} dispatch from elsewhere too and stay open")
        return told

    def _from(self, selector: str) -> set[str]:
        try:
            return set(self.names.of("place").select(selector))
        except SelectorError:
            return set()
