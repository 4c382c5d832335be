"""When each unit of each decision is paid: the cost objective, node by node.

Most decisions are paid at their own node. Fixed costs of what is opened or added, and capital tied
up in goods under way, are paid at later nodes too, and differ between futures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..indexing import total_by
from ..network import Network
from ..network.building import Building
from ..tree import FloatArray, IntArray

Spread = tuple[IntArray, IntArray, FloatArray]
"""Position in a family, node of payment, discounted money per unit: three arrays."""

COSTS: dict[str, tuple[str, str]] = {
    "buy": ("buy_cost", "PURCHASES"),
    "fill": ("fill_cost", "TIERS"),
    "ordering": ("ordering_cost", "SWITCHED_ORDERS"),
    "select": ("select_cost", "SELECTIONS"),
    "run": ("run_cost", "RUNS"),
    "running": ("running_cost", "SWITCHED_SLOTS"),
    "open": ("open_cost", "OPENINGS"),
    "modules": ("module_cost", "MODULES"),
    "standing": ("standing_cost", "STANDING"),
    "ship": ("ship_cost", "SHIPMENTS"),
    "lane_open": ("lane_open_cost", "LANE_OPENINGS"),
    "stock": ("stock_cost", "STOCKS"),
    "stock_open": ("stock_open_cost", "STOCK_OPENINGS"),
    "applying": ("apply_cost", "PAID_APPLICATIONS"),
    "servicing": ("service_cost", "SERVICE_APPLICATIONS"),
    "deliver": ("deliver_cost", "DELIVERIES"),
    "short": ("short_cost", "SHORTAGES"),
    "backlog": ("backlog_cost", "BACKLOGS"),
    "dispose": ("dispose_cost", "DISPOSALS"),
    "excess": ("excess_cost", "SOFT_LIMITS"),
    "supplier_excess": ("supplier_excess_cost", "SOFT_SUPPLIER_WINDOWS"),
}
"""Family of variables -> its coefficients in the cost objective, and its index set."""


@dataclass(frozen=True)
class Charge:
    """What a family of variables costs at each node. Arrays have shape (payments,).

    Attributes:
        family: variables.
        position: position in the family.
        node: node of payment.
        amount: discounted money per unit, not weighted by probability.
    """

    family: str
    position: IntArray
    node: IntArray
    amount: FloatArray


def charges(network: Network, parts: Callable[[str], tuple[IntArray, FloatArray]]) -> list[Charge]:
    """Payments of every family that costs anything.

    Args:
        network: the network.
        parts: members of a family and their coefficients in the cost objective.
    """
    later: dict[str, Callable[[Network], Spread]] = {
        "buy": _tied_in_purchases,
        "ship": _tied_in_shipments,
        "open": _fixed_of_open,
        "modules": _fixed_of_modules,
    }
    probability = network.tree.probability
    found = []
    for family in COSTS:
        members, cost = parts(family)
        position, node, amount = later[family](network) if family in later else _nothing()
        rest = cost - total_by(position, amount * probability[node], len(cost))
        at = np.flatnonzero(np.abs(rest) > 1e-12 * np.abs(cost))
        own = _own_node(network, family, members[at])
        with np.errstate(divide="ignore", invalid="ignore"):
            paid = np.where(probability[own] > 0, rest[at] / probability[own], 0.0)
        charge = Charge(
            family,
            np.concatenate([at, position]),
            np.concatenate([own, node]),
            np.concatenate([paid, amount]),
        )
        if len(charge.position):
            found.append(charge)
    return found


def _nothing() -> Spread:
    return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)


def _own_node(network: Network, family: str, members: IntArray) -> IntArray:
    """Node at which each member of a family is decided."""
    if family == "excess":
        return np.array(network.limits.node, dtype=np.int64)[members[:, 0]]
    if family == "supplier_excess":
        return np.array(network.suppliers.total.node, dtype=np.int64)[members[:, 0]]
    if family == "applying":
        return network.licences.apply.column(4)[members[:, 0]]
    if family == "servicing":
        return np.maximum(network.production.services.apply.column(2)[members[:, 0]], 0)
    return members[:, -1]


def _discounted_rate(network: Network) -> FloatArray:
    """Capital cost per unit of material tied up, discounted. Shape (materials, nodes)."""
    case = network.case.case
    rate = case.capital_rate * case.months_per_period / 12
    return network.frame.price * rate * network.frame.time.discount


def _tied(network: Network, node: IntArray, lag: IntArray, material: IntArray) -> Spread:
    """Capital tied up in goods under way, at each node until they arrive."""
    rate = _discounted_rate(network)
    if not rate.any():
        return _nothing()
    parts = [_nothing()]
    for age in range(min(int(lag.max(initial=0)), network.tree.periods)):
        under_way = np.flatnonzero(lag > age)
        which, at = network.frame.time.arrivals(node[under_way], np.full(len(under_way), age))
        flow = under_way[which]
        parts.append((flow, at, rate[material[flow], at]))
    position, paid, amount = (np.concatenate(column) for column in zip(*parts, strict=True))
    return position, paid, amount


def _tied_in_purchases(network: Network) -> Spread:
    supply = network.supply
    return _tied(network, supply.buy.column(2), supply.lag, supply.material)


def _tied_in_shipments(network: Network) -> Spread:
    shipping = network.shipping
    return _tied(network, shipping.ship.column(2), shipping.lag, shipping.material)


def _fixed_of_open(network: Network) -> Spread:
    """Fixed costs of candidate plants, at every node at which they are available."""
    frame, building = network.frame, Building(network.frame, network.movements)
    window = frame.time.window(network.case.plants)
    plant, node = np.nonzero(window & building.candidate[:, None])
    at, opening = building.opened(plant, node)
    plant, node = plant[at], node[at]
    cost = network.at("plants", "fixed_cost", plant, node) * frame.time.discount[node]
    return opening, node, cost


def _fixed_of_modules(network: Network) -> Spread:
    """Fixed costs of modules that are certain with the module, at every node they are complete."""
    frame, production = network.frame, network.production
    building = Building(frame, network.movements)
    owner = {row.plant: at for at, row in enumerate(network.case.plants)}
    plant = np.array([owner[row.plant] for row in network.case.expansions], dtype=np.int64)
    expansion, node = np.nonzero(frame.time.window(network.case.plants)[plant])
    at, module = building.ready(production.module, expansion, node)
    expansion, node = expansion[at], node[at]
    decided = production.module.column(1)[module]
    cost = network.at("expansions", "fixed_cost", expansion, decided)
    sure = (production.fixed_of_module[module] != 0) & (cost != 0)
    return module[sure], node[sure], (cost * frame.time.discount[node])[sure]


def unavoidable(network: Network) -> FloatArray:
    """Discounted cost of each node that no decision changes. Shape (nodes,).

    Weighted by probability it adds up to :func:`.objectives.fixed_cost`.
    """
    frame, case, tree = network.frame, network.case, network.tree
    existing = np.array([row.status != "candidate" for row in case.plants], dtype=bool)
    fixed = network.frame.values.array("plants", "fixed_cost") * frame.time.window(case.plants)
    total = np.asarray(fixed[existing].sum(axis=0) * frame.time.discount, dtype=float)
    rate, material = _discounted_rate(network), frame.places(case.in_transit)[1]
    for row, transit in enumerate(case.in_transit):
        arrives = case.period(transit.period, 1)
        quantity = frame.values.array("in_transit", "quantity")[row]
        if arrives < 1 or not transit.capital:
            continue
        if arrives > tree.periods:  # under way all the time
            total += quantity * rate[material[row]]
            continue
        for arrival in tree.in_period(arrives):
            path = tree.path_at[arrival, : arrives - 1]
            share = np.nan_to_num(tree.probability[arrival] / tree.probability[path])
            total[path] += quantity[arrival] * share * rate[material[row], path]
    return total
