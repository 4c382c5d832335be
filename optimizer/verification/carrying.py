"""What the running windows of policies and quotas hold after part of a plan has passed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ...models.case import Case
from ...models.commitment_rows import Carried
from ...models.plan import Tables
from ...models.rule_rows import Policy
from ...models.standing import as_it_stands
from .decisions import check_decisions
from .leads import Leads
from .ledger import Ledger
from .marks import Marks
from .measures import Supply
from .policies import Policies
from .reading import FloatArray, IntArray, Reading
from .rules import Rules
from .stock import check_stock
from .tables import read_plan
from .technology import Technologies

SHARES = ("max_share", "min_share", "recycled_share")
COUNTED = ("min_suppliers", "max_suppliers")
BY_NODE = ("max_lanes", "min_cover_days", "max_open", "min_open")
"""Kinds that look at a moment, or count what the decisions themselves tell."""


def carried_over(
    case: Case, tables: Tables, selected: Sequence[str], path: IntArray
) -> tuple[list[Carried], list[str]]:
    """What windows that are still running hold at the end of a path.

    Args:
        case: the case of the plan.
        tables: the plan.
        selected: scenarios that were solved.
        path: nodes that have passed, one for each period from 1.

    Returns:
        Rows of the table `carried` of the case that starts then, and names of limits whose running
        window cannot be carried.
    """
    reading, ledger = Reading(as_it_stands(case), selected), Ledger()
    rules, marks = Rules(reading), Marks(reading)
    plan = read_plan(reading, marks, tables, ledger)
    leads = Leads(reading, plan, rules, marks)
    decisions = check_decisions(reading, plan, Technologies(reading, rules), ledger)
    stocks, _ = check_stock(reading, plan, leads, decisions, marks, ledger)
    policies = Policies(reading, plan, decisions, stocks, Supply(reading, plan))
    rows: list[Carried] = []
    lost: list[str] = []
    for row in case.policies:
        window = "period" if row.kind in BY_NODE else row.span
        first = max(1, case.period(row.start, 1))
        begun = _begun(case, window, first, len(path))
        if begun is None or case.period(row.end, case.case.periods) <= len(path):
            continue
        nodes = path[begun - 1 :]
        if row.kind in COUNTED:
            lost.append(row.policy)
            continue
        held = _held(case, row.policy) if begun == 1 else {}
        for key, scope, total in _amounts(policies, row):
            quantity, whole = held.get(key, (0.0, 0.0))
            rows.append(_row(row.policy, key, scope[nodes].sum() + quantity,
                             total[nodes].sum() + whole))  # fmt: skip
    rows += _quotas(case, reading, leads, path)
    return rows, lost


def _begun(case: Case, window: str, first: int, passed: int) -> int | None:
    """First passed period of the window that goes on afterwards; None where none does."""
    if window == "period" or first > passed:
        return None
    if window == "horizon":
        return first
    length = max(1, round(12 / case.case.months_per_period))
    into = (passed + case.case.periods_before) % length
    return None if into == 0 else max(first, passed - into + 1, 1)


def _held(case: Case, limit: str) -> dict[str, tuple[float, float]]:
    return {row.key or "": (row.quantity, row.total) for row in case.carried if row.limit == limit}


def _amounts(policies: Policies, row: Policy) -> Iterator[tuple[str, FloatArray, FloatArray]]:
    """Key, amount in scope and all of it at each node, for every key a policy binds."""
    nothing = np.zeros(policies.reading.size)
    supply = policies.supply
    if row.kind == "capital_budget":
        yield "", policies.budget, nothing
    elif row.kind == "max_throughput":
        yield from ((key, amount, nothing) for key, amount in policies._throughput(row))
    elif row.kind == "recycled_share":
        every = supply.of(row.materials, row.stages)
        chosen = every & supply.recycled(row.materials)
        chosen &= supply.within(row.countries, row.operators, row.suppliers, row.sites)
        total = supply.flow[every].sum(axis=0)
        if row.each is None:
            yield "", supply.flow[chosen].sum(axis=0), total
        else:
            for key, amount in zip(*supply.by(row.each, chosen), strict=True):
                yield key, amount, total
    else:
        total = nothing
        if row.kind in SHARES:
            total = supply.flow[supply.of(row.materials, row.stages)].sum(axis=0)
        yield from ((key, amount, total) for key, amount in policies._scoped(row))


def _quotas(case: Case, reading: Reading, leads: Leads, path: IntArray) -> list[Carried]:
    """What running windows of quotas have let pass."""
    rows = []
    for number, rule in leads.borders.rows:
        if not np.isfinite(reading.dense("controls", "quota")[number]).any():
            continue
        begun = _begun(case, rule.quota_window, 1, len(path))
        if begun is None:
            continue
        amount = np.zeros(reading.size)
        for leg in (leads.orders, leads.shipments):
            at = leg.verdict.complied.get(number, np.zeros(0, dtype=np.int64))
            amount += reading.per_node(leg.node[at], leg.quantity[at])
        before = _held(case, rule.control).get("", (0.0, 0.0))[0] if begun == 1 else 0.0
        rows.append(_row(rule.control, "", amount[path[begun - 1 :]].sum() + before, 0.0))
    return rows


def _row(limit: str, key: str, quantity: float, total: float) -> Carried:
    return Carried(limit=limit, key=key or None, quantity=float(quantity), total=float(total))
