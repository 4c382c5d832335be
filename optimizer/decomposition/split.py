r"""Where futures part: the arrays of an extensive form as a trunk and the blocks that hang on it.

The trunk holds what is decided before a period, each subtree of the scenario tree from there on is
a block. With trunk columns x and the columns :math:`y_s` of block s the extensive form reads

.. math::
    \min\; c x + \sum_s w_s\, q_s y_s \quad\text{with}\quad x \in X,\quad
    l_s \le T_s x + W_s y_s \le u_s

The split is checked, not assumed: a row that holds columns of two blocks couples them, and
a model with such rows (a limit on an expected value, say) does not part.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import sparse

from ..arrays import Arrays
from ..labels import KINDS
from ..network import Network
from ..tree import FloatArray, IntArray, Tree

TRUNK, UNKNOWN = -1, -2


@dataclass(frozen=True)
class Piece:
    """Rows and columns of the extensive form that are solved together.

    Attributes:
        columns: positions in the extensive form. Shape (columns,).
        rows: likewise. Shape (rows,).
        matrix: coefficients of the columns in the rows.
        trunk: coefficients of the trunk's columns ``link`` in the rows; of the trunk itself none.
        link: positions in the trunk of the columns that reach into the rows. Shape (links,).
        link_lower, link_upper, link_integer: bounds and integrality of these. Shape (links,).
        cost: objective per unit of probability. Shape (columns,).
        weight: what the objective is multiplied by.
        row_lower, row_upper, lower, upper, integer: see :class:`Arrays`.
    """

    columns: IntArray
    rows: IntArray
    matrix: sparse.csr_array
    trunk: sparse.csr_array
    link: IntArray
    link_lower: FloatArray
    link_upper: FloatArray
    link_integer: np.ndarray
    cost: FloatArray
    weight: float
    row_lower: FloatArray
    row_upper: FloatArray
    lower: FloatArray
    upper: FloatArray
    integer: np.ndarray


@dataclass(frozen=True)
class Place:
    """Where every column of the extensive form went.

    Attributes:
        block: its block, or TRUNK. Shape (columns,).
        position: its place there. Shape (columns,).
        trunk: columns of the trunk. Shape (columns of the trunk,).
    """

    block: IntArray
    position: IntArray
    trunk: IntArray


@dataclass(frozen=True)
class Split:
    """A trunk and its blocks.

    Attributes:
        trunk: what is decided before futures part.
        blocks: one for each subtree.
        period: first period of the blocks.
        offset: constant of the objective.
        size: columns of the extensive form.
    """

    trunk: Piece
    blocks: list[Piece]
    period: int
    offset: float
    size: int

    def point(self, trunk: FloatArray, parts: list[FloatArray]) -> FloatArray:
        """The point of the extensive form of these parts. Shape (columns,)."""
        whole = np.zeros(self.size)
        whole[self.trunk.columns] = trunk
        for block, part in zip(self.blocks, parts, strict=True):
            whole[block.columns] = part
        return whole


def parting_period(tree: Tree) -> int | None:
    """The period at which it is best to cut the tree into a trunk and subtrees; None without any.

    Work grows faster than size, so the squares of the sizes of all parts shall be least.
    """
    sizes = np.bincount(tree.period, minlength=tree.periods + 1)
    best, chosen = np.inf, None
    for period in range(1, tree.periods + 1):
        roots = tree.in_period(period)
        if len(roots) < 2:
            continue
        own = tree.path_at[:, period - 1]
        blocks = np.bincount(own[own >= 0], minlength=tree.size)[roots].astype(float)
        work = float(sizes[:period].sum()) ** 2 + float((blocks**2).sum())
        if work < best:
            best, chosen = work, period
    return chosen


def split(network: Network, arrays: Arrays, objective: str, period: int) -> Split | None:
    """The arrays as a trunk and one block for each node of a period; None if rows couple blocks.

    Args:
        network: what the arrays stand for.
        arrays: the extensive form.
        objective: the linear objective to minimise.
        period: first period of the blocks.
    """
    tree = network.tree
    roots = tree.in_period(period)
    number = np.full(tree.size, TRUNK)
    number[roots] = np.arange(len(roots))
    root = tree.path_at[:, period - 1]
    of_node = np.where(root >= 0, number[root], TRUNK)
    matrix = arrays.matrix.tocsr()
    of_column = _assigned(matrix, _known(arrays, tree, of_node))
    of_row, coupled = _blocks_of_rows(matrix, of_column)
    if coupled:
        return None
    costs = arrays.objectives[objective]
    by_column, by_row = _grouped(of_column, len(roots)), _grouped(of_row, len(roots))
    position = np.empty(matrix.shape[1], dtype=np.int64)
    for columns in by_column:
        position[columns] = np.arange(len(columns))
    place = Place(of_column, position, by_column[0])
    weights = [1.0, *tree.probability[roots].tolist()]
    trunk, *blocks = (
        _piece(arrays, rows, columns, matrix[rows], costs, place, at + TRUNK, weight)
        for at, (rows, columns, weight) in enumerate(zip(by_row, by_column, weights, strict=True))
    )
    return Split(trunk, blocks, period, arrays.offsets[objective], matrix.shape[1])


def _known(arrays: Arrays, tree: Tree, of_node: IntArray) -> IntArray:
    """Block of every column whose family names a node: that of the latest; else UNKNOWN."""
    found = np.full(arrays.matrix.shape[1], UNKNOWN, dtype=np.int64)
    for family, where in arrays.columns.items():
        at = [place for place, kind in enumerate(KINDS[family]) if kind == "node"]
        if at and where.stop > where.start:
            nodes = arrays.members[family][:, at]
            latest = np.take_along_axis(nodes, np.argmax(tree.period[nodes], axis=1)[:, None], 1)
            found[where] = of_node[latest[:, 0]]
    return found


def _assigned(matrix: sparse.csr_array, known: IntArray) -> IntArray:
    """Blocks of all columns: one unknown goes where its rows are, or to the trunk."""
    block = known.copy()
    by_column = matrix.tocsc()
    while (block == UNKNOWN).any():
        low, high = _range(matrix, np.where(block >= 0, block, TRUNK))
        unknown = np.flatnonzero(block == UNKNOWN)
        least, most = _range(by_column[:, unknown].T.tocsr(), high, low)
        one = (most >= 0) & (least == most)
        if not (most >= 0).any():
            block[unknown] = TRUNK
            break
        block[unknown[one]] = most[one]
        block[unknown[(most >= 0) & ~one]] = TRUNK
    return block


def _range(
    matrix: sparse.csr_array, high: IntArray, low: IntArray | None = None
) -> tuple[IntArray, IntArray]:
    """Least and most block among the entries of each row, TRUNK for rows without any."""
    low = high if low is None else low
    filled = np.flatnonzero(np.diff(matrix.indptr) > 0)
    starts = matrix.indptr[filled]
    most = np.full(matrix.shape[0], TRUNK, dtype=np.int64)
    least = np.full(matrix.shape[0], TRUNK, dtype=np.int64)
    if len(filled):
        most[filled] = np.maximum.reduceat(high[matrix.indices], starts)
        bottom = np.where(low >= 0, low, np.iinfo(np.int64).max)
        least[filled] = np.minimum.reduceat(bottom[matrix.indices], starts)
    return np.where(most >= 0, least, TRUNK), most


def _blocks_of_rows(matrix: sparse.csr_array, block: IntArray) -> tuple[IntArray, bool]:
    """Block of every row, and whether some row holds columns of several."""
    least, most = _range(matrix, block)
    return most, bool((least != most).any())


def _grouped(block: IntArray, count: int) -> list[IntArray]:
    """Positions of the trunk, then of each block."""
    order = np.argsort(block, kind="stable")
    ends = np.searchsorted(block[order], np.arange(TRUNK, count + 1))
    return [order[a:b] for a, b in pairwise(ends)]


def _piece(
    arrays: Arrays,
    rows: IntArray,
    columns: IntArray,
    own: sparse.csr_array,
    costs: FloatArray,
    place: Place,
    block: int,
    weight: float,
) -> Piece:
    """Rows and columns of a block, or of the trunk, without anything of the model's full width."""
    weight = weight if weight > 0 else 1.0
    mine = place.block[own.indices] == block
    outside = place.position[own.indices[~mine]]
    link, at_link = np.unique(outside, return_inverse=True)
    from_trunk = place.trunk[link]
    return Piece(
        columns=columns,
        rows=rows,
        matrix=_entries(own, mine, place.position[own.indices[mine]], len(columns)),
        trunk=_entries(own, ~mine, at_link, len(link)),
        link=link,
        link_lower=arrays.lower[from_trunk],
        link_upper=arrays.upper[from_trunk],
        link_integer=arrays.integer[from_trunk],
        cost=costs[columns] / weight,
        weight=weight,
        row_lower=arrays.row_lower[rows],
        row_upper=arrays.row_upper[rows],
        lower=arrays.lower[columns],
        upper=arrays.upper[columns],
        integer=arrays.integer[columns],
    )


def _entries(
    matrix: sparse.csr_array, kept: np.ndarray, columns: IntArray, width: int
) -> sparse.csr_array:
    """Some entries of a matrix, in columns given anew. Shape (rows of the matrix, width)."""
    counts = np.concatenate([[0], np.cumsum(kept)])
    return sparse.csr_array(
        (matrix.data[kept], columns.astype(np.int32), counts[matrix.indptr].astype(np.int32)),
        shape=(matrix.shape[0], width),
    )
