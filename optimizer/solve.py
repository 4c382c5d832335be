"""The main job: from a checked case to a verified plan."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..models.case import Case
from ..models.plan import Solution, SolveStatus
from . import quick_start  # noqa: F401  # before anything that imports scipy
from .compiled import Arrays, compile_model, templates
from .formulation.model import build_model
from .highs import Options, Outcome, Session, SolverError, relative_gap
from .labels import Labels, for_file
from .network import Network, build_network
from .plan import build_tables, concentration, conditional_value_at_risk, scenario_costs
from .tree import FloatArray, build_tree
from .verify import verify_plan

MODELLED = ("cost", "lead_time", "shortage")
"""Objectives that can be minimised and capped."""


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
    """

    minimise: tuple[str, ...] = ("cost",)
    caps: dict[str, float] = field(default_factory=dict)
    scenarios: tuple[str, ...] = ("all",)
    options: Options = field(default_factory=Options)
    write_model: str | None = None
    force: bool = False

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
            if name not in MODELLED:
                raise ValueError(
                    f"objective {name!r} cannot be minimised or capped yet; "
                    f"{', '.join(MODELLED)} can"
                )


@dataclass(frozen=True)
class Built:
    """A network with its arrays."""

    network: Network
    arrays: Arrays
    seconds: float


def build(case: Case, scenarios: Sequence[str] = ("all",), *, force: bool = False) -> Built:
    """Network and arrays of a checked case.

    Raises:
        ValueError: unknown scenarios, changes that cannot be applied, unsupported rules, decisions
            that nothing bounds, a case too large for its memory limit.
    """
    started = time.perf_counter()
    network = build_network(case, build_tree(case, scenarios), force=force)
    with templates():
        arrays = compile_model(build_model(network))
    return Built(network, arrays, time.perf_counter() - started)


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
    built = build(case, request.scenarios, force=request.force)
    session = Session(built.arrays, request.minimise[0])
    for name, limit in request.caps.items():
        session.cap(name, _cap_value(built.network, name, limit))
    if request.write_model:
        labels = Labels(built.network, built.arrays)
        session.write(request.write_model, for_file(labels.rows()), for_file(labels.columns()))
    return _solution(built, request, *_lexicographic(session, built.arrays, request))


def _cap_value(network: Network, name: str, limit: float) -> float:
    """A cap on lead time means nothing without demand; any other cap is itself."""
    return np.inf if name == "lead_time" and network.total_demand == 0 else limit


def _lexicographic(
    session: Session, arrays: Arrays, request: Request
) -> tuple[Outcome, FloatArray | None, str]:
    """Minimise one objective after the other, each held at its best value.

    A later objective may not give away more of an earlier one than rounding needs.

    Returns:
        The outcome, the plan, and the objective they are about: the last one reached.
    """
    options, spent = request.options, 0.0
    outcome, point, name = None, None, request.minimise[0]
    for position, name in enumerate(request.minimise):
        if position:
            assert point is not None
            best = value_of(arrays, request.minimise[position - 1], point)
            session.cap(request.minimise[position - 1], best + 1e-9 * max(1.0, abs(best)))
            session.minimise(name)
            session.start_from(point)
        left = None if options.time_limit is None else max(options.time_limit - spent, 0.01)
        found, clean = _clean(session, replace(options, time_limit=left), request)
        spent += found.seconds
        if found.point is None:
            if outcome is None or outcome.point is None:
                return replace(found, seconds=spent), None, name
            value = value_of(arrays, name, outcome.point)
            kept = replace(outcome, status=SolveStatus.FEASIBLE, objective=value, bound=found.bound)
            gap = relative_gap(value, found.bound)
            return replace(kept, gap=gap, seconds=spent), point, name
        point, outcome = clean, found
        if found.status != SolveStatus.OPTIMAL:
            break
    assert outcome is not None
    return replace(outcome, seconds=spent), point, name


def _clean(
    session: Session, options: Options, request: Request
) -> tuple[Outcome, FloatArray | None]:
    """Solve, and free the plan of the tolerance on whole numbers.

    Wide bounds times that tolerance can let amounts slip past a decision not taken; such a plan
    is solved again under a tighter one.
    """
    then = None if "cost" in request.minimise else "cost"
    spent = 0.0
    for attempt in range(2):
        found = session.solve(options)
        found = replace(found, seconds=found.seconds + spent)
        if found.point is None:
            return found, None
        clean = session.polished(found.point, then)
        if clean is not None:
            return found, clean
        if not attempt:
            spent = found.seconds
            session.tighten()
            if options.time_limit is not None:
                options = replace(options, time_limit=max(options.time_limit - spent, 0.01))
    raise SolverError(
        "the plan leans on numerical tolerance: bounds on yes/no decisions are too wide. Give "
        "capacities to offers, lanes and plants that have none"
    )


def value_of(arrays: Arrays, objective: str, point: FloatArray) -> float:
    """Value of an objective at a point."""
    return float(arrays.objectives[objective] @ point + arrays.offsets[objective])


def _solution(
    built: Built, request: Request, outcome: Outcome, point: FloatArray | None, name: str
) -> Solution:
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
    tables = build_tables(network, arrays, point)
    cash = tables["cash"]
    totals = cash.groupby("category", sort=False)["expected"].sum()
    costs = {str(name): float(value) for name, value in totals.items()}
    objectives = {
        "cost": float(sum(costs.values())),
        "lead_time": value_of(arrays, "lead_time", point),
        "shortage": value_of(arrays, "shortage", point),
        "cvar": conditional_value_at_risk(
            scenario_costs(network, cash), network.tree.weights, network.case.case.cvar_level
        ),
        "concentration": concentration(network, tables),
    }
    objective = objectives[name]
    bound = outcome.bound if outcome.bound is None else min(outcome.bound, objective)
    verification = verify_plan(
        network.case, tables, list(request.scenarios), costs=costs, objectives=objectives
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
