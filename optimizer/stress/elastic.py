r"""Arrays in which demand, safety stocks and minima may fall short, at a price.

An outage can make impossible what a case demands. From the start :math:`s` of an outage on,

.. math::
    deliver + short + missing_{j,n} + backlog - backlog_{anc(n)} &= D_{j,n}
        && \text{where demand must be met} \\
    stock_{k,n} + below_{k,n} &\ge S^{min}_{k,n}
        && \text{min\_level, cover, final\_level} \\
    \text{scope} + lacking_r &\ge \text{limit}_r
        && \text{hard minima of policies}

with the prices of :mod:`.worth`, discounted and expected like every cost. Before :math:`s` nothing
of this is allowed. An undisturbed plan is worked out with the same arrays, so that an outage never
gains anything by them.

What an outage leaves without any way out (goods that arrive where nothing can be done with them)
is not covered: see :func:`rescue_columns`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..arrays import Arrays
from ..indexing import as_columns
from ..network import Network
from ..tree import FloatArray, IntArray
from .appending import NewColumns, NewRows, with_columns, with_rows
from .worth import Worth

BoolArray = NDArray[np.bool_]
MINIMA = ("min_share", "min_quantity", "recycled_share")
"""Kinds of policies that may be lacking at the price of a limit."""


def elastic_arrays(network: Network, arrays: Arrays, worth: Worth, start: int) -> Arrays:
    """Arrays of a network (with decisions kept) in which an outage from ``start`` on has a plan.

    Adds the families ``missing`` (demand row, node), ``below`` (stockpile, node), ``lacking`` (row
    of limits) and ``few`` (window of suppliers), and the rows ``level_or_below``. Only the
    objective ``cost`` is kept.
    """
    arrays = replace(
        arrays,
        objectives={"cost": arrays.objectives["cost"]},
        offsets={"cost": arrays.offsets["cost"]},
        measures=None,
    )
    arrays, own_rows = _with_level_rows(network, arrays)
    open_at = network.tree.period >= start
    added = [
        _missing(network, arrays, worth, open_at),
        _below(network, arrays, worth, open_at, own_rows),
        *_lacking(network, arrays, worth, open_at),
    ]
    return with_columns(arrays, added)


def _most(open_at: BoolArray, node: IntArray) -> FloatArray:
    """Upper bounds: none at nodes where a family is open, 0 elsewhere."""
    return np.where(open_at[node], np.inf, 0.0)


def _missing(network: Network, arrays: Arrays, worth: Worth, open_at: BoolArray) -> NewColumns:
    market = network.market
    must = np.flatnonzero(market.short.positions(market.need.members) < 0)
    row, node = market.need.members[must].T
    material = network.frame.places(network.case.demand)[1][row]
    first = arrays.rows["demand_is_met_or_short"].start if len(must) else 0
    return NewColumns(
        "missing",
        market.need.members[must],
        _most(open_at, node),
        network.weight[node] * worth.unit[material],
        first + must,
        np.arange(len(must)),
        np.ones(len(must)),
    )


def _with_level_rows(network: Network, arrays: Arrays) -> tuple[Arrays, IntArray]:
    """Least levels that are bounds of columns as rows; and their (stockpile, node)."""
    inventory = network.inventory
    if "stock" not in arrays.columns:
        return arrays, np.zeros((0, 2), dtype=np.int64)
    part = arrays.columns["stock"]
    bounded = np.flatnonzero(arrays.lower[part] > 0)
    level = inventory.level.members[inventory.level_of_stock[bounded]]
    least = arrays.lower[part][bounded]
    lower = arrays.lower.copy()
    lower[part.start + bounded] = 0.0
    number = np.arange(len(bounded))
    rows = NewRows(
        "level_or_below", level, least, np.full(len(bounded), np.inf),
        number, part.start + bounded, np.ones(len(bounded)),
    )  # fmt: skip
    return with_rows(replace(arrays, lower=lower), [rows]), level


def _below(
    network: Network, arrays: Arrays, worth: Worth, open_at: BoolArray, own_rows: IntArray
) -> NewColumns:
    level, frame = network.inventory.level, network.frame
    families = ("level_or_below", "level_at_least", "stock_at_least_minimum")
    rows = [
        (arrays.rows[name].start + np.arange(len(arrays.members[name])), arrays.members[name])
        for name in families
        if name in arrays.rows
    ]
    where = np.concatenate([at for at, _ in rows]) if rows else np.zeros(0, dtype=np.int64)
    members = np.concatenate([m for _, m in rows]) if rows else own_rows
    which, owner = np.unique(level.positions(members), return_inverse=True)
    pile, node = level.members[which].T
    material = frame.places(network.case.stockpiles)[1][pile]
    return NewColumns(
        "below",
        as_columns(pile, node),
        _most(open_at, node),
        network.weight[node] * worth.stock[material, node],
        where,
        owner.reshape(-1),
        np.ones(len(where)),
    )


def _lacking(
    network: Network, arrays: Arrays, worth: Worth, open_at: BoolArray
) -> list[NewColumns]:
    """What hard minima of policies may lack, covers at the price of the stock they are about."""
    limits, case = network.limits, network.case
    policy = {row.policy: row for row in case.policies}
    hard = np.isnan(np.array(limits.penalty, dtype=float))
    node = np.array(limits.node, dtype=np.int64)
    price = np.zeros(len(node))
    for at, name in enumerate(limits.name):
        row = policy[name]
        if row.kind == "min_cover_days":
            own = network.frame.names.of("materials").select(row.materials)
            covered = [network.frame.material[one] for one in own]
            price[at] = worth.stock[covered, node[at]].max()
        elif row.kind in MINIMA:
            price[at] = worth.limit
    which = np.flatnonzero(hard & (price > 0))
    return [
        _limit_columns("lacking", arrays, "policy", which, node[which], -1.0, open_at,
                       price[which] * network.weight[node[which]]),
        _few(network, arrays, worth, open_at),
    ]  # fmt: skip


def _few(network: Network, arrays: Arrays, worth: Worth, open_at: BoolArray) -> NewColumns:
    """Suppliers that may be missing from a hard minimum."""
    counts = network.suppliers
    _, at_least, _, penalty = counts.arrays()
    windows = np.flatnonzero(at_least)
    chosen = np.flatnonzero(np.isnan(penalty[windows]))
    node = np.array(counts.total.node, dtype=np.int64)[windows[chosen]]
    cost = np.full(len(chosen), worth.limit) * network.weight[node]
    return _limit_columns("few", arrays, "enough_suppliers", chosen, node, 1.0, open_at, cost)


def _limit_columns(
    family: str,
    arrays: Arrays,
    rows: str,
    which: IntArray,
    node: IntArray,
    sign: float,
    open_at: BoolArray,
    cost: FloatArray,
) -> NewColumns:
    first = arrays.rows[rows].start if rows in arrays.rows else 0
    return NewColumns(
        family,
        which[:, None],
        _most(open_at, node),
        cost,
        first + which,
        np.arange(len(which)),
        np.full(len(which), sign),
    )


def rescue_columns(network: Network, arrays: Arrays, worth: Worth, start: int) -> list[NewColumns]:
    """Columns for the rare outage that no plan fits: goods left where they are, limits passed.

    ``stranded`` takes any variant out of any balance, ``beyond`` passes any hard limit of a
    policy, both at the price of a limit. They are no part of :func:`elastic_arrays`, where they
    could be cheaper than what the undisturbed plan does.
    """
    tree, weight = network.tree, network.weight
    open_at = tree.period >= start
    balance = network.balance.row
    node = balance.column(1)
    stranded = NewColumns(
        "stranded",
        balance.members,
        _most(open_at, node),
        weight[node] * worth.limit,
        arrays.rows["balance"].start + np.arange(len(node)) if len(node) else node,
        np.arange(len(node)),
        np.full(len(node), -1.0),
    )
    limits = network.limits
    hard = np.flatnonzero(np.isnan(np.array(limits.penalty, dtype=float)))
    at = np.array(limits.node, dtype=np.int64)[hard]
    beyond = _limit_columns(
        "beyond", arrays, "policy", hard, at, -1.0, open_at, weight[at] * worth.limit
    )
    _, at_least, _, penalty = network.suppliers.arrays()
    windows = np.flatnonzero(~at_least)
    chosen = np.flatnonzero(np.isnan(penalty[windows]))
    at = np.array(network.suppliers.total.node, dtype=np.int64)[windows[chosen]]
    many = _limit_columns(
        "many", arrays, "few_suppliers", chosen, at, -1.0, open_at, weight[at] * worth.limit
    )
    return [stranded, beyond, many]
