"""Plants that stand or could be built, what they are built with, and how they could grow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...models.network_rows import Expansion, Plant, Technology
from .chain import Chain
from .figures import BoolArray, FloatArray, IntArray, rounded, spread, table, where
from .places import COUNTRIES, POWER, Places
from .size import Size

STAGES = {
    "separation": ("separator", 0.15),
    "metal": ("metalmaker", 0.14),
    "alloy": ("alloyer", 0.12),
    "magnet": ("magnetmaker", 0.2),
    "recycling": ("recycler", 0.09),
}
"""Stage -> kind of site, and plants per supplier; every process has at least one."""
CAPITAL = 1.5
"""Cost of capacity for a unit a period, times the value of what it makes."""
_KNOW_HOW = {"separation": "extraction", "magnet": "sintering"}
_ELSEWHERE = {"separation": "FR", "magnet": "JP"}


@dataclass(frozen=True)
class Plants:
    """Plants and where they stand.

    Attributes:
        rows: the table plants.
        expansions: the table expansions.
        technologies: the table technologies.
        site: position of each plant's site. Shape (plants,).
        step: position of each plant's process in the chain. Shape (plants,).
        capacity: activity a period of each plant. Shape (plants,).
    """

    rows: list[Plant]
    expansions: list[Expansion]
    technologies: list[Technology]
    site: IntArray
    step: IntArray
    capacity: FloatArray


def build_plants(size: Size, chain: Chain, places: Places) -> Plants:
    """Plants of every stage, together a third above the need of the first year."""
    draw = size.draw("plants")
    step, site = _who_does_what(size, chain, places, draw)
    first = np.zeros(len(step), dtype=bool)
    first[np.unique(step, return_index=True)[1]] = True
    candidate = (draw.random(len(step)) < 0.25) & ~first
    capacity = _capacities(chain, step, candidate, draw)
    value = np.array([_value(chain, at) for at in range(len(chain.steps))])[step]
    capital = CAPITAL * value * spread(draw, len(step), 0.15)
    technology = _know_how(chain, step, places.country[site], draw)
    build = np.minimum(draw.integers(3, 9, size=len(step)), max(0, size.periods - 2))
    choosy = draw.random(len(step)) < 0.12
    names = [
        f"{places.names[at]}/{chain.steps[does].process}"
        for at, does in zip(site.tolist(), step.tolist(), strict=True)
    ]
    rows = table(
        Plant,
        plant=names,
        site=[places.names[at] for at in site.tolist()],
        process=[chain.steps[at].process for at in step.tolist()],
        capacity=rounded(capacity),
        status=where(candidate, ["candidate"] * len(step)),
        open_cost=where(candidate, rounded(capital * capacity)),
        build_periods=where(candidate, build.tolist()),
        fixed_cost=rounded(0.01 * capital * capacity),
        variable_cost=rounded(0.06 * value * spread(draw, len(step), 0.2)),
        min_activity=where(choosy, rounded(0.2 * capacity)),
        run_cost=where(choosy, rounded(0.004 * capital * capacity)),
        technology=technology,
        lead_days=draw.integers(10, 31, size=len(step)).tolist(),
    )
    grows = draw.random(len(step)) < 0.25
    expansions = _expansions(size, names, grows, capacity, capital, draw)
    used = {name for name in technology if name is not None}
    return Plants(rows, expansions, _technologies(used), site, step, capacity)


def _who_does_what(
    size: Size, chain: Chain, places: Places, draw: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Process and site of each plant; every process once, then by how much it is needed."""
    steps, sites = [], []
    for stage, (kind, rate) in STAGES.items():
        does = np.array([at for at, step in enumerate(chain.steps) if step.stage == stage])
        weight = np.array([chain.steps[at].activity for at in does]) ** 0.7
        more = max(0, round(rate * size.suppliers) - len(does))
        drawn = draw.choice(does, size=more, p=weight / weight.sum())
        steps.append(np.concatenate([does, drawn]))
        sites.append(places.add(kind, len(does) + more, firms=0.7))
    return np.concatenate(steps), np.concatenate(sites)


def _capacities(
    chain: Chain, step: IntArray, candidate: BoolArray, draw: np.random.Generator
) -> FloatArray:
    """Existing plants share 1.3 times the need of their process; candidates are as large."""
    need = np.array([each.activity for each in chain.steps])
    size = spread(draw, len(step), 0.5)
    standing = np.bincount(step[~candidate], size[~candidate], minlength=len(need))
    return np.asarray(1.3 * need[step] * size / standing[step])


def _value(chain: Chain, step: int) -> float:
    """Money for what a unit of activity makes."""
    flows = chain.steps[step].quantities.items()
    return sum(quantity * chain.price[name] for name, quantity in flows if quantity > 0)


def _know_how(
    chain: Chain, step: IntArray, country: IntArray, draw: np.random.Generator
) -> list[str | None]:
    """Technology of each plant that separates or sinters; some abroad is borrowed."""
    borrows = draw.random(len(step)) < 0.35
    home = country == COUNTRIES.index(POWER)
    found: list[str | None] = []
    for at, own in zip(step.tolist(), (home | borrows).tolist(), strict=True):
        stage = chain.steps[at].stage
        origin = POWER if own else _ELSEWHERE.get(stage)
        found.append(f"{_KNOW_HOW[stage]}-{origin}" if stage in _KNOW_HOW else None)
    return found


def _technologies(used: set[str]) -> list[Technology]:
    names = sorted(used)
    origin = [name.rsplit("-", 1)[1] for name in names]
    served = np.array([one == POWER for one in origin], dtype=bool)
    return table(
        Technology,
        technology=names,
        origin=origin,
        needs_services=where(served, [True] * len(names)),
        uptime_without_services=where(served, [0.85] * len(names)),
    )


def _expansions(
    size: Size,
    names: list[str],
    grows: BoolArray,
    capacity: FloatArray,
    capital: FloatArray,
    draw: np.random.Generator,
) -> list[Expansion]:
    """Modules of a quarter of the plant, dearer for their size than the plant itself."""
    chosen = np.flatnonzero(grows)
    module = 0.25 * capacity[chosen]
    build = np.minimum(draw.integers(2, 6, size=len(chosen)), max(0, size.periods - 2))
    smooth = draw.random(len(chosen)) < 0.2
    return table(
        Expansion,
        plant=[names[at] for at in chosen.tolist()],
        module_capacity=rounded(module),
        module_cost=rounded(1.1 * capital[chosen] * module),
        max_modules=draw.integers(1, 4, size=len(chosen)).tolist(),
        continuous=where(smooth, [True] * len(chosen)),
        build_periods=build.tolist(),
        fixed_cost=rounded(0.01 * capital[chosen] * module),
    )
