"""What a worker does with one outage: its losses, who goes short, and how long it is survived.

Plain data and HiGHS only; this is what travels to other processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from ...models.plan import SolveStatus
from ..highs import Outcome
from ..patches import Patch, patched
from ..tree import FloatArray, IntArray
from .outages import Hit
from .survival import HORIZON, time_to_survive
from .trial import NOTHING, OPTIMA, Bounds, Trials
from .undisturbed import Undisturbed

SHORT = 1e-6
"""Amounts below this, relative to what is delivered (at least 1), are noise of the solver."""


@dataclass(frozen=True)
class Task:
    """An outage to try.

    Attributes:
        recoveries: periods that it lasts, one trial each.
        survive: whether to work out the time to survive.
        safe: whole periods that it touches nothing of the undisturbed plan.
        hit: what it takes away; None for a rule, which changes the arrays.
        other: for a rule, for each recovery and (last) the horizon: what differs in the arrays, or
            where other columns exist the undisturbed plan in them.
    """

    recoveries: tuple[int, ...]
    survive: bool
    safe: int = 0
    hit: Hit | None = None
    other: tuple[Patch | Undisturbed, ...] = ()


@dataclass(frozen=True)
class Loss:
    """One outage of one length.

    Attributes:
        recovery: periods that it lasts.
        status: of the solve; 'optimal' where nothing had to be solved.
        loss: extra discounted and expected cost, None without an answer.
        error: how far the loss may be off, where whole numbers are left to decide.
        needs: positions in the needs where somebody gets less or later than undisturbed.
        never, waiting: extra quantity never delivered, and extra waiting at the period's end.
        stranded: quantity left where nothing can be done with it, or limits passed.
    """

    recovery: int
    status: str
    loss: float | None
    error: float = 0.0
    needs: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    never: FloatArray = field(default_factory=lambda: np.zeros(0))
    waiting: FloatArray = field(default_factory=lambda: np.zeros(0))
    stranded: float = 0.0


@dataclass(frozen=True)
class Tried:
    """What became of an outage.

    Attributes:
        losses: one for each recovery.
        survived: periods, HORIZON without end, None where nobody asked or nothing answered.
        seconds: in the solver.
    """

    losses: tuple[Loss, ...]
    survived: float | None
    seconds: float = 0.0


def unnoticed(recoveries: tuple[int, ...], *, survive: bool) -> Tried:
    """What becomes of an outage that touches nothing: the undisturbed plan stays possible."""
    losses = tuple(Loss(recovery, str(SolveStatus.OPTIMAL), 0.0) for recovery in recoveries)
    return Tried(losses, HORIZON if survive else None)


class Bench:
    """What a worker keeps: trials on the plan's own arrays, and a way out if no plan fits."""

    def __init__(self, plan: Undisturbed) -> None:
        self.plan = plan
        self.trials = Trials(plan)
        self.last = plan.periods - plan.start
        self._others: list[Trials] = []

    @property
    def seconds(self) -> float:
        """Time in the solver."""
        return sum(trials.seconds for trials in (self.trials, *self._others))

    @cached_property
    def rescued(self) -> Trials:
        """Trials on the plan's arrays in which goods may be stranded and limits passed."""
        return self._kept(Trials(self.plan, rescued=True))

    def _kept(self, trials: Trials) -> Trials:
        """Trials whose time counts."""
        self._others.append(trials)
        return trials

    def of(self, task: Task, number: int) -> tuple[Trials, Callable[[int], Bounds]]:
        """Where to try the outage of a task, and what it changes there if it lasts so long."""
        if task.hit is None:
            change = task.other[number]
            if isinstance(change, Patch):
                change = replace(self.plan, arrays=patched(self.plan.arrays, change))
            return self._kept(Trials(change)), lambda _: NOTHING
        hit, first = task.hit, self.plan.start
        return self.trials, lambda periods: Bounds(*hit.during(first, first + periods - 1))

    def rescue(self, trials: Trials) -> Trials:
        """The same trials with a way out."""
        return (
            self.rescued if trials is self.trials else self._kept(Trials(trials.plan, rescued=True))
        )


def start(plan: Undisturbed) -> Bench:
    """Make what a worker keeps."""
    return Bench(plan)


def work(bench: Bench, tasks: Sequence[Task]) -> list[Tried]:
    """Try some outages: their losses one by one, then how long they are survived."""
    found: list[Tried] = []
    together: list[tuple[int, int]] = []
    for number, task in enumerate(tasks):
        before = bench.seconds
        losses = _losses(bench, task)
        survived = None
        if task.survive:
            safe, guess = _known(bench.plan, task, losses)
            if safe > bench.last:
                survived = HORIZON
            elif task.hit is not None and guess > bench.last:
                together.append((number, safe))
            else:
                survived = _survived(bench, task, safe, guess)
        found.append(Tried(tuple(losses), survived, bench.seconds - before))
    for number, survived, seconds in _surviving_together(bench, tasks, together):
        found[number] = replace(
            found[number], survived=survived, seconds=found[number].seconds + seconds
        )
    return found


def _losses(bench: Bench, task: Task) -> list[Loss]:
    """What an outage costs, each length from where the one before it ended."""
    losses = []
    bench.trials.restart()
    for number, recovery in enumerate(task.recoveries):
        trials, lasting = bench.of(task, number)
        outcome = trials.cheapest(lasting(recovery))
        if outcome.status == SolveStatus.INFEASIBLE:
            trials = bench.rescue(trials)
            trials.restart()
            outcome = trials.cheapest(lasting(recovery))
        losses.append(_loss(trials, outcome, recovery))
    return losses


def _survived(bench: Bench, task: Task, safe: int, guess: int) -> float | None:
    """How long one outage is survived."""
    trials, lasting = bench.of(task, len(task.recoveries))
    survived = time_to_survive(trials, lasting, safe, guess)
    if survived is None:
        trials = bench.rescue(trials)
        trials.restart()
        survived = time_to_survive(trials, lasting, safe, guess)
    return survived


def _surviving_together(
    bench: Bench, tasks: Sequence[Task], chosen: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, float | None, float]]:
    """How long some outages are survived that probably do no harm.

    What is survived by everybody if several outages come together is survived if one of them comes
    alone: that closes less. So several are tried at once, and by halves where that is too much.

    Yields:
        Number of each task, how long it is survived, and its part of the time.
    """
    if not chosen:
        return
    before = bench.seconds
    if len(chosen) == 1:
        ((number, safe),) = chosen
        survived = _survived(bench, tasks[number], safe, bench.last + 1)
        yield number, survived, bench.seconds - before
        return
    bench.trials.restart()
    periods = bench.last + 1
    whole = bench.trials.on_time(_joint([tasks[at] for at, _ in chosen], bench), 0, bench.last)
    spent = (bench.seconds - before) / len(chosen)
    if whole == periods:
        yield from ((number, HORIZON, spent) for number, _ in chosen)
        return
    known = [(number, max(safe, whole or 0)) for number, safe in chosen]
    for half in (known[::2], known[1::2]):
        for number, survived, seconds in _surviving_together(bench, tasks, half):
            yield number, survived, seconds + spent


def _joint(tasks: Sequence[Task], bench: Bench) -> Bounds:
    """What some outages change if they all last to the horizon."""
    hits = [task.hit.during(bench.plan.start, bench.plan.periods) for task in tasks if task.hit]
    return Bounds(
        np.unique(np.concatenate([columns for columns, _ in hits])),
        np.unique(np.concatenate([rows for _, rows in hits])),
    )


def _known(plan: Undisturbed, task: Task, losses: list[Loss]) -> tuple[int, int]:
    """Whole periods that are survived for sure, and whole periods that may well be all.

    A plan under an outage of some length in which nobody goes short for so many periods survives
    that many of them, however long the outage lasts after them.
    """
    safe, guess = task.safe, plan.periods
    for loss in losses:
        if loss.loss is None or loss.stranded > 0:
            continue
        fine = plan.periods - plan.start + 1
        if len(loss.needs):
            fine = int(plan.needs.period[loss.needs].min()) - plan.start
        safe = max(safe, min(fine, loss.recovery))
        if fine < loss.recovery:
            guess = max(safe, fine)
    return safe, guess


def _loss(trials: Trials, outcome: Outcome, recovery: int) -> Loss:
    plan = trials.plan
    if outcome.status not in OPTIMA or outcome.objective is None or outcome.point is None:
        return Loss(recovery, str(outcome.status), None)
    needs = plan.needs
    never, waiting = needs.of(outcome.point[: len(plan.point)])
    never, waiting = never - needs.missed, waiting - needs.late
    noise = SHORT * np.maximum(1.0, needs.delivered)
    worse = np.flatnonzero((never > noise) | (waiting > noise))
    bound = outcome.objective if outcome.bound is None else outcome.bound
    error = (outcome.objective - bound) + (plan.cost - plan.bound)
    families = ("stranded", "beyond", "many")
    stranded = sum(
        float(outcome.point[trials.arrays.columns[family]].sum())
        for family in families
        if family in trials.arrays.columns
    )
    return Loss(
        recovery,
        str(outcome.status),
        max(outcome.objective - plan.cost, 0.0),
        max(error, 0.0),
        worse,
        np.maximum(never[worse], 0.0),
        np.maximum(waiting[worse], 0.0),
        stranded,
    )
