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

ZERO, TIGHT = 1e-7, 1e-9
SHARE = 0.1
"""Of what may be given away on whole numbers, the gap at which a search ends on its own."""


@dataclass(frozen=True)
class Whole:
    """A block's plan: its value, infinite without one, and the point."""

    value: float
    point: FloatArray | None


def whole(block: Block, link: FloatArray, enough: float, seconds: float) -> Whole:
    """A plan of a block for a trunk, the search ended when its value is ``enough``."""
    integer = np.flatnonzero(block.piece.integer).astype(np.int32)
    for tolerance in (None, TIGHT):
        solver = load(block.piece, block.scale, integer=True)
        block.move(solver, link)
        solver.setOptionValue("time_limit", float(seconds))
        solver.setOptionValue("objective_target", float(enough))
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
    if len(integer):
        kinds = np.full(len(integer), highspy.HighsVarType.kContinuous)
        solver.changeColsIntegrality(len(integer), integer, kinds)
        solver.changeColsBounds(len(integer), integer, values, values)
        solver.setOptionValue("time_limit", np.inf)
        solver.setOptionValue("objective_target", -np.inf)
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
