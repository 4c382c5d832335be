"""What knowing the future, and planning for all of them, is worth.

Expected value of perfect information (Raiffa and Schlaifer 1961): the expected cost of the best
plan for all futures less what is spent on average by whoever knows which one comes. Value of the
stochastic solution (Birge 1982): the expected cost of keeping the first decisions of the
mean-value problem less that of the best plan for all futures.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pandas as pd

from ...models.case import Case
from ...models.plan import Solution, SolveStatus
from ...models.risk_results import PLANS, SUMS, Estimate, RiskResult
from ..arrays import Arrays
from ..compiled import compile_model, templates
from ..executors import Failed
from ..executors import Name as ExecutorName
from ..executors.crew import Crew
from ..executors.spreading import spread
from ..formulation.model import build_model
from ..highs import Options, Outcome
from ..outcomes import SolverError
from ..solve import Built, build, solution_of
from ..tree import FloatArray, build_tree
from .alone import Future, future_of, least_cost
from .attitude import with_attitude
from .estimates import difference, known, number
from .mean_value import mean_value_network
from .question import RiskQuestion
from .risk_tables import Trials, futures_table, plans_table, sums_table
from .robustness import Cheapest, by_limits, by_weights
from .trials import Trial, tried
from .trunk import Trunk, first_branch, two_stages

Progress = Callable[[str], None]
"""Called with a line on how far the study is."""
Found = tuple[Outcome, FloatArray | None]
T = TypeVar("T")
R = TypeVar("R")
LONG = 30.0
"""Seconds of the plan for all futures from which the price of robustness is found by weights."""
LEAST_PATIENCE = 120.0
"""Seconds that the search for the price of robustness has in any case."""
TOGETHER, MEAN = "all futures", "mean value"


def risk(
    case: Case,
    question: RiskQuestion | None = None,
    *,
    alpha: float | None = None,
    executor: ExecutorName | None = None,
    workers: int | None = None,
    address: str | None = None,
    progress: Progress | None = None,
) -> RiskResult:
    """What uncertainty costs, and what knowing more would be worth.

    Everything minimises expected cost, whatever objectives and caps ``[solve]`` has.

    Args:
        case: a checked case.
        question: what to find out; None for all futures that ``[solve]`` names.
        alpha: level of the conditional value at risk; None for the case's.
        executor: who solves single futures: serial, processes or dask; None for what suits.
        workers: worker processes.
        address: of a Dask scheduler.
        progress: called with a line on how far it is.

    Raises:
        ValueError: see :func:`secondsource.optimizer.solve.build`; a level out of range.
        VerificationError: a plan found does not hold.
        KeyboardInterrupt: somebody stopped a solve.
    """
    case = with_attitude(case, alpha)
    crew = Crew(executor, workers, address)
    return _Study(case, question or RiskQuestion.of(case), crew, progress or _silent).result()


def patience(spent: float) -> float:
    """Seconds for the price of robustness where nobody set a limit.

    Args:
        spent: on everything before it.
    """
    return max(LEAST_PATIENCE, 2.0 * spent)


def _silent(_: str) -> None:
    """Tell nobody."""


def _ready(options: Options) -> Options:
    """What a worker needs besides its task."""
    return options


def _cheapest(options: Options, arrays: Arrays) -> Found:
    """What a worker finds for a future by itself."""
    return least_cost(arrays, options)


class _Study:
    """The solves of a study: the plan for all futures here, single futures through a crew."""

    def __init__(self, case: Case, question: RiskQuestion, crew: Crew, progress: Progress) -> None:
        self.case, self.question, self.progress = case, question, progress
        self.crew = crew
        self.started = time.perf_counter()
        self.tree = build_tree(case, question.scenarios)
        self.start = first_branch(self.tree)
        self.likely = np.flatnonzero(self.tree.weights > 0)
        self.weights = self.tree.weights[self.likely]
        self.names = [self.tree.scenarios[at] for at in self.likely]
        self.statuses: list[SolveStatus] = []
        self.warnings: list[str] = []

    def result(self) -> RiskResult:
        """Solve everything that was asked for."""
        question, options = self.question, self.question.options
        self.progress("the plan for all futures")
        self.built = build(self.case, question.scenarios, force=question.force)
        outcome, point = least_cost(self.built.arrays, options)
        self.statuses.append(outcome.status)
        solution = solution_of(self.built, question.scenarios, outcome, point, "cost")
        if point is None:
            return self._without(solution)
        together = known(solution.objective, solution.bound)
        futures, mean = self._alone()
        lacking = [one for one in futures if one.point is None]
        if lacking:
            self.warnings.append(
                f"no plan for {lacking[0].scenario} alone was found in time; allow more "
                "(--time-limit)"
            )
        knowing = self._expected([(one.cost, one.bound) for one in futures])
        trials = self._trials(solution, futures, mean)
        mean_cost, keeping = self._mean_value(trials, mean)
        front = self._robustness(outcome, point, futures) if len(futures) > 1 else None
        return RiskResult(
            case=self.case.case.name,
            title=self.case.case.title,
            currency=self.case.case.currency,
            status=self._status(),
            scenarios=tuple(question.scenarios),
            level=self.case.case.cvar_level,
            branch=self._label(),
            two_stages=two_stages(self.tree) if self._label() else True,
            together=together,
            wait_and_see=knowing,
            mean_value=mean_cost,
            keeping_mean=keeping,
            information=difference(together, knowing),
            stochastic=None if keeping is None else difference(keeping, together),
            futures=futures_table(solution.tables["scenarios"].iloc[self.likely], futures),
            plans=plans_table(trials, futures),
            sums=sums_table(trials, futures, together),
            robustness=front,
            solution=solution,
            seconds=time.perf_counter() - self.started,
            warnings=tuple(self.warnings),
        )

    def _robustness(
        self, outcome: Outcome, point: FloatArray, futures: list[Future]
    ) -> pd.DataFrame | None:
        """The price of robustness; by weights where the plan for all futures took long."""
        question, told = self.question, "price of robustness"
        if not question.points:
            return None
        limit = question.options.time_limit or patience(time.perf_counter() - self.started)
        bound = -np.inf if outcome.bound is None else outcome.bound
        cheapest = Cheapest(self.built.arrays, point, bound)
        options = replace(question.options, time_limit=limit)
        self.progress(told)

        def progress(line: str) -> None:
            self.progress(f"{told}: {line}")

        if outcome.seconds > LONG:
            alone = np.full(len(self.tree.weights), -np.inf)
            alone[self.likely] = [one.bound for one in futures]
            front, status = by_weights(
                self.built, cheapest, alone.tolist(), question.scenarios, question.points,
                options, progress,
            )  # fmt: skip
        else:
            front, status = by_limits(
                self.case, cheapest, question.scenarios, question.points, options, progress,
                force=question.force,
            )  # fmt: skip
        if status != SolveStatus.OPTIMAL:
            self.warnings.append(
                f"the {told} was stopped with {len(front)} of its plans; it may take {limit:.0f} "
                "s: allow more (--time-limit), or leave it out (--points 0)"
            )
        self.statuses.append(status)
        return front

    def _warn(self, line: str) -> None:
        if line not in self.warnings:
            self.warnings.append(line)

    def _label(self) -> str:
        """What people call the first period in which futures part."""
        if self.start > self.tree.periods:
            return ""
        dated = isinstance(self.case.case.start, str)
        return self.case.period_label(self.start) if dated else f"period {self.start}"

    def _status(self) -> str:
        """Optimal only if every solve was."""
        fine = {SolveStatus.OPTIMAL, SolveStatus.INFEASIBLE}
        return str(SolveStatus.OPTIMAL if set(self.statuses) <= fine else SolveStatus.FEASIBLE)

    def _without(self, solution: Solution) -> RiskResult:
        """What is left to say where there is no plan for all futures."""
        nothing = Estimate(None, None, None)
        return RiskResult(
            case=self.case.case.name, title=self.case.case.title,
            currency=self.case.case.currency, status=str(solution.status),
            scenarios=tuple(self.question.scenarios), level=self.case.case.cvar_level,
            branch=self._label(), two_stages=True, together=nothing, wait_and_see=nothing,
            mean_value=None, keeping_mean=None, information=nothing, stochastic=None,
            futures=pd.DataFrame(), plans=pd.DataFrame(columns=list(PLANS)),
            sums=pd.DataFrame(columns=list(SUMS)), robustness=None, solution=solution,
            seconds=time.perf_counter() - self.started,
        )  # fmt: skip

    def _each(
        self, do: Callable[[Options, T], R], tasks: Iterable[T], count: int, what: str
    ) -> list[R]:
        """Results of tasks of a single future each, in their order."""
        found: list[R] = []
        self.progress(f"{what}: 0 of {count}")
        for result in spread(_ready, do, self.question.options, tasks, self.crew, 1, count):
            if isinstance(result, Failed):
                raise SolverError(f"{what}: {result.message}")
            found.append(result)
            self.progress(f"{what}: {len(found)} of {count}")
        return found

    def _alone(self) -> tuple[list[Future], Future | None]:
        """Every future that may come, planned for by itself; likewise the mean-value problem."""
        force = self.question.force
        names = self.names if self.case.scenarios else ["all"]
        built = [build(self.case, [name], force=force) for name in names]
        told = list(zip(self.names, self.weights.tolist(), strict=True))
        with_mean = self.question.mean_value and len(built) > 1
        if with_mean:
            built.append(self._mean_problem())
            told.append((MEAN, 1.0))
        arrays = (one.arrays for one in built)
        plans = self._each(_cheapest, arrays, len(built), "plans for single futures")
        futures = [
            future_of(name, weight, one, *plan)
            for (name, weight), one, plan in zip(told, built, plans, strict=True)
        ]
        self.statuses += [one.outcome.status for one in futures]
        mean = futures.pop() if with_mean else None
        return futures, mean

    def _mean_problem(self) -> Built:
        network = mean_value_network(self.built.network, force=self.question.force)
        with templates():
            return Built(network, compile_model(build_model(network)), 0.0)

    def _expected(self, pairs: Sequence[tuple[float, float]]) -> Estimate:
        """Expected value of costs with their bounds."""
        cost, bound = (np.array(part, dtype=float) for part in zip(*pairs, strict=True))
        return known(number(float(cost @ self.weights)), number(float(bound @ self.weights)))

    def _trials(self, solution: Solution, futures: list[Future], mean: Future | None) -> Trials:
        """What each plan costs in each future, in their order: plans of futures, as asked."""
        costs = solution.tables["scenarios"]["cost"].to_numpy(dtype=float)[self.likely]
        rows = {
            ("together", TOGETHER): [
                Trial(solution.status, cost, -np.inf, 0) for cost in costs.tolist()
            ]
        }
        several = len(futures) > 1
        plans = [("alone", one) for one in futures if several and self.question.cross]
        plans += [("mean", mean)] if mean is not None else []
        plans = [(kind, one) for kind, one in plans if one.point is not None]
        trunks = [
            Trunk.of(one.built, one.point, self.start) for _, one in plans if one.point is not None
        ]
        pairs = [
            (at, where)
            for at, (_, one) in enumerate(plans)
            for where, future in enumerate(futures)
            if future is not one
        ]
        tasks = (trunks[at].kept(futures[where].built, self.start) for at, where in pairs)
        results = self._each(tried, tasks, len(pairs), "plans tried in other futures")
        found = dict(zip(pairs, results, strict=True))
        for at, (kind, one) in enumerate(plans):
            rows[kind, one.scenario] = [
                Trial(one.outcome.status, one.cost, one.bound, 0)
                if future is one
                else self._heard(found[at, where])
                for where, future in enumerate(futures)
            ]
        return rows

    def _heard(self, trial: Trial) -> Trial:
        """A trial, its cost left open where some of the plan could not be kept."""
        self.statuses.append(trial.status)
        if trial.lost:
            self._warn(
                "some amounts of a plan could not be kept in another future, where that way does "
                "not exist; what the plan costs there is left open"
            )
            return replace(trial, cost=np.nan, bound=-np.inf)
        return trial

    def _mean_value(
        self, trials: Trials, mean: Future | None
    ) -> tuple[Estimate | None, Estimate | None]:
        """Least cost of the mean-value problem, and the expected cost of keeping its decisions."""
        if mean is None:
            return None, None
        if mean.point is None:
            self.warnings.append(
                f"the mean-value problem has no plan ({mean.outcome.status}), so that nobody "
                "could keep its decisions"
            )
            return None, None
        least = known(mean.cost, mean.outcome.bound)
        if two_stages(self.tree):
            return least, self._expected([(one.cost, one.bound) for one in trials["mean", MEAN]])
        self.progress("the mean-value plan in all futures")
        kept = Trunk.of(mean.built, mean.point, self.start).kept(self.built, self.start)
        trial = self._heard(tried(self.question.options, kept))
        return least, known(number(trial.cost), number(trial.bound))
