r"""Check of recipes that together create material from nothing.

A combination of runs :math:`x \ge 0` whose net output is nowhere negative and somewhere positive
would supply the world. Runs of processes without inputs are left out (a mine may do so), and so is
every process with an input that none of the others makes, since it cannot be part of such a ring:

.. math::
    \max \sum_m (Q x)_m \quad \text{s.t.} \quad Q x \ge 0,\ 0 \le x \le 1
"""

from __future__ import annotations

from collections.abc import Mapping

from ..models.problems import quote
from .check_context import Context

_GAIN = 1e-6
_MOST_TRIALS = 40


def check_for_perpetual_motion(context: Context) -> None:
    """Rings of recipes that make something out of nothing."""
    used = {row.process for row in context.case.plants}
    everything = "plants" in context.lost
    recipes: dict[str, dict[str, float]] = {}
    first: dict[str, int] = {}
    for number, row in context.sound("recipes"):
        if row.process in used or everything:
            recipes.setdefault(row.process, {})[row.material] = row.quantity
            first.setdefault(row.process, number)
    ring = _possible_ring(recipes)
    while ring:
        runs, made = _gain({name: recipes[name] for name in ring})
        if not made:
            return
        runs, made = _smallest(recipes, runs, made)
        rows = [first[name] for name in runs]
        what = "recipes of " + ", ".join(quote(name) for name in runs)
        context.error(
            "recipes",
            min(rows),
            "quantity",
            f"{what} together make {quote(made)} from nothing: what goes in comes out again, "
            "and more",
            remedy="inputs are negative; check the yields, so that each round loses something",
        )
        ring = _possible_ring({name: recipes[name] for name in ring if name not in runs})


def _possible_ring(recipes: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Processes with inputs, each of which some other (or itself) of them makes."""
    ring = {
        name: quantities
        for name, quantities in recipes.items()
        if any(quantity < 0 for quantity in quantities.values())
    }
    while True:
        made = {m for quantities in ring.values() for m, q in quantities.items() if q > 0}
        kept = {
            name: quantities
            for name, quantities in ring.items()
            if all(m in made for m, q in quantities.items() if q < 0)
            and any(q > 0 for q in quantities.values())
        }
        if len(kept) == len(ring):
            return list(ring)
        ring = kept


def _smallest(
    recipes: Mapping[str, Mapping[str, float]], runs: list[str], made: str
) -> tuple[list[str], str]:
    """A ring that gains, without the processes that it does not need."""
    for name in list(runs)[:_MOST_TRIALS]:
        fewer = {other: recipes[other] for other in runs if other != name}
        found, gained = _gain(fewer) if fewer else ([], "")
        if gained:
            runs, made = found, gained
    return runs, made


def _gain(recipes: Mapping[str, Mapping[str, float]]) -> tuple[list[str], str]:
    """Processes that run in the best combination and what it gains most of ('' if nothing)."""
    import numpy as np  # noqa: PLC0415  # rarely needed, and slow to load
    from scipy.optimize import linprog  # noqa: PLC0415  # rarely needed, and slow to load

    names = list(recipes)
    materials = list(dict.fromkeys(m for quantities in recipes.values() for m in quantities))
    net = np.zeros((len(materials), len(names)))
    for column, name in enumerate(names):
        for material, quantity in recipes[name].items():
            net[materials.index(material), column] = quantity
    net /= np.maximum(np.abs(net).max(axis=0, keepdims=True), 1e-300)
    net /= np.maximum(np.abs(net).max(axis=1, keepdims=True), 1e-300)
    found = linprog(-net.sum(axis=0), A_ub=-net, b_ub=np.zeros(len(materials)), bounds=(0, 1))
    if found.x is None:
        return [], ""
    gain = net @ found.x
    if gain.max() < _GAIN:
        return [], ""
    runs = [name for name, level in zip(names, found.x, strict=True) if level > _GAIN]
    return runs, materials[int(gain.argmax())]
