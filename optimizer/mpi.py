"""A second road for sites with MPI: mpi-sppy's progressive hedging over our own scenario models.

Run it with the extra ``mpi`` installed and an MPI beside it::

    mpiexec -n 3 python -m secondsource.optimizer.mpi CASE --iterations 2

Every rank takes a share of the futures. The model of a future is the trunk of the tree and its
subtree, stated in Pyomo from the arrays of the formulation; the trunk's columns are declared
nonanticipative. Progressive hedging (Rockafellar and Wets 1991) with linearised proximal terms
brings the futures towards one trunk. Candidates for its whole numbers are what most futures settle
on and what single futures ask for. The ranks share the candidates: for each, all futures are solved
as one model with these whole numbers held, so that the value told is that of a plan. It shares no
code with :mod:`.decomposition` but the split of the arrays.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from typing import Any

import numpy as np
from pyomo.core.expr.numeric_expr import LinearExpression
from pyomo.environ import (
    ConcreteModel,
    Constraint,
    ConstraintList,
    Integers,
    Objective,
    RangeSet,
    Reals,
    SolverFactory,
    TerminationCondition,
    Var,
)
from scipy import sparse

from ..datasets.load import read_case
from ..models.case import Case
from . import quick_start  # noqa: F401  # before anything that imports scipy
from .decomposition.split import Piece, Split, parting_period, split
from .solve import Request, build
from .tree import FloatArray

SOLVER = "highs"
FINER = 0.1
"""Gap of the plans that are told, of that of the hedging."""
PENALTY = 1.0
"""Penalty of progressive hedging on a column, times its cost; see :func:`penalties`."""


def parts_of(case: Case, request: Request) -> Split:
    """Trunk and subtrees of a case.

    Raises:
        ValueError: the case has one future only, or a rule binds several together.
    """
    built = build(case, request.scenarios, force=request.force, measures=request.asked)
    period = parting_period(built.network.tree)
    if period is None:
        raise ValueError("the case has one future only; solve it with `secondsource solve`")
    parts = split(built.network, built.arrays, request.minimise[0], period)
    if parts is None:
        raise ValueError("a rule binds several futures together, so that they cannot be parted")
    return parts


def scenario_model(parts: Split, number: int) -> ConcreteModel:
    """The Pyomo model of a future: columns ``trunk`` and ``own``, their rows and the objective."""
    trunk, own = parts.trunk, parts.blocks[number]
    model = ConcreteModel(name=f"future{number}")
    model.trunk = _columns(trunk)
    model.own = _columns(own)
    model.rows = ConstraintList()
    x, y = list(model.trunk.values()), list(model.own.values())
    linked = [x[at] for at in own.link.tolist()]
    _add_rows(model.rows, trunk, [(trunk.matrix, x)])
    _add_rows(model.rows, own, [(own.trunk, linked), (own.matrix, y)])
    model.first = _sum(trunk.cost, x, parts.offset)
    model.objective = Objective(expr=model.first + _sum(own.cost, y, 0.0))
    return model


def _columns(piece: Piece) -> Var:
    low, high = piece.lower.tolist(), piece.upper.tolist()
    whole = piece.integer.tolist()
    return Var(
        RangeSet(0, len(low) - 1),
        bounds=lambda _m, at: (_finite(low[at]), _finite(high[at])),
        within=lambda _m, at: Integers if whole[at] else Reals,
    )


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _sum(values: FloatArray, variables: list[Any], constant: float) -> Any:
    at = np.flatnonzero(values).tolist()
    return LinearExpression(
        constant=constant, linear_coefs=values[at].tolist(), linear_vars=[variables[i] for i in at]
    )


def _add_rows(
    rows: Constraint, piece: Piece, terms: list[tuple[sparse.csr_array, list[Any]]]
) -> None:
    for row in range(len(piece.rows)):
        values: list[float] = []
        variables: list[Any] = []
        for matrix, columns in terms:
            where = slice(matrix.indptr[row], matrix.indptr[row + 1])
            values += matrix.data[where].tolist()
            variables += [columns[at] for at in matrix.indices[where].tolist()]
        low, high = float(piece.row_lower[row]), float(piece.row_upper[row])
        if variables:
            body = LinearExpression(constant=0.0, linear_coefs=values, linear_vars=variables)
            rows.add((_finite(low), body, _finite(high)))


def penalties(parts: Split) -> FloatArray:
    """Penalty of every trunk column: what it costs, at least a little. Shape (columns,)."""
    cost = np.abs(parts.trunk.cost)
    usual = float(np.median(cost[cost > 0])) if (cost > 0).any() else 1.0
    width = np.where(np.isfinite(parts.trunk.upper), parts.trunk.upper - parts.trunk.lower, 1.0)
    return PENALTY * np.maximum(cost, 0.01 * usual) / np.maximum(width, 1.0)


def hedge(parts: Split, iterations: int, gap: float) -> dict[str, Any]:
    """Progressive hedging on all ranks: value of the best plan and a bound, everywhere the same."""
    from mpisppy import MPI  # noqa: PLC0415  # an extra
    from mpisppy.opt.ph import PH  # noqa: PLC0415  # an extra
    from mpisppy.utils import sputils  # noqa: PLC0415  # an extra

    names = [f"future{number}" for number in range(len(parts.blocks))]
    weights = [block.weight for block in parts.blocks]

    def create(name: str, **_: Any) -> ConcreteModel:
        number = int(name.removeprefix("future"))
        model = scenario_model(parts, number)
        sputils.attach_root_node(model, model.first, [model.trunk])
        model._mpisppy_probability = weights[number]
        return model

    rho = penalties(parts)

    def rho_setter(model: ConcreteModel) -> list[tuple[int, float]]:
        return [
            (id(one), float(value)) for one, value in zip(model.trunk.values(), rho, strict=True)
        ]

    options = {
        "solver_name": SOLVER,
        "PHIterLimit": iterations,
        "defaultPHrho": 1.0,
        "convthresh": 1e-6,
        "verbose": False,
        "display_progress": False,
        "display_timing": False,
        "iter0_solver_options": {"mip_rel_gap": gap, "threads": 1},
        "iterk_solver_options": {"mip_rel_gap": gap, "threads": 1},
        "linearize_proximal_terms": True,
        "smoothed": 0,
    }
    hedging = PH(options, names, create, rho_setter=rho_setter)
    converged, _, bound = hedging.ph_main(finalize=False)
    best, tried = _best_plan(hedging, parts, FINER * gap)
    comm = MPI.COMM_WORLD
    return {
        "ranks": comm.Get_size(),
        "scenarios": len(names),
        "objective": best if np.isfinite(best) else None,
        "bound": float(bound),
        "convergence": float(converged),
        "candidates": tried,
    }


def _best_plan(hedging: Any, parts: Split, gap: float) -> tuple[float, int]:
    """Least expected value of the candidates for the trunk, and how many were tried."""
    candidates = _candidates(hedging, parts)
    rank, ranks = hedging.mpicomm.Get_rank(), hedging.mpicomm.Get_size()
    here = np.inf
    if rank < len(candidates):
        model = _together(hedging)
        held = list(getattr(model, model._ef_scenario_names[0]).trunk.values())
        for candidate in candidates[rank::ranks]:
            for at in np.flatnonzero(parts.trunk.integer).tolist():
                held[at].fix(float(candidate[at]))
            here = min(here, _value(model, gap))
    return min(hedging.mpicomm.allgather(here)), len(candidates)


def _together(hedging: Any) -> ConcreteModel:
    """The extensive form in Pyomo, whose futures share the columns of the trunk."""
    from mpisppy.utils import sputils  # noqa: PLC0415  # an extra

    return sputils.create_EF(
        hedging.all_scenario_names, hedging.scenario_creator, suppress_warnings=True
    )


def _value(model: ConcreteModel, gap: float) -> float:
    """Value of the best plan of a model, infinite where it has none."""
    found = SolverFactory(SOLVER).solve(
        model, load_solutions=False, options={"mip_rel_gap": gap, "threads": 1}
    )
    optimal = found.solver.termination_condition == TerminationCondition.optimal
    return float(found.problem.upper_bound) if optimal else np.inf


def _trunks(hedging: Any, count: int) -> FloatArray:
    """The trunk that each future holds, on every rank. Shape (futures, columns)."""
    own = {
        name: np.array([one.value or 0.0 for one in model.trunk.values()], dtype=float)
        for name, model in hedging.local_scenarios.items()
    }
    everyone: dict[str, FloatArray] = {}
    for piece in hedging.mpicomm.allgather(own):
        everyone |= piece
    return np.array([everyone[f"future{at}"] for at in range(count)])


def _candidates(hedging: Any, parts: Split, most: int = 6) -> list[FloatArray]:
    """Trunks to be tried, the same on every rank and in the same order.

    The average with its whole numbers rounded; the most that any future asks for, with which most
    can live; and those of the futures that lie nearest to the average.
    """
    weights = np.array([block.weight for block in parts.blocks])
    trunks = _trunks(hedging, len(weights))
    whole = parts.trunk.integer
    trunks[:, whole] = np.round(trunks[:, whole])
    middle = weights @ trunks / weights.sum()
    spread = np.maximum(trunks.std(axis=0), 1e-6)
    nearest = np.argsort((np.abs(trunks - middle) / spread).sum(axis=1), kind="stable")
    settled = middle.copy()
    settled[whole] = np.round(middle[whole])
    found: dict[bytes, FloatArray] = {}
    for one in (settled, trunks.max(axis=0), *trunks[nearest]):
        if len(found) < most:
            found.setdefault(one[whole].tobytes(), one)
    return list(found.values())


def main(arguments: list[str] | None = None) -> int:
    """Run on every rank; rank 0 prints one JSON object."""
    parser = argparse.ArgumentParser(
        prog="mpiexec -n 3 python -m secondsource.optimizer.mpi", description=__doc__.split("\n")[0]
    )
    parser.add_argument("case", help="folder, .xlsx or .json file, or a bundled name")
    parser.add_argument("--iterations", type=int, default=2, help="rounds of hedging")
    parser.add_argument("--gap", type=float, default=0.01, help="relative gap of every solve")
    given = parser.parse_args(arguments)
    case, problems = read_case(given.case)
    if case is None:
        print("\n".join(str(one) for one in problems), file=sys.stderr)
        return 2
    try:
        parts = parts_of(case, Request.of(case))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        with contextlib.redirect_stdout(sys.stderr):
            from mpisppy import MPI  # noqa: PLC0415  # an extra

            found = hedge(parts, given.iterations, given.gap)
    except ImportError as error:
        print(f"{error}: install secondsource[mpi] and an MPI", file=sys.stderr)
        return 2
    if MPI.COMM_WORLD.Get_rank() == 0:
        print(json.dumps(found))
    return 0 if found["objective"] is not None else 5


if __name__ == "__main__":
    sys.exit(main())
