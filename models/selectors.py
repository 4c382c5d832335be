"""Selectors: how a cell picks names.

A selector is a name, a comma list, ``*``, a pattern with ``*``, the name of a group, ``@DE`` or
``@EU`` (all sites in a country or in a group of countries, only where sites are meant), and ``!X``
takes X out again wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

_SOMEBODY = ""


class SelectorError(ValueError):
    """A selector that means nothing here. ``part`` is the piece at fault, ``reason`` says why."""

    def __init__(self, part: str, reason: str) -> None:
        super().__init__(f"{part!r} {reason}")
        self.part = part
        self.reason = reason


@dataclass(frozen=True)
class Names:
    """The names a selector may pick from.

    Attributes:
        universe: every name of the case, in order; only these are ever picked.
        groups: group -> all its members, nested groups resolved.
        countries: name -> country, only where sites are meant (``@DE``).
        elsewhere: names that exist outside the case; naming one is no fault and picks nothing.
        open_groups: whether a group may list names that the case does not know.
    """

    universe: Sequence[str]
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    countries: Mapping[str, str] | None = None
    elsewhere: frozenset[str] = frozenset()
    open_groups: bool = False

    def select(self, selector: str | None) -> list[str]:
        """The names that ``selector`` picks, in the order of the universe (None: all of them).

        Raises SelectorError for a list of exclusions only, and for a part that hits nothing, here
        or (where that is allowed) elsewhere.
        """
        if selector is None or selector == "*":
            return list(self.universe)
        if selector in self._known:
            return [selector]
        parts = [part.strip() for part in selector.split(",") if part.strip()]
        wanted = [part for part in parts if not part.startswith("!")]
        if not wanted:
            raise SelectorError(selector, "only takes out; write *," + selector)
        chosen = set().union(*(self._match(part) for part in wanted))
        for part in parts:
            if part.startswith("!"):
                chosen -= self._match(part[1:].strip())
        if not chosen:
            raise SelectorError(selector, "selects nothing")
        return sorted(chosen & self._known.keys(), key=self._known.__getitem__)

    @cached_property
    def _known(self) -> dict[str, int]:
        return {name: position for position, name in enumerate(self.universe)}

    @cached_property
    def _world(self) -> frozenset[str]:
        """Names of the case and elsewhere, and one that stands for whoever is not listed here."""
        others = {_SOMEBODY} if self.open_groups else set[str]()
        return self.elsewhere.union(self.universe, others)

    def _match(self, part: str) -> set[str]:
        """Names of the world that a part of a selector hits."""
        if part == "*":
            return set(self._world)
        if part in self._known:
            return {part}
        if part.startswith("@"):
            return self._match_place(part)
        if part in self.groups:
            members = self.groups[part]
            found = set(members if self.open_groups else members & self._world)
        elif part in self.elsewhere:
            found = {part}
        elif "*" in part:
            pattern = re.compile(".*".join(re.escape(piece) for piece in part.split("*")))
            found = {name for name in self._world if name and pattern.fullmatch(name)}
        else:
            raise SelectorError(part, "is unknown")
        if not found:
            raise SelectorError(part, "selects nothing")
        return found

    def _match_place(self, part: str) -> set[str]:
        if self.countries is None:
            raise SelectorError(part, "names a place, but places are not meant here")
        country = part[1:]
        members = self.groups.get(country, frozenset({country}))
        found = {name for name in self.universe if self.countries[name] in members}
        if not found:
            raise SelectorError(part, "has no site")
        return found


def resolve_groups(rows: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """All members of each group, groups inside groups resolved.

    ``rows`` are (group, member) pairs. Raises ValueError for a group that contains itself.
    """
    direct: dict[str, list[str]] = {}
    for group, member in rows:
        direct.setdefault(group, []).append(member)

    def expand(group: str, above: tuple[str, ...]) -> set[str]:
        if group in above:
            raise ValueError(f"group {group!r} contains itself")
        members: set[str] = set()
        for member in direct[group]:
            if member in direct and member != group:
                members |= expand(member, (*above, group))
            elif member == group:
                raise ValueError(f"group {group!r} contains itself")
            else:
                members.add(member)
        return members

    return {group: frozenset(expand(group, ())) for group in direct}
