r"""What rules and policies cost: the plan against the best plan without each, and without all.

.. math::
    cost(r) = V - V_{-r},\qquad cost(R) = V - V_{-R},\qquad leftover = cost(R) - \sum_r cost(r)

A rule is taken away by repealing it from the first period on, a policy by asking for nothing. The
cost is split by demand segment in proportion to what the rule changes at the margin: what the
segment's quantities are worth in either plan by its shadow prices, whole numbers fixed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ...models.case import Case
from ...models.explain_results import RULES, SEGMENTS, frame_of
from ...models.plan import SolveStatus
from ..executors import Failed
from ..executors import Name as ExecutorName
from ..executors.crew import Crew
from ..executors.spreading import spread
from ..highs import Session
from ..lexicographic import lexicographic
from ..outcomes import Options
from ..solve import Built, Request, build, cap_value
from ..targets import value_of
from ..tree import FloatArray
from .edits import Edit, applied
from .prices import fixed_whole, prices_of
from .requirements import Loosening, Requirement
from .words import Words

ALL_RULES, ALL_POLICIES, ALL = "all rules", "all policies", "all rules and policies"
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Without:
    """What to solve: the case with edits.

    Attributes:
        name: of the rule or policy, or of all.
        kind: 'rule', 'policy' or 'all'.
        edits: changes of the case.
    """

    name: str
    kind: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Found:
    """What solving it gave.

    Attributes:
        status: how it ended.
        value: of the objective; None without a plan.
        bound: proven bound on it.
        lead_time, shortage: of the plan.
        segments: (end use, material, site) -> (value at the margin, quantity short, expected).
    """

    status: SolveStatus
    value: float | None = None
    bound: float | None = None
    lead_time: float = 0.0
    shortage: float = 0.0
    segments: dict[tuple[str, str, str], tuple[float, float]] | None = None


@dataclass(frozen=True)
class _Setup:
    case: Case
    request: Request


def start(setup: _Setup) -> _Setup:
    """What a worker keeps."""
    return setup


def work(setup: _Setup, task: Without) -> Found:
    """Solve the case without something."""
    case, request = applied(setup.case, task.edits), setup.request
    built = build(case, request.scenarios, force=request.force, measures=request.asked)
    return solved(built, request)


def solved(built: Built, request: Request) -> Found:
    """The best plan of a built case, with its segments."""
    session = Session(built.arrays, request.minimise[0])
    caps = {name: cap_value(built.network, name, limit) for name, limit in request.caps.items()}
    for name, limit in caps.items():
        session.cap(name, limit)
    outcome, point, name = lexicographic(session, built.arrays, request.minimise, request.options)
    if point is None:
        return Found(outcome.status)
    value = value_of(built.arrays, name, point)
    bound = outcome.bound
    return Found(
        outcome.status, value, value if bound is None else min(bound, value),
        value_of(built.arrays, "lead_time", point), value_of(built.arrays, "shortage", point),
        segments_of(built, point, name, caps, request.options),
    )  # fmt: skip


def segments_of(
    built: Built, point: FloatArray, name: str, caps: dict[str, float], options: Options
) -> dict[tuple[str, str, str], tuple[float, float]]:
    """What each demand segment's quantities are worth at the margin, and what it lacks."""
    network, arrays = built.network, built.arrays
    prices = prices_of(fixed_whole(arrays, point), name, caps, options)
    found: dict[tuple[str, str, str], tuple[float, float]] = {}
    if prices is None or "demand_is_met_or_short" not in arrays.rows:
        return found
    rows = arrays.rows["demand_is_met_or_short"]
    row, node = network.market.need.members.T
    worth = prices.duals[rows] * arrays.row_lower[rows]
    short = np.zeros(len(row))
    if "short" in arrays.columns:
        at = network.market.need.positions(network.market.short.members)
        short[at] = prices.point[arrays.columns["short"]]
        short[network.market.optional] = 0.0
    lacking = short * network.tree.probability[node]
    for which, paid, lack in zip(row.tolist(), worth.tolist(), lacking.tolist(), strict=True):
        own = network.case.demand[which]
        key = own.end_use, own.material, own.site
        before = found.get(key, (0.0, 0.0))
        found[key] = before[0] + paid, before[1] + lack
    return found


def rule_costs(
    case: Case,
    request: Request,
    *,
    executor: ExecutorName | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, float | None]:
    """What each rule and policy of a case costs, and all of them together.

    Args:
        case: a checked case with a plan.
        request: how it was solved; kept decisions are not looked at.
        executor: where the solves run; None for what suits.
        workers: worker processes.
        progress: called with how many are done, and how many there are.

    Returns:
        The costs (see RULES), by demand segment (see SEGMENTS), and what is left over between all
        rules and policies together and the sum of each alone.

    Raises:
        ValueError: the case has no plan.
        KeyboardInterrupt: Ctrl-C.
    """
    request = replace(request, keep=None, write_model=None,
                      options=replace(request.options, progress=None))  # fmt: skip
    tasks = [Without("", "", ()), *tasks_of(case)]
    found: list[Found] = [Found(SolveStatus.NO_SOLUTION)] * len(tasks)
    setup, crew = _Setup(case, request), Crew(executor, workers)
    for at, result in enumerate(spread(start, work, setup, tasks, crew, 1, len(tasks))):
        if isinstance(result, Failed):
            raise ValueError(f"without {tasks[at].name}: {result.message}")
        found[at] = result
        if progress is not None:
            progress(at + 1, len(tasks))
    if found[0].value is None:
        raise ValueError("the case has no plan, so that no rule has a cost; explain the case first")
    return _tables(case, tasks[1:], found[0], found[1:])


def tasks_of(case: Case) -> list[Without]:
    """The case without each rule, each policy, and all of them."""
    loosening = Loosening(case)
    rules = [
        Without(row.control, "rule", tuple(loosening.rule_off(at)))
        for at, row in enumerate(case.controls)
    ]
    policies = [
        Without(row.policy, "policy", tuple(_no_policy(loosening, at)))
        for at, row in enumerate(case.policies)
    ]
    tasks = [*rules, *policies]
    for name, ones in ((ALL_RULES, rules), (ALL_POLICIES, policies), (ALL, tasks)):
        several = len(rules) > 0 and len(policies) > 0
        if len(ones) > 1 and (name != ALL or several):
            tasks = [*tasks, Without(name, "all", tuple(e for one in ones for e in one.edits))]
    return tasks


def _no_policy(loosening: Loosening, at: int) -> list[Edit]:
    """Edits after which a policy asks for nothing."""
    policy = loosening.case.policies[at]
    side = "least" if policy.kind.startswith("min") or policy.kind == "recycled_share" else "most"
    return loosening.entirely(Requirement("policies", "policies", at, "value", (side,)))


def _tables(
    case: Case, tasks: Sequence[Without], base: Found, found: Sequence[Found]
) -> tuple[pd.DataFrame, pd.DataFrame, float | None]:
    words, rows, segments = Words(case), [], []
    titles = {row.control: row.title or "" for row in case.controls}
    titles |= {row.policy: words.policy(at) for at, row in enumerate(case.policies)}
    costs: dict[str, float] = {}
    assert base.value is not None
    for task, one in zip(tasks, found, strict=True):
        row: dict[str, Any] = dict.fromkeys(RULES)
        row |= {"kind": task.kind, "name": task.name, "title": titles.get(task.name, ""),
                "status": str(one.status)}  # fmt: skip
        if one.value is not None:
            cost = base.value - one.value
            costs[task.name] = cost
            row |= {
                "cost": cost, "error": _slack(base) + _slack(one),
                "share": cost / abs(base.value) if base.value else None,
                "lead_time": base.lead_time - one.lead_time,
                "shortage": base.shortage - one.shortage,
            }  # fmt: skip
            segments += _segments(case, task.name, base, one)
        rows.append(row)
    table = frame_of(rows, RULES)
    dear = pd.to_numeric(table["cost"]).fillna(np.inf).to_numpy(dtype=float)
    last = (table["kind"] == "all").to_numpy(dtype=bool)
    table = table.iloc[np.lexsort((-dear, last))].reset_index(drop=True)
    together = next((costs[name] for name in (ALL, ALL_RULES, ALL_POLICIES) if name in costs), None)
    alone = [costs[task.name] for task in tasks if task.kind != "all" and task.name in costs]
    leftover = None if together is None else together - sum(alone)
    return table, frame_of(segments, SEGMENTS), leftover


def _slack(one: Found) -> float:
    """How far a plan may be from the best."""
    return 0.0 if one.value is None or one.bound is None else max(one.value - one.bound, 0.0)


def _segments(case: Case, name: str, base: Found, one: Found) -> list[dict[str, Any]]:
    """The cost by segment, in proportion to what it changes at the margin; it adds up."""
    assert base.value is not None and one.value is not None
    wanted = _wanted(case)
    cost = base.value - one.value
    before, after = base.segments or {}, one.segments or {}
    margin = {key: worth - after.get(key, (0.0, 0.0))[0] for key, (worth, _) in before.items()}
    # a cost that the margin does not see (outlays, whole numbers) follows what segments are worth
    weights = {key: max(value if cost >= 0 else -value, 0.0) for key, value in margin.items()}
    if sum(weights.values()) <= 1e-9 * max(1.0, abs(cost)):
        weights = {key: max(worth, 0.0) for key, (worth, _) in before.items()}
    if sum(weights.values()) <= 0:
        weights = {key: wanted.get(key, 0.0) for key in before}
    total = sum(weights.values())
    found = []
    for key, weight in weights.items():
        part = cost * weight / total if total > 0 else 0.0
        found.append({
            "name": name, "end_use": key[0], "material": key[1], "site": key[2], "cost": part,
            "per_unit": part / wanted[key] if wanted.get(key) else None,
            "at_margin": margin[key],
            "short": before[key][1] - after.get(key, (0.0, 0.0))[1],
        })  # fmt: skip
    return sorted(found, key=lambda row: -abs(row["cost"]))


def _wanted(case: Case) -> dict[tuple[str, str, str], float]:
    """Quantity of each segment over the horizon, by the table of demand."""
    wanted: dict[tuple[str, str, str], float] = {}
    for row in case.demand:
        last = min(case.period(row.end, case.case.periods), case.case.periods)
        spans = max(last - max(case.period(row.start, 1), 1) + 1, 0)
        key = row.end_use, row.material, row.site
        wanted[key] = wanted.get(key, 0.0) + spans * row.quantity
    return wanted
