"""What somebody may have meant: the nearest known name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like ``name``, '' if none is alike."""
    by_lower: dict[str, str] = {}
    for candidate in known:
        by_lower.setdefault(candidate.lower(), candidate)
    lower = name.strip().lower()
    if lower in by_lower:
        return by_lower[lower]
    for plain in (lower.replace(" ", "_"), lower.replace("-", "_"), lower + "s"):
        if plain in by_lower:
            return by_lower[plain]
    if len(by_lower) > 5000:
        by_lower = {key: value for key, value in by_lower.items() if key[:1] == lower[:1]}
    found = difflib.get_close_matches(lower, by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """'did you mean lead_days?', '' if nothing known is alike."""
    found = nearest(name, known)
    return f"did you mean {found}?" if found and found != name else ""
