"""Compile again only what changed data reach."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np
from pyomo.core.base.param import ScalarParam
from pyomo.core.expr.template_expr import TemplateSumExpression
from pyomo.environ import Constraint, Objective
from scipy import sparse

from .arrays import Arrays
from .compiled import compile_model, objective_of, relation, templates
from .evaluate import Evaluator
from .formulation.model import build_model, renew_model
from .formulation.on_use import Data
from .formulation.renewal import Renewal
from .network import Network
from .tree import FloatArray


class Recompiler:
    """A model and its arrays, which follow when its data are renewed.

    Args:
        network: the network it starts from.
        measures: objectives that need rows of their own.

    Attributes:
        model: the model, with the data of the latest network.
        arrays: its arrays.
    """

    def __init__(self, network: Network, measures: Collection[str] = ()) -> None:
        self.measures = measures
        with templates():
            self.model = model = build_model(network, measures)
            self.arrays = compile_model(model)
        self._changed: set[int] = set()
        self._bounded: set[str] = set()
        self._evaluator = Evaluator(
            {id(model.component(name)): part.start for name, part in self.arrays.columns.items()}
        )
        self._rows = {
            one.name: (one, _data_of(one.template[0]))
            for one in model.component_objects(Constraint, active=True)
        }
        self._objectives = {
            one.name: (one, _data_of(one.template_expr()[0]))
            for one in model.component_objects(Objective)
        }

    def renewed(self, network: Network) -> Arrays:
        """Arrays of another network of the same case; what did not change is shared.

        Raises:
            OtherShapeError: its model has other rows or columns.
        """
        renew_model(Renewal(self.model, self._changed, self._bounded), network, self.measures)
        arrays = self.arrays
        objectives, offsets = dict(arrays.objectives), dict(arrays.offsets)
        for name, (objective, data) in self._objectives.items():
            if data & self._changed:
                objectives[name], offsets[name] = objective_of(
                    self._evaluator, objective, arrays.matrix.shape[1]
                )
        lower, upper = self._bounds()
        matrix, row_lower, row_upper = self._renewed_rows()
        self.arrays = replace(
            arrays,
            matrix=matrix,
            row_lower=row_lower,
            row_upper=row_upper,
            lower=lower,
            upper=upper,
            objectives=objectives,
            offsets=offsets,
        )
        self._changed.clear()
        self._bounded.clear()
        return self.arrays

    def _bounds(self) -> tuple[FloatArray, FloatArray]:
        lower, upper = self.arrays.lower, self.arrays.upper
        if self._bounded:
            lower, upper = lower.copy(), upper.copy()
            for name in self._bounded:
                part, variables = self.arrays.columns[name], self.model.component(name)
                lower[part], upper[part] = variables.lower_array, variables.upper_array
        return lower, upper

    def _renewed_rows(self) -> tuple[sparse.csr_array, FloatArray, FloatArray]:
        arrays = self.arrays
        low, high = arrays.row_lower, arrays.row_upper
        blocks: dict[str, sparse.csr_array] = {}
        for name, (constraint, data) in self._rows.items():
            if not data & self._changed:
                continue
            if not blocks:
                low, high = low.copy(), high.copy()
            part = arrays.rows[name]
            linear, low[part], high[part] = relation(self._evaluator, constraint)
            shape = (part.stop - part.start, arrays.matrix.shape[1])
            blocks[name] = _block(linear, shape)
        return _with_blocks(arrays, blocks), low, high


def _data_of(expression: Any) -> set[int]:
    """Identities of the parameters in a template."""
    found: set[int] = set()
    stack = [expression]
    while stack:
        node = stack.pop()
        if isinstance(node, (Data, ScalarParam)):
            found.add(id(node))
        elif isinstance(node, TemplateSumExpression):
            stack += node._local_args_
        else:
            stack += getattr(node, "args", ())
    return found


def _block(linear: Any, shape: tuple[int, int]) -> sparse.csr_array:
    """Rows of one family."""
    parts = [np.concatenate(part) if part else np.zeros(0) for part in
             (linear.values, linear.rows, linear.columns)]  # fmt: skip
    places = (parts[1].astype(np.int32), parts[2].astype(np.int32))
    block = sparse.coo_array((parts[0], places), shape=shape).tocsr()
    block.eliminate_zeros()
    return block


def _with_blocks(arrays: Arrays, blocks: dict[str, sparse.csr_array]) -> sparse.csr_array:
    """The matrix with the rows of some families replaced."""
    matrix = arrays.matrix
    data, moved = matrix.data, False
    for name, block in blocks.items():
        part = arrays.rows[name]
        own = slice(matrix.indptr[part.start], matrix.indptr[part.stop])
        pattern = matrix.indptr[part.start : part.stop + 1] - matrix.indptr[part.start]
        if not np.array_equal(pattern, block.indptr) or not np.array_equal(
            matrix.indices[own], block.indices
        ):
            moved = True
            break
        if not np.array_equal(data[own], block.data):
            data = data.copy() if data is matrix.data else data
            data[own] = block.data
    if moved:
        parts = [blocks.get(name, matrix[part]) for name, part in arrays.rows.items()]
        return sparse.csr_array(sparse.vstack(parts, format="csr"))
    if data is matrix.data:
        return matrix
    return sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)
