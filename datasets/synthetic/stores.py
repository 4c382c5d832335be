"""Demand, what comes back, ways out for what nobody needs, stocks, and goods under way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...models.network_rows import Demand, Disposal, InTransit, Return, Stockpile
from .chain import Chain
from .figures import FloatArray, IntArray, rounded, table, where
from .lanes import Ends
from .market import CATALYSTS, URGENCY, USES, Streams
from .places import Places
from .plants import Plants
from .size import Size
from .steps import END_OF_LIFE

_YEARS = 2
"""Years after which worn-out magnets come back."""


@dataclass(frozen=True)
class Stores:
    """The tables about demand and stocks."""

    demand: list[Demand]
    returns: list[Return]
    disposal: list[Disposal]
    stockpiles: list[Stockpile]
    in_transit: list[InTransit]


def build_stores(
    size: Size, chain: Chain, streams: Streams, places: Places, buyers: IntArray, plants: Plants
) -> Stores:
    """All of them; ``buyers`` are the positions of the buyers' sites."""
    draw = size.draw("stores")
    site = [places.names[at] for at in buyers[streams.buyer].tolist()]
    magnets, oxides = chain.forms["magnet"], chain.forms["oxide"]
    good = [
        (magnets if use >= 0 else oxides)[at]
        for at, use in zip(streams.good.tolist(), streams.use.tolist(), strict=True)
    ]
    demand = _demand(chain, streams, site, good, draw)
    wanted = dict(zip(zip(site, good, strict=True), [0.0] * len(site), strict=True))
    for where_, what, quantity in zip(site, good, streams.quantity.tolist(), strict=True):
        wanted[where_, what] += quantity
    returns = _returns(size, chain, list(wanted))
    return Stores(
        demand,
        returns,
        _disposal(chain, places, plants, returns),
        [
            *_at_buyers(chain, wanted, draw),
            *_at_plants(chain, places, plants, draw),
        ],
        _in_transit(wanted, draw),
    )


def _demand(
    chain: Chain,
    streams: Streams,
    site: list[str],
    good: list[str],
    draw: np.random.Generator,
) -> list[Demand]:
    urgency = np.array([*(URGENCY[use] for use in USES), 2.0])[streams.use]
    price = np.array([chain.price[name] for name in good])
    patient = draw.random(len(site)) < 0.3
    return table(
        Demand,
        site=site,
        material=good,
        end_use=[[*USES, CATALYSTS][at] for at in streams.use.tolist()],
        quantity=rounded(streams.quantity),
        shortage_cost=rounded(urgency * price),
        backlog_cost=where(patient, rounded(0.12 * urgency * price)),
    )


def _returns(size: Size, chain: Chain, wanted: list[tuple[str, str]]) -> list[Return]:
    """A part of the magnets comes back as scrap of their alloy, where that is not watched."""
    lag = min(4 * _YEARS, size.periods - 1)
    scrap = {
        name: other
        for step in chain.steps
        if step.stage == "magnet"
        for name, other in [list(step.quantities)[:2]]
    }
    back = [
        (site, name)
        for site, name in wanted
        if lag and name in scrap and not chain.is_watched(name)
    ]
    return table(
        Return,
        site=[site for site, _ in back],
        material=[scrap[name] for _, name in back],
        from_site=[site for site, _ in back],
        from_material=[name for _, name in back],
        share=END_OF_LIFE,
        lag_periods=lag,
    )


def _disposal(
    chain: Chain, places: Places, plants: Plants, returns: list[Return]
) -> list[Disposal]:
    """Oxides nobody needs, and scrap nobody collects, can be sold or dumped."""
    loose: dict[tuple[str, str], None] = {}
    for site, at in zip(plants.site.tolist(), plants.step.tolist(), strict=True):
        step = chain.steps[at]
        for name, quantity in step.quantities.items():
            if quantity > 0 and step.stage in {"separation", "magnet", "recycling"}:
                loose.setdefault((places.names[site], name), None)
    magnets = set(chain.forms["magnet"])
    pairs = [pair for pair in loose if pair[1] not in magnets]
    pairs += dict.fromkeys((row.site, row.material) for row in returns)
    return table(
        Disposal,
        site=[site for site, _ in pairs],
        material=[name for _, name in pairs],
        cost=10.0,
    )


def _at_buyers(
    chain: Chain, wanted: dict[tuple[str, str], float], draw: np.random.Generator
) -> list[Stockpile]:
    """A store for half of what is wanted; some are yet to be rented."""
    kept = [pair for pair, use in zip(wanted, draw.random(len(wanted)), strict=True) if use < 0.5]
    quantity = np.array([wanted[pair] for pair in kept])
    new = draw.random(len(kept)) < 0.15
    initial = np.where(new, 0.0, draw.uniform(0.4, 1.2, len(kept)) * quantity)
    worth = np.array([chain.price[name] for _, name in kept])
    return table(
        Stockpile,
        site=[site for site, _ in kept],
        material=[name for _, name in kept],
        initial=rounded(initial),
        capacity=rounded(4 * quantity),
        holding_cost=rounded(0.008 * worth),
        final_level=rounded(0.5 * initial),
        open_cost=where(new, rounded(0.1 * quantity * worth)),
    )


def _at_plants(
    chain: Chain, places: Places, plants: Plants, draw: np.random.Generator
) -> list[Stockpile]:
    """A store of their first input at some plants, about a third of them."""
    chosen = np.flatnonzero(draw.random(len(plants.site)) < 0.35)
    inputs = [_first_input(chain, at) for at in plants.step[chosen].tolist()]
    names = [name for name, _ in inputs]
    use = np.array([quantity for _, quantity in inputs]) * plants.capacity[chosen]
    standing = np.array(
        [plants.rows[at].status == "existing" for at in chosen.tolist()], dtype=bool
    )
    initial = np.where(standing, draw.uniform(0.2, 0.8, len(chosen)) * use, 0.0)
    return table(
        Stockpile,
        site=[places.names[at] for at in plants.site[chosen].tolist()],
        material=names,
        initial=rounded(initial),
        capacity=rounded(3 * use),
        holding_cost=rounded(0.008 * chain.price[name] for name in names),
    )


def _first_input(chain: Chain, step: int) -> tuple[str, float]:
    """Name of an input of a process, and how much a unit of activity takes."""
    return next((name, -each) for name, each in chain.steps[step].quantities.items() if each < 0)


def _in_transit(wanted: dict[tuple[str, str], float], draw: np.random.Generator) -> list[InTransit]:
    """Goods ordered before the horizon, for a third of what is wanted."""
    chance = draw.random(len(wanted))
    coming = [pair for pair, use in zip(wanted, chance, strict=True) if use < 0.35]
    part: FloatArray = draw.uniform(0.3, 0.8, len(coming))
    return table(
        InTransit,
        site=[site for site, _ in coming],
        material=[name for _, name in coming],
        period=1,
        quantity=rounded(part * np.array([wanted[pair] for pair in coming])),
    )


def ends_of_plants(chain: Chain, plants: Plants, names: list[str]) -> tuple[Ends, Ends]:
    """Where plants put materials out, and where they take them in."""
    number = {name: at for at, name in enumerate(names)}
    order = np.argsort(plants.step, kind="stable")
    parts = np.split(plants.site[order], np.cumsum(np.bincount(plants.step))[:-1])
    out: list[tuple[IntArray, IntArray]] = []
    into: list[tuple[IntArray, IntArray]] = []
    for step, sites in zip(chain.steps, parts, strict=True):
        for name, quantity in step.quantities.items():
            side = out if quantity > 0 else into
            side.append((sites, np.full(len(sites), number[name])))
    return Ends.of(*out), Ends.of(*into)
