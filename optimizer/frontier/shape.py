"""The shape of a front: dominance, points that coincide, the convex hull, the knee.

Values are brought to the range between the ends of the front: 0 is the best and 1 the worst value
that each target has among the ends. Shape (points, targets) throughout.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..tree import FloatArray

SAME = 1e-6
"""Part of the range within which two values are one."""
CUT = 2 * SAME
"""So far from a jump a piece is cut off, that its end is not taken for what lies across."""
FLAT = 1e-7
"""Part of its size, or of 1, within which the values of a target are all one."""

BoolArray = NDArray[np.bool_]


def normalised(values: FloatArray, ends: FloatArray) -> FloatArray:
    """Values between 0 (best of the ends) and 1 (worst); 0 where the ends do not differ."""
    best, span, narrow = ends.min(axis=0), np.ptp(ends, axis=0), flat(ends)
    return np.where(narrow, 0.0, (values - best) / np.where(narrow, 1.0, span))


def flat(ends: FloatArray) -> BoolArray:
    """Targets of which all ends have the same value. Shape (targets,)."""
    size = np.maximum(1.0, np.abs(ends).max(axis=0))
    return np.asarray(np.ptp(ends, axis=0) <= FLAT * size)


def efficient(points: FloatArray) -> BoolArray:
    """Which points to keep: none that is dominated, and one of those that coincide.

    A point goes where another is better in one target by more than SAME and no worse in the
    others by more than that, or where an earlier one is the same within it.
    """
    keep = np.ones(len(points), dtype=bool)
    for at, point in enumerate(points):
        no_worse = (points <= point + SAME).all(axis=1)
        better = (points < point - SAME).any(axis=1)
        same = (np.abs(points - point) <= SAME).all(axis=1)
        earlier = np.arange(len(points)) < at
        keep[at] = not ((no_worse & better) | (same & earlier & keep)).any()
    return keep


def supported(points: FloatArray) -> BoolArray:
    """Which efficient points of two targets lie on the lower convex hull of all."""
    order = np.argsort(points[:, 0])
    hull: list[int] = []
    for at in order.tolist():
        while len(hull) > 1 and _above(points[hull[-2]], points[hull[-1]], points[at]) > SAME:
            hull.pop()
        hull.append(at)
    found = np.zeros(len(points), dtype=bool)
    found[hull] = True
    return found


def bends(points: FloatArray, joined: BoolArray) -> BoolArray:
    """Which points of a front, sorted by the first of two targets, are corners of it.

    Args:
        points: normalised values.
        joined: whether the straight line from the point before is part of the front.
    """
    found = np.ones(len(points), dtype=bool)
    before = 0
    for at in range(1, len(points) - 1):
        straight = abs(_above(points[before], points[at], points[at + 1])) <= SAME
        found[at] = not (joined[at] and joined[at + 1] and straight)
        if found[at]:
            before = at
    return found


def _above(left: FloatArray, middle: FloatArray, right: FloatArray) -> float:
    """How far the middle point lies above the line between the two others."""
    across = right - left
    length = float(np.hypot(*across))
    if length == 0:
        return 0.0
    offset = middle - left
    return float((across[0] * offset[1] - across[1] * offset[0]) / length)


def knee(points: FloatArray, ends: FloatArray) -> int | None:
    """The point farthest below the plane through the ends (Das 1999), None where none is.

    Args:
        points: normalised values of the front.
        ends: normalised values of the plan that is best in each target. Shape (targets, targets).
    """
    try:
        normal = np.linalg.solve(ends, np.ones(len(ends)))
    except np.linalg.LinAlgError:
        return None
    depth = (1.0 - points @ normal) / float(np.linalg.norm(normal))
    best = int(np.argmax(depth))
    return best if depth[best] > SAME else None
