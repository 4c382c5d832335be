"""Which commitments are made before anybody knows the future, and which wait for what."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...models.plan import PLAN_TABLES, Tables
from ..network import Network
from .signals import Signals

WHICH = ["decision", "name", "row", "from", "to", "material"]
ALWAYS, ANYWAY = "whatever comes", "in every future"


def adaptive(network: Network, tables: Tables) -> pd.DataFrame:
    """A row for each decision and period: where it is made in which futures, and what for.

    Empty where only one future may come. Futures of probability 0 are left out: what a plan does
    in them costs nothing and means nothing.
    """
    tree, case = network.tree, network.case
    columns = list(PLAN_TABLES["adaptive"])
    futures = np.flatnonzero(tree.weights > 0)
    decided = tables["decisions"]
    if len(futures) < 2 or decided.empty:
        return pd.DataFrame(columns=columns)
    paths, names = tree.paths[futures], [tree.scenarios[at] for at in futures]
    signals: Signals | None = None
    rows = []
    rounded = decided.assign(quantity=decided["quantity"].round(6))
    for key, own in rounded.groupby([*WHICH, "period", "quantity"], sort=False):
        found = dict(zip([*WHICH, "period", "quantity"], key, strict=True))
        period = int(str(found["period"]))
        at = paths[:, period - 1]
        done = np.isin(at, own["node"].to_numpy(dtype=np.int64))
        if not done.any():
            continue
        before = bool((at == at[0]).all())
        if done.all():
            trigger = ALWAYS if before else ANYWAY
        else:
            signals = signals or Signals(network, tables, futures)
            trigger = signals.trigger(done, period)
        rows.append(
            {
                **found,
                "label": case.period_label(period),
                "commitment": "now" if before else "waits",
                "futures": ",".join(name for name, one in zip(names, done, strict=True) if one),
                "probability": float(tree.weights[futures][done].sum()),
                "cost": float(own["cost"].max()),
                "trigger": trigger,
            }
        )
    table = pd.DataFrame(rows, columns=columns)
    order = ["commitment", "period", "decision", "name", "futures"]
    return table.sort_values(order, ignore_index=True)
