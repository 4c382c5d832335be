"""From a case, or a plan of it, to a stress test.

::

    import secondsource as ss

    case = ss.load_case("quickstart")
    found = ss.stress(case, ss.solve(case).tables)
    found.outages, found.short
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ...models.case import Case
from ...models.plan import Tables
from ...models.stress_results import StressResult
from .. import quick_start  # noqa: F401  # before anything that imports scipy
from ..executors import Name as ExecutorName
from ..executors.crew import Crew
from ..outcomes import Options
from ..solve import Request, solve
from .fixing import fix_for_worst
from .outages import outages_of
from .study import GAP, Finding, Question, prepare, run_study
from .tables import tables_of
from .undisturbed import Undisturbed


class NoPlanError(ValueError):
    """There is no plan that could be tested."""


MANY_TRIALS = 200
"""Outages from which on worker processes start up quicker than one process ends."""


def stress(
    case: Case,
    plan: Tables | None = None,
    question: Question | None = None,
    *,
    scenarios: Sequence[str] | None = None,
    executor: ExecutorName | None = None,
    workers: int | None = None,
    address: str | None = None,
    worst: int = 0,
    options: Options | None = None,
    force: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> StressResult:
    """Try outages on a plan whose strategic decisions are kept.

    Args:
        case: a checked case.
        plan: tables of the plan; None to solve the case first.
        question: what to try; None for every kind from the first period on, half a year each.
        scenarios: names to solve, or ['all']; None for what the case says.
        executor: serial, processes or dask; None for what suits.
        workers: worker processes.
        address: of a Dask scheduler.
        worst: how many of the worst outages the cheapest fix must survive; 0 for no fix.
        options: gap, time limit, threads and seed of the plan where there is none yet; None for
            what the case says.
        force: build models past the size limit.
        progress: called with the number of outages done and of all.

    Returns:
        The outages ranked, and who goes short when. After Ctrl-C those of the starts that were
        done.

    Raises:
        ValueError: the case has no plan, or the question means nothing here.
    """
    request = Request.of(case)
    question = question or Question(options=replace(request.options, gap=GAP, threads=1))
    names = tuple(scenarios or request.scenarios)
    if plan is None:
        request = replace(request, minimise=("cost",), scenarios=names, force=force)
        plan = solve(case, replace(request, options=options or request.options)).tables
        if not plan:
            raise NoPlanError(f"{case.case.name} has no plan that could be tested")
    prepared = prepare(case, plan, question, names, force=force)
    asked = Crew(executor, workers, address).asked()
    if asked is None:
        many = len(outages_of(prepared.network, question.kinds, question.only)) >= MANY_TRIALS
        asked = Crew("processes" if many else "serial")
    done: list[tuple[Undisturbed, list[Finding]]] = []
    complete = True
    with asked.called() as crew:
        try:
            done.extend(run_study(prepared, question, crew, progress))
        except KeyboardInterrupt:
            complete = False
    outages, short = tables_of(case, done)
    fixes = fixed = None
    if worst and complete:
        fixes, fixed = fix_for_worst(prepared, question, done, outages, worst)
    return StressResult(
        case=case.case.name,
        title=case.case.title,
        currency=case.case.currency,
        scenarios=names,
        outages=outages,
        short=short,
        fixes=fixes,
        fixed=fixed,
        shortage_value=prepared.worth.told,
        complete=complete,
        warnings=prepared.warnings,
    )
