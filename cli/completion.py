"""What a shell offers when a user presses the tab key: bundled cases, tables, and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem


def cases(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Names of the bundled cases, then files and folders."""
    from click.shell_completion import CompletionItem

    return [*bundled(context, parameter, incomplete), CompletionItem(incomplete, type="file")]


def bundled(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Names of the bundled cases."""
    from click.shell_completion import CompletionItem

    from ..datasets.bundled import bundled_names

    return [CompletionItem(name) for name in bundled_names() if name.startswith(incomplete)]


def tables(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Tables of a case, and its sections."""
    from click.shell_completion import CompletionItem

    from ..models.case import TABLES
    from ..models.json_schema import SECTIONS

    names = [*SECTIONS, *TABLES]
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]
