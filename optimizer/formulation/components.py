"""Adding sets, data, variables and rows to a model from the arrays of the network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel, Param

from ..indexing import Index
from ..tree import FloatArray, IntArray
from .on_use import Data, Incidence, Members, Rows, Variables
from .renewal import Renewal


def add_set(model: ConcreteModel | Renewal, name: str, index: Index | IntArray) -> Any:
    """Add an ordered set of integers or integer tuples and return it."""
    index = index if isinstance(index, Index) else Index(index)
    if isinstance(model, Renewal):
        return model.set(name, index)
    component = Members(index)
    model.add_component(name, component)
    return component


def add_incidence(
    model: ConcreteModel | Renewal, name: str, keys: Any, rows: IntArray, members: IntArray
) -> Any:
    """Add an :class:`Incidence` and return it."""
    if isinstance(model, Renewal):
        return model.incidence(name, keys, rows, members)
    component = Incidence(keys, rows, members)
    model.add_component(name, component)
    return component


def add_data(
    model: ConcreteModel | Renewal, name: str, keys: Any, values: FloatArray | float
) -> Any:
    """Add a :class:`Data` parameter and return it."""
    if isinstance(model, Renewal):
        return model.data(name, np.asarray(values))
    component = Data(keys, np.asarray(values))
    model.add_component(name, component)
    return component


def add_number(model: ConcreteModel | Renewal, name: str, value: float) -> None:
    """Add a parameter that is a single number."""
    if isinstance(model, Renewal):
        model.number(name, value)
    else:
        model.add_component(name, Param(initialize=value, mutable=True))


def add_variables(
    model: ConcreteModel | Renewal,
    name: str,
    keys: Any,
    domain: str = "continuous",
    lower: FloatArray | float = 0.0,
    upper: FloatArray | float = np.inf,
) -> Any:
    """Add variables over a set, with bounds as arrays in its order.

    Args:
        model: the model.
        name: name of the component.
        keys: index set.
        domain: 'continuous' (>= 0), 'binary', 'integer' (>= 0) or 'free'.
        lower: lower bounds.
        upper: upper bounds; binary variables are at most 1 in any case.
    """
    if domain == "binary":
        upper = np.minimum(upper, 1.0)
    if domain == "free":
        lower = -np.inf
    if isinstance(model, Renewal):
        return model.variables(name, lower, upper)
    variables = Variables(keys, domain, lower, upper)
    model.add_component(name, variables)
    return variables


def add_rows(
    model: ConcreteModel | Renewal, name: str, keys: Any, rule: Callable[..., Any]
) -> None:
    """Add one constraint for every member of a set; nothing where the set is empty."""
    if not len(keys.index_array):
        return
    if isinstance(model, Renewal):
        model.rows(name)
    else:
        model.add_component(name, Rows(keys, rule=rule))
