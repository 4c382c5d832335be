r"""Whole numbers in a block: a plan for a given trunk, and cuts that the relaxation cannot give.

A cut from the relaxation with slope g is lifted by solving the block with whole numbers, the
trunk's linking columns z free within their bounds and priced at the slope (the strengthened Benders
cut of Zou, Ahmed and Sun 2019, equation 13):

.. math::
    Q(x) \ge g x + \min \{ q y - g z : (y, z) \in Y \}
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np

from ..outcomes import SolverError
from ..tree import FloatArray
from .block import Block, Cut, load

INF = highspy.kHighsInf
ZERO, TIGHT = 1e-7, 1e-9
NEARLY = 1e-6
"""How near to a whole number counts as one."""
ROUNDED, MOST_STEPS = 0.25, 60
"""Share of the broken numbers that a dive rounds up at once, and its most steps."""
SEARCH = {
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_root_reduced_cost": False,
}
"""No searches in smaller models: blocks of a made-up case took half the time without them."""


@dataclass(frozen=True)
class Whole:
    """A block's plan: its value, infinite without one, and the point."""

    value: float
    point: FloatArray | None


def dived(block: Block, link: FloatArray, basis: highspy.HighsBasis | None = None) -> Whole:
    """A plan of a block for a trunk, quickly: in a twentieth of the time of a search.

    Args:
        block: the block.
        link: values of the linking columns.
        basis: where the dive starts; None for none.
    """
    point = _dive(block, link, np.flatnonzero(block.piece.integer).astype(np.int32), basis)
    return Whole(np.inf, None) if point is None else Whole(float(block.piece.cost @ point), point)


def searched(
    block: Block, link: FloatArray, enough: float, seconds: float, known: FloatArray | None
) -> Whole:
    """The better of a plan known and that of a search, which ends at a value that is enough."""
    integer = np.flatnonzero(block.piece.integer).astype(np.int32)
    found = _search(block, link, enough, seconds, integer, known)
    if known is not None and float(block.piece.cost @ known) <= found.value:
        return Whole(float(block.piece.cost @ known), known)
    return found


def _dive(
    block: Block, link: FloatArray, integer: np.ndarray, basis: highspy.HighsBasis | None
) -> FloatArray | None:
    """Round up what is nearest to it, solve again, until all is whole; None where that fails."""
    solver = load(block.piece, block.scale, integer=False)
    if basis is not None:
        solver.setBasis(basis)
    block.move(solver, link)
    for _ in range(MOST_STEPS):
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        point = np.array(solver.getSolution().col_value)
        above = np.ceil(point[integer] - NEARLY)
        missing = above - point[integer]
        broken = np.flatnonzero((missing > NEARLY) & (above <= block.piece.upper[integer]))
        if not len(broken):
            return _clean(solver, integer, np.round(point[integer]))
        nearest = broken[np.argsort(missing[broken], kind="stable")]
        chosen = nearest[: max(1, round(ROUNDED * len(nearest)))]
        solver.changeColsBounds(
            len(chosen), integer[chosen], above[chosen], block.piece.upper[integer[chosen]]
        )
    return None


def _search(
    block: Block,
    link: FloatArray,
    enough: float,
    seconds: float,
    integer: np.ndarray,
    known: FloatArray | None,
) -> Whole:
    """The plan of a search by branch and bound."""
    for tolerance in (None, TIGHT):
        solver = load(block.piece, block.scale, integer=True)
        block.move(solver, link)
        if known is not None:
            solver.setSolution(len(integer), integer, np.round(known[integer]))
        solver.setOptionValue("time_limit", max(float(seconds), 0.01))
        solver.setOptionValue("objective_target", float(enough))
        for option, value in SEARCH.items():
            solver.setOptionValue(option, value)
        if tolerance is not None:
            solver.setOptionValue("mip_feasibility_tolerance", tolerance)
            solver.setOptionValue("primal_feasibility_tolerance", tolerance)
        solver.run()
        if not _has_point(solver):
            return Whole(np.inf, None)
        point = np.array(solver.getSolution().col_value)
        clean = _clean(solver, integer, np.round(point[integer]))
        if clean is not None:
            return Whole(float(block.piece.cost @ clean), clean)
    return Whole(np.inf, None)


def _has_point(solver: highspy.Highs) -> bool:
    return bool(solver.getInfo().primal_solution_status == highspy.kSolutionStatusFeasible)


def _clean(solver: highspy.Highs, integer: np.ndarray, values: FloatArray) -> FloatArray | None:
    """The best point with these whole numbers, free of the tolerance on them."""
    solver.setOptionValue("time_limit", INF)
    solver.setOptionValue("objective_target", -INF)
    if len(integer):
        kinds = np.full(len(integer), highspy.HighsVarType.kContinuous)
        solver.changeColsIntegrality(len(integer), integer, kinds)
        solver.changeColsBounds(len(integer), integer, values, values)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
    point = np.array(solver.getSolution().col_value)
    return np.where(np.abs(point) < ZERO, 0.0, point)


def lifted(block: Block, slope: FloatArray, seconds: float) -> Cut | None:
    """The cut with this slope that knows of whole numbers; None where there is none."""
    piece = block.piece
    solver = load(piece, block.scale, integer=True)
    count, width = len(piece.link), len(piece.columns)
    by_column = piece.trunk.tocsc()
    status = solver.addCols(
        count,
        -slope,
        piece.link_lower,
        piece.link_upper,
        by_column.nnz,
        by_column.indptr[:-1].astype(np.int32),
        by_column.indices.astype(np.int32),
        by_column.data * block.scale[by_column.indices],
    )
    if status == highspy.HighsStatus.kError:
        raise SolverError("HiGHS refused the trunk's columns of a block")
    at = (width + np.flatnonzero(piece.link_integer)).astype(np.int32)
    if len(at):
        kind = np.full(len(at), highspy.HighsVarType.kInteger)
        solver.changeColsIntegrality(len(at), at, kind)
    solver.setOptionValue("time_limit", float(seconds))
    solver.setOptionValue("mip_rel_gap", 1e-3)
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return None
    info = solver.getInfo()
    mixed = bool(piece.integer.any() or piece.link_integer.any())
    optimal = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    bound = info.mip_dual_bound if mixed else info.objective_function_value
    if not np.isfinite(bound) or not (mixed or optimal):
        return None
    return Cut(float(bound), slope)
