"""Licences of a plan, what was drawn on them, and the states of the rules."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...models.plan import PLAN_TABLES
from ..controls import rule_states
from ..indexing import total_by
from ..network import Network
from ..network.technology import Permits, licence_nodes
from ..tree import FloatArray
from .reader import Reader, noticeable

TAKEN = 0.5
"""A yes/no decision above this is a yes."""


def licence_use(network: Network, reader: Reader) -> pd.DataFrame:
    """What moved under each application."""
    licences, case = network.licences, network.case
    amount = reader.of("drawn")
    kept = noticeable(amount)
    application, node = licences.draw.members[kept].T
    rule, exporter, destination, use, applied = licences.apply.members[application].T
    uses = network.movements.regime.marks.uses
    return pd.DataFrame(
        {
            "node": node,
            "period": network.tree.period[node],
            "control": [case.controls[at].control for at in rule],
            "exporter": [network.frame.countries[at] for at in exporter],
            "destination": [network.frame.countries[at] for at in destination],
            "end_use": [uses[at] for at in use],
            "applied": applied,
            "quantity": amount[kept],
        }
    )


def licences(network: Network, reader: Reader) -> pd.DataFrame:
    """Applications for goods, technology and services."""
    rows = _goods(network, reader) + _services(network, reader)
    production = network.production
    plants = [row.plant for row in network.case.plants]
    owners = [row.plant for row in network.case.expansions]
    rows += _technology(network, reader, "open", production.opening, plants)
    rows += _technology(network, reader, "modules", production.adding, owners)
    table = pd.DataFrame(rows, columns=list(PLAN_TABLES["licences"]))
    keys = ["period", "node", "control", "exporter", "destination", "end_use", "plant"]
    return table.sort_values(keys, ignore_index=True)


def _row(network: Network, rule: int, node: int) -> dict[str, object]:
    """What every licence has."""
    case, tree = network.case, network.tree
    period = int(tree.period[node])
    nodes = licence_nodes(network.frame, rule, node)
    usable = tree.period[nodes]
    days = network.frame.values.array("controls", "review_days")[rule, node]
    first = period + int(network.frame.time.lag(np.array([days]))[0])
    return {
        "node": node,
        "period": period,
        "label": case.period_label(period),
        "control": case.controls[rule].control,
        "end_use": "",
        "plant": "",
        "approval": float(network.movements.regime.approval[rule, node]),
        "first": first,
        "last": int(usable.max()) if len(usable) else first,
    }


def applied_quantity(network: Network, reader: Reader) -> tuple[FloatArray, FloatArray]:
    """What is drawn at most along a path, and applied for, of each application."""
    found = network.licences
    row, draw = found.drawn
    along = total_by(row, reader.of("drawn")[draw], len(found.total))
    used = np.zeros(len(found.apply))
    np.maximum.at(used, found.total.column(0), along)
    return used, np.where(found.approval > 0, used / np.maximum(found.approval, 1e-300), 0.0)


def applied(network: Network, reader: Reader) -> FloatArray:
    """1 for each application that is paid for, by application; 0 for the rest."""
    taken = np.zeros(len(network.licences.apply))
    paid = np.flatnonzero(network.licences.cost > 0)
    taken[paid] = reader.of("applying") > TAKEN
    return taken


def _goods(network: Network, reader: Reader) -> list[dict[str, object]]:
    found, frame = network.licences, network.frame
    used, quantity = applied_quantity(network, reader)
    taken = applied(network, reader)
    uses = network.movements.regime.marks.uses
    kept = np.union1d(noticeable(used), np.flatnonzero(taken))
    kept = kept[found.apply.column(4)[kept] >= 0]  # what was granted before is none of this plan
    rows = []
    for at in kept:
        rule, exporter, destination, use, node = found.apply.members[at].tolist()
        rows.append(
            {
                **_row(network, rule, node),
                "exporter": frame.countries[exporter],
                "destination": frame.countries[destination],
                "end_use": uses[use],
                "quantity": float(quantity[at]),
                "used": float(used[at]),
                "cost": float(found.cost[at] * taken[at]),
            }
        )
    return rows


def _origins(network: Network) -> dict[str | None, str]:
    return {row.technology: row.origin or "" for row in network.case.technologies}


def _services(network: Network, reader: Reader) -> list[dict[str, object]]:
    case, names, origins = network.case, network.frame.names, _origins(network)
    rows = []
    taken = reader.of("servicing") > TAKEN
    for at in np.flatnonzero(taken):
        rule, plant, node = network.production.services.apply.members[at].tolist()
        if node < 0:
            continue  # granted before
        row = case.plants[plant]
        rows.append(
            {
                **_row(network, rule, node),
                "exporter": origins.get(row.technology, ""),
                "destination": names.country[row.site],
                "plant": row.plant,
                "quantity": 1.0,
                "used": 1.0,
                "cost": float(network.frame.values.array("controls", "cost")[rule, node]),
            }
        )
    return rows


def _technology(
    network: Network, reader: Reader, family: str, permits: Permits, owners: list[str]
) -> list[dict[str, object]]:
    """Licences that opening plants or adding modules took."""
    amount = reader.of(family)
    if not len(amount):
        return []
    case, names, origins = network.case, network.frame.names, _origins(network)
    works = {row.plant: row for row in case.plants}
    built_with = [row.technology for row in case.plants]
    if family == "modules":
        built_with = [row.technology or works[row.plant].technology for row in case.expansions]
    rows = []
    for at in np.flatnonzero(amount > 1e-6):
        row, node = reader.members(family)[at].tolist()
        for rule, needed in permits.licences.items():
            if not needed[row, node]:
                continue
            price = network.frame.values.array("controls", "cost")[rule, node]
            rows.append(
                {
                    **_row(network, rule, node),
                    "exporter": origins.get(built_with[row], ""),
                    "destination": names.country[works[owners[row]].site],
                    "plant": owners[row],
                    "quantity": float(amount[at]),
                    "used": float(amount[at]),
                    "cost": float(price * amount[at]),
                }
            )
    return rows


def states(network: Network) -> pd.DataFrame:
    """State of every rule at every node."""
    case, tree = network.case, network.tree
    state = rule_states(case, tree, network.frame.values)
    rule, node = np.nonzero(np.ones(state.shape, dtype=bool))
    return pd.DataFrame(
        {
            "control": [case.controls[at].control for at in rule],
            "node": node,
            "period": tree.period[node],
            "status": state[rule, node],
            "in_force": network.movements.regime.in_force[rule, node],
        }
    )
