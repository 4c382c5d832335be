"""What suppliers offer: mostly concentrates at mines, some later goods at ports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...models.network_rows import Offer, OfferTier
from .chain import Chain
from .figures import BoolArray, FloatArray, IntArray, rounded, spread, table, where
from .places import COUNTRIES, Places, firm, weights
from .size import Size

_FORMS = {
    "concentrate": (0.62, "mine", "mining"),
    "oxide": (0.13, "separator", "mining,separation"),
    "metal": (0.08, "metalmaker", "mining,separation,metal"),
    "alloy": (0.03, "alloyer", "mining,separation,metal,alloy"),
    "magnet": (0.06, "magnetmaker", "mining,separation,metal,alloy,magnet"),
    "scrap": (0.08, "recycler", ""),
}
"""Form -> share of the suppliers that sell it, who makes it, and the stages they have done."""
_OFFERS_PER_PORT = 3


@dataclass(frozen=True)
class Offers:
    """Offers, their tiers, and where what is sold.

    Attributes:
        rows: the table offers.
        tiers: the table offer_tiers.
        site: position of each offer's site. Shape (offers,).
        material: position of each offer's material. Shape (offers,).
    """

    rows: list[Offer]
    tiers: list[OfferTier]
    site: IntArray
    material: IntArray


def build_offers(size: Size, chain: Chain, places: Places) -> Offers:
    """One offer of each supplier; the first ones see to it that every concentrate is sold."""
    draw = size.draw("offers")
    forms = list(_FORMS)
    form = draw.choice(len(forms), size=size.suppliers, p=[row[0] for row in _FORMS.values()])
    form[: size.concentrates] = 0
    form = np.sort(form)
    names = list(chain.price)
    first = np.cumsum([0, *(len(chain.forms[name]) for name in forms)])
    many = np.diff(first)[form]
    material = first[form] + np.floor(draw.random(size.suppliers) * many).astype(np.int64)
    material[: size.concentrates] = np.arange(size.concentrates)
    mined = form == 0
    site, supplier, origin = _sellers(mined, form, draw, places)
    capacity, price = _amounts(chain, names, material, mined, draw)
    terms = _terms(size, capacity, price, draw)
    offers = [f"offer-{number}" for number in range(1, size.suppliers + 1)]
    rows = table(
        Offer,
        offer=offers,
        site=[places.names[at] for at in site.tolist()],
        material=[names[at] for at in material.tolist()],
        supplier=supplier,
        origin=origin,
        stages=[_FORMS[forms[at]][2] for at in form.tolist()],
        price=rounded(price),
        capacity=rounded(capacity),
        lead_days=draw.integers(7, 40, size=size.suppliers).tolist(),
        **terms.columns,
    )
    return Offers(rows, _tiers(offers, terms.discounted, capacity, price), site, material)


def _sellers(
    mined: BoolArray, form: IntArray, draw: np.random.Generator, places: Places
) -> tuple[IntArray, list[str | None], list[str | None]]:
    """Site of each offer, its supplier and origin where these are not those of the site."""
    mines = int(mined.sum())
    others = len(mined) - mines
    at_ports = places.add("port", -(-others // _OFFERS_PER_PORT)) if others else np.zeros(0, int)
    site = np.concatenate(
        [places.add("mine", mines), at_ports[np.arange(others) // _OFFERS_PER_PORT]]
    )
    makers = [row[1] for row in _FORMS.values()]
    origin = np.zeros(len(mined), dtype=np.int64)
    for at in range(1, len(makers)):
        own = np.flatnonzero(form == at)
        origin[own] = draw.choice(len(COUNTRIES), size=len(own), p=weights(makers[at]))
    foreign = ~mined & (origin != places.country[site])
    suppliers = [firm("supplier", number) for number in range(len(mined))]
    return site, where(~mined, suppliers), where(foreign, [COUNTRIES[at] for at in origin.tolist()])


def _amounts(
    chain: Chain, names: list[str], material: IntArray, mined: BoolArray, draw: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Capacity [t per period] and price [money per t] of each offer.

    All offers of a concentrate together have half as much again as is needed in the first year;
    what is sold later in the chain is a fraction of the need, and dear.
    """
    need = np.array([chain.need[name] for name in names])[material]
    reference = np.array([chain.price[name] for name in names])[material]
    capacity = spread(draw, len(material), 0.7)
    total = np.bincount(material[mined], capacity[mined], minlength=len(names))
    share = capacity / np.where(mined, total[material], 1.0)
    rate = np.where(mined, 1.5, draw.uniform(0.1, 0.3, len(material)))
    dearer = np.where(mined, 1.0, 1.15) * spread(draw, len(material), 0.12)
    return rate * need * np.where(mined, share, np.minimum(capacity, 2.0)), reference * dearer


@dataclass(frozen=True)
class _Terms:
    """Columns with the conditions of offers, and which have tiers (offers,)."""

    columns: dict[str, list[object]]
    discounted: BoolArray


def _terms(
    size: Size, capacity: FloatArray, price: FloatArray, draw: np.random.Generator
) -> _Terms:
    """Minimum orders, qualification, contracts, later starts and discounts for some."""
    chance = draw.random((5, len(capacity)))
    lumpy, qualified, contracted, discounted, late = (
        chance < np.array([0.15, 0.12, 0.1, 0.08, 0.08])[:, None]
    )
    contracted &= ~qualified
    discounted &= ~(contracted | lumpy)
    worth = price * capacity
    wait = np.minimum(draw.integers(1, 4, size=len(capacity)), size.periods - 1)
    last = min(8, size.periods)
    length = draw.integers(min(4, last), last + 1, size=len(capacity))
    start = draw.integers(2, max(3, size.periods // 2), size=len(capacity))
    late &= size.periods >= 4
    columns: dict[str, list[object]] = {
        "min_order": where(lumpy, rounded(0.15 * capacity)),
        "order_cost": where(lumpy, rounded(0.02 * worth)),
        "select_cost": where(qualified, rounded(0.15 * worth)),
        "qualification_periods": where(qualified, wait.tolist()),
        "contract_periods": where(contracted, length.tolist()),
        "commit_quantity": where(contracted, rounded(0.3 * capacity)),
        "discount": where(discounted, ["incremental"] * len(capacity)),
        "start": where(late, start.tolist()),
    }
    return _Terms(columns, discounted)


def _tiers(
    offers: list[str], discounted: BoolArray, capacity: FloatArray, price: FloatArray
) -> list[OfferTier]:
    """Two tiers for each offer with a discount."""
    chosen = np.flatnonzero(discounted)
    if not len(chosen):
        return []
    steps = np.array([0.3, 0.6])
    factors = np.array([0.96, 0.92])
    return table(
        OfferTier,
        offer=[offers[at] for at in np.repeat(chosen, 2).tolist()],
        from_quantity=rounded((capacity[chosen, None] * steps).ravel()),
        price=rounded((price[chosen, None] * factors).ravel()),
    )
