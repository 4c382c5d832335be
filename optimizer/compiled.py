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

from .formulation.on_use import Data, Incidence
from .indexing import as_columns, ragged
from .tree import FloatArray, IntArray

_NONE = np.zeros(0, dtype=np.int64)


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
            values = [
                value * factor[rows] for value, rows in zip(self.values, self.rows, strict=True)
            ]
        return _Linear(self.size, self.constant * factor, self.rows, self.columns, values)


class _Frame:
    """Values of the index placeholders for every member being evaluated.

    Attributes:
        size: number of members.
        values: placeholder -> its value for every member.
        known: index set -> placeholders that run over it together, and the position in it of every
            member, so that what is indexed by them needs no search.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.values: dict[int, IntArray] = {}
        self.known: dict[int, tuple[tuple[int, ...], IntArray]] = {}

    def bind(self, templates_: Any, members: IntArray) -> None:
        """Give the placeholders of one loop their values."""
        for template in templates_:
            self.values[id(template)] = members[:, template._index or 0]

    def know(self, source: Any, templates_: Any, positions: IntArray) -> None:
        """Remember where in the set they run over the members are."""
        names = tuple(id(template) for template in templates_)
        self.known[id(source)] = names, positions

    def repeated(self, owner: IntArray) -> _Frame:
        """The frame with its member ``owner[i]`` at i."""
        frame = _Frame(len(owner))
        frame.values = {key: value[owner] for key, value in self.values.items()}
        frame.known = {key: (names, at[owner]) for key, (names, at) in self.known.items()}
        return frame


class _Compiler:
    """Evaluates templates of one model."""

    def __init__(self, offsets: dict[int, int]) -> None:
        self.offsets = offsets
        self.handlers: dict[type, Callable[[Any, _Frame], Any]] = {
            IndexTemplate: lambda node, frame: frame.values[id(node)],
            GetItemExpression: self._item,
            TemplateSumExpression: self._sum_over,
            SumExpression: self._sum,
            LinearExpression: self._sum,
            ProductExpression: self._product,
            DivisionExpression: self._quotient,
            NegationExpression: self._negation,
            ScalarParam: lambda node, _frame: float(node.value),
        }

    def evaluate(self, node: Any, frame: _Frame) -> Any:
        """Number, array over the frame's members, or :class:`_Linear`."""
        if isinstance(node, (int, float, np.number)):
            return float(node)
        for kind in type(node).__mro__:
            if kind in self.handlers:
                return self.handlers[kind](node, frame)
        raise TemplateError(f"cannot compile {type(node).__name__}: {node}")

    def _sum(self, node: Any, frame: _Frame) -> Any:
        return self._total([self.evaluate(part, frame) for part in node.args], frame)

    def _product(self, node: Any, frame: _Frame) -> Any:
        left, right = (self.evaluate(part, frame) for part in node.args)
        if isinstance(left, _Linear):
            return left.scaled(right)
        return right.scaled(left) if isinstance(right, _Linear) else left * right

    def _quotient(self, node: Any, frame: _Frame) -> Any:
        left, right = (self.evaluate(part, frame) for part in node.args)
        return left.scaled(1.0 / right) if isinstance(left, _Linear) else left / right

    def _negation(self, node: Any, frame: _Frame) -> Any:
        inner = self.evaluate(node.args[0], frame)
        return inner.scaled(-1.0) if isinstance(inner, _Linear) else -inner

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
        if isinstance(component, Data):
            return component.values_array[self._positions(component, index, frame)]
        if id(component) not in self.offsets:
            raise TemplateError(f"cannot compile an item of {component.name}")
        column = self._positions(component, index, frame) + self.offsets[id(component)]
        every = np.arange(frame.size)
        return _Linear(frame.size, 0.0, [every], [column], [np.broadcast_to(1.0, frame.size)])

    def _positions(self, component: Any, index: list[Any], frame: _Frame) -> IntArray:
        """Position in its index set of the member that each member of the frame asks for."""
        source = component.index_set()
        names, at = frame.known.get(id(source), ((), _NONE))
        if names and names == tuple(map(id, index)):
            return at
        parts = (self.evaluate(part, frame) for part in index)
        keys = as_columns(*(part if np.ndim(part) else np.full(frame.size, part) for part in parts))
        at = np.asarray(source.index_array.positions(keys))
        if len(at) and at.min() < 0:
            member = tuple(keys[int(np.argmin(at))].tolist())
            raise KeyError(f"{component.name} has no member {member}")
        return at

    def _sum_over(self, node: Any, frame: _Frame) -> _Linear:
        owner = np.arange(frame.size)
        inner = frame
        for group in node.template_iters():
            source = group[0]._set
            members, counts, starts = self._members(source, inner)
            if not len(members):
                return _Linear(frame.size)
            step, at = ragged(starts, counts)
            inner = inner.repeated(step)
            owner = owner[step]
            inner.bind(group, members[at])
            if not isinstance(source, GetItemExpression):
                inner.know(source, group, at)
        body = self.evaluate(node._local_args_[0], inner)
        if not isinstance(body, _Linear):
            amount = np.broadcast_to(body, inner.size)
            return _Linear(frame.size, np.bincount(owner, weights=amount, minlength=frame.size))
        constant = np.broadcast_to(body.constant, inner.size)
        total = (
            np.bincount(owner, weights=constant, minlength=frame.size) if np.any(constant) else 0.0
        )
        return _Linear(
            frame.size, total, [owner[rows] for rows in body.rows], body.columns, body.values
        )

    def _members(self, source: Any, frame: _Frame) -> tuple[IntArray, IntArray, IntArray]:
        """Members to run over, how many each member of the frame has, and where they start."""
        if isinstance(source, GetItemExpression):
            component, *index = source.args
            if not isinstance(component, Incidence):
                raise TemplateError(f"cannot sum over {component.name}")
            if not len(component.members_array):
                return component.members_array, _NONE, _NONE
            at = self._positions(component, index, frame)
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
        linear, low, high = _relation(compiler, constraint)
        rows[constraint.name] = slice(height, height + len(index))
        members[constraint.name] = index.members
        row_parts += [(part + height).astype(np.int32) for part in linear.rows]
        column_parts += [part.astype(np.int32) for part in linear.columns]
        value_parts += linear.values
        low_parts.append(low)
        high_parts.append(high)
        height += len(index)

    objectives, constants = {}, {}
    for objective in model.component_objects(Objective):
        if not hasattr(objective, "template_expr"):
            raise _no_template(objective)
        expression = objective.template_expr()[0]
        linear = compiler.evaluate(expression, _Frame(1))
        if not isinstance(linear, _Linear):
            linear = _Linear(1, linear)
        coefficients = np.zeros(width)
        for column, value in zip(linear.columns, linear.values, strict=True):
            np.add.at(coefficients, column, value)
        objectives[objective.name] = coefficients
        constants[objective.name] = float(np.sum(linear.constant))
    matrix = sparse.coo_array(
        (_join(value_parts, float), (_join(row_parts, np.int32), _join(column_parts, np.int32))),
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
    return np.concatenate(parts).astype(kind, copy=False) if parts else np.zeros(0, dtype=kind)


def _no_template(component: Any) -> TemplateError:
    return TemplateError(
        f"{component.name} is no template: its rule uses what cannot be compiled in bulk "
        "(an `if` on an index, a Python lookup, a slice)"
    )


def _relation(compiler: _Compiler, constraint: Any) -> tuple[_Linear, Any, Any]:
    """Body and sides of a constraint family."""
    if constraint.template is None:
        raise _no_template(constraint)
    expression, templates_ = constraint.template
    index = constraint.index_set()
    frame = _Frame(len(index.index_array))
    frame.bind(templates_, index.index_array.members)
    frame.know(index, templates_, np.arange(frame.size))
    parts = [compiler.evaluate(part, frame) for part in expression.args]
    if isinstance(expression, RangedExpression):
        low, body, high = parts
    elif isinstance(expression, (EqualityExpression, InequalityExpression)):
        left, right = (
            part if isinstance(part, _Linear) else _Linear(frame.size, part) for part in parts
        )
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
