"""Linear expressions, a mixed-integer program as plain lists, and HiGHS to solve it."""

from __future__ import annotations

from dataclasses import dataclass, field

import highspy
import numpy as np
import numpy.typing as npt

INF: float = highspy.kHighsInf
Values = npt.NDArray[np.float64]


class Expr:
    """A linear expression: coefficients by variable, and a constant."""

    __slots__ = ("constant", "terms")

    def __init__(self, constant: float = 0.0) -> None:
        self.terms: dict[int, float] = {}
        self.constant = constant

    def add(self, other: Expr | int, factor: float = 1.0) -> Expr:
        """Add ``factor`` times a variable (by its number) or an expression; returns self."""
        if isinstance(other, Expr):
            for variable, coefficient in other.terms.items():
                self.terms[variable] = self.terms.get(variable, 0.0) + factor * coefficient
            self.constant += factor * other.constant
        else:
            self.terms[other] = self.terms.get(other, 0.0) + factor
        return self

    def value(self, solution: Values) -> float:
        """Value at a solution."""
        return self.constant + sum(c * float(solution[v]) for v, c in self.terms.items())


@dataclass
class Program:
    """A mixed-integer linear program that is being written down."""

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    integer: list[bool] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    rows: list[tuple[dict[int, float], float, float]] = field(default_factory=list)

    def variable(
        self, name: str, upper: float = INF, *, lower: float = 0.0, integer: bool = False
    ) -> int:
        """Add a variable and return its number."""
        self.lower.append(lower)
        self.upper.append(upper)
        self.integer.append(integer)
        self.names.append(name)
        return len(self.lower) - 1

    def binary(self, name: str) -> int:
        """Add a yes/no variable."""
        return self.variable(name, 1.0, integer=True)

    def at_most(self, left: Expr, right: Expr | float = 0.0) -> None:
        """Require left <= right."""
        difference = self._difference(left, right)
        self.rows.append((difference.terms, -INF, -difference.constant))

    def at_least(self, left: Expr, right: Expr | float = 0.0) -> None:
        """Require left >= right."""
        difference = self._difference(left, right)
        self.rows.append((difference.terms, -difference.constant, INF))

    def equal(self, left: Expr, right: Expr | float = 0.0) -> None:
        """Require left = right."""
        difference = self._difference(left, right)
        self.rows.append((difference.terms, -difference.constant, -difference.constant))

    @staticmethod
    def _difference(left: Expr, right: Expr | float) -> Expr:
        result = Expr().add(left)
        if isinstance(right, Expr):
            return result.add(right, -1.0)
        result.constant -= right
        return result

    def minimise(
        self, objective: Expr, *, time_limit: float | None = None
    ) -> tuple[str, Values | None]:
        """Solve to a gap of 0; returns the status and the solution."""
        solver = highspy.Highs()  # type: ignore[no-untyped-call]  # not annotated by highspy
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("mip_abs_gap", 1e-7)
        solver.setOptionValue("mip_feasibility_tolerance", 1e-9)
        solver.setOptionValue("primal_feasibility_tolerance", 1e-9)
        if time_limit is not None:
            solver.setOptionValue("time_limit", time_limit)
        solver.passModel(self._arrays(objective))
        solver.run()
        status = solver.getModelStatus()
        words = {
            highspy.HighsModelStatus.kOptimal: "optimal",
            highspy.HighsModelStatus.kInfeasible: "infeasible",
            highspy.HighsModelStatus.kUnbounded: "unbounded",
            highspy.HighsModelStatus.kUnboundedOrInfeasible: "unbounded or infeasible",
        }
        word = words.get(status, "stopped")
        values = np.array(solver.getSolution().col_value)
        return word, values if word in ("optimal", "stopped") and len(values) else None

    def _arrays(self, objective: Expr) -> highspy.HighsLp:
        count = len(self.lower)
        cost = np.zeros(count)
        for variable, coefficient in objective.terms.items():
            cost[variable] += coefficient
        starts, columns, values = [0], [], []
        for terms, _, _ in self.rows:
            columns += list(terms)
            values += list(terms.values())
            starts.append(len(columns))
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = count, len(self.rows)
        lp.col_cost_ = cost
        lp.offset_ = objective.constant
        lp.col_lower_, lp.col_upper_ = np.array(self.lower), np.array(self.upper)
        lp.row_lower_ = np.array([row[1] for row in self.rows], dtype=float)
        lp.row_upper_ = np.array([row[2] for row in self.rows], dtype=float)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(starts, dtype=np.int32)
        lp.a_matrix_.index_ = np.array(columns, dtype=np.int32)
        lp.a_matrix_.value_ = np.array(values, dtype=float)
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[flag] for flag in self.integer]
        return lp
