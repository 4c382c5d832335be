"""Where the nodes of a Sankey diagram go: a column for each form of material, ordered by flows.

Plotly places nodes by their depth, which a loop of recycling spoils; a form of material tells its
column at once. Where a form is shipped on to another country, those who ship stand before those
who receive.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

Node = tuple[str, str]
Flow = tuple[Node, Node, float]
SWEEPS = 6
"""Rounds of putting each node beside those that it is linked with (Sugiyama et al. 1981)."""
END = 0.7
"""Additional columns of room before the last, whose labels stand on its left."""
MOST_COLUMNS = 11
"""Columns that have room for their labels."""
AIR = 0.03
"""Least distance between two nodes of a column [part of the height]."""


def places(
    nodes: Sequence[Node], forms: Sequence[str], flows: Sequence[Flow]
) -> tuple[list[float], list[float]]:
    """Place of each node across and down, from 0 to 1.

    Args:
        nodes: (form, country); of customers without a country.
        forms: from left to right.
        flows: (from, to, quantity).
    """
    columns = _columns(nodes, forms, flows)
    size = _sizes(nodes, flows)
    down = _heights(columns, size)
    links: dict[Node, list[tuple[Node, float]]] = defaultdict(list)
    for start, end, quantity in flows:
        links[start].append((end, quantity))
        links[end].append((start, quantity))
    for _ in range(SWEEPS):
        for own in columns:
            own.sort(key=lambda node: _beside(node, links, down))
            down.update(_heights([own], size, _scale(columns, size)))
    last = max(len(columns) - 1, 1) + (END if len(columns) > 2 else 0)
    spots = [at if at < len(columns) - 1 else last for at in range(len(columns))]
    across = {node: spots[at] / last for at, own in enumerate(columns) for node in own}
    inside = [min(max(across[node], 0.001), 0.999) for node in nodes]
    return inside, [min(max(down[node], 0.001), 0.999) for node in nodes]


def _columns(
    nodes: Sequence[Node], forms: Sequence[str], flows: Sequence[Flow]
) -> list[list[Node]]:
    """Nodes by form, those who ship within the form before those who receive; ends last."""
    sends = {start for start, _, _ in flows}
    ends = [node for node in nodes if not node[1] or node not in sends]
    found: list[list[Node]] = []
    for longest in (2, 1):
        steps = _steps(flows, longest)
        found = [
            [node for node in nodes
             if node[0] == form and steps[node] == step and node not in ends]
            for form in forms for step in range(longest + 1)
        ]  # fmt: skip
        found = [own for own in found if own]
        if len(found) < MOST_COLUMNS:
            break
    return [*found, ends] if ends else found


def _steps(flows: Sequence[Flow], longest: int) -> dict[Node, int]:
    """How often what a node holds was shipped on within its form, at most ``longest``."""
    ahead: dict[tuple[Node, Node], float] = defaultdict(float)
    for start, end, quantity in flows:
        if start[0] == end[0]:
            ahead[start, end] += quantity
            ahead[end, start] -= quantity
    steps: dict[Node, int] = defaultdict(int)
    for _ in range(longest):
        for (start, end), quantity in ahead.items():
            if quantity > 0:
                steps[end] = max(steps[end], min(steps[start] + 1, longest))
    return steps


def _sizes(nodes: Sequence[Node], flows: Sequence[Flow]) -> dict[Node, float]:
    """What goes through each node: the larger of in and out."""
    into: dict[Node, float] = defaultdict(float)
    out: dict[Node, float] = defaultdict(float)
    for start, end, quantity in flows:
        out[start] += quantity
        into[end] += quantity
    return {node: max(into[node], out[node]) for node in nodes}


def _scale(columns: Sequence[Sequence[Node]], size: dict[Node, float]) -> float:
    """Height of a unit, so that the fullest column fits."""
    return min(
        max(0.2, 1 - AIR * (len(own) - 1)) / max(sum(size[node] for node in own), 1e-12)
        for own in columns
    )


def _heights(
    columns: Sequence[Sequence[Node]], size: dict[Node, float], scale: float | None = None
) -> dict[Node, float]:
    """Middle of each node: columns are spread over the whole height."""
    scale = _scale(columns, size) if scale is None else scale
    found = {}
    for own in columns:
        room = (1 - scale * sum(size[node] for node in own)) / len(own)
        at = 0.0
        for node in own:
            at += room / 2
            found[node] = at + scale * size[node] / 2
            at += scale * size[node] + room / 2
    return found


def _beside(
    node: Node, links: dict[Node, list[tuple[Node, float]]], down: dict[Node, float]
) -> float:
    """Mean place of the nodes that it is linked with, weighted by the flows."""
    own = links[node]
    total = sum(quantity for _, quantity in own)
    return sum(down[other] * quantity for other, quantity in own) / total if total else down[node]
