"""Pyomo components that keep their data as arrays.

Pyomo checks every element of a set and every value of a parameter, and builds one object for each
element of an indexed set; on half a million variables that takes longer than everything else
together. The network has made and checked these data already, so the components here hold the
arrays and give Pyomo its dictionaries only when it asks (writing the model, printing it, compiling
it the plain way).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

import numpy as np
from pyomo.core.base.param import IndexedParam
from pyomo.core.base.set import IndexedSet, InsertionOrderSetData
from pyomo.environ import (
    Any as AnyValue,
)
from pyomo.environ import (
    Binary,
    ConcreteModel,
    Constraint,
    NonNegativeIntegers,
    NonNegativeReals,
    Reals,
    Set,
    Var,
)

from ..indexing import Index
from ..tree import FloatArray, IntArray

DOMAINS = {
    "continuous": NonNegativeReals,
    "binary": Binary,
    "integer": NonNegativeIntegers,
    "free": Reals,
}


class Rule(Protocol):
    """A constraint rule: model and indices to a relation."""

    def __call__(self, model: ConcreteModel, *index: int) -> Any:
        """Relation of one member."""


def _tuples(members: IntArray) -> list[Any]:
    if members.shape[1] == 1:
        return list(members[:, 0].tolist())
    return list(map(tuple, members.tolist()))


class Incidence(IndexedSet):  # type: ignore[misc]  # pyomo is untyped
    """An indexed set of members of ``target``, one set for every member of ``keys``.

    Args:
        keys: set whose members index it.
        rows: position in ``keys`` of each pair, in any order.
        members: members of each pair. Shape (pairs, columns).
    """

    _ComponentDataClass = InsertionOrderSetData

    def __init__(self, keys: Any, rows: IntArray, members: IntArray) -> None:
        members = np.asarray(members, dtype=np.int64)
        members = members[:, None] if members.ndim == 1 else members
        order = np.argsort(rows, kind="stable")
        self.members_array = members[order]
        size = len(keys.index_array)
        self.pointers = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=size))])
        self.keys_set = keys
        super().__init__(keys, dimen=members.shape[1], initialize=self._members_of)

    def _members_of(self, _model: ConcreteModel, *key: int) -> list[Any]:
        row = self.keys_set.index_array.positions(np.array([key]))[0]
        return _tuples(self.members_array[self.pointers[row] : self.pointers[row + 1]])

    def construct(self, data: Any = None) -> None:
        """Be ready without making any of the sets; Pyomo makes each on first use."""
        self._constructed = True


class Data(IndexedParam):  # type: ignore[misc]  # pyomo is untyped
    """A parameter over a set, kept as an array in the order of the set."""

    def __init__(self, keys: Any, values: FloatArray) -> None:
        self.keys_set = keys
        self.values_array = np.broadcast_to(np.asarray(values, dtype=float), len(keys.index_array))
        self._dictionary: dict[Any, float] | None = None
        super().__init__(keys, within=AnyValue, mutable=False)

    @property
    def _data(self) -> dict[Any, float]:
        if self._dictionary is None:
            keys = _tuples(self.keys_set.index_array.members)
            self._dictionary = dict(zip(keys, self.values_array.tolist(), strict=True))
        return self._dictionary

    @_data.setter
    def _data(self, value: Any) -> None:
        """Pyomo's own initialisation; the array is the data."""

    def construct(self, data: Any = None) -> None:
        """Be ready without copying the array into Pyomo."""
        self._constructed = True


def add_set(model: ConcreteModel, name: str, index: Index | IntArray) -> Any:
    """Add an ordered set of integers or integer tuples and return it."""
    index = index if isinstance(index, Index) else Index(index)
    component = Set(initialize=_tuples(index.members), dimen=index.width, ordered=True)
    model.add_component(name, component)
    component.index_array = index
    return component


def add_incidence(
    model: ConcreteModel, name: str, keys: Any, rows: IntArray, members: IntArray
) -> Any:
    """Add an :class:`Incidence` and return it."""
    component = Incidence(keys, rows, members)
    model.add_component(name, component)
    return component


def add_data(model: ConcreteModel, name: str, keys: Any, values: FloatArray | float) -> Any:
    """Add a :class:`Data` parameter and return it."""
    component = Data(keys, np.asarray(values))
    model.add_component(name, component)
    return component


def add_variables(
    model: ConcreteModel,
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
    variables = Var(keys, within=DOMAINS[domain])
    model.add_component(name, variables)
    size = len(keys.index_array)
    if domain == "binary":
        upper = np.minimum(upper, 1.0)
    if domain == "free":
        lower = np.full(size, -np.inf)
    variables.lower_array = np.broadcast_to(np.asarray(lower, dtype=float), size)
    variables.upper_array = np.broadcast_to(np.asarray(upper, dtype=float), size)
    variables.integer = domain in ("binary", "integer")
    default = 1.0 if domain == "binary" else np.inf
    data = None
    for position in np.flatnonzero((variables.upper_array != default)):
        data = data or list(variables.values())
        data[position].setub(float(variables.upper_array[position]))
    for position in np.flatnonzero(variables.lower_array > 0):
        data = data or list(variables.values())
        data[position].setlb(float(variables.lower_array[position]))
    return variables


def add_rows(model: ConcreteModel, name: str, keys: Any, rule: Callable[..., Any]) -> None:
    """Add one constraint for every member of a set; nothing where the set is empty."""
    if len(keys.index_array):
        model.add_component(name, Constraint(keys, rule=rule))


def positions(*parts: Iterable[int]) -> IntArray:
    """Concatenate index arrays; empty without any."""
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])  # type: ignore[arg-type]  # arrays
