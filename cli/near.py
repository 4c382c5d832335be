"""``solve --keep RUN --change-cost X``: a plan close to an old one, and what moved in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pathlib import Path

    from ..models.case import Case
    from ..models.plan import Solution
    from ..optimizer.solve import Request

MOST_INPUTS = 8


def check_near(how: Mapping[str, Any]) -> None:
    """Refuse options that do not go together."""
    keep, cost = how["keep"], how["change_cost"]
    if (keep is None) != (cost is None):
        raise click.UsageError(
            "--keep RUN and --change-cost X go together: the plan to stay close to, and what each "
            "decision that differs costs. To keep every decision as it is: --keep-decisions RUN"
        )
    if keep is not None and how["keep_decisions"] is not None:
        raise click.UsageError(
            "--keep stays close to a plan, --keep-decisions keeps all its decisions; choose one"
        )


def solve_near(
    case: Case, request: Request, run: Path, change_cost: float
) -> tuple[Solution, dict[str, Any]]:
    """The plan close to that of a run, and what ``summary.json`` says of its changes."""
    from ..datasets.runs import read_plan
    from ..models.differences import input_differences
    from ..optimizer.replan.closeness import periods_between, solve_near
    from ..reports.changes import changes_between

    old = read_plan(run)
    shift = periods_between(old.case, case)
    found = solve_near(case, old.tables, change_cost, request, shift=shift)
    told: dict[str, Any] = {
        "kept": str(run),
        "number": found.changes,
        "cost_of_each": change_cost,
        "cost": found.change_cost,
        "saves": found.saves,
        "all_kept_cost": found.kept_cost,
        "inputs": input_differences(old.case, case, dates=shift == 0),
        "moved": [],
    }
    if found.solution.tables:
        before = dict(old.tables)
        first = case.case.periods_before - old.case.case.periods_before if shift else 0
        decisions = before["decisions"]
        before["decisions"] = decisions[decisions["period"] > max(first, shift)]
        told["moved"] = changes_between(before, found.solution.tables)
    return found.solution, told


def tell_near(changes: Mapping[str, Any], currency: str) -> None:
    """Say what moved, what it costs and saves, and which inputs differ."""
    from ..reports.terminal import amount, money

    number = float(changes["number"])
    differ = "1 decision differs" if number == 1 else f"{amount(number)} decisions differ"
    click.echo(f"\nAgainst {changes['kept']}: {differ}")
    for line in changes["moved"]:
        click.echo(f"  {line}")
    if number:
        click.echo(
            f"changing them costs {money(changes['cost'], currency)}, which is not in the plan's "
            "cost"
        )
    if changes["saves"] is None:
        click.echo("keeping every decision leaves no plan")
    elif number:
        click.echo(f"and saves {money(changes['saves'], currency)} against keeping them all")
    inputs = changes["inputs"]
    if inputs:
        click.echo("Inputs that differ, which is all that can be behind it:")
        for line in inputs[:MOST_INPUTS]:
            click.echo(f"  {line}")
        if len(inputs) > MOST_INPUTS:
            click.echo(f"  ... and {len(inputs) - MOST_INPUTS} more (--json)")
    elif number:
        click.echo("No input differs: the plans are of one case, solved otherwise")
