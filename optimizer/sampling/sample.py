"""A case with drawn futures, which every other command understands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...datasets.checks import check_case
from ...datasets.draws_file import understand
from ...models.case import Case
from ...models.draws import MOST_SCENARIOS, Draws, Method
from ...models.problems import CaseError, Problem
from ...models.sampling_results import Sampled
from .. import quick_start  # noqa: F401  # before anything that imports scipy
from .check import checked
from .futures import Future, Futures, vectors
from .reduction import MOST, distances, forward_selection
from .sampled_case import names_of, single, undrawn, with_futures
from .units import unit_points

GAP = 0.01
"""Relative gap to which a sampled case is solved unless it is told otherwise."""
Source = Draws | str | Path | Mapping[str, Any]


def prepared(
    case: Case, source: Source, scenario: str | None = None
) -> tuple[Case, Draws, list[str]]:
    """A case without futures of its own, what is uncertain about it, and what to know.

    Args:
        case: a checked case; futures that were drawn before are left out of it.
        source: path of a file of draws, its content as a dict, or the draws.
        scenario: future of the case that is varied where the draws name none.

    Raises:
        CaseError: with every problem of the draws.
    """
    known = understand(source)
    if known.settings.scenario is None and scenario is not None:
        settings = known.settings.model_copy(update={"scenario": scenario})
        known = replace(known, settings=settings)
    try:
        base = single(undrawn(case), known.settings.scenario)
    except CaseError as error:
        known.complete(error.problems)
        raise
    draws, warnings = checked(known, base)
    return base, draws, warnings


def sample(
    case: Case,
    source: Source,
    scenarios: int,
    *,
    seed: int = 0,
    keep: int | None = None,
    method: Method | None = None,
    gap: float | None = None,
) -> Sampled:
    """A case with futures drawn from distributions.

    Args:
        case: a checked case.
        source: path of a file of draws, its content as a dict, or the draws.
        scenarios: how many futures to draw.
        seed: the same seed gives the same futures.
        keep: how many to keep, by fast forward selection; None for all.
        method: latin_hypercube or monte_carlo; None for what the draws say.
        gap: relative gap in ``[solve]`` of the case; None for 0.01, or that of the case where it
            is larger: a sample is not known any better.

    Returns:
        The case, and a table of what was drawn.

    Raises:
        CaseError: problems of the draws, all of them.
        ValueError: a number of scenarios that cannot be.
    """
    _check_counts(scenarios, keep)
    base, draws, warnings = prepared(case, source)
    points = unit_points(draws, scenarios, seed, "sample", method=method or draws.sample.method)
    making = Futures(draws, base)
    futures = making.of(points)
    probabilities = np.full(scenarios, 1.0 / scenarios)
    distance = relative = None
    if keep is not None:
        cost = distances(vectors(draws, futures, base, making.parting))
        found = forward_selection(cost, probabilities, keep)
        futures = [futures[at] for at in found.kept]
        probabilities, distance, relative = found.probabilities, found.distance, found.relative
    names = names_of(len(futures))
    made = with_futures(base, futures, probabilities.tolist(), making.parting, names)
    solve = made.solve.model_copy(update={"gap": max(made.solve.gap, GAP) if gap is None else gap})
    made = made.model_copy(update={"solve": solve})
    _check_together(made)
    table = table_of(draws, futures, base)
    table.insert(0, "probability", probabilities)
    table.insert(0, "scenario", names)
    return Sampled(made, table, scenarios, distance, relative, tuple(warnings))


def _check_counts(scenarios: int, keep: int | None) -> None:
    if not 1 <= scenarios <= MOST_SCENARIOS:
        raise ValueError(
            f"cannot draw {scenarios:,} scenarios; 1 to {MOST_SCENARIOS:,} can be drawn"
        )
    if keep is None:
        return
    if not 1 <= keep <= scenarios:
        raise ValueError(f"cannot keep {keep:,} of {scenarios:,} scenarios; keep 1 or more of them")
    if scenarios > MOST:
        raise ValueError(
            f"{scenarios:,} scenarios are too many to choose from; draw {MOST:,} or fewer with keep"
        )


def _check_together(case: Case) -> None:
    """Refuse futures in which values only go wrong together."""
    wrong = [one for one in check_case(case) if one.level == "error"]
    if not wrong:
        return
    told = []
    for one in wrong:
        if one.table == "changes" and one.row is not None:
            row = case.changes[one.row - 1]
            why = f"in scenario {row.scenario} {one.message}, together with other changes"
            told.append(Problem("error", why, column=f"draw {row.note}", remedy=one.remedy))
        else:
            told.append(one)
    raise CaseError(told, "the sample")


def table_of(draws: Draws, futures: Sequence[Future], case: Case) -> pd.DataFrame:
    """What was drawn, one row for each future: values, and when events and draws begin."""
    columns: dict[str, list[Any]] = {}
    for draw in draws.draws:
        columns[draw.name] = [future.drawn[draw.name].value for future in futures]
        if len(draw.first()) > 1:
            columns[f"{draw.name} starts"] = [
                case.period_label(future.drawn[draw.name].first) for future in futures
            ]
    for event in draws.events:
        held = [future.drawn[event.name] for future in futures]
        columns[event.name] = [case.period_label(one.first) if one.first else None for one in held]
        if len(event.lasts or []) > 1:
            columns[f"{event.name} lasts"] = [
                one.last - one.first + 1 if one.first else None for one in held
            ]
    return pd.DataFrame(columns, index=range(len(futures)))
