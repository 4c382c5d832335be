"""Random cases with an outage written into their tables, and plain solves of them.

What an outage does is said here a second time, in the language of the case format: capacities that
are 0 for some periods. Lanes are written pair by pair first, so that one end of them can fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from oracle.random_cases import random_case
from secondsource.models.case import Case
from secondsource.models.names import CaseNames
from secondsource.models.plan import Tables
from secondsource.models.problems import CaseError
from secondsource.models.rule_rows import Change
from secondsource.optimizer.arrays import Arrays
from secondsource.optimizer.executors import Failed, open_executor
from secondsource.optimizer.highs import Options, Session
from secondsource.optimizer.keep import keep_decisions
from secondsource.optimizer.labels import KINDS, Labels
from secondsource.optimizer.network import Network
from secondsource.optimizer.solve import Request, build, solve
from secondsource.optimizer.stress.outages import Outage
from secondsource.optimizer.stress.study import (
    Finding,
    Prepared,
    Question,
    prepare,
    run_study,
)
from secondsource.optimizer.stress.trying import Tried
from secondsource.optimizer.stress.undisturbed import Undisturbed

from .agreement import checked

EXACT = Options(gap=0.0, threads=1)
HARD = (
    "min_take", "commit_quantity", "min_level", "final_level", "min_cover_days", "shortage_cost",
)  # fmt: skip
MINIMA = ("min_share", "min_quantity", "min_suppliers", "recycled_share", "min_cover_days")


def soft_case(seed: int, shortage_cost: float = 0.0) -> Case | None:
    """A random case without minima, in which everything may go short; None if it is of no use.

    Args:
        seed: of the case.
        shortage_cost: least cost of a unit short.
    """
    data = random_case(seed)
    data["expansions"] = []
    for row in data["offers"]:
        row.pop("min_take", None)
        row.pop("commit_quantity", None)
    for row in data["stockpiles"]:
        for column in ("min_level", "min_cover_days", "final_level", "cover_of"):
            row.pop(column, None)
    for row in data["demand"]:
        row["shortage_cost"] = max(row["shortage_cost"] or 100, shortage_cost)
    data["policies"] = [row for row in data["policies"] if row["kind"] not in MINIMA]
    data["changes"] = [
        row
        for row in data["changes"]
        if row["table"] not in ("lanes", "expansions", "policies") and row["field"] not in HARD
    ]
    try:
        case = checked(data)
    except CaseError:
        return None
    return pair_by_pair(case)


def served_case(seed: int) -> Case | None:
    """A random case like :func:`soft_case` with only the demand that its plan meets in full."""
    case = soft_case(seed, shortage_cost=5000.0)
    plan = None if case is None else planned(case)
    if case is None or plan is None:
        return None
    service = plan[0]["service"]
    lacking = set(service.loc[(service["short"] > 1e-7) | (service["backlog"] > 1e-7), "row"])
    served = [row for at, row in enumerate(case.demand, start=1) if at not in lacking]
    places = {(row.site, row.material) for row in served}
    returns = [row for row in case.returns if (row.from_site, row.from_material) in places]
    if not served or len(returns) < len(case.returns):
        return None
    keys = {f"site={row.site};material={row.material}" for row in served}
    changes = [row for row in case.changes if row.table != "demand" or row.key in {*keys, "*"}]
    return case.model_copy(update={"demand": served, "changes": changes})


def pair_by_pair(case: Case) -> Case:
    """The case with a row of lanes for every pair of sites."""
    place = CaseNames(case).of("place")
    lanes = []
    for row in case.lanes:
        for start in place.select(row.from_):
            for end in place.select(row.to):
                if start == end:
                    continue
                pair = f"{start}>{end}"
                update = {"lane": f"{row.lane} {pair}", "from_": start, "to": end}
                if row.shares:
                    update["shares"] = f"{row.shares} {pair}"
                lanes.append(row.model_copy(update=update))
    return case.model_copy(update={"lanes": lanes})


def without(case: Case, outage: Outage, first: int, last: int) -> Case:
    """The case with the capacities of what is out at 0 from one period to another."""
    names = CaseNames(case)
    sites = {
        site
        for site in names.operator
        if outage.name
        == {"site": site, "operator": names.operator[site], "country": names.country[site]}.get(
            outage.kind
        )
    }
    offers = [
        row.offer
        for row in case.offers
        if row.site in sites
        or (outage.kind == "operator" and names.supplier(row) == outage.name)
        or (outage.kind == "country" and (row.origin or names.country[row.site]) == outage.name)
    ]
    plants = [row.plant for row in case.plants if row.site in sites]
    lanes = [
        row.lane
        for row in case.lanes
        if row.from_ in sites or (outage.kind == "lane" and row.lane == outage.name)
    ]
    changes = [
        Change(table=table, key=key, field="capacity", value=0.0, start=first, end=last)
        for table, keys in (("offers", offers), ("plants", plants), ("lanes", lanes))
        for key in keys
    ]
    # A lane that shares the capacity of another row is closed by its own window only.
    shared = {row.shares for row in case.lanes if row.shares}
    assert not any(row.shares or row.lane in shared for row in case.lanes if row.lane in lanes)
    return case.model_copy(update={"changes": [*case.changes, *changes]})


def kept_cost(
    case: Case,
    plan: Tables,
    scenarios: tuple[str, ...],
    past: dict[str, float] | None = None,
    first: int = 1,
) -> float | None:
    """Least cost of a case with the decisions of a plan, None if they cannot be followed.

    Args:
        case: the case.
        plan: tables of the plan.
        scenarios: names to solve.
        past: value of each column before period ``first``, by name.
        first: period from which on everything is free.
    """
    built = build(case, scenarios)
    arrays, _ = keep_decisions(built, plan)
    arrays = replace(arrays, integer=arrays.integer & (arrays.lower < arrays.upper))
    if past is not None:
        arrays = _held(built.network, arrays, past, first)
    return Session(arrays, "cost").solve(EXACT).objective


def _held(network: Network, arrays: Arrays, past: dict[str, float], first: int) -> Arrays:
    """Arrays whose flows before a period are as they were, give and take a millionth."""
    lower, upper = arrays.lower.copy(), arrays.upper.copy()
    names = Labels(network, arrays).columns()
    for family in ("buy", "ship", "run", "stock", "deliver", "short", "backlog", "dispose"):
        if family not in arrays.columns:
            continue
        start = arrays.columns[family].start
        node = arrays.members[family][:, KINDS[family].index("node")]
        for at in start + np.flatnonzero(network.tree.period[node] < first):
            value = past[names[at]]
            lower[at] = max(lower[at], value - 1e-6)
            upper[at] = min(upper[at], value + 1e-6)
    return replace(arrays, lower=lower, upper=upper)


def planned(case: Case) -> tuple[Tables, tuple[str, ...]] | None:
    """The best plan of a case and the scenarios it is for; None without one."""
    request = replace(Request.of(case), minimise=("cost",), caps={}, options=EXACT)
    found = solve(case, request)
    return (found.tables, request.scenarios) if found.tables else None


def found_by(
    case: Case, plan: Tables, question: Question, scenarios: tuple[str, ...] = ("all",)
) -> tuple[Prepared, Undisturbed, list[Finding]]:
    """What a stress test of one start finds."""
    prepared = prepare(case, plan, question, scenarios)
    with open_executor("serial") as executor:
        ((undisturbed, findings),) = run_study(prepared, question, executor)
    return prepared, undisturbed, findings


def tried(findings: Iterable[Finding], keep: Callable[[Finding], bool] = bool) -> list[Tried]:
    """What became of the outages; none may have failed."""
    chosen = [finding.tried for finding in findings if keep(finding)]
    for one in chosen:
        assert not isinstance(one, Failed), one.trace
    return [one for one in chosen if isinstance(one, Tried)]


def closable(case: Case, outage: Outage) -> bool:
    """Whether the tables can say it: lanes that share a capacity cannot be closed one by one."""
    try:
        without(case, outage, 1, 1)
    except AssertionError:
        return False
    return True


def survives(
    case: Case, plan: Tables, scenarios: tuple[str, ...], outage: Outage, time: float
) -> bool:
    """Whether everybody can be given all he wants for so many periods of an outage.

    The outage lasts to the horizon; of the period in which the time ends only that part of the
    demand counts, and none of what comes after.
    """
    periods, whole = case.case.periods, int(time)
    demand = [
        row.model_copy(update={"shortage_cost": None, "backlog_cost": None}) for row in case.demand
    ]
    changes = [row for row in case.changes if row.field != "backlog_cost"]
    for period in range(whole + 1, periods + 1):
        part = time - whole if period == whole + 1 else 0.0
        changes.append(
            Change(table="demand", field="quantity", op="multiply", value=part, start=period,
                   end=period)
        )  # fmt: skip
    asked = case.model_copy(update={"demand": demand, "changes": changes})
    return kept_cost(without(asked, outage, 1, periods), plan, scenarios) is not None
