"""Options that several commands have, each said once; a command changes only the words of help."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import click

OBJECTIVES = (
    *("cost", "lead_time", "shortage", "cvar", "mean_risk", "worst_case", "regret"),
    "concentration",
)
EXECUTORS = ("serial", "processes", "dask")

Decorated = TypeVar("Decorated", bound=Callable[..., Any] | click.Command)


class Option(Protocol):
    """A decorator that gives a command an option, or several."""

    def __call__(self, command: Decorated, /) -> Decorated:
        """The command with the option."""


def together(*several: Option) -> Option:
    """Options as one decorator; help lists them in this order."""

    def decorate(command: Decorated, /) -> Decorated:
        for option in reversed(several):
            command = option(command)
        return command

    return decorate


def output(
    text: str = "Folder for the tables.", *, metavar: str = "RUN", required: bool = False
) -> Option:
    """``-o``: where the result goes, as ``output: Path | None``; a Path where it is required."""
    kind = click.Path(path_type=Path)
    return click.option("-o", "--output", metavar=metavar, type=kind, required=required, help=text)


def scenarios(text: str = "Scenarios to solve.") -> Option:
    """``--scenarios``: names with commas between them; see :func:`.asked.names_in`."""
    return click.option("--scenarios", metavar="all|NAME,...", help=text)


def settings(text: str = "Change a number, e.g. offers:Kuantan*:price=70.") -> Option:
    """``--set``: changes of the case, as ``settings``; see :func:`.asked.with_settings`."""
    return click.option(
        "--set", "settings", multiple=True, metavar="TABLE:KEY:FIELD=VALUE", help=text
    )


def minimise() -> Option:
    """``--minimise``: names of objectives."""
    return click.option(
        "--minimise",
        multiple=True,
        type=click.Choice(OBJECTIVES),
        help="Objective; several in order of importance.",
    )


def caps(text: str = "Upper limit on an objective, e.g. lead_time=30.") -> Option:
    """``--cap``: limits on objectives, as ``caps``; see :func:`.asked.caps_of`."""
    return click.option("--cap", "caps", multiple=True, metavar="OBJECTIVE=VALUE", help=text)


def alpha(text: str) -> Option:
    """``--alpha``: the level of the conditional value at risk."""
    return click.option("--alpha", type=float, metavar="LEVEL", help=text)


def keep_decisions(text: str, *, kind: click.Path | None = None) -> Option:
    """``--keep-decisions``: the run folder of a plan, a Path unless of another kind."""
    kind = kind or click.Path(path_type=Path)
    return click.option("--keep-decisions", metavar="RUN", type=kind, help=text)


def gap(text: str = "Relative gap at which to stop.") -> Option:
    """``--gap``: a share, at least 0."""
    return click.option("--gap", type=click.FloatRange(min=0), help=text)


def time_limit(text: str = "Stop after so many seconds.") -> Option:
    """``--time-limit``: seconds, above 0."""
    kind = click.FloatRange(min=0, min_open=True)
    return click.option("--time-limit", type=kind, metavar="SECONDS", help=text)


def solving(
    gap_text: str = "Relative gap at which a solve may stop.",
    time_text: str = "Stop after so many seconds.",
    threads_text: str = "Processor threads.",
) -> Option:
    """How to solve: the options that :func:`.asked.solver_options` reads."""
    return together(
        gap(gap_text),
        time_limit(time_text),
        click.option("--threads", type=click.IntRange(min=1), help=threads_text),
        click.option(
            "--seed", type=click.IntRange(min=0), help="Seed of the solver's random choices."
        ),
    )


def draws_seed(what: str) -> Option:
    """``--seed`` of what is drawn: another seed, other ``what``."""
    text = f"Another seed, other {what}."
    kind = click.IntRange(min=0)
    return click.option("--seed", type=kind, default=0, show_default=True, help=text)


def confidence(text: str) -> Option:
    """``--confidence``: a level between 0 and 1, both left out."""
    kind = click.FloatRange(0, 1, min_open=True, max_open=True)
    return click.option("--confidence", type=kind, default=0.95, show_default=True, help=text)


def workers(text: str = "Worker processes.") -> Option:
    """``--workers``: a number of processes."""
    return click.option("--workers", type=click.IntRange(min=1), help=text)


def address() -> Option:
    """``--address``: where the scheduler of a cluster listens."""
    return click.option("--address", metavar="tcp://HOST:PORT", help="Scheduler of a Dask cluster.")


def who_solves(text: str = "Who solves. Default: what suits.") -> Option:
    """``--executor``, ``--workers`` and ``--address`` of commands that solve many models."""
    kind = click.Choice(EXECUTORS)
    return together(click.option("--executor", type=kind, help=text), workers(), address())


def as_csv(text: str = "Write the tables as CSV too.") -> Option:
    """``--csv``, as ``as_csv``."""
    return click.option("--csv", "as_csv", is_flag=True, help=text)


def force(text: str = "Build models past the size limit.") -> Option:
    """``--force``."""
    return click.option("--force", is_flag=True, help=text)


def full(text: str) -> Option:
    """``--all``, as ``full``: more than fits on a screen."""
    return click.option("--all", "full", is_flag=True, help=text)


def as_json(text: str = "Print one JSON object on stdout and nothing else.") -> Option:
    """``--json``, as ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help=text)
