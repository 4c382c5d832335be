"""``secondsource explain``: why there is no plan, what binds in one, what each rule costs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options
from .asked import caps_of, names_in, readable, tell_warnings, with_settings
from .completion import cases

if TYPE_CHECKING:
    from ..models.explain_results import Explained, NoPlan
    from ..optimizer.solve import Request


@click.command()
@click.argument("source", metavar="CASE|RUN", shell_complete=cases)
@click.option("--rules", is_flag=True, help="What each rule and policy costs: one solve for each.")
@click.option("--deep", is_flag=True, help="Decide everything anew for each what-if (slow).")
@options.full("Everything, not only one screen.")
@click.option(
    "--mend", type=click.IntRange(min=1), metavar="N",
    help="Write the case with the N-th of the mends to -o.",
)  # fmt: skip
@options.output("Where to write the mended case: a folder, .xlsx or .json.", metavar="CASE")
@options.scenarios("Scenarios to look at.")
@options.caps()
@options.settings()
@options.keep_decisions("Why the decisions of an earlier plan leave no plan.")
@options.gap()
@options.workers("Processes for --rules (default: what suits).")
@options.force()
@options.as_json()
@click.pass_context
def explain(
    context: click.Context, /, source: str, full: bool, as_json: bool, output: Path | None,
    mend: int | None, **how: Any,
) -> None:  # fmt: skip
    """Say why CASE has no plan and what would mend it; or what makes the plan of RUN what it is.

    CASE is a folder, an .xlsx or .json file, or the name of a bundled case; one that has a plan is
    solved first. Exit codes: 0 explained a plan, 2 invalid case, 3 no plan exists (explained),
    5 stopped.
    """
    from importlib import import_module

    import_module("secondsource.optimizer.quick_start")  # before anything imports scipy
    if (mend is None) != (output is None):
        raise click.BadParameter("--mend N and -o CASE go together", param_hint="--mend")
    from ..models.explain_results import NoPlan

    found = _explained(source, how)
    if isinstance(found, NoPlan):
        if mend is not None and output is not None:
            _write(found, mend, output)
        _tell_none(found, output, full=full, as_json=as_json)
        context.exit(3)
    if mend is not None:
        raise click.BadParameter(
            "the case has a plan; there is nothing to mend", param_hint="--mend"
        )
    _tell(found, full=full, as_json=as_json)


def _explained(source: str, how: dict[str, Any]) -> NoPlan | Explained:
    from dataclasses import replace

    from ..datasets.runs import SUMMARY, read_run
    from ..optimizer.explain import explain_no_plan, explain_plan
    from ..optimizer.explain.explain import opened
    from ..optimizer.explain.plan import NoPlanError

    if (Path(source) / SUMMARY).is_file():
        case, plan, request, gap = opened(source)
    else:
        loaded, problems = readable(source)
        tell_warnings(loaded, problems)
        case, plan, request, gap = opened(loaded)
    if how["settings"]:
        case, plan, gap = with_settings(case, how["settings"]), None, None
    request = _request(request, how)
    if how["keep_decisions"] is not None:
        request = replace(request, keep=read_run(how["keep_decisions"])[1])
    from .progress import Progress

    if how["rules"]:
        count = len(case.controls) + len(case.policies)
        click.echo(f"{count} rules and policies: the plan is made again without each", err=True)
    with Progress("looking for reasons") as progress:
        if plan is None:
            none = explain_no_plan(case, request)
            if none is not None:
                return none
        if request.keep is not None:
            plan = request.keep
        try:
            return explain_plan(
                case, plan, request, gap=gap, deep=how["deep"], rules=how["rules"],
                workers=how["workers"],
                progress=lambda done, total: progress.count(
                    done, total, "rules and policies tried"
                ),
            )  # fmt: skip
        except NoPlanError:
            none = explain_no_plan(case, replace(request, keep=plan))
            if none is None:
                raise
            return none


def _request(request: Request, how: dict[str, Any]) -> Request:
    """What the run or the case asks for, with what the command line says instead."""
    from dataclasses import replace

    gap = request.options.gap if how["gap"] is None else how["gap"]
    return replace(
        request,
        options=replace(request.options, threads=1, gap=gap),
        scenarios=names_in(how["scenarios"]) if how["scenarios"] else request.scenarios,
        caps={**request.caps, **caps_of(how["caps"])},
        force=how["force"],
    )


def _write(found: NoPlan, mend: int, output: Path) -> None:
    """Write the mended case."""
    from ..datasets.save import save_case

    if mend > len(found.mends):
        raise click.BadParameter(
            f"there is no mend {mend}; {len(found.mends)} were found", param_hint="--mend"
        )
    if output.exists():
        raise click.BadParameter(f"{output} exists already", param_hint="-o")
    save_case(found.mends[mend - 1].case, output)


def _tell_none(found: NoPlan, output: Path | None, *, full: bool, as_json: bool) -> None:
    import json

    if as_json:
        click.echo(json.dumps(found.summary(), allow_nan=False, ensure_ascii=False))
    else:
        from ..reports.explain_no_plan import print_no_plan
        from ..reports.memo import console_for

        print_no_plan(found, console_for(), full=full)
    if output is not None:
        click.echo(f"written to {output}", err=True)


def _tell(found: Explained, *, full: bool, as_json: bool) -> None:
    import json

    if as_json:
        click.echo(json.dumps(found.summary(), allow_nan=False, ensure_ascii=False))
        return
    from ..reports.explain_plan import print_explained
    from ..reports.memo import console_for

    print_explained(found, console_for(), full=full)
