r"""Lanes: what is shipped, what a lane can carry, and lanes that must be opened or well loaded.

For a lane :math:`l` (with all rows that share it) at node :math:`n`:

.. math::
    \sum_{(k,v) \in LOAD(l,n)} ship_{k,v,n} &\le C_{l,n} \\
    \sum_{(k,v) \in LOAD(l,n)} ship_{k,v,n} &\le M_{l,n} \sum_{m \in PATH(n)} lane\_open_{l,m} \\
    ship_{k,v,n} &\le M_{k,v,n} \sum_{m \in PATH(n)} lane\_open_{l,m} \\
    L_{l,n}\, used_{l,n} \le \sum_{(k,v) \in LOAD(l,n)} ship_{k,v,n} &\le M_{l,n}\, used_{l,n}

The third row, one for each flow, is the strong form of the second. Where everything a site sends
comes from one offer or plant that must be selected or opened first, the same strong form ties the
shipment to that decision (Balinski 1965; the disaggregated facility location model).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel

from ..committed import committed_bounds
from ..network import Network
from .bigm import require_finite
from .components import add_data, add_incidence, add_rows, add_set, add_variables
from .paths import add_once


def add_lanes(model: ConcreteModel, network: Network) -> None:
    """Add shipments [unit], openings and uses of lanes, and the limits on them."""
    shipping = network.shipping
    row = network.movements.pairs.row
    ships = add_set(model, "SHIPMENTS", shipping.ship)
    loads = add_set(model, "LOADS", shipping.load)
    alone = np.bincount(shipping.load_of_ship, minlength=len(shipping.load)) == 1
    plain = alone & ~shipping.gated
    upper = np.where(plain[shipping.load_of_ship], shipping.capacity[shipping.load_of_ship], np.inf)
    add_variables(model, "ship", ships, upper=upper)
    add_incidence(model, "LOADED", loads, shipping.load_of_ship, shipping.ship.members)
    add_data(
        model,
        "lane_capacity",
        loads,
        np.where(np.isfinite(shipping.capacity), shipping.capacity, 0.0),
    )
    add_data(
        model,
        "load_most",
        loads,
        np.where(np.isfinite(shipping.load_most), shipping.load_most, 0.0),
    )
    add_data(model, "ship_most", ships, np.where(np.isfinite(shipping.most), shipping.most, 0.0))

    def subset(name: str, mask: Any) -> Any:
        return add_set(model, name, shipping.load.members[np.flatnonzero(mask)])

    shared = subset("SHARED_LOADS", ~alone & ~shipping.gated & np.isfinite(shipping.capacity))
    add_rows(model, "load_within_capacity", shared, load_within_capacity)

    points = add_set(model, "LANE_OPENINGS", shipping.open)
    held = committed_bounds(network, "lane_open", shipping.open.members)
    add_variables(model, "lane_open", points, "binary", **held)
    host_row = row[shipping.load.column(0)]
    require_finite(
        network, "lanes", host_row[shipping.gated], shipping.load_most[shipping.gated], "open_cost"
    )
    at, decision = shipping.opened
    add_incidence(model, "LANE_OPENED_BY", loads, at, shipping.open.members[decision])
    add_rows(
        model, "load_only_when_open", subset("GATED_LOADS", shipping.gated), load_only_when_open
    )
    strong = shipping.gated[shipping.load_of_ship] & ~alone[shipping.load_of_ship]
    strong &= np.isfinite(shipping.most)
    which = np.flatnonzero(strong)
    gated = add_set(model, "GATED_SHIPMENTS", shipping.ship.members[which])
    add_incidence(
        model,
        "LOAD_OF",
        gated,
        np.arange(len(which)),
        shipping.load.members[shipping.load_of_ship[which]],
    )
    _add_strong_rows(model, network, which)
    add_once(model, network, "lane_open", shipping.open)
    _add_uses(model, network)
    _add_gates(model, network)


def load_within_capacity(m: ConcreteModel, lane: int, n: int) -> Any:
    """All that shares a lane fits its capacity."""
    return sum(m.ship[k, v, q] for k, v, q in m.LOADED[lane, n]) <= m.lane_capacity[lane, n]


def load_only_when_open(m: ConcreteModel, lane: int, n: int) -> Any:
    """Nothing moves on a lane that was not opened."""
    return sum(m.ship[k, v, q] for k, v, q in m.LOADED[lane, n]) <= sum(
        m.load_most[lane, n] * m.lane_open[k, q] for k, q in m.LANE_OPENED_BY[lane, n]
    )


def _add_strong_rows(model: ConcreteModel, network: Network, which: Any) -> None:
    """Add the strong form: each flow of an opened lane by itself."""
    shipping = network.shipping
    load = shipping.load_of_ship[which]
    at, decision = shipping.opened
    order = np.argsort(at, kind="stable")
    start = np.searchsorted(at[order], load, side="left")
    stop = np.searchsorted(at[order], load, side="right")
    owner = np.repeat(np.arange(len(which)), stop - start)
    position = (
        np.concatenate([order[a:b] for a, b in zip(start, stop, strict=True)])
        if len(which)
        else order[:0]
    )
    add_incidence(
        model,
        "SHIPMENT_OPENED_BY",
        model.GATED_SHIPMENTS,
        owner,
        shipping.open.members[decision[position]],
    )
    add_rows(model, "ship_only_when_open", model.GATED_SHIPMENTS, ship_only_when_open)


def ship_only_when_open(m: ConcreteModel, lane: int, v: int, n: int) -> Any:
    """No flow on a lane that was not opened (strong form)."""
    return m.ship[lane, v, n] <= sum(
        m.ship_most[lane, v, n] * m.lane_open[k, q] for k, q in m.SHIPMENT_OPENED_BY[lane, v, n]
    )


def _add_uses(model: ConcreteModel, network: Network) -> None:
    """Add the yes/no of lanes with a minimum load or counted by a policy."""
    shipping = network.shipping
    which = np.flatnonzero(shipping.used)
    used = add_set(model, "USES", shipping.load.members[which])
    add_variables(model, "used", used, "binary")
    row = network.movements.pairs.row[shipping.load.column(0)[which]]
    require_finite(network, "lanes", row, shipping.load_most[which], "min_load or max_lanes")
    add_rows(model, "load_only_when_used", used, load_only_when_used)
    low = shipping.min_load[which] > 0
    minimum = add_set(model, "MINIMUM_LOADS", shipping.load.members[which[low]])
    add_data(model, "min_load", minimum, shipping.min_load[which[low]])
    add_rows(model, "load_at_least_minimum", minimum, load_at_least_minimum)


def load_only_when_used(m: ConcreteModel, lane: int, n: int) -> Any:
    """A lane that carries anything is used."""
    return (
        sum(m.ship[k, v, q] for k, v, q in m.LOADED[lane, n])
        <= m.load_most[lane, n] * m.used[lane, n]
    )


def load_at_least_minimum(m: ConcreteModel, lane: int, n: int) -> Any:
    """A lane that is used carries its minimum load at least."""
    return (
        sum(m.ship[k, v, q] for k, v, q in m.LOADED[lane, n])
        >= m.min_load[lane, n] * m.used[lane, n]
    )


def _add_gates(model: ConcreteModel, network: Network) -> None:
    """Add the strong form of selections and openings behind a site's only source."""
    gates, shipping = network.gates, network.shipping
    for name, (at, decision), points, rule in (
        ("SELECTION", gates.selections, network.supply.select, ship_only_when_selected),
        ("OPENING", gates.openings, network.production.open, ship_only_when_built),
    ):
        which, row = np.unique(at, return_inverse=True)
        members = shipping.ship.members[gates.ship[which]]
        keys = add_set(model, f"{name}_GATED", members)
        add_incidence(model, f"{name}_BEHIND", keys, row.reshape(-1), points.members[decision])
        add_rows(model, rule.__name__, keys, rule)


def ship_only_when_selected(m: ConcreteModel, lane: int, v: int, n: int) -> Any:
    """What leaves a site with one offer needs its selection (strong form)."""
    return m.ship[lane, v, n] <= sum(
        m.ship_most[lane, v, n] * m.select[o, k] for o, k in m.SELECTION_BEHIND[lane, v, n]
    )


def ship_only_when_built(m: ConcreteModel, lane: int, v: int, n: int) -> Any:
    """What leaves a site with one candidate plant needs its opening (strong form)."""
    return m.ship[lane, v, n] <= sum(
        m.ship_most[lane, v, n] * m.open[p, k] for p, k in m.OPENING_BEHIND[lane, v, n]
    )
