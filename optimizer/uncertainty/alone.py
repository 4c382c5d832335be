"""The best plan of each future by itself: what whoever knew that it comes would do."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...models.case import Case
from ...models.plan import SolveStatus
from ..arrays import Arrays
from ..highs import Options, Outcome, Session
from ..lexicographic import lexicographic, value_of
from ..plan import Alone
from ..solve import Built, build
from ..tree import FloatArray, build_tree


def least_cost(arrays: Arrays, options: Options) -> tuple[Outcome, FloatArray | None]:
    """The cheapest plan of arrays.

    Raises:
        KeyboardInterrupt: somebody stopped the solve, and with it all that was to come.
    """
    session = Session(arrays, "cost")
    outcome, point, _ = lexicographic(session, arrays, ("cost",), options)
    if session.interrupted:
        raise KeyboardInterrupt
    return outcome, point


@dataclass(frozen=True)
class Future:
    """A future planned for by itself, at least cost and without caps.

    Attributes:
        scenario: its name.
        probability: of the future.
        built: its network and arrays.
        outcome: how the solve ended.
        point: the plan, None without one. Shape (columns,).
        cost: its cost [money]; nan without a plan.
        bound: proven bound on it, -inf where there is none.
    """

    scenario: str
    probability: float
    built: Built
    outcome: Outcome
    point: FloatArray | None
    cost: float
    bound: float


@dataclass(frozen=True)
class FoundAlone:
    """Every future planned for by itself.

    Attributes:
        alone: costs and bounds; None where some future that may come has no plan.
        outcome: of that future, else of the last one.
        seconds: how long it took.
    """

    alone: Alone | None
    outcome: Outcome
    seconds: float


def plan_alone(
    case: Case, scenario: str, probability: float, options: Options, *, force: bool = False
) -> Future:
    """The cheapest plan of one future; 'all' names that of a case without scenarios.

    Raises:
        ValueError: see :func:`secondsource.optimizer.solve.build`.
        KeyboardInterrupt: somebody stopped the solve.
    """
    built = build(case, [scenario], force=force)
    return future_of(scenario, probability, built, *least_cost(built.arrays, options))


def future_of(
    scenario: str, probability: float, built: Built, outcome: Outcome, point: FloatArray | None
) -> Future:
    """A future with what was found for it."""
    if point is None:
        bound = -np.inf if outcome.bound is None else outcome.bound
        return Future(scenario, probability, built, outcome, None, np.nan, bound)
    cost = value_of(built.arrays, "cost", point)
    bound = -np.inf if outcome.bound is None else min(outcome.bound, cost)
    return Future(scenario, probability, built, outcome, point, cost, bound)


def best_alone(
    case: Case,
    scenarios: Sequence[str],
    options: Options,
    *,
    force: bool = False,
    progress: Callable[[str], None] | None = None,
) -> FoundAlone:
    """Least cost of each future by itself; those of probability 0 are left out.

    Args:
        case: a checked case.
        scenarios: names, or ['all'].
        options: gap of each solve; the time limit is of all together and of what comes after, and
            each solve gets an equal part of what is left.
        force: build models past the size limit.
        progress: called with a line for each future.

    Raises:
        ValueError: see :func:`secondsource.optimizer.solve.build`.
    """
    started = time.perf_counter()
    tree = build_tree(case, scenarios)
    costs, bounds = (np.full(len(tree.scenarios), np.nan) for _ in range(2))
    likely = np.flatnonzero(tree.weights > 0)
    outcome = Outcome(SolveStatus.NO_SOLUTION, None, None, None, None, 0.0)
    for number, at in enumerate(likely.tolist()):
        if progress:
            progress(f"future {number + 1} of {len(likely)} by itself")
        spent = time.perf_counter() - started
        part = shared(options, spent, len(likely) - number + 1)
        name = tree.scenarios[at] if case.scenarios else "all"
        future = plan_alone(case, name, float(tree.weights[at]), part, force=force)
        outcome = future.outcome
        if future.point is None:
            return FoundAlone(None, outcome, time.perf_counter() - started)
        costs[at], bounds[at] = future.cost, future.bound
    return FoundAlone(Alone(costs, bounds), outcome, time.perf_counter() - started)


def shared(options: Options, spent: float, parts: int) -> Options:
    """Options with an equal part of the time that is left."""
    if options.time_limit is None:
        return options
    return replace(options, time_limit=max((options.time_limit - spent) / parts, 0.01))
