"""From a Pyomo model to arrays, one constraint family at a time.

Each family is one template (:func:`pyomo.core.expr.template_expr.templatize_rule` calls its rule
once, with placeholders for the indices). Pyomo's standard-form compiler expands a template member
by member in Python; here the same expression tree is evaluated once for all members with numpy.
The result equals that compiler's, entry by entry, which the tests check on every family.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyomo.core.base.constraint as pyomo_constraint
import pyomo.core.base.objective as pyomo_objective
from pyomo.core.expr.relational_expr import (
    EqualityExpression,
    InequalityExpression,
    RangedExpression,
)
from pyomo.environ import ConcreteModel, Constraint, Objective, Var
from scipy import sparse

from .arrays import Arrays
from .evaluate import Evaluator, Linear, Loop, TemplateError
from .tree import FloatArray, IntArray

__all__ = ["Arrays", "TemplateError", "compile_model", "templates"]


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
    compiler = Evaluator(offsets)

    rows: dict[str, slice] = {}
    row_parts, column_parts, value_parts, low_parts, high_parts = [], [], [], [], []
    height = 0
    for constraint in model.component_objects(Constraint, active=True):
        index = constraint.index_set().index_array
        linear, low, high = relation(compiler, constraint)
        rows[constraint.name] = slice(height, height + len(index))
        members[constraint.name] = index.members
        row_parts += [(part + height).astype(np.int32) for part in linear.rows]
        column_parts += [part.astype(np.int32) for part in linear.columns]
        value_parts += linear.values
        low_parts.append(low)
        high_parts.append(high)
        height += len(index)

    objectives, constants = _objectives(compiler, model, width)
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


def _objectives(
    compiler: Evaluator, model: ConcreteModel, width: int
) -> tuple[dict[str, FloatArray], dict[str, float]]:
    """Coefficients and constant of every objective."""
    objectives: dict[str, FloatArray] = {}
    constants: dict[str, float] = {}
    for objective in model.component_objects(Objective):
        coefficients, constant = objective_of(compiler, objective, width)
        objectives[objective.name], constants[objective.name] = coefficients, constant
    return objectives, constants


def objective_of(compiler: Evaluator, objective: Any, width: int) -> tuple[FloatArray, float]:
    """Coefficients (shape (width,)) and constant of one objective."""
    if not hasattr(objective, "template_expr"):
        raise _no_template(objective)
    linear = compiler.evaluate(objective.template_expr()[0], Loop(1))
    if not isinstance(linear, Linear):
        linear = Linear(1, linear)
    coefficients = np.zeros(width)
    for column, value in zip(linear.columns, linear.values, strict=True):
        np.add.at(coefficients, column, value)
    return coefficients, float(np.sum(linear.constant))


def _join(parts: list[Any], kind: Any) -> Any:
    return np.concatenate(parts).astype(kind, copy=False) if parts else np.zeros(0, dtype=kind)


def _no_template(component: Any) -> TemplateError:
    return TemplateError(
        f"{component.name} is no template: its rule uses what cannot be compiled in bulk "
        "(an `if` on an index, a Python lookup, a slice)"
    )


def relation(compiler: Evaluator, constraint: Any) -> tuple[Linear, Any, Any]:
    """Body and sides of a constraint family."""
    if constraint.template is None:
        raise _no_template(constraint)
    expression, templates_ = constraint.template
    index = constraint.index_set()
    frame = Loop(len(index.index_array))
    frame.bind(templates_, index.index_array.members)
    frame.know(index, templates_, np.arange(frame.size))
    parts = [compiler.evaluate(part, frame) for part in expression.args]
    if isinstance(expression, RangedExpression):
        low, body, high = parts
    elif isinstance(expression, (EqualityExpression, InequalityExpression)):
        left, right = (
            part if isinstance(part, Linear) else Linear(frame.size, part) for part in parts
        )
        body = compiler.total([left, right.scaled(-1.0)], frame)
        low = 0.0 if isinstance(expression, EqualityExpression) else -np.inf
        high = 0.0
    else:
        raise TemplateError(f"{constraint.name} is no equality or inequality")
    body = body if isinstance(body, Linear) else Linear(frame.size, body)
    constant = np.broadcast_to(body.constant, frame.size)
    low = np.broadcast_to(low, frame.size) - constant
    high = np.broadcast_to(high, frame.size) - constant
    return body, low, high
