"""What a plan buys, moves, makes, gets back and throws away."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..network import Network
from .money import purchase_cost
from .reader import Reader, labels, licences_of, marks, materials, noticeable, rules_of


def nodes(network: Network) -> pd.DataFrame:
    """Nodes of the tree."""
    tree = network.tree
    return pd.DataFrame(
        {
            "node": np.arange(tree.size),
            "period": tree.period,
            "label": [network.case.period_label(int(period)) for period in tree.period],
            "parent": tree.parent,
            "probability": tree.probability,
            "scenario": list(tree.owner),
            "discount": network.frame.time.discount,
        }
    )


def orders(network: Network, reader: Reader) -> pd.DataFrame:
    """Orders through offers."""
    supply, case = network.supply, network.case
    amount = reader.of("buy")
    kept = noticeable(amount)
    offer, cargo, node = supply.buy.members[kept].T
    variant, routes = supply.after[kept], supply.routes.where(kept)
    rows = [case.offers[at] for at in offer]
    period = network.tree.period[node]
    return pd.DataFrame(
        {
            "node": node,
            "period": period,
            "offer": [row.offer for row in rows],
            "supplier": labels(network.frame.operators, network.frame.offer_supplier[offer]),
            "origin": labels(network.frame.countries, network.frame.offer_country[offer]),
            "site": [row.site for row in rows],
            "material": materials(network, variant),
            "marks": marks(network, variant),
            "quantity": amount[kept],
            "purchase": purchase_cost(network, amount)[kept],
            "tariff": supply.tariff[kept] * amount[kept],
            "days": supply.days[kept],
            "arrives": period + supply.lag[kept],
            "licences": licences_of(network, cargo),
            "review": supply.waiting[kept],
            "rules": rules_of(network, routes),
        }
    )


def shipments(network: Network, reader: Reader) -> pd.DataFrame:
    """Shipments on lanes."""
    shipping, pairs, case = network.shipping, network.movements.pairs, network.case
    amount = reader.of("ship")
    kept = noticeable(amount)
    pair, cargo, node = shipping.ship.members[kept].T
    period = network.tree.period[node]
    return pd.DataFrame(
        {
            "node": node,
            "period": period,
            "lane": labels([row.lane for row in case.lanes], pairs.row[pair]),
            "from": labels(network.frame.sites, pairs.start[pair]),
            "to": labels(network.frame.sites, pairs.end[pair]),
            "material": materials(network, shipping.before[kept]),
            "marks": marks(network, shipping.before[kept]),
            "arrives_as": marks(network, shipping.after[kept]),
            "quantity": amount[kept],
            "transport": shipping.freight[kept] * amount[kept],
            "tariff": shipping.tariff[kept] * amount[kept],
            "days": shipping.days[kept],
            "arrives": period + shipping.lag[kept],
            "licences": licences_of(network, cargo),
            "review": shipping.waiting[kept],
            "rules": rules_of(network, shipping.routes.where(kept)),
        }
    )


def production(network: Network, reader: Reader) -> pd.DataFrame:
    """Runs of plants."""
    case = network.case
    amount = reader.of("run")
    kept = noticeable(amount)
    plant, mode, node = network.production.run.members[kept].T
    rows = [case.plants[at] for at in plant]
    return pd.DataFrame(
        {
            "node": node,
            "period": network.tree.period[node],
            "plant": [row.plant for row in rows],
            "site": [row.site for row in rows],
            "process": [row.process for row in rows],
            "mode": mode,
            "activity": amount[kept],
            "variable": network.at("plants", "variable_cost", plant, node) * amount[kept],
        }
    )


def conversions(network: Network, reader: Reader) -> pd.DataFrame:
    """What runs take and give."""
    case, production, balance = network.case, network.production, network.balance
    amount = reader.of("run")
    quantity = network.frame.values.array("recipes", "quantity")
    parts = []
    for all_rows, recipes, runs in (balance.used, balance.made):
        kept = np.flatnonzero(np.isin(runs, noticeable(amount)))
        rows, recipe, run = all_rows[kept], recipes[kept], runs[kept]
        node = balance.row.column(1)[rows]
        plant, mode, started = production.run.members[run].T
        parts.append(
            pd.DataFrame(
                {
                    "node": node,
                    "started": started,
                    "plant": labels([row.plant for row in case.plants], plant),
                    "mode": mode,
                    "material": labels([row.material for row in case.recipes], recipe),
                    "marks": marks(network, balance.place.column(1)[balance.row.column(0)[rows]]),
                    "quantity": quantity[recipe, node] * amount[run],
                }
            )
        )
    return pd.concat([*parts, _draws(network, reader)], ignore_index=True)


def _draws(network: Network, reader: Reader) -> pd.DataFrame:
    """What runs draw of inputs that can be of several variants."""
    case, amount = network.case, reader.of("draw")
    kept = noticeable(amount)
    recipe, plant, mode, node, variant = network.production.draw.members[kept].T
    return pd.DataFrame(
        {
            "node": node,
            "started": node,
            "plant": labels([row.plant for row in case.plants], plant),
            "mode": mode,
            "material": labels([row.material for row in case.recipes], recipe),
            "marks": marks(network, variant),
            "quantity": -amount[kept],
        }
    )


def returns(network: Network, reader: Reader) -> pd.DataFrame:
    """What comes back from deliveries."""
    balance = network.balance
    rows, back, source = balance.returned
    place, node = balance.row.members[rows].T
    amount = network.at("returns", "share", back, node) * reader.of("deliver")[source]
    kept = noticeable(amount)
    returned = [network.case.returns[at] for at in back[kept]]
    return pd.DataFrame(
        {
            "node": node[kept],
            "row": back[kept] + 1,
            "site": [row.site for row in returned],
            "material": [row.material for row in returned],
            "marks": marks(network, balance.place.column(1)[place[kept]]),
            "quantity": amount[kept],
        }
    )


def disposals(network: Network, reader: Reader) -> pd.DataFrame:
    """What is thrown away or sold off."""
    amount = reader.of("dispose")
    kept = noticeable(amount)
    row, variant, node = network.market.dispose.members[kept].T
    rows = [network.case.disposal[at] for at in row]
    return pd.DataFrame(
        {
            "node": node,
            "period": network.tree.period[node],
            "site": [one.site for one in rows],
            "material": [one.material for one in rows],
            "marks": marks(network, variant),
            "quantity": amount[kept],
            "cost": network.at("disposal", "cost", row, node) * amount[kept],
        }
    )
