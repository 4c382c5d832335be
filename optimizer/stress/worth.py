"""What a unit is worth that nobody gets, or that a store lacks.

A stress test must always have an answer: where a case says that demand must be met, here it may go
short at a price for each unit, high enough that it is the last resort.

* Demand that must be met: what the caller says, else the highest ``shortage_cost`` of the material
  in the case, else of the case, else 100 times the highest price of the case.
* A safety stock drawn on: the price of the material for each unit missing at each period's end; for
  a material without price as for demand.
* A limit that an outage makes impossible (a minimum of a policy): the highest of the values of
  demand that must be met, for each unit of the policy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..network import Network
from ..tree import FloatArray

TIMES_THE_HIGHEST_PRICE = 100.0


@dataclass(frozen=True)
class Worth:
    """Values of what is missing [money/unit].

    Attributes:
        unit: of a unit never delivered, where demand must be met. Shape (materials,).
        stock: of a unit missing in a store at a period's end. Shape (materials, nodes).
        limit: of a unit beyond a limit.
        told: where ``unit`` comes from, in words.
    """

    unit: FloatArray
    stock: FloatArray
    limit: float
    told: str


def worth_of(network: Network, value: float | None = None) -> Worth:
    """Values for a network; ``value`` [money/unit] is the caller's for demand that must be met."""
    frame, case = network.frame, network.case
    materials = [frame.material[row.material] for row in case.demand]
    costs = np.nan_to_num(frame.values.array("demand", "shortage_cost")).max(axis=1, initial=0.0)
    own = np.zeros(len(frame.materials))
    np.maximum.at(own, materials, costs)
    highest = _highest_price(network)
    if value is not None:
        unit, told = np.full(len(own), value), "as asked"
    elif own.any():
        unit = np.where(own > 0, own, own.max())
        told = "the highest shortage_cost of the material, else of the case"
    else:
        unit = np.full(len(own), TIMES_THE_HIGHEST_PRICE * highest)
        told = f"{TIMES_THE_HIGHEST_PRICE:g} times the highest price of the case"
    stock = np.where(frame.price > 0, frame.price, unit[:, None])
    return Worth(unit, stock, float(unit.max(initial=1.0)), told)


def _highest_price(network: Network) -> float:
    """Highest price of a material, an offer, a tier or a delivery; 1 where there is none."""
    highest = 0.0
    for table in ("materials", "offers", "offer_tiers", "demand"):
        prices = np.nan_to_num(network.frame.values.compact(table, "price"))
        highest = max(highest, float(prices.max(initial=0.0)))
    return highest or 1.0
