r"""Controls: quotas, one pool for all that a rule hits together.

.. math::
    \sum_{f \in HIT(w)} buy_f + \sum_{f \in HIT(w)} ship_f \le quota_w
    \qquad \forall\ \text{windows } w

Bans leave flows out of the network, reviews lengthen their lead times and duties are part of their
cost, so that none of these needs a row. Where a rule names end uses or end users the same goods can
move in several ways, each a flow of its own: as the rule asks, or under its mark; only the first
count towards its quota. Licences have a family of their own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel

from ..indexing import Index
from ..network import Network
from .components import add_data, add_rows, add_set
from .policies import add_terms


def add_controls(model: ConcreteModel, network: Network) -> None:
    """Add the quotas of rules [unit]."""
    rows = network.quotas
    keys = add_set(model, "QUOTAS", Index(np.arange(len(rows.name))))
    add_data(model, "quota_limit", keys, rows.room())
    add_terms(model, "quota", rows, keys, (("buy", "PURCHASES"), ("ship", "SHIPMENTS")))
    add_rows(model, "quota", keys, within_quota)


def within_quota(m: ConcreteModel, r: int) -> Any:
    """All that a rule hits in a window fits its quota."""
    return (
        sum(m.quota_buy_amount[t] * m.buy[o, v, n] for t, o, v, n in m.quota_BUY[r])
        + sum(m.quota_ship_amount[t] * m.ship[k, v, n] for t, k, v, n in m.quota_SHIP[r])
        <= m.quota_limit[r]
    )
