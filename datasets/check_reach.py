"""Checks of what rules are about: whether each can hit anything in the case (warnings)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from ..models.network_rows import Plant
from ..models.problems import quote
from ..models.rule_rows import Control
from .check_context import Context
from .check_crossings import BORDER, Crossings, goods_of
from .check_pedigrees import Marks

_NEEDED = (
    "materials",
    "sites",
    "offers",
    "processes",
    "recipes",
    "plants",
    "expansions",
    "lanes",
    "demand",
    "returns",
    "stockpiles",
    "in_transit",
    "technologies",
    "groups",
    "pedigrees",
)
_KNOW_HOW = ("technology", "service")


def check_for_rules_that_hit_nothing(context: Context) -> None:
    """Rules about countries, operators, marks, demand or technologies that the case has none of."""
    if not context.case.controls or context.doubtful(*_NEEDED):
        return
    reach = Reach(context)
    for number, row in context.sound("controls"):
        for column, why in reach.misses(row):
            context.warn(
                "controls",
                number,
                column,
                f"{quote(row.control)} hits nothing in this case: {why}",
                value=getattr(row, column),
                remedy="check it, or leave it if the rule is kept for later",
            )
            break


def check_for_services_without_effect(context: Context) -> None:
    """Service rules under which plants run as well as ever (warnings)."""
    changed = {("controls", "uptime"), ("technologies", "uptime_without_services")}
    if context.doubtful(*_NEEDED) or changed & context.changed:
        return
    reach = Reach(context)
    for number, row in context.sound("controls"):
        if row.kind != "service" or row.policy in {"free", "general_licence"}:
            continue
        hit = set(reach.technologies(row))
        uptimes = {
            technology.uptime_without_services if row.uptime is None else row.uptime
            for technology in context.case.technologies
            if technology.technology in hit
        }
        if uptimes and min(uptimes) >= 1:
            context.warn(
                "controls",
                number,
                "uptime",
                "plants keep all of their capacity without the services, so the rule has no effect",
                value=row.uptime,
                remedy="give a fraction below 1 here, or in technologies.uptime_without_services",
            )


class Reach:
    """What of a case each rule is about."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.case = context.case
        self.marks = Marks(context)
        self.origin = {row.technology: row.origin for row in self.case.technologies}
        self.serviced = {row.technology for row in self.case.technologies if row.needs_services}

    @cached_property
    def crossings(self) -> Crossings:
        """Moves between countries."""
        return Crossings(self.context)

    @cached_property
    def carriers(self) -> dict[str, set[str]]:
        """Pedigree -> materials that might carry it."""
        return {row.pedigree: self.marks.carriers(row) for row in self.case.pedigrees}

    def misses(self, row: Control) -> Iterator[tuple[str, str]]:
        """Why a rule hits nothing: column and reason, the plainest first; nothing if it may hit.

        A rule about goods or receivers for which no lane crosses its border is not among them:
        lanes are often left out because of the very rule.
        """
        yield from self._strangers(row)
        if row.kind in _KNOW_HOW:
            yield from self._missing_know_how(row)
        elif row.pedigree is not None and not self.carriers[row.pedigree]:
            yield "pedigree", f"nothing ever carries {quote(row.pedigree)}"
        elif row.kind in BORDER:
            yield from self._missing_border(row)
        elif not self._is_refused(row):
            yield "control", "no demand row is one that it is about"

    def _strangers(self, row: Control) -> Iterator[tuple[str, str]]:
        """Columns that name nobody and nothing of the case."""
        select = self.context.select
        sites = set(self.context.names.country.values())
        origins = {offer.origin for offer in self.case.offers}
        starts, what = sites | origins, "goods come"
        if row.kind in _KNOW_HOW:
            starts, what = set(self.origin.values()), "technology comes"
        meant = row.exporters if row.kind != "procurement" else None
        if meant and not select("country", meant) & starts:
            yield "exporters", f"no {what} from where it says"
        if row.destinations and not select("country", row.destinations) & sites:
            yield "destinations", "it has no site where it says"
        if row.operators and row.kind in BORDER and not select("operator", row.operators):
            yield "operators", "it has none of these operators"
        if row.end_users and not select("end_user", row.end_users):
            yield "end_users", "it has none of these operators and end users"

    def _uses(self, row: Control) -> frozenset[str]:
        """End uses that a rule names (all of them, where it names none)."""
        if row.exempt_end_uses is not None:
            every = self.context.select("end_use", None)
            return every - self.context.select("end_use", row.exempt_end_uses)
        return self.context.select("end_use", row.end_uses)

    def _missing_border(self, row: Control) -> Iterator[tuple[str, str]]:
        uses = self._uses(row)
        column = "end_uses" if row.exempt_end_uses is None else "exempt_end_uses"
        if not uses and getattr(row, column) is not None:
            yield column, "it has no demand of an end use that the rule is about"
        if not self.crossings.any_of(row):
            yield "control", "no lane or offer crosses such a border"

    def _is_refused(self, row: Control) -> bool:
        """Whether some demand row refuses what a procurement rule is about."""
        if row.pedigree is None:
            return True  # that is an error, and told as one
        goods = goods_of(self.context, row) & self.carriers[row.pedigree]
        uses, names = self._uses(row), self.context.names
        countries = self.context.select("country", row.destinations)
        users = self.context.select("end_user", row.end_users)
        return any(
            demand.material in goods
            and demand.end_use in uses
            and names.country.get(demand.site) in countries
            and (demand.end_user or names.operator.get(demand.site)) in users
            for demand in self.case.demand
        )

    def _missing_know_how(self, row: Control) -> Iterator[tuple[str, str]]:
        named = self.context.select("technologies", row.technologies)
        if row.kind == "service" and not named & self.serviced:
            yield "technologies", "no technology it is about needs services"
        if not any(True for _ in self.technologies(row)):
            done = "runs on services" if row.kind == "service" else "can be opened or expanded"
            yield "control", f"no plant that {done} is one that it is about"

    def technologies(self, row: Control) -> Iterator[str]:
        """Technologies of the plants and expansions that a technology or service rule is about."""
        select, names = self.context.select, self.context.names
        stage = {process.process: process.stage for process in self.case.processes}
        chosen = select("technologies", row.technologies)
        origins = select("country", row.exporters) if row.exporters else None
        countries = select("country", row.destinations)
        users, stages = select("end_user", row.end_users), select("stage", row.stages)
        for plant, technology, is_decided in self._parts:
            origin, country = self.origin.get(technology), names.country.get(plant.site)
            if (
                technology in chosen
                and (technology in self.serviced if row.kind == "service" else is_decided)
                and (origins is None or origin in origins)
                and country in countries
                and country != origin
                and names.operator.get(plant.site) in users
                and stage.get(plant.process) in stages
            ):
                yield technology

    @cached_property
    def _parts(self) -> list[tuple[Plant, str, bool]]:
        """Plant, technology and whether it is yet to be decided, of plants and their expansions."""
        plants = {row.plant: row for row in self.case.plants}
        found = [(row, row.technology, row.status == "candidate") for row in self.case.plants]
        found += [
            (plants[row.plant], row.technology or plants[row.plant].technology, True)
            for row in self.case.expansions
            if row.plant in plants
        ]
        return [(plant, name, is_new) for plant, name, is_new in found if name is not None]
