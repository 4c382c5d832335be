"""One question, two answers: why there is no plan, or what makes the plan what it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...datasets.load import load_case
from ...datasets.runs import CASE, MANIFEST, SUMMARY, read_run
from ...models.case import Case
from ...models.explain_results import Explained, NoPlan
from ...models.plan import Tables
from ..outcomes import Options
from ..solve import Request
from .no_plan import explain_no_plan
from .plan import explain_plan


def explain(
    source: Case | str | Path, request: Request | None = None, **how: Any
) -> NoPlan | Explained:
    """Why a case has no plan; or what binds in its plan, what it is worth, what comes next best.

    Args:
        source: a checked case, the path or name of a case, or a run folder.
        request: objectives, caps, scenarios, kept decisions and options; None for what the run was
            solved with, or what ``[solve]`` of the case says.
        how: ``rules``, ``deep``, ``executor``, ``workers``, ``progress`` of
            :func:`secondsource.optimizer.explain.explain_plan`.

    Raises:
        CaseError: the case or run cannot be read.
        ValueError: the case cannot be built.
    """
    case, plan, asked, gap = opened(source)
    request = request or asked
    if plan is None or request.keep is not None:
        found = explain_no_plan(case, request)
        if found is not None:
            return found
    return explain_plan(case, plan, request, gap=gap, **how)


def opened(
    source: Case | str | Path,
) -> tuple[Case, Tables | None, Request, float | None]:
    """Case, plan (None without one), how it was solved, and its gap.

    Raises:
        CaseError: the case or run cannot be read.
    """
    if isinstance(source, Case):
        return source, None, Request.of(source), None
    folder = Path(source)
    if (folder / SUMMARY).is_file() and (folder / CASE).is_file():
        case, tables, summary = read_run(folder)
        request = _request_of(case, folder, summary)
        return case, tables if "decisions" in tables else None, request, summary.get("gap")
    case = load_case(source)
    return case, None, Request.of(case), None


def _request_of(case: Case, folder: Path, summary: Mapping[str, Any]) -> Request:
    """How a run was solved: what its manifest says, else what the case says."""
    request = Request.of(case)
    options: dict[str, Any] = {}
    if (folder / MANIFEST).is_file():
        options = json.loads((folder / MANIFEST).read_text(encoding="utf-8")).get("options") or {}
    own = request.options
    gap, seed = options.get("gap", own.gap), options.get("seed", own.seed)
    return replace(
        request,
        minimise=tuple(options.get("minimise") or request.minimise),
        caps={str(name): float(value) for name, value in (options.get("caps") or {}).items()}
        if "caps" in options else request.caps,
        scenarios=tuple(summary.get("scenarios") or request.scenarios),
        options=Options(gap, options.get("time_limit_s", own.time_limit), 1, seed),
    )  # fmt: skip
