"""The command line: a group whose commands are imported only when they run."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any

import click

COMMANDS = {
    "new": "start from a bundled case",
    "check": "tell every problem of a case",
    "controls": "tell which rule hits what, when, and why",
    "solve": "find the best plan",
    "compare": "put plans side by side: cost bridge, decisions, lead time, exposure",
    "frontier": "find what one objective costs in another, e.g. lead time in money",
    "sweep": "solve many what-ifs: grids and samples over any input, resumable",
    "risk": "tell what knowing the future is worth, who regrets what, and what safety costs",
    "explain": "why there is no plan, what binds in one, what each rule costs",
    "stress": "try outages on a plan: losses, time to survive, cheapest fix",
    "sample": "draw futures from distributions and write them as a case",
    "saa": "plan for drawn futures, and tell how far from the best the plan can be",
    "evaluate": "try a plan on drawn futures that it was not made for",
    "roll": "write the case as it is when some periods of a plan have passed",
    "verify": "re-check a plan from the raw tables",
    "report": "write a page to look at, print and send on, from any result",
    "datasets": "list the bundled cases: how large each is, what it teaches",
    "schema": "print the JSON Schema of a case or of one of its tables",
}
UNEXPECTED, INVALID, STOPPED = 1, 2, 5
FOR_PROGRAMS = "secondsource.cli.for_programs"


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command; None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"..{cmd_name}", __name__)
        command: click.Command = getattr(module, cmd_name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note whether a program reads what comes, before a command takes its options."""
        ctx.meta[FOR_PROGRAMS] = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; after Ctrl-C there is nothing unless the command kept something."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            if ctx.meta[FOR_PROGRAMS]:
                click.echo(json.dumps({"status": "no_solution"}))
            click.echo("stopped before it was done", err=True)
            ctx.exit(STOPPED)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=LazyGroup)
@click.version_option(package_name="secondsource")
@click.option("--debug", is_flag=True, help="Show where an unexpected error came from.")
def cli(debug: bool) -> None:
    """Plans for materials whose supply a government can switch off.

    Chooses suppliers, recycling capacity and stockpiles under export controls, for cost and lead
    time. Start with: secondsource solve quickstart
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit; no traceback reaches the user unless --debug asks for it."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        cli.main(args=arguments, prog_name="secondsource", standalone_mode=True)
    except Exception as error:
        if "--debug" in arguments:
            raise
        code, text = _told(error)
        if "--json" in arguments:
            click.echo(json.dumps({"status": "error", "error": text}))
        click.echo(text, err=True)
        sys.exit(code)


def _told(error: Exception) -> tuple[int, str]:
    """Exit code and text of an error that a command did not expect."""
    from ..models.problems import CaseError

    if isinstance(error, CaseError):
        return INVALID, str(error)
    if isinstance(error, (ValueError, OSError)):
        return INVALID, f"error: {error}"
    return UNEXPECTED, f"unexpected error: {type(error).__name__}: {error} (--debug shows where)"


if __name__ == "__main__":
    main()
