"""A made-up case, put together from its parts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...models.case import Case, CaseSettings, SolveSettings
from ...models.network_rows import Demand, Return
from .chain import build_chain
from .facts import facts_of
from .figures import IntArray
from .futures import build_changes, build_scenarios
from .lanes import Ends, build_lanes
from .market import draw_streams
from .offers import Offers, build_offers
from .places import Places
from .plants import build_plants
from .rules import build_rules
from .size import Size
from .stores import Stores, build_stores, ends_of_plants


def synthetic_case(size: Size) -> Case:
    """A made-up, plausible case: mines, separation, metals, alloys, magnets and recycling.

    It passes every check, has a plan (demand may go short, at a price), and is the same for the
    same size and seed. The work grows in proportion to suppliers and materials.

    Args:
        size: suppliers, materials, periods, seed, scenarios and pedigrees.
    """
    streams = draw_streams(size)
    chain = build_chain(size, streams)
    names = list(chain.price)
    places = Places(size.draw("places"))
    offers = build_offers(size, chain, places)
    plants = build_plants(size, chain, places)
    buyers = places.add("buyer", streams.buyers)
    sites, point = places.rows()
    stores = build_stores(size, chain, streams, places, buyers, plants)

    sources, sinks = _ends(names, places, offers, ends_of_plants(chain, plants, names), stores)
    lanes = build_lanes(size, names, places, point, sources, sinks)
    rules = build_rules(size, chain, facts_of(chain, places, lanes, plants, streams, buyers))
    materials, processes, recipes = chain.tables()
    return Case(
        case=_settings(size),
        solve=SolveSettings(gap=0.01, time_limit_s=600),
        materials=materials,
        sites=sites,
        offers=offers.rows,
        offer_tiers=offers.tiers,
        processes=processes,
        recipes=recipes,
        plants=plants.rows,
        expansions=plants.expansions,
        lanes=lanes.rows,
        demand=stores.demand,
        returns=stores.returns,
        disposal=stores.disposal,
        stockpiles=stores.stockpiles,
        in_transit=stores.in_transit,
        technologies=plants.technologies,
        groups=rules.groups,
        pedigrees=rules.pedigrees,
        controls=rules.controls,
        control_status=rules.statuses,
        policies=rules.policies,
        scenarios=build_scenarios(size),
        changes=build_changes(
            size,
            rules,
            sorted({row.end_use for row in stores.demand}),
            [row.offer for row in offers.rows],
        ),
    )


def _ends(
    names: list[str], places: Places, offers: Offers, plants: tuple[Ends, Ends], stores: Stores
) -> tuple[Ends, Ends]:
    """Where materials leave, and where they are wanted; ``plants`` says so of plants."""
    number = {name: at for at, name in enumerate(names)}
    at = {name: position for position, name in enumerate(places.names)}

    def ends(rows: Sequence[Return] | Sequence[Demand]) -> tuple[IntArray, IntArray]:
        return np.array([at[row.site] for row in rows], dtype=np.int64), np.array(
            [number[row.material] for row in rows], dtype=np.int64
        )

    made, used = plants
    sources = Ends.of(
        (offers.site, offers.material), (made.site, made.material), ends(stores.returns)
    )
    return sources, Ends.of((used.site, used.material), ends(stores.demand))


def _settings(size: Size) -> CaseSettings:
    return CaseSettings(
        name=f"synthetic-{size.suppliers}-{size.materials}-{size.periods}-{size.seed}",
        title=(
            f"Made-up chain from mines to magnets: {size.suppliers:,} suppliers, "
            f"{size.materials:,} materials, {size.periods:,} periods, seed {size.seed}. "
            "Every figure is invented"
        ),
        start="2027-01",
        periods=size.periods,
        months_per_period=3,
        discount_rate=0.08,
        capital_rate=0.06,
        decide_every=4,
    )
