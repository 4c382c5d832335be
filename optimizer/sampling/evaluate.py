"""A fixed plan on unseen samples: what it costs on average, in the worst futures, who goes short.

::

    import secondsource as ss

    found = ss.evaluate("plan.run", "draws.toml", scenarios=1000, seed=7)
    found.cost.mean, found.cvar, found.samples

Samples are drawn by plain Monte Carlo, each by itself, so that the standard error is what the
formula says, and from a stream of their own: no seed gives the futures that a plan was made for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...datasets.runs import MANIFEST, read_run
from ...models.case import Case
from ...models.draws import MOST_SCENARIOS, Draws
from ...models.plan import Tables
from ...models.sampling_results import SAMPLE_COLUMNS, Evaluation
from .. import quick_start  # noqa: F401  # before anything that imports scipy
from ..executors import Failed
from ..executors import Name as ExecutorName
from ..executors.crew import Crew
from ..executors.spreading import spread
from ..highs import Session
from ..keep import keep_decisions
from ..lexicographic import lexicographic
from ..measures import conditional_value_at_risk
from ..solve import Request, build, cap_value
from ..tree import FloatArray
from .futures import Futures
from .held import Commitments, commitments_of
from .sample import Source, prepared, table_of
from .sampled_case import undrawn
from .statistics import estimate
from .trying import Trial, Trials, start, work
from .units import unit_points

Progress = Callable[[str, int, int], None]
"""Told what is done, how many of them, and of how many."""
SOLVED = ("optimal", "feasible")
FEW = 4
"""Samples by which it is told whether workers save time."""
QUANTILES = (0.05, 0.5, 0.95)
LITTLE = 1e-6
"""Less than this is nobody's shortage."""


def evaluate(
    run: str | Path | tuple[Case, Tables, dict[str, Any]],
    source: Source,
    scenarios: int,
    *,
    seed: int = 0,
    confidence: float = 0.95,
    executor: ExecutorName | None = None,
    workers: int | None = None,
    address: str | None = None,
    gap: float | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> Evaluation:
    """Try the plan of a run on unseen samples, its decisions kept.

    Args:
        run: run folder, or what :func:`secondsource.read_run` returns.
        source: path of a file of draws, its content as a dict, or the draws.
        scenarios: how many samples.
        seed: the same seed gives the same samples.
        confidence: of the interval on the mean cost.
        executor: serial, processes or dask; None for what suits.
        workers: worker processes.
        address: of a Dask scheduler.
        gap: relative gap of each solve; None for that of the case.
        force: build models past the size limit.
        progress: called after each sample.

    Raises:
        CaseError: problems of the run or of the draws, all of them.
        ValueError: there is no plan, or nothing common in it; impossible numbers.
    """
    check_numbers(scenarios, confidence)
    case, tables, summary = run if isinstance(run, tuple) else read_run(run)
    if not {"decisions", "nodes"} <= tables.keys():
        raise ValueError("the run holds no plan that could be tried; solve the case first")
    chosen = [str(name) for name in summary.get("scenarios", ["all"])]
    asked = _how(run, case)
    base, draws, warnings = prepared(case, source, _planned_for(case, chosen))
    settled = _settled(case, tables, chosen, asked, base, draws, force=force)
    request = Request.of(base)
    options = replace(request.options, gap=request.options.gap if gap is None else gap, threads=1)
    trials = Trials(base, draws, [settled], _separable(asked.minimise), options, force)
    points = unit_points(draws, scenarios, seed, "unseen", method="monte_carlo")
    crew = Crew(executor, workers, address)
    found = try_plans(trials, points, crew, progress)
    return evaluation_of(base, draws, settled, points, [one[0] for one in found],
                         confidence, warnings)  # fmt: skip


def check_numbers(scenarios: int, confidence: float) -> None:
    """Raise ValueError for numbers that cannot be."""
    if not 1 <= scenarios <= MOST_SCENARIOS:
        raise ValueError(f"cannot draw {scenarios:,} samples; 1 to {MOST_SCENARIOS:,} can be drawn")
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence of {confidence:g} means nothing; e.g. 0.95")


def _planned_for(case: Case, chosen: Sequence[str]) -> str | None:
    """The one future of the case that a plan was made for, None for several or none."""
    own = {row.scenario for row in undrawn(case).scenarios}
    return chosen[0] if len(chosen) == 1 and chosen[0] in own else None


def _how(run: Any, case: Case) -> Request:
    """What the plan of a run was solved for."""
    request = Request.of(case)
    if isinstance(run, tuple):
        return request
    try:
        manifest = json.loads((Path(run) / MANIFEST).read_text(encoding="utf-8"))
        options = manifest["options"]
        minimise, caps = tuple(options["minimise"]), dict(options["caps"])
        return replace(
            request,
            minimise=tuple(str(name) for name in minimise),
            caps={str(name): float(value) for name, value in caps.items()},
        )
    except (OSError, ValueError, KeyError, TypeError):
        return request


def _separable(minimise: Sequence[str]) -> tuple[str, ...]:
    """What is minimised in a single future: risk and concentration are matters of all of them."""
    each = ["cost" if name in ("cvar", "concentration") else name for name in minimise]
    return tuple(dict.fromkeys(each))


def _settled(
    case: Case, tables: Tables, chosen: Sequence[str], asked: Request, base: Case, draws: Draws,
    *, force: bool,
) -> Commitments:  # fmt: skip
    """What the plan of a run has settled, worked out by running its decisions in its own case."""
    built = build(case, chosen, force=force, measures=asked.asked)
    arrays, _ = keep_decisions(built, tables)
    session = Session(arrays, asked.minimise[0])
    for name, limit in asked.caps.items():
        session.cap(name, cap_value(built.network, name, limit))
    outcome, point, _ = lexicographic(session, arrays, asked.minimise, asked.options)
    if point is None:
        raise ValueError(
            f"the decisions of the run leave no plan in its own case ({outcome.status.value}); "
            "solve it again"
        )
    whole = replace(arrays, integer=built.arrays.integer)
    return commitments_of(built.network, whole, point, base.period(draws.sample.from_, 2))


def try_plans(
    trials: Trials, points: FloatArray, crew: Crew, progress: Progress | None = None,
    what: str = "samples",
) -> list[list[Trial]]:  # fmt: skip
    """Every plan on every sample, in the order of the samples; a failure raises.

    Raises:
        ValueError: a sample cannot be built.
        ExecutorError, ConnectionError: see :meth:`Executor.run`.
        KeyboardInterrupt: Ctrl-C.
    """
    found: list[list[Trial]] = []
    for result in spread(start, work, trials, points, crew, FEW, len(points)):
        if isinstance(result, Failed):
            raise ValueError(f"sample {len(found) + 1} cannot be tried: {result.message}")
        found.append(result)
        if progress is not None:
            progress(what, len(found), len(points))
    return found


def costs_of(trials: Sequence[Trial]) -> FloatArray | None:
    """Cost in each sample, None where one has no plan. Shape (samples,)."""
    if any(one.status not in SOLVED or one.cost is None for one in trials):
        return None
    return np.array([one.cost for one in trials], dtype=float)


def evaluation_of(
    base: Case,
    draws: Draws,
    settled: Commitments,
    points: FloatArray,
    trials: Sequence[Trial],
    confidence: float,
    warnings: Sequence[str],
) -> Evaluation:
    """What trying a plan on samples tells."""
    rows = {
        "sample": range(1, len(trials) + 1),
        **{name: [getattr(one, name) for one in trials] for name in list(SAMPLE_COLUMNS)[1:]},
    }
    table = pd.DataFrame(rows)
    numbers = ["cost", "lead_time", "shortage", "seconds"]
    table[numbers] = table[numbers].astype(float)
    futures = Futures(draws, base).of(points)
    table = pd.concat([table, table_of(draws, futures, base)], axis=1)
    solved = table[table["status"].isin(SOLVED)]
    costs = costs_of(trials)
    level = base.case.cvar_level
    lost = sum(one.lost > 0 for one in trials)
    told = list(warnings)
    if lost:
        told.append(
            f"in {lost:,} of {len(trials):,} samples some of what the plan does before futures "
            "part has no place; it is left out there"
        )
    if early := sum(one.status == "feasible" for one in trials):
        told.append(f"{early:,} samples were stopped at the time limit")
    even = np.full(len(trials), 1.0 / len(trials))
    return Evaluation(
        case=base.case.name,
        title=base.case.title,
        currency=base.case.currency,
        samples=table,
        cost=None if costs is None else estimate(costs, confidence),
        cvar_level=level,
        cvar=None if costs is None else conditional_value_at_risk(costs, even, level),
        worst=None if costs is None else float(costs.max()),
        worst_sample=None if costs is None else int(costs.argmax()) + 1,
        quantiles=(
            {} if costs is None else {one: float(np.quantile(costs, one)) for one in QUANTILES}
        ),
        shortage=float(solved["shortage"].mean()) if len(solved) else None,
        short=float((solved["shortage"] > LITTLE).mean()) if len(solved) else None,
        without_plan=len(table) - len(solved),
        kept=_words(base, settled),
        warnings=tuple(told),
    )


def _words(case: Case, settled: Commitments) -> str:
    """What is kept, for people."""
    last = settled.strategic_to
    if last >= case.case.periods:
        strategic = "all strategic decisions"
    else:
        strategic = f"strategic decisions up to {case.period_label(last)}"
    return f"{strategic}, and all else that is done before {case.period_label(settled.before)}"
