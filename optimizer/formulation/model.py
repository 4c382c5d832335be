"""The Pyomo model of a network: the families, in the order in which they build on each other."""

from __future__ import annotations

from collections.abc import Collection

from pyomo.environ import ConcreteModel

from ..network import Network
from ..tree import FloatArray
from .balance import add_balance
from .concentration import add_concentration
from .controls import add_controls
from .demand import add_demand
from .lanes import add_lanes
from .licences import add_licences
from .objectives import add_objectives
from .policies import add_policies
from .production import add_production
from .renewal import Renewal
from .risk import RISKS, add_risk
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

MEASURES = (*RISKS, "concentration")
"""Objectives that need rows of their own, which only those who ask for them pay for."""


def build_model(
    network: Network, measures: Collection[str] = (), alone: FloatArray | None = None
) -> ConcreteModel:
    """Pyomo model of a network; build it inside :func:`secondsource.optimizer.compiled.templates`.

    Args:
        network: the network.
        measures: names of the objectives in MEASURES to add; other names add nothing.
        alone: least cost of each scenario planned for alone, for regret. Shape (scenarios,).

    Raises:
        UnboundedDecisionError: a yes/no decision over an amount that nothing bounds.
        ValueError: regret is asked for without ``alone``.
    """
    model = ConcreteModel(name=network.case.case.name)
    _state(model, network, measures, alone)
    return model


def renew_model(renewal: Renewal, network: Network, measures: Collection[str] = ()) -> None:
    """Give a model the numbers of another network of the same case, in place.

    Raises:
        OtherShapeError: the numbers change which rows or columns there are. What was renewed until
            then stays so.
    """
    _state(renewal, network, measures)
    renewal.finish()


def _state(
    model: ConcreteModel | Renewal,
    network: Network,
    measures: Collection[str],
    alone: FloatArray | None = None,
) -> None:
    for add_family in FAMILIES:
        add_family(model, network)
    add_risk(model, network, measures, alone)
    if "concentration" in measures:
        add_concentration(model, network)
