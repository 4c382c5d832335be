"""``secondsource explain``: why there is no plan, what binds in one, what each rule costs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .completion import cases

if TYPE_CHECKING:
    from ..models.explain_results import Explained, NoPlan
    from ..optimizer.solve import Request


@click.command()
@click.argument("source", metavar="CASE|RUN", shell_complete=cases)
@click.option("--rules", is_flag=True, help="What each rule and policy costs: one solve for each.")
@click.option("--deep", is_flag=True, help="Decide everything anew for each what-if (slow).")
@click.option("--all", "full", is_flag=True, help="Everything, not only one screen.")
@click.option(
    "--mend", type=click.IntRange(min=1), metavar="N",
    help="Write the case with the N-th of the mends to -o.",
)  # fmt: skip
@click.option(
    "-o", "--output", metavar="CASE", type=click.Path(path_type=Path),
    help="Where to write the mended case: a folder, .xlsx or .json.",
)  # fmt: skip
@click.option("--scenarios", metavar="all|NAME,...", help="Scenarios to look at.")
@click.option(
    "--cap", "caps", multiple=True, metavar="OBJECTIVE=VALUE",
    help="Upper limit on an objective, e.g. lead_time=30.",
)  # fmt: skip
@click.option(
    "--set", "settings", multiple=True, metavar="TABLE:KEY:FIELD=VALUE",
    help="Change a number, e.g. offers:Kuantan*:price=70.",
)  # fmt: skip
@click.option(
    "--keep-decisions", metavar="RUN", type=click.Path(path_type=Path),
    help="Why the decisions of an earlier plan leave no plan.",
)  # fmt: skip
@click.option("--gap", type=click.FloatRange(min=0), help="Relative gap at which to stop.")
@click.option(
    "--workers", type=click.IntRange(min=1), help="Processes for --rules (default: this one)."
)
@click.option("--force", is_flag=True, help="Build models past the size limit.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on stdout and nothing else."
)
@click.pass_context
def explain(
    context: click.Context, /, source: str, full: bool, as_json: bool, output: Path | None,
    mend: int | None, **how: Any,
) -> None:  # fmt: skip
    """Say why CASE has no plan and what would mend it; or what makes the plan of RUN what it is.

    CASE is a folder, an .xlsx or .json file, or the name of a bundled case; one that has a plan is
    solved first. Exit codes: 0 explained a plan, 2 invalid case, 3 no plan exists (explained).
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

    from ..datasets.load import read_case
    from ..datasets.runs import SUMMARY, read_run
    from ..models.problems import CaseError
    from ..optimizer.explain import explain_no_plan, explain_plan
    from ..optimizer.explain.explain import opened
    from ..optimizer.explain.plan import NoPlanError

    if (Path(source) / SUMMARY).is_file():
        case, plan, request, gap = opened(source)
    else:
        loaded, problems = read_case(source)
        if loaded is None:
            raise CaseError(problems, source)
        for warning in problems:
            click.echo(f"warning: {warning}", err=True)
        case, plan, request, gap = opened(loaded)
    if how["settings"]:
        from .asked import with_settings

        case, plan, gap = with_settings(case, how["settings"]), None, None
    request = _request(request, how)
    if how["keep_decisions"] is not None:
        request = replace(request, keep=read_run(how["keep_decisions"])[1])
    from .progress import Progress

    if how["rules"]:
        count = len(case.controls) + len(case.policies)
        click.echo(
            f"{count} rules and policies: the plan is made again without each (--workers N shares "
            "the work)",
            err=True,
        )
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
                executor="serial" if how["workers"] is None else "processes",
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

    from .asked import cap_of

    options = replace(request.options, threads=1)
    if how["gap"] is not None:
        options = replace(options, gap=how["gap"])
    scenarios = request.scenarios
    if how["scenarios"]:
        scenarios = tuple(name.strip() for name in how["scenarios"].split(",") if name.strip())
    caps = {**request.caps, **dict(cap_of(text) for text in how["caps"])}
    return replace(request, options=options, scenarios=scenarios, caps=caps, force=how["force"])


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
