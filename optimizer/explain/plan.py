"""What binds in a plan, what it is worth, and what comes next best."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from ...models.case import Case
from ...models.explain_results import CHOICES, Explained, frame_of
from ...models.plan import Tables
from .. import quick_start  # noqa: F401  # before anything that imports scipy
from ..arrays import Arrays
from ..executors import Name as ExecutorName
from ..highs import Session
from ..keep import keep_decisions
from ..lexicographic import lexicographic
from ..resolve import Setup
from ..solve import Built, Request, cap_value
from ..stress.rules import with_timelines
from ..targets import measurable, value_of
from ..tree import FloatArray
from ..workbench import Workbench
from .binding import binding_table, values_table
from .choices import Choices
from .prices import Prices, fixed_whole, prices_of
from .rule_costs import Progress, rule_costs
from .words import Words

LARGE = 5_000
"""From so many columns on, what comes next best is looked for with the plan's decisions kept."""
SECONDS = 60.0
"""Time for what comes next best, unless all of it is asked for."""


class NoPlanError(ValueError):
    """The case has no plan, or the plan does not fit it."""


def explain_plan(
    case: Case,
    plan: Tables | None = None,
    request: Request | None = None,
    *,
    gap: float | None = None,
    deep: bool = False,
    rules: bool = False,
    executor: ExecutorName | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Explained:
    """Say what binds in a plan and what it is worth, and what would come next best.

    Args:
        case: a checked case.
        plan: the plan's tables; its strategic decisions are kept, the rest is worked out again at
            least cost. None: the best plan is made.
        request: objectives, caps, scenarios, options; None for what ``[solve]`` says.
        gap: gap of the plan, for the reader.
        deep: decide everything anew when something is taken away or chosen, however large the case.
        rules: work out what each rule and policy costs, too.
        executor: where the solves for the rules run; None for what suits.
        workers: worker processes.
        progress: called with how many of those are done, and how many there are.

    Raises:
        NoPlanError: the case has no plan, or the decisions of the plan fit no plan of the case.
        ValueError: the case cannot be built.
    """
    request = replace(request or Request.of(case), keep=None, write_model=None)
    told = with_timelines(case)
    workbench = Workbench(told, request.scenarios, measures=request.asked, force=request.force)
    built = workbench.built
    caps = {name: cap_value(built.network, name, limit) for name, limit in request.caps.items()}
    notes: list[str] = []
    kept = built.arrays
    if plan is not None:
        kept, warnings = keep_decisions(built, plan)
        notes += warnings
    point, name, caps = _least(built, kept, request, caps)
    prices = prices_of(fixed_whole(kept, point), name, caps, request.options)
    if prices is None:
        raise NoPlanError("the plan's linear program has no optimum; is its cost bounded below?")
    words = Words(case)
    choices = frame_of([], CHOICES)
    if name == "cost":
        choices, said = _choices(built, kept, point, prices, request, caps, words, deep=deep)
        notes += said
    costs, segments, leftover = None, None, None
    if rules:
        costs, segments, leftover = rule_costs(
            case, request, executor=executor, workers=workers, progress=progress
        )
    last = case.period_label(case.case.periods)
    return Explained(
        case.case.name, case.case.title, case.case.currency, f"{case.period_label(1)} to {last}",
        name, {one: value_of(built.arrays, one, point) for one in measurable(built.arrays)}, gap,
        binding_table(workbench, prices, words), values_table(built.network, prices), choices,
        costs, segments, leftover, tuple(notes),
    )  # fmt: skip


def _choices(
    built: Built, kept: Arrays, point: FloatArray, prices: Prices, request: Request,
    caps: dict[str, float], words: Words, *, deep: bool,
) -> tuple[pd.DataFrame, list[str]]:  # fmt: skip
    """What comes next best, and notes on how it was looked for."""
    small = built.arrays.matrix.shape[1] < LARGE
    anew = deep or small
    options = replace(request.options, progress=None, threads=1)
    options = replace(options, gap=min(options.gap, 1e-7)) if small else options
    base = built.arrays if anew else fixed_whole(kept, point)
    search = Choices(
        built.network, base, built.arrays, point, prices,
        Setup(built.arrays, ("cost",), caps, options), words, anew=anew,
        seconds=np.inf if deep else SECONDS,
    )  # fmt: skip
    return search.table(), _said(search, anew=anew)


def _said(search: Choices, *, anew: bool) -> list[str]:
    notes = []
    if not anew:
        notes.append(
            "doing without and next best keep the plan's other yes/no decisions (--deep: anew)"
        )
    if search.skipped:
        notes.append(
            f"{search.skipped} of {len(search.things)} suppliers, plants, expansions, lanes and "
            f"stores were not tried within {SECONDS:.0f} s (--deep: all)"
        )
    return notes


def _least(
    built: Built, kept: Arrays, request: Request, caps: dict[str, float]
) -> tuple[FloatArray, str, dict[str, float]]:
    """The best plan of arrays, what it minimises last, and the caps that hold it there."""
    session = Session(kept, request.minimise[0])
    for name, limit in caps.items():
        session.cap(name, limit)
    outcome, point, name = lexicographic(session, kept, request.minimise, request.options)
    if point is None:
        raise NoPlanError("there is no plan to explain: " + str(outcome.status).replace("_", " "))
    held = dict(caps)
    for earlier in request.minimise[: request.minimise.index(name)]:
        best = value_of(kept, earlier, point)
        held[earlier] = min(held.get(earlier, np.inf), best + 1e-9 * max(1.0, abs(best)))
    return point, name, held
