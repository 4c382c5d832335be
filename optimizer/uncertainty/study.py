"""What knowing the future, and planning for all of them, is worth.

Expected value of perfect information (Raiffa and Schlaifer 1961): the expected cost of the best
plan for all futures less what is spent on average by whoever knows which one comes. Value of the
stochastic solution (Birge 1982): the expected cost of keeping the first decisions of the
mean-value problem less that of the best plan for all futures.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from ...models.case import Case
from ...models.plan import Solution, SolveStatus
from ...models.risk_results import PLANS, SUMS, Estimate, RiskResult
from ..compiled import compile_model, templates
from ..formulation.model import build_model
from ..lexicographic import value_of
from ..solve import Built, build, solution_of
from ..tree import build_tree
from .alone import Future, least_cost, plan_alone
from .attitude import with_attitude
from .estimates import blank, difference, known, number, regrets
from .mean_value import mean_value_network
from .question import RiskQuestion
from .robustness import robustness
from .trials import Trial, tried
from .trunk import Trunk, first_branch, two_stages

Progress = Callable[[str], None]
"""Called with a line on how far the study is."""
TOGETHER, MEAN = "all futures", "mean value"


def risk(
    case: Case,
    question: RiskQuestion | None = None,
    *,
    alpha: float | None = None,
    progress: Progress | None = None,
) -> RiskResult:
    """What uncertainty costs, and what knowing more would be worth.

    Everything minimises expected cost, whatever objectives and caps ``[solve]`` has.

    Args:
        case: a checked case.
        question: what to find out; None for all futures that ``[solve]`` names.
        alpha: level of the conditional value at risk; None for the case's.
        progress: called with a line on how far it is.

    Raises:
        ValueError: see :func:`secondsource.optimizer.solve.build`; a level out of range.
        VerificationError: a plan found does not hold.
        KeyboardInterrupt: somebody stopped a solve.
    """
    case = with_attitude(case, alpha)
    return _Study(case, question or RiskQuestion.of(case), progress or _silent).result()


def _silent(_: str) -> None:
    """Tell nobody."""


class _Study:
    """The solves of a study, one after the other."""

    def __init__(self, case: Case, question: RiskQuestion, progress: Progress) -> None:
        self.case, self.question, self.progress = case, question, progress
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
        futures = self._alone()
        lacking = [one for one in futures if one.point is None]
        if lacking:
            self.warnings.append(
                f"no plan for {lacking[0].scenario} alone was found in time; allow more "
                "(--time-limit)"
            )
        knowing = self._expected([(one.cost, one.bound) for one in futures])
        trials = self._trials(solution, futures)
        sums = self._sums(trials, futures, together)
        mean_cost, keeping = self._mean_value(trials, sums, futures)
        front = None
        if question.points and len(futures) > 1:
            front, status = robustness(
                self.case, question.scenarios, question.points, options, self.progress,
                force=question.force,
            )  # fmt: skip
            self.statuses.append(status)
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
            futures=self._futures(solution, futures),
            plans=self._plans(trials, futures),
            sums=pd.DataFrame(sums, columns=list(SUMS)),
            robustness=front,
            solution=solution,
            seconds=time.perf_counter() - self.started,
            warnings=tuple(self.warnings),
        )

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

    def _alone(self) -> list[Future]:
        """Every future that may come, planned for by itself."""
        found = []
        for name, weight in zip(self.names, self.weights.tolist(), strict=True):
            self.progress(f"the plan for {name} alone")
            one = name if self.case.scenarios else "all"
            future = plan_alone(
                self.case, one, weight, self.question.options, force=self.question.force
            )
            self.statuses.append(future.outcome.status)
            found.append(replace(future, scenario=name))
        return found

    def _expected(self, pairs: Sequence[tuple[float, float]]) -> Estimate:
        """Expected value of costs with their bounds."""
        cost, bound = (np.array(part, dtype=float) for part in zip(*pairs, strict=True))
        return known(number(float(cost @ self.weights)), number(float(bound @ self.weights)))

    def _trials(
        self, solution: Solution, futures: list[Future]
    ) -> dict[tuple[str, str], list[Trial]]:
        """What each plan costs in each future, in their order: plans of futures, as asked."""
        own = solution.tables["scenarios"]["cost"].to_numpy(dtype=float)[self.likely]
        bound = np.full(len(own), -np.inf)
        rows = {
            ("together", TOGETHER): [
                Trial(solution.status, cost, least, 0)
                for cost, least in zip(own.tolist(), bound.tolist(), strict=True)
            ]
        }
        if not self.question.cross or len(futures) < 2:
            return rows
        for one in futures:
            if one.point is None:
                continue
            trunk = Trunk.of(one.built, one.point, self.start)
            found = []
            for other in futures:
                if other is one:
                    found.append(Trial(one.outcome.status, one.cost, one.bound, 0))
                    continue
                self.progress(f"the plan for {one.scenario} where {other.scenario} comes")
                found.append(self._tried(trunk, other.built))
            rows["alone", one.scenario] = found
        return rows

    def _tried(self, trunk: Trunk, built: Built) -> Trial:
        trial = tried(trunk, built, self.start, self.question.options)
        self.statuses.append(trial.status)
        if trial.lost:
            self._warn(
                "some amounts of a plan could not be kept in another future, where that way does "
                "not exist; what the plan costs there is left open"
            )
            return replace(trial, cost=np.nan, bound=-np.inf)
        return trial

    def _sums(
        self,
        trials: dict[tuple[str, str], list[Trial]],
        futures: list[Future],
        together: Estimate,
    ) -> list[dict[str, object]]:
        rows = [self._sum(kind, plan, own, futures) for (kind, plan), own in trials.items()]
        rows[0] |= {"expected": together.value, "expected_bound": together.least}
        return rows

    def _sum(
        self, kind: str, plan: str, own: list[Trial], futures: list[Future]
    ) -> dict[str, object]:
        cost = np.array([one.cost for one in own])
        bound = np.array([one.bound for one in own])
        regret = regrets(own, futures)
        whole = bool(np.isfinite(cost).all())
        fails = [name for name, one in zip(self.names, own, strict=True) if not one.solved]
        return {
            "plan": plan,
            "kind": kind,
            "expected": float(cost @ self.weights) if whole else np.nan,
            "expected_bound": blank(float(bound @ self.weights)) if whole else np.nan,
            "worst": float(cost.max()) if whole else np.nan,
            "largest_regret": float(regret.max()) if np.isfinite(regret).all() else np.nan,
            "fails_in": ",".join(fails),
        }

    def _mean_value(
        self,
        trials: dict[tuple[str, str], list[Trial]],
        sums: list[dict[str, object]],
        futures: list[Future],
    ) -> tuple[Estimate | None, Estimate | None]:
        """Least cost of the mean-value problem, and the expected cost of keeping its decisions."""
        if not self.question.mean_value or len(futures) < 2:
            return None, None
        self.progress("the mean-value problem")
        options = self.question.options
        network = mean_value_network(self.built.network, force=self.question.force)
        with templates():
            arrays = compile_model(build_model(network))
        built = Built(network, arrays, 0.0)
        outcome, point = least_cost(arrays, options)
        if point is None:
            self.warnings.append(
                f"the mean-value problem has no plan ({outcome.status}), so that nobody could "
                "keep its decisions"
            )
            self.statuses.append(outcome.status)
            return None, None
        self.statuses.append(outcome.status)
        cost = value_of(arrays, "cost", point)
        trunk = Trunk.of(built, point, self.start)
        own = []
        for future in futures:
            self.progress(f"the mean-value plan where {future.scenario} comes")
            own.append(self._tried(trunk, future.built))
        trials["mean", MEAN] = own
        sums.insert(1, self._sum("mean", MEAN, own, futures))
        mean = known(cost, outcome.bound)
        if two_stages(self.tree):
            return mean, self._expected([(one.cost, one.bound) for one in own])
        self.progress("the mean-value plan in all futures")
        trial = self._tried(trunk, self.built)
        return mean, known(number(trial.cost), number(trial.bound))

    def _futures(self, solution: Solution, futures: list[Future]) -> pd.DataFrame:
        """The plan's table of scenarios, with what each costs alone."""
        table = solution.tables["scenarios"].iloc[self.likely].reset_index(drop=True)
        alone = np.array([one.cost for one in futures])
        bound = np.array([blank(one.bound) for one in futures])
        return table.assign(alone=alone, alone_bound=bound, regret=table["cost"] - alone)

    def _plans(
        self, trials: dict[tuple[str, str], list[Trial]], futures: list[Future]
    ) -> pd.DataFrame:
        rows = [
            {
                "plan": plan,
                "kind": kind,
                "scenario": future.scenario,
                "probability": future.probability,
                "cost": trial.cost,
                "bound": blank(trial.bound),
                "regret": regret,
                "status": str(trial.status),
            }
            for (kind, plan), own in trials.items()
            for future, trial, regret in zip(futures, own, regrets(own, futures), strict=True)
        ]
        return pd.DataFrame(rows, columns=list(PLANS))
