"""State a model again with other numbers: its data change in place, its algebra stays."""

from __future__ import annotations

from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel, Constraint, Objective, Param, Set, Var

from ..indexing import Index
from ..tree import FloatArray, IntArray
from .on_use import Data, Incidence, Members


class OtherShapeError(Exception):
    """The numbers changed so that the model has other rows or columns."""


class Renewal:
    """Stands for a model while its families are added a second time.

    Adding a component replaces the numbers of the one that is there. Nothing is stated anew, and
    anything that would change an index set is refused.

    Args:
        model: the model.
        changed: collects the identities of data whose values differ, for whoever compiles them.
        bounded: collects the names of variables whose bounds differ.
    """

    changed: set[int]
    bounded: set[str]

    def __init__(self, model: ConcreteModel, changed: set[int], bounded: set[str]) -> None:
        vars(self).update(_model=model, changed=changed, bounded=bounded, _added=set())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def __setattr__(self, name: str, component: Any) -> None:
        """An objective that is stated again is the one that is there."""
        self._known(name)

    def _known(self, name: str) -> Any:
        self._added.add(name)
        component = self._model.component(name)
        if component is None:
            raise OtherShapeError(name)
        return component

    def set(self, name: str, index: Index) -> Members:
        """The set of that name, if it has these members."""
        known: Members = self._known(name)
        if not np.array_equal(known.index_array.members, index.members):
            raise OtherShapeError(name)
        return known

    def incidence(self, name: str, keys: Any, rows: IntArray, members: IntArray) -> Incidence:
        """The incidence of that name, if it has these pairs."""
        known: Incidence = self._known(name)
        fresh = Incidence(keys, rows, members)
        if not np.array_equal(known.pointers, fresh.pointers) or not np.array_equal(
            known.members_array, fresh.members_array
        ):
            raise OtherShapeError(name)
        return known

    def data(self, name: str, values: FloatArray) -> Data:
        """The parameter of that name, with other values."""
        known: Data = self._known(name)
        values = np.broadcast_to(np.asarray(values, dtype=float), known.values_array.shape)
        if not np.array_equal(known.values_array, values, equal_nan=True):
            known.values_array = values
            known._made = None
            self.changed.add(id(known))
        return known

    def number(self, name: str, value: float) -> None:
        """The single parameter of that name, with another value."""
        known = self._known(name)
        if known.value != value:
            known.value = value
            self.changed.add(id(known))

    def variables(self, name: str, lower: FloatArray | float, upper: FloatArray | float) -> Any:
        """The variables of that name, with other bounds."""
        known = self._known(name)
        lower = np.broadcast_to(np.asarray(lower, dtype=float), known.lower_array.shape)
        upper = np.broadcast_to(np.asarray(upper, dtype=float), known.upper_array.shape)
        if not (
            np.array_equal(known.lower_array, lower) and np.array_equal(known.upper_array, upper)
        ):
            known.lower_array, known.upper_array = lower, upper
            known._made = None
            self.bounded.add(name)
        return known

    def rows(self, name: str) -> None:
        """The constraints of that name; they follow their data."""
        self._known(name)

    def finish(self) -> None:
        """Refuse a model of which some part was not stated again."""
        kinds = (Set, Param, Var, Constraint, Objective)
        names = {one.local_name for kind in kinds for one in self._model.component_objects(kind)}
        if names - self._added:
            raise OtherShapeError(", ".join(sorted(names - self._added)))
