"""Outlets that goods are kept from, as the column ``kept_from`` names them.

An outlet is a pair of an end use and an end user that demand rows name. ``civil`` means all outlets
of that end use, ``civil=Own works`` the one of that end user, ``civil=`` the one without end user.
"""

from __future__ import annotations

from collections.abc import Sequence

Outlet = tuple[str, str | None]


def outlets_named(text: str | None, outlets: Sequence[Outlet]) -> list[int]:
    """Positions of the outlets that a cell names, in order; parts that name none are left out.

    Args:
        text: parts joined by commas; None for none.
        outlets: (end use, end user; None or '' without one).
    """
    found = [at for part in _parts(text) for at in _named(part, outlets)]
    return sorted(set(found))


def unknown_outlets(text: str | None, outlets: Sequence[Outlet]) -> list[str]:
    """Parts of a cell that name no outlet."""
    return [part for part in _parts(text) if not _named(part, outlets)]


def outlets_text(kept: Sequence[int], outlets: Sequence[Outlet]) -> str | None:
    """A cell that names some outlets, by their positions; None for none."""
    parts = []
    for use in dict.fromkeys(use for use, _ in outlets):
        own = [at for at, outlet in enumerate(outlets) if outlet[0] == use]
        if set(own) <= set(kept):
            parts.append(use)
        else:
            parts += [f"{use}={outlets[at][1] or ''}" for at in own if at in kept]
    return ",".join(parts) or None


def _parts(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _named(part: str, outlets: Sequence[Outlet]) -> list[int]:
    use, with_user, user = (piece.strip() for piece in part.partition("="))
    return [
        at
        for at, outlet in enumerate(outlets)
        if outlet[0] == use and (not with_user or (outlet[1] or "") == user)
    ]
