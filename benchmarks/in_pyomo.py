"""Sweeps as Pyomo's own HiGHS interfaces run them: rebuilt for each point, or kept and updated.

The rebuilt model is the plain Pyomo model of the package. The kept one is at its best: only numbers
that vary in the sweep are mutable parameters, and nothing is looked for but their new values.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pyomo.common.timing import HierarchicalTimer
from pyomo.contrib.appsi.solvers.highs import Highs as AppsiHighs
from pyomo.contrib.solver.solvers.highs import Highs as ContribHighs
from pyomo.core.expr.numeric_expr import LinearExpression
from pyomo.environ import Binary, ConcreteModel, Constraint, Objective, Param, RangeSet, Reals, Var
from secondsource.optimizer.arrays import Arrays
from secondsource.optimizer.keep import STRATEGIC
from secondsource.optimizer.network import Network

from .methods import plain_pyomo

STAGES = ("model", "interface", "solve")


@dataclass(frozen=True)
class Rebuilt:
    """Optimum and CPU seconds of each stage."""

    objective: float
    seconds: dict[str, float]


def rebuild(network: Network, held: Arrays, gap: float) -> Rebuilt:
    """State the plain model of a network, hold its decisions, solve it through appsi_highs."""
    seconds = dict.fromkeys(STAGES, 0.0)
    with _clock(seconds, "model"):
        model = plain_pyomo(network)
        hold(model, held)
    solver = AppsiHighs()
    solver.config.mip_gap = gap
    solver.highs_options = {"threads": 1}
    with _clock(seconds, "interface"):
        solver.set_instance(model)
    with _clock(seconds, "solve"):
        result = solver._solve(HierarchicalTimer())
    return Rebuilt(float(result.best_feasible_objective), seconds)


def rebuild_newer(network: Network, held: Arrays, gap: float) -> Rebuilt:
    """The same through the newer interface (pyomo.contrib.solver)."""
    seconds = dict.fromkeys(STAGES, 0.0)
    with _clock(seconds, "model"):
        model = plain_pyomo(network)
        hold(model, held)
    solver = ContribHighs()
    with _clock(seconds, "solve"):
        result = solver.solve(model, rel_gap=gap, threads=1)
    return Rebuilt(float(result.incumbent_objective), seconds)


def hold(model: Any, held: Arrays) -> None:
    """Fix the strategic decisions that the arrays hold."""
    for family in STRATEGIC:
        if family in held.columns:
            part, variables = held.columns[family], model.component(family)
            for index, low, high in zip(
                variables, held.lower[part].tolist(), held.upper[part].tolist(), strict=True
            ):
                if low == high:
                    variables[index].fix(low)


class Kept:
    """Arrays as a Pyomo model inside appsi_highs, in which the numbers that vary can be changed.

    Args:
        base: the arrays to start from.
        others: arrays of the points; a number that differs in any of them is a parameter.
        gap: relative gap of a solve.
    """

    def __init__(self, base: Arrays, others: Sequence[Arrays], gap: float) -> None:
        self._varying = [_Varying(read, base, others) for read in READERS]
        self.size = sum(len(part.at) for part in self._varying)
        model = self._stated(base)
        solver = self._solver = AppsiHighs()
        solver.config.mip_gap = gap
        solver.highs_options = {"threads": 1}
        for name in solver.update_config:
            solver.update_config[name] = name == "update_params"
        self._model = model
        solver.set_instance(model)

    def solve(self, arrays: Arrays) -> tuple[float, dict[str, float]]:
        """Optimum of other arrays, and CPU seconds of updating and of solving."""
        seconds = {"update": 0.0, "solve": 0.0}
        with _clock(seconds, "update"):
            for part in self._varying:
                for parameter, value in zip(part.parameters, part.values(arrays), strict=True):
                    parameter.set_value(value)
            self._solver.update_params()
        with _clock(seconds, "solve"):
            result = self._solver._solve(HierarchicalTimer())
        return float(result.best_feasible_objective), seconds

    def _stated(self, base: Arrays) -> ConcreteModel:
        model = ConcreteModel()
        model.number = Param(RangeSet(0, self.size - 1), mutable=True, within=Reals, initialize=0.0)
        parameters = iter(model.number.values())
        for part in self._varying:
            part.parameters = [next(parameters) for _ in part.at]
            for parameter, value in zip(part.parameters, part.values(base), strict=True):
                parameter.set_value(value)
        costs, lower, upper, row_lower, row_upper, entries = (
            part.numbers(base) for part in self._varying
        )
        model.x = Var(RangeSet(0, len(lower) - 1), within=Reals)
        columns = list(model.x.values())
        for at, column in enumerate(columns):
            if base.integer[at]:
                column.domain = Binary
            column.setlb(_side(lower[at]))
            column.setub(_side(upper[at]))
        pointers, indices = base.matrix.indptr.tolist(), base.matrix.indices.tolist()

        def row(block: Any, at: int) -> Any:
            own = slice(pointers[at], pointers[at + 1])
            if own.start == own.stop:
                return Constraint.Skip
            members = [columns[column] for column in indices[own]]
            body = LinearExpression(linear_coefs=entries[own], linear_vars=members)
            low, high = _side(row_lower[at]), _side(row_upper[at])
            same = isinstance(low, float) and isinstance(high, float) and low == high
            return body == low if same else (low, body, high)

        model.rows = Constraint(RangeSet(0, len(row_lower) - 1), rule=row)
        model.cost = Objective(
            expr=LinearExpression(
                constant=base.offsets["cost"], linear_coefs=costs, linear_vars=columns
            )
        )
        return model


READERS = (
    lambda arrays: arrays.objectives["cost"],
    lambda arrays: arrays.lower,
    lambda arrays: arrays.upper,
    lambda arrays: arrays.row_lower,
    lambda arrays: arrays.row_upper,
    lambda arrays: arrays.matrix.data,
)


class _Varying:
    """The numbers of one part of the arrays that differ among points."""

    def __init__(self, read: Any, base: Arrays, others: Sequence[Arrays]) -> None:
        self.read = read
        own = read(base)
        differs = np.zeros(len(own), dtype=bool)
        for other in others:
            differs |= read(other) != own
        self.at = np.flatnonzero(differs)
        self.parameters: list[Any] = []

    def values(self, arrays: Arrays) -> list[float]:
        """Their values in some arrays."""
        return list(self.read(arrays)[self.at].tolist())

    def numbers(self, base: Arrays) -> list[Any]:
        """All numbers of the part, those that vary as parameters."""
        numbers: list[Any] = self.read(base).tolist()
        for at, parameter in zip(self.at.tolist(), self.parameters, strict=True):
            numbers[at] = parameter
        return numbers


def _side(value: Any) -> Any:
    """A bound as Pyomo wants it."""
    return None if isinstance(value, float) and np.isinf(value) else value


class _clock:  # noqa: N801  # reads as a word in a with statement
    """Add the CPU seconds of a block to a stage."""

    def __init__(self, seconds: dict[str, float], stage: str) -> None:
        self.seconds, self.stage = seconds, stage

    def __enter__(self) -> None:
        self.started = time.process_time()

    def __exit__(self, *_: object) -> None:
        self.seconds[self.stage] += time.process_time() - self.started
