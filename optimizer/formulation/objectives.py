r"""Objectives: cost, lead time and shortage.

Cost is discounted and expected: every coefficient carries the weight
:math:`w_n = \pi_n (1+r)^{-(t_n-1) \mu / 12}` of its node (:math:`\mu` months a period),

.. math::
    \min \sum_n w_n \bigl( \text{purchase} + \text{order} + \text{select} + \text{open}
      + \text{expand} + \text{fixed} + \text{run} + \text{variable} + \text{transport}
      + \text{holding} + \text{capital} + \text{disposal} + \text{tariffs} + \text{licences}
      + \text{shortage} + \text{backlog} + \text{penalty}
      - \text{revenue} \bigr)

Lead time is expected: days of every unit of a demanded material on lanes, offers and plants (with
the longest review of the rules it moves under), plus
``shortage_days`` for every unit never delivered and a period's days for every unit and period of
waiting, divided by the expected total demand. Shortage is the expected quantity never delivered.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel, Objective

from ..network import Network
from ..tree import FloatArray
from .components import add_data, add_number


def add_objectives(model: ConcreteModel, network: Network) -> None:
    """Add the objectives ``cost`` [money], ``lead_time`` [days] and ``shortage`` [unit]."""
    _add_supply_costs(model, network)
    _add_production_costs(model, network)
    _add_movement_costs(model, network)
    _add_market_costs(model, network)
    _add_lead_times(model, network)
    model.cost = Objective(rule=cost)
    model.lead_time = Objective(rule=lead_time)
    model.shortage = Objective(rule=shortage)


def _add_supply_costs(model: ConcreteModel, network: Network) -> None:
    supply, weight = network.supply, network.weight
    order = supply.order_of_buy
    node = supply.buy.column(2)
    price = np.where(supply.tiered, 0.0, supply.unit_price)
    tied = _tied_up(network, node, supply.lag, supply.material)
    paid = price[order] + supply.duty
    add_data(model, "buy_cost", model.PURCHASES, weight[node] * paid + tied)
    offer, _, at = supply.tier.members.T
    add_data(model, "fill_cost", model.TIERS, weight[at] * supply.tier_price)
    keys = model.SWITCHED_ORDERS
    offer, at = keys.index_array.members.T
    add_data(
        model, "ordering_cost", keys, weight[at] * network.at("offers", "order_cost", offer, at)
    )
    offer, at = supply.select.members.T
    add_data(
        model,
        "select_cost",
        model.SELECTIONS,
        weight[at] * network.at("offers", "select_cost", offer, at),
    )


def _tied_up(network: Network, node: Any, lag: Any, material: Any) -> FloatArray:
    """Cost of capital per unit under way."""
    rate = network.frame.capital_rate
    if not rate.any():
        return np.zeros(len(node))
    charge = np.zeros(len(node))
    for one in np.unique(material):
        own = np.flatnonzero(material == one)
        charge[own] = network.frame.time.in_transit_charge(node[own], lag[own], rate[[one]])
    return charge


def _add_production_costs(model: ConcreteModel, network: Network) -> None:
    production, weight = network.production, network.weight
    plant, _, node = production.run.members.T
    variable = network.at("plants", "variable_cost", plant, node)
    add_data(model, "run_cost", model.RUNS, weight[node] * variable)
    keys = model.SWITCHED_SLOTS
    plant, node = keys.index_array.members.T
    add_data(
        model, "running_cost", keys, weight[node] * network.at("plants", "run_cost", plant, node)
    )
    plant, node = production.open.members.T
    paid = network.at("plants", "open_cost", plant, node) + production.opening.cost[plant, node]
    opening = weight[node] * paid
    add_data(model, "open_cost", model.OPENINGS, opening + production.fixed_of_open)
    expansion, node = production.module.members.T
    paid = network.at("expansions", "module_cost", expansion, node)
    module = weight[node] * (paid + production.adding.cost[expansion, node])
    add_data(model, "module_cost", model.MODULES, module + production.fixed_of_module)
    expansion, decided, node = production.standing.members.T
    fixed = weight[node] * network.at("expansions", "fixed_cost", expansion, decided)
    add_data(model, "standing_cost", model.STANDING, fixed)


def _add_movement_costs(model: ConcreteModel, network: Network) -> None:
    shipping, weight, pairs = network.shipping, network.weight, network.movements.pairs
    node = shipping.ship.column(2)
    tied = _tied_up(network, node, shipping.lag, shipping.material)
    add_data(
        model,
        "ship_cost",
        model.SHIPMENTS,
        weight[node] * (shipping.freight + shipping.duty) + tied,
    )
    pair, node = shipping.open.members.T
    cost = network.at("lanes", "open_cost", pairs.row[pair], node)
    add_data(model, "lane_open_cost", model.LANE_OPENINGS, weight[node] * cost)


def _add_market_costs(model: ConcreteModel, network: Network) -> None:
    market, inventory, weight = network.market, network.inventory, network.weight
    pile, variant, node = inventory.stock.members.T
    holding = weight[node] * network.at("stockpiles", "holding_cost", pile, node)
    tied = network.frame.capital_rate[network.frame.variant_material[variant], node]
    add_data(model, "stock_cost", model.STOCKS, holding + tied)
    pile, node = inventory.open.members.T
    opening = weight[node] * network.at("stockpiles", "open_cost", pile, node)
    add_data(model, "stock_open_cost", model.STOCK_OPENINGS, opening)
    row, _, node = market.deliver.members.T
    add_data(
        model,
        "deliver_cost",
        model.DELIVERIES,
        -weight[node] * network.at("demand", "price", row, node),
    )
    row, node = market.short.members.T
    add_data(
        model,
        "short_cost",
        model.SHORTAGES,
        weight[node] * network.at("demand", "shortage_cost", row, node),
    )
    row, node = market.backlog.members.T
    waiting = np.nan_to_num(network.at("demand", "backlog_cost", row, node))
    add_data(model, "backlog_cost", model.BACKLOGS, weight[node] * waiting)
    row, _, node = market.dispose.members.T
    add_data(
        model,
        "dispose_cost",
        model.DISPOSALS,
        weight[node] * network.at("disposal", "cost", row, node),
    )
    penalty = np.array(network.limits.penalty, dtype=float)
    add_data(model, "excess_cost", model.SOFT_LIMITS, penalty[~np.isnan(penalty)])
    penalty = network.suppliers.arrays()[3]
    add_data(
        model, "supplier_excess_cost", model.SOFT_SUPPLIER_WINDOWS, penalty[~np.isnan(penalty)]
    )
    add_number(model, "cost_without_choice", fixed_cost(network))


def fixed_cost(network: Network) -> float:
    """Weighted cost that no decision changes: existing plants, and goods already under way."""
    case, frame = network.case, network.frame
    period = np.array([case.period(row.period, 1) for row in case.in_transit], dtype=np.int64)
    material = frame.places(case.in_transit)[1]
    total = network.production.fixed_existing
    for row, arrives in enumerate(period):
        quantity = frame.values.array("in_transit", "quantity")[row]
        if arrives < 1 or not case.in_transit[row].capital:
            continue
        if arrives > network.tree.periods:  # under way all the time
            total += float((quantity * frame.capital_rate[material[row]]).sum())
            continue
        for arrival in network.tree.in_period(int(arrives)):
            path = network.tree.path_at[arrival, : arrives - 1]
            share = network.tree.probability[arrival] / network.tree.probability[path]
            charge = frame.capital_rate[material[row], path] * np.nan_to_num(share)
            total += float(quantity[arrival] * charge.sum())
    return total


def _add_lead_times(model: ConcreteModel, network: Network) -> None:
    frame, probability = network.frame, network.tree.probability
    supply, shipping, production, market = (
        network.supply,
        network.shipping,
        network.production,
        network.market,
    )
    demanded = frame.demanded
    per_unit = 1.0 / network.total_demand if network.total_demand > 0 else 0.0
    counted = demanded[supply.material] * probability[supply.buy.column(2)] * per_unit
    add_data(model, "buy_days", model.PURCHASES, counted * (supply.days + supply.waiting))
    counted = demanded[shipping.material] * probability[shipping.ship.column(2)] * per_unit
    add_data(model, "ship_days", model.SHIPMENTS, counted * (shipping.days + shipping.waiting))
    add_data(
        model,
        "run_days",
        model.RUNS,
        demanded_output(network)
        * probability[production.run.column(2)]
        * production.days
        * per_unit,
    )
    row, node = market.short.members.T
    unmet = network.at("demand", "shortage_cost", row, node) != 0
    add_data(
        model,
        "short_days",
        model.SHORTAGES,
        unmet * probability[node] * network.case.case.shortage_days * per_unit,
    )
    add_data(model, "short_amount", model.SHORTAGES, unmet * probability[node])
    node = market.backlog.column(1)
    add_data(
        model,
        "backlog_days",
        model.BACKLOGS,
        probability[node] * network.case.days_per_period * per_unit,
    )


def demanded_output(network: Network) -> FloatArray:
    """Demanded materials that a unit of each run makes, by the recipe at its start."""
    frame, production = network.frame, network.production
    quantity = frame.values.array("recipes", "quantity")
    plant, _, node = production.run.members.T
    made = np.zeros(len(plant))
    for position, recipe in enumerate(network.case.recipes):
        if not frame.demanded[frame.material[recipe.material]]:
            continue
        own = np.array([row.process == recipe.process for row in network.case.plants], dtype=bool)[
            plant
        ]
        made[own] += np.maximum(quantity[position, node[own]], 0.0)
    return made


def cost(m: ConcreteModel) -> Any:
    """Expected discounted cost [money]."""
    return (
        sum(m.buy_cost[o, v, n] * m.buy[o, v, n] for o, v, n in m.PURCHASES)
        + sum(m.fill_cost[o, k, n] * m.fill[o, k, n] for o, k, n in m.TIERS)
        + sum(m.ordering_cost[o, n] * m.ordering[o, n] for o, n in m.SWITCHED_ORDERS)
        + sum(m.select_cost[o, n] * m.select[o, n] for o, n in m.SELECTIONS)
        + sum(m.run_cost[p, r, n] * m.run[p, r, n] for p, r, n in m.RUNS)
        + sum(m.running_cost[p, n] * m.running[p, n] for p, n in m.SWITCHED_SLOTS)
        + sum(m.open_cost[p, n] * m.open[p, n] for p, n in m.OPENINGS)
        + sum(m.module_cost[x, n] * m.modules[x, n] for x, n in m.MODULES)
        + sum(m.standing_cost[x, d, n] * m.standing[x, d, n] for x, d, n in m.STANDING)
        + sum(m.ship_cost[k, v, n] * m.ship[k, v, n] for k, v, n in m.SHIPMENTS)
        + sum(m.lane_open_cost[k, n] * m.lane_open[k, n] for k, n in m.LANE_OPENINGS)
        + sum(m.stock_cost[k, v, n] * m.stock[k, v, n] for k, v, n in m.STOCKS)
        + sum(m.stock_open_cost[k, n] * m.stock_open[k, n] for k, n in m.STOCK_OPENINGS)
        + sum(m.apply_cost[a] * m.applying[a] for a in m.PAID_APPLICATIONS)
        + sum(m.service_cost[a] * m.servicing[a] for a in m.SERVICE_APPLICATIONS)
        + sum(m.deliver_cost[j, v, n] * m.deliver[j, v, n] for j, v, n in m.DELIVERIES)
        + sum(m.short_cost[j, n] * m.short[j, n] for j, n in m.SHORTAGES)
        + sum(m.backlog_cost[j, n] * m.backlog[j, n] for j, n in m.BACKLOGS)
        + sum(m.dispose_cost[d, v, n] * m.dispose[d, v, n] for d, v, n in m.DISPOSALS)
        + sum(m.excess_cost[r] * m.excess[r] for r in m.SOFT_LIMITS)
        + sum(m.supplier_excess_cost[w] * m.supplier_excess[w] for w in m.SOFT_SUPPLIER_WINDOWS)
        + m.cost_without_choice
    )


def lead_time(m: ConcreteModel) -> Any:
    """Expected days per unit of demand."""
    return (
        sum(m.buy_days[o, v, n] * m.buy[o, v, n] for o, v, n in m.PURCHASES)
        + sum(m.ship_days[k, v, n] * m.ship[k, v, n] for k, v, n in m.SHIPMENTS)
        + sum(m.run_days[p, r, n] * m.run[p, r, n] for p, r, n in m.RUNS)
        + sum(m.short_days[j, n] * m.short[j, n] for j, n in m.SHORTAGES)
        + sum(m.backlog_days[j, n] * m.backlog[j, n] for j, n in m.BACKLOGS)
    )


def shortage(m: ConcreteModel) -> Any:
    """Expected quantity never delivered [unit]."""
    return sum(m.short_amount[j, n] * m.short[j, n] for j, n in m.SHORTAGES)
