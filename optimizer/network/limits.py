"""Policies and quotas as rows: a sum of flows or decisions over a window, against a limit.

Every row reads ``sum of terms <= limit + excess``; minima are turned round. The excess is a
variable where a policy has a penalty, and absent where it is hard.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...models.rule_rows import Policy
from ..indexing import matching, total_by
from ..tree import FloatArray, IntArray
from .entries import Entries, join, keys_in_scope, scope_mask
from .flows import Flows
from .frame import Frame

BoolArray = NDArray[np.bool_]
SUPPLIER_COUNTS = ("min_suppliers", "max_suppliers")
OPENINGS = ("max_open", "min_open")


@dataclass
class LimitRows:
    """Rows under construction, then arrays.

    Attributes:
        name: policy or rule of each row.
        key: country, operator, supplier or site it binds, '' for all together.
        node: last node of its window.
        limit: right-hand side.
        penalty: weighted cost per unit of excess, NaN where the row is hard.
        value: the policy's own value (a share where the row compares with a total).
        held: what the row's window held before period 1, as it counts in the sum of terms.
        held_total: the same of the total that a share is a share of.
        total_parts: terms of the total that a share is a share of.
        terms: family -> (row, position in the family, coefficient), three arrays.
    """

    name: list[str] = field(default_factory=list)
    key: list[str] = field(default_factory=list)
    node: list[int] = field(default_factory=list)
    limit: list[float] = field(default_factory=list)
    penalty: list[float] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    held: list[float] = field(default_factory=list)
    held_total: list[float] = field(default_factory=list)
    parts: dict[str, list[tuple[IntArray, IntArray, FloatArray]]] = field(default_factory=dict)
    total_parts: dict[str, list[tuple[IntArray, IntArray, FloatArray]]] = field(
        default_factory=dict
    )

    def add_rows(
        self,
        name: str,
        key: str,
        nodes: IntArray,
        limits: FloatArray,
        penalties: FloatArray,
        values: FloatArray | None = None,
    ) -> int:
        """Add one row per node; returns the number of the first."""
        first = len(self.name)
        self.name += [name] * len(nodes)
        self.key += [key] * len(nodes)
        self.node += [int(node) for node in nodes]
        self.limit += [float(limit) for limit in limits]
        self.penalty += [float(penalty) for penalty in penalties]
        self.value += [float(value) for value in (limits if values is None else values)]
        self.held += [0.0] * len(nodes)
        self.held_total += [0.0] * len(nodes)
        return first

    def room(self) -> FloatArray:
        """What is left of each limit for the horizon. Shape (rows,)."""
        return np.asarray(np.array(self.limit) - np.array(self.held), dtype=float)

    def add_terms(
        self,
        family: str,
        rows: IntArray,
        positions: IntArray,
        amounts: FloatArray,
        *,
        total: bool = False,
    ) -> None:
        """Add terms to rows, or to the totals their shares compare with."""
        if len(rows):
            parts = self.total_parts if total else self.parts
            parts.setdefault(family, []).append((rows, positions, amounts))

    def totals(self, family: str) -> tuple[IntArray, IntArray, FloatArray]:
        """Terms of the totals that shares compare with, like :meth:`terms`."""
        return self._sum(self.total_parts.get(family, []))

    def terms(self, family: str) -> tuple[IntArray, IntArray, FloatArray]:
        """All terms of a family, those of one row and position added up, sorted by row."""
        return self._sum(self.parts.get(family, []))

    @staticmethod
    def _sum(
        parts: list[tuple[IntArray, IntArray, FloatArray]],
    ) -> tuple[IntArray, IntArray, FloatArray]:
        if not parts:
            empty = np.zeros(0, dtype=np.int64)
            return empty, empty, np.zeros(0)
        rows, positions, amounts = (np.concatenate(column) for column in zip(*parts, strict=True))
        code = rows * (positions.max() + 1) + positions
        unique, inverse = np.unique(code, return_inverse=True)
        total = total_by(inverse.reshape(-1), amounts, len(unique))
        return unique // (positions.max() + 1), unique % (positions.max() + 1), total


def windows(frame: Frame, window: str, start: object, end: object) -> list[tuple[int, IntArray]]:
    """(last node, nodes on its path) of every window of a policy or quota."""
    case, tree = frame.case, frame.tree
    first = max(1, case.period(start, 1))  # type: ignore[arg-type]  # a period cell
    last = min(tree.periods, case.period(end, tree.periods))  # type: ignore[arg-type]  # likewise
    if window == "period":
        length = 1
    elif window == "year":
        length = max(1, round(12 / case.case.months_per_period))
    else:
        length = tree.periods
    passed = case.case.periods_before if window == "year" else 0
    blocks: dict[int, list[int]] = {}
    for period in range(first, last + 1):
        blocks.setdefault((period - 1 + passed) // length, []).append(period)
    result = []
    for periods in blocks.values():
        back = np.array(periods) - 1
        result += [(int(node), tree.path_at[node, back]) for node in tree.in_period(periods[-1])]
    return result


def build_limits(
    frame: Frame, flows: Flows, quotas: Sequence[tuple[int, dict[str, BoolArray]]]
) -> tuple[LimitRows, LimitRows]:
    """Rows of policies and of quotas.

    Args:
        frame: the case.
        flows: what policies count.
        quotas: (row of controls, family -> whether it hits each position) of every quota.
    """
    rows, quota_rows = LimitRows(), LimitRows()
    for position, policy in enumerate(frame.case.policies):
        if policy.kind not in SUPPLIER_COUNTS:
            _policy_rows(frame, flows, position, policy, rows)
    for control, hits in quotas:
        _quota_rows(frame, flows, control, hits, quota_rows)
    return rows, quota_rows


def _policy_rows(
    frame: Frame, flows: Flows, position: int, policy: Policy, rows: LimitRows
) -> None:
    build: dict[str, Callable[..., None]] = {
        "max_share": _share_rows,
        "min_share": _share_rows,
        "recycled_share": _share_rows,
        "max_quantity": _amount_rows,
        "min_quantity": _amount_rows,
        "max_throughput": _amount_rows,
        "capital_budget": _amount_rows,
        "max_open": _amount_rows,
        "min_open": _amount_rows,
        "max_lanes": _amount_rows,
        "min_cover_days": _cover_rows,
    }
    build[policy.kind](frame, flows, position, policy, rows)


def spans_of(frame: Frame, policy: Policy) -> list[tuple[int, IntArray]]:
    """(last node, counted nodes) of every window in which a policy binds."""
    window = "period" if policy.kind in ("max_lanes", "min_cover_days") else policy.span
    spans = windows(frame, window, policy.start, policy.end)
    if policy.kind in OPENINGS:
        everything = frame.tree.path_at
        spans = [(node, everything[node][everything[node] >= 0]) for node, _ in spans]
    return spans


def value_and_penalty(
    frame: Frame, position: int, nodes: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Value and weighted penalty of a policy at the last node of each window."""
    value = frame.values.array("policies", "value")[position, nodes]
    penalty = frame.values.array("policies", "penalty")[position, nodes]
    return value, penalty * frame.time.weight[nodes]


def _carry(
    frame: Frame,
    rows: LimitRows,
    first: int,
    spans: list[tuple[int, IntArray]],
    key: str,
    *,
    window: str,
    sign: float,
    shares: FloatArray | None = None,
) -> None:
    """Enter what windows that hold period 1 held before it (table `carried`)."""
    if window == "period" or not spans:
        return
    for held in frame.case.carried:
        if held.limit != rows.name[first] or (held.key or "") != key:
            continue
        for at, (_, path) in enumerate(spans):
            if frame.tree.period[path].min() == 1:
                share = 0.0 if shares is None else float(shares[at])
                rows.held[first + at] += sign * (held.quantity - share * held.total)
                rows.held_total[first + at] += held.total


def _in_windows(spans: list[tuple[int, IntArray]], nodes: IntArray) -> tuple[IntArray, IntArray]:
    """(window, entry) for every entry whose node lies in a window."""
    lengths = [len(path) for _, path in spans]
    window = np.repeat(np.arange(len(spans)), lengths)
    span_nodes = (
        np.concatenate([path for _, path in spans]) if spans else np.zeros(0, dtype=np.int64)
    )
    at, entry = matching(span_nodes, nodes)
    return window[at], entry


def _share_rows(frame: Frame, flows: Flows, position: int, policy: Policy, rows: LimitRows) -> None:
    """Scope <= value x total, or the reverse for minima."""
    spans = spans_of(frame, policy)
    last = np.array([node for node, _ in spans], dtype=np.int64)
    value, penalty = value_and_penalty(frame, position, last)
    supply = flows.supply(frame, policy.materials, policy.stages)
    scope_of = (
        flows.recycled(frame, policy.materials, policy.stages)
        if policy.kind == "recycled_share"
        else supply
    )
    sign = 1.0 if policy.kind == "max_share" else -1.0
    everything = np.ones(len(supply), dtype=bool)
    for key, inside in keys_in_scope(frame, policy, scope_of, flows.sources(frame, policy)):
        first = rows.add_rows(policy.policy, key, last, np.zeros(len(last)), penalty, value)
        add_entries(rows, first, spans, supply, everything, np.ones(len(last)), total=True)
        add_entries(rows, first, spans, scope_of, inside, np.full(len(last), sign))
        add_entries(rows, first, spans, supply, everything, -sign * value)
        _carry(frame, rows, first, spans, key, window=policy.span, sign=sign, shares=value)


def _amount_rows(  # noqa: PLR0912  # one branch for each kind of policy
    frame: Frame, flows: Flows, position: int, policy: Policy, rows: LimitRows
) -> None:
    """Amount in scope <= value, or the reverse for minima."""
    spans = spans_of(frame, policy)
    last = np.array([node for node, _ in spans], dtype=np.int64)
    value, penalty = value_and_penalty(frame, position, last)
    sign = -1.0 if policy.kind in ("min_quantity", "min_open") else 1.0
    if policy.kind in ("max_quantity", "min_quantity"):
        entries = flows.supply(frame, policy.materials, policy.stages)
    elif policy.kind == "max_throughput":
        entries = flows.throughput(frame, policy.materials)
    elif policy.kind == "capital_budget":
        entries = flows.capital
    elif policy.kind == "max_lanes":
        entries = flows.lanes_used(frame, policy.materials)
    else:
        entries = flows.openings(frame, policy.materials, policy.stages)
    if policy.kind == "capital_budget":
        scopes = [("", np.ones(len(entries), dtype=bool))]
    elif policy.kind == "max_lanes":
        inside = scope_mask(frame, policy, entries)
        scopes = [
            (frame.sites[site], inside & (entries.site == site))
            for site in np.unique(entries.site[inside])
        ]
    elif policy.kind in ("max_quantity", "min_quantity"):
        scopes = keys_in_scope(frame, policy, entries, flows.sources(frame, policy))
    elif policy.kind in OPENINGS:
        before = flows.opened_before(frame, policy.materials, policy.stages)
        scopes = keys_in_scope(frame, policy, entries, join([entries, before]))
        standing = dict(keys_in_scope(frame, policy, before, join([entries, before])))
    else:
        scopes = keys_in_scope(frame, policy, entries)
    for key, inside in scopes:
        first = rows.add_rows(policy.policy, key, last, sign * value, penalty)
        if policy.kind in OPENINGS:
            _add_openings(frame, rows, first, spans, entries, inside, sign)
            until = before.until[standing[key]]
            for at, node in enumerate(last):
                rows.held[first + at] += sign * int((until >= frame.tree.period[node]).sum())
        else:
            add_entries(rows, first, spans, entries, inside, np.full(len(last), sign))
            window = "period" if policy.kind == "max_lanes" else policy.span
            _carry(frame, rows, first, spans, key, window=window, sign=sign)


def _add_openings(
    frame: Frame,
    rows: LimitRows,
    first: int,
    spans: list[tuple[int, IntArray]],
    entries: Entries,
    inside: BoolArray,
    sign: float,
) -> None:
    """Openings decided by the window's end count until their plant's own end."""
    window, entry = _in_windows(spans, entries.node)
    last = np.array([node for node, _ in spans], dtype=np.int64)
    keep = inside[entry] & (frame.tree.period[last[window]] <= entries.until[entry])
    rows.add_terms(
        "open", first + window[keep], entries.position[entry[keep]], np.full(int(keep.sum()), sign)
    )


def _cover_rows(frame: Frame, flows: Flows, position: int, policy: Policy, rows: LimitRows) -> None:
    """Stock of the materials >= cover of all their demand."""
    spans = spans_of(frame, policy)
    last = np.array([node for node, _ in spans], dtype=np.int64)
    value, penalty = value_and_penalty(frame, position, last)
    entries = flows.stocks(frame, policy.materials)
    need = flows.demand_of(frame, policy.materials)[last] * value / frame.case.days_per_period
    for key, inside in keys_in_scope(frame, policy, entries):
        first = rows.add_rows(policy.policy, key, last, -need, penalty)
        add_entries(rows, first, spans, entries, inside, np.full(len(last), -1.0))


def add_entries(
    rows: LimitRows,
    first: int,
    spans: list[tuple[int, IntArray]],
    entries: Entries,
    inside: BoolArray,
    factor: FloatArray,
    *,
    total: bool = False,
) -> None:
    """Add the entries inside a scope to their windows, times a factor per window."""
    chosen = np.flatnonzero(inside)
    window, at = _in_windows(spans, entries.node[chosen])
    entry = chosen[at]
    amounts = entries.amount[entry] * factor[window]
    for number, family in enumerate(entries.families):
        own = entries.family[entry] == number
        rows.add_terms(
            family, first + window[own], entries.position[entry[own]], amounts[own], total=total
        )


def _quota_rows(
    frame: Frame, flows: Flows, control: int, hits: dict[str, BoolArray], rows: LimitRows
) -> None:
    """One pool for all that a rule hits together while it is in force."""
    rule = frame.case.controls[control]
    spans = windows(frame, rule.quota_window, None, None)
    last = np.array([node for node, _ in spans], dtype=np.int64)
    quota = frame.values.array("controls", "quota")[control, last]
    bound = np.flatnonzero(np.isfinite(quota))
    spans, last, quota = [spans[at] for at in bound], last[bound], quota[bound]
    first = rows.add_rows(rule.control, "", last, quota, np.full(len(last), np.nan))
    _carry(frame, rows, first, spans, "", window=rule.quota_window, sign=1.0)
    for family, hit in hits.items():
        position = np.flatnonzero(hit)
        window, at = _in_windows(spans, flows.node_of(family)[position])
        rows.add_terms(family, first + window, position[at], np.ones(len(at)))
