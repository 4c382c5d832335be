"""What governments forbid and what the buyers' group wants: only rules that hit something here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...models.rule_rows import Control, ControlStatus, Group, Pedigree, Policy
from .chain import Chain
from .facts import Facts
from .figures import rounded, table
from .places import COUNTRIES, POWER
from .size import Size

CONTENT, MADE = f"{POWER}-content", f"made-in-{POWER}"
"""Pedigrees."""
LICENCES, QUOTA, DUTY = f"{POWER}-licences", f"{POWER}-quota", "magnet-duty"
KNOW_HOW, SERVICES = f"{POWER}-know-how", f"{POWER}-services"
REACH, SOURCING = f"{POWER}-reach", "defence-sourcing"
"""Controls."""


@dataclass(frozen=True)
class Rules:
    """The tables about rules."""

    groups: list[Group]
    pedigrees: list[Pedigree]
    controls: list[Control]
    statuses: list[ControlStatus]
    policies: list[Policy]


class _Book:
    """Rules as they are written down, each with its history."""

    def __init__(self) -> None:
        self.controls: list[Control] = []
        self.statuses: list[ControlStatus] = []

    def add(self, control: str, *history: tuple[str, str, float | None], **columns: Any) -> None:
        """Add a rule; ``history`` are month, status and approval."""
        self.controls += table(Control, control=[control], **columns)
        month, status, approval = (list(column) for column in zip(*history, strict=True))
        self.statuses += table(
            ControlStatus, control=control, start=month, status=status, approval=approval
        )


def build_rules(size: Size, chain: Chain, facts: Facts) -> Rules:
    """Groups, pedigrees, controls with their history, and policies."""
    watched = _watched(chain)
    book = _Book()
    _add_export_rules(book, chain, facts, watched)
    _add_know_how_rules(book, size, facts)
    pedigrees = _add_marks(book, size, facts, watched)
    groups = table(
        Group,
        group=[group for group, names in watched.items() for _ in names],
        member=[name for names in watched.values() for name in names],
    )
    return Rules(groups, pedigrees, book.controls, book.statuses, _policies(chain))


def _watched(chain: Chain) -> dict[str, list[str]]:
    """Groups of materials that hold a watched element: oxides and metals, alloys, magnets."""
    parts = {"goods": ("oxide", "metal"), "alloys": ("alloy",), "magnets": ("magnet",)}
    watched = {
        f"watched-{part}": [
            name for form in forms for name in chain.forms[form] if chain.is_watched(name)
        ]
        for part, forms in parts.items()
    }
    return {group: names for group, names in watched.items() if names}


def _add_export_rules(
    book: _Book, chain: Chain, facts: Facts, watched: dict[str, list[str]]
) -> None:
    """A quota on watched goods, and a duty on magnets where they arrive."""
    magnets, importer = chain.forms["magnet"], COUNTRIES[facts.importer]
    home = {"jurisdiction": POWER, "exporters": POWER}
    goods = watched["watched-goods"]
    if facts.leaves(goods):
        book.add(
            QUOTA,
            ("2026-10", "announced", None),
            ("2028-01", "in_force", None),
            **home,
            title="Yearly quota on watched oxides and metals",
            kind="export",
            materials="watched-goods",
            policy="general_licence",
            quota=rounded([0.6 * sum(chain.need[name] for name in goods)], 2)[0],
            quota_window="year",
        )
    if facts.leaves(magnets, facts.importer):
        book.add(
            DUTY,
            ("2025-07", "in_force", None),
            ("2028-07", "suspended", None),
            jurisdiction=importer,
            exporters=POWER,
            destinations=importer,
            title="Duty on magnets",
            kind="import",
            materials="magnet-*",
            tariff=0.25,
        )


def _add_know_how_rules(book: _Book, size: Size, facts: Facts) -> None:
    """Approval for building with borrowed know-how, and an announced end of services."""
    if facts.planned and size.periods > 1:
        book.add(
            KNOW_HOW,
            ("2027-01", "announced", None),
            ("2027-10", "in_force", 0.7),
            jurisdiction=POWER,
            exporters=POWER,
            title="Approval for plants built with its know-how",
            kind="technology",
            technologies=",".join(facts.planned),
            policy="case_by_case",
            review_days=90,
        )
    if facts.served:
        book.add(
            SERVICES,
            ("2027-04", "announced", None),
            jurisdiction=POWER,
            exporters=POWER,
            title="No more services for plants abroad",
            kind="service",
            technologies=",".join(facts.served),
            policy="prohibited",
        )


def _add_marks(
    book: _Book, size: Size, facts: Facts, watched: dict[str, list[str]]
) -> list[Pedigree]:
    """Pedigrees, each with the rule that asks for it, and licences for one end use.

    What moves without such a licence bears a mark too. It is about magnets that nobody collects
    (see the returns), so that the mark ends with them: carried back it would double every good.
    """
    pedigrees: list[Pedigree] = []
    goods = [name for names in watched.values() for name in names]
    importer = COUNTRIES[facts.importer]
    if size.pedigrees > 0 and facts.defence and facts.leaves(watched.get("watched-magnets", [])):
        book.add(
            LICENCES,
            ("2026-04", "in_force", 0.5),
            ("2028-01", "in_force", 0.7),
            jurisdiction=POWER,
            exporters=POWER,
            title="Licences for magnets with watched metals that defence takes",
            kind="export",
            materials="watched-magnets",
            end_uses="defence",
            policy="case_by_case",
            review_days=45,
            validity_periods=4,
            cost=15_000,
        )
    if size.pedigrees > 0 and facts.made_at_home(goods) and facts.passes_on(goods):
        pedigrees += table(
            Pedigree,
            pedigree=[CONTENT],
            countries=POWER,
            stages="separation,metal,alloy,magnet",
            materials=",".join(watched),
            min_value_share=0.1,
            reset_by="recycle-*",
        )
        book.add(
            REACH,
            ("2025-10", "announced", None),
            ("2026-11", "suspended", None),
            jurisdiction=POWER,
            destinations=importer,
            title="Nothing with its content, from anywhere, to the largest importer",
            kind="reexport",
            pedigree=CONTENT,
            policy="prohibited",
        )
    magnets = [name for name in facts.names if name.startswith("magnet-")]
    if size.pedigrees > 1 and facts.made_at_home(magnets) and facts.defence:
        pedigrees += table(
            Pedigree, pedigree=[MADE], countries=POWER, stages="magnet", materials="magnet-*"
        )
        book.add(
            SOURCING,
            ("2027-01", "in_force", None),
            jurisdiction=",".join(facts.defence),
            destinations=",".join(facts.defence),
            title="Defence takes no magnets made there",
            kind="procurement",
            pedigree=MADE,
            end_uses="defence",
            policy="prohibited",
        )
    return pedigrees


def _policies(chain: Chain) -> list[Policy]:
    """Shares of countries and of recycling that the buyers want, at a price."""
    price = {
        form: sum(chain.price[name] for name in names) / len(names)
        for form, names in chain.forms.items()
    }
    recycled = dict.fromkeys(
        name
        for step in chain.steps
        if step.stage == "recycling"
        for name, quantity in step.quantities.items()
        if quantity > 0
    )
    return table(
        Policy,
        policy=["magnets-by-country", "oxides-by-country", "recycled-oxides"],
        kind=["max_share", "max_share", "recycled_share"],
        materials=["magnet-*", "*-oxide", ",".join(recycled)],
        stages=["magnet", "separation", None],
        each=["country", "country", None],
        value=[0.5, 0.65, 0.05],
        window="year",
        penalty=rounded([0.1 * price["magnet"], 0.1 * price["oxide"], 0.1 * price["oxide"]], 2),
    )
