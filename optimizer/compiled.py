"""From a Pyomo model to arrays, one constraint family at a time.

Each family is one template (:func:`pyomo.core.expr.template_expr.templatize_rule` calls its rule
once, with placeholders for the indices). Pyomo's standard-form compiler expands a template member
by member in Python; here the same expression tree is evaluated once for all members with numpy.
The result equals that compiler's, entry by entry, which the tests check on every family.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyomo.core.base.constraint as pyomo_constraint
import pyomo.core.base.objective as pyomo_objective
from numpy.typing import NDArray
from pyomo.core.base.param import ScalarParam
from pyomo.core.expr.numeric_expr import (
    DivisionExpression,
    LinearExpression,
    NegationExpression,
    NPV_DivisionExpression,
    ProductExpression,
    SumExpression,
)
from pyomo.core.expr.relational_expr import (
    EqualityExpression,
    InequalityExpression,
    RangedExpression,
)
from pyomo.core.expr.template_expr import GetItemExpression, IndexTemplate, TemplateSumExpression
from pyomo.environ import ConcreteModel, Constraint, Objective, Var
from scipy import sparse

from .formulation.components import Data, Incidence
from .indexing import as_columns, ragged
from .tree import FloatArray, IntArray


class TemplateError(TypeError):
    """A rule that is not template-safe: it would be slow, or compile to something else."""


@contextmanager
def templates() -> Iterator[None]:
    """Build Pyomo constraints and objectives as templates, with the garbage collector at rest."""
    before = (
        pyomo_constraint.TEMPLATIZE_CONSTRAINTS,
        pyomo_objective.TEMPLATIZE_OBJECTIVES,
        gc.isenabled(),
    )
    gc.disable()
    pyomo_constraint.TEMPLATIZE_CONSTRAINTS = True
    pyomo_objective.TEMPLATIZE_OBJECTIVES = True
    try:
        yield
    finally:
        pyomo_constraint.TEMPLATIZE_CONSTRAINTS, pyomo_objective.TEMPLATIZE_OBJECTIVES = before[:2]
        if before[2]:
            gc.enable()


@dataclass(frozen=True)
class Arrays:
    """A mixed-integer linear program: ``row_lower <= A x <= row_upper``, ``lower <= x <= upper``.

    Attributes:
        matrix: A, by rows. Shape (rows, columns).
        row_lower, row_upper: sides of the rows.
        lower, upper: bounds of the columns.
        integer: whether a column must be whole.
        objectives: name -> coefficients. Shape (columns,) each.
        offsets: name -> constant of the objective.
        columns: family -> slice of columns, in the order of the family's index set.
        rows: family -> slice of rows, likewise.
        labels: family -> function that names one member for people.
    """

    matrix: sparse.csr_array
    row_lower: FloatArray
    row_upper: FloatArray
    lower: FloatArray
    upper: FloatArray
    integer: NDArray[np.bool_]
    objectives: dict[str, FloatArray]
    offsets: dict[str, float]
    columns: dict[str, slice]
    rows: dict[str, slice]
    members: dict[str, IntArray] = field(default_factory=dict)

    def column_names(self) -> list[str]:
        """'family[i,j,k]' of every column."""
        return _names(self.columns, self.members)

    def row_names(self) -> list[str]:
        """'family[i,j]' of every row."""
        return _names(self.rows, self.members)


def _names(parts: dict[str, slice], members: dict[str, IntArray]) -> list[str]:
    names: list[str] = []
    for family in parts:
        names += [f"{family}[{','.join(map(str, member))}]" for member in members[family].tolist()]
    return names


@dataclass
class _Linear:
    """A linear expression for every member of a frame: constant + sum of value * x[column]."""

    size: int
    constant: Any = 0.0
    rows: list[IntArray] = field(default_factory=list)
    columns: list[IntArray] = field(default_factory=list)
    values: list[FloatArray] = field(default_factory=list)

    def scaled(self, factor: Any) -> _Linear:
        if np.ndim(factor) == 0:
            values = [value * factor for value in self.values]
        else:
            values = [value * factor[rows] for value, rows in zip(self.values, self.rows, strict=True)]
        return _Linear(self.size, self.constant * factor, self.rows, self.columns, values)


class _Frame:
    """Values of the index placeholders for every member being evaluated."""

    def __init__(self, size: int, values: dict[int, IntArray]) -> None:
        self.size = size
        self.values = values

    def repeated(self, owner: IntArray) -> _Frame:
        return _Frame(len(owner), {key: value[owner] for key, value in self.values.items()})


class _Compiler:
    """Evaluates templates of one model."""

    def __init__(self, offsets: dict[int, int]) -> None:
        self.offsets = offsets
        self.handlers: dict[type, Callable[[Any, _Frame], Any]] = {
            IndexTemplate: lambda node, frame: frame.values[id(node)],
            GetItemExpression: self._item,
            TemplateSumExpression: self._sum_over,
        }

    def evaluate(self, node: Any, frame: _Frame) -> Any:
        """Number, array over the frame's members, or :class:`_Linear`."""
        if isinstance(node, (int, float, np.number)):
            return float(node)
        for kind in type(node).__mro__:
            if kind in self.handlers:
                return self.handlers[kind](node, frame)
        if isinstance(node, (SumExpression, LinearExpression)):
            return self._total([self.evaluate(part, frame) for part in node.args], frame)
        if isinstance(node, ProductExpression) or type(node).__name__ == "NPV_ProductExpression":
            left, right = (self.evaluate(part, frame) for part in node.args)
            if isinstance(left, _Linear):
                return left.scaled(right)
            return right.scaled(left) if isinstance(right, _Linear) else left * right
        if isinstance(node, NegationExpression):
            inner = self.evaluate(node.args[0], frame)
            return inner.scaled(-1.0) if isinstance(inner, _Linear) else -inner
        if isinstance(node, (DivisionExpression, NPV_DivisionExpression)):
            left, right = (self.evaluate(part, frame) for part in node.args)
            return left.scaled(1.0 / right) if isinstance(left, _Linear) else left / right
        if isinstance(node, ScalarParam):
            return float(node.value)
        raise TemplateError(f"cannot compile {type(node).__name__}: {node}")

    def _total(self, parts: list[Any], frame: _Frame) -> Any:
        if not any(isinstance(part, _Linear) for part in parts):
            return sum(parts)
        total = _Linear(frame.size)
        for part in parts:
            if isinstance(part, _Linear):
                total.constant = total.constant + part.constant
                total.rows += part.rows
                total.columns += part.columns
                total.values += part.values
            else:
                total.constant = total.constant + part
        return total

    def _item(self, node: Any, frame: _Frame) -> Any:
        component, *index = node.args
        keys = as_columns(
            *(np.broadcast_to(self.evaluate(part, frame), frame.size) for part in index)
        ).astype(np.int64)
        if isinstance(component, Data):
            at = component.keys_set.index_array.positions(keys)
            self._found(at, component, keys)
            return component.values_array[at]
        if id(component) in self.offsets:
            at = component.index_set().index_array.positions(keys)
            self._found(at, component, keys)
            every = np.arange(frame.size)
            return _Linear(frame.size, 0.0, [every], [at + self.offsets[id(component)]], [np.ones(frame.size)])
        raise TemplateError(f"cannot compile an item of {component.name}")

    @staticmethod
    def _found(at: IntArray, component: Any, keys: IntArray) -> None:
        if len(at) and at.min() < 0:
            raise KeyError(f"{component.name} has no member {tuple(keys[int(np.argmin(at))].tolist())}")

    def _sum_over(self, node: Any, frame: _Frame) -> _Linear:
        owner = np.arange(frame.size)
        inner = frame
        for group in node.template_iters():
            members, counts, starts = self._members(group[0]._set, inner)
            step, at = ragged(starts, counts)
            inner = inner.repeated(step)
            owner = owner[step]
            for template in group:
                inner.values[id(template)] = members[at, template._index or 0]
        body = self.evaluate(node._local_args_[0], inner)
        if not isinstance(body, _Linear):
            amount = np.broadcast_to(body, inner.size)
            return _Linear(frame.size, np.bincount(owner, weights=amount, minlength=frame.size))
        constant = np.broadcast_to(body.constant, inner.size)
        total = (
            np.bincount(owner, weights=constant, minlength=frame.size) if np.any(constant) else 0.0
        )
        return _Linear(frame.size, total, [owner[rows] for rows in body.rows], body.columns, body.values)

    def _members(self, source: Any, frame: _Frame) -> tuple[IntArray, IntArray, IntArray]:
        """Members to run over, how many each member of the frame has, and where they start."""
        if isinstance(source, GetItemExpression):
            component, *index = source.args
            if not isinstance(component, Incidence):
                raise TemplateError(f"cannot sum over {component.name}")
            keys = as_columns(*(np.broadcast_to(self.evaluate(part, frame), frame.size) for part in index))
            at = component.keys_set.index_array.positions(keys.astype(np.int64))
            self._found(at, component, keys)
            starts = component.pointers[at]
            return component.members_array, component.pointers[at + 1] - starts, starts
        members = source.index_array.members
        return members, np.full(frame.size, len(members)), np.zeros(frame.size, dtype=np.int64)


def compile_model(model: ConcreteModel) -> Arrays:
    """Arrays of a model built inside :func:`templates`.

    Raises:
        TemplateError: a constraint or objective is no template, or uses what cannot be compiled.
    """
    columns: dict[str, slice] = {}
    members: dict[str, IntArray] = {}
    offsets: dict[int, int] = {}
    lower, upper, integer = [], [], []
    width = 0
    for variable in model.component_objects(Var, active=True):
        index = variable.index_set().index_array
        offsets[id(variable)] = width
        columns[variable.name] = slice(width, width + len(index))
        members[variable.name] = index.members
        lower.append(variable.lower_array)
        upper.append(variable.upper_array)
        integer.append(np.full(len(index), variable.integer))
        width += len(index)
    compiler = _Compiler(offsets)

    rows: dict[str, slice] = {}
    row_parts, column_parts, value_parts, low_parts, high_parts = [], [], [], [], []
    height = 0
    for constraint in model.component_objects(Constraint, active=True):
        index = constraint.index_set().index_array
        linear, low, high = _relation(compiler, constraint, index.members)
        rows[constraint.name] = slice(height, height + len(index))
        members[constraint.name] = index.members
        row_parts += [part + height for part in linear.rows]
        column_parts += linear.columns
        value_parts += linear.values
        low_parts.append(low)
        high_parts.append(high)
        height += len(index)

    objectives, constants = {}, {}
    for objective in model.component_objects(Objective):
        expression = _template(objective, objective)[0]
        linear = compiler.evaluate(expression, _Frame(1, {}))
        if not isinstance(linear, _Linear):
            linear = _Linear(1, linear)
        coefficients = np.zeros(width)
        for column, value in zip(linear.columns, linear.values, strict=True):
            np.add.at(coefficients, column, value)
        objectives[objective.name] = coefficients
        constants[objective.name] = float(np.sum(linear.constant))
    matrix = sparse.coo_array(
        (_join(value_parts, float), (_join(row_parts, np.int64), _join(column_parts, np.int64))),
        shape=(height, width),
    ).tocsr()
    matrix.eliminate_zeros()
    return Arrays(
        matrix=matrix,
        row_lower=_join(low_parts, float),
        row_upper=_join(high_parts, float),
        lower=_join(lower, float),
        upper=_join(upper, float),
        integer=_join(integer, bool),
        objectives=objectives,
        offsets=constants,
        columns=columns,
        rows=rows,
        members=members,
    )


def _join(parts: list[Any], kind: Any) -> Any:
    return np.concatenate(parts).astype(kind) if parts else np.zeros(0, dtype=kind)


def _template(component: Any, data: Any) -> Any:
    if not hasattr(data, "template_expr"):
        raise TemplateError(
            f"{component.name} is no template: its rule uses what cannot be compiled in bulk "
            "(an `if` on an index, a Python lookup, a slice)"
        )
    return data.template_expr()


def _relation(compiler: _Compiler, constraint: Any, members: IntArray) -> tuple[_Linear, Any, Any]:
    """Body and sides of a constraint family."""
    first = next(iter(constraint.values()))
    expression, templates_ = _template(constraint, first)
    frame = _Frame(len(members), {id(t): members[:, t._index or 0] for t in templates_})
    parts = [compiler.evaluate(part, frame) for part in expression.args]
    if isinstance(expression, RangedExpression):
        low, body, high = parts
    elif isinstance(expression, (EqualityExpression, InequalityExpression)):
        left, right = (part if isinstance(part, _Linear) else _Linear(frame.size, part) for part in parts)
        body = compiler._total([left, right.scaled(-1.0)], frame)
        low = 0.0 if isinstance(expression, EqualityExpression) else -np.inf
        high = 0.0
    else:
        raise TemplateError(f"{constraint.name} is no equality or inequality")
    body = body if isinstance(body, _Linear) else _Linear(frame.size, body)
    constant = np.broadcast_to(body.constant, frame.size)
    low = np.broadcast_to(low, frame.size) - constant
    high = np.broadcast_to(high, frame.size) - constant
    return body, low, high
