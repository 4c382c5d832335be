"""Policies and quotas as rows: a sum of flows or decisions over a window, against a limit.

Every row reads ``sum of terms <= limit + excess``; minima are turned round. The excess is a
variable where a policy has a penalty, and absent where it is hard.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ...models.rule_rows import Policy
from ..indexing import matching
from ..tree import FloatArray, IntArray
from .entries import Entries, join, keys_in_scope, scope_mask
from .flows import Flows
from .frame import Frame
from .limit_rows import LimitRows

BoolArray = NDArray[np.bool_]
SUPPLIER_COUNTS = ("min_suppliers", "max_suppliers")
OPENINGS = ("max_open", "min_open")


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
        "max_open": _opening_rows,
        "min_open": _opening_rows,
        "max_lanes": _amount_rows,
        "min_cover_days": _cover_rows,
    }
    build[policy.kind](frame, flows, position, policy, rows)


def bound_windows(
    frame: Frame, position: int, policy: Policy
) -> tuple[list[tuple[int, IntArray]], IntArray, FloatArray, FloatArray]:
    """Windows in which a policy binds.

    Returns:
        (last node, counted nodes) of each, its last node, and there the policy's value and its
        weighted penalty.
    """
    window = "period" if policy.kind in ("max_lanes", "min_cover_days") else policy.span
    spans = windows(frame, window, policy.start, policy.end)
    if policy.kind in OPENINGS:
        everything = frame.tree.path_at
        spans = [(node, everything[node][everything[node] >= 0]) for node, _ in spans]
    last = np.array([node for node, _ in spans], dtype=np.int64)
    value = frame.values.array("policies", "value")[position, last]
    penalty = frame.values.array("policies", "penalty")[position, last]
    return spans, last, value, penalty * frame.time.weight[last]


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
    spans, last, value, penalty = bound_windows(frame, position, policy)
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


def _amount_rows(
    frame: Frame, flows: Flows, position: int, policy: Policy, rows: LimitRows
) -> None:
    """Amount in scope <= value, or the reverse for minima."""
    spans, last, value, penalty = bound_windows(frame, position, policy)
    sign = -1.0 if policy.kind == "min_quantity" else 1.0
    window = "period" if policy.kind == "max_lanes" else policy.span
    entries, scopes = _counted(frame, flows, policy)
    for key, inside in scopes:
        first = rows.add_rows(policy.policy, key, last, sign * value, penalty)
        add_entries(rows, first, spans, entries, inside, np.full(len(last), sign))
        _carry(frame, rows, first, spans, key, window=window, sign=sign)


def _counted(
    frame: Frame, flows: Flows, policy: Policy
) -> tuple[Entries, list[tuple[str, BoolArray]]]:
    """What a policy on amounts adds up, and which of it counts for each key that it binds."""
    if policy.kind == "capital_budget":
        return flows.capital, [("", np.ones(len(flows.capital), dtype=bool))]
    if policy.kind == "max_throughput":
        entries = flows.throughput(frame, policy.materials)
        return entries, keys_in_scope(frame, policy, entries)
    if policy.kind == "max_lanes":
        entries = flows.lanes_used(frame, policy.materials)
        inside = scope_mask(frame, policy, entries)
        sites = np.unique(entries.site[inside])
        return entries, [(frame.sites[site], inside & (entries.site == site)) for site in sites]
    entries = flows.supply(frame, policy.materials, policy.stages)
    return entries, keys_in_scope(frame, policy, entries, flows.sources(frame, policy))


def _opening_rows(
    frame: Frame, flows: Flows, position: int, policy: Policy, rows: LimitRows
) -> None:
    """Plants that are open <= value, or the reverse for minima; those open before count too."""
    spans, last, value, penalty = bound_windows(frame, position, policy)
    sign = -1.0 if policy.kind == "min_open" else 1.0
    entries = flows.openings(frame, policy.materials, policy.stages)
    before = flows.opened_before(frame, policy.materials, policy.stages)
    every = join([entries, before])
    standing = dict(keys_in_scope(frame, policy, before, every))
    for key, inside in keys_in_scope(frame, policy, entries, every):
        first = rows.add_rows(policy.policy, key, last, sign * value, penalty)
        _add_openings(frame, rows, first, spans, entries, inside, sign)
        until = before.until[standing[key]]
        for at, node in enumerate(last):
            rows.held[first + at] += sign * int((until >= frame.tree.period[node]).sum())


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
    spans, last, value, penalty = bound_windows(frame, position, policy)
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
