"""Windows in which a policy counts suppliers, and the supply of each supplier in them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...models.rule_rows import Policy
from ..tree import FloatArray, IntArray
from .entries import keys_in_scope
from .flows import Flows
from .frame import Frame
from .limit_rows import LimitRows
from .limits import SUPPLIER_COUNTS, BoolArray, add_entries, bound_windows


@dataclass
class SupplierRows:
    """Counting of suppliers: one window for every policy, key and span of time.

    Attributes:
        total: one row per window: all supply of the policy's materials. Its name, key, node, limit
            and penalty are those of the window.
        at_least: whether a window asks for a minimum.
        count_from: share of the total from which a supplier counts, per window.
        supply: one row per window and supplier: that supplier's supply in scope.
        window: window of each row of ``supply``.
    """

    total: LimitRows = field(default_factory=LimitRows)
    at_least: list[bool] = field(default_factory=list)
    count_from: list[float] = field(default_factory=list)
    supply: LimitRows = field(default_factory=LimitRows)
    window: list[int] = field(default_factory=list)

    @property
    def windows(self) -> int:
        """Number of windows."""
        return len(self.total.name)

    @property
    def entries(self) -> int:
        """Number of pairs of a window and a supplier."""
        return len(self.supply.name)

    def arrays(self) -> tuple[IntArray, BoolArray, FloatArray, FloatArray]:
        """Window of each entry; at_least, limit and penalty of each window."""
        return (
            np.array(self.window, dtype=np.int64),
            np.array(self.at_least, dtype=bool),
            np.array(self.total.limit, dtype=float),
            np.array(self.total.penalty, dtype=float),
        )


def build_supplier_rows(frame: Frame, flows: Flows) -> SupplierRows:
    """Windows of all policies that count suppliers."""
    rows = SupplierRows()
    for position, policy in enumerate(frame.case.policies):
        if policy.kind in SUPPLIER_COUNTS:
            _add_policy(frame, flows, position, policy, rows)
    return rows


def _add_policy(
    frame: Frame, flows: Flows, position: int, policy: Policy, rows: SupplierRows
) -> None:
    spans, last, value, penalty = bound_windows(frame, position, policy)
    share = frame.values.array("policies", "count_from")[position, last]
    entries = flows.supply(frame, policy.materials, policy.stages)
    everything, once = np.ones(len(entries), dtype=bool), np.ones(len(last))
    sources = flows.sources(frame, policy)
    keys = keys_in_scope(frame, policy, entries, sources)
    for (key, scope), (_, able) in zip(keys, keys_in_scope(frame, policy, sources), strict=True):
        first = rows.total.add_rows(policy.policy, key, last, value, penalty)
        add_entries(rows.total, first, spans, entries, everything, once)
        rows.at_least += [policy.kind == "min_suppliers"] * len(last)
        rows.count_from += share.tolist()
        suppliers = np.unique(entries.supplier[scope])
        if policy.kind == "min_suppliers":  # from a share of 0 on, even who supplies nothing counts
            suppliers = np.union1d(suppliers, sources.supplier[able])
        for supplier in suppliers:
            own = scope & (entries.supplier == supplier)
            name = frame.operators[supplier]
            at = rows.supply.add_rows(policy.policy, name, last, value, penalty)
            add_entries(rows.supply, at, spans, entries, own, once)
            rows.window += range(first, first + len(last))
