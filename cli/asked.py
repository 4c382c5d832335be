"""What options ask for: the case, limits, names and solver options that they make; exit codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from .options import OBJECTIVES

if TYPE_CHECKING:
    from ..models.case import Case
    from ..models.problems import Problem
    from ..optimizer.outcomes import Options

EXIT = {"optimal": 0, "infeasible": 3, "unbounded": 3, "feasible": 4, "no_solution": 5}
"""Exit code for each way in which a solve can end."""


def readable(source: str) -> tuple[Case, list[Problem]]:
    """The case of a path or a bundled name, and what there is to warn of.

    Raises:
        CaseError: the case has errors.
    """
    from ..datasets.load import read_case
    from ..models.problems import CaseError

    case, problems = read_case(source)
    if case is None:
        raise CaseError(problems, source)
    return case, problems


def tell_warnings(case: Case, problems: Iterable[Problem]) -> None:
    """Warn of what was found in the case, and of numbers too far apart to compute with."""
    from ..optimizer.guard import wide_numbers

    warn([*problems, *wide_numbers(case)])


def warn(lines: Iterable[object]) -> None:
    """Print warnings for people, a line each."""
    for line in lines:
        click.echo(f"warning: {line}", err=True)


def with_settings(case: Case, settings: tuple[str, ...]) -> Case:
    """The case with one row of ``changes`` for every --set, checked again.

    Raises:
        click.BadParameter: a setting does not read TABLE:KEY:FIELD=VALUE.
        CaseError: the case with these changes has errors.
    """
    if not settings:
        return case
    from ..datasets.checks import check_case
    from ..models.problems import CaseError
    from ..models.rule_rows import Change

    rows = []
    for text in settings:
        table, colon, rest = text.partition(":")
        key, second, assignment = rest.rpartition(":")
        field, equals, value = assignment.partition("=")
        if not (colon and second and equals):
            raise click.BadParameter(
                f"{text!r} is not TABLE:KEY:FIELD=VALUE, e.g. offers:*:price=70", param_hint="--set"
            )
        rows.append(
            Change(
                table=table.strip(),
                key=key.strip() or "*",
                field=field.strip(),
                value=value.strip(),
            )
        )
    changed = case.model_copy(update={"changes": [*case.changes, *rows]})
    problems = check_case(changed)
    if any(problem.level == "error" for problem in problems):
        raise CaseError(problems, "--set")
    return changed


def with_attitude(case: Case, alpha: float | None, risk_weight: float | None = None) -> Case:
    """The case with --alpha and --risk-weight in its settings.

    Raises:
        click.BadParameter: one of them is out of its range.
    """
    from ..optimizer.uncertainty.attitude import with_attitude as changed

    for option, given in (("alpha", alpha), ("risk_weight", risk_weight)):
        try:
            case = changed(case, **{option: given})
        except ValueError as error:
            hint = f"--{option.replace('_', '-')}"
            raise click.BadParameter(str(error), param_hint=hint) from None
    return case


def solver_options(options: Options, how: Mapping[str, Any]) -> Options:
    """How to solve: as given, with what the command line says instead."""
    from dataclasses import replace

    said = {name: how[name] for name in ("gap", "time_limit", "threads", "seed")}
    return replace(options, **{name: value for name, value in said.items() if value is not None})


def names_in(text: str | None) -> tuple[str, ...]:
    """The names in 'A, B': none for an option that was not given."""
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def caps_of(texts: Iterable[str]) -> dict[str, float]:
    """Upper limits by objective, from 'OBJECTIVE=VALUE' each.

    Raises:
        click.BadParameter: no such objective, or no number.
    """
    return dict(_cap_of(text) for text in texts)


def _cap_of(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if name.strip() not in OBJECTIVES or number != number:  # noqa: PLR0124  # NaN
        raise click.BadParameter(
            f"{text!r} is not OBJECTIVE=NUMBER with {', '.join(OBJECTIVES)}", param_hint="--cap"
        )
    return name.strip(), number
