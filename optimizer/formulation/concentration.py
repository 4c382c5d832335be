r"""Concentration: the largest share of a country in supply, where it is minimised or limited.

With :math:`supplied\_from_c` the expected supply of the demanded materials from country c over the
horizon, bought (counted at order) and made (at start),

.. math::
    supplied\_from_c &= \sum_{BOUGHT(c)} \pi_n\, buy + \sum_{MADE(c)} \pi_n\, \rho\, run \\
    supplied &= \sum_c supplied\_from_c, \qquad
    most\_supplied \ge supplied\_from_c \quad \forall c

Concentration is :math:`most\_supplied / supplied`. A limit L on it is linear,
:math:`most\_supplied - L\, supplied \le 0`, and its least value is found by a sequence of linear
objectives of this form (:mod:`secondsource.optimizer.ratio`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel, Objective

from ..indexing import Index, distinct
from ..network import Network
from ..tree import FloatArray, IntArray
from .components import add_data, add_incidence, add_rows, add_set, add_variables
from .objectives import demanded_output


def add_concentration(model: ConcreteModel, network: Network) -> None:
    """Add supply by country [unit], and the objectives ``largest_supply`` and ``total_supply``."""
    buys, buy_amount, buying = bought(network)
    runs, run_amount, making = made(network)
    members, of_term = distinct(np.concatenate([buying, making])[:, None])
    countries = add_set(model, "COUNTRIES", members)
    for family, at, amount, keys, country in (
        ("BUY", buys, buy_amount, model.PURCHASES, of_term[: len(buys)]),
        ("RUN", runs, run_amount, model.RUNS, of_term[len(buys) :]),
    ):
        terms = np.arange(len(at))
        counted = add_set(model, f"{family}_COUNTED", Index(terms))
        add_data(model, f"{family.lower()}_counts", counted, amount)
        rows = np.hstack([terms[:, None], keys.index_array.members[at]])
        add_incidence(model, f"{family}_FROM", countries, country, rows)
    whole = add_set(model, "SUPPLY", Index(np.zeros(1, dtype=np.int64)))
    add_variables(model, "supplied_from", countries)
    add_variables(model, "supplied", whole)
    add_variables(model, "most_supplied", whole)
    add_data(model, "supply_weight", whole, _weight(network))
    add_rows(model, "supply_by_country", countries, supply_by_country)
    add_rows(model, "supply_of_all", whole, supply_of_all)
    add_rows(model, "supply_of_largest", countries, supply_of_largest)
    model.largest_supply = Objective(rule=largest_supply)
    model.total_supply = Objective(rule=total_supply)


def _weight(network: Network) -> float:
    """Power of two that brings total demand near a million, where steps of 1e-6 are nothing."""
    demand = network.total_demand
    return float(2.0 ** np.round(np.log2(1e6 / demand))) if demand > 0 else 1.0


def bought(network: Network) -> tuple[IntArray, FloatArray, IntArray]:
    """Positions, expected amounts per unit and countries of purchases of demanded materials."""
    supply, frame = network.supply, network.frame
    offer, _, node = supply.buy.members.T
    amount = frame.demanded[supply.material] * network.tree.probability[node]
    at = np.flatnonzero(amount)
    return at, amount[at], frame.offer_country[offer[at]]


def made(network: Network) -> tuple[IntArray, FloatArray, IntArray]:
    """The same of runs that make demanded materials."""
    frame, run = network.frame, network.production.run
    plant, _, node = run.members.T
    site = np.array([frame.site[row.site] for row in network.case.plants], dtype=np.int64)
    amount = demanded_output(network) * network.tree.probability[node]
    at = np.flatnonzero(amount)
    return at, amount[at], frame.site_country[site[plant[at]]]


def supply_by_country(m: ConcreteModel, c: int) -> Any:
    """Expected supply of the demanded materials from a country."""
    return m.supplied_from[c] == sum(
        m.buy_counts[t] * m.buy[o, v, n] for t, o, v, n in m.BUY_FROM[c]
    ) + sum(m.run_counts[t] * m.run[p, r, n] for t, p, r, n in m.RUN_FROM[c])


def supply_of_all(m: ConcreteModel, k: int) -> Any:
    """Expected supply from all countries."""
    return m.supplied[k] == sum(m.supplied_from[c] for c in m.COUNTRIES)


def supply_of_largest(m: ConcreteModel, c: int) -> Any:
    """No country supplies more than the largest."""
    return m.supplied_from[c] <= sum(m.most_supplied[k] for k in m.SUPPLY)


def largest_supply(m: ConcreteModel) -> Any:
    """Expected supply from the country that supplies most [a power of two of units]."""
    return sum(m.supply_weight[k] * m.most_supplied[k] for k in m.SUPPLY)


def total_supply(m: ConcreteModel) -> Any:
    """Expected supply from all countries [the same power of two of units]."""
    return sum(m.supply_weight[k] * m.supplied[k] for k in m.SUPPLY)
