"""Pyomo components that keep their data as arrays.

Pyomo checks every element of a set and every value of a parameter, and builds one object for each
variable and constraint; on half a million variables that takes longer than everything else
together. The network has made and checked these data already, so the components here hold the
arrays and give Pyomo its dictionaries only when it asks (writing the model, printing it, compiling
it the plain way). Until then a family costs the same whatever its size.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any
from weakref import ref as weakref_ref

import numpy as np
import pyomo.core.base.constraint as pyomo_constraint
from pyomo.core.base.constraint import IndexedConstraint, TemplateConstraintData
from pyomo.core.base.param import IndexedParam
from pyomo.core.base.set import IndexedSet, InsertionOrderSetData, OrderedScalarSet
from pyomo.core.base.var import IndexedVar, VarData
from pyomo.core.expr.template_expr import (
    IndexTemplate,
    NPV_Numeric_GetItemExpression,
    NPV_Structural_GetItemExpression,
    Numeric_GetItemExpression,
    TemplateExpressionError,
    templatize_constraint,
)
from pyomo.environ import Any as AnyValue
from pyomo.environ import Binary, NonNegativeIntegers, NonNegativeReals, Reals

from ..indexing import Index
from ..tree import FloatArray, IntArray

DOMAINS = {
    "continuous": NonNegativeReals,
    "binary": Binary,
    "integer": NonNegativeIntegers,
    "free": Reals,
}


def _tuples(members: IntArray) -> list[Any]:
    if members.shape[1] == 1:
        return list(members[:, 0].tolist())
    return list(map(tuple, members.tolist()))


class _Templated:
    """An indexed component that answers a template's placeholders directly.

    Pyomo tells them from other indices by catching exceptions and walking expressions, which takes
    half the time of stating a small model.
    """

    _item: type

    def __getitem__(self, index: Any) -> Any:
        """One member, or the expression that stands for it."""
        parts = index if isinstance(index, tuple) else (index,)
        for part in parts:
            if isinstance(part, IndexTemplate):
                return self._item((self, *parts))
        return super().__getitem__(index)  # type: ignore[misc]  # Pyomo's


class _MadeOnUse(_Templated):
    """An indexed component whose dictionary of members is made when something first needs it.

    Its dictionary is Pyomo's own, and empty, until ``construct`` takes it away.
    """

    index_set: Callable[[], Any]
    _constructed: bool
    _made: dict[Any, Any] | None

    @property
    def _data(self) -> dict[Any, Any]:
        if self._made is None:
            self._made = self._make()
        return self._made

    @_data.setter
    def _data(self, value: dict[Any, Any]) -> None:
        self._made = value

    def construct(self, data: Any = None) -> None:
        """Be ready without making any member."""
        self._constructed = True
        self._made = None

    def _make(self) -> dict[Any, Any]:
        """All members."""
        raise NotImplementedError


class Members(OrderedScalarSet):  # type: ignore[misc]  # pyomo is untyped
    """An ordered set of integers or integer tuples, kept as an :class:`Index`."""

    def __init__(self, index: Index) -> None:
        self.index_array = index
        self._made: dict[Any, int] | None = {}  # Pyomo looks here while it initialises
        super().__init__(dimen=index.width)
        self._made = None

    @property
    def _values(self) -> dict[Any, int]:
        if self._made is None:
            members = _tuples(self.index_array.members)
            self._made = dict(zip(members, range(len(members)), strict=True))
        return self._made

    @_values.setter
    def _values(self, value: dict[Any, int]) -> None:
        self._made = value

    def _iter_impl(self) -> Iterator[Any]:
        """Members in order; the first one by itself, for templates look no further."""
        if self._made is not None:
            yield from self._made
        else:
            yield from _tuples(self.index_array.members[:1])
            yield from itertools.islice(self._values, 1, None)

    def __len__(self) -> int:
        return len(self.index_array if self._made is None else self._made)

    def construct(self, data: Any = None) -> None:
        """Be ready without making the tuples."""
        self._constructed = True


class Incidence(_Templated, IndexedSet):  # type: ignore[misc]  # pyomo is untyped
    """An indexed set of members of ``target``, one set for every member of ``keys``.

    Args:
        keys: set whose members index it.
        rows: position in ``keys`` of each pair, in any order.
        members: members of each pair. Shape (pairs, columns).
    """

    _ComponentDataClass = InsertionOrderSetData
    _item = NPV_Structural_GetItemExpression

    def __init__(self, keys: Any, rows: IntArray, members: IntArray) -> None:
        members = np.asarray(members, dtype=np.int64)
        members = members[:, None] if members.ndim == 1 else members
        if len(rows) and (rows[1:] < rows[:-1]).any():
            members = members[np.argsort(rows, kind="stable")]
        self.members_array = members
        size = len(keys.index_array)
        self.pointers = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=size))])
        self.keys_set = keys
        super().__init__(keys, dimen=members.shape[1])

    def _row(self, key: Any) -> int:
        """Position of a key: from the array for the one a template asks for, then from Pyomo's."""
        if not self._data:
            parts = key if isinstance(key, tuple) else (key,)
            if all(isinstance(part, int) for part in parts):
                return int(self.keys_set.index_array.positions(np.array([parts]))[0])
        return int(self.keys_set._values.get(key, -1))

    def _validate_index(self, idx: Any) -> Any:
        return idx if self._row(idx) >= 0 else super()._validate_index(idx)

    def _getitem_when_not_present(self, index: Any) -> Any:
        """Make one of the sets; its members are known to be good."""
        row = self._row(index)
        made = self._ComponentDataClass(component=self)
        members = _tuples(self.members_array[self.pointers[row] : self.pointers[row + 1]])
        made._values = dict.fromkeys(members)
        made._index, made._dimen = index, self.members_array.shape[1]
        self._data[index] = made
        return made

    def construct(self, data: Any = None) -> None:
        """Be ready without making any of the sets; each is made on first use."""
        self._constructed = True


class Data(_MadeOnUse, IndexedParam):  # type: ignore[misc]  # pyomo is untyped
    """A parameter over a set, kept as an array in the order of the set."""

    _item = NPV_Numeric_GetItemExpression

    def __init__(self, keys: Any, values: FloatArray) -> None:
        self.keys_set = keys
        self.values_array = np.broadcast_to(np.asarray(values, dtype=float), len(keys.index_array))
        super().__init__(keys, within=AnyValue, mutable=False)

    def _make(self) -> dict[Any, float]:
        keys = _tuples(self.keys_set.index_array.members)
        return dict(zip(keys, self.values_array.tolist(), strict=True))

    def extract_values_sparse(self) -> dict[Any, float]:
        """All values; Pyomo's own way here goes through a method that it deprecates."""
        return dict(self._data)


class Variables(_MadeOnUse, IndexedVar):  # type: ignore[misc]  # pyomo is untyped
    """Variables over a set, with their bounds as arrays in the order of the set.

    Args:
        keys: index set.
        domain: a key of DOMAINS.
        lower: lower bounds.
        upper: upper bounds.
    """

    _item = Numeric_GetItemExpression

    def __init__(
        self, keys: Any, domain: str, lower: FloatArray | float, upper: FloatArray | float
    ) -> None:
        size = len(keys.index_array)
        self.lower_array = np.broadcast_to(np.asarray(lower, dtype=float), size)
        self.upper_array = np.broadcast_to(np.asarray(upper, dtype=float), size)
        self.integer: Any = domain in ("binary", "integer")
        super().__init__(keys, within=DOMAINS[domain])

    def _make(self) -> dict[Any, Any]:
        domain = self._rule_domain(self.parent_block(), None, self)
        owner = weakref_ref(self)
        default = 1.0 if domain is Binary else np.inf
        made = {}
        for index, low, high in zip(
            self.index_set(), self.lower_array.tolist(), self.upper_array.tolist(), strict=True
        ):
            made[index] = data = VarData()
            data._component, data._index, data._domain = owner, index, domain
            if low > 0:
                data.setlb(low)
            if high != default:
                data.setub(high)
        return made


class Rows(_MadeOnUse, IndexedConstraint):  # type: ignore[misc]  # pyomo is untyped
    """Constraints over a set: one template, or without templates what Pyomo makes of the rule.

    Attributes:
        template: relation and placeholders of its indices; None without templates.
    """

    template: tuple[Any, Any] | None = None

    def _make(self) -> dict[Any, Any]:
        if self.template is None:
            return {}
        owner = weakref_ref(self)
        return {key: TemplateConstraintData(self.template, owner, key) for key in self.index_set()}

    def construct(self, data: Any = None) -> None:
        """State the template; without one, let Pyomo call the rule for every member."""
        if pyomo_constraint.TEMPLATIZE_CONSTRAINTS and not self._constructed:
            try:
                self.template = templatize_constraint(self)
            except TemplateExpressionError:
                self.template = None
        if self.template is not None:
            super().construct(data)
        else:
            IndexedConstraint.construct(self, data)
