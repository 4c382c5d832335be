"""What a result folder holds: a plan, a frontier, a sweep, a stress test or a risk study."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ...datasets.load import load_case
from ...datasets.runs import CASE, MANIFEST, SUMMARY, summary_of
from ...datasets.sweep_folder import BASE
from ...models.case import Case
from ...models.plan import PLAN_TABLES, Solution, Tables
from ...models.problems import CaseError, Problem
from ...models.risk_results import RiskResult
from ...models.stress_results import StressResult
from ...models.sweep_results import SweepResult
from ..changes import frontier_table
from ..front_summary import TradedOff, front_summary

STUDY_TABLES = {
    "frontier": ("frontier",),
    "sweep": ("points", "changed_decisions", "tornado", "correlations", "indices"),
    "stress": ("outages", "short", "fixes"),
    "risk": ("futures", "plans", "sums", "robustness"),
}
NEEDED = {
    "frontier": "frontier",
    "sweep": "points",
    "stress": "outages",
    "risk": "plans",
    "plan": "nodes",
}
TITLES = {
    "plan": "Plan", "frontier": "Trade-off", "sweep": "Sweep of what-ifs", "stress": "Stress test",
    "risk": "Risk study",
}  # fmt: skip


Found = Solution | StressResult | SweepResult | RiskResult | TradedOff
"""A result as Python has it."""


@dataclass(frozen=True)
class Result:
    """A result, whatever it is of.

    Attributes:
        kind: plan, frontier, sweep, stress or risk.
        name: of its folder.
        case: the case as it was solved.
        tables: by name; of a plan see :data:`~secondsource.models.plan.PLAN_TABLES`.
        summary: what ``summary.json`` holds.
        manifest: versions, options and the hash of the input.
    """

    kind: str
    name: str
    case: Case
    tables: Tables
    summary: Mapping[str, Any]
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def currency(self) -> str:
        """Currency of all money."""
        return self.case.case.currency

    @property
    def title(self) -> str:
        """What people call the case."""
        return self.case.case.title or self.case.case.name


def read_result(path: str | Path) -> Result:
    """Read a result folder.

    Raises:
        CaseError: it is none, or a part of it is missing or damaged, or it holds no plan.
    """
    folder = Path(path)
    try:
        if not (folder / SUMMARY).is_file():
            raise ValueError(f"it holds no {SUMMARY}: no result, or one that is not finished")
        summary = _object(folder / SUMMARY)
        manifest = _object(folder / MANIFEST) if (folder / MANIFEST).is_file() else {}
        kind = _kind(summary)
        names: Sequence[str] = STUDY_TABLES.get(kind, tuple(PLAN_TABLES))
        tables = {
            name: pd.read_parquet(folder / f"{name}.parquet")
            for name in names
            if (folder / f"{name}.parquet").is_file()
        }
        if NEEDED[kind] not in tables:
            raise ValueError(_missing(kind, summary, folder))
    except (OSError, ValueError) as error:
        problem = Problem("error", f"cannot be reported on: {error}", place=str(folder))
        raise CaseError([problem], str(folder)) from None
    case = load_case(folder / (BASE if kind == "sweep" else CASE))
    return Result(kind, folder.resolve().name, case, tables, summary, manifest)


def result_of(found: Found, case: Case | None) -> Result:
    """A result as Python has it.

    Raises:
        ValueError: the case is missing, or there is no plan.
        TypeError: it is no result.
    """
    if case is None:
        raise ValueError("a result that comes from no folder needs its case (case=...)")
    name = case.case.name
    if isinstance(found, Solution):
        if not found.tables:
            raise ValueError(f"there is no plan to report (status {found.status.value})")
        return Result("plan", name, case, found.tables, summary_of(case, found, []))
    if isinstance(found, SweepResult):
        tables = {"points": found.points, "changed_decisions": found.changed_decisions}
        return Result("sweep", name, case, {**tables, **found.tables}, found.summary())
    if isinstance(found, RiskResult):
        tables = {"futures": found.futures, "plans": found.plans, "sums": found.sums}
        tables |= {} if found.robustness is None else {"robustness": found.robustness}
        return Result("risk", name, case, tables, found.summary())
    if isinstance(found, TradedOff):
        if not found.points:
            raise ValueError(f"there is no plan to report (status {found.status.value})")
        summary = front_summary(case, found)
        return Result("frontier", name, case, {"frontier": frontier_table(summary)}, summary)
    if not isinstance(found, StressResult):
        raise TypeError(f"{type(found).__name__} is no result that can be reported")
    tables = {"outages": found.outages, "short": found.short}
    tables |= {} if found.fixes is None else {"fixes": found.fixes}
    return Result("stress", name, case, tables, found.summary())


def one_currency(results: Sequence[Result]) -> str:
    """The currency of all the money in one report.

    Raises:
        ValueError: there is no result, or their money is in different currencies.
    """
    if not results:
        raise ValueError("a report needs at least one result; name a run folder")
    currencies = list(dict.fromkeys(result.currency for result in results))
    if len(currencies) > 1:
        raise ValueError(
            f"the results are in different currencies ({', '.join(currencies)}); report them one "
            "by one"
        )
    return currencies[0]


def numbered_names(results: Sequence[Result]) -> list[str]:
    """Names of the folders, numbered where they are the same."""
    found: list[str] = []
    for result in results:
        name, number = result.name, 2
        while name in found:
            name, number = f"{result.name} ({number})", number + 1
        found.append(name)
    return found


def _object(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError(f"{path.name} holds no object")
    return content


def _kind(summary: Mapping[str, Any]) -> str:
    if summary.get("kind") == "sweep":
        return "sweep"
    if isinstance(summary.get("outages"), list):
        return "stress"
    if "EVPI" in summary:
        return "risk"
    if summary.get("kind") == "evaluation":
        raise ValueError(
            "it holds a plan tried on samples, of which there is no page; report the plan"
        )
    return "frontier" if isinstance(summary.get("points"), list) else "plan"


def _missing(kind: str, summary: Mapping[str, Any], folder: Path) -> str:
    status = summary.get("status")
    if kind == "plan" and status in ("infeasible", "unbounded", "no_solution"):
        return f"it holds no plan (status {status}); secondsource solve says why"
    if kind == "frontier" and not summary.get("points"):
        return f"no plan was found (status {status}); secondsource solve says why"
    return f"{NEEDED[kind]}.parquet is missing in {folder}"
