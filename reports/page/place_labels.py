"""Where names of dots go, so that none lies on another: greedy, the most important first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

LETTER, LINE, GAP = 6.4, 14.0, 9.0
"""Width of a letter, height of a line, distance from the dot [pixels]."""
SIDES = {
    "middle right": (GAP, -LINE / 2, 0.0),
    "middle left": (-GAP, -LINE / 2, -1.0),
    "top center": (0.0, GAP, -0.5),
    "bottom center": (0.0, -GAP - LINE, -0.5),
    "top right": (GAP / 2, GAP / 2, 0.0),
    "bottom right": (GAP / 2, -GAP / 2 - LINE, 0.0),
    "top left": (-GAP / 2, GAP / 2, -1.0),
    "bottom left": (-GAP / 2, -GAP / 2 - LINE, -1.0),
}
"""Position -> shift to the right and up, and the part of its width that a name is moved."""

Area = tuple[float, float, float, float]


class Box(NamedTuple):
    """A name and its dot [pixels from the lower left]."""

    name: str
    x: float
    y: float


def placed(boxes: Sequence[Box]) -> list[str]:
    """Where each name goes, '' where there is no room for it."""
    taken: list[Area] = [(box.x - 6, box.y - 6, box.x + 6, box.y + 6) for box in boxes]
    found = []
    for number, box in enumerate(boxes):
        others = [area for at, area in enumerate(taken) if at != number]
        side = next((s for s in SIDES if not _hits(_area(box, s), others)), "")
        if side:
            taken.append(_area(box, side))
        found.append(side)
    return found


def _area(box: Box, side: str) -> Area:
    right, up, part = SIDES[side]
    width = LETTER * len(box.name) + 4
    left, low = box.x + right + part * width, box.y + up
    return left, low, left + width, low + LINE


def _hits(area: Area, others: Sequence[Area]) -> bool:
    return any(
        area[0] < other[2] and other[0] < area[2] and area[1] < other[3] and other[1] < area[3]
        for other in others
    )
