"""Sample average approximation: a plan, and how far from the best it can be.

::

    import secondsource as ss

    found = ss.saa(case, "draws.toml", batches=5, scenarios=20, unseen=500, seed=1)
    found.plan.tables["decisions"], found.gap, found.gap_at_most

Several batches of futures are drawn and solved, each by itself. The expected cost of a batch's
best plan is, on average, at or below the least expected cost that there is; so is a proven bound on
it. The plans of the batches are tried on one screening sample, the cheapest is chosen, and tried
again on a sample that nobody has seen, which tells its expected cost without bias (Mak, Morton and
Wood 1999).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from ...models.case import Case
from ...models.draws import Method
from ...models.plan import SolveStatus
from ...models.sampling_results import BATCH_COLUMNS, Estimate, Evaluation, SaaResult
from .. import quick_start  # noqa: F401  # before anything that imports scipy
from ..executors import Failed
from ..executors import Name as ExecutorName
from ..executors.crew import Crew
from ..executors.spreading import spread
from ..highs import Options
from ..solve import Request, solution_of
from ..tree import FloatArray
from .batches import Batch, Replications, built_batch, start, work
from .evaluate import Progress, check_numbers, costs_of, evaluation_of, try_plans
from .held import Commitments
from .sample import Source, prepared
from .statistics import estimate, gap_interval
from .trying import Trials
from .units import unit_points

MOST_SCREENED = 200
"""Samples on which the plans of the batches are compared, at most."""
MOST_BATCHES = 1_000
GAP = 0.005
"""Relative gap to which batches are solved unless it is told otherwise."""


class NoPlanError(ValueError):
    """A batch has no plan. ``status`` says why."""

    def __init__(self, status: SolveStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


def saa(
    case: Case,
    source: Source,
    *,
    batches: int = 5,
    scenarios: int = 20,
    unseen: int = 500,
    seed: int = 0,
    method: Method | None = None,
    confidence: float = 0.95,
    gap: float | None = None,
    time_limit: float | None = None,
    executor: ExecutorName | None = None,
    workers: int | None = None,
    address: str | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> SaaResult:
    """A plan by sample average approximation, with a confidence interval on its optimality gap.

    Args:
        case: a checked case.
        source: path of a file of draws, its content as a dict, or the draws.
        batches: how many replications, at least 2.
        scenarios: futures of each.
        unseen: samples on which the chosen plan is evaluated, at least 2.
        seed: the same seed gives the same answer.
        method: of the batches: latin_hypercube or monte_carlo; None for what the draws say.
        confidence: of the interval on the gap, and of those on the means.
        gap: relative gap of each batch; None for 0.005, or that of the case where it is larger.
        time_limit: seconds for each batch; None for that of the case.
        executor: serial, processes or dask; None for what suits.
        workers: worker processes.
        address: of a Dask scheduler.
        force: build models past the size limit.
        progress: called after each batch and each sample.

    Raises:
        CaseError: problems of the draws, all of them.
        NoPlanError: a batch has no plan.
        ValueError: numbers that cannot be, or an objective other than cost.
    """
    _check(case, batches, scenarios, unseen, confidence)
    base, draws, warnings = prepared(case, source)
    options = _options(base, gap, time_limit)
    asked = Replications(
        base, draws, scenarios, seed, method or draws.sample.method, options, force
    )
    crew = Crew(executor, workers, address)
    solved = _solved(asked, batches, crew, progress)
    points = {
        what: unit_points(draws, count, seed, what, method="monte_carlo")
        for what, count in (("screening", min(unseen, MOST_SCREENED)), ("unseen", unseen))
    }
    plans = [one.settled for one in solved if one.settled is not None]
    each = replace(options, gap=Request.of(base).options.gap, time_limit=None)
    screened = _screened(asked, plans, points["screening"], crew, progress, each)
    best = int(np.argmin([np.inf if np.isnan(mean) else mean for mean in screened]))
    evaluation = _evaluated(asked, plans[best], points["unseen"], crew, progress, each, confidence)
    lower = estimate(np.array([_bound(one) for one in solved]), confidence)
    found_gap, at_most = _gap(evaluation.cost, lower)
    built = built_batch(asked, best)
    chosen = solved[best]
    return SaaResult(
        batches=_table(solved, screened),
        best=best + 1,
        plan=solution_of(built, ("all",), chosen.outcome, chosen.point, "cost"),
        planned=asked.sampled(best),
        evaluation=evaluation,
        lower=lower,
        gap=found_gap,
        gap_at_most=at_most,
        level=confidence,
        warnings=(*warnings, *evaluation.warnings, *_early(solved)),
    )


def _check(case: Case, batches: int, scenarios: int, unseen: int, confidence: float) -> None:
    """Raise ValueError for what cannot be."""
    check_numbers(scenarios, confidence)
    check_numbers(unseen, confidence)
    if unseen < 2:
        raise ValueError("one unseen sample says nothing of its error; draw 2 or more")
    if not 2 <= batches <= MOST_BATCHES:
        raise ValueError(
            f"{batches:,} batches do not do: 2 or more tell how much they differ, and "
            f"{MOST_BATCHES:,} are enough"
        )
    request = Request.of(case)
    if request.minimise != ("cost",) or request.caps:
        raise ValueError(
            "sample average approximation is about expected cost alone; take other objectives and "
            "caps out of [solve] of the case (limits can be policies)"
        )


def _options(case: Case, gap: float | None, time_limit: float | None) -> Options:
    """How each batch is solved: as the case says, with what was asked instead."""
    own = Request.of(case).options
    return replace(
        own,
        gap=max(own.gap, GAP) if gap is None else gap,
        time_limit=own.time_limit if time_limit is None else time_limit,
        threads=1,
    )


def _solved(
    asked: Replications, batches: int, crew: Crew, progress: Progress | None
) -> list[Batch]:
    """Every batch, solved, in order."""
    found: list[Batch] = []
    for result in spread(start, work, asked, range(batches), crew, 1, batches):
        number = len(found) + 1
        if isinstance(result, Failed):
            raise ValueError(f"batch {number} cannot be solved: {result.message}")
        if result.point is None:
            raise NoPlanError(
                result.outcome.status,
                f"batch {number} has no plan ({result.outcome.status.value}); sample a case with "
                "the same draws and solve it, which tells what stands against one",
            )
        found.append(result)
        if progress is not None:
            progress("batches", number, batches)
    return found


def _screened(
    asked: Replications,
    plans: Sequence[Commitments],
    points: FloatArray,
    crew: Crew,
    progress: Progress | None,
    options: Options,
) -> list[float]:
    """Mean cost of each plan over the screening sample, NaN where some future has no plan."""
    trials = Trials(asked.case, asked.draws, plans, ("cost",), options, asked.force)
    tried = try_plans(trials, points, crew, progress, "screening samples")
    found = []
    for at in range(len(plans)):
        costs = costs_of([one[at] for one in tried])
        found.append(float("nan") if costs is None else float(costs.mean()))
    return found


def _evaluated(
    asked: Replications,
    plan: Commitments,
    points: FloatArray,
    crew: Crew,
    progress: Progress | None,
    options: Options,
    confidence: float,
) -> Evaluation:
    """What a plan costs on samples that it was not made for."""
    trials = Trials(asked.case, asked.draws, [plan], ("cost",), options, asked.force)
    tried = try_plans(trials, points, crew, progress, "unseen samples")
    costs = [one[0] for one in tried]
    return evaluation_of(asked.case, asked.draws, plan, points, costs, confidence, ())


def _bound(batch: Batch) -> float:
    """Proven lower bound on the least expected cost of a batch."""
    assert batch.cost is not None
    bound = batch.outcome.bound
    return -np.inf if bound is None else min(bound, batch.cost)


def _gap(unseen: Estimate | None, lower: Estimate) -> tuple[float | None, float | None]:
    if unseen is None or not np.isfinite(lower.mean):
        return None, None
    return gap_interval(unseen, lower)


def _early(solved: Sequence[Batch]) -> list[str]:
    early = sum(one.outcome.status == SolveStatus.FEASIBLE for one in solved)
    return [f"{early} batches were stopped at the time limit"] if early else []


def _table(solved: Sequence[Batch], screened: Sequence[float]) -> pd.DataFrame:
    rows = [
        (
            number, one.outcome.status.value, one.cost, _bound(one), one.outcome.gap, mean,
            one.outcome.seconds,
        )
        for number, (one, mean) in enumerate(zip(solved, screened, strict=True), start=1)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(BATCH_COLUMNS))
