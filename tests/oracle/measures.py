"""Objectives with rows of their own: the mean of the worst futures, and shares of countries."""

from __future__ import annotations

from .ground import Ground
from .linear import INF, Expr, Program
from .supplied import supplied

CLOSE = 1e-10


def mean_of_worst(ground: Ground, level: float) -> Expr:
    """Least threshold + excess of every future's cost over it, by probability / (1 - level)."""
    threshold = ground.program.variable("threshold", lower=-INF)
    total = Expr().add(threshold)
    for leaf in ground.nodes:
        if leaf.last:
            future = Expr()
            for node in leaf.path:
                future.add(ground.spent[node])
            beyond = ground.program.variable("beyond threshold")
            ground.program.at_least(Expr().add(beyond).add(threshold), future)
            total.add(beyond, leaf.probability / (1.0 - level))
    return total


def largest_of_futures(ground: Ground, alone: dict[str, float] | None = None) -> Expr:
    """Cost of the dearest future that may come, or its excess over a least cost of its own."""
    largest = ground.program.variable("largest of futures", lower=-INF)
    for leaf in ground.nodes:
        if leaf.last and leaf.probability > 0:
            future = Expr(0.0 if alone is None else -alone[leaf.owner])
            for node in leaf.path:
                future.add(ground.spent[node])
            ground.program.at_least(Expr().add(largest), future)
    return Expr().add(largest)


def supply_by_country(ground: Ground) -> dict[str, Expr]:
    """Expected supply of the demanded materials from each country over the horizon."""
    found: dict[str, Expr] = {}
    for material in sorted(ground.demanded):
        for node in ground.nodes:
            policy = {"materials": material, "stages": ""}
            for one in supplied(ground, policy, [node]):
                country = found.setdefault(one.country, Expr())
                country.add(one.quantity, node.probability)
    return found


def limit_shares(ground: Ground, share: float) -> None:
    """No country supplies more than a share of all."""
    by_country = supply_by_country(ground)
    total = Expr()
    for supply in by_country.values():
        total.add(supply, share)
    for supply in by_country.values():
        ground.program.at_most(supply, total)


def least_share(program: Program, by_country: dict[str, Expr]) -> float | None:
    """The least possible share of the largest country, by halving; None if nothing is possible."""
    low, high, first = 0.0, 1.0, len(program.rows)
    for share in (1.0, 0.0):
        if not _possible(program, by_country, share, first):
            continue
        high = share
    if not _possible(program, by_country, high, first):
        return None
    while high - low > CLOSE:
        middle = (low + high) / 2
        if _possible(program, by_country, middle, first):
            high = middle
        else:
            low = middle
    return high


def _possible(program: Program, by_country: dict[str, Expr], share: float, first: int) -> bool:
    total = Expr()
    for supply in by_country.values():
        total.add(supply, share)
    for supply in by_country.values():
        program.at_most(supply, total)
    status, _ = program.minimise(Expr())
    del program.rows[first:]
    return status == "optimal"
