"""What every part of the network needs: names as numbers, time, values, reachability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from ...models.case import Case
from ...models.names import CaseNames
from ...models.standing import as_it_stands
from ..tree import FloatArray, IntArray, Tree
from ..values import Values
from .timeline import Timeline


class Placed(Protocol):
    """A row of any table that says where, and what of."""

    @property
    def site(self) -> str:
        """Name of the site."""

    @property
    def material(self) -> str:
        """Name of the material."""


@dataclass(frozen=True)
class Frame:
    """A case seen through numbers: every site, material and variant is a position in a list.

    Attributes:
        case: the case as it stands in period 1 (see :mod:`secondsource.models.standing`).
        given: the case as it was given.
        variants: (material, marks) of each variant; one of each material before they are worked
            out.
    """

    case: Case
    given: Case
    tree: Tree
    values: Values
    names: CaseNames
    time: Timeline
    variants: list[tuple[int, int]]

    @classmethod
    def of(cls, case: Case, tree: Tree) -> Frame:
        """Frame of a checked case on a tree."""
        given, case = case, as_it_stands(case)
        names = CaseNames(case)
        plain = [(position, 0) for position in range(len(case.materials))]
        return cls(case, given, tree, Values(case, tree, names), names, Timeline(case, tree), plain)

    def with_variants(self, variants: list[tuple[int, int]]) -> Frame:
        """The same with variants."""
        return replace(self, variants=variants)

    def with_values(self, case: Case, values: Values) -> Frame:
        """The same with other numbers, and no variants yet."""
        plain = [(position, 0) for position in range(len(case.materials))]
        return replace(self, case=case, given=case, values=values, variants=plain)

    @cached_property
    def sites(self) -> list[str]:
        """Names of the sites."""
        return [row.site for row in self.case.sites]

    @cached_property
    def site(self) -> dict[str, int]:
        """Site -> position."""
        return {name: position for position, name in enumerate(self.sites)}

    @cached_property
    def materials(self) -> list[str]:
        """Names of the materials."""
        return [row.material for row in self.case.materials]

    @cached_property
    def material(self) -> dict[str, int]:
        """Material -> position."""
        return {name: position for position, name in enumerate(self.materials)}

    @cached_property
    def variant_material(self) -> IntArray:
        """Material of each variant. Shape (variants,)."""
        return np.array([material for material, _ in self.variants], dtype=np.int64)

    @cached_property
    def countries(self) -> list[str]:
        """Countries of sites and origins of offers."""
        return list(
            dict.fromkeys(
                [row.country for row in self.case.sites]
                + [row.origin for row in self.case.offers if row.origin]
            )
        )

    @cached_property
    def operators(self) -> list[str]:
        """Operators of sites and suppliers of offers."""
        return list(
            dict.fromkeys(
                [*self.names.operator.values()]
                + [self.names.supplier(row) for row in self.case.offers]
            )
        )

    @cached_property
    def site_country(self) -> IntArray:
        """Country of each site. Shape (sites,)."""
        where = {name: position for position, name in enumerate(self.countries)}
        return np.array([where[row.country] for row in self.case.sites], dtype=np.int64)

    @cached_property
    def site_operator(self) -> IntArray:
        """Operator of each site. Shape (sites,)."""
        where = {name: position for position, name in enumerate(self.operators)}
        return np.array([where[self.names.operator[site]] for site in self.sites], dtype=np.int64)

    @cached_property
    def offer_country(self) -> IntArray:
        """Country of origin of each offer. Shape (offers,)."""
        where = {name: position for position, name in enumerate(self.countries)}
        return np.array(
            [where[row.origin or self.names.country[row.site]] for row in self.case.offers],
            dtype=np.int64,
        )

    @cached_property
    def offer_supplier(self) -> IntArray:
        """Supplier of each offer, among the operators. Shape (offers,)."""
        where = {name: position for position, name in enumerate(self.operators)}
        return np.array(
            [where[self.names.supplier(row)] for row in self.case.offers], dtype=np.int64
        )

    @property
    def price(self) -> FloatArray:
        """Price of each material at each node, 0 where it has none. Shape (materials, nodes)."""
        return np.nan_to_num(self.values.array("materials", "price"))

    @property
    def capital_rate(self) -> FloatArray:
        """Weighted cost per unit of material tied up at each node. Shape (materials, nodes)."""
        case = self.case.case
        rate = case.capital_rate * case.months_per_period / 12
        return self.price * rate * self.time.weight

    def places(self, rows: Sequence[Placed]) -> tuple[IntArray, IntArray]:
        """Site and material positions of rows that have both. Shape (rows,) each."""
        site = [self.site[row.site] for row in rows]
        material = [self.material[row.material] for row in rows]
        return np.array(site, dtype=np.int64), np.array(material, dtype=np.int64)

    @cached_property
    def demanded(self) -> np.ndarray:
        """Whether each material has a demand row. Shape (materials,)."""
        wanted = np.zeros(len(self.materials), dtype=bool)
        wanted[[self.material[row.material] for row in self.case.demand]] = True
        return wanted
