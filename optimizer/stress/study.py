"""A stress test: every outage tried on a plan, from one or several periods on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ...models.case import Case
from ...models.plan import Tables
from ..arrays import Arrays
from ..executors import Executor, Failed
from ..highs import Options, Session
from ..keep import keep_decisions
from ..network import Network
from ..patches import difference
from ..polish import polished
from ..solve import Built
from ..tree import FloatArray
from ..workbench import Workbench
from .elastic import elastic_arrays
from .history import carried_over, with_past
from .outages import KINDS, Exposure, Outage, outages_of
from .rules import strictest, with_timelines
from .trying import Task, Tried, start, unnoticed, work
from .undisturbed import Undisturbed, on_other_arrays, undisturbed_plan, with_whole_fixed
from .worth import Worth, worth_of

TOUCHED = 1e-9
"""Flows of the undisturbed plan below this are none."""
GAP = 1e-6
"""Gap of an outage's solve unless another is asked for: a loss is a small part of a cost."""
TOGETHER = 8
"""Outages in a task; those that do no harm are tried at once, from all over the tables."""
HALF_A_YEAR = 6
"""Months that an outage lasts unless something else is asked for."""


@dataclass(frozen=True)
class Question:
    """What to try.

    Attributes:
        kinds: of what (see :mod:`.outages`).
        only: selector of names, None for all.
        starts: periods in which an outage starts.
        recoveries: periods that it lasts, by kind; '' for the kinds that are not named. Empty for
            half a year.
        survive: whether to work out times to survive.
        shortage_value: worth of a unit of demand that must be met, None for what :mod:`.worth`
            says.
        options: gap, time limit of each solve, threads, seed.
    """

    kinds: tuple[str, ...] = KINDS
    only: str | None = None
    starts: tuple[int, ...] = (1,)
    recoveries: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    survive: bool = True
    shortage_value: float | None = None
    options: Options = field(default_factory=Options)

    def recoveries_of(self, kind: str, case: Case) -> tuple[int, ...]:
        """Periods that outages of a kind last, the longest last."""
        usual = (max(1, round(HALF_A_YEAR / case.case.months_per_period)),)
        return tuple(sorted(set(self.recoveries.get(kind, self.recoveries.get("", usual)))))


@dataclass(frozen=True)
class Finding:
    """What became of an outage from one period on."""

    outage: Outage
    start: int
    recoveries: tuple[int, ...]
    tried: Tried | Failed
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """A plan made ready to be tested.

    Attributes:
        workbench: the case, with a timeline for every rule.
        tables: tables of the plan.
        kept: arrays with its decisions.
        worth: what missing units are worth.
        warnings: decisions of the plan that are not possible.
    """

    workbench: Workbench
    tables: Tables
    kept: Arrays
    worth: Worth
    warnings: tuple[str, ...]

    @property
    def network(self) -> Network:
        """Network of the case."""
        return self.workbench.built.network


def prepare(
    case: Case,
    plan: Tables,
    question: Question,
    scenarios: Sequence[str] = ("all",),
    *,
    force: bool = False,
) -> Prepared:
    """Build a case and keep the decisions of a plan in it.

    Raises:
        ValueError: starts or recoveries that mean nothing here, or a case that cannot be built.
    """
    _check(case, question)
    workbench = Workbench(with_timelines(case), scenarios, force=force)
    kept, warnings = keep_decisions(workbench.built, plan)
    worth = worth_of(workbench.built.network, question.shortage_value)
    return Prepared(workbench, plan, with_whole_fixed(kept), worth, tuple(warnings))


def _check(case: Case, question: Question) -> None:
    periods = case.case.periods
    for first in question.starts:
        if not 1 <= first <= periods:
            raise ValueError(f"an outage cannot start in period {first}; there are 1 to {periods}")
    for kind in (*question.kinds, ""):
        for recovery in question.recoveries.get(kind, ()):
            if recovery < 1:
                raise ValueError(f"an outage lasts at least 1 period, not {recovery}")
    value = question.shortage_value
    if value is not None and not 0 <= value < np.inf:
        raise ValueError(f"a unit cannot be worth {value}; give a number of 0 or more")


def undisturbed(prepared: Prepared, question: Question) -> Iterator[Undisturbed]:
    """The plan without outages, for each start that is asked for.

    Raises:
        ValueError: the decisions of the plan cannot be followed even without an outage.
    """
    past = past_plan(prepared, question)
    for first in question.starts:
        yield undisturbed_plan(
            prepared.network,
            prepared.kept,
            prepared.worth,
            first,
            past if first > 1 else None,
            question.options,
        )


def past_plan(prepared: Prepared, question: Question) -> FloatArray | None:
    """The plan as it runs while nobody expects anything, None where nothing comes before.

    Raises:
        ValueError: it cannot run so.
    """
    if max(question.starts) == 1:
        return None
    kept = replace(
        prepared.kept,
        objectives={"cost": prepared.kept.objectives["cost"]},
        offsets={"cost": prepared.kept.offsets["cost"]},
        measures=None,
    )
    session = Session(kept, "cost")
    outcome = session.solve(question.options)
    point = None if outcome.point is None else polished(session, outcome.point)
    if point is None:
        raise ValueError(
            f"the decisions of the plan cannot be followed as they are ({outcome.status}), so "
            "nobody knows what was done before an outage; start it in period 1"
        )
    return point


def run_study(
    prepared: Prepared,
    question: Question,
    executor: Executor,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[tuple[Undisturbed, list[Finding]]]:
    """Try every outage; for each start the undisturbed plan and the findings, in order.

    Args:
        prepared: the plan.
        question: what to try.
        executor: where to try it.
        progress: called with the number of outages done and of all.
    """
    outages = outages_of(prepared.network, question.kinds, question.only)
    total = len(outages) * len(question.starts)
    for number, plan in enumerate(undisturbed(prepared, question)):

        def told(done: int, before: int = number * len(outages)) -> None:
            if progress:
                progress(before + done, total)

        yield plan, try_outages(prepared, question, plan, outages, executor, told)


def try_outages(
    prepared: Prepared,
    question: Question,
    plan: Undisturbed,
    outages: Sequence[Outage],
    executor: Executor,
    progress: Callable[[int], None] | None = None,
) -> list[Finding]:
    """Try some outages on an undisturbed plan.

    An outage whose flows are all 0 in the undisturbed plan is not solved: that plan stays possible
    under it and nothing is cheaper than the cheapest plan, so it loses nothing and is survived to
    the horizon. One whose flows are 0 for some periods is survived that long.
    """
    case = prepared.workbench.case
    found: list[Tried | Failed | None] = [None] * len(outages)
    tasks: list[Task] = []
    places: list[int] = []
    notes: dict[int, tuple[str, ...]] = {}
    exposure = Exposure(prepared.network, plan.arrays)
    for at, outage in enumerate(outages):
        recoveries = question.recoveries_of(outage.kind, case)
        if outage.kind == "control":
            task, notes[at] = rule_task(prepared, plan, outage.name, recoveries, question)
        else:
            hit = exposure.of(outage)
            used = np.abs(plan.point[hit.columns]) > TOUCHED
            safe = int(hit.column_period[used].min(initial=plan.periods + 1)) - plan.start
            if safe > plan.periods - plan.start:
                found[at] = unnoticed(recoveries, survive=question.survive)
                continue
            task = Task(recoveries, question.survive, safe, hit)
        tasks.append(task)
        places.append(at)
    done = len(outages) - len(tasks)
    batches = list(range(-(-len(tasks) // TOGETHER)))
    chunks = [tasks[at :: len(batches)] for at in batches]
    for position, result in executor.run(start, work, plan, chunks):
        own = places[position :: len(batches)]
        answers: Sequence[Tried | Failed] = (
            [result] * len(own) if isinstance(result, Failed) else result
        )
        for at, answer in zip(own, answers, strict=True):
            found[at] = answer
        done += len(own)
        if progress:
            progress(done)
    return [
        Finding(
            outage, plan.start, question.recoveries_of(outage.kind, case), tried, notes.get(at, ())
        )
        for at, (outage, tried) in enumerate(zip(outages, found, strict=True))
        if tried is not None
    ]


def rule_task(
    prepared: Prepared,
    plan: Undisturbed,
    control: str,
    recoveries: tuple[int, ...],
    question: Question,
) -> tuple[Task, tuple[str, ...]]:
    """What to try for a rule that is in force at its strictest, and what to say about it."""
    lasts = [min(plan.start + recovery - 1, plan.periods) for recovery in recoveries]
    if question.survive:
        lasts.append(plan.periods)
    known: dict[int, Undisturbed] = {}
    notes: list[str] = []
    for last in lasts:
        if last not in known:
            built = prepared.workbench.changed(strictest(control, plan.start, last))
            known[last], said = _under_rule(prepared, plan, built)
            notes += said
    others = tuple(difference(plan.arrays, known[last].arrays) or known[last] for last in lasts)
    return Task(recoveries, question.survive, 0, None, others), tuple(dict.fromkeys(notes))


def _under_rule(
    prepared: Prepared, plan: Undisturbed, built: Built
) -> tuple[Undisturbed, list[str]]:
    """The undisturbed plan in the arrays of the case under other rules."""
    kept, notes = keep_decisions(built, prepared.tables)
    notes = [note for note in notes if note not in prepared.warnings]
    arrays = elastic_arrays(built.network, with_whole_fixed(kept), prepared.worth, plan.start)
    before = plan.point[: prepared.kept.matrix.shape[1]]
    point, lost = before, 0
    if difference(prepared.kept, kept) is None:
        point, lost = carried_over(
            prepared.network, prepared.kept, before, built.network, kept, plan.start
        )
    if lost:
        notes.append(f"{lost} flows before the rule have no place under it and are left out")
    arrays = with_past(built.network, arrays, point, plan.start)
    return on_other_arrays(plan, built.network, arrays, prepared.worth), notes
