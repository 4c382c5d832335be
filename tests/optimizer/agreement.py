"""The optimizer and the plain model, side by side on one case."""

from __future__ import annotations

import dataclasses
import json
import math
import tempfile
from pathlib import Path
from typing import Any

from oracle.plain_model import OracleResult, solve_case
from secondsource.datasets.load import load_case
from secondsource.models.case import Case
from secondsource.models.plan import Solution
from secondsource.optimizer.highs import Options
from secondsource.optimizer.solve import Request, solve

RELATIVE, ABSOLUTE = 1e-6, 1e-5


def checked(data: dict[str, Any]) -> Case:
    """A case as the commands load it: parsed and checked."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "case.json")
        path.write_text(json.dumps(data), encoding="utf-8")
        return load_case(path)


def exact(
    case: Case,
    *minimise: str,
    caps: dict[str, float] | None = None,
    threads: int | None = 1,
    seed: int | None = None,
) -> Solution:
    """The optimum at gap 0 for objectives in order (default: cost)."""
    request = dataclasses.replace(
        Request.of(case),
        minimise=minimise or ("cost",),
        caps=caps or {},
        options=Options(gap=0.0, threads=threads, seed=seed),
    )
    return solve(case, request)


def differs(found: Solution, expected: OracleResult) -> str:
    """What the two disagree on; empty where they agree."""
    if str(found.status) != expected.status:
        return f"{found.status}, but the plain model says {expected.status}"
    if found.objective is None or expected.value is None:
        return ""
    if math.isclose(found.objective, expected.value, rel_tol=RELATIVE, abs_tol=ABSOLUTE):
        return ""
    return f"{found.objective!r}, but the plain model says {expected.value!r}"


def disagreement(data: dict[str, Any], objective: str = "cost") -> str:
    """Solve a case both ways; what they disagree on, empty where they agree."""
    return differs(exact(checked(data), objective), solve_case(data, objective))
