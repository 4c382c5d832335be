"""When a model is solved in parts, and what happens where it cannot be."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from ...models.plan import SolveStatus
from ..arrays import Arrays
from ..executors import Name, open_executor
from ..highs import Session
from ..lexicographic import lexicographic
from ..network import Network
from ..outcomes import Options, Outcome, relative_gap
from ..targets import value_of
from ..tree import FloatArray
from .method import Decomposition
from .split import Split, parting_period, split

AUTO, EXTENSIVE, DECOMPOSED = METHODS = ("auto", "extensive", "decomposed")
FEWEST_BLOCKS, FEWEST_COLUMNS = 6, 4_000
"""From here on parts are quicker than the whole (docs/performance.md)."""
SEPARABLE = ("cost", "lead_time", "shortage")
"""Objectives that are expected values, so that futures share nothing but the trunk in them."""
LEAST_GAP = 2e-3
"""Below it whole numbers in futures mostly keep the gap of a decomposition open."""
MOST_COLUMNS = 400_000
"""Up to here the whole is tried where parts leave a gap."""

Found = tuple[Outcome, FloatArray | None, str]


@dataclass(frozen=True)
class Plea:
    """What is asked of the decomposition.

    Attributes:
        minimise: objectives in lexicographic order.
        caps: limits on objectives.
        options: gap, time limit, threads, seed, progress.
        method: auto, extensive or decomposed.
        executor: serial, processes or dask: who solves the parts.
        workers: number of processes.
        address: of a Dask scheduler.
    """

    minimise: Sequence[str]
    caps: Mapping[str, float]
    options: Options
    method: str = AUTO
    executor: str = "serial"
    workers: int | None = None
    address: str | None = None


def by_parts(network: Network, arrays: Arrays, plea: Plea) -> tuple[Found | None, list[str]]:
    """Solve in parts where that is asked for, or pays.

    Returns:
        The outcome, the plan and the objective they are about, None where the extensive form is to
        be solved instead; and what a reader should know.

    Raises:
        ValueError: parts are asked for and cannot be had.
    """
    if plea.method == EXTENSIVE:
        return None, []
    parts = _split(network, arrays, plea)
    if isinstance(parts, str):
        if plea.method == DECOMPOSED:
            raise ValueError(f"--method decomposed is not possible here: {parts}")
        return None, []
    if plea.method == AUTO and not _pays(arrays, parts, plea.options):
        return None, []
    began = time.monotonic()
    name = cast(Name, plea.executor)
    with open_executor(name, workers=plea.workers, address=plea.address) as executor:
        run = Decomposition(parts, executor, plea.options)
        outcome, point = run.run()
    spent, late = time.monotonic() - began, _late(plea.options, began)
    stays_open = outcome.status == SolveStatus.FEASIBLE and not late
    if stays_open and plea.method == AUTO and len(arrays.lower) <= MOST_COLUMNS:
        return _whole(arrays, plea, outcome, point, spent), []
    why = ""
    if outcome.status == SolveStatus.UNBOUNDED:
        why = "the trunk alone has no bound"
    elif outcome.status == SolveStatus.NO_SOLUTION and not late and not run.interrupted:
        # whole numbers in futures may leave no plan for any trunk that their relaxations allow
        why = "no plan was found in parts"
    if why:
        told = f"{why}: all futures were solved as one model"
        return _whole(arrays, plea, outcome, None, spent), [told]
    return (outcome, point, plea.minimise[0]), [_open(outcome)] if stays_open else []


def _split(network: Network, arrays: Arrays, plea: Plea) -> Split | str:
    """The parts, or why there are none."""
    if len(plea.minimise) > 1:
        return "several objectives in order hold each other, across all futures; minimise one"
    if plea.minimise[0] not in SEPARABLE:
        return (
            f"{plea.minimise[0]} compares or mixes all futures; in parts only "
            f"{', '.join(SEPARABLE)} can be minimised"
        )
    if any(limit < np.inf for limit in plea.caps.values()):
        return f"the limit on {next(iter(plea.caps))} is one over all futures together; drop --cap"
    period = parting_period(network.tree)
    if period is None:
        return "there is one future only, and no node at which futures part"
    parts = split(network, arrays, plea.minimise[0], period)
    return parts or "a rule binds several futures together, so that they cannot be solved apart"


def _pays(arrays: Arrays, parts: Split, options: Options) -> bool:
    """Whether parts are likely to be quicker than the whole."""
    many = len(parts.blocks) >= FEWEST_BLOCKS and len(arrays.lower) >= FEWEST_COLUMNS
    mixed = any(bool(block.integer.any()) for block in parts.blocks)
    return many and (options.gap >= LEAST_GAP or not mixed)


def _late(options: Options, began: float) -> bool:
    limit = np.inf if options.time_limit is None else options.time_limit
    return time.monotonic() - began >= 0.98 * limit


def _open(outcome: Outcome) -> str:
    gap = f" at {100 * outcome.gap:.2f} %" if outcome.gap is not None else ""
    return (
        f"solving in parts leaves the gap open{gap}: bounds of futures are those without whole "
        "numbers. The plan holds; --method extensive may find a better one or prove this one"
    )


def _whole(
    arrays: Arrays, plea: Plea, parts: Outcome, point: FloatArray | None, spent: float
) -> Found:
    """The extensive form, begun from the plan of the parts; the better of the two plans."""
    limit = plea.options.time_limit
    left = None if limit is None else max(limit - spent, 0.01)
    session = Session(arrays, plea.minimise[0])
    if point is not None:
        session.start_from(point)
    options = replace(plea.options, time_limit=left)
    found, better, target = lexicographic(session, arrays, plea.minimise, options)
    found = replace(found, seconds=spent + found.seconds)
    if point is None:
        return found, better, target
    if found.status == SolveStatus.INFEASIBLE or better is None:
        better = point
    best = min((point, better), key=lambda one: value_of(arrays, target, one))
    value = value_of(arrays, target, best)
    bounds = [one.bound for one in (parts, found) if one.bound is not None]
    bound = min(max(bounds), value) if bounds else None
    gap = relative_gap(value, bound)
    done = gap is not None and gap <= plea.options.gap
    status = SolveStatus.OPTIMAL if done else SolveStatus.FEASIBLE
    return Outcome(status, value, bound, gap, best, found.seconds), best, target
