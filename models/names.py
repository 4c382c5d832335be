"""Which names a selector of each kind may pick from, in a given case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import get_args

from .case import Case
from .countries import ALPHA_2
from .network_rows import Stage
from .rule_rows import Group
from .selectors import Names, resolve_groups


def _distinct(values: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


class CaseNames:
    """The universes of a case's selectors, by kind, and its resolved groups.

    Raises ValueError where a group contains itself.
    """

    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def groups(self) -> dict[str, frozenset[str]]:
        """Group -> all its members."""
        rows: list[Group] = self.case.groups
        return resolve_groups((row.group, row.member) for row in rows)

    @cached_property
    def country(self) -> dict[str, str]:
        """Site -> country."""
        return {row.site: row.country for row in self.case.sites}

    @cached_property
    def operator(self) -> dict[str, str]:
        """Site -> operator."""
        return {row.site: row.operator or row.site for row in self.case.sites}

    def supplier(self, offer: object) -> str:
        """Supplier of an offer row: as given, else the operator of its site."""
        return getattr(offer, "supplier") or self.operator[getattr(offer, "site")]  # noqa: B009  # duck-typed row

    def of(self, kind: str) -> Names:
        """The names that a selector of ``kind`` may pick from.

        ``kind`` is 'materials', 'place', 'country', 'operator', 'supplier', 'stage',
        'technologies', 'pedigrees', 'processes', 'end_use' or 'end_user'. Rules and pedigrees are
        written for the world: their selectors may name countries, and lists of operators and end
        users, that the case does not have.
        """
        names: Names = getattr(self, f"_{kind}")
        return names

    def here(self, kind: str) -> Names:
        """The same names, but a selector may name only what the case has."""
        return replace(self.of(kind), elsewhere=frozenset(), open_groups=False)

    def _names(self, values: Iterable[str | None]) -> Names:
        return Names(_distinct(values), self.groups)

    @cached_property
    def _materials(self) -> Names:
        return self._names(row.material for row in self.case.materials)

    @cached_property
    def _place(self) -> Names:
        return Names([row.site for row in self.case.sites], self.groups, self.country)

    @cached_property
    def _country(self) -> Names:
        case = self.case
        present = _distinct(
            [row.country for row in case.sites]
            + [row.origin for row in case.offers]
            + [row.origin for row in case.technologies]
        )
        return Names(present, self.groups, elsewhere=ALPHA_2)

    @cached_property
    def _operator(self) -> Names:
        return replace(self._supplier, open_groups=True)

    @cached_property
    def _supplier(self) -> Names:
        suppliers = [self.supplier(row) for row in self.case.offers if row.site in self.operator]
        return self._names([*self.operator.values(), *suppliers])

    @cached_property
    def _stage(self) -> Names:
        return self._names(get_args(Stage))

    @cached_property
    def _technologies(self) -> Names:
        return self._names(row.technology for row in self.case.technologies)

    @cached_property
    def _pedigrees(self) -> Names:
        return self._names(row.pedigree for row in self.case.pedigrees)

    @cached_property
    def _processes(self) -> Names:
        return self._names(row.process for row in self.case.processes)

    @cached_property
    def _end_use(self) -> Names:
        return self._names(row.end_use for row in self.case.demand)

    @cached_property
    def _end_user(self) -> Names:
        users = [*self.operator.values(), *(row.end_user for row in self.case.demand)]
        return Names(_distinct(users), self.groups, open_groups=True)
