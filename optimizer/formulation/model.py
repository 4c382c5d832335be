"""The Pyomo model of a network: the families, in the order in which they build on each other."""

from __future__ import annotations

from pyomo.environ import ConcreteModel

from ..network import Network
from .balance import add_balance
from .controls import add_controls
from .demand import add_demand
from .lanes import add_lanes
from .licences import add_licences
from .objectives import add_objectives
from .policies import add_policies
from .production import add_production
from .stock import add_stock
from .supply import add_supply
from .tiers import add_tiers

FAMILIES = (
    add_supply,
    add_tiers,
    add_production,
    add_lanes,
    add_stock,
    add_demand,
    add_balance,
    add_policies,
    add_controls,
    add_licences,
    add_objectives,
)


def build_model(network: Network) -> ConcreteModel:
    """Pyomo model of a network; build it inside :func:`secondsource.optimizer.compiled.templates`.

    Raises:
        UnboundedDecisionError: a yes/no decision over an amount that nothing bounds.
    """
    model = ConcreteModel(name=network.case.case.name)
    for add_family in FAMILIES:
        add_family(model, network)
    return model
