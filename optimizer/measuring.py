"""The linear forms behind risk and concentration, from a network and its arrays."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from .arrays import Arrays
from .formulation.charges import charges, unavoidable
from .formulation.concentration import bought, made
from .measures import Measures
from .network import Network
from .tree import FloatArray, IntArray


def measures_of(network: Network, arrays: Arrays) -> Measures:
    """Linear forms of the columns that tell the risk and concentration of any point."""
    return Measures(
        *_spent(network, arrays),
        weights=network.tree.weights,
        level=network.case.case.cvar_level,
        supplied=_supplied(network, arrays),
    )


def _spent(network: Network, arrays: Arrays) -> tuple[sparse.csr_array, FloatArray]:
    """Discounted cost of each scenario: coefficients, and what no decision changes."""
    tree, width = network.tree, arrays.matrix.shape[1]
    cost = arrays.objectives["cost"]
    if len(tree.scenarios) == 1:
        return sparse.csr_array(cost[None, :]), np.array([arrays.offsets["cost"]])

    def parts(family: str) -> tuple[IntArray, FloatArray]:
        if family not in arrays.columns:
            return np.zeros((0, 1), dtype=np.int64), np.zeros(0)
        return arrays.members[family], cost[arrays.columns[family]]

    found = charges(network, parts)
    node = np.concatenate([charge.node for charge in found])
    column = np.concatenate(
        [charge.position + arrays.columns[charge.family].start for charge in found]
    )
    amount = np.concatenate([charge.amount for charge in found])
    by_node = sparse.coo_array((amount, (node, column)), shape=(tree.size, width)).tocsr()
    scenario = np.repeat(np.arange(len(tree.scenarios)), tree.periods)
    on_path = sparse.coo_array(
        (np.ones(len(scenario)), (scenario, tree.paths.ravel())),
        shape=(len(tree.scenarios), tree.size),
    ).tocsr()
    return sparse.csr_array(on_path @ by_node), np.asarray(on_path @ unavoidable(network))


def _supplied(network: Network, arrays: Arrays) -> sparse.csr_array:
    """Expected supply of the demanded materials from each country."""
    rows, columns, amounts = [], [], []
    for family, (position, amount, country) in (("buy", bought(network)), ("run", made(network))):
        rows.append(country)
        columns.append(position + arrays.columns[family].start)
        amounts.append(amount)
    places = (np.concatenate(rows), np.concatenate(columns))
    shape = (len(network.frame.countries), arrays.matrix.shape[1])
    return sparse.coo_array((np.concatenate(amounts), places), shape=shape).tocsr()
