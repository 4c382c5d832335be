"""The main job: from a checked case to a verified plan."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..models.case import Case
from ..models.plan import Solution, Tables
from . import quick_start  # noqa: F401  # before anything that imports scipy
from .arrays import Arrays
from .compiled import compile_model, templates
from .decomposition import DECOMPOSED, METHODS, Found, Plea, by_parts
from .formulation.model import build_model
from .highs import Options, Outcome, Session, relative_gap
from .keep import keep_decisions
from .labels import Labels, for_file
from .lexicographic import lexicographic, value_of
from .model_file import write_model
from .network import Network, build_network
from .plan import (
    Alone,
    build_tables,
    concentration,
    conditional_value_at_risk,
    scenario_costs,
)
from .targets import TARGETS
from .tree import FloatArray, build_tree
from .verify import verify_plan


class VerificationError(RuntimeError):
    """A plan that its independent check refuses: a fault of this program, never of the case."""


@dataclass(frozen=True)
class Request:
    """What to solve for, and how.

    Attributes:
        minimise: objectives in lexicographic order.
        caps: upper limits on objectives.
        scenarios: names to solve, or ['all'].
        options: gap, time limit, threads, seed, progress.
        write_model: file for the model in MPS or LP format, None for none.
        force: build models past the size limit.
        keep: a plan whose strategic decisions are kept, None to decide anew.
        method: how futures are solved: auto, extensive (as one) or decomposed (in parts).
        executor, workers, address: who solves the parts, see :func:`executors.open_executor`.
    """

    minimise: tuple[str, ...] = ("cost",)
    caps: dict[str, float] = field(default_factory=dict)
    scenarios: tuple[str, ...] = ("all",)
    options: Options = field(default_factory=Options)
    write_model: str | None = None
    force: bool = False
    keep: Tables | None = field(default=None, repr=False, compare=False)
    method: str = "auto"
    executor: str = "serial"
    workers: int | None = None
    address: str | None = None

    @classmethod
    def of(cls, case: Case) -> Request:
        """What ``[solve]`` of the case asks for."""
        solve = case.solve
        return cls(
            minimise=tuple(solve.minimise),
            caps={str(name): value for name, value in solve.caps.items()},
            scenarios=tuple(solve.scenarios),
            options=Options(solve.gap, solve.time_limit_s, solve.threads, solve.seed),
        )

    def __post_init__(self) -> None:
        for name in (*self.minimise, *self.caps):
            if name not in TARGETS:
                raise ValueError(f"no objective {name!r}; there are {', '.join(TARGETS)}")
        if self.method not in METHODS:
            raise ValueError(f"no method {self.method!r}; there are {', '.join(METHODS)}")

    @property
    def asked(self) -> tuple[str, ...]:
        """Every objective that is minimised or capped."""
        return tuple(dict.fromkeys([*self.minimise, *self.caps]))


@dataclass(frozen=True)
class Built:
    """A network with its arrays, and what regret is measured against where it is asked for."""

    network: Network
    arrays: Arrays
    seconds: float
    alone: Alone | None = None


def build(
    case: Case,
    scenarios: Sequence[str] = ("all",),
    *,
    force: bool = False,
    measures: Collection[str] = (),
    alone: Alone | None = None,
) -> Built:
    """Network and arrays of a checked case.

    Args:
        case: the case.
        scenarios: names to solve, or ['all'].
        force: build models past the size limit.
        measures: objectives to be minimised or capped; those about risk and concentration need
            rows of their own, the others none.
        alone: the best plan of each scenario by itself, which regret needs.

    Raises:
        ValueError: unknown scenarios, changes that cannot be applied, unsupported rules, decisions
            that nothing bounds, a case too large for its memory limit.
    """
    started = time.perf_counter()
    network = build_network(case, build_tree(case, scenarios), force=force)
    with templates():
        best = None if alone is None else alone.costs
        arrays = compile_model(build_model(network, measures, best))
    return Built(network, arrays, time.perf_counter() - started, alone)


def solve(case: Case, request: Request | None = None) -> Solution:
    """Solve a checked case and verify the plan.

    Args:
        case: the case.
        request: what to solve for; None for what the case's ``[solve]`` says.

    Returns:
        The outcome. Without a plan (infeasible, unbounded, no solution found in time) its tables
        are empty and ``objective`` is None.

    Raises:
        ValueError: see :func:`build`.
        VerificationError: the plan found does not hold.
    """
    request = request or Request.of(case)
    alone = None
    if "regret" in request.asked:
        from .uncertainty.alone import best_alone  # noqa: PLC0415  # it builds with this module

        options = request.options
        found_alone = best_alone(case, request.scenarios, options, force=request.force)
        if found_alone.alone is None:
            return without_plan(found_alone.outcome)
        alone = found_alone.alone
        if options.time_limit is not None:
            left = max(options.time_limit - found_alone.seconds, 0.01)
            request = replace(request, options=replace(options, time_limit=left))
    built = build(case, request.scenarios, force=request.force, measures=request.asked, alone=alone)
    warnings: list[str] = []
    if request.keep is not None:
        arrays, warnings = keep_decisions(built, request.keep)
        built = replace(built, arrays=arrays)
    parts, told = _by_parts(built, request)
    warnings += told
    if parts is not None:
        return replace(solution_of(built, request.scenarios, *parts), warnings=tuple(warnings))
    session = Session(built.arrays, request.minimise[0])
    for name, limit in request.caps.items():
        session.cap(name, cap_value(built.network, name, limit))
    if request.write_model:
        labels = Labels(built.network, built.arrays)
        write_model(
            session, request.write_model, for_file(labels.rows()), for_file(labels.columns())
        )
    found = lexicographic(session, built.arrays, request.minimise, request.options)
    solution = solution_of(built, request.scenarios, *found)
    return replace(solution, warnings=(*warnings, *_unproven_regret(built, solution)))


def _by_parts(built: Built, request: Request) -> tuple[Found | None, list[str]]:
    """The answer of the decomposition, None where the extensive form is to be solved."""
    if built.network.tree.size == built.network.tree.periods or request.write_model:
        if request.method == DECOMPOSED:
            raise ValueError(
                "--method decomposed needs several futures, and no --write-model; "
                "use --method extensive"
            )
        return None, []
    caps = {name: cap_value(built.network, name, at) for name, at in request.caps.items()}
    plea = Plea(
        request.minimise, caps, request.options, request.method,
        request.executor, request.workers, request.address,
    )  # fmt: skip
    return by_parts(built.network, built.arrays, plea)


def _unproven_regret(built: Built, solution: Solution) -> list[str]:
    """How much larger regret may be where the best plans of single futures are not proven."""
    regret = solution.objectives.get("regret")
    if built.alone is None or regret is None:
        return []
    likely = built.network.tree.weights > 0
    most = float((built.alone.costs - built.alone.bounds)[likely].max())
    if most <= 1e-6 * max(abs(regret), 1.0):
        return []
    more = f"up to {most:,.6g} larger" if np.isfinite(most) else "larger by an unknown amount"
    return [
        "regret is measured against the best plans found for single futures; with the bounds "
        f"proven on those it may be {more} (a smaller --gap, or more time, narrows it)"
    ]


def cap_value(network: Network, name: str, limit: float) -> float:
    """A cap on lead time means nothing without demand; any other cap is itself."""
    return np.inf if name == "lead_time" and network.total_demand == 0 else limit


def solution_of(
    built: Built, scenarios: Sequence[str], outcome: Outcome, point: FloatArray | None, name: str
) -> Solution:
    """The verified plan of a point.

    Args:
        built: network and arrays that were solved.
        scenarios: names that were solved, or ['all'].
        outcome: how the solve ended.
        point: the plan; None without one. Shape (columns,).
        name: the objective that the outcome is about.

    Raises:
        VerificationError: the plan does not hold.
    """
    arrays, network = built.arrays, built.network
    sizes: dict[str, Any] = {
        "solve_seconds": outcome.seconds,
        "build_seconds": built.seconds,
        "variables": arrays.matrix.shape[1],
        "rows": arrays.matrix.shape[0],
        "nonzeros": arrays.matrix.nnz,
    }
    if point is None:
        return Solution(outcome.status, None, outcome.bound, None, {}, {}, tables={}, **sizes)
    tables = build_tables(network, arrays, point, built.alone)
    cash = tables["cash"]
    totals = cash.groupby("category", sort=False)["expected"].sum()
    costs = {str(name): float(value) for name, value in totals.items()}
    objectives = {
        "cost": float(sum(costs.values())),
        "lead_time": value_of(arrays, "lead_time", point),
        "shortage": value_of(arrays, "shortage", point),
        **_risks(built, tables),
        "concentration": concentration(network, tables),
    }
    objective = objectives[name]
    bound = outcome.bound if outcome.bound is None else min(outcome.bound, objective)
    verification = verify_plan(
        network.case, tables, list(scenarios), costs=costs, objectives=objectives
    )
    if not verification.ok:
        raise VerificationError(
            "the plan does not hold against the case's own tables; please report this with the "
            "case:\n" + "\n".join(verification.lines())
        )
    return Solution(
        outcome.status,
        objective,
        bound,
        relative_gap(objective, bound),
        objectives,
        costs,
        tables=tables,
        **sizes,
    )


def _risks(built: Built, tables: Tables) -> dict[str, float]:
    """Objectives about the costs of futures; those of probability 0 count in none."""
    network = built.network
    settings, weights = network.case.case, network.tree.weights
    costs = scenario_costs(network, tables["cash"])
    tail = conditional_value_at_risk(costs, weights, settings.cvar_level)
    found = {"cvar": tail}
    if settings.risk_weight or "mean_risk" in built.arrays.objectives:
        weight = settings.risk_weight
        found["mean_risk"] = (1.0 - weight) * float(costs @ weights) + weight * tail
    found["worst_case"] = float(costs[weights > 0].max())
    if built.alone is not None:
        found["regret"] = float((costs - built.alone.costs)[weights > 0].max())
    return found


def without_plan(outcome: Outcome) -> Solution:
    """A solution that holds no plan."""
    return Solution(
        outcome.status, None, outcome.bound, None, {}, {}, tables={},
        solve_seconds=outcome.seconds, build_seconds=0.0, variables=0, rows=0, nonzeros=0,
    )  # fmt: skip
