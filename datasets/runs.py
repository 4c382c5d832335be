"""Run folders: a plan on disk, written whole or not at all.

A run folder holds ``summary.json``, ``manifest.json``, the case as it was solved (``case.json``)
and one Parquet file for each table of the plan. The folder of a study of several plans holds the
same files with tables of its own, and a run folder for each plan.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from ..models.case import Case
from ..models.comparison import ComparedPlan
from ..models.plan import PLAN_TABLES, Solution, Tables
from ..models.problems import CaseError, Problem
from .load import load_case
from .run_files import manifest_of, without_formulas, write_json
from .save import save_case

SUMMARY, MANIFEST, CASE = "summary.json", "manifest.json", "case.json"


def summary_of(case: Case, solution: Solution, scenarios: list[str]) -> dict[str, Any]:
    """What ``summary.json`` and ``solve --json`` hold."""
    return {
        "case": case.case.name,
        "title": case.case.title,
        "currency": case.case.currency,
        "status": solution.status.value,
        "scenarios": scenarios,
        "objective": solution.objective,
        "bound": solution.bound,
        "gap": solution.gap,
        "objectives": solution.objectives,
        "costs": solution.costs,
        "solve_seconds": round(solution.solve_seconds, 6),
        "build_seconds": round(solution.build_seconds, 6),
        "variables": solution.variables,
        "rows": solution.rows,
        "nonzeros": solution.nonzeros,
        "unknown_controls": _unknown(case, solution.tables),
        "futures": _rows(solution.tables.get("scenarios")),
        "adaptive": _rows(solution.tables.get("adaptive")),
    }


def _rows(table: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Rows of a table as JSON can hold them: what is unknown becomes null."""
    if table is None:
        return []
    rows = table.astype(object).where(table.notna(), None)
    return [{str(name): cell for name, cell in row.items()} for row in rows.to_dict("records")]


def _unknown(case: Case, tables: Tables) -> dict[str, Any]:
    """Rules of which nobody knows whether they hold, and how much of the plan hangs on them."""
    states, used = tables.get("rule_states"), tables.get("rule_use")
    rules: list[str] = []
    share, licences = 0.0, 0
    if states is not None and used is not None:
        rules = sorted(states.loc[states["status"] == "unknown", "control"].unique())
        hit = used[(used["control"] == "") & (used["status"] == "unknown")]
        share, licences = float(hit["share"].sum()), int(hit["licences"].sum())
    return {
        "taken_as": case.case.unknown_controls,
        "rules": rules,
        "share_of_value_crossing_borders": share,
        "licences": licences,
    }


def check_target(path: Path) -> None:
    """Raise ValueError unless a run may be written at ``path``: it is new, empty, or a run."""
    if not path.exists():
        if not path.parent.exists():
            raise ValueError(f"{path.parent} does not exist; make it first")
        return
    if not path.is_dir():
        raise ValueError(f"{path} is a file; name a folder for the run")
    if any(path.iterdir()) and not (path / SUMMARY).is_file():
        raise ValueError(f"{path} is not empty and holds no run; name another folder")


def write_run(
    path: Path,
    case: Case,
    tables: Tables,
    summary: Mapping[str, Any],
    options: Mapping[str, Any],
    *,
    csv: bool = False,
) -> None:
    """Write a run folder: into a temporary folder beside it, then renamed into place.

    Args:
        path: the folder; an earlier run there is replaced.
        case: the case as it was solved.
        tables: the plan (empty without one).
        summary: see :func:`summary_of`.
        options: how it was solved, for the manifest.
        csv: write every table as CSV too.

    Raises:
        ValueError: see :func:`check_target`.
        OSError: the disk is full or not writable; nothing is left behind at ``path``.
    """
    with _built_aside(path) as building:
        _fill(building, case, tables, summary, options, csv=csv)


def write_runs(
    path: Path,
    case: Case,
    runs: Sequence[tuple[str, Tables, Mapping[str, Any]]],
    tables: Tables,
    summary: Mapping[str, Any],
    options: Mapping[str, Any],
    *,
    csv: bool = False,
) -> None:
    """Write the folder of a study: its own tables and summary, and a run folder for each plan.

    Args:
        path: the folder; an earlier one there is replaced.
        case: the case as it was solved, every time.
        runs: (name of the folder, plan, summary) of each plan.
        tables: tables of the study.
        summary: of the study.
        options: how it was solved, for the manifests.
        csv: write every table as CSV too.

    Raises:
        ValueError, OSError: see :func:`write_run`.
    """
    with _built_aside(path) as building:
        _fill(building, case, tables, summary, options, csv=csv)
        for name, plan, told in runs:
            (building / name).mkdir()
            _fill(building / name, case, plan, told, options, csv=csv)


@contextmanager
def _built_aside(path: Path) -> Iterator[Path]:
    """A folder beside the target that takes its place when all went well, else leaves nothing."""
    check_target(path)
    building = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        yield building
        building.chmod(0o755)
        _swap(building, path)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _fill(
    folder: Path,
    case: Case,
    tables: Tables,
    summary: Mapping[str, Any],
    options: Mapping[str, Any],
    *,
    csv: bool,
) -> None:
    """Write the files of a run."""
    save_case(case, folder / CASE)
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
        if csv:
            table.map(without_formulas).to_csv(folder / f"{name}.csv", index=False)
    write_json(folder / SUMMARY, summary)
    write_json(folder / MANIFEST, manifest_of(folder / CASE, options))


def _swap(building: Path, path: Path) -> None:
    """Put a finished folder into place, replacing an earlier run."""
    if not path.exists():
        building.rename(path)  # of folders on one disk: at once or not at all
        return
    old = Path(tempfile.mkdtemp(prefix=f".{path.name}.old.", dir=path.parent))
    path.rename(old / "run")
    try:
        building.rename(path)
    except OSError:
        (old / "run").rename(path)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def read_run(path: str | Path) -> tuple[Case, Tables, dict[str, Any]]:
    """The case, the plan's tables and the summary of a run folder.

    Raises:
        CaseError: it is no run folder, or a part of it is missing or damaged.
    """
    folder = Path(path)
    try:
        summary: dict[str, Any] = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
        if not isinstance(summary, dict):
            raise ValueError(f"{SUMMARY} holds no object")
        if isinstance(summary.get("points"), list):
            raise ValueError(f"it holds several; name one of them, as in {folder / 'point-01'}")
        tables = {
            name: pd.read_parquet(folder / f"{name}.parquet")
            for name in PLAN_TABLES
            if (folder / f"{name}.parquet").is_file()
        }
    except (OSError, ValueError) as error:
        problem = Problem("error", f"is no run folder: {error}", place=str(folder))
        raise CaseError([problem], str(folder)) from None
    return load_case(folder / CASE), tables, summary


def read_plan(path: str | Path, name: str | None = None) -> ComparedPlan:
    """The plan of a run folder, to be compared with others.

    Args:
        path: the run folder.
        name: what to call it; None for the folder's name.

    Raises:
        CaseError: see :func:`read_run`.
        ValueError: the run ended without a plan.
    """
    case, tables, summary = read_run(path)
    if not summary.get("objectives") or not tables:
        status = str(summary.get("status", "unknown")).replace("_", " ")
        raise ValueError(f"{path} holds no plan (status: {status}), so there is nothing to compare")
    return ComparedPlan(
        name or Path(path).resolve().name,
        case,
        tables,
        {str(key): float(value) for key, value in summary["objectives"].items()},
        {str(key): float(value) for key, value in summary["costs"].items()},
        tuple(summary.get("scenarios") or ("all",)),
    )
