"""Many what-ifs of one case: every point of a design solved, compared with a base, and kept.

::

    import secondsource as ss

    case = ss.load_case("quickstart")
    found = ss.sweep(case, "sweep.toml", "sweep.run")
    found.points, found.changed_decisions, found.tables["tornado"]

A point that is in the ledger (in the run folder unless another is named) is not solved again: a
killed sweep goes on where it was, and a repeated one costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...datasets.check_sweep_inputs import check_inputs
from ...datasets.ledger import Ledger
from ...datasets.runs import read_run
from ...datasets.sweep_file import read_sweep
from ...datasets.sweep_folder import LEDGER, SweepFolder
from ...models.case import Case
from ...models.plan import Tables
from ...models.problems import CaseError
from ...models.sweep import Sweep, SweepSolve
from ...models.sweep_results import Outcome, SweepResult
from .. import quick_start  # noqa: F401  # before anything that imports scipy
from ..designs import Point, points_of
from ..executors import Name as ExecutorName
from ..executors.crew import Crew
from ..sensitivity import sensitivity
from ..solve import Request
from .keys import Keys
from .points import Points, Progress
from .study import Study
from .tables import tables_of

__all__ = ["sweep"]

MOST_WHY = 2
"""Infeasible points of which it is asked why."""


def sweep(
    case: Case,
    source: Sweep | str | Path | Mapping[str, Any],
    output: str | Path | None = None,
    *,
    ledger: str | Path | None = None,
    executor: ExecutorName | None = None,
    workers: int | None = None,
    address: str | None = None,
    settings: SweepSolve | Mapping[str, Any] | None = None,
    limit: int | None = None,
    retry_failed: bool = False,
    force: bool = False,
    csv: bool = False,
    progress: Progress | None = None,
) -> SweepResult:
    """Solve every point of a sweep over a checked case.

    Args:
        case: the case.
        source: path of a sweep file, its content as a dict, or a sweep.
        output: run folder for tables and ledger; None for none.
        ledger: file of the ledger; None for one in the run folder, or in memory without one.
        executor: serial, processes or dask; None for what suits.
        workers: worker processes.
        address: of a Dask scheduler.
        settings: what goes before [solve] of the sweep, which goes before that of the case.
        limit: most points to solve now.
        retry_failed: solve points again that failed before.
        force: allow any number of points, and models past the size limit.
        csv: write the tables as CSV too.
        progress: called after each point.

    Returns:
        What was found; after Ctrl-C or with ``limit`` perhaps not of all points.

    Raises:
        CaseError: problems of the sweep, all of them.
        ValueError: the base cannot be built, the folder or the ledger not be used.
    """
    asked = source if isinstance(source, Sweep) else read_sweep(source, force=force)
    problems = check_inputs(asked, case)
    if problems:
        raise CaseError(
            problems, "the sweep" if not isinstance(source, (str, Path)) else f"{source}"
        )
    solve = _merged(asked.solve, settings)
    request = replace(_request(case, solve), force=force)
    kept = None if solve.keep_decisions is None else _plan(solve.keep_decisions)
    points = points_of(asked)
    study = Study(case, request, asked.changes(asked.base), kept)
    folder = None if output is None else SweepFolder(Path(output))
    if folder is not None:
        folder.begin(case, asked, _told(request, solve))
    file = None if folder is None else folder.path / LEDGER
    file = file if ledger is None else Path(ledger)
    try:
        with Ledger(file) as book:
            worker = Points(asked, study, Keys(case, request, kept), book, progress)
            if retry_failed:
                worker.forget_failed([asked.base, *points])
            complete = worker.solve(points, Crew(executor, workers, address), limit)
            result = _result(worker, points, ask_why=complete and kept is None)
        if folder is not None:
            folder.finish(result, csv=csv)
    except BaseException:
        if folder is not None:
            folder.give_up()
        raise
    return result


def _merged(solve: SweepSolve, settings: SweepSolve | Mapping[str, Any] | None) -> SweepSolve:
    """Settings of the sweep, with others before them."""
    if settings is None:
        return solve
    over = settings if isinstance(settings, SweepSolve) else SweepSolve(**settings)
    given = {name: value for name, value in over if value is not None}
    return solve.model_copy(update=given)


def _request(case: Case, solve: SweepSolve) -> Request:
    """What the case asks for, with what the sweep says instead; one thread for each solve."""
    request = Request.of(case)
    options = request.options
    options = replace(
        options,
        gap=options.gap if solve.gap is None else solve.gap,
        time_limit=options.time_limit if solve.time_limit_s is None else solve.time_limit_s,
        threads=solve.threads or 1,
        seed=options.seed if solve.seed is None else solve.seed,
    )
    return replace(
        request,
        minimise=tuple(dict.fromkeys(solve.minimise or request.minimise)),
        caps=request.caps | {str(name): value for name, value in (solve.caps or {}).items()},
        scenarios=tuple(solve.scenarios or request.scenarios),
        options=options,
    )


def _plan(path: str) -> Tables:
    _, tables, _ = read_run(path)
    if not {"decisions", "nodes"} <= tables.keys():
        raise ValueError(f"{path} holds no plan whose decisions could be kept")
    return tables


def _told(request: Request, solve: SweepSolve) -> dict[str, Any]:
    """How the points are solved, for the manifest."""
    options = request.options
    return {
        "minimise": list(request.minimise),
        "caps": dict(request.caps),
        "scenarios": list(request.scenarios),
        "gap": options.gap,
        "time_limit_s": options.time_limit,
        "threads": options.threads,
        "seed": options.seed,
        "keep_decisions": solve.keep_decisions,
    }


def _result(worker: Points, points: Sequence[Point], *, ask_why: bool) -> SweepResult:
    """Everything that the ledger knows by now, as tables."""
    asked, study = worker.asked, worker.study
    case = study.case
    base = next(worker.known([asked.base])) or Outcome("no_solution")
    infeasible: dict[int, Point] = {}
    if base.status == "infeasible":
        infeasible[0] = asked.base

    def solved() -> Iterator[tuple[int, Point, Outcome]]:
        for number, outcome in enumerate(worker.known(points), start=1):
            if outcome is not None:
                if outcome.status == "infeasible" and len(infeasible) < MOST_WHY:
                    infeasible[number] = points[number - 1]
                yield number, points[number - 1], outcome

    table, changed = tables_of(case, asked, base, solved())
    complete = len(table) == len(points)
    return SweepResult(
        sweep=asked,
        case=case.case.name,
        title=case.case.title,
        currency=case.case.currency,
        minimise=study.request.minimise,
        base=base,
        points=table,
        changed_decisions=changed,
        tables=sensitivity(asked, table, base.objectives) if complete else {},
        asked=len(points),
        found=worker.tally.found,
        why={number: worker.why(point) for number, point in infeasible.items() if ask_why},
        warnings=tuple(study.warnings),
    )
