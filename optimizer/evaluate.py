"""Evaluate a Pyomo template for all members of its index set at once, with numpy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pyomo.core.base.param import ScalarParam
from pyomo.core.expr.numeric_expr import (
    DivisionExpression,
    LinearExpression,
    NegationExpression,
    ProductExpression,
    SumExpression,
)
from pyomo.core.expr.template_expr import GetItemExpression, IndexTemplate, TemplateSumExpression

from .formulation.on_use import Data, Incidence
from .indexing import as_columns, ragged
from .tree import FloatArray, IntArray

_NONE = np.zeros(0, dtype=np.int64)


class TemplateError(TypeError):
    """A rule that is not template-safe: it would be slow, or compile to something else."""


@dataclass
class Linear:
    """A linear expression for every member of a frame: constant + sum of value * x[column]."""

    size: int
    constant: Any = 0.0
    rows: list[IntArray] = field(default_factory=list)
    columns: list[IntArray] = field(default_factory=list)
    values: list[FloatArray] = field(default_factory=list)

    def scaled(self, factor: Any) -> Linear:
        """The expression times a number, or times one for each member."""
        if np.ndim(factor) == 0:
            values = [value * factor for value in self.values]
        else:
            values = [
                value * factor[rows] for value, rows in zip(self.values, self.rows, strict=True)
            ]
        return Linear(self.size, self.constant * factor, self.rows, self.columns, values)


class Loop:
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

    def repeated(self, owner: IntArray) -> Loop:
        """The frame with its member ``owner[i]`` at i."""
        frame = Loop(len(owner))
        frame.values = {key: value[owner] for key, value in self.values.items()}
        frame.known = {key: (names, at[owner]) for key, (names, at) in self.known.items()}
        return frame


class Evaluator:
    """Evaluates templates of one model."""

    def __init__(self, offsets: dict[int, int]) -> None:
        self.offsets = offsets
        self.handlers: dict[type, Callable[[Any, Loop], Any]] = {
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

    def evaluate(self, node: Any, frame: Loop) -> Any:
        """Number, array over the frame's members, or :class:`Linear`."""
        if isinstance(node, (int, float, np.number)):
            return float(node)
        for kind in type(node).__mro__:
            if kind in self.handlers:
                return self.handlers[kind](node, frame)
        raise TemplateError(f"cannot compile {type(node).__name__}: {node}")

    def _sum(self, node: Any, frame: Loop) -> Any:
        return self.total([self.evaluate(part, frame) for part in node.args], frame)

    def _product(self, node: Any, frame: Loop) -> Any:
        left, right = (self.evaluate(part, frame) for part in node.args)
        if isinstance(left, Linear):
            return left.scaled(right)
        return right.scaled(left) if isinstance(right, Linear) else left * right

    def _quotient(self, node: Any, frame: Loop) -> Any:
        left, right = (self.evaluate(part, frame) for part in node.args)
        return left.scaled(1.0 / right) if isinstance(left, Linear) else left / right

    def _negation(self, node: Any, frame: Loop) -> Any:
        inner = self.evaluate(node.args[0], frame)
        return inner.scaled(-1.0) if isinstance(inner, Linear) else -inner

    def total(self, parts: list[Any], frame: Loop) -> Any:
        """Sum of numbers, arrays and linear expressions."""
        if not any(isinstance(part, Linear) for part in parts):
            return sum(parts)
        total = Linear(frame.size)
        for part in parts:
            if isinstance(part, Linear):
                total.constant = total.constant + part.constant
                total.rows += part.rows
                total.columns += part.columns
                total.values += part.values
            else:
                total.constant = total.constant + part
        return total

    def _item(self, node: Any, frame: Loop) -> Any:
        component, *index = node.args
        if isinstance(component, Data):
            return component.values_array[self._positions(component, index, frame)]
        if id(component) not in self.offsets:
            raise TemplateError(f"cannot compile an item of {component.name}")
        column = self._positions(component, index, frame) + self.offsets[id(component)]
        every = np.arange(frame.size)
        return Linear(frame.size, 0.0, [every], [column], [np.broadcast_to(1.0, frame.size)])

    def _positions(self, component: Any, index: list[Any], frame: Loop) -> IntArray:
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

    def _sum_over(self, node: Any, frame: Loop) -> Linear:
        owner = np.arange(frame.size)
        inner = frame
        for group in node.template_iters():
            source = group[0]._set
            members, counts, starts = self._members(source, inner)
            if not len(members):
                return Linear(frame.size)
            step, at = ragged(starts, counts)
            inner = inner.repeated(step)
            owner = owner[step]
            inner.bind(group, members[at])
            if not isinstance(source, GetItemExpression):
                inner.know(source, group, at)
        body = self.evaluate(node._local_args_[0], inner)
        if not isinstance(body, Linear):
            amount = np.broadcast_to(body, inner.size)
            return Linear(frame.size, np.bincount(owner, weights=amount, minlength=frame.size))
        constant = np.broadcast_to(body.constant, inner.size)
        total = (
            np.bincount(owner, weights=constant, minlength=frame.size) if np.any(constant) else 0.0
        )
        return Linear(
            frame.size, total, [owner[rows] for rows in body.rows], body.columns, body.values
        )

    def _members(self, source: Any, frame: Loop) -> tuple[IntArray, IntArray, IntArray]:
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
