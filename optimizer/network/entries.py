"""What policies count: flows and decisions, with whose they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...models.rule_rows import Policy
from ..tree import FloatArray, IntArray
from .frame import Frame

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Entries:
    """Counted amounts. Every array has shape (entries,).

    Attributes:
        families: names of the families of variables that ``family`` numbers.
        family: family of each entry.
        position: position in its family.
        node: node at which it counts.
        amount: how much one unit of the variable counts.
        material: what it is.
        country, operator, supplier, site: whose it is.
        until: last period in which it counts.
    """

    families: tuple[str, ...]
    family: IntArray
    position: IntArray
    node: IntArray
    amount: FloatArray
    material: IntArray
    country: IntArray
    operator: IntArray
    supplier: IntArray
    site: IntArray
    until: IntArray

    def __len__(self) -> int:
        return len(self.position)

    def where(self, mask: BoolArray) -> Entries:
        """The marked entries."""
        arrays = {
            name: getattr(self, name)[mask]
            for name in self.__dataclass_fields__
            if name != "families"
        }
        return replace(self, **arrays)


def at_sites(
    frame: Frame,
    family: str,
    node: IntArray,
    site: IntArray,
    material: IntArray,
    amount: FloatArray | None = None,
) -> Entries:
    """Entries whose country, operator and supplier are those of their site."""
    size = len(node)
    return Entries(
        (family,),
        np.zeros(size, dtype=np.int64),
        np.arange(size),
        node,
        np.ones(size) if amount is None else amount,
        material,
        frame.site_country[site],
        frame.site_operator[site],
        frame.site_operator[site],
        site,
        np.full(size, frame.tree.periods),
    )


def join(parts: Iterable[Entries]) -> Entries:
    """One set of entries from several."""
    parts = list(parts)
    families = tuple(dict.fromkeys(name for part in parts for name in part.families))
    number = {name: position for position, name in enumerate(families)}
    renumbered = [
        replace(
            part,
            family=np.array([number[name] for name in part.families], dtype=np.int64)[part.family],
        )
        for part in parts
    ]
    arrays = {
        name: np.concatenate([getattr(part, name) for part in renumbered])
        for name in Entries.__dataclass_fields__
        if name != "families"
    }
    return Entries(families, **arrays)


def material_mask(frame: Frame, selector: str) -> BoolArray:
    """Whether a selector picks each material. Shape (materials,)."""
    mask = np.zeros(len(frame.materials), dtype=bool)
    mask[[frame.material[name] for name in frame.names.of("materials").select(selector)]] = True
    return mask


def scope_mask(frame: Frame, policy: Policy, entries: Entries) -> BoolArray:
    """Whether each entry lies in the scope of a policy."""
    mask = np.ones(len(entries), dtype=bool)
    for selector, kind, labels, own in (
        (policy.countries, "country", frame.countries, entries.country),
        (policy.operators, "operator", frame.operators, entries.operator),
        (policy.suppliers, "supplier", frame.operators, entries.supplier),
        (policy.sites, "place", frame.sites, entries.site),
    ):
        if selector:
            wanted = set(frame.names.of(kind).select(selector))
            mask &= np.array([label in wanted for label in labels], dtype=bool)[own]
    return mask


def keys_in_scope(
    frame: Frame, policy: Policy, entries: Entries, sources: Entries | None = None
) -> list[tuple[str, BoolArray]]:
    """(key, entries inside) of every row a policy makes: one, or one for each country etc.

    ``sources`` holds everyone a policy binds, also those who can supply nothing (a minimum binds
    them all the same); by default those of the entries.
    """
    mask = scope_mask(frame, policy, entries)
    if not policy.each:
        return [("", mask)]
    own: IntArray = getattr(entries, policy.each)
    bound = entries if sources is None else sources
    known: IntArray = getattr(bound, policy.each)[scope_mask(frame, policy, bound)]
    labels = {"country": frame.countries, "site": frame.sites}.get(policy.each, frame.operators)
    return [(labels[key], mask & (own == key)) for key in np.unique(known)]
