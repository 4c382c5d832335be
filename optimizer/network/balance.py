"""The balance of every site, variant and node: which flow enters and which leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..indexing import Index, as_columns
from ..tree import FloatArray, IntArray
from .frame import Frame
from .inventory import Inventory, Market
from .moves import Movements
from .production import Production
from .shipping import Shipping
from .supply import Supply

Pairs = tuple[IntArray, IntArray]
Part = tuple[IntArray, IntArray, IntArray]


@dataclass(frozen=True)
class Balance:
    """Incidence of flows in balances. Pairs are (balance row, position in the flow's family).

    Attributes:
        place: (site, variant) of the places. Index with 2 columns.
        row: (place, node) of every balance. Index with 2 columns.
        ordered, arriving, leaving, stored, carried, delivered, disposed: pairs of families buy,
            ship, ship, stock, stock of the node before, deliver, dispose.
        into_store, out_of_store: pairs of stockpiles whose releases take time.
        made: (balance row, recipe row, run position); used: the same for inputs of one variant.
        drawn: pairs of the family draw: inputs that can be of several variants.
        returned: (balance row, return row, deliver position).
        given: what enters without a decision: initial stock and goods in transit. Shape (rows,).
    """

    place: Index
    row: Index
    ordered: Pairs
    arriving: Pairs
    leaving: Pairs
    stored: Pairs
    carried: Pairs
    into_store: Pairs
    out_of_store: Pairs
    delivered: Pairs
    disposed: Pairs
    made: tuple[IntArray, IntArray, IntArray]
    used: tuple[IntArray, IntArray, IntArray]
    drawn: Pairs
    returned: tuple[IntArray, IntArray, IntArray]
    given: FloatArray


def build_balance(
    frame: Frame,
    movements: Movements,
    supply: Supply,
    production: Production,
    shipping: Shipping,
    inventory: Inventory,
    market: Market,
) -> Balance:
    """Incidence of a case."""
    parts = _flow_parts(frame, movements, supply, shipping, inventory, market)
    parts["used"], parts["made"], parts["drawn"], recipes = _conversion_parts(frame, production)
    back, source, when, variant = market.returned
    back_site = frame.places(frame.case.returns)[0]
    parts["returned"] = (_code(frame, back_site[back], variant), when, source)

    given_place, given_node, given = _given(frame, movements, inventory)
    size, width = frame.tree.size, len(frame.variants)
    places = np.concatenate([part[0] for part in parts.values()] + [given_place])
    nodes = np.concatenate([part[1] for part in parts.values()] + [given_node])
    codes = _distinct(places * size + nodes)
    used_places, of_code = np.unique(codes // size, return_inverse=True)
    rows = Index(as_columns(of_code.reshape(-1), codes % size))

    def key(place: IntArray, when: IntArray) -> IntArray:
        return np.searchsorted(codes, place * size + when)

    pairs = {name: (key(place, when), position) for name, (place, when, position) in parts.items()}
    amounts = np.zeros(len(codes))
    np.add.at(amounts, key(given_place, given_node), given)
    return Balance(
        place=Index(as_columns(used_places // width, used_places % width)),
        row=rows,
        ordered=pairs["ordered"],
        arriving=pairs["arriving"],
        leaving=pairs["leaving"],
        stored=pairs["stored"],
        carried=pairs["carried"],
        into_store=pairs["into_store"],
        out_of_store=pairs["out_of_store"],
        delivered=pairs["delivered"],
        disposed=pairs["disposed"],
        made=(pairs["made"][0], recipes[1], pairs["made"][1]),
        used=(pairs["used"][0], recipes[0], pairs["used"][1]),
        drawn=pairs["drawn"],
        returned=(pairs["returned"][0], back, pairs["returned"][1]),
        given=amounts,
    )


def _distinct(codes: IntArray) -> IntArray:
    """Each code once, in order; ``numpy.unique`` takes ten times as long on millions of them."""
    ordered = np.sort(codes)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=-1))]


def _code(frame: Frame, site: IntArray, variant: IntArray) -> IntArray:
    """Code of a place: a site and a variant."""
    return site * len(frame.variants) + variant


def _flow_parts(
    frame: Frame,
    movements: Movements,
    supply: Supply,
    shipping: Shipping,
    inventory: Inventory,
    market: Market,
) -> dict[str, Part]:
    """(place, node, position) of everything bought, moved, stored, delivered and disposed."""
    case, time, tree = frame.case, frame.time, frame.tree
    offer, _, node = supply.buy.members.T
    offer_site = frame.places(case.offers)[0]
    at, when = time.arrivals(node, supply.lag)
    bought = _code(frame, offer_site[offer[at]], supply.after[at])
    parts: dict[str, Part] = {"ordered": (bought, when, at)}
    pair, _, node = shipping.ship.members.T
    at, when = time.arrivals(node, shipping.lag)
    arrived = _code(frame, movements.pairs.end[pair[at]], shipping.after[at])
    parts["arriving"] = (arrived, when, at)
    left = _code(frame, movements.pairs.start[pair], shipping.before)
    parts["leaving"] = (left, node, np.arange(len(pair)))
    pile, variant, node = inventory.stock.members.T
    pile_site = frame.places(case.stockpiles)[0]
    place = _code(frame, pile_site[pile], variant)
    prompt = np.flatnonzero(~inventory.lagged[pile])
    slow = np.flatnonzero(inventory.lagged[pile])
    parts["stored"] = (place[prompt], node[prompt], prompt)
    parts["into_store"] = (place[slow], node[slow], np.arange(len(slow)))
    before = tree.parent[node[prompt]] >= 0
    source = inventory.stock.positions(
        as_columns(
            pile[prompt],
            inventory.stock.column(1)[prompt],
            np.maximum(tree.parent[node[prompt]], 0),
        )
    )
    parts["carried"] = (place[prompt][before], node[prompt][before], source[before])
    lags = np.array([row.release_lag for row in case.stockpiles], dtype=np.int64)
    at, when = time.arrivals(node[slow], lags[pile[slow]])
    parts["out_of_store"] = (place[slow[at]], when, at)
    for name, index, rows in (
        ("delivered", market.deliver, case.demand),
        ("disposed", market.dispose, case.disposal),
    ):
        row, variant, node = index.members.T
        site = frame.places(rows)[0]
        parts[name] = (_code(frame, site[row], variant), node, np.arange(len(row)))
    return parts


def _conversion_parts(
    frame: Frame, production: Production
) -> tuple[Part, Part, Part, tuple[IntArray, IntArray]]:
    """(place, node, run position) of inputs and of outputs, draws, and the recipe rows of both."""
    plant_site = np.array([frame.site[row.site] for row in frame.case.plants], dtype=np.int64)
    plant, node = production.run.column(0), production.run.column(2)
    recipe, run, variant = production.takes
    used = (_code(frame, plant_site[plant[run]], variant), node[run], run)
    recipe_out, run_out, finish, made_of = production.gives
    made = (_code(frame, plant_site[plant[run_out]], made_of), finish, run_out)
    _, drawer, _, when, taken = production.draw.members.T
    drawn = (_code(frame, plant_site[drawer], taken), when, np.arange(len(when)))
    return used, made, drawn, (recipe, recipe_out)


def _given(
    frame: Frame, movements: Movements, inventory: Inventory
) -> tuple[IntArray, IntArray, FloatArray]:
    """What enters without a decision: (place, node, amount)."""
    case, tree, provenance = frame.case, frame.tree, movements.provenance
    quantity = frame.values.array("in_transit", "quantity")
    period = np.array([case.period(row.period, 1) for row in case.in_transit], dtype=np.int64)
    row, node = np.nonzero(period[:, None] == tree.period[None, :])
    site, material = frame.places(case.in_transit)
    marks = [provenance.pedigrees.held(own) for own in case.in_transit]
    variants = [
        provenance.becomes(where, what, own)
        for where, what, own in zip(site.tolist(), material.tolist(), marks, strict=True)
    ]
    under_way = _code(frame, site, np.array(variants, dtype=np.int64))
    keep = 1 - frame.values.array("stockpiles", "decay")
    initial = frame.values.base("stockpiles", "initial")
    prompt = ~inventory.lagged & (initial > 0)
    pile, first = np.nonzero(prompt[:, None] & (tree.period == 1)[None, :])
    stock_site = frame.places(case.stockpiles)[0]
    stored = _code(frame, stock_site, inventory.initial)
    places = [under_way[row], stored[pile]]
    amounts = [quantity[row, node], keep[pile, first] * initial[pile]]
    return np.concatenate(places), np.concatenate([node, first]), np.concatenate(amounts)
