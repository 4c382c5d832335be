"""From a solution vector to the tables of a plan."""

from __future__ import annotations

from ...models.plan import PLAN_TABLES, Tables
from ..arrays import Arrays
from ..measures import conditional_value_at_risk
from ..network import Network
from ..tree import FloatArray
from .adaptive import adaptive
from .decisions import decisions
from .flows import conversions, disposals, nodes, orders, production, returns, shipments
from .licences import licence_use, licences, states
from .measures import concentration, scenario_costs, supply_shares
from .money import cash_flow
from .policies import policy_use
from .reader import Reader
from .rule_use import rule_use
from .scenarios import Alone, scenarios
from .service import deliveries, service, stock

__all__ = [
    "Alone",
    "build_tables",
    "concentration",
    "conditional_value_at_risk",
    "scenario_costs",
]


def build_tables(
    network: Network, arrays: Arrays, point: FloatArray, alone: Alone | None = None
) -> Tables:
    """Tables of a plan, as described in :data:`secondsource.models.plan.PLAN_TABLES`.

    Args:
        network: the network.
        arrays: the arrays that were solved.
        point: a solution. Shape (columns,).
        alone: the best plan of each scenario by itself, where somebody asked.
    """
    reader = Reader(arrays, point)
    tables: Tables = {
        "nodes": nodes(network),
        "orders": orders(network, reader),
        "shipments": shipments(network, reader),
        "production": production(network, reader),
        "conversions": conversions(network, reader),
        "stock": stock(network, reader),
        "deliveries": deliveries(network, reader),
        "service": service(network, reader),
        "returns": returns(network, reader),
        "disposals": disposals(network, reader),
        "decisions": decisions(network, reader),
    }
    tables["licences"] = licences(network, reader)
    tables["licence_use"] = licence_use(network, reader)
    tables["rule_states"] = states(network)
    tables["policy_use"] = policy_use(network, reader)
    tables["cash"] = cash_flow(network, reader, tables)
    tables["rule_use"] = rule_use(network, tables)
    tables["shares"] = supply_shares(network, tables)
    tables["scenarios"] = scenarios(network, tables, alone)
    tables["adaptive"] = adaptive(network, tables)
    return {name: table[list(PLAN_TABLES[name])] for name, table in tables.items()}
