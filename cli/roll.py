"""``secondsource roll``: the case as it is when some periods of a plan have passed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import options
from .asked import warn

if TYPE_CHECKING:
    from ..optimizer.replan.roll import Rolled


@click.command("roll")
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@options.output(
    "Folder, .xlsx or .json for the case that starts later.", metavar="NEWCASE", required=True
)
@click.option(
    "--periods", type=click.IntRange(min=1), default=1, show_default=True, help="How many pass."
)
@click.option(
    "--scenario",
    metavar="NAME",
    help="Scenario that came true; needed once the passed periods differ between scenarios.",
)
@click.option(
    "--leave-out",
    is_flag=True,
    help="Leave out, with a warning, what a case cannot hold, instead of refusing.",
)
@options.as_json("Print one JSON object and nothing else.")
def roll(
    run: Path, output: Path, periods: int, scenario: str | None, leave_out: bool, as_json: bool
) -> None:
    """Write the case that starts when some periods of a RUN's plan have passed as planned.

    Stocks, goods under way, what waits, running contracts, plants and modules, selected suppliers
    and what running windows of policies and quotas hold are carried over; dates move. Solving
    NEWCASE without other changes gives the rest of the plan. Edit it first for what came otherwise.
    """
    from importlib import import_module

    import_module("secondsource.optimizer.quick_start")  # before anything imports scipy
    from ..datasets.runs import read_plan
    from ..datasets.save import save_case
    from ..optimizer.replan.roll import roll as roll_forward

    if output.exists():
        raise click.BadParameter(f"{output} exists; name another", param_hint="-o")
    from .progress import Progress

    with Progress("rolling the plan forward"):
        plan = read_plan(run)
        rolled = roll_forward(
            plan.case,
            plan.tables,
            periods,
            scenarios=plan.scenarios,
            scenario=scenario,
            leave_out=leave_out,
        )
    warn(f"left out: {line}" for line in rolled.lost)
    save_case(rolled.case, output)
    _tell(rolled, run, output, periods, as_json=as_json)


def _tell(rolled: Rolled, run: Path, output: Path, periods: int, *, as_json: bool) -> None:
    """Print what the new case begins with: JSON for programs, or two lines for people."""
    case = rolled.case
    told = {
        "status": "optimal",
        "run": str(run),
        "case": str(output),
        "periods_passed": periods,
        "scenario": rolled.scenario,
        "starts": case.period_label(1),
        "periods": case.case.periods,
        "paid": rolled.paid,
        "discount": rolled.discount,
        "commitments": len(case.commitments),
        "goods_under_way": len(case.in_transit),
        "carried": len(case.carried),
        "licences": len(case.granted),
        "left_out": list(rolled.lost),
    }
    if as_json:
        import json

        click.echo(json.dumps(told, allow_nan=False))
        return
    from ..reports.terminal import money

    click.echo(
        f"{output}: {case.case.periods} periods from {case.period_label(1)}, with "
        f"{len(case.commitments)} decisions taken, {len(case.granted)} licences left and "
        f"{len(case.in_transit)} lots under way"
    )
    click.echo(
        f"paid so far {money(rolled.paid, case.case.currency)}; money of the new first period is "
        f"worth {rolled.discount:.6g} of the old one's. Next: secondsource solve {output}"
    )
