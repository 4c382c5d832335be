r"""Licences: goods move under what was applied for, and plants keep running under services.

For a licence :math:`a` with key (rule, exporter, destination, end use) applied for at node m, with
the need :math:`N_a` behind it and approval :math:`\alpha_a`; what moves at n under a key
:math:`\kappa` draws on applications of that key that are usable there:

.. math::
    \sum_{f \in MOVED(\kappa, n)} flow_f &= \sum_{a \in USABLE(\kappa, n)} drawn_{a,n} \\
    \sum_{n \in PATH(l)} drawn_{a,n} &\le \alpha_a N_a\, applying_a \qquad \forall\ \text{paths } l

with :math:`applying_a = 1` where an application costs nothing, and where it was made before period
1: there :math:`\alpha_a N_a` is what was granted and is left. For a service licence :math:`s` of a
plant, with uptimes :math:`u` and gains :math:`g` of activity as in :mod:`..network.technology`:

.. math::
    \sum_r run_{p,r,n} &\le u^{base}_k\, \bar a_{p,n}\, avail_{p,n}
      + \sum_{(x,m) \in READY(p,n)} u_{k,x}\, s_{x,m}\, modules_{x,m}
      + \sum_s g_{k,s}\, servicing_s \qquad \forall\ \text{rows } k \\
    \sum_{s \in USABLE(p,n)} servicing_s &\le 1
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel

from ..indexing import Index, as_columns, distinct, matching
from ..network import Network
from ..tree import IntArray
from .bigm import require_finite
from .components import add_data, add_incidence, add_rows, add_set, add_variables


def add_licences(model: ConcreteModel, network: Network) -> None:
    """Add what is drawn on licences [unit], applications, and service licences."""
    licences, weight = network.licences, network.weight
    applications = np.arange(len(licences.apply))
    draws = add_set(model, "LICENCE_DRAWS", licences.draw)
    add_variables(model, "drawn", draws)
    paid = np.flatnonzero(licences.cost > 0)
    keys = add_set(model, "PAID_APPLICATIONS", Index(applications[paid]))
    add_variables(model, "applying", keys, "binary")
    node = licences.apply.column(4)[paid]
    add_data(model, "apply_cost", keys, weight[node] * licences.cost[paid])

    moved = add_set(model, "MOVED_UNDER_LICENCE", Index(np.arange(len(licences.moved))))
    for name, (rows, positions), members in (
        ("LICENSED_BUYS", licences.buys, network.supply.buy.members),
        ("LICENSED_SHIPMENTS", licences.ships, network.shipping.ship.members),
        ("LICENSED_DRAWS", licences.draws, licences.draw.members),
    ):
        add_incidence(model, name, moved, rows, members[positions])
    add_rows(model, "moved_under_licence", moved, moved_under_licence)

    row, draw = licences.drawn
    application = licences.total.column(0)
    free = licences.cost[application] == 0
    allowed = licences.approval[application] * licences.most[application]
    totals = Index(np.arange(len(application)))
    all_totals = add_set(model, "LICENCE_TOTALS", totals)
    add_incidence(model, "DRAWN_IN", all_totals, row, licences.draw.members[draw])
    add_data(model, "granted", all_totals, allowed)
    which = np.flatnonzero(~free)
    applied = add_set(model, "PAID_TOTALS", Index(which))
    add_incidence(model, "APPLIED_FOR", applied, np.arange(len(which)), application[which])
    unpaid = add_set(model, "FREE_TOTALS", Index(np.flatnonzero(free)))
    add_rows(model, "drawn_within_licence", unpaid, drawn_within_licence)
    add_rows(model, "drawn_within_application", applied, drawn_within_application)
    _add_services(model, network)


def moved_under_licence(m: ConcreteModel, k: int) -> Any:
    """What moves under licences of one key draws on applications of that key."""
    return sum(m.buy[o, c, n] for o, c, n in m.LICENSED_BUYS[k]) + sum(
        m.ship[p, c, n] for p, c, n in m.LICENSED_SHIPMENTS[k]
    ) == sum(m.drawn[a, n] for a, n in m.LICENSED_DRAWS[k])


def drawn_within_licence(m: ConcreteModel, t: int) -> Any:
    """Along a path no more is drawn on a free application than is approved."""
    return sum(m.drawn[a, n] for a, n in m.DRAWN_IN[t]) <= m.granted[t]


def drawn_within_application(m: ConcreteModel, t: int) -> Any:
    """Along a path no more is drawn on an application than is applied for and approved."""
    return sum(m.drawn[a, n] for a, n in m.DRAWN_IN[t]) <= sum(
        m.granted[t] * m.applying[a] for a in m.APPLIED_FOR[t]
    )


def _add_services(model: ConcreteModel, network: Network) -> None:
    """Add service licences and the limits on runs that they lift."""
    production = network.production
    services, rows = production.services, production.service_rows
    rule, plant, node = services.apply.members.T
    applications = add_set(model, "SERVICE_APPLICATIONS", Index(np.arange(len(rule))))
    before, node = node < 0, np.maximum(node, 0)  # before period 1: held, and paid
    held = {"lower": before.astype(float), "upper": np.ones(len(node))} if before.any() else {}
    add_variables(model, "servicing", applications, "binary", **held)
    cost = network.weight[node] * network.at("controls", "cost", rule, node)
    cost = np.where(before, 0.0, cost)
    add_data(model, "service_cost", applications, cost)

    at, when = services.usable
    pairs, of_pair = distinct(as_columns(rule[at], plant[at], when))
    once = add_set(model, "SERVICED", Index(pairs))
    add_incidence(model, "SERVICED_BY", once, of_pair, at)
    add_rows(model, "one_service_licence", once, one_service_licence)
    require_finite(
        network, "plants", production.slot.column(0)[rows.slot], production.most[rows.slot],
        "technology under a service rule",
    )  # fmt: skip
    _add_service_rows(model, network)


def _add_service_rows(model: ConcreteModel, network: Network) -> None:
    production = network.production
    rows = production.service_rows
    plant, node = production.slot.members[rows.slot].T
    keys = add_set(model, "SERVICE_LIMITS", Index(np.arange(len(rows.slot))))
    capacity = network.at("plants", "capacity", plant, node)
    own = np.where(rows.base > 0, capacity * rows.base, 0.0)
    endless = ~np.isfinite(own)
    own = np.where(endless, production.most[rows.slot], own)
    existing = ~production.candidate[rows.slot]
    add_data(model, "base_room", keys, np.where(existing, own, 0.0))
    add_data(model, "opened_room", keys, own)
    row_runs, run = matching(rows.slot, production.slot_of_run)
    add_incidence(model, "SERVICED_RUNS", keys, row_runs, production.run.members[run])
    _by_slot(model, keys, "SERVICED_OPENINGS", rows.slot, production.opened, production.open)
    at, module = _spread(rows.slot, production.ready)
    uptime = rows.module[at, production.module.column(0)[module]]
    terms = add_set(model, "SERVICED_MODULE_TERMS", Index(np.arange(len(at))))
    add_data(model, "module_uptime", terms, uptime)
    members = np.column_stack([np.arange(len(at)), production.module.members[module]])
    add_incidence(model, "SERVICED_MODULES", keys, at, members)
    row, application, gain = rows.licence
    terms = add_set(model, "SERVICE_GAINS", Index(np.arange(len(row))))
    add_data(model, "service_gain", terms, np.minimum(gain, production.most[rows.slot[row]]))
    members = as_columns(np.arange(len(row)), application)
    add_incidence(model, "GAINED_BY", keys, row, members)
    add_rows(model, "run_within_service", keys, run_within_service)


def _spread(slots: IntArray, pairs: tuple[IntArray, IntArray]) -> tuple[IntArray, IntArray]:
    """(row, position) for rows of slots, from (slot, position)."""
    row, at = matching(slots, pairs[0])
    return row, pairs[1][at]


def _by_slot(
    model: ConcreteModel,
    keys: Any,
    name: str,
    slots: IntArray,
    pairs: tuple[IntArray, IntArray],
    points: Index,
) -> None:
    row, position = _spread(slots, pairs)
    add_incidence(model, name, keys, row, points.members[position])


def one_service_licence(m: ConcreteModel, r: int, p: int, n: int) -> Any:
    """A plant runs under one service licence of a rule at a time."""
    return sum(m.servicing[a] for a in m.SERVICED_BY[r, p, n]) <= 1


def run_within_service(m: ConcreteModel, k: int) -> Any:
    """What a plant can run with the uptime that its service licences leave."""
    return sum(m.run[p, r, n] for p, r, n in m.SERVICED_RUNS[k]) <= m.base_room[k] + sum(
        m.opened_room[k] * m.open[p, n] for p, n in m.SERVICED_OPENINGS[k]
    ) + sum(
        m.module_uptime[t] * m.module_size[x, n] * m.modules[x, n]
        for t, x, n in m.SERVICED_MODULES[k]
    ) + sum(m.service_gain[t] * m.servicing[a] for t, a in m.GAINED_BY[k])
