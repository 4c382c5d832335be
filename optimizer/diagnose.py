"""Why a case has no plan: which demand cannot be met, or which other requirement stands against it.

Requirements are given up in turn, those people can give up first: demand, then policies, stock
levels, and what must be bought. The first turn with a plan names what could not hold, and by how
much it would have to give.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..models.case import Case
from ..models.plan import SolveStatus
from .highs import Options, Session
from .solve import Built, Request, build
from .tree import FloatArray

GIVEN_UP = 1.0
"""Price of a unit of a requirement given up, while it is being asked what must give."""


def explain_infeasible(case: Case, request: Request) -> list[str]:
    """Say what stands against a plan of an infeasible case, one line each, worst first.

    Args:
        case: a checked case without a plan.
        request: what was asked for.
    """
    given_up = case
    if request.caps:
        free = _least(case, request, uncapped=True)
        if free is not None:
            caps = ", ".join(f"{name} <= {value:g}" for name, value in request.caps.items())
            return [
                f"the case has a plan, but none within the cap {caps}; raise it, or leave it out"
            ]
    for give_up, tell in (
        (_without_hard_demand, _short_demand),
        (_without_hard_policies, _broken_policies),
        (
            _without_stock_levels,
            _nothing_to_tell("minimum levels, covers or final levels of stockpiles"),
        ),
        (
            _without_forced_purchases,
            _nothing_to_tell("quantities that must be bought (min_take, commit_quantity)"),
        ),
    ):
        given_up = give_up(given_up)
        found = _least(given_up, request)
        if found is not None:
            return tell(case, *found)
    return [
        "no plan exists even if demand, policies, stock levels and forced purchases are given up; "
        "look at returns and by-products without an outlet (secondsource check)"
    ]


def _least(
    case: Case, request: Request, *, uncapped: bool = False
) -> tuple[Built, FloatArray] | None:
    """A plan that gives up as little as possible, or None if there is none."""
    built = build(case, request.scenarios, force=request.force, measures=request.asked)
    session = Session(built.arrays, "shortage")
    if not uncapped:
        for name, limit in request.caps.items():
            session.cap(name, limit)
    penalty = built.arrays.objectives["shortage"].copy()
    for family in ("excess", "supplier_excess"):
        part = built.arrays.columns.get(family)
        if part is not None:
            penalty[part] += GIVEN_UP
    session.arrays = replace(
        built.arrays,
        objectives={**built.arrays.objectives, "given_up": penalty},
        offsets={**built.arrays.offsets, "given_up": 0.0},
    )
    session.minimise("given_up")
    outcome = session.solve(Options(gap=1e-3, time_limit=60.0, threads=request.options.threads))
    if outcome.status in (SolveStatus.INFEASIBLE, SolveStatus.NO_SOLUTION) or outcome.point is None:
        return None
    return built, outcome.point


def _changes_without(case: Case, *fields: tuple[str, str]) -> list[object]:
    return [change for change in case.changes if (change.table, change.field) not in fields]


def _without_hard_demand(case: Case) -> Case:
    rows = [
        row.model_copy(update={"shortage_cost": GIVEN_UP}) if row.shortage_cost is None else row
        for row in case.demand
    ]
    changes = _changes_without(case, ("demand", "shortage_cost"))
    return case.model_copy(update={"demand": rows, "changes": changes})


def _without_hard_policies(case: Case) -> Case:
    rows = [
        row.model_copy(update={"penalty": GIVEN_UP}) if row.penalty is None else row
        for row in case.policies
    ]
    return case.model_copy(
        update={"policies": rows, "changes": _changes_without(case, ("policies", "penalty"))}
    )


def _without_stock_levels(case: Case) -> Case:
    columns = ("min_level", "min_cover_days", "final_level")
    rows = [row.model_copy(update=dict.fromkeys(columns, 0.0)) for row in case.stockpiles]
    changes = _changes_without(case, *[("stockpiles", column) for column in columns])
    return case.model_copy(update={"stockpiles": rows, "changes": changes})


def _without_forced_purchases(case: Case) -> Case:
    columns = ("min_take", "commit_quantity")
    rows = [row.model_copy(update=dict.fromkeys(columns, 0.0)) for row in case.offers]
    changes = _changes_without(case, *[("offers", column) for column in columns])
    return case.model_copy(update={"offers": rows, "changes": changes})


def _short_demand(case: Case, built: Built, point: FloatArray) -> list[str]:
    """Hard demand that stays short, by row."""
    part = built.arrays.columns["short"]
    row, node = built.network.market.short.members.T
    amount = point[part]
    hard = np.array([case.demand[at].shortage_cost is None for at in row], dtype=bool)
    found: dict[int, list[tuple[int, float]]] = {}
    for at in np.flatnonzero(hard & (amount > 1e-6)):
        period = int(built.network.tree.period[node[at]])
        found.setdefault(int(row[at]), []).append((period, float(amount[at])))
    lines = []
    for position, periods in sorted(found.items(), key=lambda item: -sum(a for _, a in item[1])):
        demand = case.demand[position]
        unit = next(m.unit for m in case.materials if m.material == demand.material)
        first, last = min(periods)[0], max(periods)[0]
        span = case.period_label(first) + (
            f" to {case.period_label(last)}" if last != first else ""
        )
        lines.append(
            f"demand row {position + 1}: {demand.end_use} demand for {demand.material} at "
            f"{demand.site}, {span}, cannot be met: "
            f"{sum(a for _, a in periods):,.6g} {unit} short; give it a shortage_cost, "
            "or another source, stock or time"
        )
    return lines


def _broken_policies(case: Case, built: Built, point: FloatArray) -> list[str]:
    """Hard policies that would have to be exceeded."""
    hard = {
        row.policy: number
        for number, row in enumerate(case.policies, start=1)
        if row.penalty is None
    }
    limits, counts = built.network.limits, built.network.suppliers
    amounts: dict[str, float] = {}
    for family, names, members in (
        ("excess", limits.name, built.arrays.members.get("excess")),
        ("supplier_excess", counts.total.name, built.arrays.members.get("supplier_excess")),
    ):
        if members is None:
            continue
        for member, amount in zip(members[:, 0], point[built.arrays.columns[family]], strict=True):
            if amount > 1e-6 and names[member] in hard:
                amounts[names[member]] = amounts.get(names[member], 0.0) + float(amount)
    return [
        f"policies row {hard[name]}: {name} cannot be kept together with demand and the rules: "
        f"{amount:,.6g} beyond its value in all; give it a penalty, or loosen it"
        for name, amount in sorted(amounts.items(), key=lambda item: -item[1])
    ]


def _nothing_to_tell(what: str) -> Callable[[Case, Built, FloatArray], list[str]]:
    def tell(_case: Case, _built: Built, _point: FloatArray) -> list[str]:
        return [f"{what} cannot be kept together with the rest of the case; lower them"]

    return tell
