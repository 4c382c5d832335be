"""Write a model as a file that other solvers read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import highspy

from .highs import Session, SolverError, new_solver

BRACKETS = str.maketrans("[]>", "()~")
"""Square brackets and arrows mean something in an LP file."""


def write_model(
    session: Session, path: str, row_names: Sequence[str], column_names: Sequence[str]
) -> None:
    """Write the model of a session as an MPS or LP file with names.

    Raises:
        SolverError: the file cannot be written.
    """
    if path.endswith(".lp"):
        column_names, row_names = lp_names(column_names), lp_names(row_names)
    model = session.solver.getLp()
    model.col_names_, model.row_names_ = list(column_names), list(row_names)
    writer = new_solver()
    for status, what in ((writer.passModel(model), "named model"),
                         (writer.writeModel(path), f"file {path}")):  # fmt: skip
        if status == highspy.HighsStatus.kError:
            raise SolverError(f"HiGHS refused the {what}")


def lp_names(names: Sequence[str]) -> list[str]:
    """Names without what means something in an LP file, and still each its own."""
    plain = [re.sub(r"[^\w!#$%&(),.;?@'{}~/]", "_", n.translate(BRACKETS)) for n in names]
    count = Counter(plain)
    return [f"{n}.{at}" if count[n] > 1 else n for at, n in enumerate(plain)]
